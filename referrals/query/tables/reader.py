"""From a request to a table: the rows and columns in order, and the figure of each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from referrals.caching import cached
from referrals.query import kinds
from referrals.query.observation import SUPPRESSED, Observation
from referrals.query.selection import PERIOD, Selection
from referrals.query.tables import cube, joint_bounds, narrowing
from referrals.query.tables.cube import AXES, QUARTER, TIMES, YEAR, Axis, Cube
from referrals.query.tables.narrowing import Key, Range
from referrals.query.tables.nearest import nearest_number
from referrals.query.tables.table import Cell, Figure, Reason, Table
from referrals.query.tables.table_request import Measure, Offer, Sort, TableRequest
from referrals.reference.codelists import TOTAL, Code
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.files import BY_EDITION
from referrals.release.release import Release


def offer(release: Release, releases: Sequence[str] = ()) -> Offer:
    """Return the choices for tables of a release, whose addresses can name one of `releases`."""
    listed = cube.codes(release)
    quarters = tuple(code.code for code in listed.get(QUARTER, ()))
    axes = tuple(name for name in AXES if name in listed)
    return Offer(axes, kinds.of(release).every_filter(), quarters, tuple(releases))


def read(release: Release, request: TableRequest) -> Table:
    """Return the table that a reader asked for.

    Raises:
        ValueError: the release has no such table; `table_request.read_address` never asks for one.
    """
    order = tuple(axis for axis in AXES if axis in request.axes)
    return _Reader(release, request, order).table()


@cached(64, BY_EDITION, has_words=False)
def _cube(release: Release, order: tuple[str, ...], within: Selection) -> Cube:
    """Return a cube, the same for every layout, order and measure of a table."""
    return kinds.of(release).cube(order, within)


@dataclass(frozen=True)
class _Reader:
    """The steps from a request to a table."""

    release: Release
    request: TableRequest
    order: tuple[str, ...]

    def table(self) -> Table:
        """Return the table."""
        found = self._cube(self._period_of_cube)
        axes = dict(zip(self.order, found.axes, strict=True))
        rows = self._keys(self.request.rows, axes)
        columns = self._keys(self.request.columns, axes)
        rows = self._sorted(rows, found, axes)
        earlier = self._earlier_period
        before = self._cube(earlier) if earlier else None
        cells = {
            (row, column): self._cell(self._key(row, column), found, before)
            for row in rows
            for column in columns
        }
        return Table(
            self.request,
            self.release.about.kind,
            axes,
            self.order,
            rows,
            columns,
            cells,
            found.observations[tuple(TOTAL for _ in self.order)],
            self._period,
            earlier,
            has_periods=any(name in self._codes for name in TIMES),
        )

    @cached_property
    def _codes(self) -> dict[str, tuple[Code, ...]]:
        return cube.codes(self.release)

    @property
    def _is_change(self) -> bool:
        return self.request.measure is Measure.CHANGE

    @property
    def _period(self) -> str:
        """The code of the period of the table: the default if the request names none."""
        if self.request.within.period or self.request.has_time:
            return self.request.within.period
        periods = kinds.of(self.release).every_filter()[PERIOD]
        return periods[0] if periods else self.release.about.period

    @property
    def _period_of_cube(self) -> str:
        """The period to read. Changes over time need all: the first may have one before it."""
        return "" if self._is_change and self.request.has_time else self._period

    @property
    def _earlier_period(self) -> str:
        """The period before that of a table of changes without time, '' if there is none."""
        if not self._is_change or self.request.has_time:
            return ""
        return self._before(YEAR, self._period) or self._before(QUARTER, self._period)

    def _before(self, time: str, code: str) -> str:
        codes = [found.code for found in self._codes.get(time, ())]
        place = codes.index(code) if code in codes else 0
        return codes[place - 1] if place else ""

    def _cube(self, period: str) -> Cube:
        codes = self.request.within.codes()
        return _cube(self.release, self.order, Selection(**codes, period=period))

    def _keys(self, names: Sequence[str], axes: Mapping[str, Axis]) -> tuple[Key, ...]:
        """Return every combination of codes of one side; changes have no total over time."""
        return tuple(product(*[self._codes_of_side(name, axes[name]) for name in names]))

    def _codes_of_side(self, name: str, axis: Axis) -> list[str]:
        codes = [code.code for code in axis.codes]
        if name not in TIMES or not self._is_change:
            return codes
        within = [code.members for code in self._codes[YEAR] if code.code == self._period]
        allowed = within[0] if name == QUARTER and within else codes
        return [code for code in codes if code in allowed and code != TOTAL]

    def _key(self, row: Key, column: Key) -> Key:
        codes = dict(zip(self.request.axes, (*row, *column), strict=True))
        return tuple(codes[name] for name in self.order)

    def _sorted(
        self, rows: tuple[Key, ...], found: Cube, axes: Mapping[str, Axis]
    ) -> tuple[Key, ...]:
        """Return rows by the number in their total: outer groups first, then the rows of each.

        Codes such as "not recorded" and totals stay last.
        """
        if self.request.sort is Sort.LISTED:
            return rows
        sign = -1 if self.request.sort is Sort.LARGEST else 1
        total = tuple(TOTAL for _ in self.request.columns)
        kind_of = {name: axes[name].kinds for name in self.request.rows}

        def rank(row: Key) -> list[tuple[int, int, int]]:
            ranks = []
            for place, name in enumerate(self.request.rows):
                outer = (*row[: place + 1], *[TOTAL] * (len(row) - place - 1))
                number = found.observations[self._key(outer, total)]
                size = number.lower if number.value is None else number.value
                last = {"special": 1, "total": 2}.get(kind_of[name][row[place]], 0)
                ranks.append((last, int(size is None), sign * (size or 0)))
            return ranks

        return tuple(sorted(rows, key=rank))

    def _cell(self, key: Key, found: Cube, before: Cube | None) -> Cell:
        observation = found.observations[key]
        figure: Figure | None = None
        if not observation.has_number:
            is_withheld = observation.status == SUPPRESSED
            reason: Reason | None = Reason.WITHHELD if is_withheld else Reason.NOT_PUBLISHED
        elif self.request.measure is Measure.NUMBER:
            figure, reason = _number(observation), None
        elif self._is_change:
            figure, reason = self._change(key, found, before)
        else:
            figure, reason = self._share(key, found)
        if reason is None:
            return Cell(observation, figure)
        return Cell(observation, None, reason, nearest_number(key, found))

    def _share(self, key: Key, found: Cube) -> tuple[Figure | None, Reason | None]:
        """Return the share of a cell in the total that the measure names."""
        part = found.observations[key]
        names = {
            Measure.SHARE_OF_ROW: self.request.columns,
            Measure.SHARE_OF_COLUMN: self.request.rows,
        }.get(self.request.measure, self.order)
        summed = [place for place, name in enumerate(self.order) if name in names]
        whole_key = tuple(TOTAL if place in summed else code for place, code in enumerate(key))
        whole = found.observations[whole_key]
        if not whole.has_number:
            return None, Reason.WHOLE_ABSENT
        least = whole.bounds[0] if whole.value is None else whole.value
        if least < SMALLEST_SHARE_BASE:
            return None, Reason.WHOLE_SMALL
        if whole_key == key:
            return Figure(Fraction(1), Fraction(1), Fraction(1)), None
        moved = [place for place in summed if key[place] != TOTAL]
        siblings = found.siblings(key, moved[0]) if len(moved) == 1 else None
        others = _rest(part.bounds, whole.bounds, siblings)
        lower, upper = joint_bounds.share(part.bounds, whole.bounds, others)
        has_value = part.value is not None and whole.value is not None and not part.is_range
        value = Fraction(part.value or 0, whole.value or 1) if has_value else None
        return Figure(lower, upper, value, part.open_ended), None

    def _change(
        self, key: Key, found: Cube, before: Cube | None
    ) -> tuple[Figure | None, Reason | None]:
        """Return the change of a cell on the same cell in the period before."""
        times = [place for place, name in enumerate(self.order) if name in TIMES]
        together: Range | None = None
        if times:
            (place,) = times
            earlier = self._before(self.order[place], key[place])
            if not earlier:
                return None, Reason.NO_EARLIER
            earlier_key = (*key[:place], earlier, *key[place + 1 :])
            past = found.observations[earlier_key]
            together = _together(key, earlier_key, place, found)
        elif before is None:
            return None, Reason.NO_EARLIER
        elif key not in before.observations:
            return None, Reason.EARLIER_ABSENT
        else:
            past = before.observations[key]
        if not past.has_number:
            return None, Reason.EARLIER_ABSENT
        now = found.observations[key]
        lower, upper = narrowing.change(Range(*now.bounds), Range(*past.bounds), together)
        has_value = now.value is not None and past.value is not None
        value = Fraction((now.value or 0) - (past.value or 0)) if has_value else None
        return Figure(Fraction(lower), Fraction(upper), value), None


def _rest(
    part: joint_bounds.Bounds,
    whole: joint_bounds.Bounds,
    siblings: Sequence[Observation] | None,
) -> list[joint_bounds.Bounds]:
    """Return the bounds of the other parts of a whole, each or all together.

    If the whole is exact, the rest follows from the part alone, even if printed parts do not add up
    to the whole.
    """
    if siblings is not None and whole[0] < whole[1]:
        return [sibling.bounds for sibling in siblings]
    return [joint_bounds.rest(part, whole)]


def _number(observation: Observation) -> Figure:
    lower, upper = observation.bounds
    is_single = observation.value is not None and not observation.is_range
    value = Fraction(observation.value or 0) if is_single else None
    return Figure(Fraction(lower), Fraction(upper), value, observation.open_ended)


def _together(key: Key, earlier: Key, place: int, found: Cube) -> Range | None:
    """Return the range of the sum of a cell and the one before, from the total over time."""
    total = found.observations[(*key[:place], TOTAL, *key[place + 1 :])]
    siblings = found.siblings(key, place)
    if siblings is None or not total.has_number:
        return None
    own = found.observations[earlier]
    others = [Range(*each.bounds) for each in siblings if each is not own]
    lower, upper = total.bounds
    return Range(
        lower - sum(each.upper for each in others), upper - sum(each.lower for each in others)
    )
