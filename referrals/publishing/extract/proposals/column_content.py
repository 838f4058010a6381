"""The content of a column of an unknown extract: the counts of its values, and which may be shown.

`proposal` counts, and `proposal_text` asks for words, dates and ages. A value is shown only if its
column has a role of codes, it is on several lines, and it looks like a code or category.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from referrals.publishing.extract import spellings
from referrals.publishing.extract.mappings import age_forms, date_forms
from referrals.publishing.extract.proposals import column_roles
from referrals.publishing.extract.spellings import CODED_FIELDS

MAX_DISTINCT: Final = 5_000
"""The most distinct values kept of a column; columns of codes or dates have fewer."""

OTHERS: Final = "\0others"
"""The key that counts the further values of a capped column. No value of an extract is like it."""

FEWEST_LINES_SHOWN: Final = 5
"""The fewest lines on which a value must be for it to be shown."""

MOST_WORDS_SHOWN: Final = 40

FREE_TEXT_WORDS: Final = 100
"""More distinct unknown values than this are free text, of which none is shown."""

_CODE_LIKE: Final = re.compile(r"(?!.*[0-9]{5})[^@\n\r\t]{0,60}")

_WITH_UNIT: Final = re.compile(r"[0-9]{1,3} ?(years old|years|yrs|yr|y\.?o|y|\.0)")


@dataclass(frozen=True)
class UnknownWord:
    """A value of a code column that spells no code: how often, and similar spellings."""

    text: str
    lines: int
    similar: tuple[str, ...]


@dataclass
class Column:
    """A column of the extract.

    Attributes:
        name: as a mapping writes it: `#5` if the name is missing or repeated.
        counts: the lines of each distinct value, unless there are too many.
        is_capped: whether there are too many.
        blank: the lines without a value.
        role: the column of ours that it is, or `BIRTH`.
        is_private: whether its name says that its values may be about a person.
        stated_words: the words that an earlier mapping gives a code, in plain form.
    """

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    is_capped: bool = False
    blank: int = 0
    role: str | None = None
    is_private: bool = False
    stated_words: frozenset[str] = frozenset()

    def add(self, value: str) -> None:
        """Count a value."""
        text = value.strip()
        if not text:
            self.blank += 1
        elif self.is_capped and text not in self.counts:
            self.counts[OTHERS] += 1
        else:
            self.counts[text] += 1
            self.is_capped = len(self.counts) >= MAX_DISTINCT

    @property
    def lines(self) -> int:
        """The lines with a value."""
        return self.counts.total()

    @property
    def is_identifying(self) -> bool:
        """Return whether every line has a value of its own."""
        others = self.counts.get(OTHERS, 0)
        return not self.blank and len(self.counts) - bool(others) + others == self.lines

    def unknown(self) -> Counter[str]:
        """Return the values that spell no code of the column's role."""
        known = {*column_roles.known_words(self.role or ""), *self.stated_words}
        return Counter(
            {text: n for text, n in self.counts.items() if column_roles.plain(text) not in known}
        )


def unknown_words(column: Column) -> tuple[list[UnknownWord], int, int]:
    """Return the unknown words of a code column that may be shown, and the others' numbers.

    The others are counted twice: their distinct values, and the lines that these are on.
    """
    if column.role not in CODED_FIELDS:
        return [], 0, 0
    unknown = column.unknown()
    is_free_text = column.is_capped or len(unknown) > FREE_TEXT_WORDS
    shown = []
    for text, number in unknown.most_common(0 if is_free_text else MOST_WORDS_SHOWN):
        if number >= FEWEST_LINES_SHOWN and _CODE_LIKE.fullmatch(text) and text.isprintable():
            similar = tuple(spellings.suggestions(column.role, text))
            shown.append(UnknownWord(text, number, similar))
    lines_shown = sum(word.lines for word in shown)
    return shown, len(unknown) - len(shown), unknown.total() - lines_shown


def date_counts(column: Column) -> tuple[int, dict[str, int]]:
    """Return the lines of a date column in ISO form, and those that fit each other form."""
    iso = date_forms.DateReader(ignores_time=True)
    others = [text for text in column.counts if iso.read(text) is None]
    in_iso = sum(number for text, number in column.counts.items() if iso.read(text) is not None)
    fitting = dict.fromkeys(date_forms.fitting(others), 0)
    for form in fitting:
        fitting[form] = sum(column.counts[text] for text in others if date_forms.fits(text, form))
    return in_iso, fitting


def age_form(column: Column) -> tuple[str, tuple[str, ...]]:
    """Return the form of most ages, and the units that follow years."""
    words = [column_roles.plain(text) for text in column.counts]
    plain = sum(word.isdigit() for word in words)
    units = Counter(match[1] for word in words if (match := _WITH_UNIT.fullmatch(word)))
    bands = sum(age_forms.parse_band(word) is not None for word in words) - plain - units.total()
    if bands > plain + units.total():
        return age_forms.BANDS, ()
    return age_forms.YEARS, tuple(units)
