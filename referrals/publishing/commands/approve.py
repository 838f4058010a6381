"""The command `approve`: move a draft to the releases that readers see, from where it binds."""

from __future__ import annotations

import argparse
from typing import Final

from referrals.publishing import approval
from referrals.publishing.commands.terminal import (
    add_by,
    add_places,
    day,
    named_texts,
    places,
    today,
)
from referrals.publishing.history import audit_log
from referrals.publishing.options import check_release_id
from referrals.release.folder_scan import WITHDRAWN_SUFFIX

HELP: Final = "approve a draft: readers see it, and later releases are made to be safe beside it"
EXAMPLE: Final = """
referrals-publishing approve 2021-22 --by "A Statistician" --reason no-person-id="not recorded"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("release", metavar="RELEASE", help="the name of the draft")
    add_by(parser)
    parser.add_argument(
        "--reason",
        action="append",
        default=[],
        metavar="CHECK=TEXT",
        help="the answer to a question that publish asked, by its name; can be repeated, and is "
        "in the certificate",
    )
    parser.add_argument(
        "--approved-on",
        type=day,
        metavar="DATE",
        help="the date of approval that the certificate states (default: today)",
    )
    add_places(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    check_release_id(options.release)
    folders = places(options)
    draft = approval.approve(
        options.release,
        folders,
        by=options.by,
        reasons=named_texts("--reason", options.reason),
        today=options.approved_on or today(),
    )
    print(
        f"{draft.release_id} is approved, and is in {folders.releases / draft.release_id}. "
        f"From now on, releases of {' and '.join(draft.years)} are revisions of it."
    )
    marker = folders.releases / f"{draft.release_id}{WITHDRAWN_SUFFIX}"
    if marker.exists():
        print(f"No site shows it yet: a release of this name was withdrawn. Remove {marker}.")
    for problem in audit_log.problems(folders.private):
        print(problem)
    return 0
