"""Cubes: every cell of up to three dimensions, totals included, for each kind of release.

A table is a cube laid out in rows and columns. Its margins are part of it, so shares, ranges and
the nearest number that is published come from the same cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final

from referrals.caching import cached
from referrals.query.crosstab import Record
from referrals.query.labels import code_rows
from referrals.query.observation import NOT_PUBLISHED, Observation
from referrals.query.selection import PERIOD, Selection
from referrals.query.tables import narrowing
from referrals.query.tables.narrowing import Key, Range
from referrals.reference.codelists import DIMENSIONS, TOTAL, Code
from referrals.release.files import BY_EDITION
from referrals.release.release import Release

QUARTER, YEAR = "quarter", "year"
TIMES: Final = (QUARTER, YEAR)
"""The axes of time. Each has the codes of the dimension `period` that are of its kind."""

AXES: Final = (*DIMENSIONS, *TIMES)
"""Everything that can head the rows or the columns of a table."""

MOST_AXES: Final = 3
"""With four axes, hardly any number of a rounded release would exceed the width of its range, and
other kinds of release publish no such number."""

_PLACES: Final = ("first", "second", "third")
_TIME_OF_KIND: Final = {"category": QUARTER, "aggregate": YEAR}


@dataclass(frozen=True)
class Axis:
    """One axis of a cube: its codes in the order of the code list, the total last.

    `is_complete` means that no record of the total has a code that is not listed.
    """

    name: str
    codes: tuple[Code, ...]
    is_complete: bool = True

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each code."""
        return {code.code: code.kind for code in self.codes}

    @property
    def parts(self) -> tuple[str, ...]:
        """The codes that add up to the total: categories and those such as "not recorded"."""
        if not self.is_complete:
            return ()
        if self.name in TIMES:
            return tuple(code.code for code in self.codes if code.code != TOTAL)
        return tuple(code.code for code in self.codes if code.kind in {"category", "special"})


@dataclass(frozen=True)
class Cube:
    """The observation of each combination of codes: one code for each axis, in their order."""

    axes: tuple[Axis, ...]
    observations: Mapping[Key, Observation]

    def siblings(self, key: Key, place: int) -> list[Observation] | None:
        """Return the other parts of the total of a cell along one axis.

        None if one of them has no number, or the cell is not such a part itself.
        """
        parts = self.axes[place].parts
        if key[place] not in parts:
            return None
        others = [_with_code(key, place, code) for code in parts if code != key[place]]
        found = [self.observations[other] for other in others]
        return found if all(observation.has_number for observation in found) else None


@cached(16, BY_EDITION, has_words=False)
def codes(release: Release) -> dict[str, tuple[Code, ...]]:
    """Return the codes of each possible axis of a release, the total last.

    The two axes of time have no total: its label is that of the period of the table.
    """
    found: dict[str, list[Code]] = {}
    for row in code_rows(release):
        code = Code(row["code"], row["label"], row["kind"], tuple(row["members"].split()))
        is_time = row["dimension"] == PERIOD
        name = _TIME_OF_KIND[code.kind] if is_time else row["dimension"]
        found.setdefault(name, []).append(code)
    return {
        name: tuple(sorted(listed, key=lambda code: code.code == TOTAL))
        for name, listed in found.items()
    }


def read(
    release: Release,
    statement: str,
    axes: Sequence[str],
    selection: Selection,
    **thresholds: int,
) -> Cube:
    """Return the cube of up to three axes within a selection.

    A period of '' is the whole period of the release. `thresholds` are parameters of the statement.

    Raises:
        ValueError: there are too many axes, or one is unknown or given twice.
    """
    if len(axes) > MOST_AXES or len(set(axes)) < len(axes) or not set(axes) <= set(AXES):
        raise ValueError(f"There is no table of {list(axes)!r}.")
    names = [*axes, *[""] * (MOST_AXES - len(axes))]
    chosen = {name: TOTAL for name in axes if name in DIMENSIONS}
    within = {**selection.codes(), **chosen, PERIOD: selection.period}
    parameters: dict[str, Any] = {**dict(zip(_PLACES, names, strict=True)), **within, **thresholds}
    key = itemgetter(*(f"{place}_code" for place in _PLACES))
    records = {key(record)[: len(axes)]: record for record in release.rows(statement, parameters)}
    listed = codes(release)
    found = [_axis(name, listed[name], records, place) for place, name in enumerate(axes)]
    return Cube(tuple(found), {key: _observation(record) for key, record in records.items()})


def with_joint_ranges(cube: Cube) -> Cube:
    """Return a cube that adds up, its ranges narrowed by one another.

    A sum that includes a cell without a number narrows nothing.
    """
    numbers = {key: found for key, found in cube.observations.items() if found.has_number}
    ranges = {key: Range(*found.bounds) for key, found in numbers.items()}
    parts = [axis.parts for axis in cube.axes]
    equations = [
        equation
        for equation in narrowing.sums(parts, TOTAL)
        if ranges.keys() >= {equation.total, *equation.parts}
    ]
    narrowed = narrowing.narrowed(ranges, equations)
    observations = {
        key: replace(found, lower=narrowed[key].lower, upper=narrowed[key].upper)
        for key, found in numbers.items()
    }
    return replace(cube, observations={**cube.observations, **observations})


def without_unused(cube: Cube) -> Cube:
    """Return a cube without the aggregates that have no number in any of its cells."""
    axes = []
    for place, axis in enumerate(cube.axes):
        used = {
            key[place] for key, found in cube.observations.items() if found.status != NOT_PUBLISHED
        }
        kept = [code for code in axis.codes if code.kind != "aggregate" or code.code in used]
        axes.append(replace(axis, codes=tuple(kept)))
    return replace(cube, axes=tuple(axes))


def _axis(name: str, listed: Iterable[Code], records: Iterable[Key], place: int) -> Axis:
    present = {key[place] for key in records}
    found = [code for code in listed if code.code in present]
    if name in TIMES:
        found.append(Code(TOTAL, "", "total"))
    return Axis(name, tuple(found))


def _with_code(key: Key, place: int, code: str) -> Key:
    return (*key[:place], code, *key[place + 1 :])


def _observation(record: Record) -> Observation:
    """Return the observation of a cell; its code and label are those of its row and column."""
    lower, upper = record["lower"], record["upper"]
    return Observation(
        code="",
        label="",
        kind="",
        value=record["value"],
        lower=lower,
        upper=upper,
        status=record["status"],
        open_ended=record.get("open_ended", False),
        working=record.get("working", ""),
        assumes=record.get("assumes", ""),
        statement_ids=tuple(record.get("statement_ids", ())),
    )
