"""What a page's figures are for search engines and harvesters of data: a schema.org Dataset in JSON-LD.

It is data inside the page and nothing that runs, so that the policy of a page without scripts lets it stand.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from referrals.cards.card import Card
from referrals.cards.html import sources
from referrals.release import metadata
from referrals.release.release import Release

LICENCES: Final[Mapping[str, str]] = {
    "OGL-UK-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
"""Where the text of each licence is that a release can name, by its SPDX id."""

MONTHS: Final = {name: number for number, name in enumerate(calendar.month_name) if name}
PERIOD: Final = re.compile(rf"({'|'.join(MONTHS)}) (\d{{4}}) to ({'|'.join(MONTHS)}) (\d{{4}})")


def described(
    release: Release,
    cards: Sequence[Card],
    *,
    name: str,
    address: str,
    downloads: Mapping[str, str],
) -> str:
    """Return the description of the cards of a page, of one release, as HTML.

    `name` is of this page alone, `address` is that of the page, and `downloads` are addresses of CSV files by what is in them.
    """
    about, said = release.about, metadata.cells_header(release)
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": name,
        "description": f"{cards[0].finding} {metadata.COUNTED}",
        "url": address,
        "identifier": about.release_id,
        "version": said["release"]["version"],
        "datePublished": about.published_on,
        "temporalCoverage": interval(about.period_label),
        "spatialCoverage": "United Kingdom",
        "license": LICENCES.get(said["licence"], said["licence"]),
        "creator": _organisation(said["source"]["publisher"]),
        "isBasedOn": [
            {
                "@type": "CreativeWork",
                "name": one.title,
                "publisher": _organisation(one.publisher),
                "url": one.address,
            }
            for one in sources.cited(*cards)
        ],
        "distribution": [_download(what, place) for what, place in downloads.items()],
    }
    told = {key: value for key, value in described.items() if value}
    # A closing tag inside a text would end the element: `<` is written as JSON allows it everywhere.
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{written}</script>'


def interval(period: str) -> str:
    """Return a period in words as an ISO 8601 interval, from its first day to its last, and '' where it is no such period.

    >>> interval("April 2020 to March 2021"), interval("April 2023 to February 2024"), interval("2020")
    ('2020-04-01/2021-03-31', '2023-04-01/2024-02-29', '')
    """
    found = PERIOD.fullmatch(period)
    if not found:
        return ""
    first, begins, last, ends = MONTHS[found[1]], int(found[2]), MONTHS[found[3]], int(found[4])
    return f"{begins}-{first:02}-01/{ends}-{last:02}-{calendar.monthrange(ends, last)[1]}"


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name} if name else {}


def _download(name: str, address: str) -> dict[str, str]:
    return {
        "@type": "DataDownload",
        "name": name,
        "encodingFormat": "text/csv",
        "contentUrl": address,
    }
