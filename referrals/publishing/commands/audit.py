"""The command `audit`: attack releases again from their public files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals.publishing.audit import audit
from referrals.publishing.commands.terminal import Progress, quiet_solver

HELP: Final = "attack releases again from their public files, each alone and together"
EXAMPLE: Final = """
referrals-publishing audit releases/2020-21 releases/2021-22
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "releases",
        type=Path,
        nargs="+",
        metavar="RELEASE",
        help="release folders, or tables published beside them",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    with quiet_solver():
        checks = audit.audit(options.releases, progress=Progress())
    for check in checks:
        if check.holds:
            print(f"holds  {check.name}")
        else:
            print(f"FAILS  {check.name}: {check.fault}")
    failed = sum(not check.holds for check in checks)
    if failed:
        print(f"{failed} of {len(checks)} checks fail.")
        return 1
    print(f"All {len(checks)} checks hold.")
    return 0
