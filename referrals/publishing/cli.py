"""`python -m referrals.publishing`: the commands of whoever publishes releases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from referrals.errors import ReferralsError
from referrals.places import RELEASES
from referrals.publishing import transcribe


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 where it did what was asked, 1 where a person has something to mend."""
    options = _parser().parse_args(arguments)
    try:
        built = transcribe.build(force=options.force)
    except ReferralsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{RELEASES.name}: {'built' if built else 'up to date'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m referrals.publishing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    transcribing = commands.add_parser("transcribe", help="build the release transcribed from the published assessment")
    transcribing.add_argument("--force", action="store_true", help="build even where nothing has changed")
    return parser
