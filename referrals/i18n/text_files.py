"""Text files: Markdown with TOML front matter, one for each explanatory text, in English.

A text is `data/content/en/<name>.md`. It begins with front matter between two lines `+++`, as in
Hugo. `read` checks every key, so that a mistake is reported before a page is drawn. The
translations of its segments are in `i18n/translations`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from referrals.errors import DataError
from referrals.language import ENGLISH
from referrals.paths import CONTENT

FENCE: Final = "+++\n"
ASSESSMENT: Final = "ecia-2021"
"""The id of the only source whose sections a text lists."""

_REQUIRED: Final[Mapping[str, tuple[type, str]]] = {
    "title": (str, 'title = "Title of the page"'),
    "summary": (str, 'summary = "One sentence on the page, for search results."'),
    "last_checked": (date, "last_checked = 2026-11-29"),
    "sources": (dict, "a table [sources], with a line for each source"),
}
_FIGURE_KEYS: Final = frozenset({"figure", "says"})


@dataclass(frozen=True)
class FigureCard:
    """A figure for the margin of a page: its name, such as `E002`, and what it counts."""

    figure: str
    says: str


@dataclass(frozen=True)
class TextFile:
    """A text before its figures are filled in.

    Attributes:
        title: the heading of the text, in Markdown.
        summary: one plain sentence, for search results.
        last_checked: the day on which the text was last compared with its sources.
        sources: the sections cited from each source, by its id; empty except for the assessment.
        figures: the figures in the margin.
        body: the Markdown below the title.
    """

    title: str
    summary: str
    last_checked: date
    sources: Mapping[str, Sequence[str]]
    figures: tuple[FigureCard, ...]
    body: str


def context_of(name: str) -> str:
    """Return the context of the translations of a text."""
    return f"{name}.md"


def read(name: str) -> TextFile:
    """Return a text with its front matter checked.

    Raises:
        DataError: the file is missing, or its front matter breaks a rule.
    """
    path = CONTENT / ENGLISH / f"{name}.md"
    if not path.is_file():
        raise DataError(
            f"{path.name} is missing from data/content/{ENGLISH}. Restore it from the repository."
        )
    return parse(path.read_text(encoding="utf-8"), path.name)


@lru_cache(maxsize=64)  # the menu of any page takes the title of every text
def parse(text: str, file: str) -> TextFile:
    """Return the contents of a text file; `file` is its name for error messages.

    Raises:
        DataError: the front matter is missing, is not valid TOML, or breaks a rule.
    """
    opening, _, rest = text.partition(FENCE)
    front, closing, body = rest.partition(f"\n{FENCE}")
    if opening or not closing:
        raise DataError(
            f"{file} has no front matter. Begin it with title, summary, last_checked and [sources] "
            f"between two lines of +++."
        )
    try:
        keys = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise DataError(
            f"{file}: the front matter is not valid TOML ({error}). Correct it."
        ) from error
    _check(keys, file)
    return TextFile(
        title=keys["title"],
        summary=keys["summary"],
        last_checked=keys["last_checked"],
        sources=keys["sources"],
        figures=tuple(FigureCard(**each) for each in keys.get("figures", ())),
        body=body,
    )


def _check(keys: Mapping[str, Any], file: str) -> None:
    for key, (kind, example) in _REQUIRED.items():
        if not keys.get(key) and kind is not dict:
            raise DataError(f"{file}: the front matter has no {key}. Add {example}.")
        if not isinstance(keys.get(key), kind):
            raise DataError(f"{file}: {key} in the front matter must be {example}.")
    if unknown := sorted(keys.keys() - _REQUIRED.keys() - {"figures"}):
        raise DataError(
            f"{file}: {', '.join(unknown)} in the front matter is not a known key. Remove it, or "
            f"use one of {', '.join([*_REQUIRED, 'figures'])}."
        )
    for source, sections in keys["sources"].items():
        if not _is_list_of_text(sections):
            raise DataError(
                f"{file}: sources.{source} in the front matter must be a list of sections in "
                f'quotation marks, such as ["2.1"], or [].'
            )
        if sections and source != ASSESSMENT:
            raise DataError(
                f"{file}: sources.{source} in the front matter lists sections. Only {ASSESSMENT} "
                "does: write [] for every other source."
            )
    for card in keys.get("figures", ()):
        if not isinstance(card, dict) or card.keys() != _FIGURE_KEYS:
            raise DataError(
                f"{file}: each table [[figures]] in the front matter has two keys, such as "
                'figure = "E002" and says = "victim referrals".'
            )


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
