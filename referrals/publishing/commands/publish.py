"""The command `publish`: make, attack and certify a draft of a protected release."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals.paths import RELEASES
from referrals.publishing import pipeline
from referrals.publishing import rehearsal as rehearsals
from referrals.publishing.commands import protection_arguments
from referrals.publishing.commands.mapping_option import add_mapping_argument
from referrals.publishing.commands.terminal import (
    Progress,
    add_private,
    day,
    load_settings,
    quiet_solver,
    today,
)
from referrals.publishing.disclosure.rounding import annealing
from referrals.publishing.options import ENGINES, Options, private_folder

HELP: Final = "make a draft of a protected release from extracts, attack it and certify it"
EXAMPLE: Final = """
referrals-publishing publish extract.csv --release 2021-22 --dry-run
referrals-publishing publish extract.csv --release 2021-22
referrals-publishing approve 2021-22 --by "A Statistician"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "extracts", type=Path, nargs="+", metavar="EXTRACT", help="one or more extracts"
    )
    add_mapping_argument(parser)
    parser.add_argument("--release", required=True, metavar="ID", help="the name of the release")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="count and protect only, and preview the release; writes nothing",
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="the folder of drafts to write to, never one that readers see "
        "(default: staging in the private folder)",
    )
    parser.add_argument(
        "--releases",
        type=Path,
        metavar="FOLDER",
        help="the folder of releases that the draft is meant for, which is only read "
        f"(default: {RELEASES})",
    )
    add_private(parser)
    parser.add_argument(
        "--new-key",
        action="store_true",
        help="make a new secret key if that of a private folder with a history is lost",
    )
    parser.add_argument(
        "--published-on",
        type=day,
        metavar="DATE",
        help="the date of publication (default: today)",
    )
    protection_arguments.add(parser)
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="duckdb",
        help="the engine that counts the records, with the same result (default: %(default)s)",
    )
    # For tests: a shorter search keeps every promise, but its errors are larger than a publisher
    # should accept.
    parser.add_argument(
        "--steps",
        type=int,
        default=annealing.STEPS,
        help="moves that the rounding search tries for each small count (default: %(default)s); "
        "fewer are faster and leave larger errors",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    chosen = _chosen(options)
    progress = Progress()
    with quiet_solver():
        if options.dry_run:
            rehearsal = rehearsals.rehearse(options.extracts, chosen, progress=progress)
            text = rehearsal.as_text()
        else:
            text = pipeline.publish(options.extracts, chosen, progress=progress).as_text()
    print(text)
    return 0


def _chosen(options: argparse.Namespace) -> Options:
    """Return the choices of the command line and, for those not made there, of the settings."""
    settings = load_settings(options)
    return Options(
        release_id=options.release,
        releases=options.releases or settings.releases or RELEASES,
        private=options.private or settings.private or private_folder(),
        to=options.to or settings.staging,
        new_key=options.new_key,
        published_on=options.published_on or today(),
        engine=options.engine,
        steps=options.steps,
        stamp=settings.stamp,
        **protection_arguments.chosen(options, settings),
    )
