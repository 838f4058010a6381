"""The command `forget`: remove a release that was never shared, so that it no longer binds."""

from __future__ import annotations

import argparse
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing import approval
from referrals.publishing.commands.terminal import add_by, add_places, places
from referrals.publishing.options import check_release_id

HELP: Final = "remove a release or a draft that nobody has seen, so that it no longer binds"
EXAMPLE: Final = """
referrals-publishing forget wrong-file --never-shared --by "A Statistician"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("release", metavar="RELEASE", help="the name of the release or draft")
    parser.add_argument(
        "--never-shared",
        action="store_true",
        required=True,
        help="state that nobody but you has seen the release: whoever has a copy could compare it "
        "with later ones",
    )
    add_by(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask for a confirmation")
    add_places(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    check_release_id(options.release)
    if not options.yes:
        _confirm(options.release)
    approval.forget(options.release, places(options), by=options.by)
    print(f"{options.release} is forgotten: its folder and its history were removed.")
    return 0


def _confirm(release_id: str) -> None:
    """Ask for the name of the release.

    Raises:
        DisclosureError: another text was given.
    """
    print(
        f"This removes {release_id} and its history for good. If anybody has seen it, that person "
        "could compare it with later releases and work out who was counted."
    )
    try:
        answer = input(f"Type {release_id} to continue: ")
    except EOFError:
        answer = ""
    if answer.strip() != release_id:
        raise DisclosureError("Not confirmed. Nothing was removed.")
