"""The languages of the site: which are offered, their names, and the heads of their pages.

A language is a file of translations (`i18n/translations`) and its name in `offered` of
`data/locale/languages.toml`, so a new one is new files and no code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from referrals.i18n import messages, text_files
from referrals.language import ENGLISH, locale_of
from referrals.page_meta import Language, PageHead
from referrals.paths import CONTENT, LOCALE
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

FILE: Final = "languages.toml"
PAGES: Final = "pages.csv"
LIST: Final = "pages"
"""The context of the translations of titles, labels and sections."""

FIRST_TEXT: Final = "overview"
"""The name of the text at the address `/`."""

OWN_NAMES: Final[Mapping[str, str]] = {"sq": "Shqip", "zh-Hans": "简体中文"}
"""Own names in place of those of CLDR, which are not the forms that readers look for."""


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that readers can choose, English first."""
    return (ENGLISH, *_settings()["offered"])


def usual_length(language: str) -> tuple[float, float]:
    """Return the least and the most usual length of translations, relative to the English."""
    shortest, longest = _settings()["length"].get(language, (0.3, 2.5))
    return shortest, longest


@cache
def _settings() -> Mapping[str, Any]:
    return tomllib.loads((LOCALE / FILE).read_text(encoding="utf-8"))


def heads() -> tuple[PageHead, ...]:
    """Return the pages of the menu in its order, in the current language.

    A page without a title in `pages.csv` has title and description from its text.

    Raises:
        DataError: `pages.csv` or the text of a page is missing or breaks a rule.
    """
    return tuple(map(_head, table_schema.read(CONTENT / ENGLISH / PAGES)))


def _head(row: Row) -> PageHead:
    context, title, description = LIST, row["title"], row["description"]
    if not title:
        name = row["path"].strip("/") or FIRST_TEXT
        text = text_files.read(name)
        context, title, description = text_files.context_of(name), text.title, text.summary
    label = messages.words(LIST, row["label"]) if row["label"] else ""
    return PageHead(
        row["path"],
        messages.words(context, title),
        messages.words(context, description),
        section(row["section"]),
        label,
    )


def section(english: str) -> str:
    """Return the name of a section of the menu in the current language."""
    return messages.words(LIST, english) if english else ""


def own_name(language: str) -> str:
    """Return the name of a language in that language.

    >>> own_name("cy"), own_name("ur")
    ('Cymraeg', 'اردو')
    """
    return OWN_NAMES.get(language) or str(locale_of(language).get_language_name() or language)


def offered() -> tuple[Language, ...]:
    """Return the languages that readers can choose, for a picker."""
    return tuple(map(_offered, languages()))


@cache
def _offered(code: str) -> Language:
    offer = messages.of(code).text("languages.offer")
    return Language(code, tag(code), direction(code), own_name(code), offer)


def direction(language: str) -> str:
    """Return the writing direction of a language: 'ltr' or 'rtl'."""
    return str(locale_of(language).text_direction)


def tag(language: str) -> str:
    """Return the tag of a language for the `lang` attribute. Our English is British."""
    return "en-GB" if language == ENGLISH else language
