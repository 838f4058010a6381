"""The options that choose what a release groups: those of `publish`, which `check` has as well."""

from __future__ import annotations

import argparse

from referrals.publishing.disclosure.recoding import Group
from referrals.publishing.options import NATIONALITIES
from referrals.reference.codelists import DIMENSIONS


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the arguments of a command."""
    parser.add_argument(
        "--nationalities",
        type=int,
        metavar="N",
        help=f"the number of nationalities with a group of their own (default: {NATIONALITIES})",
    )
    parser.add_argument(
        "--by-region",
        action=argparse.BooleanOptionalAction,
        help="group the other nationalities by continent (default: no)",
    )
    parser.add_argument(
        "--group",
        type=group,
        action="append",
        default=[],
        metavar="DIMENSION=CODE",
        help="publish a group of a code list in place of its members, such as sex=F_NK; "
        "a dimension's _ANY leaves it out (may be repeated)",
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="QUARTER",
        help="leave the records of a quarter out (may be repeated)",
    )


def chosen_groups(options: argparse.Namespace) -> tuple[Group, ...]:
    """Return the groups that were asked for, each once."""
    return tuple(dict.fromkeys(options.group))


def group(text: str) -> Group:
    """Return the dimension and the code of an option such as `sex=F_NK`.

    >>> group("sex=F_NK")
    ('sex', 'F_NK')

    Raises:
        argparse.ArgumentTypeError: it names no dimension that can be grouped.
    """
    dimension, _, code = text.partition("=")
    if dimension not in DIMENSIONS[1:] or not code:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not DIMENSION=CODE, with one of {', '.join(DIMENSIONS[1:])}"
        )
    return dimension, code
