"""The translator's commands.

python -m referrals.i18n translations
python -m referrals.i18n export vi --to build/translate/vi
python -m referrals.i18n import vi build/translate/vi/*.md --checked-by "Mai Nguyen"
python -m referrals.i18n check vi
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from referrals.errors import ReferralsError
from referrals.i18n import languages, translations
from referrals.i18n.translating import commands
from referrals.i18n.translations import State
from referrals.language import ENGLISH

MACHINE: Final = "machine"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Return 0, or 1 after printing the faults to correct."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ReferralsError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
    return 1


def _translations(_: argparse.Namespace) -> int:
    faults = []
    offered = (language for language in languages.languages() if language != ENGLISH)
    for language in sorted({*translations.languages(), *offered}):
        commands.update(language)
        faults += list(commands.faults(language))
    print(commands.table())
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _check(options: argparse.Namespace) -> int:
    commands.check_language(options.language)
    faults = list(commands.faults(options.language))
    lacking = commands.incomplete(options.language)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(
        f"{options.language}: {len(faults)} faults, "
        f"{len(lacking)} entries of the reader's path left to translate."
    )
    return 1 if faults else 0


def _export(options: argparse.Namespace) -> int:
    commands.check_language(options.language)
    names = commands.export(options.language, options.to, everything=options.all)
    print(f"{options.to}: {', '.join(names) or 'nothing is left to translate'}")
    return 0


def _import(options: argparse.Namespace) -> int:
    commands.check_language(options.language)
    by = options.checked_by
    state = State("checked" if by else "draft", by or MACHINE, options.date)
    number = commands.import_files(options.language, options.files, state)
    print(f"{options.language}: {number} translations imported as {state}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m referrals.i18n", description="Work on the translations of the site."
    )
    added = parser.add_subparsers(required=True, metavar="COMMAND")
    every = added.add_parser(
        "translations",
        help="bring every language up to date, check it, and print a table of states",
    )
    every.set_defaults(run=_translations)
    check = added.add_parser("check", help="check one language")
    check.add_argument("language", metavar="LANGUAGE")
    check.set_defaults(run=_check)
    export = added.add_parser("export", help="write files with everything left to translate")
    export.add_argument("language", metavar="LANGUAGE")
    export.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    export.add_argument("--all", action="store_true", help="include translated entries")
    export.set_defaults(run=_export)
    imported = added.add_parser("import", help="read translated files: .md, .toml or .po")
    imported.add_argument("language", metavar="LANGUAGE")
    imported.add_argument("files", type=Path, nargs="+", metavar="FILE")
    imported.add_argument("--checked-by", metavar="NAME", help="the person who checked every word")
    imported.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date())
    imported.set_defaults(run=_import)
    return parser


if __name__ == "__main__":
    sys.exit(main())
