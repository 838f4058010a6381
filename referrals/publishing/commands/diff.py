"""The command `diff`: compare two releases cell by cell."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals.publishing import compare as comparison

HELP: Final = "compare two releases cell by cell, and report what they disclose together"
EXAMPLE: Final = """
referrals-publishing diff releases/first releases/second
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("old", type=Path, help="the folder of the earlier release")
    parser.add_argument("new", type=Path, help="the folder of the later release")


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    difference = comparison.compare(options.old, options.new)
    print(difference.as_text())
    return 1 if difference.disclosures else 0
