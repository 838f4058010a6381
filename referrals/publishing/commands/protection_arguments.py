"""The options that choose how a release is grouped and protected: those of `publish` and `check`.

The options of `publish` that `check` does not have choose where a draft is written, its name and
date, the engine and the length of the search.
"""

from __future__ import annotations

import argparse
from typing import TypedDict

from referrals.publishing.commands.mapping_option import chosen_mapping
from referrals.publishing.commands.terminal import named_texts
from referrals.publishing.disclosure.recoding import Group
from referrals.publishing.extract.mappings.mapping import Mapping
from referrals.publishing.options import METHODS, NATIONALITIES, ROUNDING
from referrals.publishing.publisher_settings import Settings
from referrals.reference.codelists import DIMENSIONS
from referrals.reference.disclosure_rule import ACCEPTABLE


class Protection(TypedDict):
    """The subset of `Options` that decides how records are grouped and protected."""

    mapping: Mapping | None
    nationalities: int
    by_region: bool
    groups: tuple[Group, ...]
    left_out: tuple[str, ...]
    method: str
    accepted: dict[str, str]


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
    parser.add_argument(
        "--method",
        choices=METHODS,
        help="rounding: adjust small groups, so that any combination has an answer; "
        "suppression: exact tables of one and two dimensions, with small cells withheld "
        f"(default: {ROUNDING})",
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CHECK=REASON",
        help=f"publish in spite of a check ({' or '.join(ACCEPTABLE)}); can be repeated. The "
        "certificate names the check, and the reason stays in the private audit log",
    )


def chosen(options: argparse.Namespace, settings: Settings) -> Protection:
    """Return the choices of the command line and, for those not made there, of the settings.

    Raises:
        DisclosureError: an acceptance has no reason.
        ExtractError: the mapping cannot be read.
    """
    nationalities, by_region = options.nationalities, options.by_region
    return Protection(
        mapping=chosen_mapping(options),
        nationalities=settings.nationalities if nationalities is None else nationalities,
        by_region=settings.by_region if by_region is None else by_region,
        groups=tuple(dict.fromkeys(options.group)),
        left_out=tuple(options.leave_out),
        method=options.method or settings.method,
        accepted=named_texts("--accept", options.accept),
    )


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
