"""The standing of a translation: how much of it there is, and how much a person has checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from referrals.i18n import messages
from referrals.i18n.translations import Entry, catalogue
from referrals.language import current, is_english
from referrals.paths import LOCALE

READER_PATH: Final = LOCALE / "reader_path.toml"
CHECKED: Final = "checked"


@dataclass(frozen=True)
class Standing:
    """The number of translatable parts of a text or page, by their state in the current language.

    `english` counts the parts that are shown in English, `drafts` those that no person has checked.
    """

    total: int = 0
    english: int = 0
    drafts: int = 0

    @property
    def is_only_english(self) -> bool:
        """True if nothing is translated."""
        return self.total > 0 and self.english == self.total

    @property
    def is_partly_english(self) -> bool:
        """True if something is shown in English, and something is not."""
        return 0 < self.english < self.total


def standing(found: Iterable[Entry | None]) -> Standing:
    """Return the standing of parts, each as its translation, or None if it is shown in English."""
    entries = list(found)
    drafts = [entry for entry in entries if entry and entry.state.name != CHECKED]
    return Standing(len(entries), entries.count(None), len(drafts))


def of_messages() -> Standing:
    """Return the standing of the messages that have a translation, outdated ones included."""
    return Standing() if is_english() else _of_messages(current())


@cache
def _of_messages(language: str) -> Standing:
    own = messages.of(language).own
    every = {entry.context: entry for entry in catalogue(language).values()}
    translated = [key for key in messages.of(language).english if key in every]
    return standing(every[key] if key in own else None for key in translated)


def is_about_safety(name: str) -> bool:
    """Return whether somebody's safety may depend on a text."""
    return name in reader_path()["safety"]


@cache
def reader_path() -> Mapping[str, Any]:
    """Return the messages, texts and pages that a language must have before it is offered."""
    return tomllib.loads(READER_PATH.read_text(encoding="utf-8"))
