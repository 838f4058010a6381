"""The command line of the publishing half: `python -m referrals.publishing`.

Each command is a module of `commands` with `HELP`, `EXAMPLE`, `add_arguments` and `run`.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import duckdb
import shtab

from referrals.errors import ReferralsError
from referrals.paths import ROOT
from referrals.publishing.commands import (
    approve,
    audit,
    check,
    diff,
    explore,
    forget,
    publish,
    synthesise,
    transcribe,
    withdraw,
)
from referrals.publishing.commands import map as map_command
from referrals.publishing.storage import disk

PROGRAM: Final = "referrals-publishing"
DESCRIPTION: Final = "Make, check, approve and compare releases."

COMMANDS: Final = {
    "check": check,
    "map": map_command,
    "synthesise": synthesise,
    "publish": publish,
    "approve": approve,
    "withdraw": withdraw,
    "forget": forget,
    "audit": audit,
    "diff": diff,
    "explore": explore,
    "transcribe": transcribe,
}

DUCKDB_STOPPED: Final = "Query interrupted"
"""The text of the RuntimeError that DuckDB raises in place of KeyboardInterrupt."""

INTACT: Final = "No file is half written: each is as it was before, or new."
"""True whenever a command was stopped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 if somebody has to correct something."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # The name of an extract need not be text that the terminal can show.
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    # Exit by an exception, so that private temporary folders are removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output, such as `head`, has enough. What is left is discarded, or the
        # interpreter would complain of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ReferralsError, OSError, duckdb.Error, KeyboardInterrupt) as error:
        print(_explanation(error), file=sys.stderr)
        return 1
    except RuntimeError as error:
        if str(error) != DUCKDB_STOPPED:
            raise
        print(_explanation(KeyboardInterrupt()), file=sys.stderr)
        return 1
    return code


def _explanation(error: BaseException) -> str:
    """Return the message for an error, in one line."""
    if isinstance(error, OSError):
        place = error.filename2 or error.filename or "A file"
        if error.errno in disk.ERRORS:
            return f"{disk.message(place)} {INTACT}"
        reason = error.strerror or "the system gave no reason"
        return f"{place} cannot be read or written: {reason}."
    if isinstance(error, KeyboardInterrupt):
        return f"Stopped. {INTACT}"
    if isinstance(error, duckdb.Error):
        if disk.IN_TEXT in str(error):
            return f"{disk.message(disk.place(error, tempfile.gettempdir()))} {INTACT}"
        return f"The database failed ({type(error).__name__}). Is a disk full or limited? {INTACT}"
    return str(error)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    whole = _Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog="COMMAND --help explains a command, with an example.",
    )
    whole.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    shtab.add_argument_to(whole, help="print the completion for a shell, to be saved or sourced")
    subparsers = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(
            name,
            help=command.HELP,
            description=f"{command.HELP[0].upper()}{command.HELP[1:]}.",
            epilog=f"example:\n{textwrap.indent(command.EXAMPLE.strip(), '  ')}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return whole


class _Parser(argparse.ArgumentParser):
    """A parser whose arguments that are paths are completed as such by a shell."""

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        action = super().add_argument(*names, **options)
        if action.type is Path:
            kind = shtab.DIRECTORY if action.metavar == "FOLDER" else shtab.FILE
            action.complete = kind  # type: ignore[attr-defined]
        return action


def _version() -> str:
    """Return the version of the installed package or, in the repository, of its pyproject.toml."""
    try:
        return version("referrals")
    except PackageNotFoundError:
        path = ROOT / "pyproject.toml"
        if not path.exists():  # an image has only what the site needs
            return "of an unknown version"
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])
