"""The command `stick`: a folder with everything for a meeting without a connection."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals import atomic_folder
from referrals.content import sheet_pack
from referrals.handouts import options
from referrals.handouts.stick import stick_files
from referrals.release import catalogue

MEGABYTE: Final = 1_000_000
SITE: Final = Path("build/site")
PACKS: Final = Path("build/packs")
"""The folders into which `make stick` writes the static site and the sheets."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser(
        "stick",
        help="write a folder for a stick: show, slides, sheets, static site and data",
        description="Write a folder with the show, the slides, sheets to print, the static site "
        "and the data of the release, and checksums that show if it is as it was written.",
    )
    parser.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder to write; an older one is replaced",
    )
    parser.add_argument(
        "--site",
        type=Path,
        default=SITE,
        metavar="FOLDER",
        help=f"the static site, as its command writes it (default: {SITE})",
    )
    parser.add_argument(
        "--packs",
        type=Path,
        default=PACKS,
        metavar="FOLDER",
        help=f"the briefing sheets, as the command `packs` writes them (default: {PACKS})",
    )
    options.add_base(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the folder, and return 0."""
    served, base = catalogue.served(), options.base(given)
    site = stick_files.read_site(given.site, served.published)
    pack = sheet_pack.load(given.packs)
    stick_files.check_sheets(pack, given.packs, served.published)
    written = stick_files.files(served.published, site, pack, base=base)
    atomic_folder.write(given.to, written)
    size = sum(map(len, written.values())) / MEGABYTE
    print(f"{given.to}: {len(written)} files, {size:,.1f} MB. Open {given.to / stick_files.START}.")
    return 0
