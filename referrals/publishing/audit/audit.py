"""The checks of releases: the published numbers, the witnesses, and an attack on the rest.

`python -m referrals.publishing audit` and `release_builder` call it. It trusts no statement that a
release makes about itself: it adds up every number again, checks every witness, and looks for sums
that no witness moves.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from referrals.errors import ReleaseError
from referrals.publishing.audit import (
    added_quarters,
    additivity,
    differencing,
    outside_tables,
    public_release,
    together,
)
from referrals.publishing.audit.bounds_by_totals import MOST_BOUNDED, could_be_small
from referrals.publishing.audit.consistency import (
    announced_ranges,
    file_consistency,
    release_description,
)
from referrals.publishing.audit.feasibility_intervals import MOST_SEARCHED, feasibility_interval
from referrals.publishing.audit.groups import group_certainty, near_certainty
from referrals.publishing.audit.marginal_sums import (
    Changes,
    Integers,
    MarginalSums,
    Moves,
    Spread,
    candidates,
)
from referrals.publishing.audit.prove import read_witnesses
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.audit.suppressed import checks as suppressed_checks
from referrals.publishing.audit.suppressed import public_tables
from referrals.publishing.audit.witnesses import of_year
from referrals.publishing.cell_codes import Year, describe
from referrals.reference.disclosure_rule import (
    GROUP_DISCLOSURE,
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    SMALLEST_UNCHANGED,
)

MOST_NAMED: Final = 3
"""The most faults that a check names; it counts the rest."""

FILES: Final = "the files are those of the manifest"
"""The check that a release can't pass while it is built: not all of its files are listed yet."""

CERTIFIED: Final = "its certificate says what the audit finds"
"""The check of the certificate, which is written after all others."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """A check's name, its fault ('' if it holds) and the number of items that it looked at."""

    name: str
    fault: str
    looked_at: int = 0

    @property
    def holds(self) -> bool:
        """Return whether no fault was found."""
        return not self.fault


def audit(paths: Sequence[Path], *, progress: Progress = lambda _: None) -> list[Check]:
    """Return the checks of some releases: of each one, each pair, and all that cover a year.

    A path to a file is a table of exact counts of the same records that somebody published
    elsewhere. Each release is checked against it.

    Raises:
        ReleaseError: a folder holds no release made of protected counts, a file is not a table of
        counts, or there are tables alone.
    """
    releases = [public_release.read(path) for path in paths if not path.is_file()]
    if not releases:
        raise ReleaseError(
            f"{', '.join(path.name for path in paths)}: there is no release to attack. Name a "
            "release folder, and the tables after it."
        )
    checks = []
    for release in releases:
        checks += _check_whole(release, progress)
    for first, second in itertools.combinations(releases, 2):
        checks += check_pair(first, second)
    checks += check_together(releases)
    for release in releases:
        checks += [_check_table(release, path) for path in paths if path.is_file()]
    return checks


def _check_whole(release: PublicRelease, progress: Progress) -> list[Check]:
    """Return the checks of a finished release, its certificate included.

    Raises:
        ReleaseError: a file can't be read. The message names the files that were altered as well.
    """
    try:
        checks = check_release(release, progress=progress)
    except ReleaseError as error:
        raise public_release.beside(error, release.problems) from error
    results = [check for check in checks if not check.name.endswith(FILES)]
    faults = release_description.certificate_faults(release, results)
    return [*checks, _check(f"{release.name}: {CERTIFIED}", faults, len(results))]


def check_release(release: PublicRelease, *, progress: Progress = lambda _: None) -> list[Check]:
    """Return the checks of one release."""
    listed = len(release.manifest.get("resources", ()))
    files = Check(f"{release.name}: {FILES}", "; ".join(release.problems), listed)
    if release.method == public_tables.METHOD:
        return [files, *_as_checks(suppressed_checks.check_release(release, progress=progress))]
    progress(f"{release.name}: adding up {len(release.published):,} numbers")
    checks = [files, *_check_numbers(release)]
    witnesses = read_witnesses(release)
    for number, year in enumerate(release.years.values(), start=1):
        step = f" ({number} of {len(release.years)})" if len(release.years) > 1 else ""
        progress(f"{release.name}: attacking {year.year}{step}")
        checks += _check_year(release, year, witnesses)
    return checks


def check_pair(first: PublicRelease, second: PublicRelease) -> list[Check]:
    """Return the checks of two releases read together, one for each year that both cover."""
    if public_tables.METHOD in {first.method, second.method}:
        return _as_checks(suppressed_checks.check_pair(first, second))
    checks = _as_checks(differencing.check_pair(first, second))
    for name in sorted(first.years.keys() & second.years.keys()):
        if found := added_quarters.split(first, second, name):
            (_, larger), added = found
            both = public_release.together((first, second), name)
            title = f"{both}: the quarters of one alone are safe"
            checks.append(_check_added(title, added, larger.largest_error))
    return checks


def check_together(releases: Sequence[PublicRelease]) -> list[Check]:
    """Return the checks of three or more releases of a year, read together."""
    rounded = [release for release in releases if release.method != public_tables.METHOD]
    return _as_checks(together.check_all(rounded))


def _check_added(title: str, added: Year, largest_error: Mapping[int, int]) -> Check:
    """Return the check of quarters that only one of two releases has, as a release of their own."""
    moved, unmoved = of_year(added, largest_error)
    sums = MarginalSums(added)
    narrow = [
        f"{describe(sums.codes_of(number))} has too narrow a range"
        for number in _narrow_sums(added, sums, unmoved.tolist(), largest_error)
    ]
    return _check(
        title, [*narrow, *group_certainty.certain_groups(added, moved, sums)], len(added.cells)
    )


def _check_table(release: PublicRelease, path: Path) -> Check:
    """Return the check of a release beside a table that was published elsewhere."""
    table = public_release.read_table(path)
    if release.method == public_tables.METHOD:
        faults = suppressed_checks.table_disclosures(release, table)
    else:
        faults = outside_tables.table_disclosures(release, table)
    name = f"{release.name} beside {path.name}: the table tells nothing more"
    return _check(name, faults, len(table))


def _check_numbers(release: PublicRelease) -> list[Check]:
    """Return the checks of a rounded release that need no witness."""
    name, count = release.name, len(release.published)
    facts = sum(len(year.facts) for year in release.years.values())
    wrong_ranges = announced_ranges.wrong_ranges(release)
    disagreements = file_consistency.disagreements(release)
    unlisted_facts = additivity.unlisted_facts(release)
    return [
        _check(f"{name}: no number is 1, 2, 3 or 4", additivity.small_numbers(release), count),
        _check(f"{name}: everything adds up", additivity.wrong_sums(release), count),
        _check(f"{name}: every range is the one announced", wrong_ranges, count),
        _check(f"{name}: every file says the same", disagreements, count),
        _check(f"{name}: published facts hold", additivity.broken_facts(release), facts),
        _check(f"{name}: its facts are those of the ledger", unlisted_facts, facts),
    ]


def _check_year(release: PublicRelease, year: Year, witnesses: Sequence[Changes]) -> list[Check]:
    """Return the checks of one year's witnesses, and of the sums that they leave unmoved."""
    own = _changes_of_year(year, witnesses)
    sums = MarginalSums(year)
    numbers, spread = candidates(year, sums), Spread(sums)
    tolerance = sums.tolerance(release.largest_error)
    faults = [*_impossible_cells(year, own), *_broken_facts(year, own, sums)]
    for moves in sums.moves_of(own):
        faults += _excess_moves(moves, sums, tolerance)
        spread.add(moves)
    unmoved = spread.too_narrow(numbers).tolist()
    narrow = [
        f"{describe(sums.codes_of(number))} in {year.year}"
        for number in _narrow_sums(year, sums, unmoved, release.largest_error)
    ]
    name = release.of_year(year.year)
    return [
        _check(f"{name}: every witness agrees with all that is published", faults, len(own)),
        _check(
            f"{name}: every sum that could be 1 to 4 has a range at least {PROTECTION_WIDTH} wide",
            narrow,
            len(numbers),
        ),
        *_group_checks(name, release, year, own, sums),
    ]


def _group_checks(
    name: str, release: PublicRelease, year: Year, witnesses: Sequence[Changes], sums: MarginalSums
) -> list[Check]:
    """Return the checks for group disclosure, or that its publisher accepted it with a reason."""
    near_certain = list(near_certainty.near_certain(release, year))
    if GROUP_DISCLOSURE in release.accepted:
        return [Check(f"{name}: {near_certainty.ACCEPTED}", "", len(near_certain))]
    return [
        _check(
            f"{name}: no small group shares one crime type or outcome for certain",
            group_certainty.certain_groups(year, witnesses, sums),
            len(witnesses),
        ),
        _check(f"{name}: {near_certainty.CHECK}", near_certain, near_certainty.groups_of(year)),
    ]


def _changes_of_year(year: Year, witnesses: Sequence[Changes]) -> list[Changes]:
    """Return the changes that each witness makes in one year."""
    quarters = set(year.categories["quarter"])
    return [_within(witness, quarters) for witness in witnesses]


def _within(witness: Changes, quarters: Container[str]) -> Changes:
    return {codes: change for codes, change in witness.items() if codes[0] in quarters}


def _narrow_sums(
    year: Year, sums: MarginalSums, unmoved: Sequence[int], largest_error: Mapping[int, int]
) -> Iterator[int]:
    """Yield the sums that no witness moves and that could be 1 to 4 within too narrow an interval.

    A few are searched for with the solver. If there are more, the rest count as too narrow.
    """
    small = could_be_small(year, sums, unmoved)
    for number in small[:MOST_SEARCHED]:
        interval = feasibility_interval(year, sums.codes_of(number), largest_error)
        if interval.width < PROTECTION_WIDTH:
            yield number
    yield from small[MOST_SEARCHED:]
    yield from unmoved[MOST_BOUNDED:]


def _impossible_cells(year: Year, witnesses: Sequence[Changes]) -> Iterator[str]:
    """Yield the cells of witnesses whose published number can't stand for the witness's count."""
    for number, changes in enumerate(witnesses):
        for codes, change in changes.items():
            shown = year.cells.get(codes, 0)
            if not _can_stand_for(shown, shown + change):
                yield f"witness {number}: {describe(codes)} cannot be {shown + change}"


def _can_stand_for(shown: int, count: int) -> bool:
    """Return whether a published number can stand for a count."""
    if shown == 0:
        return 0 <= count < SMALLEST_UNCHANGED
    is_ambiguous = SMALLEST_UNCHANGED <= shown <= LARGEST_AMBIGUOUS
    return count == shown or (is_ambiguous and 1 <= count < SMALLEST_UNCHANGED)


def _excess_moves(moves: Moves, sums: MarginalSums, tolerance: Integers) -> Iterator[str]:
    """Yield the sums that witnesses move by more than the announced error, which may be 0."""
    for entry in np.flatnonzero(np.abs(moves.by) > tolerance[moves.number]):
        total = describe(sums.codes_of(int(moves.number[entry])))
        yield f"witness {moves.witness[entry]} moves {total} by {moves.by[entry]}"


def _broken_facts(year: Year, witnesses: Sequence[Changes], sums: MarginalSums) -> Iterator[str]:
    """Yield the witnesses that contradict a published fact."""
    witness = np.repeat(np.arange(len(witnesses)), [len(changes) for changes in witnesses])
    change = np.array([by for changes in witnesses for by in changes.values()], dtype=np.int64)
    places = sums.places_array([codes for changes in witnesses for codes in changes])
    membership = sums.fact_membership(year.facts, places)
    for fact, is_counted in zip(year.facts, membership.T, strict=True):
        moved = np.bincount(witness, weights=change * is_counted, minlength=len(witnesses))
        value = moved + fact.sum_of(year.cells)
        for number in np.flatnonzero((value < fact.low) | (value > fact.high)):
            yield f"witness {number} breaks {fact.name}"


def _as_checks(findings: Iterable[differencing.Finding]) -> list[Check]:
    return [_check(name, faults, looked_at) for name, faults, looked_at in findings]


def _check(name: str, faults: Iterable[str], looked_at: int) -> Check:
    """Return a check whose fault names the first few faults and counts the rest."""
    every = list(faults)
    more = f" (and {len(every) - MOST_NAMED:,} more)" if len(every) > MOST_NAMED else ""
    return Check(name, "; ".join(every[:MOST_NAMED]) + more, looked_at)
