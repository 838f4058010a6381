"""The checks of a release of exact tables with cells withheld, from its public files alone.

Nothing is believed: the tables must be whole, no small cell may be printed, every witness must agree with every number, and the
attacker is asked what the tables give away.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.audit import differencing, file_consistency
from referrals.publishing.audit.differencing import Pair
from referrals.publishing.audit.public_release import WIDTH, Codes, PublicRelease, describe
from referrals.publishing.audit.suppressed import attacker
from referrals.publishing.audit.suppressed.public_tables import (
    METHOD,
    MOST_FIXED,
    ExactYear,
    at,
    years,
)
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT, SMALLEST_PUBLISHED_CATEGORY

SENSITIVE: Final = (FINEST.index("crime_type"), FINEST.index("outcome"))
GROUPED: Final = tuple(place for place in range(len(FINEST)) if place not in SENSITIVE)
"""What nobody may learn of a whole group, and the dimensions that make groups, by their places."""


def of_release(
    release: PublicRelease, *, progress: Callable[[str], None] = lambda _: None
) -> Iterator[Pair]:
    """Yield what was looked at in a release, with what is wrong, year by year.

    Raises:
        ReleaseError: the cells or the witnesses cannot be read.
    """
    found = list(
        file_consistency.differing(release, file_consistency.TABLES - file_consistency.ADDED_UP)
    )
    yield f"{release.name}: every file says the same", found, len(release.published)
    for year in years(release):
        progress(f"{release.name}: attacking {year.year}")
        name = f"{release.name}, {year.year}"
        yield (
            f"{name}: the tables of one and two dimensions are whole, and nothing is finer",
            list(_gaps(year)),
            len(year.cells),
        )
        yield f"{name}: no small number is printed", list(_small(year)), len(year.cells)
        yield (
            f"{name}: every witness agrees with all that is published",
            list(_contradicted(year)),
            len(year.witnesses),
        )
        yield (
            f"{name}: the witnesses leave every withheld cell a range at least {WIDTH} wide",
            list(_tight(year)),
            len(year.withheld),
        )
        yield (
            f"{name}: the attacker finds no withheld cell to less than that",
            list(_found(year.cells, _beside(year))),
            len(year.withheld),
        )
        yield (
            f"{name}: no group of one dimension shares one crime type or outcome for certain",
            list(_shared(year)),
            len(year.witnesses),
        )


def of_pair(first: PublicRelease, second: PublicRelease) -> Iterator[Pair]:
    """Yield what two releases tell together of each year that both cover, where at least one of them is of exact tables."""
    for name in sorted(first.years.keys() & second.years.keys()):
        yield (
            f"{first.name} and {second.name}, {name}: read together they tell nothing more",
            list(_together(first, second, name)),
            1,
        )


def of_table(release: PublicRelease, table: Mapping[Codes, int]) -> Iterator[str]:
    """Yield what exact counts that somebody published beside a release tell: small numbers, and cells that were withheld."""
    for codes, value in table.items():
        if 0 < value <= LARGEST_SMALL_COUNT:
            yield f"{describe(codes)} is exactly {value}"
    for year in years(release):
        quarters = {year.year: TOTAL} | {quarter: quarter for quarter in year.categories["quarter"]}
        mine = {
            (quarters[codes[0]], *codes[1:]): value
            for codes, value in table.items()
            if codes[0] in quarters
        }
        if mine:
            yield from _found(year.cells, mine)


def _gaps(year: ExactYear) -> Iterator[str]:
    """Yield the cells that are missing from the tables, and those that no such table has."""
    yield from (
        f"{describe(cell)} is missing" for cell in sorted(year.expected - year.cells.keys())
    )
    yield from (
        f"{describe(cell)} is no cell of these tables"
        for cell in sorted(year.cells.keys() - year.expected)
    )


def _small(year: ExactYear) -> Iterator[str]:
    """Yield the small cells that are printed though some of each of their codes are counted, and totals too small to print."""
    for cell, value in year.cells.items():
        fixed = [at for at, code in enumerate(cell) if code != TOTAL]
        if len(fixed) < MOST_FIXED and (value is None or 0 < value < SMALLEST_PUBLISHED_CATEGORY):
            yield f"{describe(cell)} is a total of {'no number' if value is None else value}"
        elif len(fixed) == MOST_FIXED and value is not None and value <= LARGEST_SMALL_COUNT:
            totals = (
                tuple(code if at == one else TOTAL for at, code in enumerate(cell)) for one in fixed
            )
            if all(year.cells.get(total) for total in totals):
                yield f"{describe(cell)} shows {value}"


def _contradicted(year: ExactYear) -> Iterator[str]:
    """Yield the printed numbers and the facts that a witness contradicts."""
    if not year.witnesses:
        yield "there is no witness"
    for number, (witness, sums) in enumerate(zip(year.witnesses, year.sums, strict=True)):
        for cell, value in year.cells.items():
            if value is not None and value != sums[cell]:
                yield f"{describe(cell)} shows {value:,}, and witness {number} has {sums[cell]:,}"
        for fact in year.facts:
            if (
                not fact.low
                <= sum(count for cell, count in witness.items() if fact.holds_cell(cell))
                <= fact.high
            ):
                yield f"witness {number} breaks {fact.name}"


def _tight(year: ExactYear) -> Iterator[str]:
    for cell in year.withheld:
        low, high = year.range_of(cell)
        if high - low < WIDTH:
            yield f"{describe(cell)} is {low} to {high} in every witness"


def _found(cells: Mapping[Codes, int | None], *beside: Mapping[Codes, int | None]) -> Iterator[str]:
    """Yield the withheld cells that an attacker finds to less than the width, or what does not add up."""
    for cell in (cell for cell, value in cells.items() if value is None):
        if any(one.get(cell) is not None for one in beside):
            yield f"{describe(cell)} is withheld, and printed elsewhere"
    try:
        for cell, (low, high) in attacker.narrow(cells, *beside, width=WIDTH).items():
            yield (
                f"{describe(cell)} is {low} to {high}"
                if low < high
                else f"{describe(cell)} is exactly {low}"
            )
    except DisclosureError as error:
        yield str(error)


def _beside(year: ExactYear) -> dict[Codes, int | None]:
    """Return the facts that give the exact number of one cell."""
    single = (
        fact
        for fact in year.facts
        if fact.is_exact and all(len(codes) == 1 for codes in fact.where.values())
    )
    return {
        tuple(fact.where[name][0] if name in fact.where else TOTAL for name in FINEST): fact.low
        for fact in single
    }


def _shared(year: ExactYear) -> Iterator[str]:
    """Yield the groups of one dimension whose people have one and the same crime type or outcome in every witness."""
    found: dict[tuple[Codes, int], set[str]] = defaultdict(set)
    cells = {cell for witness in year.witnesses for cell, count in witness.items() if count}
    for cell, group, sensitive in itertools.product(cells, GROUPED, SENSITIVE):
        found[at(cell, [group]), sensitive].add(cell[sensitive])
    for (people, sensitive), codes in found.items():
        if len(codes) == 1:
            yield f"{describe(people)} in {year.year}: all are {FINEST[sensitive].replace('_', ' ')} {min(codes)}"


def _together(first: PublicRelease, second: PublicRelease, name: str) -> Iterator[str]:
    if first.method != second.method:
        exact, adjusted = (first, second) if first.method == METHOD else (second, first)
        yield "one prints exact numbers of the records that the other adjusts"
        yield from differencing.of_table(adjusted, exact.published)
        return
    one, other = (
        next(year for year in years(release) if year.year == name) for release in (first, second)
    )
    if one.categories != other.categories:
        yield "they group codes differently, and such a pair cannot be proved safe"
        return
    moved = [
        cell
        for cell, value in one.cells.items()
        if None not in (value, other.cells.get(cell)) and value != other.cells[cell]
    ]
    for changed in moved:
        yield f"{describe(changed)} shows {one.cells[changed]:,} in one and {other.cells[changed]:,} in the other"
    if not moved:
        yield from dict.fromkeys((*_found(one.cells, other.cells), *_found(other.cells, one.cells)))
