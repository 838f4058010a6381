"""The languages of the site and the pages that each of them has.

A language is a folder `data/content/<language>` with a `pages.csv`, so a new one is new files and
no code. The dashboard is in English; the static site has every language.
"""

from __future__ import annotations

from typing import Final

from babel import Locale

from referrals.page_meta import PageHead
from referrals.paths import CONTENT
from referrals.reference import table_schema

ENGLISH: Final = "en"
PAGES: Final = "pages.csv"


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have pages, English first."""
    found = sorted(path.parent.name for path in CONTENT.glob(f"*/{PAGES}"))
    return tuple(sorted(found, key=lambda code: code != ENGLISH))


def heads(language: str) -> tuple[PageHead, ...]:
    """Return the pages of a language in the order of the menu.

    Raises:
        DataError: `pages.csv` is missing or breaks its schema.
    """
    rows = table_schema.read(CONTENT / language / PAGES)
    return tuple(
        PageHead(row["path"], row["title"], row["description"], row["section"], row["label"])
        for row in rows
    )


def own_name(language: str) -> str:
    """Return the name of a language in that language.

    >>> own_name("cy"), own_name("ur")
    ('Cymraeg', 'اردو')
    """
    return str(Locale.parse(language, sep="-").get_display_name() or language)


def direction(language: str) -> str:
    """Return the writing direction of a language: 'ltr' or 'rtl'."""
    return str(Locale.parse(language, sep="-").text_direction)


def tag(language: str) -> str:
    """Return the tag of a language for the `lang` attribute. Our English is British."""
    return "en-GB" if language == ENGLISH else language
