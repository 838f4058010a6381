"""`python -m referrals.publishing`: the commands of whoever publishes releases."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import duckdb

from referrals.errors import ReferralsError
from referrals.paths import RELEASES
from referrals.publishing import compare as comparison
from referrals.publishing import pipeline, transcribe
from referrals.publishing.audit import audit
from referrals.publishing.disclosure.rounding import annealing
from referrals.publishing.extract import validate
from referrals.publishing.synthetic import extract as synthetic_extract

WHOLE: Final = "Whatever it was writing is whole: as it was before, or new."
"""What is true of a command that was stopped, whenever that was."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 where it did what was asked, 1 where a person has something to mend."""
    options = _parser().parse_args(arguments)
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(1)
    )  # so that private folders are removed on the way out
    try:
        return int(options.run(options))
    except (ReferralsError, OSError) as error:
        print(error if isinstance(error, ReferralsError) else _said(error), file=sys.stderr)
        return 1
    except duckdb.Error as error:
        print(
            f"The database stopped ({type(error).__name__}). Is there room on the disk? {WHOLE}",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(f"Stopped. {WHOLE}", file=sys.stderr)
        return 1


def _transcribe(options: argparse.Namespace) -> int:
    with _quiet_solver():
        built = transcribe.build(force=options.force)
    print(f"{RELEASES.name}: {'built' if built else 'up to date'}")
    return 0


def _check(options: argparse.Namespace) -> int:
    report = validate.check(
        options.extract, period=options.period, today=_today(), progress=_progress
    )
    print(report.as_json() if options.format == "json" else report.as_text())
    return 0 if report.ok else 1


def _synthesise(options: argparse.Namespace) -> int:
    with _quiet_solver():
        summary = synthetic_extract.synthesise(
            options.to,
            year=options.year,
            seed=options.seed,
            records=options.records,
            force=options.force,
            progress=_progress,
        )
    print(
        f"{summary.path}: {summary.rows:,} illustrative records of {summary.year}. They are invented, and every row says so."
    )
    if summary.met:
        print(f"They agree with {len(summary.met)} published figures: {', '.join(summary.met)}.")
    if summary.unmet:
        print(f"They cannot agree with {', '.join(summary.unmet)}, which contradicts the others.")
    return 0


def _publish(options: argparse.Namespace) -> int:
    chosen = pipeline.Options(
        release_id=options.release,
        to=options.to,
        private=options.private or pipeline.private_folder(),
        published_on=options.published_on or _today(),
        nationalities=options.nationalities,
        by_region=options.by_region,
        method=options.method,
        engine=options.engine,
        steps=options.steps,
    )
    with _quiet_solver():
        summary = pipeline.publish(options.extracts, chosen, progress=_progress)
    print(summary.as_text())
    return 0


def _audit(options: argparse.Namespace) -> int:
    with _quiet_solver():
        checks = audit.audit(options.releases, progress=_progress)
    for check in checks:
        print(
            f"{'holds' if check.holds else 'FAILS'}  {check.name}{'' if check.holds else f': {check.fault}'}"
        )
    failed = sum(not check.holds for check in checks)
    print(
        f"{failed} of {len(checks)} checks fail." if failed else f"All {len(checks)} checks hold."
    )
    return 1 if failed else 0


def _diff(options: argparse.Namespace) -> int:
    difference = comparison.compare(options.old, options.new)
    print(difference.as_text())
    return 1 if difference.told else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m referrals.publishing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    one = commands.add_parser(
        "check",
        help="account for every line of a record-level extract, and say what is wrong with it",
    )
    one.add_argument("extract", type=Path, help="the extract, a CSV file in UTF-8")
    one.add_argument(
        "--period", help="the year (2020-21) or quarter (2020-Q2) that every date must lie in"
    )
    one.add_argument(
        "--format", choices=("text", "json"), default="text", help="how the report is printed"
    )
    one.set_defaults(run=_check)

    one = commands.add_parser(
        "synthesise", help="make an illustrative extract that agrees with every published figure"
    )
    one.add_argument("--year", required=True, help="the year to March, such as 2020-21")
    one.add_argument("--seed", type=int, default=7, help="the same seed makes the same records")
    one.add_argument(
        "--records",
        type=int,
        help="how many records, up to 50 million; published figures then need not hold",
    )
    one.add_argument("--to", type=Path, required=True, help="the file to write")
    one.add_argument("--force", action="store_true", help="replace the file where there is one")
    one.set_defaults(run=_synthesise)

    one = commands.add_parser(
        "publish", help="make a release of extracts: protected, attacked, certified, or not at all"
    )
    one.add_argument(
        "extracts", type=Path, nargs="+", metavar="EXTRACT", help="the extracts, one or several"
    )
    one.add_argument("--release", required=True, metavar="ID", help="the name of the release")
    one.add_argument(
        "--to", type=Path, default=RELEASES, metavar="FOLDER", help="where releases stand"
    )
    one.add_argument(
        "--private",
        type=Path,
        metavar="FOLDER",
        help="where the secret key and earlier decisions are kept",
    )
    one.add_argument(
        "--published-on",
        type=date.fromisoformat,
        metavar="DATE",
        help="the date of publication, else today",
    )
    one.add_argument(
        "--nationalities",
        type=int,
        default=pipeline.NATIONALITIES,
        help="how many nationalities stand alone",
    )
    one.add_argument(
        "--by-region", action="store_true", help="group the other nationalities by continent"
    )
    one.add_argument(
        "--method",
        choices=pipeline.METHODS,
        default=pipeline.ROUNDING,
        help="adjust small groups, so that any combination has an answer (rounding), or print exact tables of one and two "
        "dimensions with small cells withheld (suppression)",
    )
    one.add_argument(
        "--engine",
        choices=pipeline.ENGINES,
        default="duckdb",
        help="what counts the records; the result is the same",
    )
    # For tests alone: a shorter search keeps every promise, but its errors are larger than a publisher should accept.
    one.add_argument(
        "--steps",
        type=int,
        default=annealing.STEPS,
        help="moves that the rounding search tries for each small count (default: %(default)s); "
        "fewer are faster and leave larger errors",
    )
    one.set_defaults(run=_publish)

    one = commands.add_parser(
        "audit", help="attack releases again, from their public files alone, alone and together"
    )
    one.add_argument(
        "releases",
        type=Path,
        nargs="+",
        metavar="RELEASE",
        help="release folders, or tables published beside them",
    )
    one.set_defaults(run=_audit)

    one = commands.add_parser(
        "diff", help="compare two releases cell by cell, and say what they tell together"
    )
    one.add_argument("old", type=Path)
    one.add_argument("new", type=Path)
    one.set_defaults(run=_diff)

    one = commands.add_parser(
        "transcribe", help="build the release transcribed from the published assessment"
    )
    one.add_argument("--force", action="store_true", help="build even where nothing has changed")
    one.set_defaults(run=_transcribe)
    return parser


def _progress(said: str) -> None:
    print(said, file=sys.stderr, flush=True)


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _said(error: OSError) -> str:
    return f"{error.filename or 'A file'} cannot be read or written: {error.strerror or 'the system gave no reason'}."


@contextmanager
def _quiet_solver() -> Iterator[None]:
    """Send what the solver's own code prints to nowhere: it greets whoever starts it, and cannot be asked not to."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
