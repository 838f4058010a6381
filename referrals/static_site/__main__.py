"""Write the static pages as a folder: `python -m referrals.static_site build --to build/site --base https://example.org`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from referrals import atomic_folder
from referrals.errors import ReferralsError
from referrals.release import catalogue
from referrals.static_site import site
from referrals.static_site.links import in_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return 0, or 1 after one sentence that says what is wrong."""
    asked = _parser().parse_args(arguments)
    try:
        made = site.files(catalogue.served(), in_folder(asked.base))
        atomic_folder.write(asked.to, made)
    except ReferralsError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or asked.to} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(
        f"{asked.to}: {len(made)} files, {sum(map(len, made.values())) / 1000:,.0f} kB. Open {asked.to / 'index.html'}."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m referrals.static_site", description="The light twin of the site, as files."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser(
        "build", help="write every static page into a folder, for a web server or a stick"
    )
    one.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="where the folder goes; an older one is replaced",
    )
    one.add_argument(
        "--base",
        type=_address,
        metavar="ADDRESS",
        help="the address of the full site, such as https://example.org: pages then link to it and name it as their own",
    )
    return parser


def _address(text: str) -> str:
    parts = urlsplit(text)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.netloc
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise argparse.ArgumentTypeError(
            f"{text} is not the address of a site, such as https://example.org"
        )
    return f"{parts.scheme}://{parts.netloc}"


if __name__ == "__main__":
    sys.exit(main())
