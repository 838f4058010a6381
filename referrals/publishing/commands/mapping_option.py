"""The option `--mapping` of the commands that read extracts."""

from __future__ import annotations

import argparse
from pathlib import Path

from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.mappings.mapping import Mapping


def add_mapping_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option to a command."""
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="how to read an extract in another layout than ours, as `map` proposes it",
    )


def chosen_mapping(options: argparse.Namespace) -> Mapping | None:
    """Return the mapping that was named, or None."""
    return mapping.load(options.mapping) if options.mapping else None
