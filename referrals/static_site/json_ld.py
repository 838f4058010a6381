"""A page's figures for search engines and harvesters of data: a schema.org Dataset in JSON-LD.

It is not executable, so the content security policy of a page without scripts allows it.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.html import sources
from referrals.reference import figure_notes, licences
from referrals.release import metadata
from referrals.release.release import Release

MONTHS: Final = {name: number for number, name in enumerate(calendar.month_name) if name}
PERIOD: Final = re.compile(rf"({'|'.join(MONTHS)}) (\d{{4}}) to ({'|'.join(MONTHS)}) (\d{{4}})")


def dataset(
    release: Release,
    cards: Sequence[Card],
    *,
    name: str,
    address: str,
    downloads: Mapping[str, str],
) -> Markup:
    """Return the description of a page's cards as an element for its head.

    `name` belongs to this page alone, `address` is that of the page, and `downloads` are the
    addresses of CSV files by title.
    """
    about, cells = release.about, metadata.cells_header(release)
    licence = licences.licence(cells["licence"])
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": name,
        "description": f"{cards[0].finding} {figure_notes.COUNTED}",
        "url": address,
        "identifier": about.release_id,
        "version": cells["release"]["version"],
        "datePublished": about.published_on,
        "temporalCoverage": interval(about.period_label),
        "spatialCoverage": "United Kingdom",
        "license": licence.address or licence.name,
        "creator": _organisation(cells["source"]["publisher"]),
        "isBasedOn": [_work(source) for source in sources.cited(*cards)],
        "distribution": [_download(title, file) for title, file in downloads.items()],
    }
    known = {field: value for field, value in described.items() if value}
    written = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    # A closing tag inside a text would end the element. JSON allows this escape everywhere.
    escaped = written.replace("<", "\\u003c")
    return templates.render("static_site/json_ld.html", json=Markup(escaped))  # noqa: S704


def interval(period: str) -> str:
    """Return a period in words as an ISO 8601 interval of days; '' if it does not name two months.

    >>> interval("April 2023 to February 2024"), interval("2020")
    ('2023-04-01/2024-02-29', '')
    """
    found = PERIOD.fullmatch(period)
    if not found:
        return ""
    first_month, first_year = MONTHS[found[1]], int(found[2])
    last_month, last_year = MONTHS[found[3]], int(found[4])
    _, last_day = calendar.monthrange(last_year, last_month)
    return f"{first_year}-{first_month:02}-01/{last_year}-{last_month:02}-{last_day}"


def _work(source: sources.Source) -> dict[str, Any]:
    return {
        "@type": "CreativeWork",
        "name": source.title,
        "publisher": _organisation(source.publisher),
        "url": source.address,
    }


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name} if name else {}


def _download(name: str, address: str) -> dict[str, str]:
    return {
        "@type": "DataDownload",
        "name": name,
        "encodingFormat": "text/csv",
        "contentUrl": address,
    }
