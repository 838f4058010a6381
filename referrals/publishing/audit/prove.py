"""The proof of a rounded release: the witnesses that it publishes, and the sums that need none.

`release_builder` calls it and `audit` checks it. It is part of the audit because it uses public
files alone: a proof that needed the records could not be repeated by a stranger.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from referrals.errors import ReleaseError
from referrals.publishing.audit import witnesses
from referrals.publishing.audit.bounds_by_totals import (
    MOST_BOUNDED,
    bound_by_totals,
    could_be_small,
)
from referrals.publishing.audit.feasibility_intervals import MOST_SEARCHED, feasibility_interval
from referrals.publishing.audit.marginal_sums import Changes, MarginalSums, too_narrow
from referrals.publishing.audit.public_release import REMEDY, PublicRelease
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import SMALLEST_UNCHANGED

WITNESSES: Final = "witnesses.csv.gz"
HEADER: Final = ("witness", *FINEST, "change")


@dataclass(frozen=True)
class Proof:
    """Witnesses, and the sums that none of them moves because they are known to be five or more.

    A witness changes cells of every year at once. Each entry of `known` has the form that the
    manifest lists: the sum, its lower bound and the totals and facts that prove the bound.
    """

    witnesses: Sequence[Changes]
    known: Sequence[dict[str, object]]


def prove(release: PublicRelease) -> Proof:
    """Return the proof of a release."""
    proofs = [_prove_year(year, release.largest_error) for year in release.years.values()]
    merged = []
    for changes_by_year in itertools.zip_longest(
        *(proof.witnesses for proof in proofs), fillvalue={}
    ):
        witness: dict[Codes, int] = {}
        for changes in changes_by_year:
            witness.update(changes)
        merged.append(witness)
    return Proof(merged, [known for proof in proofs for known in proof.known])


def narrow_sums(year: Year, largest_error: Mapping[int, int]) -> list[Codes]:
    """Return the sums of a year that could be 1 to 4 and lack witnesses: an attack would name them.

    Args:
        year: the year as it would be published.
        largest_error: the announced errors, by order.
    """
    _, unmoved = _witnesses_of(year, largest_error)
    return [codes for codes in unmoved if bound_by_totals(year, codes).least < SMALLEST_UNCHANGED]


def _prove_year(year: Year, largest_error: Mapping[int, int]) -> Proof:
    found, unmoved = _witnesses_of(year, largest_error)
    return Proof(found, list(_known_sums(year, unmoved)))


def _witnesses_of(
    year: Year, largest_error: Mapping[int, int]
) -> tuple[list[Changes], list[Codes]]:
    """Return the witnesses of one year, and the sums that none of them moves.

    The witnesses are exchanges, then a search for the few sums that these don't move.
    """
    exchanges, unmoved = witnesses.of_year(year, largest_error)
    sums = MarginalSums(year)
    searched = _searched(year, sums, could_be_small(year, sums, unmoved.tolist()), largest_error)
    left = too_narrow(unmoved, sums, searched)[:MOST_BOUNDED].tolist()
    return [*exchanges, *searched], [sums.codes_of(number) for number in left]


def _searched(
    year: Year, sums: MarginalSums, numbers: Sequence[int], largest_error: Mapping[int, int]
) -> list[Changes]:
    """Return the witnesses of a search for numbered sums, one after another.

    A sum that the witnesses of an earlier one move is not searched for.
    """
    found: list[Changes] = []
    left = np.array(numbers, dtype=np.int64)
    for _ in range(min(MOST_SEARCHED, len(left))):
        if not left.size:
            break
        target = sums.codes_of(int(left[0]))
        witnesses_of_target = feasibility_interval(year, target, largest_error).witnesses
        found += witnesses_of_target
        left = too_narrow(left[1:], sums, witnesses_of_target)
    return found


def _known_sums(year: Year, targets: Iterable[Codes]) -> Iterator[dict[str, object]]:
    """Yield the sums proved to be five or more, each with its proof, as the manifest lists them."""
    for target in targets:
        bound = bound_by_totals(year, target)
        if bound.least >= SMALLEST_UNCHANGED:
            parts = []
            for term in bound.terms:
                where = {name: [*codes] for name, codes in term.where.items()}
                parts.append({"times": term.times, "where": where})
            yield {"sum": [year.year, *target], "value": bound.least, "parts": parts}


def read_witnesses(release: PublicRelease) -> list[Changes]:
    """Return the witnesses of a release.

    Raises:
        ReleaseError: the file is missing or cut short, or a line is not a change of a cell of the
        release.
    """
    try:
        with gzip.open(release.folder / WITNESSES, "rt", encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            header = next(rows)
            lines = [(witness, tuple(codes), int(change)) for witness, *codes, change in rows]
    except (OSError, EOFError, StopIteration, ValueError, zlib.error, csv.Error) as error:
        raise ReleaseError(
            f"{release.name}: {WITNESSES} is missing or cannot be read "
            f"({type(error).__name__}). {REMEDY}"
        ) from error
    if header != [*HEADER] or any(len(codes) != len(FINEST) for _, codes, _ in lines):
        raise ReleaseError(
            f"{release.name}: {WITNESSES} has other columns than {', '.join(HEADER)}. {REMEDY}"
        )
    found = []
    for witness, group in itertools.groupby(lines, key=lambda line: line[0]):
        found.append(_changes(release, witness, ((codes, change) for _, codes, change in group)))
    return found


def _changes(release: PublicRelease, witness: str, lines: Iterable[tuple[Codes, int]]) -> Changes:
    """Return the changes of one witness. Each cell must belong to the release and be named once."""
    changes: dict[Codes, int] = {}
    for codes, change in lines:
        fault = ""
        if codes in changes:
            fault = "twice"
        elif not release.has_cell(codes):
            fault = "with codes that the release does not have"
        if fault:
            raise ReleaseError(
                f"{release.name}: {WITNESSES}, witness {witness}, has {describe(codes)} {fault}. "
                f"{REMEDY}"
            )
        changes[codes] = change
    return changes
