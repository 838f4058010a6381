"""Read and check record-level extracts, every line accounted for.

An extract is examined line by line (`lines`), staged as text in DuckDB, and held against one statement a rule
(`sql/extract/checks`). What passes is typed in the codes of our codelists. Nothing is written but into a private folder that only
its owner can read, which is removed again, and no message holds anything of a record but the code that breaks a rule.
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
from referrals.publishing.extract import file_format as layouts
from referrals.publishing.extract import lines, rules
from referrals.publishing.extract.file_format import OPTIONAL, Layout
from referrals.publishing.extract.lines import Progress, Tally
from referrals.publishing.extract.report import Finding, Report
from referrals.publishing.storage import scratch

SHOWN: Final = 10
"""How many values that break a rule are listed for a column. What is mistaken for codes in their hundreds is none."""

MEMORY: Final = "512MB"
"""What DuckDB may hold of an extract in memory. What is more goes into the private folder."""

_UNACCOUNTED: Final = "{name}: {loaded:,} lines loaded and {rejected:,} rejected are not {lines:,}. The fault is ours: publish nothing."
_PERIOD: Final = re.compile(r"(?P<start>[0-9]{4})-(?:(?P<end>[0-9]{2})|Q[1-4])")


def _silent(_said: str) -> None:
    """Report no progress."""


def check(
    path: Path, *, period: str | None = None, today: date, progress: Progress = _silent
) -> Report:
    """Return what is wrong, doubtful and right in an extract, every line of it accounted for.

    Args:
        path: the extract, a CSV file in UTF-8. Nothing is written beside it.
        period: a year to March (`2020-21`) or a calendar quarter (`2020-Q2`) that every date must lie in.
        today: the last day that a date may have.
        progress: takes a line of words now and then while a long extract is read.

    Raises:
        DataError: the period is neither of its two forms.
    """
    _check_period(period)
    with scratch.folder() as folder, duckdb.connect(config=_settings(folder)) as connection:
        return _report(path, connection, _Asked(today=today, period=period), progress)


def load(
    paths: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    *,
    today: date,
    home: Path | None = None,
    progress: Progress = _silent,
) -> tuple[Report, ...]:
    """Create the table `records` from extracts that are sound, all of them or none, and return their reports.

    The table has one row per referral, with its day, the year to March and the calendar quarter of the day, and the codes of
    our codelists. The database must not have such a table yet. The checks use temporary tables, and leave none behind. While an
    extract is read a copy of it lies in a private folder in `home`, or among temporary files.

    Raises:
        ExtractError: an extract has errors, a referral stands in two of them, or only some are illustrative. The message is
            the reports in words.
    """
    with (
        connection.cursor() as work
    ):  # its temporary tables, and a transaction that is not committed, end with it
        work.begin()
        work.execute(sql.statement("extract/staging/records"))
        asked = _Asked(today=today, after_others=True, home=home)
        reports = tuple(_load_one(path, work, asked, progress) for path in paths)
        if not all(report.ok for report in reports):
            raise ExtractError("\n".join(report.as_text() for report in reports))
        _refuse_mixture(reports)
        work.commit()
    return reports


@dataclass(frozen=True)
class _Asked:
    """What an extract is held against, apart from our codelists, and where a copy of it may lie meanwhile."""

    today: date
    period: str | None = None
    after_others: bool = False
    home: Path | None = None

    def checks(self) -> Mapping[str, dict[str, Any]]:
        """Return the statements to run, each with its parameters."""
        parameters: Mapping[str, dict[str, Any]] = {
            "date_future": {"today": self.today},
            "date_outside_period": {"period": self.period},
        }
        left_out = {
            *(() if self.period else ("date_outside_period",)),
            *(() if self.after_others else ("duplicate_across_files",)),
        }
        return {rule: parameters.get(rule, {}) for rule in rules.CHECKS if rule not in left_out}


def _load_one(
    path: Path, work: duckdb.DuckDBPyConnection, asked: _Asked, progress: Progress
) -> Report:
    report = _report(path, work, asked, progress)
    if report.ok:
        work.table("typed").insert_into("records")
    return report


def _refuse_mixture(reports: Sequence[Report]) -> None:
    synthetic = [report.name for report in reports if report.is_illustrative]
    if synthetic and len(synthetic) < len(reports):
        raise ExtractError(
            f"Illustrative among other extracts: {', '.join(synthetic)}. Never mix synthetic with real records."
        )


def _report(
    path: Path, connection: duckdb.DuckDBPyConnection, asked: _Asked, progress: Progress
) -> Report:
    """Return the report on an extract, and leave its sound lines in the view `typed` of the connection."""
    try:
        layout = layouts.read(path)
        with scratch.folder(asked.home) as folder:
            copy = folder / "lines.csv"
            tally = lines.clean(path, layout, to=copy, progress=progress)
            _stage(copy, layout, connection)
        progress(f"{path.name}: {tally.lines:,} lines read, now held against the rules")
        return _judged(path.name, layout, tally, _run_checks(connection, asked))
    except ExtractError as refusal:
        return _refused(path, str(refusal))
    except OSError as error:
        return _refused(
            path,
            f"{path.name} cannot be read: {error.strerror}. See to the file, or to space for a copy of it.",
        )
    except duckdb.Error as error:
        # What DuckDB says can hold a line of the extract, so only the kind of error is told.
        return _refused(
            path,
            f"{path.name} could not be checked: DuckDB stopped with {type(error).__name__}. Check memory.",
        )


def _refused(path: Path, says: str) -> Report:
    return Report(path.name, errors=(Finding("file", says),))


def _stage(copy: Path, layout: Layout, connection: duckdb.DuckDBPyConnection) -> None:
    absent = [name for name in OPTIONAL if name not in layout.columns]
    columns = {"line": "BIGINT", **dict.fromkeys([*layout.columns, *absent], "VARCHAR")}
    parameters = {"path": str(copy), "columns": columns, "delimiter": layout.delimiter}
    connection.execute(sql.statement("extract/staging/extract_lines"), parameters)


@dataclass(frozen=True)
class _Found:
    """What the rules found in the lines that were staged."""

    totals: Mapping[str, Any]
    findings: tuple[Finding, ...]


def _run_checks(connection: duckdb.DuckDBPyConnection, asked: _Asked) -> _Found:
    """Hold the staged lines against every rule."""
    spellings = {"rows": [one._asdict() for one in rules.spellings()]}
    connection.execute(sql.statement("extract/staging/spellings"), spellings)
    for name in ("extract_cells", "matched_codes", "parsed_dates", "faults_found"):
        connection.execute(sql.statement(f"extract/staging/{name}"))
    for rule, parameters in asked.checks().items():
        connection.sql(sql.statement(f"extract/checks/{rule}"), params=parameters).insert_into(
            "problems"
        )
    connection.execute(
        sql.statement("extract/staging/first_fault_per_cell"), {"rules": list(rules.RULES)}
    )
    connection.execute(
        sql.statement("extract/staging/rejected_lines"), {"errors": list(rules.ERRORS)}
    )
    connection.execute(sql.statement("extract/staging/accepted_records"))
    (totals,) = sql.rows(connection, "extract/staging/load_totals")
    shown = {"rules": list(rules.RULES), "first": lines.FIRST, "shown": SHOWN}
    return _Found(
        totals,
        tuple(_finding(row) for row in sql.rows(connection, "extract/staging/faults_grouped", shown)),
    )


def _finding(group: Mapping[str, Any]) -> Finding:
    rule, field, value = group["rule"], group["field"], group["value"]
    says = rules.sentence(rule, field, value, group["kinds"])
    return Finding(
        rule, says, group["count"], tuple(group["lines"]), field, rules.shown(rule, field, value)
    )


def _judged(name: str, layout: Layout, tally: Tally, found: _Found) -> Report:
    """Return the report on an extract whose every line was read. Lines that are not accounted for are an error."""
    aside = [
        Finding(rule, rules.sentence(rule, None, None), one.count, tuple(one.lines))
        for rule, one in tally.aside.items()
    ]
    findings = sorted(
        [*aside, *found.findings], key=lambda finding: list(rules.RULES).index(finding.rule)
    )
    errors = [finding for finding in findings if finding.rule in rules.ERRORS]
    rejected = sum(one.count for one in tally.aside.values()) + found.totals["refused"]
    loaded = found.totals["loaded"]
    if loaded + rejected != tally.lines:
        errors.append(
            Finding(
                "file",
                _UNACCOUNTED.format(name=name, lines=tally.lines, loaded=loaded, rejected=rejected),
            )
        )
    elif not loaded and not errors:
        errors.append(
            Finding("file", f"{name} has a header and no records. Export the extract again.")
        )
    return Report(
        name=name,
        layout=str(layout),
        lines=tally.lines,
        loaded=loaded,
        rejected=rejected,
        errors=tuple(errors),
        warnings=tuple(finding for finding in findings if finding.rule not in rules.ERRORS),
        is_illustrative=found.totals["is_illustrative"],
        first_date=found.totals["first_date"],
        last_date=found.totals["last_date"],
    )


def _check_period(period: str | None) -> None:
    form = _PERIOD.fullmatch(period) if period is not None else None
    follows = form is not None and form["end"] in (None, f"{(int(form['start']) + 1) % 100:02}")
    if period is not None and not follows:
        raise DataError(
            f"'{period}' is no period. Write a year to March, as 2020-21, or a calendar quarter, as 2020-Q2."
        )


def _settings(folder: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": MEMORY,
        "temp_directory": str(folder),
        "python_enable_replacements": False,
    }
