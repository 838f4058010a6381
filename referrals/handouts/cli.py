"""The command line of the handouts: `python -m referrals.handouts`.

Each command is a module with `add(subparsers)`, which adds its parser with a function as the
default of `run`: it takes the parsed options and returns the exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from referrals.errors import ReferralsError
from referrals.handouts.briefing import command as briefing
from referrals.handouts.packs import command as packs
from referrals.handouts.presentation import command as show
from referrals.handouts.slides import command as slides
from referrals.handouts.stick import command as stick

COMMANDS: Final[tuple[ModuleType, ...]] = (briefing, packs, show, slides, stick)
"""The modules of the commands, in the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 if somebody has to correct something."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ReferralsError as error:
        return _fail(str(error))
    except OSError as error:
        name = error.filename or "A file"
        return _fail(f"{name} cannot be read or written: {error.strerror or type(error).__name__}.")
    except KeyboardInterrupt:
        return _fail("Stopped. Files that were complete are kept.")


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m referrals.handouts",
        description="Write handouts for a meeting: sheets, slides and folders of them.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
    return parser
