"""The likelihood check: other records would have given the published numbers about as readily.

Called by `protected_counts`, on the publisher's side: it uses the true counts. A witness is another
table that agrees with everything published. That it is possible does not help if the program would
hardly ever round it to the published numbers: whoever runs the program with many keys would rule it
out. So the probability of the published numbers is computed for the true counts and for witnesses,
and each small sum needs two that differ by the protection width in it, neither of them much less
likely than the true counts.

Witnesses are made from the published table alone, as those of the proof are. They have few small
counts, so their probabilities are exact: all their feasible roundings are listed. The published
table itself, taken as true, is one of them: it would be published as it is. There are too many
roundings of the true counts of a large year to list. Then enough of them are listed to show that
the published one is not more likely than a bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from referrals.errors import DisclosureError
from referrals.publishing.audit import witnesses
from referrals.publishing.audit.exchanges import Flags
from referrals.publishing.audit.feasibility_intervals import MOST_SEARCHED, feasibility_interval
from referrals.publishing.audit.marginal_sums import Changes, candidates
from referrals.publishing.audit.marginal_sums import MarginalSums as PublishedSums
from referrals.publishing.audit.witnesses import Builder
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.disclosure.rounding import near_roundings
from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    column_weights,
)
from referrals.publishing.disclosure.rounding.constraints import on_small_counts
from referrals.publishing.disclosure.rounding.feasible_roundings import (
    every_rounding,
    probabilities,
    temperature,
)
from referrals.publishing.disclosure.rounding.placement import whole_preferences
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.disclosure.rounding.random_choice import SmallCounts
from referrals.publishing.tabulation.counts import Counts, codes_of
from referrals.reference.disclosure_rule import (
    LARGEST_LIKELIHOOD_RATIO,
    SMALLEST_ROUNDED_YEAR,
    SMALLEST_UNCHANGED,
)

SAMPLE: Final = 200
"""The most small sums of a year that are looked at, drawn at random."""

ROUNDS: Final = 4
"""The times that new witnesses are built for the sums that have no likely one yet."""


@dataclass(frozen=True)
class Likelihoods:
    """The result of the check of one year.

    Attributes:
        truth: the logarithm of the probability of the published numbers, or of its upper bound.
        is_exact: whether it is the probability itself.
        witnesses: how many witnesses were tried.
        likely: how many of them are at most `LARGEST_LIKELIHOOD_RATIO` times less likely.
        sums: how many small sums were looked at.
        held: how many of them have likely witnesses that differ by the protection width.
    """

    truth: float
    is_exact: bool
    witnesses: int
    likely: int
    sums: int
    held: int


def require(counts: Counts, table: ProtectedTable, *, seed: int) -> Likelihoods:
    """Return the likelihoods of a protected year.

    Raises:
        DisclosureError: a small sum has no witnesses that are likely enough, or there are too few
            records for that to have been measured.
    """
    total, small = int(counts.values.sum()), counts.values < SMALLEST_UNCHANGED
    if small.any() and total < SMALLEST_ROUNDED_YEAR:
        raise DisclosureError(
            f"{counts.year} has {total} records. With fewer than {SMALLEST_ROUNDED_YEAR}, somebody "
            "who runs the program could work small counts out. Publish a longer period. "
            "Nothing was written."
        )
    found = measure(counts, table, seed=seed)
    if found.held < found.sums:
        raise DisclosureError(
            f"{counts.year}: somebody who runs the program could rule out all but a narrow range "
            f"for {found.sums - found.held:,} of {found.sums:,} small sums looked at, because the "
            "records leave too little choice. Publish a longer period, or fewer categories (see "
            "--nationalities). Nothing was written."
        )
    return found


def measure(counts: Counts, table: ProtectedTable, *, seed: int) -> Likelihoods:
    """Return the likelihoods of a protected year, whatever they are."""
    truth, is_exact = log_probability(counts, table.facts, table.cells)
    least = truth - math.log(LARGEST_LIKELIHOOD_RATIO)
    year = Year(table.year, table.categories, table.cells, table.facts)
    sums = PublishedSums(year)
    waiting = _small_sums(counts, sums, seed)
    looked_at, tried, likely = len(waiting), 0, 0
    waits = np.zeros(sums.count, dtype=np.bool_)
    waits[waiting] = True
    for changes in _witnesses(year, sums, table.largest_error, waits):
        moved = _moved(changes, sums)
        if not waits[moved].any():
            continue
        tried += 1
        if _log_probability_of(changes, counts, table) >= least:
            likely += 1
            waits[moved] = False
            if not waits.any():
                break
    held = looked_at - int(waits.sum())
    return Likelihoods(truth, is_exact, tried, likely, looked_at, held)


def log_probability(
    counts: Counts, facts: Iterable[Fact], shown: Mapping[Codes, int]
) -> tuple[float, bool]:
    """Return the logarithm of the probability that counts are shown so, and whether it is exact.

    If it is not exact, it is an upper bound.
    """
    small = counts.values < SMALLEST_UNCHANGED
    codes = codes_of(counts.categories, counts.places)
    published = np.array([shown.get(cell, 0) for cell in codes], dtype=np.int64)
    if not np.array_equal(published[~small], counts.values[~small]):
        return -math.inf, True
    values, places = counts.values[small], counts.places[small]
    sums = MarginalSums.of(places)
    constraints = on_small_counts(counts, facts)
    roundings = every_rounding(constraints, len(values))
    if roundings is not None:
        chances = probabilities(values, roundings, sums)
        chance = float(chances[(roundings == published[small]).all(axis=1)].sum())
        return (math.log(chance) if chance else -math.inf), True
    preferences = whole_preferences(counts, int(column_weights(sums.orders).sum()))[small]
    unit = temperature(len(values)) * float(column_weights(sums.orders).sum())
    near = near_roundings.costs(
        SmallCounts(values, sums, constraints, preferences), published[small]
    )
    return -max(float(np.logaddexp.reduce(-costs / unit)) for costs in near), False


def _log_probability_of(changes: Changes, counts: Counts, table: ProtectedTable) -> float:
    """Return the logarithm of the probability that a witness is shown as the table is."""
    cells = dict(table.cells)
    for codes, change in changes.items():
        cells[codes] = cells.get(codes, 0) + change
    witness = Counts.of(counts.year, counts.categories, {c: v for c, v in cells.items() if v})
    chance, is_exact = log_probability(witness, table.facts, table.cells)
    return chance if is_exact else -math.inf


def _small_sums(counts: Counts, sums: PublishedSums, seed: int) -> Integers:
    """Return the numbers of random sums that truly are small."""
    totals = sums.totals(counts.cells())
    small = np.flatnonzero((totals > 0) & (totals < SMALLEST_UNCHANGED))
    return np.sort(np.random.default_rng(seed).permutation(small)[:SAMPLE])


def _witnesses(
    year: Year, sums: PublishedSums, largest_error: Mapping[int, int], waits: Flags
) -> Iterator[Changes]:
    """Yield witnesses: those of the proof, then other exchanges, then some by linear programming.

    The last ones are for the sums that still wait when they are asked for.
    """
    yield from witnesses.of_year(year, largest_error)[0]
    everything = candidates(year, sums)
    for attempt in range(1, ROUNDS):
        is_independent = bool(attempt % 2)
        builder = Builder(year, largest_error, independent=is_independent, seed=attempt)
        yield from builder.build(everything)
    for number in np.flatnonzero(waits)[:MOST_SEARCHED].tolist():
        yield from feasibility_interval(year, sums.codes_of(number), largest_error).witnesses


def _moved(changes: Changes, sums: PublishedSums) -> Integers:
    return np.concatenate([moves.number for moves in sums.moves_of([changes])])
