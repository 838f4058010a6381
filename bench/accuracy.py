"""The errors that rounding adds, measured on synthetic records over several secret seeds.

Every certificate quotes them.

    python -m bench.accuracy    # writes data/reference/rounding_{errors,truths}.csv
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench.measured_work import ASSESSED, NATIONALITIES, SEEDS, counted, prepare
from referrals.paths import REFERENCE
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.annealing import subsets
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.disclosure.utility import Cube, cube, errors_in
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import ROUNDED_VALUES

TRUE_COUNT_NAMES: Final = ("none", "one", "two", "three", "four")
"""Column names for the share of groups that truly have 0, 1, 2, 3 and 4 people."""

Row = dict[str, str]


def errors(counts: Counts, tables: Sequence[ProtectedTable]) -> Iterator[Row]:
    """Yield the errors of sums by the number of dimensions fixed: of non-zero sums and of all."""
    true = cube(counts)
    for order in range(len(FINEST)):
        fixed_columns = [fixed for fixed in subsets(len(FINEST), order) if len(fixed) == order]
        found = [
            errors_in(true, _shown(counts, table), fixed)
            for table in tables
            for fixed in fixed_columns
        ]
        every, wrong = (np.concatenate(column) for column in zip(*found, strict=True))
        nonzero = wrong[every > 0]
        yield {
            "dimensions": str(order),
            "sums": str(len(nonzero) // len(tables)),
            "mean_error": f"{nonzero.mean():.2f}",
            "mean_error_with_zeros": f"{wrong.mean():.2f}",
            "largest_error": str(wrong.max()),
            "exact_share": f"{(nonzero == 0).mean():.0%}",
        }


def truths(counts: Counts, tables: Sequence[ProtectedTable]) -> Iterator[Row]:
    """Yield, for each value shown in a finest cell, how often the true count is 0, 1, 2, ..."""
    true = cube(counts)
    for shown in ROUNDED_VALUES:
        true_values = np.concatenate([true[_shown(counts, table) == shown] for table in tables])
        shares = {
            name: f"{(true_values == count).mean():.1%}"
            for count, name in enumerate(TRUE_COUNT_NAMES)
        }
        yield {
            "shown": str(shown),
            "groups": str(len(true_values) // len(tables)),
            **shares,
            "itself": f"{(true_values == shown).mean():.1%}" if shown else "",
            "people_share": f"{true_values.sum() / (true.sum() * len(tables)):.0%}",
        }


def _shown(counts: Counts, table: ProtectedTable) -> Cube:
    return cube(Counts.of(counts.year, counts.categories, table.cells))


def measured_counts() -> Counts:
    """Return counts of synthetic records that agree with the published figures."""
    with tempfile.TemporaryDirectory() as folder:
        prepare("database", ASSESSED, Path(folder))
        return counted(Path(folder), NATIONALITIES)


def measured(seeds: int = SEEDS) -> tuple[Counts, list[ProtectedTable]]:
    """Return counts of synthetic records, and their protected tables, one per secret seed."""
    counts = measured_counts()
    facts = agreed_facts.find(counts).facts
    return counts, [rounding.protect(counts, facts, seed=seed) for seed in range(seeds)]


def write(name: str, rows: Sequence[Row], folder: Path = REFERENCE) -> None:
    """Write rows to a CSV file of reference data."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Measure and write both files."""
    counts, tables = measured()
    write("rounding_errors", list(errors(counts, tables)))
    write("rounding_truths", list(truths(counts, tables)))


if __name__ == "__main__":
    main()
