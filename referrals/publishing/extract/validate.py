"""The checks of record-level extracts, and the loading of those that pass.

Called by the commands `check` and `publish`. Every line is accounted for. An extract is examined
line by line (`lines`), staged as text in DuckDB and checked by one SQL statement per rule
(`sql/extract/checks`); accepted lines become records in the codes of our code lists. Whatever is
written goes to a private folder, readable by its owner only and removed afterwards. No message
holds anything of a record except a code that breaks a rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import DataError, ExtractError
from referrals.publishing.extract import file_format, lines, rules, spellings
from referrals.publishing.extract.file_format import OPTIONAL, FileFormat
from referrals.publishing.extract.lines import Progress, Tally
from referrals.publishing.extract.report import Finding, Report
from referrals.publishing.storage import scratch
from referrals.reference import periods

MAX_VALUES_LISTED: Final = 10
"""How many values that break a rule are listed for a column. Hundreds are hardly codes."""

MEMORY_LIMIT: Final = "512MB"
"""DuckDB's memory for an extract. Anything larger spills into the private folder."""

_UNACCOUNTED: Final = (
    "{name}: {loaded:,} lines loaded and {rejected:,} rejected do not add up to {lines:,}. "
    "This is a fault of the program: publish nothing, and report it."
)
_PERIOD: Final = re.compile(r"(?P<start>[0-9]{4})-(?:(?P<end>[0-9]{2})|Q[1-4])")


def _no_progress(_text: str) -> None:
    """Ignore a report of progress."""


def check(
    path: Path, *, period: str | None = None, today: date, progress: Progress = _no_progress
) -> Report:
    """Return the report on an extract.

    Args:
        path: the extract, a CSV file in UTF-8. Nothing is written to its folder.
        period: a year to March (`2020-21`), a calendar quarter (`2020-Q2`), or a year or quarter of
            the worked example (`EY1`, `EY1-Q1`), that must contain every date.
        today: the latest date allowed.
        progress: called with a line of text now and then while a long extract is read.

    Raises:
        DataError: the period has none of these forms.
    """
    _check_period(period)
    with scratch.folder() as folder, duckdb.connect(config=_settings(folder)) as connection:
        return _report(path, connection, _Options(today=today, period=period), progress)


def load(
    paths: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    *,
    today: date,
    home: Path | None = None,
    progress: Progress = _no_progress,
) -> tuple[Report, ...]:
    """Create the table `records` from all extracts or none, and return their reports.

    The table has one row per referral: date, year to March, calendar quarter, and codes of our code
    lists (`sql/extract/staging/records.sql`). It must not exist yet. Temporary tables are removed.
    While an extract is read, a copy of it is in a private folder in `home` (default: temporary
    files).

    Raises:
        ExtractError: an extract has errors, two extracts have the same referral, or they
            are not all real or all invented. The message is the reports as text.
    """
    # Temporary tables, and a transaction without a commit, end with this cursor.
    with connection.cursor() as cursor:
        cursor.begin()
        cursor.execute(sql.statement("extract/staging/records"))
        options = _Options(today=today, has_earlier_extracts=True, home=home)
        reports = tuple(_load_one(path, cursor, options, progress) for path in paths)
        if not all(report.ok for report in reports):
            raise ExtractError("\n".join(report.as_text() for report in reports))
        _refuse_mixture(reports)
        cursor.commit()
    return reports


@dataclass(frozen=True)
class _Options:
    """The options of the checks, and the folder for a temporary copy of the extract."""

    today: date
    period: str | None = None
    has_earlier_extracts: bool = False
    home: Path | None = None

    def checks(self) -> Mapping[str, dict[str, Any]]:
        """Return the parameters of each statement to run, by rule."""
        skipped = set()
        if not self.period:
            skipped.add("date_outside_period")
        if not self.has_earlier_extracts:
            skipped.add("duplicate_across_files")
        parameters: Mapping[str, dict[str, Any]] = {
            "date_future": {"today": self.today},
            "date_outside_period": {"period": self.period},
        }
        return {rule: parameters.get(rule, {}) for rule in rules.CHECKS if rule not in skipped}


def _load_one(
    path: Path, connection: duckdb.DuckDBPyConnection, options: _Options, progress: Progress
) -> Report:
    report = _report(path, connection, options, progress)
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
    path: Path, connection: duckdb.DuckDBPyConnection, options: _Options, progress: Progress
) -> Report:
    """Return the report on an extract. Its sound lines are in the view `accepted_records`."""
    try:
        detected = file_format.detect(path)
        with scratch.folder(options.home) as folder:
            copy = folder / "lines.csv"
            tally = lines.clean(path, detected, to=copy, progress=progress)
            _stage(copy, detected, connection)
        progress(f"{path.name}: {tally.lines:,} lines read, checking them")
        return _complete_report(path.name, detected, tally, _run_checks(connection, options))
    except ExtractError as error:
        return _unreadable(path, str(error))
    except OSError as error:
        return _unreadable(
            path,
            f"{path.name} cannot be read: {error.strerror}. "
            "Check the file, and that there is disk space for a copy of it.",
        )
    except duckdb.Error as error:
        # DuckDB's message can quote a line of the extract, so only the kind of error is reported.
        return _unreadable(
            path,
            f"{path.name} could not be checked: DuckDB stopped with {type(error).__name__}. "
            "Check that there is enough memory and disk space.",
        )


def _unreadable(path: Path, message: str) -> Report:
    return Report(path.name, errors=(Finding("file", message),))


def _stage(copy: Path, detected: FileFormat, connection: duckdb.DuckDBPyConnection) -> None:
    absent = [name for name in OPTIONAL if name not in detected.columns]
    columns = {"line": "BIGINT", **dict.fromkeys([*detected.columns, *absent], "VARCHAR")}
    parameters = {"path": str(copy), "columns": columns, "delimiter": detected.delimiter}
    connection.execute(sql.statement("extract/staging/extract_lines"), parameters)


@dataclass(frozen=True)
class _CheckResult:
    """The row of `load_totals`, and the findings in the staged lines."""

    totals: Mapping[str, Any]
    findings: tuple[Finding, ...]


def _run_checks(connection: duckdb.DuckDBPyConnection, options: _Options) -> _CheckResult:
    def run(name: str, parameters: Mapping[str, Any] | None = None) -> None:
        connection.execute(sql.statement(f"extract/staging/{name}"), dict(parameters or {}))

    run("spellings", {"rows": [spelling._asdict() for spelling in spellings.all_spellings()]})
    for name in ("extract_cells", "matched_codes", "parsed_dates", "faults_found"):
        run(name)
    for rule, parameters in options.checks().items():
        faults = connection.sql(sql.statement(f"extract/checks/{rule}"), params=parameters)
        faults.insert_into("faults_found")
    run("first_fault_per_cell", {"rules": list(rules.RULES)})
    run("rejected_lines", {"errors": list(rules.ERRORS)})
    run("accepted_records")
    (totals,) = sql.rows(connection, "extract/staging/load_totals")
    limits = {
        "rules": list(rules.RULES),
        "first": lines.MAX_LINE_NUMBERS,
        "shown": MAX_VALUES_LISTED,
    }
    groups = sql.rows(connection, "extract/staging/faults_grouped", limits)
    return _CheckResult(totals, tuple(_finding(group) for group in groups))


def _finding(group: Mapping[str, Any]) -> Finding:
    rule, field, value = group["rule"], group["field"], group["value"]
    return Finding(
        rule,
        rules.message(rule, field, value, group["distinct_values"]),
        group["count"],
        tuple(group["lines"]),
        field,
        rules.quotable(rule, field, value),
    )


def _complete_report(name: str, detected: FileFormat, tally: Tally, result: _CheckResult) -> Report:
    """Return the report on an extract. A line that is unaccounted for is an error."""
    unreadable = [
        Finding(rule, rules.message(rule, None, None), rejected.count, tuple(rejected.lines))
        for rule, rejected in tally.rejected.items()
    ]
    order = list(rules.RULES)
    findings = sorted(
        [*unreadable, *result.findings], key=lambda finding: order.index(finding.rule)
    )
    errors = [finding for finding in findings if finding.rule in rules.ERRORS]
    warnings = [finding for finding in findings if finding.rule not in rules.ERRORS]
    loaded = result.totals["loaded"]
    rejected = result.totals["rejected"] + sum(part.count for part in tally.rejected.values())
    if loaded + rejected != tally.lines:
        message = _UNACCOUNTED.format(
            name=name, lines=tally.lines, loaded=loaded, rejected=rejected
        )
        errors.append(Finding("file", message))
    elif not loaded and not errors:
        message = f"{name} has a header but no records. Export the extract again."
        errors.append(Finding("file", message))
    return Report(
        name=name,
        file_format=str(detected),
        lines=tally.lines,
        loaded=loaded,
        rejected=rejected,
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


def _settings(folder: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder),
        "python_enable_replacements": False,
    }
