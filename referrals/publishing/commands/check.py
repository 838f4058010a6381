"""The command `check`: validate a record-level extract, and explain every error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from referrals.publishing import foresee
from referrals.publishing.commands import protection_arguments
from referrals.publishing.commands.mapping_option import add_mapping_argument
from referrals.publishing.commands.terminal import (
    Progress,
    add_private,
    load_settings,
    quiet_solver,
    today,
)
from referrals.publishing.extract import validate
from referrals.publishing.options import Options

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
    protection_arguments.add(parser)
    add_private(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="the format of the report (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    chosen = _chosen(options)
    chosen.check_values()
    progress = Progress()
    report = validate.check(
        options.extract,
        mapping=chosen.mapping,
        period=options.period,
        today=today(),
        progress=progress,
    )
    print(report.as_json() if options.format == "json" else report.as_text())
    if not report.ok:
        return 1
    with quiet_solver():
        found = foresee.forecast(options.extract, chosen, today=today(), progress=progress)
    print(found.as_text(), file=sys.stderr if options.format == "json" else sys.stdout)
    return 1 if found.refusal else 0


def _chosen(options: argparse.Namespace) -> Options:
    """Return the choices of a publisher whose refusals are foreseen. No folder is used."""
    return Options(
        release_id="check",
        releases=options.extract.parent,
        private=options.extract.parent,
        published_on=today(),
        **protection_arguments.chosen(options, load_settings(options)),
    )
