"""The option `--mapping` of the commands that read extracts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.mappings.mapping import Mapping

HELP: Final = "how to read an extract in another layout than ours, as `map` proposes it"


def add_mapping_argument(parser: argparse.ArgumentParser, *, help_text: str = HELP) -> None:
    """Add the option to a command."""
    parser.add_argument("--mapping", type=Path, metavar="FILE", help=help_text)


def chosen_mapping(options: argparse.Namespace) -> Mapping | None:
    """Return the mapping that was named, or None."""
    return mapping.load(options.mapping) if options.mapping else None
