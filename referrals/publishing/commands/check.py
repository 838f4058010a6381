"""The command `check`: validate a record-level extract, and explain every error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from referrals.publishing import foresee
from referrals.publishing.commands import grouping_arguments
from referrals.publishing.commands.mapping_option import add_mapping_argument, chosen_mapping
from referrals.publishing.commands.terminal import Progress, quiet_solver, today
from referrals.publishing.extract import validate
from referrals.publishing.options import NATIONALITIES, Options

HELP: Final = "validate a record-level extract, and explain every error"
EXAMPLE: Final = """
referrals-publishing check extract.csv --period 2021-22
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("extract", type=Path, help="the extract: CSV, XLSX, ODS or Parquet")
    add_mapping_argument(parser)
    parser.add_argument(
        "--period",
        help="the year (2020-21, EY1) or quarter (2020-Q2, EY1-Q1) that every date must be in",
    )
    grouping_arguments.add(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="the format of the report (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    report = validate.check(
        options.extract,
        mapping=chosen_mapping(options),
        period=options.period,
        today=today(),
        progress=Progress(),
    )
    print(report.as_json() if options.format == "json" else report.as_text())
    if not report.ok:
        return 1
    return _foresee(options)


def _foresee(options: argparse.Namespace) -> int:
    """Print what `publish` would group and refuse, and return the exit code."""
    chosen = Options(
        release_id="check",
        releases=options.extract.parent,
        private=options.extract.parent,
        published_on=today(),
        nationalities=NATIONALITIES if options.nationalities is None else options.nationalities,
        by_region=bool(options.by_region),
        groups=tuple(options.group),
        left_out=tuple(options.leave_out),
        mapping=chosen_mapping(options),
    )
    with quiet_solver():
        found = foresee.forecast(options.extract, chosen, today=today())
    print(found.as_text(), file=sys.stderr if options.format == "json" else sys.stdout)
    return 1 if found.refusal else 0
