"""The command `slides`: the show as a file for PowerPoint."""

from __future__ import annotations

import argparse

from referrals.handouts import options
from referrals.handouts.presentation import story
from referrals.handouts.slides import deck
from referrals.release import catalogue


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser(
        "slides",
        help="write the slides of the show for PowerPoint",
        description="Write the slides of the show as a PowerPoint file with charts to edit.",
    )
    options.add_file(parser, ".pptx")
    options.add_slides(parser)
    options.add_base(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the file, and return 0."""
    released = catalogue.served().published
    chosen = options.slides(given, story.slides(released))
    body = deck.write(chosen.slides, base=options.base(given), about=released.about)
    options.write(given.to, body)
    return 0
