"""A reader's choice of table: a frozen value, read from an address and written back to it.

The dashboard, the static site and the downloads all read it here, so that one address gives one
table everywhere. A part of an address that cannot be used becomes a `Problem`, which says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from referrals.query.parameters import code_of, meant
from referrals.query.selection import PERIOD, RELEASE, SEPARATOR, SORT, Selection
from referrals.query.tables.cube import AXES, MOST_AXES, TIMES, YEAR
from referrals.reference.codelists import DIMENSIONS, TOTAL

ROWS, COLUMNS, MEASURE, CHART, PART = "rows", "columns", "measure", "chart", "part"

NONE: Final = "none"
"""The code of no columns, no chart, or the order of the code lists."""

MOST_ON_ONE_SIDE: Final = 2
MOST_FILTERS: Final = 3

LATEST: Final = "latest"
"""In place of the id of a release: whichever is the latest."""


class Measure(StrEnum):
    """The measures of a table's cells."""

    NUMBER = "number"
    SHARE_OF_ROW = "share_of_row"
    SHARE_OF_COLUMN = "share_of_column"
    SHARE_OF_ALL = "share_of_all"
    CHANGE = "change"


SHARES: Final = frozenset({Measure.SHARE_OF_ROW, Measure.SHARE_OF_COLUMN, Measure.SHARE_OF_ALL})


class Sort(StrEnum):
    """The orders of a table's rows: that of the code lists, or by the size of their total."""

    LISTED = NONE
    LARGEST = "largest"
    SMALLEST = "smallest"


class Chart(StrEnum):
    """The charts of a table."""

    NONE = "none"
    BARS = "bars"
    STACKED = "stacked"
    LINES = "lines"
    MULTIPLES = "multiples"
    DOTS = "dots"
    HEAT = "heat"


class Fault(StrEnum):
    """The faults of a part of an address that cannot be used."""

    UNKNOWN_NAME = "unknown_name"
    UNKNOWN_VALUE = "unknown_value"
    REPEATED = "repeated"
    TOO_MANY = "too_many"
    USED_TWICE = "used_twice"
    IS_AN_AXIS = "is_an_axis"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True)
class Problem:
    """A part of an address that could not be used: its name, its value and the fault.

    `suggestion` is the code that was probably meant, '' if none is close. `allowed` are the codes
    that could have been given.
    """

    name: str
    value: str
    fault: Fault
    suggestion: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """The choices that a release offers for a table: its possible axes, and the codes of filters.

    The first period is the default; `quarters` are those that are not years. `releases` are the
    names that `release` can have.
    """

    axes: tuple[str, ...]
    filters: Mapping[str, Sequence[str]]
    quarters: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRequest:
    """The rows, columns, filters, measure, order, chart and part of a table.

    `within` holds the filters, the period and the release. A period of '' is the default: the first
    on offer, or all periods if time is on an axis. `part` counts the parts of a long table from 1.
    """

    rows: tuple[str, ...] = ("crime_type",)
    columns: tuple[str, ...] = ("sex",)
    within: Selection = field(default_factory=Selection)
    measure: Measure = Measure.NUMBER
    sort: Sort = Sort.LISTED
    chart: Chart = Chart.NONE
    part: int = 1

    @property
    def axes(self) -> tuple[str, ...]:
        """Everything on the rows and the columns."""
        return (*self.rows, *self.columns)

    @property
    def has_time(self) -> bool:
        """Return whether quarters or years are on the rows or the columns."""
        return any(axis in TIMES for axis in self.axes)

    def pivoted(self) -> TableRequest:
        """Return the table with its rows and columns swapped, and a share with them.

        A table without columns has nothing to swap: its rows become its columns.
        """
        swapped = {
            Measure.SHARE_OF_ROW: Measure.SHARE_OF_COLUMN,
            Measure.SHARE_OF_COLUMN: Measure.SHARE_OF_ROW,
        }
        measure = swapped.get(self.measure, self.measure)
        return replace(self, rows=self.columns, columns=self.rows, measure=measure, part=1)

    def address(self) -> dict[str, str]:
        """Return the address parameters of the table, none if it is the default one.

        Rows and columns are always named in others, so that a link does not depend on the default.

        >>> TableRequest(rows=("nationality", "sex"), columns=()).address()
        {'rows': 'nationality,sex', 'columns': 'none'}
        """
        if self == TableRequest():
            return {}
        chosen = {
            ROWS: SEPARATOR.join(self.rows) or NONE,
            COLUMNS: SEPARATOR.join(self.columns) or NONE,
            **self.within.chosen(),
        }
        rest = {
            PERIOD: (self.within.period, ""),
            MEASURE: (self.measure.value, Measure.NUMBER.value),
            SORT: (self.sort.value, Sort.LISTED.value),
            CHART: (self.chart.value, Chart.NONE.value),
            PART: (str(self.part), "1"),
            RELEASE: (self.within.release, ""),
        }
        return chosen | {name: value for name, (value, default) in rest.items() if value != default}


NAMES: Final = (ROWS, COLUMNS, *DIMENSIONS, PERIOD, MEASURE, SORT, CHART, PART, RELEASE)
"""The parameters of a table's address."""


def read_address(
    pairs: Iterable[tuple[str, str]], offer: Offer
) -> tuple[TableRequest, tuple[Problem, ...]]:
    """Return the table that an address asks for, and the parts of it that could not be used.

    The default takes the place of each part that could not be used. Names that are not ours, such
    as those that mail programs add to links, are ignored unless they look like a misspelling of
    ours. Rows and columns can be given twice, as a form without a script does:
    `rows=age_band&rows=sex`.
    """
    problems: list[Problem] = []
    given: dict[str, str] = {}
    for name, value in pairs:
        if name not in NAMES:
            problems += _misspelt(name, value)
        elif name in {ROWS, COLUMNS}:
            given[name] = _joined(given.get(name, ""), value)
        elif given.setdefault(name, value) != value:
            problems.append(Problem(name, value, Fault.REPEATED))
    default = TableRequest()
    sides = _sides(given, offer, problems)
    rows = sides.get(ROWS)
    columns = sides.get(COLUMNS)
    if rows is None and columns is None:
        rows, columns = default.rows, default.columns
    rows, columns = rows or (), columns or ()
    if not rows and not columns:
        rows = default.rows
    release = _one_of(given, RELEASE, offer.releases, problems)
    request = TableRequest(
        rows=rows,
        columns=columns,
        within=_filters(given, (*rows, *columns), offer, problems),
        measure=Measure(_one_of(given, MEASURE, list(Measure), problems) or Measure.NUMBER),
        sort=Sort(_one_of(given, SORT, list(Sort), problems) or Sort.LISTED),
        chart=Chart(_one_of(given, CHART, list(Chart), problems) or Chart.NONE),
        part=_part(given, problems),
    )
    within = request.within.choosing(RELEASE, release)
    return replace(request, within=within), tuple(problems)


def _joined(before: str, value: str) -> str:
    """Return two lists of axes as one; `none` adds nothing to another list."""
    named = [each for each in (before, value) if each not in {"", NONE}]
    return SEPARATOR.join(named) or value


def _misspelt(name: str, value: str) -> list[Problem]:
    """Return the problem of a name that misspells one of ours, none for other names."""
    suggestion = meant(name, NAMES)
    if not suggestion:
        return []
    return [Problem(name, value, Fault.UNKNOWN_NAME, suggestion, NAMES)]


MOST_NAMES: Final = 8
"""The most axes that are read for one side: more than fit, so that each surplus one is reported."""


def _sides(
    given: Mapping[str, str], offer: Offer, problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """Return the axes on the rows and on the columns, by side, without sides that are not given."""
    found: dict[str, tuple[str, ...]] = {}
    used: list[str] = []
    for side in (ROWS, COLUMNS):
        if side not in given:
            continue
        kept: list[str] = []
        value = given[side]
        names = [] if value in {NONE, ""} else value.split(SEPARATOR)[:MOST_NAMES]
        for name in names:
            fault = _fault_of_axis(name, kept, used, offer)
            if fault is None:
                kept.append(name)
                used.append(name)
            else:
                is_unknown = fault is Fault.UNKNOWN_VALUE
                suggestion = _closest(name, offer.axes) if is_unknown else ""
                problems.append(Problem(side, name, fault, suggestion, offer.axes))
        if kept or not names:
            found[side] = tuple(kept)
    return found


def _fault_of_axis(
    name: str, kept: Sequence[str], used: Sequence[str], offer: Offer
) -> Fault | None:
    """Return why an axis cannot be put on a side of the table, None if it can."""
    if name not in offer.axes:
        return Fault.NOT_OFFERED if name in AXES else Fault.UNKNOWN_VALUE
    if name in used:
        return Fault.USED_TWICE
    has_other_time = name in TIMES and any(other in TIMES for other in used)
    if has_other_time or len(kept) == MOST_ON_ONE_SIDE or len(used) == MOST_AXES:
        return Fault.TOO_MANY
    return None


def _filters(
    given: Mapping[str, str], axes: Sequence[str], offer: Offer, problems: list[Problem]
) -> Selection:
    """Return the filters: at most three codes of dimensions that are on no axis, and a period."""
    within = Selection()
    for name in (*DIMENSIONS, PERIOD):
        value = given.get(name, "")
        if value in {"", TOTAL}:
            continue
        allowed = filter_codes(name, axes, offer)
        value = code_of(value, allowed) or value
        if name in axes or (name == PERIOD and not allowed and offer.filters.get(name)):
            problems.append(Problem(name, value, Fault.IS_AN_AXIS))
        elif not offer.filters.get(name):
            problems.append(Problem(name, value, Fault.NOT_OFFERED))
        elif value not in allowed:
            suggestion = _closest(value, allowed)
            problems.append(Problem(name, value, Fault.UNKNOWN_VALUE, suggestion, tuple(allowed)))
        elif name != PERIOD and len(within.chosen()) == MOST_FILTERS:
            problems.append(Problem(name, value, Fault.TOO_MANY))
        else:
            within = within.choosing(name, value)
    has_time = any(axis in TIMES for axis in axes)
    if not has_time and offer.filters.get(PERIOD) and within.period == offer.filters[PERIOD][0]:
        within = within.choosing(PERIOD, "")
    return within


def filter_codes(name: str, axes: Sequence[str], offer: Offer) -> Sequence[str]:
    """Return the codes by which a table with these axes can be filtered.

    A table of quarters can be filtered by year, and one of years not at all by period.
    """
    codes = offer.filters.get(name, ())
    if name != PERIOD or not any(axis in TIMES for axis in axes):
        return codes
    return () if YEAR in axes else [code for code in codes if code not in offer.quarters]


def _one_of(
    given: Mapping[str, str], name: str, allowed: Sequence[str], problems: list[Problem]
) -> str:
    """Return the value of a parameter; '' if it is not given or not allowed."""
    value = given.get(name, "")
    if not value or value in allowed:
        return value
    codes = tuple(str(code) for code in allowed)
    problems.append(Problem(name, value, Fault.UNKNOWN_VALUE, _closest(value, codes), codes))
    return ""


def _part(given: Mapping[str, str], problems: list[Problem]) -> int:
    value = given.get(PART, "1")
    is_number = value.isascii() and value.isdigit() and len(value) <= len(str(MOST_PARTS))
    if is_number and 1 <= int(value) <= MOST_PARTS:
        return int(value)
    problems.append(Problem(PART, value, Fault.UNKNOWN_VALUE))
    return 1


MOST_PARTS: Final = 999


def _closest(value: str, allowed: Iterable[str]) -> str:
    """Return the allowed code that is closest to a value, '' if none is close."""
    by_folded = {code.lower(): code for code in allowed}
    close = get_close_matches(value.lower(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""
