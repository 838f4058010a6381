"""The command line of the publishing half: `python -m referrals.publishing`."""

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
from referrals.publishing.options import (
    ENGINES,
    METHODS,
    NATIONALITIES,
    ROUNDING,
    Options,
    private_folder,
)
from referrals.publishing.synthetic import extract as synthetic_extract

DESCRIPTION: Final = "Make, check and compare releases."

INTACT: Final = "No file is half written: each is as it was before, or new."
"""True whenever a command was stopped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 if somebody has to correct something."""
    options = _parser().parse_args(arguments)
    # Exit by an exception, so that private temporary folders are removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        return int(options.run(options))
    except ReferralsError as error:
        return _fail(str(error))
    except OSError as error:
        name = error.filename or "A file"
        reason = error.strerror or "the system gave no reason"
        return _fail(f"{name} cannot be read or written: {reason}.")
    except duckdb.Error as error:
        return _fail(f"The database failed ({type(error).__name__}). Is the disk full? {INTACT}")
    except KeyboardInterrupt:
        return _fail(f"Stopped. {INTACT}")


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
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
        f"{summary.path}: {summary.rows:,} records of {summary.year}. "
        "They are invented, and every row says so."
    )
    if summary.met:
        print(f"They agree with {len(summary.met)} published figures: {', '.join(summary.met)}.")
    if summary.unmet:
        print(f"They cannot agree with {', '.join(summary.unmet)}, which contradicts the others.")
    return 0


def _publish(options: argparse.Namespace) -> int:
    chosen = Options(
        release_id=options.release,
        to=options.to,
        private=options.private or private_folder(),
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
        if check.holds:
            print(f"holds  {check.name}")
        else:
            print(f"FAILS  {check.name}: {check.fault}")
    failed = sum(not check.holds for check in checks)
    if failed:
        print(f"{failed} of {len(checks)} checks fail.")
        return 1
    print(f"All {len(checks)} checks hold.")
    return 0


def _diff(options: argparse.Namespace) -> int:
    difference = comparison.compare(options.old, options.new)
    print(difference.as_text())
    return 1 if difference.disclosures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m referrals.publishing", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_check(
        commands.add_parser(
            "check", help="validate a record-level extract, and explain every error"
        )
    )
    _add_synthesise(
        commands.add_parser(
            "synthesise",
            help="make an extract of invented records, to try the pipeline or for the example",
        )
    )
    _add_publish(
        commands.add_parser(
            "publish", help="make a protected release from extracts, attack it and certify it"
        )
    )
    _add_audit(
        commands.add_parser(
            "audit", help="attack releases again from their public files, each alone and together"
        )
    )
    _add_diff(
        commands.add_parser(
            "diff", help="compare two releases cell by cell, and report what they disclose together"
        )
    )
    _add_transcribe(
        commands.add_parser(
            "transcribe", help="build the release transcribed from the published assessment"
        )
    )
    return parser


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("extract", type=Path, help="the extract, a CSV file in UTF-8")
    parser.add_argument(
        "--period",
        help="the year (2020-21, EY1) or quarter (2020-Q2, EY1-Q1) that every date must be in",
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="the format of the report (default: %(default)s)",
    )
    parser.set_defaults(run=_check)


def _add_synthesise(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--year",
        required=True,
        help="the year to March, such as 2020-21, whose records then agree with every published "
        "figure; or a year of the worked example, EY1 to EY4",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=7,
        help="the random seed; the same seed makes the same records (default: %(default)s)",
    )
    parser.add_argument(
        "--records",
        type=int,
        help="the number of records, up to 50 million; published figures may then not be met",
    )
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")
    parser.set_defaults(run=_synthesise)


def _add_publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "extracts", type=Path, nargs="+", metavar="EXTRACT", help="one or more extracts"
    )
    parser.add_argument("--release", required=True, metavar="ID", help="the name of the release")
    parser.add_argument(
        "--to", type=Path, default=RELEASES, metavar="FOLDER", help="the folder of all releases"
    )
    parser.add_argument(
        "--private",
        type=Path,
        metavar="FOLDER",
        help="the folder of the secret key and of the history of releases",
    )
    parser.add_argument(
        "--published-on",
        type=date.fromisoformat,
        metavar="DATE",
        help="the date of publication (default: today)",
    )
    parser.add_argument(
        "--nationalities",
        type=int,
        default=NATIONALITIES,
        help="the number of nationalities with a group of their own (default: %(default)s)",
    )
    parser.add_argument(
        "--by-region", action="store_true", help="group the other nationalities by continent"
    )
    parser.add_argument(
        "--method",
        choices=METHODS,
        default=ROUNDING,
        help="rounding: adjust small groups, so that any combination has an answer; "
        "suppression: exact tables of one and two dimensions, with small cells withheld "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="duckdb",
        help="the engine that counts the records, with the same result (default: %(default)s)",
    )
    # For tests: a shorter search keeps every promise, but its errors are larger than a publisher
    # should accept.
    parser.add_argument(
        "--steps",
        type=int,
        default=annealing.STEPS,
        help="moves that the rounding search tries for each small count (default: %(default)s); "
        "fewer are faster and leave larger errors",
    )
    parser.set_defaults(run=_publish)


def _add_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "releases",
        type=Path,
        nargs="+",
        metavar="RELEASE",
        help="release folders, or tables published beside them",
    )
    parser.set_defaults(run=_audit)


def _add_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, help="the folder of the earlier release")
    parser.add_argument("new", type=Path, help="the folder of the later release")
    parser.set_defaults(run=_diff)


def _add_transcribe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="build even if no input has changed")
    parser.set_defaults(run=_transcribe)


def _progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _today() -> date:
    return datetime.now(tz=UTC).date()


@contextmanager
def _quiet_solver() -> Iterator[None]:
    """Discard output of HiGHS from C++: it prints a banner, which no option turns off."""
    sys.stdout.flush()
    stdout = os.dup(1)
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    try:
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(devnull)
