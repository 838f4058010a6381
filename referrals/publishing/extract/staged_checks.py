"""The checks of an extract: staged as text in DuckDB, one SQL statement per rule.

Called by `validate` with a clean copy of an extract (`reading`). Dates, ages and codes are read
from the distinct values of a column, in the forms and words of a mapping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.publishing.extract import rules, spellings
from referrals.publishing.extract.formats import lines
from referrals.publishing.extract.mappings import age_forms, date_forms
from referrals.publishing.extract.mappings.mapping import OWN_LAYOUT, Mapping
from referrals.publishing.extract.reading import Reading
from referrals.publishing.extract.report import Finding
from referrals.publishing.extract.spellings import Spelling

MAX_VALUES_LISTED: Final = 10
"""The most values of a column that are listed for one rule. Hundreds are hardly codes."""

FEWEST_LINES: Final = 20
"""The fewest lines for which a share, such as 0 for half of all ages, is worth a warning."""

FEWEST_LINES_OF_YEARS: Final = 200
"""The fewest lines for which a year with under 1% of them is worth a warning."""


@dataclass(frozen=True)
class Options:
    """The options of the checks."""

    today: date
    period: str | None = None
    has_earlier_extracts: bool = False

    def checks(self) -> Dictionary[str, dict[str, Any]]:
        """Return the parameters of each statement to run, by rule."""
        skipped = set()
        if not self.period:
            skipped.add("date_outside_period")
        if not self.has_earlier_extracts:
            skipped.add("duplicate_across_files")
        parameters: Dictionary[str, dict[str, Any]] = {
            "date_future": {"today": self.today},
            "date_outside_period": {"period": self.period},
            "date_stray_year": {"fewest_lines": FEWEST_LINES_OF_YEARS},
            "age_mostly_zero": {"fewest_lines": FEWEST_LINES},
            "person_repeated": {"fewest_lines": FEWEST_LINES},
            "often_not_recorded": {"fewest_lines": FEWEST_LINES},
        }
        return {rule: parameters.get(rule, {}) for rule in rules.CHECKS if rule not in skipped}


@dataclass(frozen=True)
class CheckResult:
    """The totals of the staged lines (the row of `load_totals`), and the findings in them."""

    totals: Dictionary[str, Any]
    findings: tuple[Finding, ...]


def stage(reading: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    """Load a clean copy into the temporary table `extract_lines`."""
    columns = {"line": "BIGINT", **dict.fromkeys(reading.columns, "VARCHAR")}
    parameters = {"path": str(reading.copy), "columns": columns, "delimiter": reading.delimiter}
    connection.execute(sql.statement("extract/staging/extract_lines"), parameters)


def run(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping | None, options: Options
) -> CheckResult:
    """Check the staged lines. The sound ones are then in the view `accepted_records`."""
    mapping = mapping or OWN_LAYOUT

    def execute(name: str, parameters: Dictionary[str, Any] | None = None) -> None:
        connection.execute(sql.statement(f"extract/staging/{name}"), dict(parameters or {}))

    execute("extract_cells")
    dates = _distinct(connection, "extract/staging/distinct_dates")
    # Our own layout has dates in ISO form alone, which the statement reads by itself.
    days = [] if mapping.is_own_layout else _days(dates, mapping.dates)
    execute("parsed_dates", {"days": days})
    if mapping.age_form == age_forms.BIRTH:
        births = _days(_distinct(connection, "extract/staging/distinct_ages"), mapping.births)
        known = {word.spelling.casefold() for word in mapping.words if word.field == "age"}
        births = [birth for birth in births if str(birth["value"]).casefold() not in known]
        execute("ages_from_births", {"births": births})
    known_words = [*mapping.words, *_ages(connection, mapping), *spellings.all_spellings()]
    execute("spellings", {"rows": [spelling._asdict() for spelling in known_words]})
    for name in ("matched_codes", "faults_found"):
        execute(name)
    for rule, parameters in options.checks().items():
        faults = connection.sql(sql.statement(f"extract/checks/{rule}"), params=parameters)
        faults.insert_into("faults_found")
    execute("first_fault_per_cell", {"rules": list(rules.RULES)})
    execute("rejected_lines", {"errors": list(rules.ERRORS)})
    execute("accepted_records")
    (totals,) = sql.rows(connection, "extract/staging/load_totals")
    limits = {
        "rules": list(rules.RULES),
        "first": lines.MAX_LINE_NUMBERS,
        "shown": MAX_VALUES_LISTED,
    }
    groups = sql.rows(connection, "extract/staging/faults_grouped", limits)
    findings = _findings(groups, _context(dates, mapping))
    return CheckResult(totals, (*findings, *_swapped_dates(dates)))


def _distinct(connection: duckdb.DuckDBPyConnection, statement: str) -> list[str]:
    rows = sql.rows(connection, statement)
    return [row["value"] for row in rows]


def _days(values: Sequence[str], reader: date_forms.DateReader) -> list[dict[str, object]]:
    """Return the day of each value that is a date in ISO form or one of the mapping's."""
    days = ((value, reader.read(value)) for value in values)
    return [{"value": value, "day": day} for value, day in days if day is not None]


def _ages(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[Spelling]:
    """Return the spellings of age bands in an extract whose ages are not plain numbers."""
    if mapping.age_form != age_forms.BANDS and not mapping.age_units:
        return []
    found = (
        age_forms.spelling(value, form=mapping.age_form, units=mapping.age_units)
        for value in _distinct(connection, "extract/staging/distinct_ages")
    )
    return [spelling for spelling in found if spelling is not None]


def _context(dates: Sequence[str], mapping: Mapping) -> rules.Context:
    wrong = [value for value in dates if value and mapping.dates.read(value) is None]
    return rules.Context(
        date_forms=(date_forms.ISO.upper(), *mapping.dates.forms),
        dates_advice=date_forms.advice(wrong),
        has_mapping=not mapping.is_own_layout,
    )


def _swapped_dates(dates: Sequence[str]) -> list[Finding]:
    if not date_forms.swapped_by_spreadsheet(dates):
        return []
    return [Finding("date_swapped", rules.message("date_swapped", "referred_on", None))]


def _findings(
    groups: Sequence[Dictionary[str, Any]], context: rules.Context
) -> tuple[Finding, ...]:
    """Return a finding for each value that breaks a rule, or for all of a field with one remedy.

    Values that may not be shown, and have no similar spelling either, share one finding as well.
    """
    merged: dict[tuple[str, str | None, str | None], list[Dictionary[str, Any]]] = defaultdict(list)
    for group in groups:
        rule, field, value = group["rule"], group["field"], group["value"]
        is_own_finding = not rules.is_merged(rule) and rules.needs_own_finding(rule, field, value)
        merged[rule, field, value if is_own_finding else None].append(group)
    return tuple(
        _finding(rule, field, parts, context) for (rule, field, _), parts in merged.items()
    )


def _finding(
    rule: str, field: str | None, parts: Sequence[Dictionary[str, Any]], context: rules.Context
) -> Finding:
    shown = [part["value"] for part in parts if rules.quotable(rule, field, part["value"])]
    value = shown[0] if shown else parts[0]["value"]
    distinct = sum(part["distinct_values"] for part in parts)
    numbers = sorted(number for part in parts for number in part["lines"])
    return Finding(
        rule,
        rules.message(rule, field, value, distinct, context),
        sum(part["count"] for part in parts),
        tuple(numbers[: lines.MAX_LINE_NUMBERS]),
        field,
        rules.quotable(rule, field, value),
    )
