"""The checks of a suppressed release, from its public files alone.

`audit` calls them. The tables must be complete, no small cell may be printed, every witness must
agree with every number, and the attacker searches the tables for disclosures.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.audit import outside_tables, public_release
from referrals.publishing.audit.consistency import file_consistency
from referrals.publishing.audit.differencing import DIFFERENT_CODES, Finding
from referrals.publishing.audit.groups import near_certainty
from referrals.publishing.audit.groups.group_certainty import SENSITIVE
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.audit.suppressed import attacker
from referrals.publishing.audit.suppressed.attacker import PublishedTables
from referrals.publishing.audit.suppressed.public_tables import (
    HIGHEST_ORDER,
    METHOD,
    PublicYear,
    marginal,
    years,
)
from referrals.publishing.cell_codes import Codes, describe
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    GROUP_DISCLOSURE,
    LARGEST_SMALL_COUNT,
    PROTECTION_WIDTH,
    SMALLEST_PUBLISHED_CATEGORY,
)

GROUPING: Final = tuple(place for place in range(len(FINEST)) if place not in SENSITIVE)
"""The dimensions that make groups."""


def check_release(
    release: PublicRelease, *, progress: Callable[[str], None] = lambda _: None
) -> Iterator[Finding]:
    """Yield the findings on a release, year by year.

    Raises:
        ReleaseError: the cells or the witnesses can't be read.
    """
    tables = file_consistency.TABLES - file_consistency.ROUNDED_ONLY
    disagreements = list(file_consistency.disagreements(release, tables))
    name = f"{release.name}: every file says the same"
    yield Finding(name, disagreements, len(release.published))
    for year in years(release):
        progress(f"{release.name}: attacking {year.year}")
        name = release.of_year(year.year)
        yield from _check_year(name, year)
        yield from _check_groups(name, year, is_accepted=GROUP_DISCLOSURE in release.accepted)


def _check_year(name: str, year: PublicYear) -> Iterator[Finding]:
    cells, suppressed, witnesses = len(year.cells), len(year.suppressed), len(year.witnesses)
    yield Finding(
        f"{name}: the tables of one and two dimensions are whole, and nothing is finer",
        list(_table_faults(year)),
        cells,
    )
    yield Finding(f"{name}: no small number is printed", list(_small_numbers(year)), cells)
    yield Finding(
        f"{name}: every witness agrees with all that is published",
        list(_witness_faults(year)),
        witnesses,
    )
    yield Finding(
        f"{name}: the witnesses leave every withheld cell a range at least {PROTECTION_WIDTH} wide",
        list(_narrow_cells(year)),
        suppressed,
    )
    yield Finding(
        f"{name}: the attacker finds no withheld cell to less than that",
        list(_recovered(year.cells, _known_cells(year))),
        suppressed,
    )


def _check_groups(name: str, year: PublicYear, *, is_accepted: bool) -> Iterator[Finding]:
    """Yield the findings on group disclosure, or that the publisher accepted them."""
    near_certain = list(near_certainty.near_certain_exactly(year.cells))
    if is_accepted:
        yield Finding(f"{name}: {near_certainty.ACCEPTED}", [], len(near_certain))
        return
    yield Finding(
        f"{name}: no group of one dimension shares one crime type or outcome for certain",
        list(_group_disclosures(year)),
        len(year.witnesses),
    )
    yield Finding(f"{name}: {near_certainty.CHECK}", near_certain, len(year.cells))


def check_pair(first: PublicRelease, second: PublicRelease) -> Iterator[Finding]:
    """Yield the findings on two releases, at least one suppressed, for each shared year."""
    for name in sorted(first.years.keys() & second.years.keys()):
        both = public_release.together((first, second), name)
        title = f"{both}: read together they tell nothing more"
        yield Finding(title, list(_pair_disclosures(first, second, name)), 1)


def table_disclosures(release: PublicRelease, table: Mapping[Codes, int]) -> Iterator[str]:
    """Yield the disclosures of exact counts published elsewhere: small or suppressed."""
    for codes, value in table.items():
        if 0 < value <= LARGEST_SMALL_COUNT:
            yield f"{describe(codes)} is exactly {value}"
    for year in years(release):
        quarter_of = {year.year: TOTAL}
        quarter_of.update({quarter: quarter for quarter in year.categories["quarter"]})
        own = {
            (quarter_of[period], *codes): value
            for (period, *codes), value in table.items()
            if period in quarter_of
        }
        if own:
            yield from _recovered(year.cells, own)


def _table_faults(year: PublicYear) -> Iterator[str]:
    """Yield the cells that the tables lack, and the cells that are part of no such table."""
    for codes in sorted(year.expected - year.cells.keys()):
        yield f"{describe(codes)} is missing"
    for codes in sorted(year.cells.keys() - year.expected):
        yield f"{describe(codes)} is not a cell of these tables"


def _small_numbers(year: PublicYear) -> Iterator[str]:
    """Yield the totals that are small or suppressed, and the small two-way cells that are printed.

    A two-way cell may be printed as 0 if one of its codes has no people, since the total shows
    that.
    """
    for codes, value in year.cells.items():
        fixed = [place for place, code in enumerate(codes) if code != TOTAL]
        if len(fixed) < HIGHEST_ORDER:
            if value is None or 0 < value < SMALLEST_PUBLISHED_CATEGORY:
                yield f"{describe(codes)} is a total of {'no number' if value is None else value}"
        elif len(fixed) == HIGHEST_ORDER and value is not None and value <= LARGEST_SMALL_COUNT:
            totals = [marginal(codes, [place]) for place in fixed]
            if all(year.cells.get(total) for total in totals):
                yield f"{describe(codes)} shows {value}"


def _witness_faults(year: PublicYear) -> Iterator[str]:
    """Yield the printed numbers and the facts that a witness contradicts."""
    if not year.witnesses:
        yield "there is no witness"
    for number, (witness, sums) in enumerate(zip(year.witnesses, year.sums, strict=True)):
        for codes, value in year.cells.items():
            if value is not None and value != sums[codes]:
                yield f"{describe(codes)} shows {value:,}, and witness {number} has {sums[codes]:,}"
        for fact in year.facts:
            if not fact.agrees_with(witness):
                yield f"witness {number} breaks {fact.name}"


def _narrow_cells(year: PublicYear) -> Iterator[str]:
    """Yield the suppressed cells to which the witnesses leave too narrow an interval."""
    for codes in year.suppressed:
        low, high = year.interval(codes)
        if high - low < PROTECTION_WIDTH:
            yield f"{describe(codes)} is {low} to {high} in every witness"


def _recovered(cells: PublishedTables, *elsewhere: PublishedTables) -> Iterator[str]:
    """Yield the suppressed cells that an attacker recovers, or why the tables contradict."""
    for codes, value in cells.items():
        if value is None and any(table.get(codes) is not None for table in elsewhere):
            yield f"{describe(codes)} is withheld, and printed elsewhere"
    try:
        narrow = attacker.narrow_intervals(cells, *elsewhere, width=PROTECTION_WIDTH)
    except DisclosureError as error:
        yield str(error)
        return
    for codes, (low, high) in narrow.items():
        if low < high:
            yield f"{describe(codes)} is {low} to {high}"
        else:
            yield f"{describe(codes)} is exactly {low}"


def _known_cells(year: PublicYear) -> dict[Codes, int | None]:
    """Return the cells whose exact number a published fact gives."""
    known: dict[Codes, int | None] = {}
    for fact in year.facts:
        if fact.is_exact and all(len(codes) == 1 for codes in fact.where.values()):
            cell = tuple(fact.where[name][0] if name in fact.where else TOTAL for name in FINEST)
            known[cell] = fact.low
    return known


def _group_disclosures(year: PublicYear) -> Iterator[str]:
    """Yield the one-way groups that share a crime type or an outcome in every witness."""
    codes_of_group: dict[tuple[Codes, int], set[str]] = defaultdict(set)
    occupied = {codes for witness in year.witnesses for codes, count in witness.items() if count}
    for codes, grouping, sensitive in itertools.product(occupied, GROUPING, SENSITIVE):
        codes_of_group[marginal(codes, [grouping]), sensitive].add(codes[sensitive])
    for (group, sensitive), shared in codes_of_group.items():
        if len(shared) == 1:
            name = FINEST[sensitive].replace("_", " ")
            yield f"{describe(group)} in {year.year}: all are {name} {min(shared)}"


def _pair_disclosures(first: PublicRelease, second: PublicRelease, name: str) -> Iterator[str]:
    """Yield the disclosures of two releases together about one year."""
    if first.method != second.method:
        exact, rounded = (first, second) if first.method == METHOD else (second, first)
        yield "one prints exact numbers of the records that the other adjusts"
        yield from outside_tables.table_disclosures(rounded, exact.published)
        return
    old, new = _year_of(first, name), _year_of(second, name)
    if old.categories != new.categories:
        yield DIFFERENT_CODES
        return
    is_changed = False
    for codes, before in old.cells.items():
        after = new.cells.get(codes)
        if before is not None and after is not None and before != after:
            is_changed = True
            yield f"{describe(codes)} shows {before:,} in one and {after:,} in the other"
    if not is_changed:
        both_ways = (*_recovered(old.cells, new.cells), *_recovered(new.cells, old.cells))
        yield from dict.fromkeys(both_ways)


def _year_of(release: PublicRelease, name: str) -> PublicYear:
    return next(year for year in years(release) if year.year == name)
