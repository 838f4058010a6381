"""The charts that suit a table, and the faults of the others.

Every rule is about what a reader could misread: parts that do not make up their whole, more colours
than can be told apart, a change drawn from zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from referrals.query.tables.cube import TIMES
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table import Cell, Table
from referrals.query.tables.table_request import Chart, Measure
from referrals.reference.codelists import TOTAL

MOST_BARS: Final = 60
MOST_PARTS: Final = 5
"""Four parts have a colour each, and the fifth, such as those not recorded, is grey."""

MOST_LINES: Final = 4
MOST_PANELS: Final = 20


class Fault(StrEnum):
    """The reasons for which a chart does not suit a table."""

    NO_NUMBERS = "no_numbers"
    TOO_MANY_BARS = "too_many_bars"
    ONE_SIDE = "one_side"
    NOT_A_WHOLE = "not_a_whole"
    OVERLAP = "overlap"
    GAPS = "gaps"
    TOO_MANY_PARTS = "too_many_parts"
    NO_TIME = "no_time"
    ONE_PERIOD = "one_period"
    TOO_MANY_LINES = "too_many_lines"
    TOO_MANY_PANELS = "too_many_panels"
    NO_RANGES = "no_ranges"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Unsuited:
    """The fault of a chart that does not suit a table.

    If something is too many, `n` is its number and `most` the number allowed; otherwise both are 0.
    """

    fault: Fault
    n: int = 0
    most: int = 0


@dataclass(frozen=True)
class Drawable:
    """The cells of a table that a chart draws: those outside its total rows and columns.

    A side without any axis has one key, ().
    """

    table: Table
    rows: tuple[Key, ...]
    columns: tuple[Key, ...]

    @property
    def cells(self) -> dict[tuple[Key, Key], Cell]:
        """The cells by row and column."""
        return {
            (row, column): self.table.cells[row, column]
            for row in self.rows
            for column in self.columns
        }

    @property
    def time_is_on_rows(self) -> bool:
        """Return whether quarters or years are in the rows, alone."""
        return len(self.table.request.rows) == 1 and self.table.request.rows[0] in TIMES

    @property
    def time_is_on_columns(self) -> bool:
        """Return whether quarters or years are in the columns, alone."""
        return len(self.table.request.columns) == 1 and self.table.request.columns[0] in TIMES

    @property
    def has_time(self) -> bool:
        """Return whether one side has periods alone, so that the other side's codes are series."""
        return self.time_is_on_rows or self.time_is_on_columns

    @property
    def series(self) -> tuple[Key, ...]:
        """The keys of the side that is not time."""
        return self.columns if self.time_is_on_rows else self.rows


def drawable(table: Table) -> Drawable:
    """Return the cells of a table that a chart draws; the total if a side has nothing else."""
    return Drawable(table, _without_totals(table.rows), _without_totals(table.columns))


def unsuited(table: Table) -> Mapping[Chart, Unsuited]:
    """Return the fault of each chart that does not suit a table. The other charts suit it."""
    found = drawable(table)
    faults = {chart: rule(found) for chart, rule in _RULES.items()}
    return {chart: fault for chart, fault in faults.items() if fault is not None}


def _without_totals(keys: Sequence[Key]) -> tuple[Key, ...]:
    return tuple(key for key in keys if TOTAL not in key) or tuple(keys)


def _is_empty(found: Drawable) -> bool:
    return not any(cell.figure for cell in found.cells.values())


def _common(found: Drawable) -> Unsuited | None:
    if found.table.request.measure is Measure.CHANGE:
        return Unsuited(Fault.CHANGE)
    return Unsuited(Fault.NO_NUMBERS) if _is_empty(found) else None


def _too_many_bars(found: Drawable) -> Unsuited | None:
    n = len(found.cells)
    return Unsuited(Fault.TOO_MANY_BARS, n, MOST_BARS) if n > MOST_BARS else None


def _two_sides(found: Drawable) -> Unsuited | None:
    request = found.table.request
    return None if request.rows and request.columns else Unsuited(Fault.ONE_SIDE)


def _bars(found: Drawable) -> Unsuited | None:
    return _common(found) or _too_many_bars(found)


def _dots(found: Drawable) -> Unsuited | None:
    if fault := _common(found) or _too_many_bars(found):
        return fault
    has_range = any(cell.figure and not cell.figure.is_exact for cell in found.cells.values())
    return None if has_range else Unsuited(Fault.NO_RANGES)


def _stacked(found: Drawable) -> Unsuited | None:
    if fault := _common(found) or _two_sides(found):
        return fault
    if found.table.request.measure not in {Measure.NUMBER, Measure.SHARE_OF_ROW}:
        return Unsuited(Fault.NOT_A_WHOLE)
    if len(found.columns) > MOST_PARTS:
        return Unsuited(Fault.TOO_MANY_PARTS, len(found.columns), MOST_PARTS)
    if _has_aggregates(found):
        return Unsuited(Fault.OVERLAP)
    has_gap = any(cell.figure is None or cell.figure.value is None for cell in found.cells.values())
    return Unsuited(Fault.GAPS) if has_gap else _too_many_bars(found)


def _has_aggregates(found: Drawable) -> bool:
    request = found.table.request
    return any(
        found.table.code(name, code).kind == "aggregate"
        for key in found.columns
        for name, code in zip(request.columns, key, strict=True)
    )


def _lines(found: Drawable) -> Unsuited | None:
    if fault := _common(found):
        return fault
    if not found.has_time:
        return Unsuited(Fault.NO_TIME if found.table.has_periods else Fault.ONE_PERIOD)
    n = len(found.series)
    return Unsuited(Fault.TOO_MANY_LINES, n, MOST_LINES) if n > MOST_LINES else None


def _multiples(found: Drawable) -> Unsuited | None:
    if fault := _common(found) or _two_sides(found):
        return fault
    panels = found.series if found.has_time else found.columns
    if len(panels) > MOST_PANELS:
        return Unsuited(Fault.TOO_MANY_PANELS, len(panels), MOST_PANELS)
    return None if found.has_time else _too_many_bars(found)


def _heat(found: Drawable) -> Unsuited | None:
    return _common(found) or _two_sides(found)


_RULES: Final[Mapping[Chart, Callable[[Drawable], Unsuited | None]]] = {
    Chart.BARS: _bars,
    Chart.STACKED: _stacked,
    Chart.LINES: _lines,
    Chart.MULTIPLES: _multiples,
    Chart.DOTS: _dots,
    Chart.HEAT: _heat,
}
