"""The command `withdraw`: stop sites from showing a release, which stays in the history."""

from __future__ import annotations

import argparse
from typing import Final

from referrals.publishing import approval
from referrals.publishing.commands.terminal import add_by, add_places, places, required_text
from referrals.publishing.options import check_release_id

HELP: Final = "withdraw a release: sites stop showing it at once, but it still binds"
EXAMPLE: Final = """
referrals-publishing withdraw 2021-22 --by "A Statistician" --reason "wrong file"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("release", metavar="RELEASE", help="the name of the release")
    add_by(parser)
    parser.add_argument(
        "--reason",
        type=required_text,
        required=True,
        metavar="TEXT",
        help="the reason, for the private audit log",
    )
    add_places(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    check_release_id(options.release)
    approval.withdraw(options.release, places(options), by=options.by, reason=options.reason)
    print(
        f"{options.release} is withdrawn. Readers may have copies of it, so later releases of its "
        "years are still made to be safe beside it. Publish a correction under a new name."
    )
    return 0
