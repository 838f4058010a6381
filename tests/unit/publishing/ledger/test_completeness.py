"""Every cell that follows exactly from the printed figures is in the release.

The sums are searched by exact elimination, which shares no code with `bounds`.
"""

from __future__ import annotations

import csv
import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

import pytest

from referrals.paths import PUBLISHED
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.bounds import MODELLED, System
from referrals.publishing.ledger.statements import CELL_DIMENSIONS, Cell
from referrals.reference.codelists import TOTAL, codelist
from referrals.release.release import Release

pytestmark = pytest.mark.publishing

SETTINGS: Final = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))
PARTITION: Final[Mapping[str, Sequence[str]]] = SETTINGS["partition"]
SUBJECT: Final = "victim_referrals"
REMAINDER: Final = "E036"
"""The remainder that contradicts the other figures."""

Codes = tuple[str, ...]
Bounds = tuple[int, int]
Vector = list[Fraction]
"""The times that each finest cell is counted and, last, the count."""


def finest_cells(codes: Codes) -> set[Codes]:
    """Return the finest cells that a cell adds up, none if the partition has no such sum."""
    parts = [
        codelist(name).parts(code, PARTITION[name])
        for name, code in zip(CELL_DIMENSIONS, codes, strict=True)
    ]
    return set(itertools.product(*parts))


ATOMS: Final = sorted(finest_cells((TOTAL,) * len(CELL_DIMENSIONS)))


def vector(codes: Codes, count: int = 0) -> Vector:
    """Return the equation that a cell has a count."""
    added = finest_cells(codes)
    return [Fraction(atom in added) for atom in ATOMS] + [Fraction(count)]


def grid() -> Iterator[Codes]:
    """Yield each cell of the release's codes, up to three of them other than the total."""
    for codes in itertools.product(*(SETTINGS["codes"][name] for name in CELL_DIMENSIONS)):
        if sum(code != TOTAL for code in codes) <= 3 and finest_cells(codes):
            yield codes


def printed() -> dict[Codes, int]:
    """Return the printed counts, without the remainder that contradicts the others."""
    return {
        tuple(statement.cell.codes().values()): statement.count
        for statement in ledgers.load().about(SUBJECT)
        if statement.is_count and statement.statement_id != REMAINDER
    }


class Sums:
    """The sums of printed counts, as a basis in which each equation has a pivot of its own."""

    def __init__(self, counts: Mapping[Codes, int]) -> None:
        self._basis: dict[int, Vector] = {}
        for codes, count in counts.items():
            rest = self._reduced(vector(codes, count))
            pivot = next((place for place, weight in enumerate(rest[:-1]) if weight), None)
            if pivot is not None:
                self._basis[pivot] = [weight / rest[pivot] for weight in rest]

    def count(self, codes: Codes) -> int | None:
        """Return the count of a cell if it is a sum or difference of the printed ones."""
        *rest, count = self._reduced(vector(codes))
        return None if any(rest) else int(-count)

    def _reduced(self, row: Vector) -> Vector:
        for pivot, equation in self._basis.items():
            factor = row[pivot]
            if factor:
                row = [mine - factor * theirs for mine, theirs in zip(row, equation, strict=True)]
        return row


def missing(given: Mapping[Codes, Bounds]) -> list[Codes]:
    """Return the cells that follow from sums and that `given` lacks, or gives otherwise."""
    sums = Sums(printed())
    counts = {codes: sums.count(codes) for codes in grid()}
    found = []
    for codes, count in counts.items():
        lower, upper = given.get(codes, (0, -1))
        if count is not None and not lower <= count <= upper:
            found.append(codes)
    return found


@pytest.fixture(scope="module")
def given(release: Release) -> dict[Codes, Bounds]:
    """The bounds of every published cell, from the file that anybody can download."""
    with (release.folder / "cells.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["status"] != "x"]
    return {
        tuple(row[name] for name in CELL_DIMENSIONS): (int(row["lower"]), int(row["upper"]))
        for row in rows
    }


def test_every_count_that_follows_from_sums_of_printed_counts_is_published(
    given: Mapping[Codes, Bounds],
) -> None:
    assert missing(given) == []


@pytest.mark.parametrize("sex", ["F", "_R"])
def test_a_cell_left_out_is_found(given: Mapping[Codes, Bounds], sex: str) -> None:
    left_out = (TOTAL, TOTAL, sex, "DA")
    assert missing({codes: given[codes] for codes in given if codes != left_out}) == [left_out]


@pytest.mark.slow
def test_no_other_count_is_fixed_by_all_printed_figures_together(
    given: Mapping[Codes, Bounds],
) -> None:
    statements = [
        statement
        for statement in ledgers.load().about(*MODELLED)
        if statement.statement_id != REMAINDER
    ]
    system = System(statements, PARTITION)
    bounds = {codes: system.bounds(Cell(SUBJECT, *codes)) for codes in grid() if codes not in given}
    assert [codes for codes, (lower, upper) in bounds.items() if lower == upper] == []
