"""The forms in which extracts write dates: reading a value in a stated form, and finding forms.

`staged_checks` reads dates in the forms of a mapping; proposals and messages use `fitting` to say
which forms the values have. The order of day and month is never guessed: values such as 03/04/2020
fit both, and a form is read only if a mapping states it. Only ISO dates need no statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ISO: Final = "yyyy-mm-dd"
DAY_FIRST: Final = frozenset({"dd/mm/yyyy", "dd/mm/yy"})
MONTH_FIRST: Final = frozenset({"mm/dd/yyyy", "mm/dd/yy"})
TWO_DIGIT_YEARS: Final = frozenset({"dd/mm/yy", "mm/dd/yy", "dd-mmm-yy"})

_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}

_NUMERIC: Final = r"([0-9]{{1,2}})([/.\- ])([0-9]{{1,2}})\2([0-9]{{{year}}})"
_NAMED: Final = r"([0-9]{{1,2}})[ ./-]?([a-z]{{3,9}})\.?[ ,./-]?([0-9]{{{year}}})"
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    ISO: re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    "yyyy/mm/dd": re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})"),
    "yyyymmdd": re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})"),
    "dd/mm/yyyy": re.compile(_NUMERIC.format(year=4)),
    "mm/dd/yyyy": re.compile(_NUMERIC.format(year=4)),
    "dd/mm/yy": re.compile(_NUMERIC.format(year=2)),
    "mm/dd/yy": re.compile(_NUMERIC.format(year=2)),
    "dd-mmm-yyyy": re.compile(_NAMED.format(year=4)),
    "dd-mmm-yy": re.compile(_NAMED.format(year=2)),
    "excel serial": re.compile(r"([0-9]{4,5})(?:\.[0-9]+)?"),
    "excel serial 1904": re.compile(r"([0-9]{4,5})(?:\.[0-9]+)?"),
}
FORMS: Final = tuple(_PATTERNS)
"""The forms that a mapping can state. Separators may be any of `/`, `.`, `-` and a space."""

_EPOCHS: Final = {
    "excel serial": date(1899, 12, 30),
    "excel serial 1904": date(1904, 1, 1),
}
_FIRST_CERTAIN_SERIAL: Final = 61
"""Excel counts a 29 February 1900, so that earlier numbers are a day off."""

_TIME: Final = re.compile(
    r"(?:t| )(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?: ?[ap]m)?"
)
_MIDNIGHT: Final = re.compile(r"0?0:00(?::00(?:\.0+)?)?")
_SPACES: Final = re.compile(r"[\s\u00a0\u200b\u202f\ufeff]+")

_SHOWN_FORMS: Final = FORMS[1:-2]
"""The forms that a message or proposal names if values fit. A number could be anything."""

_FEWEST_SWAPPED_DATES: Final = 8
_FEWEST_UNREAD_TEXTS: Final = 3
"""With fewer dates, or texts beside them, their days can be in this order by chance."""

_LARGEST_MONTH: Final = 12


@dataclass(frozen=True)
class DateReader:
    """Reads dates in the forms that a mapping states, and always in ISO form.

    Attributes:
        forms: the stated forms.
        last_two_digit_year: two-digit years are those of the century that ends with this year.
        ignores_time: whether a time of day other than midnight is ignored. If it is not, a value
            with one is not a date.
    """

    forms: tuple[str, ...] = ()
    last_two_digit_year: int = 0
    ignores_time: bool = False

    def read(self, value: str) -> date | None:
        """Return the day of a value, or None if it has none of the forms.

        >>> DateReader(("dd/mm/yyyy",)).read("14/03/2022")
        datetime.date(2022, 3, 14)
        """
        text = _SPACES.sub(" ", value).strip().casefold()
        if (time := _TIME.search(text)) is not None and time.end() == len(text):
            if not self.ignores_time and not _MIDNIGHT.fullmatch(time["time"]):
                return None
            text = text[: time.start()]
        for form in (ISO, *self.forms):
            day = self._read_form(text, form)
            if day is not None:
                return day
        return None

    def _read_form(self, text: str, form: str) -> date | None:
        match = _PATTERNS[form].fullmatch(text)
        if match is None:
            return None
        if form in _EPOCHS:
            serial = int(match[1])
            is_certain = serial >= _FIRST_CERTAIN_SERIAL
            is_whole = self.ignores_time or not text.partition(".")[2].strip("0")
            return _EPOCHS[form] + timedelta(serial) if is_certain and is_whole else None
        year, month, day = _ORDERS[form](match)
        if form in TWO_DIGIT_YEARS:
            year = self._full_year(year)
        try:
            return date(year, month, day)
        except ValueError:
            return None

    def _full_year(self, two_digits: int) -> int:
        """Return the year of the century that ends with `last_two_digit_year`."""
        return self.last_two_digit_year - (self.last_two_digit_year - two_digits) % 100


Order = Callable[[re.Match[str]], tuple[int, int, int]]


def _year_first(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[1]), int(match[2]), int(match[3])


def _day_first(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[4]), int(match[3]), int(match[1])


def _month_first(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[4]), int(match[1]), int(match[3])


def _named_month(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match[3]), _MONTHS.get(match[2], 0), int(match[1])


_ORDERS: Final[Mapping[str, Order]] = {
    ISO: _year_first,
    "yyyy/mm/dd": _year_first,
    "yyyymmdd": _year_first,
    "dd/mm/yyyy": _day_first,
    "mm/dd/yyyy": _month_first,
    "dd/mm/yy": _day_first,
    "mm/dd/yy": _month_first,
    "dd-mmm-yyyy": _named_month,
    "dd-mmm-yy": _named_month,
}


def fitting(values: Iterable[str], forms: Sequence[str] = _SHOWN_FORMS) -> dict[str, int]:
    """Return the forms that values fit, with the number of values, most frequent first.

    >>> fitting(["13/04/2020", "01/05/2020"])
    {'dd/mm/yyyy': 2, 'mm/dd/yyyy': 1}
    """
    iso = DateReader(ignores_time=True)
    readers = {form: DateReader((form,), 2099, ignores_time=True) for form in forms}
    counts = dict.fromkeys(forms, 0)
    for value in values:
        if iso.read(value) is None:
            for form, reader in readers.items():
                counts[form] += reader.read(value) is not None
    found = [form for form in forms if counts[form]]
    return {form: counts[form] for form in sorted(found, key=lambda form: -counts[form])}


def fits(value: str, form: str) -> bool:
    """Return whether a value is a date in a form, with or without a time of day."""
    return DateReader((form,), 2099, ignores_time=True).read(value) is not None


def has_time(values: Iterable[str]) -> bool:
    """Return whether a value has a time of day other than midnight."""
    return any(
        (time := _TIME.search(value.casefold())) is not None
        and not _MIDNIGHT.fullmatch(time["time"])
        for value in values
    )


def advice(values: Sequence[str]) -> str:
    """Return how to state the form of dates that were not understood: the form, or a question."""
    counts = fitting(values)
    if not counts:
        return "Correct them at their source"
    best = [form for form in counts if counts[form] == max(counts.values())]
    if len(best) > 1:
        return (
            f"Every one that is a date fits {' and '.join(best)}: find out which is meant, and "
            "state it as dates.form in a mapping. It is never guessed"
        )
    others = "" if counts[best[0]] == len(values) else f" ({counts[best[0]]:,} of {len(values):,})"
    return f"They fit {best[0]}{others}: if that is meant, state it as dates.form in a mapping"


def swapped_by_spreadsheet(values: Sequence[str]) -> bool:
    """Return whether a spreadsheet has read dates of one order in the other.

    It turns 03/04/2020 into a date of the wrong month, and leaves 13/04/2020 as text. Then no
    date has a day after the 12th, and every text has.
    """
    iso = [value for value in values if _PATTERNS[ISO].fullmatch(value)]
    texts = [value for value in values if _PATTERNS["dd/mm/yyyy"].fullmatch(value)]
    is_enough = len(iso) >= _FEWEST_SWAPPED_DATES and len(texts) >= _FEWEST_UNREAD_TEXTS
    return (
        is_enough
        and all(int(value[8:]) <= _LARGEST_MONTH for value in iso)
        and all(int(re.split(r"\D", value)[0]) > _LARGEST_MONTH for value in texts)
    )
