"""The command `show`: the show as one file for a stick."""

from __future__ import annotations

import argparse

from referrals.handouts import options
from referrals.handouts.presentation import show, story
from referrals.handouts.presentation.show import Show
from referrals.release import catalogue


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser(
        "show",
        help="write the show as one HTML file that plays without a connection",
        description="Write the show as one HTML file. It loads nothing, so it plays from a stick.",
    )
    options.add_file(parser, ".html")
    options.add_slides(parser)
    options.add_base(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the file, and return 0."""
    released = catalogue.served().published
    chosen = options.slides(given, story.slides(released))
    html = show.offline(Show(chosen, options.base(given)))
    options.write(given.to, html.encode())
    return 0
