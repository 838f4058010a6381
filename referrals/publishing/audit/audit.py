"""The audit: every relation that the public has, every witness, and what an attacker finds, from the public files alone.

`audit` takes one release or several and says of each what holds and what does not, naming the cell. It believes nothing that
a release says of itself: it adds up every number again, checks every witness, and looks for sums that no witness moves.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from referrals.errors import ReleaseError
from referrals.publishing.audit import (
    additivity,
    differencing,
    file_consistency,
    public_release,
    witnesses,
)
from referrals.publishing.audit.feasibility_intervals import (
    Attacker,
    bound_by_totals,
    least_by_totals,
)
from referrals.publishing.audit.marginal_sums import (
    Changes,
    Integers,
    Net,
    Spread,
    Sums,
    candidates,
    counted,
    unmoved,
)
from referrals.publishing.audit.public_release import (
    AGAIN,
    LEAST_KEPT,
    MOST_AMBIGUOUS,
    WIDTH,
    Codes,
    PublicRelease,
    Year,
    describe,
)
from referrals.publishing.audit.suppressed import checks as suppressed_checks
from referrals.publishing.audit.suppressed import public_tables
from referrals.reference.codelists import DIMENSIONS, FINEST

WITNESSES: Final = "witnesses.csv.gz"
HEADER: Final = ("witness", *FINEST, "change")

NAMED: Final = 3
"""How many cells a message names before it counts the rest."""

ASKED: Final = 30
SEARCHED: Final = 5
"""How many unmoved sums of a year the solver is asked about, by totals and by cells. More are a fault."""

SENSITIVE: Final = tuple(FINEST.index(name) for name in ("crime_type", "outcome"))
UNGROUPED: Final = [place for place, name in enumerate(FINEST) if name not in DIMENSIONS[:3]]
"""What nobody may learn of the people of a group for certain, and the dimensions that make no groups."""

FILES: Final = "the files are those of the manifest"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """One thing the audit looked at: what it is, what is wrong with it ('' where nothing is), and how much was looked at."""

    name: str
    fault: str
    looked_at: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault


def audit(folders: Sequence[Path], *, progress: Progress = lambda _: None) -> list[Check]:
    """Return every check of some releases, each alone and each pair of the same period together.

    A file among the folders is a table that somebody published beside the releases: exact counts of the same records.

    Raises:
        ReleaseError: a folder holds no release made of protected counts, or a file is no table of counts.
    """
    releases = [public_release.read(folder) for folder in folders if not folder.is_file()]
    tables = [path for path in folders if path.is_file()]
    checks = [check for release in releases for check in of_release(release, progress=progress)]
    for first, second in itertools.combinations(releases, 2):
        checks += of_pair(first, second)
    for release, path in itertools.product(releases, tables):
        method = suppressed_checks if release.method == public_tables.METHOD else differencing
        table = public_release.read_table(path)
        told = _listed(method.of_table(release, table))
        checks.append(
            Check(
                f"{release.name} beside {path.name}: the table tells nothing more", told, len(table)
            )
        )
    return checks


def of_release(release: PublicRelease, *, progress: Progress = lambda _: None) -> list[Check]:
    """Return every check of one release."""
    if release.method == public_tables.METHOD:
        files = Check(
            f"{release.name}: {FILES}", "; ".join(release.problems), len(release.problems)
        )
        return [files, *_checks(suppressed_checks.of_release(release, progress=progress))]
    progress(f"{release.name}: adding up {len(release.published):,} numbers")
    name, count, facts = (
        release.name,
        len(release.published),
        sum(len(year.facts) for year in release.years.values()),
    )
    checks = [
        Check(f"{name}: {FILES}", "; ".join(release.problems), len(release.problems)),
        Check(
            f"{name}: no number is 1, 2, 3 or 4", _listed(additivity.small_numbers(release)), count
        ),
        Check(f"{name}: everything adds up", _listed(additivity.wrong_sums(release)), count),
        Check(
            f"{name}: every range is the one announced",
            _listed(file_consistency.misstated(release)),
            count,
        ),
        Check(
            f"{name}: every file says the same", _listed(file_consistency.differing(release)), count
        ),
        Check(f"{name}: published facts hold", _listed(additivity.broken_facts(release)), facts),
        Check(
            f"{name}: its facts are those of the ledger",
            _listed(additivity.other_facts(release)),
            facts,
        ),
    ]
    made = read_witnesses(release)
    for year in release.years.values():
        progress(f"{release.name}: attacking {year.year}")
        checks += _of_year(release, year, made)
    return checks


def _of_year(release: PublicRelease, year: Year, made: Sequence[Changes]) -> list[Check]:
    quarters = set(year.categories["quarter"])
    mine = [
        {codes: change for codes, change in one.items() if codes[0] in quarters} for one in made
    ]
    sums = Sums(year)
    numbers, room, spread = candidates(year, sums), sums.room(release.largest_error), Spread(sums)
    wrong = [*_impossible(year, mine), *_facts_broken_by(year, mine, sums)]
    for net in sums.net_of(mine):
        wrong += _too_far(net, sums, room)
        spread.add(net)
    left = spread.narrow(numbers).tolist()
    told = list(_told(year, mine, sums))
    narrow = [
        f"{describe(sums.cell(one))} in {year.year}"
        for one in _narrow(year, sums, left, release.largest_error)
    ]
    name = f"{release.name}, {year.year}"
    return [
        Check(
            f"{name}: every witness agrees with all that is published", _listed(wrong), len(mine)
        ),
        Check(
            f"{name}: every sum that could be 1 to 4 has a range at least {WIDTH} wide",
            _listed(narrow),
            len(numbers),
        ),
        Check(
            f"{name}: no small group shares one crime type or outcome for certain",
            _listed(told),
            len(mine),
        ),
    ]


def _narrow(
    year: Year, sums: Sums, left: Sequence[int], largest_error: Mapping[int, int]
) -> Iterator[int]:
    """Yield the sums that no witness moves and that could be 1 to 4 within a range too narrow.

    A sum of dimensions that published facts tie together may be known, and large: then it is no small number.
    """
    if not left:
        return
    small = _could_be_small(year, sums, left)
    yield from (
        one
        for one in small[:SEARCHED]
        if Attacker(year, sums.cell(one), largest_error).range().width < WIDTH
    )
    yield from (*small[SEARCHED:], *left[ASKED:])


def _could_be_small(year: Year, sums: Sums, left: Sequence[int]) -> list[int]:
    """Return the sums, of the first that are asked about, that totals and facts do not make larger than four."""
    return [one for one in left[:ASKED] if least_by_totals(year, sums.cell(one)) < LEAST_KEPT]


def read_witnesses(release: PublicRelease) -> list[Changes]:
    """Return the witnesses of a release: what each changes of the published cells.

    Raises:
        ReleaseError: the file is missing or cut short, or a line of it is none of a witness.
    """
    try:
        with gzip.open(release.folder / WITNESSES, "rt", encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            columns = next(rows)
            lines = [(witness, tuple(codes), int(change)) for witness, *codes, change in rows]
    except (OSError, EOFError, StopIteration, ValueError, zlib.error, csv.Error) as error:
        raise ReleaseError(
            f"{release.name}: {WITNESSES} is missing or cannot be read ({type(error).__name__}). {AGAIN}"
        ) from error
    if columns != [*HEADER] or any(len(codes) != len(FINEST) for _, codes, _ in lines):
        raise ReleaseError(
            f"{release.name}: {WITNESSES} has other columns than {', '.join(HEADER)}. {AGAIN}"
        )
    return [
        _changes(release, name, lines)
        for name, lines in itertools.groupby(lines, key=lambda line: line[0])
    ]


def _changes(release: PublicRelease, name: str, lines: Iterable[tuple[str, Codes, int]]) -> Changes:
    """Return the changes of one witness, each cell one that the release can have and named once."""
    changes: dict[Codes, int] = {}
    for _, codes, change in lines:
        if codes in changes or not release.has_cell(codes):
            fault = "twice" if codes in changes else "with codes that the release does not have"
            raise ReleaseError(
                f"{release.name}: {WITNESSES}, witness {name}, has {describe(codes)} {fault}. {AGAIN}"
            )
        changes[codes] = change
    return changes


@dataclass(frozen=True)
class Proof:
    """What shows that a release is safe: witnesses, and the sums that none moves because they are known to be larger than four.

    One witness changes cells of every year at once. Each of `known` is as the manifest lists it, with the least that the
    sum can be and the totals and facts that say so.
    """

    witnesses: Sequence[Changes]
    known: Sequence[dict[str, object]]


def prove(release: PublicRelease) -> Proof:
    """Return the proof of a release, built from what is public alone."""
    by_year = [_proved(year, release.largest_error) for year in release.years.values()]
    longest = itertools.zip_longest(*(proof.witnesses for proof in by_year), fillvalue={})
    of_years = [
        {codes: change for changes in of_years for codes, change in changes.items()}
        for of_years in longest
    ]
    return Proof(of_years, [one for proof in by_year for one in proof.known])


def _proved(year: Year, largest_error: Mapping[int, int]) -> Proof:
    """Return the proof of one year: exchanges, and for the few sums that these leave the fillings that a search finds."""
    made, left = witnesses.of_year(year, largest_error)
    sums, fillings = Sums(year), []
    for one in _could_be_small(year, sums, left.tolist())[:SEARCHED]:
        fillings += Attacker(year, sums.cell(one), largest_error).fillings()
    return Proof(
        [*made, *fillings], list(_known(year, sums, unmoved(left, sums, fillings)[:ASKED].tolist()))
    )


def _known(year: Year, sums: Sums, left: Sequence[int]) -> Iterator[dict[str, object]]:
    for one in map(sums.cell, left):
        if (bound := bound_by_totals(year, one)).least >= LEAST_KEPT:
            parts = [
                {
                    "times": part.times,
                    "where": {name: [*codes] for name, codes in part.where.items()},
                }
                for part in bound.parts
            ]
            yield {"sum": [year.year, *one], "value": bound.least, "parts": parts}


def _impossible(year: Year, made: Sequence[Changes]) -> Iterator[str]:
    """Yield the cells of witnesses that break the rule."""
    for number, changes in enumerate(made):
        for codes, change in changes.items():
            if not _is_possible(year.cells.get(codes, 0), year.cells.get(codes, 0) + change):
                yield f"witness {number}: {describe(codes)} cannot be {year.cells.get(codes, 0) + change}"


def _too_far(net: Net, sums: Sums, room: Integers) -> Iterator[str]:
    """Yield the sums that witnesses move by more than is announced: totals, which are exact, among them."""
    for one in np.flatnonzero(np.abs(net.by) > room[net.number]):
        yield f"witness {net.witness[one]} moves {describe(sums.cell(int(net.number[one])))} by {net.by[one]}"


def _facts_broken_by(year: Year, made: Sequence[Changes], sums: Sums) -> Iterator[str]:
    witness = np.repeat(np.arange(len(made)), [len(changes) for changes in made])
    change = np.array([by for changes in made for by in changes.values()], dtype=np.int64)
    counted_by = sums.counted_by(
        year.facts, sums.array(codes for changes in made for codes in changes)
    )
    for fact, counts in zip(year.facts, counted_by.T, strict=True):
        moved = np.bincount(witness, weights=change * counts, minlength=len(made)) + counted(
            fact, year.cells
        )
        yield from (
            f"witness {number} breaks {fact.name}"
            for number in np.flatnonzero((moved < fact.low) | (moved > fact.high))
        )


def _is_possible(shown: int, other: int) -> bool:
    if shown == 0:
        return 0 <= other < LEAST_KEPT
    return other == shown or (LEAST_KEPT <= shown <= MOST_AMBIGUOUS and 1 <= other < LEAST_KEPT)


def _told(year: Year, made: Sequence[Changes], sums: Sums) -> Iterator[str]:
    """Yield the groups of a nationality, age band and sex whose people all share a crime type or an outcome, for certain.

    A group is small, or shown in one code only. It is safe where some witness puts somebody of it under another code.
    """
    shown = sums.array(year.cells)
    other = sums.array(
        {codes for changes in made for codes, change in changes.items() if change > 0}
    )
    for column in SENSITIVE:
        groups, codes = _codes_by_group(shown, column, sums)
        _, first, count = np.unique(groups, return_index=True, return_counts=True)
        alone = dict(
            zip(groups[first[count == 1]].tolist(), codes[first[count == 1]].tolist(), strict=True)
        )
        elsewhere = zip(
            *(found.tolist() for found in _codes_by_group(other, column, sums)), strict=True
        )
        for group in alone.keys() - {
            group for group, code in elsewhere if alone.get(group) != code
        }:
            code, name = sums.codes[column][alone[group]], FINEST[column].replace("_", " ")
            yield f"{describe(sums.cell(group))} in {year.year}: all are {name} {code}"


def _codes_by_group(places: Integers, column: int, sums: Sums) -> tuple[Integers, Integers]:
    """Return each group of cells with each code of a column that it has, at every order of nationality, age band and sex.

    A group is the number of the sum of its people.
    """
    groups = sums.of(places)[:, sums.kept.any(axis=1) & ~sums.kept[:, UNGROUPED].any(axis=1)]
    pairs = np.unique(groups * len(sums.codes[column]) + places[:, [column]])
    return pairs // len(sums.codes[column]), pairs % len(sums.codes[column])


def of_pair(first: PublicRelease, second: PublicRelease) -> list[Check]:
    """Return the checks of two releases read together, one for each year that both cover."""
    method = (
        suppressed_checks if public_tables.METHOD in {first.method, second.method} else differencing
    )
    return _checks(method.of_pair(first, second))


def _checks(found: Iterable[differencing.Pair]) -> list[Check]:
    return [Check(name, _listed(told), looked_at) for name, told, looked_at in found]


def _listed(found: Iterable[str]) -> str:
    every = list(found)
    more = f" (and {len(every) - NAMED:,} more)" if len(every) > NAMED else ""
    return "; ".join(every[:NAMED]) + more
