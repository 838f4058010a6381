"""The command `transcribe`: build the release transcribed from the published assessment."""

from __future__ import annotations

import argparse
from typing import Final

from referrals.paths import RELEASES
from referrals.publishing import transcribe
from referrals.publishing.commands.terminal import quiet_solver

HELP: Final = "build the release transcribed from the published assessment"
EXAMPLE: Final = """
referrals-publishing transcribe --force
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--force", action="store_true", help="build even if no input has changed")


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    with quiet_solver():
        built = transcribe.build(force=options.force)
    print(f"{RELEASES.name}: {'built' if built else 'up to date'}")
    return 0
