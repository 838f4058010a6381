"""The command `packs`: every briefing sheet in a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import monotonic
from typing import Final

from referrals.handouts import options
from referrals.handouts.packs import pack
from referrals.i18n import messages
from referrals.release import catalogue

SHOWN_EVERY: Final = 10
"""The files between two lines of progress, if they are not shown in place."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser(
        "packs",
        help="write every briefing sheet, with a page that says which one is for whom",
        description="Write a folder with the sheet of every nationality, language, audience and "
        "paper, and a contents sheet. What is complete and unchanged is kept, so that a stopped "
        "command resumes where it was. Sheets of an earlier pack that are not part of this one are "
        "removed.",
    )
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="the folder of the pack"
    )
    parser.add_argument(
        "--release", default="", metavar="ID", help="a release (default: the published one)"
    )
    parser.add_argument(
        "--nationality",
        action="append",
        default=[],
        metavar="CODE",
        help="only this nationality; can be given several times (default: every one)",
    )
    options.add_base(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the pack. Return 0, or 1 if a sheet could not be made."""
    served = catalogue.served()
    wanted = pack.requests(served, given.release, given.nationality)
    summary = pack.write(served, wanted, given.to, options.base(given), _Progress().show)
    for file, reason in sorted(summary.failures.items()):
        print(messages.text("packs.command.failed", file=file, reason=reason), file=sys.stderr)
    print(
        messages.text(
            "packs.command.summary",
            folder=given.to,
            total=len(wanted) + 1,
            made=summary.made,
            kept=summary.kept,
            failed=len(summary.failures),
        )
    )
    if summary.removed:
        print(messages.text("packs.command.removed", n=summary.removed))
    return 1 if summary.failures else 0


class _Progress:
    """Shows how many files are done, and the time that the others will take."""

    def __init__(self) -> None:
        self._began = monotonic()
        self._kept = -1

    def show(self, done: int, total: int) -> None:
        """Print a line, in place on a terminal; the first call is before any file is made."""
        if self._kept < 0:
            self._kept = done
        made = done - self._kept
        is_terminal = sys.stderr.isatty()
        if not is_terminal and (done % SHOWN_EVERY or not made):
            return
        each = (monotonic() - self._began) / made if made else 0.0
        left = round(each * (total - done))
        text = messages.text("packs.command.progress", done=done, total=total, seconds=left)
        in_place = is_terminal and done < total
        print(text, end="  \r" if in_place else "\n", file=sys.stderr, flush=True)
