"""Tables: the cells that a reader asked for, each with its figure or the reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final

from referrals.query.observation import Observation
from referrals.query.tables.cube import Axis
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table_request import TableRequest
from referrals.reference.codelists import TOTAL, Code
from referrals.release.release import Kind

MOST_CELLS: Final = 480
"""The most cells that are drawn at once: a longer table is shown in parts of whole rows."""


class Reason(StrEnum):
    """The reasons for which a cell has no figure."""

    WITHHELD = "withheld"
    NOT_PUBLISHED = "not_published"
    WHOLE_ABSENT = "whole_absent"
    WHOLE_SMALL = "whole_small"
    NO_EARLIER = "no_earlier"
    EARLIER_ABSENT = "earlier_absent"


@dataclass(frozen=True, slots=True)
class Figure:
    """The figure of a cell: a number of referrals or its change, or a share from 0 to 1.

    `value` is None if only a range is known, or if the printed value disagrees with others.
    `open_ended` means that the source gives no upper end.
    """

    lower: Fraction
    upper: Fraction
    value: Fraction | None = None
    open_ended: bool = False

    @property
    def is_exact(self) -> bool:
        """Return whether the figure can be one value only."""
        return self.lower == self.upper and not self.open_ended


@dataclass(frozen=True, slots=True)
class Nearest:
    """The published number nearest to a cell that has none. `key` has its code on each axis."""

    key: Key
    observation: Observation


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its number of referrals, and its figure or the reason why it has none."""

    observation: Observation
    figure: Figure | None = None
    reason: Reason | None = None
    nearest: Nearest | None = None


@dataclass(frozen=True)
class Table:
    """The cells of a request by row and column, and the cube that they come from.

    `rows` and `columns` are keys with one code for each of their axes, `((),)` without any axis.
    `period` is the code of the period, '' for the whole one. `earlier` is the period from which
    changes are measured, '' in tables of other measures and those with time on an axis.
    `has_periods` means that the release has several periods.
    """

    request: TableRequest
    kind: Kind
    axes: Mapping[str, Axis]
    order: tuple[str, ...]
    rows: tuple[Key, ...]
    columns: tuple[Key, ...]
    cells: Mapping[tuple[Key, Key], Cell]
    whole: Observation
    period: str = ""
    earlier: str = ""
    has_periods: bool = False

    @cached_property
    def missing(self) -> Mapping[Reason, list[tuple[Key, Key]]]:
        """The cells without a figure by reason, each in the order of the table."""
        found: dict[Reason, list[tuple[Key, Key]]] = {}
        for place, cell in self.cells.items():
            if cell.reason is not None:
                found.setdefault(cell.reason, []).append(place)
        return found

    @cached_property
    def shown(self) -> int:
        """The number of cells that have a figure."""
        return len(self.cells) - sum(map(len, self.missing.values()))

    @property
    def parts(self) -> int:
        """The number of parts in which the table is shown."""
        return -(-len(self.rows) // self.rows_of_part)

    @property
    def rows_of_part(self) -> int:
        """The number of rows of each part but the last."""
        return max(MOST_CELLS // len(self.columns), 1)

    @property
    def part(self) -> int:
        """The part that is shown: the last, if the request is beyond it."""
        return min(self.request.part, self.parts)

    @property
    def rows_shown(self) -> tuple[Key, ...]:
        """The rows of the part that is shown."""
        start = (self.part - 1) * self.rows_of_part
        return self.rows[start : start + self.rows_of_part]

    def code(self, axis: str, code: str) -> Code:
        """Return a code of one of the axes."""
        return self._codes[axis, code]

    @cached_property
    def _codes(self) -> dict[tuple[str, str], Code]:
        return {
            (name, found.code): found for name, axis in self.axes.items() for found in axis.codes
        }

    def is_total(self, row: Key, column: Key) -> bool:
        """Return whether a cell is a total of others of the table."""
        return TOTAL in (*row, *column)
