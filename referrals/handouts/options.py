"""The options that commands share: the file to write, the slides, and the address of the site."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from referrals.errors import ReferralsError
from referrals.handouts.presentation import choice
from referrals.handouts.presentation.choice import Choice
from referrals.handouts.presentation.slide import Slide
from referrals.web import settings

KILOBYTE: Final = 1000


def add_file(parser: argparse.ArgumentParser, ending: str) -> None:
    """Add the option `--to FILE`, which takes a file with an ending such as `.pdf`.

    The folder has to exist: one that a slip made would hide the file.
    """

    def file(text: str) -> Path:
        path = Path(text)
        if path.is_dir():
            raise argparse.ArgumentTypeError(
                f"{path} is a folder. Name the file to write, with its ending ({ending})."
            )
        if path.suffix.lower() != ending:
            raise argparse.ArgumentTypeError(f"{path} has to end in {ending}.")
        if not path.parent.is_dir():
            raise argparse.ArgumentTypeError(
                f"the folder {path.parent} does not exist. Make it first, or name another one."
            )
        return path

    parser.add_argument(
        "--to", type=file, required=True, metavar="FILE", help=f"the file to write ({ending})"
    )


def add_slides(parser: argparse.ArgumentParser) -> None:
    """Add the option `--slides NAMES`."""
    parser.add_argument(
        "--slides",
        metavar="NAMES",
        help="the slides and their order, as in the address of the show, such as total,sex "
        "(default: all)",
    )


def slides(given: argparse.Namespace, story: Sequence[Slide]) -> Choice:
    """Return the slides that the option asks for.

    Raises:
        ReferralsError: it names a slide that does not exist, or none.
    """
    pairs = () if given.slides is None else [(choice.SLIDES, given.slides)]
    chosen = choice.read(pairs, story)
    if chosen.problem:
        raise ReferralsError(chosen.problem)
    return chosen


def add_base(parser: argparse.ArgumentParser) -> None:
    """Add the option `--base ADDRESS`."""
    parser.add_argument(
        "--base",
        type=_origin,
        metavar="ADDRESS",
        help="the address of the site, such as https://example.org, to which the codes to scan "
        f"lead (default: {settings.BASE}; without either they lead to the source document)",
    )


def base(given: argparse.Namespace) -> str:
    """Return the address of the site: the one given, or that of the environment, or ''.

    Raises:
        SettingsError: the variable of the environment is not the address of a site.
    """
    return given.base or settings.base()


def write(path: Path, content: bytes) -> None:
    """Write a file, and print its size."""
    path.write_bytes(content)
    print(f"{path}: {len(content) / KILOBYTE:,.0f} kB")


def _origin(text: str) -> str:
    found = settings.origin(text.rstrip("/"))
    if not found:
        raise argparse.ArgumentTypeError(
            f"{text} is not the address of a site, such as https://example.org"
        )
    return found
