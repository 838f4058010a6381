"""The gain of somebody who attacks a release with the program, or with a model of the population.

    python -m bench.inference    # writes docs/measurements/disclosure.md, in some minutes

Two experiments on invented records. The first runs the program with many keys on the true records
and on the witnesses that prove a release, and counts how often each gives the published numbers.
The second guesses with a model of the population which small counts are "exactly 1", and which
zeros are occupied. Both are done for the program, for its search and repair alone (which was the
whole program before), and the second for small count rounding as in the R package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench import accuracy
from bench import small_count_rounding as bench_rounding
from bench.accuracy import measured_counts
from bench.report import inference_page
from bench.utility import mean_errors
from referrals.errors import DisclosureError
from referrals.paths import ROOT
from referrals.publishing.audit import witnesses
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.annealing import MarginalSums, search
from referrals.publishing.disclosure.rounding.constraints import on_small_counts
from referrals.publishing.disclosure.rounding.placement import expected_counts
from referrals.publishing.disclosure.rounding.repair import repair
from referrals.publishing.disclosure.utility import cube
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    SMALLEST_UNCHANGED,
)

PAGE: Final = ROOT / "docs" / "measurements" / "disclosure.md"

SEEDS: Final = 2
"""The keys over which guesses and errors are averaged."""

KEYS: Final = 25
"""The times that each table is rounded."""

MOST_WITNESSES: Final = 24
SMALL_SETS: Final = ((60, 2),)
"""Records, and codes of each dimension, of the small sets of records."""

MOST_SETS: Final = 20
"""The small sets that are tried until one can be published."""

PROGRAM: Final = "the program"
SEARCH: Final = "search and repair alone"

WIDE_ERRORS: Final = {2: 12, 3: 16, 4: 16, 5: 16}
"""The largest errors that the small releases announce, by order."""

CERTAIN: Final = 0.9
"""The attacker calls a count "exactly 1" if that is at least as probable as this."""

LIKELIEST_ZEROS: Final = 50

Table = NDArray[np.int64]
Protect = Callable[[Counts, Sequence[Fact], int], Mapping[Codes, int]]


@dataclass(frozen=True)
class Guesses:
    """The guesses of an attacker on one table.

    Attributes:
        called: the share of the cells showing 5, 6 or 7 that are called "exactly 1".
        right: the share of these calls that are right.
        occupied: the share of the 50 likeliest zeros that are occupied.
    """

    called: float
    right: float
    occupied: float


@dataclass(frozen=True)
class Hits:
    """The times that tables give the published numbers, out of `KEYS` each.

    Attributes:
        truth: the true counts.
        witnesses: each witness that was tried.
    """

    truth: int
    witnesses: tuple[int, ...]

    @property
    def never(self) -> int:
        """The number of witnesses that never gave the published numbers."""
        return sum(not hits for hits in self.witnesses)


def program(counts: Counts, facts: Sequence[Fact], seed: int) -> Mapping[Codes, int]:
    """Return the counts as the program publishes them."""
    return rounding.protect(counts, facts, seed=seed).cells


def search_alone(counts: Counts, facts: Sequence[Fact], seed: int) -> Mapping[Codes, int]:
    """Return the counts as search and repair alone would publish them, without a random choice."""
    small = counts.values < SMALLEST_UNCHANGED
    values, sums = counts.values[small], MarginalSums.of(counts.places[small])
    searched = search(values, sums, seed=seed)
    shown = counts.values.copy()
    shown[small] = repair(values, searched, sums, on_small_counts(counts, facts))
    cells = Counts(counts.year, counts.categories, counts.places, shown).cells()
    return {codes: value for codes, value in cells.items() if value}


def small_count_rounding(counts: Counts, facts: Sequence[Fact], seed: int) -> Mapping[Codes, int]:
    """Return the counts as the R package would publish them; it knows no facts."""
    del facts
    return bench_rounding.rounded(counts, seed=seed).cells()


def hits(counts: Counts, protect: Protect, *, keys: int = KEYS) -> Hits:
    """Return how often the true counts and witnesses of a release give its numbers.

    The key of the release itself is not one of those tried.
    """
    shown = dict(protect(counts, (), keys))
    year = Year(counts.year, counts.categories, shown, ())
    found, _ = witnesses.of_year(year, WIDE_ERRORS)
    tables = [_changed(shown, changes) for changes in found[:MOST_WITNESSES]]
    tried = [
        _hits_of(Counts.of(counts.year, counts.categories, table), shown, protect, keys)
        for table in tables
    ]
    return Hits(_hits_of(counts, shown, protect, keys), tuple(tried))


def _hits_of(counts: Counts, shown: Mapping[Codes, int], protect: Protect, keys: int) -> int:
    found = 0
    for seed in range(keys):
        try:
            found += dict(protect(counts, (), seed)) == shown
        except DisclosureError:  # these records would have been refused
            continue
    return found


def _changed(shown: Mapping[Codes, int], changes: Mapping[Codes, int]) -> dict[Codes, int]:
    cells = dict(shown)
    for codes, change in changes.items():
        cells[codes] = cells.get(codes, 0) + change
    return {codes: value for codes, value in cells.items() if value}


def guesses(true: Table, shown: Table, expected: NDArray[np.float64]) -> Guesses:
    """Return the guesses of an attacker who expects these counts, and knows the program.

    That is, the attacker knows how often the program shows a count of 1, 2, 3 and 4 as 5 to 7.
    """
    numbers = np.arange(1, SMALLEST_UNCHANGED + 1)
    is_ambiguous = (shown >= SMALLEST_UNCHANGED) & (shown <= LARGEST_AMBIGUOUS)
    often = np.ones(len(numbers))
    for number in numbers[:-1]:
        of_number = is_ambiguous[true == number]
        often[number - 1] = of_number.mean() if of_number.size else 0
    steps = expected[is_ambiguous][:, None] / numbers
    posterior = np.cumprod(steps, axis=1) * often
    ones = posterior[:, 0] / np.maximum(posterior.sum(axis=1), np.finfo(np.float64).tiny)
    is_called, is_one = ones >= CERTAIN, true[is_ambiguous] == 1
    zeros = np.flatnonzero(shown.ravel() == 0)
    likeliest = zeros[np.argsort(-expected.ravel()[zeros], kind="stable")[:LIKELIEST_ZEROS]]
    return Guesses(
        float(is_called.mean()),
        float(is_one[is_called].mean()) if is_called.any() else 1.0,
        float((true.ravel()[likeliest] > 0).mean()),
    )


def main_effects(table: Table) -> NDArray[np.float64]:
    """Return the expected counts if the dimensions were independent, from one-way totals."""
    expected = np.full(table.shape, float(table.sum()))
    for axis in range(table.ndim):
        others = tuple(other for other in range(table.ndim) if other != axis)
        expected = expected * (table.sum(axis=others, keepdims=True) / table.sum())
    return expected


ATTACKERS: Final[Mapping[str, Callable[[Table, Table], NDArray[np.float64]]]] = {
    "one-way totals": lambda true, _: main_effects(true),
    "two-way sums as published": lambda _, shown: expected_counts(shown.astype(np.float64)),
    "two-way sums of the population": lambda true, _: expected_counts(true.astype(np.float64)),
}
"""The model of the population, by what it is fitted to. The last one knows more than a reader."""


def small_set(counts: Counts, records: int, codes: int, seed: int = 0) -> Counts:
    """Return a random set of records with few codes in each dimension, at least ten of each."""
    generator = np.random.default_rng(seed)
    places = np.repeat(counts.places, counts.values, axis=0)
    for column in places.T:
        ranks = np.argsort(np.argsort(-np.bincount(column), kind="stable"), kind="stable")
        column[:] = np.minimum(ranks[column], codes - 1)
    categories = {name: list(counts.categories[name])[:codes] for name in FINEST}
    while True:
        drawn = places[generator.permutation(len(places))[:records]]
        cells, values = np.unique(drawn, axis=0, return_counts=True)
        if min(np.bincount(column, minlength=codes).min() for column in drawn.T) >= 10:
            return Counts(counts.year, categories, cells, values.astype(np.int64))


METHODS: Final[Mapping[str, Protect]] = {
    SEARCH: search_alone,
    PROGRAM: program,
    "small count rounding, base 5": small_count_rounding,
}


@dataclass(frozen=True)
class Result:
    """The means of one method over several keys: errors by name, guesses by attacker."""

    errors: Mapping[str, float]
    guesses: Mapping[str, Guesses]


def result(counts: Counts, protect: Protect, seeds: int = SEEDS) -> Result:
    """Return the utility of a method and the guesses that attackers make on it."""
    facts, true = agreed_facts.find(counts).facts, cube(counts)
    tables = [
        cube(Counts.of(counts.year, counts.categories, protect(counts, facts, seed)))
        for seed in range(seeds)
    ]
    errors = [mean_errors(true, shown) for shown in tables]
    found = {}
    for name, model in ATTACKERS.items():
        made = [guesses(true, shown, model(true, shown)) for shown in tables]
        found[name] = Guesses(
            called=_mean(guess.called for guess in made),
            right=_mean(guess.right for guess in made),
            occupied=_mean(guess.occupied for guess in made),
        )
    means = {}
    for name in errors[0]:
        means[name] = _mean(by_name[name] for by_name in errors)
    return Result(means, found)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _first_published(counts: Counts, records: int, codes: int) -> dict[str, Hits]:
    """Return the hits on the first small set that both methods publish."""
    for seed in range(MOST_SETS):
        small = small_set(counts, records, codes, seed)
        try:
            return {name: hits(small, METHODS[name]) for name in (PROGRAM, SEARCH)}
        except DisclosureError:
            continue
    raise DisclosureError(f"No set of {records} records could be published.")


def main() -> None:
    """Measure, and write the page and the reference data that certificates quote."""
    counts = measured_counts()
    results = {name: result(counts, protect) for name, protect in METHODS.items()}
    tried = {}
    for records, codes in SMALL_SETS:
        for name, found in _first_published(counts, records, codes).items():
            tried[name, records] = found
    rows = list(inference_page.gain_rows(results[PROGRAM].guesses))
    accuracy.write("inference_gain", rows)
    text = inference_page.page(results, tried, keys=KEYS)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
