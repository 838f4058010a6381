"""The audit: every relation that the public has, every witness, and what an attacker finds, from the public files alone.

`audit` takes one release or several and says of each what holds and what does not, naming the cell. It believes nothing that
a release says of itself: it adds up every number again, checks every witness, and looks for sums that no witness moves.
"""

from __future__ import annotations

import csv
import gzip
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.errors import ReleaseError
from referrals.publishing import differencing, exact_checks, exact_tables, public
from referrals.publishing.margins import Changes, Sums, small_sums, unmoved
from referrals.publishing.public import LEAST_KEPT, MOST_AMBIGUOUS, Codes, PublicRelease, Year, describe
from referrals.publishing.tightest import Attacker, least_by_totals
from referrals.publishing.witnesses import Builder

WITNESSES: Final = "witnesses.csv.gz"
WIDTH: Final = 4
"""The least width of the range of a sum that could be small."""

NAMED: Final = 3
"""How many cells a message names before it counts the rest."""

ASKED: Final = 30
SEARCHED: Final = 2
"""How many unmoved sums of a year the solver is asked about, by totals and by cells. More are a fault."""

MOST_FIXED: Final = 3
"""A release holds the sums that fix up to this many dimensions."""

SENSITIVE: Final = ("crime_type", "outcome")
GROUPED: Final = tuple(FINEST.index(name) for name in DIMENSIONS[:3])
"""What nobody may learn of the people of a group for certain, and the dimensions that make the groups."""

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
    releases = [public.read(folder) for folder in folders if not folder.is_file()]
    tables = [path for path in folders if path.is_file()]
    checks = [check for release in releases for check in of_release(release, progress=progress)]
    for first, second in itertools.combinations(releases, 2):
        checks += of_pair(first, second)
    for release, path in itertools.product(releases, tables):
        method = exact_checks if release.method == exact_tables.METHOD else differencing
        told = list(method.of_table(release, public.read_table(path)))
        checks.append(Check(f"{release.name} beside {path.name}: the table tells nothing more", _listed(told), len(told)))
    return checks


def of_release(release: PublicRelease, *, progress: Progress = lambda _: None) -> list[Check]:
    """Return every check of one release."""
    if release.method == exact_tables.METHOD:
        files = Check(f"{release.name}: {FILES}", "; ".join(release.problems), len(release.problems))
        return [files, *_checks(exact_checks.of_release(release, progress=progress))]
    progress(f"{release.name}: adding up {len(release.published):,} numbers")
    checks = [
        Check(f"{release.name}: {FILES}", "; ".join(release.problems), len(release.problems)),
        Check(f"{release.name}: no number is 1, 2, 3 or 4", _listed(_small_numbers(release)), len(release.published)),
        Check(f"{release.name}: everything adds up", _listed(_wrong_sums(release)), len(release.published)),
        Check(f"{release.name}: published facts hold", _listed(_broken_facts(release)), _fact_count(release)),
    ]
    witnesses = read_witnesses(release)
    for year in release.years.values():
        progress(f"{release.name}: attacking {year.year}")
        checks += _of_year(release, year, witnesses)
    return checks


def _of_year(release: PublicRelease, year: Year, witnesses: Sequence[Changes]) -> list[Check]:
    quarters = set(year.categories["quarter"])
    mine = [{codes: change for codes, change in one.items() if codes[0] in quarters} for one in witnesses]
    sums = Sums(year)
    wrong = list(_wrong_witnesses(year, mine, sums, release.largest_error))
    numbers = candidates(year, sums)
    left = list(unmoved(numbers, sums, mine))
    narrow = [f"{describe(sums.cell(one))} in {year.year}" for one in _narrow(year, sums, left)]
    name = f"{release.name}, {year.year}"
    return [
        Check(f"{name}: every witness agrees with all that is published", _listed(wrong), len(mine)),
        Check(f"{name}: every sum that could be 1 to 4 has a range at least {WIDTH} wide", _listed(narrow), len(numbers)),
        Check(f"{name}: no small group shares one crime type or outcome for certain", _listed(_told(year, mine)), len(mine)),
    ]


def _narrow(year: Year, sums: Sums, left: Sequence[int]) -> Iterator[int]:
    """Yield the sums that no witness moves and that could be 1 to 4 within a range too narrow.

    A sum of dimensions that published facts tie together may be known, and large: then it is no small number.
    """
    if not left:
        return
    small = [one for one in left[:ASKED] if least_by_totals(year, sums.cell(one)) < LEAST_KEPT]
    yield from (one for one in small[:SEARCHED] if Attacker(year, sums.cell(one)).range().width < WIDTH)
    yield from (*small[SEARCHED:], *left[ASKED:])


def candidates(year: Year, sums: Sums) -> NDArray[np.int64]:
    """Return the numbers of all sums that could be 1 to 4: of two dimensions and more, single cells included.

    A cell that shows 0 counts where each of its codes stands in some cell that can shrink: else the exact totals say that
    it is 0.
    """
    zeros = list(_zeros(year))
    places = np.array([sums.places(codes) for codes in zeros], dtype=np.int64).reshape(len(zeros), len(FINEST))
    single = [sums.places(codes) for codes in year.movable]
    cells = np.concatenate([places, np.array(single, dtype=np.int64).reshape(len(single), len(FINEST))])
    return np.unique(np.concatenate([sums.of(cells)[:, -1], small_sums(year, sums)]))


def _zeros(year: Year) -> Iterator[Codes]:
    codes = [sorted({cell[column] for cell in year.movable}) for column in range(len(FINEST))]
    yield from (cell for cell in itertools.product(*codes) if cell not in year.cells)


def read_witnesses(release: PublicRelease) -> list[Changes]:
    """Return the witnesses of a release: what each changes of the published cells."""
    try:
        with gzip.open(release.folder / WITNESSES, "rt", encoding="utf-8", newline="") as stream:
            rows = [(row["witness"], tuple(row[name] for name in FINEST), int(row["change"])) for row in csv.DictReader(stream)]
    except (OSError, EOFError, KeyError, ValueError, csv.Error) as error:
        raise ReleaseError(f"{release.name}: {WITNESSES} cannot be read ({type(error).__name__}). Publish it again.") from error
    return [{codes: change for _, codes, change in changes} for _, changes in itertools.groupby(rows, key=lambda row: row[0])]


def build_witnesses(release: PublicRelease) -> list[Changes]:
    """Return witnesses for all years of a release, built from what is public: one changes cells of every year at once."""
    by_year = [_witnesses_of(year, release.largest_error) for year in release.years.values()]
    longest = itertools.zip_longest(*by_year, fillvalue={})
    return [{codes: change for changes in of_years for codes, change in changes.items()} for of_years in longest]


def _witnesses_of(year: Year, largest_error: Mapping[int, int]) -> list[Changes]:
    """Return witnesses of one year that between them move every candidate, as far as exchanges can."""
    made: list[Changes] = []
    for loose in (False, True):
        builder = Builder(year, largest_error, loose=loose)
        made += builder.build(np.array(list(unmoved(candidates(year, builder.sums), builder.sums, made)), dtype=np.int64))
        made += builder.build_for(unmoved(small_sums(year, builder.sums), builder.sums, made))
    return made


def known_sums(release: PublicRelease, witnesses: Sequence[Changes]) -> list[dict[str, object]]:
    """Return the sums that no witness moves because totals and facts say that they are larger than four, with the least."""
    return [one for year in release.years.values() for one in _known_of(year, witnesses)]


def _known_of(year: Year, witnesses: Sequence[Changes]) -> Iterator[dict[str, object]]:
    sums, quarters = Sums(year), set(year.categories["quarter"])
    mine = [{codes: change for codes, change in one.items() if codes[0] in quarters} for one in witnesses]
    for number in list(unmoved(candidates(year, sums), sums, mine))[:ASKED]:
        one = sums.cell(number)
        if (least := least_by_totals(year, one)) >= LEAST_KEPT:
            yield {"sum": [year.year, *one], "value": least}


def _small_numbers(release: PublicRelease) -> Iterator[str]:
    for codes, value in release.published.items():
        if 0 < value < LEAST_KEPT:
            yield f"{describe(codes)} shows {value}"


def _wrong_sums(release: PublicRelease) -> Iterator[str]:
    """Yield the published sums that are not what their finest cells add up to, and those that are not there."""
    true: Counter[Codes] = Counter()
    for year in release.years.values():
        for codes, value in year.cells.items():
            for one in itertools.product(*((code, TOTAL) for code in codes)):
                fixed = sum(code != TOTAL for code in one)
                if fixed <= MOST_FIXED or fixed == len(FINEST):
                    true[(year.year if one[0] == TOTAL else one[0], *one[1:])] += value
    for codes in {**release.published, **true}:
        shown = release.published.get(codes, 0)
        if shown != true[codes]:
            yield f"{describe(codes)} shows {shown:,}, and its cells add up to {true[codes]:,}"


def _broken_facts(release: PublicRelease) -> Iterator[str]:
    for year in release.years.values():
        for fact in year.facts:
            value = sum(value for codes, value in year.cells.items() if fact.holds_cell(codes))
            if not fact.low <= value <= fact.high:
                yield f"{fact.name} in {year.year}: {value:,} is not {fact.low:,} to {fact.high:,}"


def _fact_count(release: PublicRelease) -> int:
    return sum(len(year.facts) for year in release.years.values())


def _wrong_witnesses(year: Year, witnesses: Iterable[Changes], sums: Sums, largest_error: Mapping[int, int]) -> Iterator[str]:
    """Yield what is wrong with witnesses: a cell that breaks the rule, a total or fact that moves, an error too large."""
    room = sums.room(largest_error)
    for number, changes in enumerate(witnesses):
        for codes, change in changes.items():
            if not _is_possible(year.cells.get(codes, 0), year.cells.get(codes, 0) + change):
                yield f"witness {number}: {describe(codes)} cannot be {year.cells.get(codes, 0) + change}"
        moved = sums.added(changes)
        if (too_far := np.flatnonzero(np.abs(moved) > room)).size:
            yield f"witness {number} moves {describe(sums.cell(int(too_far[0])))} by {moved[too_far[0]]}"
        yield from _facts_broken_by(year, changes, number)


def _facts_broken_by(year: Year, changes: Changes, number: int) -> Iterator[str]:
    for fact in year.facts:
        if moved := sum(change for codes, change in changes.items() if fact.holds_cell(codes)):
            shown = sum(value for codes, value in year.cells.items() if fact.holds_cell(codes))
            if not fact.low <= shown + moved <= fact.high:
                yield f"witness {number} breaks {fact.name}"


def _is_possible(shown: int, other: int) -> bool:
    if shown == 0:
        return 0 <= other < LEAST_KEPT
    return other == shown or (LEAST_KEPT <= shown <= MOST_AMBIGUOUS and 1 <= other < LEAST_KEPT)


def _told(year: Year, witnesses: Sequence[Changes]) -> Iterator[str]:
    """Yield the groups of a nationality, age band and sex whose people all share a crime type or an outcome, for certain.

    A group is small, or shown in one code only. It is safe where some witness puts somebody of it under another code.
    """
    other = {codes for changes in witnesses for codes, change in changes.items() if change > 0}
    for sensitive in SENSITIVE:
        column = FINEST.index(sensitive)
        shown, possible = _codes_by_group(year.cells, column), _codes_by_group(other, column)
        for group, codes in shown.items():
            if len(codes) == 1 and not possible.get(group, set()) - codes:
                yield f"{describe(group)} in {year.year}: all are {sensitive.replace('_', ' ')} {min(codes)}"


def _codes_by_group(cells: Iterable[Codes], column: int) -> dict[Codes, set[str]]:
    """Return the codes of a sensitive dimension that each group has, at every order of nationality, age band and sex."""
    found: dict[Codes, set[str]] = {}
    for codes in cells:
        for kept in itertools.product((False, True), repeat=len(GROUPED)):
            if any(kept):
                fixed = {place for place, keep in zip(GROUPED, kept, strict=True) if keep}
                group = tuple(code if place in fixed else TOTAL for place, code in enumerate(codes))
                found.setdefault(group, set()).add(codes[column])
    return found


def of_pair(first: PublicRelease, second: PublicRelease) -> list[Check]:
    """Return the checks of two releases read together, one for each year that both cover."""
    method = exact_checks if exact_tables.METHOD in {first.method, second.method} else differencing
    return _checks(method.of_pair(first, second))


def _checks(found: Iterable[differencing.Pair]) -> list[Check]:
    return [Check(name, _listed(told), looked_at) for name, told, looked_at in found]


def _listed(found: Iterable[str]) -> str:
    every = list(found)
    more = f" (and {len(every) - NAMED:,} more)" if len(every) > NAMED else ""
    return "; ".join(every[:NAMED]) + more
