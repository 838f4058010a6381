"""What a page's figures are for search engines and harvesters of data: a schema.org Dataset in JSON-LD.

It is data inside the page and nothing that runs, so that the policy of a page without scripts lets it stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from referrals.dashboard import citing, notices
from referrals.dashboard.cards import Card
from referrals.release import About

LICENCE: Final = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def described(about: About, cards: Sequence[Card], *, address: str, downloads: Mapping[str, str], language: str) -> str:
    """Return the description of the cards of a page, of one release, as HTML.

    `address` is that of the page, and `downloads` are addresses of CSV files by what is in them.
    """
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": about.marked_title,
        "description": f"{notices.BANNER if about.is_illustrative else notices.UNIT_NOTE} {cards[0].finding}",
        "url": address,
        "version": about.release_id,
        "datePublished": about.published_on,
        "temporalCoverage": about.period_label,
        "spatialCoverage": "United Kingdom",
        "inLanguage": language,
        "license": LICENCE if about.attribution else "",
        "isBasedOn": [
            {"@type": "CreativeWork", "name": one.title, "publisher": one.publisher, "url": one.address}
            for one in citing.cited(*cards)
        ],
        "distribution": [_download(what, place) for what, place in downloads.items()],
    }
    told = {key: value for key, value in described.items() if value not in ("", [])}
    # A closing tag inside a text would end the element: `<` is written as JSON allows it everywhere.
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{written}</script>'


def _download(name: str, address: str) -> dict[str, str]:
    return {"@type": "DataDownload", "name": name, "encodingFormat": "text/csv", "contentUrl": address}
