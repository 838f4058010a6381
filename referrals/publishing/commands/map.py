"""The command `map`: propose how an extract in another layout is read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError
from referrals.publishing.commands.mapping_option import add_mapping_argument, chosen_mapping
from referrals.publishing.commands.terminal import positive_number
from referrals.publishing.extract import validate
from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.proposals import proposal, proposal_text
from referrals.publishing.extract.proposals.proposal import Stated
from referrals.publishing.storage import scratch

OWNER_ONLY: Final = 0o600
HELP: Final = "propose a mapping, by which an extract in another layout than ours is read"
EXAMPLE: Final = """
referrals-publishing map extract.xlsx --sheet Referrals --to ~/mapping.toml
referrals-publishing check extract.xlsx --mapping ~/mapping.toml
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("extract", type=Path, help="the extract: CSV, XLSX, ODS or Parquet")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="write the mapping to a file outside the repository (default: print it)",
    )
    parser.add_argument("--sheet", help="the sheet of a workbook with several")
    parser.add_argument(
        "--header-row",
        type=positive_number,
        metavar="N",
        help="the line of the header, if it is not found",
    )
    add_mapping_argument(
        parser,
        help_text="an earlier mapping, such as last year's: it is kept whole, and only new words "
        "and columns of the extract are asked about",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if options.to is not None:
        mapping.refuse_in_repository(options.to)
        if options.to.exists():
            raise ExtractError(f"{options.to} exists already. Remove it, or name another file.")
    with scratch.folder() as folder:
        found = proposal.propose(
            options.extract,
            folder,
            stated=Stated(chosen_mapping(options), options.sheet, options.header_row),
            settings=validate.settings(folder),
        )
    print(proposal_text.listing(found))
    text = proposal_text.toml(found)
    if options.to is None:
        print(f"\n{text}", end="")
    else:
        # Readable by its owner only before it has a word of the extract in it.
        options.to.touch(OWNER_ONLY, exist_ok=False)
        options.to.write_text(text, encoding="utf-8")
        print(f"{options.to}: the mapping. Complete the lines with ASK, then `check --mapping` it.")
    return 0
