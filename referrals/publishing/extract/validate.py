"""The checks of record-level extracts, and the loading of those that pass.

Called by the commands `check` and `publish`. Every line is accounted for. An extract of any format
is read into a clean copy (`reading`), staged as text in DuckDB and checked by one SQL statement per
rule (`staged_checks`); accepted lines become records in the codes of our code lists. Whatever is
written goes to a private folder, readable by its owner only and removed afterwards. No message
holds anything of a record except a code that breaks a rule.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from referrals import sql
from referrals.errors import DataError, ExtractError
from referrals.publishing.extract import reading, rules, staged_checks
from referrals.publishing.extract.formats.lines import Progress
from referrals.publishing.extract.mappings.mapping import Mapping
from referrals.publishing.extract.reading import DatabaseSettings, Reading
from referrals.publishing.extract.report import Finding, Report
from referrals.publishing.extract.staged_checks import CheckResult, Options
from referrals.publishing.storage import disk, scratch
from referrals.reference import periods

MEMORY_LIMIT: Final = "512MB"
"""DuckDB's memory for an extract. Anything larger spills into the private folder."""

_UNACCOUNTED: Final = (
    "{name}: {loaded:,} lines loaded, {rejected:,} rejected and {skipped:,} skipped do not add up "
    "to {lines:,}. "
    "This is a fault of the program: publish nothing, and report it."
)
_PERIOD: Final = re.compile(r"(?P<start>[0-9]{4})-(?:(?P<end>[0-9]{2})|Q[1-4])")


def _no_progress(_text: str) -> None:
    """Ignore a report of progress."""


def check(
    path: Path,
    *,
    mapping: Mapping | None = None,
    period: str | None = None,
    today: date,
    progress: Progress = _no_progress,
) -> Report:
    """Return the report on an extract.

    Args:
        path: the extract. Nothing is written to its folder.
        mapping: how to read it; by default, it has our own layout.
        period: a year to March (`2020-21`), a calendar quarter (`2020-Q2`), or a year or quarter of
            the worked example (`EY1`, `EY1-Q1`), that must contain every date.
        today: the latest date allowed.
        progress: called with a line of text now and then while a long extract is read.

    Raises:
        DataError: the period has none of these forms.
        OSError: the disk is full.
    """
    _check_period(period)
    with scratch.folder() as folder, duckdb.connect(config=settings(folder)) as connection:
        task = _Task(mapping, Options(today=today, period=period))
        return _report(path, connection, task, progress)


def load(  # noqa: PLR0913  each is an option of the command
    paths: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    *,
    mapping: Mapping | None = None,
    today: date,
    home: Path | None = None,
    progress: Progress = _no_progress,
) -> tuple[Report, ...]:
    """Create the table `records` from all extracts or none, and return their reports.

    The table has one row per referral: date, year to March, calendar quarter, and codes of our code
    lists (`sql/extract/staging/records.sql`). It must not exist yet. Temporary tables are removed.
    All extracts are read through the `mapping`, if there is one. While one is read, a copy of it is
    in a private folder in `home` (default: temporary files).

    Raises:
        ExtractError: an extract has errors, two extracts have the same referral, or they
            are not all real or all invented. The message is the reports as text.
    """
    # Temporary tables, and a transaction without a commit, end with this cursor.
    with connection.cursor() as cursor:
        cursor.begin()
        cursor.execute(sql.statement("extract/staging/records"))
        task = _Task(mapping, Options(today=today, has_earlier_extracts=True), home)
        reports = tuple(_load_one(path, cursor, task, progress) for path in paths)
        if not all(report.ok for report in reports):
            raise ExtractError("\n".join(report.as_text() for report in reports))
        _refuse_mixture(reports)
        cursor.commit()
    return reports


@dataclass(frozen=True)
class _Task:
    """The mapping and the options of an extract, and the folder for a temporary copy of it."""

    mapping: Mapping | None
    options: Options
    home: Path | None = None


def _load_one(
    path: Path, connection: duckdb.DuckDBPyConnection, task: _Task, progress: Progress
) -> Report:
    report = _report(path, connection, task, progress)
    if report.ok:
        connection.table("accepted_records").insert_into("records")
    return report


def _refuse_mixture(reports: Sequence[Report]) -> None:
    if len({report.status for report in reports}) > 1:
        origins = ", ".join(f"{report.name} is {report.status}" for report in reports)
        raise ExtractError(
            f"The extracts are of different origin: {origins}. Never mix invented with real "
            "records."
        )


def _report(
    path: Path, connection: duckdb.DuckDBPyConnection, task: _Task, progress: Progress
) -> Report:
    """Return the report on an extract. Its sound lines are in the view `accepted_records`."""
    try:
        with scratch.folder(task.home) as folder:
            read = reading.read(
                path, task.mapping, folder, settings=settings(folder), progress=progress
            )
            staged_checks.stage(read, connection)
        progress(f"{path.name}: {read.tally.lines:,} lines read, checking them")
        result = staged_checks.run(connection, task.mapping, task.options)
        return _complete_report(path.name, read, result)
    except ExtractError as error:
        return _unreadable(path, str(error))
    except (OSError, duckdb.Error) as error:
        if disk.is_of_full_disk(error):
            # The extract is not at fault. Its copy is in the folder that is named.
            folder = task.home or scratch.default_home()
            raise OSError(errno.ENOSPC, disk.IN_TEXT, str(folder)) from None
        return _failed(path, error)


def _failed(path: Path, error: OSError | duckdb.Error) -> Report:
    """Return the report on an extract that could not be read or checked."""
    if isinstance(error, OSError):
        return _unreadable(
            path,
            f"{path.name} cannot be read: {error.strerror}. "
            "Check the file, and that there is disk space for a copy of it.",
        )
    # DuckDB's message can quote a line of the extract, so only the kind of error is reported.
    return _unreadable(
        path,
        f"{path.name} could not be checked: DuckDB stopped with {type(error).__name__}. "
        "Check that there is enough memory and disk space.",
    )


def _unreadable(path: Path, message: str) -> Report:
    return Report(path.name, errors=(Finding("file", message),))


def _complete_report(name: str, read: Reading, result: CheckResult) -> Report:
    """Return the report on an extract. A line that is unaccounted for is an error."""
    tally = read.tally
    not_copied = [
        Finding(rule, rules.message(rule, None, None), found.count, tuple(found.lines))
        for rule, found in tally.rejected.items()
    ]
    announced = [Finding(rule, rules.message(rule, None, None)) for rule in read.announced]
    order = list(rules.RULES)
    findings = sorted(
        [*announced, *not_copied, *result.findings],
        key=lambda finding: order.index(finding.rule),
    )
    errors = [finding for finding in findings if finding.rule in rules.ERRORS]
    warnings = [finding for finding in findings if finding.rule not in rules.ERRORS]
    loaded = result.totals["loaded"]
    skipped = sum(found.count for rule, found in tally.rejected.items() if rule not in rules.ERRORS)
    unread = sum(found.count for rule, found in tally.rejected.items() if rule in rules.ERRORS)
    rejected = result.totals["rejected"] + unread
    if loaded + rejected + skipped != tally.lines:
        message = _UNACCOUNTED.format(
            name=name, lines=tally.lines, loaded=loaded, rejected=rejected, skipped=skipped
        )
        errors.append(Finding("file", message))
    elif not loaded and not errors:
        message = f"{name} has a header but no records. Export the extract again."
        errors.append(Finding("file", message))
    return Report(
        name=name,
        file_format=read.file_format,
        steps=read.steps,
        lines=tally.lines,
        loaded=loaded,
        rejected=rejected,
        skipped=skipped,
        errors=tuple(errors),
        warnings=tuple(warnings),
        status=result.totals["status"],
        first_date=result.totals["first_date"],
        last_date=result.totals["last_date"],
    )


def _check_period(period: str | None) -> None:
    if period is None or periods.is_example(period):
        return
    form = _PERIOD.fullmatch(period)
    is_quarter = form is not None and form["end"] is None
    is_year = form is not None and form["end"] == f"{(int(form['start']) + 1) % 100:02}"
    if not is_quarter and not is_year:
        raise DataError(
            f"'{period}' is not a valid period. "
            "Write a year to March, such as 2020-21, or a calendar quarter, such as 2020-Q2."
        )


def settings(folder: Path) -> DatabaseSettings:
    """Return the settings of a DuckDB that spills into a private folder."""
    return {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder),
        "python_enable_replacements": False,
    }
