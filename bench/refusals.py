"""Refusals of small extracts, each checked by an independent solver: `python -m bench.refusals`.

Invented records of several sizes and seeds are grouped and rounded as `publish` does with its
default options. If it says that no rounding exists, SCIP (in OR-tools, which publishing does not
use) must prove the same for the same counts. Prints a Markdown table; each attempt and each refusal
that SCIP does not decide in time go to standard error. If SCIP finds a rounding, that ends the run
with an error.

    python -m bench.refusals 60,100,200 40
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from ortools.math_opt.python import mathopt

from referrals.errors import DisclosureError
from referrals.publishing import foresee
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.programme import NoRoundingError
from referrals.publishing.options import Options
from referrals.publishing.synthetic import extract
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS, SMALLEST_UNCHANGED

YEAR: Final = "2021-22"
SIZES: Final = (60, 80, 100, 150, 200, 300, 400, 700, 1_000, 1_500, 2_500)
SEEDS: Final = 40
OPTIONS: Final = Options("bench", Path(), Path(), date(2026, 11, 23))
PROVING_TIME: Final = timedelta(minutes=30)
"""The time limit of a proof. One of 100 records takes about 20 s; CP-SAT takes minutes or more."""

UNDECIDED: Final = mathopt.TerminationReason.NO_SOLUTION_FOUND
SPAN: Final = LARGEST_AMBIGUOUS - SMALLEST_UNCHANGED
HEADER: Final = (
    "records",
    "extracts",
    "refused",
    "causes",
    "proved",
    "with advice",
    "median processor s",
    "longest processor s",
)


def counts_of(records: int, seed: int) -> Counts:
    """Return the counts of invented records in the codes that a release would have."""
    with duckdb.connect() as connection:
        extract.fill(connection, year=YEAR, seed=seed, records=records)
        found = tabulation.categories(connection)
        recodes, published, _ = foresee.choose_codes(found, OPTIONS, is_example=False)
        return tabulation.finest(connection, {YEAR: recodes}, {YEAR: published})[0]


def is_proved_impossible(counts: Counts) -> bool:
    """Return whether SCIP proves in time that no rounding keeps every total and fact exact.

    Raises:
        RuntimeError: it finds a rounding, or the model is not valid.
    """
    limits = mathopt.SolveParameters(time_limit=PROVING_TIME)
    solved = mathopt.solve(model_of(counts), mathopt.SolverType.GSCIP, params=limits)
    reason = solved.termination.reason
    if reason not in {mathopt.TerminationReason.INFEASIBLE, UNDECIDED}:
        raise RuntimeError(f"SCIP does not confirm the refusal: {reason.name}")
    return reason is mathopt.TerminationReason.INFEASIBLE


def model_of(counts: Counts) -> mathopt.Model:
    """Return the model of every rounding of some counts that keeps every total and fact exact."""
    model = mathopt.Model()
    is_small = counts.values < SMALLEST_UNCHANGED
    cells: list[mathopt.LinearTypes] = counts.values.tolist()
    ups, beyond = {}, {}
    for cell in np.flatnonzero(is_small).tolist():
        ups[cell] = model.add_binary_variable()
        beyond[cell] = model.add_integer_variable(lb=0, ub=SPAN)
        model.add_linear_constraint(beyond[cell] <= SPAN * ups[cell])
        cells[cell] = SMALLEST_UNCHANGED * ups[cell] + beyond[cell]
    for column in range(len(FINEST)):
        for place in np.unique(counts.places[:, column]):
            inside = np.flatnonzero((counts.places[:, column] == place) & is_small)
            total = int(counts.values[inside].sum())
            # How many are rounded up, as a number to branch on.
            rounded_up = model.add_integer_variable(lb=0, ub=total // SMALLEST_UNCHANGED)
            number = mathopt.fast_sum(ups[cell] for cell in inside.tolist())
            model.add_linear_constraint(number == rounded_up)
            rest = mathopt.fast_sum(beyond[cell] for cell in inside.tolist())
            model.add_linear_constraint(rest == total - SMALLEST_UNCHANGED * rounded_up)
    codes = list(counts.cells())
    for fact in agreed_facts.find(counts).facts:
        in_fact = [cell for cell, named in enumerate(codes) if fact.holds_cell(named)]
        total_of_fact = mathopt.fast_sum(cells[cell] for cell in in_fact)
        model.add_linear_constraint(lb=fact.low, ub=fact.high, expr=total_of_fact)
    return model


@dataclass(frozen=True)
class Attempt:
    """An attempt to protect invented records: its processor seconds, and how it was refused.

    `counts` are None if it was refused before there were counts to round.
    """

    seconds: float
    counts: Counts | None
    refusal: DisclosureError | None

    @property
    def cause(self) -> str:
        """The cause of the refusal, without the numbers in it, or "none"."""
        if self.refusal is None:
            return "none"
        if isinstance(self.refusal, NoRoundingError):
            return "no rounding"
        return re.sub(r"\d\S*", "N", str(self.refusal))[:60]


def attempt(records: int, seed: int) -> Attempt:
    """Group and round invented records."""
    counts, refusal = None, None
    start = time.process_time()
    try:
        counts = counts_of(records, seed)
        rounding.protect(counts, agreed_facts.find(counts).facts, seed=seed)
    except DisclosureError as error:
        refusal = error
    return Attempt(time.process_time() - start, counts, refusal)


def rows(sizes: list[int], seeds: int) -> Iterator[str]:
    """Yield a row of the table for each number of records."""
    for records in sizes:
        attempts = {}
        for seed in range(1, seeds + 1):
            attempts[seed] = attempt(records, seed)
            outcome = f"{attempts[seed].seconds:.1f} s, refused for: {attempts[seed].cause}"
            print(f"{records} records, seed {seed}: {outcome}", file=sys.stderr, flush=True)
        refused = Counter(tried.cause for tried in attempts.values() if tried.refusal)
        advised = sum(
            "least change that works" in str(tried.refusal) for tried in attempts.values()
        )
        proved = 0
        for seed, tried in attempts.items():
            if tried.counts is None or not isinstance(tried.refusal, NoRoundingError):
                continue
            if is_proved_impossible(tried.counts):
                proved += 1
            else:
                undecided = f"{records} records, seed {seed}: not decided"
                print(undecided, file=sys.stderr, flush=True)
        causes = ", ".join(f"{count} {cause}" for cause, count in refused.items()) or "none"
        seconds = [tried.seconds for tried in attempts.values()]
        yield (
            f"| {records:,} | {seeds} | {refused.total()} | {causes} | {proved} | {advised} "
            f"| {statistics.median(seconds):.1f} | {max(seconds):.1f} |"
        )


def main(sizes: list[int], seeds: int) -> None:
    """Print the table."""
    print("| " + " | ".join(HEADER) + " |")
    print("|---" * len(HEADER) + "|")
    for row in rows(sizes, seeds):
        print(row, flush=True)


if __name__ == "__main__":
    given = [*map(int, sys.argv[1].split(","))] if sys.argv[1:] else [*SIZES]
    main(given, int(sys.argv[2]) if sys.argv[2:] else SEEDS)
