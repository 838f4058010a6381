"""What the protection does to numbers, measured on invented records and told in every certificate: over several secret seeds.

python -m bench.accuracy      # writes data/reference/rounding_errors.csv and rounding_truths.csv
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench.measured_work import ASSESSED, KEYS, NATIONALITIES, counted, prepare
from bench.utility import Cube, cube, errors_in
from referrals.paths import REFERENCE
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.annealing import subsets
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import ROUNDED_VALUES

HELD: Final = ("none", "one", "two", "three", "four")
"""What columns of shares are called: of groups that hold nobody, one person, and so on."""

Row = dict[str, str]


def errors(counts: Counts, tables: Sequence[ProtectedTable]) -> Iterator[Row]:
    """Yield what becomes of sums, by how many dimensions they fix: of those not 0 in truth, and of all there can be."""
    true = cube(counts)
    for order in range(len(FINEST)):
        found = [errors_in(true, _shown(counts, one), fixed) for one in tables for fixed in subsets(len(FINEST), order)
                 if len(fixed) == order]  # fmt: skip
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
    """Yield what a number shown in a smallest group stands for: how many groups show it, hold 0, 1, 2... and whom they hold."""
    true = cube(counts)
    for shown in ROUNDED_VALUES:
        behind = np.concatenate([true[_shown(counts, one) == shown] for one in tables])
        held = {name: f"{(behind == count).mean():.1%}" for count, name in enumerate(HELD)}
        yield {
            "shown": str(shown),
            "groups": str(len(behind) // len(tables)),
            **held,
            "itself": f"{(behind == shown).mean():.1%}" if shown else "",
            "people_share": f"{behind.sum() / (true.sum() * len(tables)):.0%}",
        }


def _shown(counts: Counts, table: ProtectedTable) -> Cube:
    return cube(Counts.of(counts.year, counts.categories, table.cells))


def measured(keys: int = KEYS) -> tuple[Counts, list[ProtectedTable]]:
    """Return the counts of invented records that agree with the published figures, protected with so many seeds."""
    with tempfile.TemporaryDirectory() as folder:
        prepare("database", ASSESSED, Path(folder))
        counts = counted(Path(folder), NATIONALITIES)
    facts = agreed_facts.find(counts).facts
    return counts, [rounding.protect(counts, facts, seed=seed) for seed in range(keys)]


def write(name: str, rows: Sequence[Row], folder: Path = REFERENCE) -> None:
    """Write rows to a file of reference data."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Measure, and write what was measured."""
    counts, tables = measured()
    write("rounding_errors", list(errors(counts, tables)))
    write("rounding_truths", list(truths(counts, tables)))


if __name__ == "__main__":
    main()
