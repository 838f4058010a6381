"""The command `briefing`: one sheet as a PDF."""

from __future__ import annotations

import argparse

from referrals.handouts import options
from referrals.handouts.briefing import sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import PAPERS, Audience
from referrals.language import ENGLISH
from referrals.release import catalogue


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser(
        "briefing",
        help="write one page of paper about one nationality, or about all",
        description="Write a briefing sheet as a tagged PDF (PDF/UA-1). The same releases, options "
        "and address always give the same bytes.",
    )
    parser.add_argument(
        "--nationality",
        default="",
        metavar="NAME",
        help="a nationality by code or name, such as VNM or Vietnam (default: all nationalities)",
    )
    parser.add_argument(
        "--audience",
        default=Audience.COMMUNITY.value,
        choices=[each.value for each in Audience],
        help="plain words, or sources and how to cite (default: %(default)s)",
    )
    parser.add_argument(
        "--language", default=ENGLISH, help="a language with messages (default: %(default)s)"
    )
    parser.add_argument(
        "--release", default="", metavar="ID", help="a release (default: the published one)"
    )
    parser.add_argument(
        "--paper",
        default="A4",
        choices=[*PAPERS],
        help="A4, A5 (shorter), or large print on A3 (default: %(default)s)",
    )
    options.add_file(parser, ".pdf")
    options.add_base(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the sheet, and return 0."""
    served = catalogue.served()
    pairs = [(name, getattr(given, name)) for name in sheet_request.NAMES]
    request = sheet_request.read(pairs, served)
    options.write(given.to, sheet_files.pdf(served, request, options.base(given)))
    return 0
