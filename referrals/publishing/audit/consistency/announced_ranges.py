"""The announced ranges of a rounded release: the bounds and the status that each number must have.

Called by `audit`. The bounds are worked out again from the manifest and the finest cells.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from referrals.publishing.audit.consistency import ranges
from referrals.publishing.audit.consistency.file_consistency import Numbers, csv_cells, order_of
from referrals.publishing.audit.consistency.ranges import Ranges
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS

REVISED: Final = "r"

NARROWED: Final = (2, 3)
"""The orders of sums that totals and the other parts of them bound, if all totals are exact."""

LeastSums = Counter[Codes]
"""The least that each sum can be by the numbers of its cells."""


def wrong_ranges(release: PublicRelease) -> Iterator[str]:
    """Yield each cell of cells.csv whose range or status isn't the announced one."""
    sums, cells = _least_sums(release), csv_cells(release.folder / "cells.csv")
    narrowed = list(_narrowed(release, cells))
    for codes, numbers in cells.items():
        if codes not in release.published:
            continue
        if not any(_is_of_year(codes, year) for year in release.years.values()):
            yield f"{describe(codes)} is of a period that the manifest does not list"
            continue
        announced = _announced(codes, release.published[codes], release, sums)
        for periods, ranges_of_year in narrowed:
            if codes[0] in periods and order_of(codes, release) in NARROWED:
                quarter = TOTAL if codes[0] in release.years else codes[0]
                least, most = ranges_of_year.of((quarter, *codes[1:]))
                announced = [(str(least), str(most), "" if least == most else "e")]
        if not _is_announced(numbers[1:], announced, release):
            value, low, high, status = numbers
            yield f"{describe(codes)} shows {value} with the range {low} to {high} [{status}]"


def _narrowed(
    release: PublicRelease, cells: Mapping[Codes, Numbers]
) -> Iterator[tuple[AbstractSet[str], Ranges]]:
    """Yield the periods and the ranges of each year whose totals are all exact."""
    exact = {codes for codes, (value, low, high, _) in cells.items() if low == high == value}
    for year in release.years.values():
        periods = {year.year, *year.categories["quarter"]}
        behind = {codes[0] for codes in release.inexact_totals} | release.cell_errors.keys()
        if not periods & behind:
            yield periods, ranges.of_year(release, year, exact)


def _is_announced(shown: Numbers, announced: Sequence[Numbers], release: PublicRelease) -> bool:
    """Return whether a range and status are announced. In a revision the status may be `r`."""
    if shown[-1] == REVISED and release.revises:
        return shown[:-1] in [numbers[:-1] for numbers in announced]
    return shown in announced


def _announced(codes: Codes, value: int, release: PublicRelease, sums: LeastSums) -> list[Numbers]:
    """Return the ranges and statuses that a cell may show: if a fact fixes it, also as exact."""
    exact = (str(value), str(value), "")
    order = order_of(codes, release)
    if order <= 1:
        error = release.inexact_totals.get(codes, 0)
        return [(str(max(0, value - error)), str(value + error), REVISED if error else "")]
    year = next(year for year in release.years.values() if _is_of_year(codes, year))
    cell_error = release.cell_errors.get(year.year, 0)
    ceiling = min(_ceilings(codes, year, release))
    if order == len(FINEST):
        if value > LARGEST_AMBIGUOUS and not cell_error:
            return [exact]
        low = value if value > LARGEST_AMBIGUOUS else 1
        return [(str(max(0, low - cell_error)), str(min(value + cell_error, ceiling)), "e")]
    error = release.largest_error.get(order, 0)
    low = max(0, value - error)
    if not cell_error:
        low = max(low, sums[codes])
    estimated = (str(low), str(min(value + error, ceiling)), "e")
    return [estimated, exact] if ranges.is_exact_fact(year, codes) else [estimated]


def _is_of_year(codes: Codes, year: Year) -> bool:
    return codes[0] == year.year or codes[0] in year.categories["quarter"]


def _ceilings(codes: Codes, year: Year, release: PublicRelease) -> Iterator[int]:
    """Yield the largest possible count of each total of at most one code that contains a sum."""
    everybody = (year.year, *[TOTAL] * len(DIMENSIONS))
    totals = {everybody, (codes[0], *everybody[1:])}
    for place in range(1, len(FINEST)):
        totals.add((*everybody[:place], codes[place], *everybody[place + 1 :]))
    for total in totals:
        yield release.published.get(total, 0) + release.inexact_totals.get(total, 0)


def _least_sums(release: PublicRelease) -> LeastSums:
    """Return the lower bound of each sum of finest cells that the numbers of its cells prove."""
    least: LeastSums = Counter()
    for year in release.years.values():
        for cell, value in year.cells.items():
            for codes in itertools.product(*((code, TOTAL) for code in cell)):
                period = year.year if codes[0] == TOTAL else codes[0]
                least[period, *codes[1:]] += value if value > LARGEST_AMBIGUOUS else 1
    return least
