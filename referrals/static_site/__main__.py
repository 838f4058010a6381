"""Write the static site as a folder.

python -m referrals.static_site build --to build/site --base https://example.org
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from referrals import atomic_folder
from referrals.content import sheet_pack
from referrals.errors import ReferralsError
from referrals.release import catalogue
from referrals.static_site import site
from referrals.static_site.links import in_folder

KILOBYTE = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Return 0, or 1 after an error message of one sentence."""
    options = _parser().parse_args(arguments)
    try:
        pack = sheet_pack.load(options.sheets) if options.sheets else None
        files = site.files(catalogue.served(), in_folder(options.base), pack)
        atomic_folder.write(options.to, files)
    except ReferralsError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        path = error.filename or options.to
        print(f"{path} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    size = sum(map(len, files.values())) / KILOBYTE
    print(f"{options.to}: {len(files)} files, {size:,.0f} kB. Open {options.to / 'index.html'}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m referrals.static_site",
        description="Write the static version of the site as files.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser(
        "build", help="write every static page into a folder, for a web server or a stick"
    )
    build.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder to write; an older one is replaced",
    )
    build.add_argument(
        "--base",
        type=_origin,
        metavar="ADDRESS",
        help="the address of the full site, such as https://example.org, for links to it and for "
        "canonical addresses",
    )
    build.add_argument(
        "--sheets",
        type=Path,
        metavar="FOLDER",
        help="a pack of briefing sheets, written by `make packs`, for the site to offer",
    )
    return parser


def _origin(text: str) -> str:
    parts = urlsplit(text)
    is_web = parts.scheme in {"http", "https"} and bool(parts.netloc)
    if not is_web or parts.path.strip("/") or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(
            f"{text} is not the address of a site, such as https://example.org"
        )
    return f"{parts.scheme}://{parts.netloc}"


if __name__ == "__main__":
    sys.exit(main())
