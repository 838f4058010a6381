"""The translations of a language: `data/locale/<language>.po`, in the format of GNU gettext.

Each entry has a context (the key of a message, or the text or list that the words come from), the
English that was translated, and the translation. A comment says who made it and when:

    # draft by machine, 2026-11-30
    # checked by Mai Nguyen, 2027-01-15

An entry applies only if its English is the English of today, and it is not marked `fuzzy`. So an
outdated translation is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from referrals.errors import DataError
from referrals.language import locale_of
from referrals.paths import LOCALE

English = tuple[str, ...]
"""A text in English: the text alone, or the singular and the plural of one."""

PLURAL_TAGS: Final = ("zero", "one", "two", "few", "many", "other")
"""The plural forms of CLDR in the order in which a file has those of its language."""

FUZZY: Final = "fuzzy"
_STATE: Final = re.compile(r"(draft|checked) by (\S.*), (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class State:
    """The state of a translation: `draft` or `checked`, by whom, on which day."""

    name: str
    by: str
    day: date

    def __str__(self) -> str:
        """Return the state as a comment of the file."""
        return f"{self.name} by {self.by}, {self.day.isoformat()}"


@dataclass(frozen=True)
class Entry:
    """One translation. `forms` has one text, or one for each plural form of the language.

    `is_outdated` means that the English has changed since.
    """

    context: str
    english: English
    forms: tuple[str, ...]
    state: State
    is_outdated: bool = False


Catalogue = Mapping[tuple[str, English], Entry]
"""The translations of a language by context and English."""


def path_of(language: str) -> Path:
    """Return the place of the translations of a language, which need not exist."""
    return LOCALE / f"{language}.po"


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a file, whether they are offered or not."""
    return tuple(sorted(path.stem for path in LOCALE.glob("*.po")))


def plural_tags(language: str) -> tuple[str, ...]:
    """Return the plural forms of a language.

    >>> plural_tags("vi"), plural_tags("sq")
    (('other',), ('one', 'other'))
    """
    tags = {*locale_of(language).plural_form.tags, "other"}
    return tuple(tag for tag in PLURAL_TAGS if tag in tags)


@cache
def catalogue(language: str) -> Catalogue:
    """Return the translations of a language; none if it has no file.

    Raises:
        DataError: the file cannot be read, or an entry does not say who made it and when.
    """
    path = path_of(language)
    return read(path) if path.is_file() else MappingProxyType({})


def read(path: Path) -> Catalogue:
    """Return the translations in a file. Entries without a translation are left out.

    Raises:
        DataError: as `catalogue` does.
    """
    try:
        with path.open("rb") as stream:
            messages = read_po(stream, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read ({error}). Correct the file.") from None
    entries = [_entry(message, path.name) for message in messages if _is_translated(message)]
    return {(entry.context, entry.english): entry for entry in entries}


def _is_translated(message: Message) -> bool:
    return bool(message.id) and any(_as_tuple(message.string))


def _entry(message: Message, file: str) -> Entry:
    context, english = message.context or "", _as_tuple(message.id)
    stated = [_state(comment) for comment in message.user_comments]
    state = next((each for each in stated if each), None)
    if state is None:
        raise DataError(
            f"{file}: the entry {context!r} ({english[0][:40]!r}) does not say who translated it "
            "and when. Add a comment such as '# draft by machine, 2026-11-30', or import it: "
            "python -m referrals.i18n import."
        )
    forms = _as_tuple(message.string)
    return Entry(context, english, forms, state, is_outdated=FUZZY in message.flags)


def _state(comment: str) -> State | None:
    """Return the state in a comment, None if it has none or not a real date.

    >>> _state("draft by machine, 2026-02-30")
    """
    found = _STATE.fullmatch(comment)
    if not found:
        return None
    try:
        return State(found[1], found[2], date.fromisoformat(found[3]))
    except ValueError:
        return None


def _as_tuple(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    if text is None or isinstance(text, str):
        return (text or "",)
    return tuple(text)
