"""The command `explore`: open the attack panel of a release in a local browser."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from referrals.errors import DisclosureError, ReleaseError
from referrals.paths import PACKAGE, ROOT
from referrals.publishing.audit import public_release
from referrals.publishing.audit.suppressed import public_tables

HELP: Final = (
    "open a local page with the utility of a release and the ranges that it leaves to an attacker"
)
EXAMPLE: Final = """
referrals-publishing explore releases/2021-22 --private ~/.local/state/victim-referrals
"""

PANEL: Final = PACKAGE / "attack_panel" / "panel.py"

LARGEST_PORT: Final = 65_535

LOCAL_ONLY: Final = (
    "--server.address=127.0.0.1",
    "--browser.gatherUsageStats=false",
    "--server.fileWatcherType=none",
)
"""Settings of the server: the page may show true counts, so no other machine can open it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("release", type=Path, metavar="RELEASE", help="the folder of a release")
    parser.add_argument(
        "--private",
        type=Path,
        metavar="FOLDER",
        help="the private folder: with it, the page compares published numbers with true counts",
    )
    parser.add_argument(
        "--port", type=port, default=8600, help="the port of the page (default: %(default)s)"
    )


def port(text: str) -> int:
    """Return the number of a port.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port from 1 to {LARGEST_PORT}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Serve the page until it is stopped, and return the server's exit code.

    Raises:
        ReleaseError: the folder does not hold a release of rounded counts.
        DisclosureError: the private folder does not exist.
    """
    release = public_release.read(options.release)
    if release.method == public_tables.METHOD:
        raise ReleaseError(
            f"{release.name}: cells are withheld, and the page shows ranges of rounded numbers. "
            "`audit` attacks the release, and the report on the draft in the private folder "
            "(reports) has its risk and utility."
        )
    if options.private is not None and not options.private.is_dir():
        raise DisclosureError(f"{options.private} is not a folder. Give the private folder.")
    arguments = [str(options.release.resolve())]
    if options.private is not None:
        arguments += ["--private", str(options.private.resolve())]
    server = [sys.executable, "-m", "streamlit", "run", str(PANEL)]
    settings = [*LOCAL_ONLY, f"--server.port={options.port}"]
    return subprocess.run(  # noqa: S603 - our own interpreter and page
        [*server, *settings, "--", *arguments], check=False, cwd=ROOT
    ).returncode
