"""The command `synthesise`: make an extract of invented records."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals.publishing.commands.terminal import Progress, quiet_solver
from referrals.publishing.synthetic import extract as synthetic_extract

HELP: Final = "make an extract of invented records, to try the pipeline or for the example"
EXAMPLE: Final = """
referrals-publishing synthesise --year 2020-21 --seed 7 --to extract.csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "--year",
        required=True,
        help="the year to March, such as 2020-21, whose records then agree with every published "
        "figure; or a year of the worked example, EY1 to EY4",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=7,
        help="the random seed; the same seed makes the same records (default: %(default)s)",
    )
    parser.add_argument(
        "--records",
        type=int,
        help="the number of records, up to 50 million; published figures may then not be met",
    )
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    with quiet_solver():
        summary = synthetic_extract.synthesise(
            options.to,
            year=options.year,
            seed=options.seed,
            records=options.records,
            force=options.force,
            progress=Progress(),
        )
    print(
        f"{summary.path}: {summary.rows:,} records of {summary.year}. "
        "They are invented, and every row says so."
    )
    if summary.met:
        print(f"They agree with {len(summary.met)} published figures: {', '.join(summary.met)}.")
    if summary.unmet:
        print(f"They cannot agree with {', '.join(summary.unmet)}, which contradicts the others.")
    return 0
