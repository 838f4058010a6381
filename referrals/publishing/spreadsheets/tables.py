"""The workbook of a release: cover, notes, one sheet a table, and a pointer to all cells.

Called by the release builders and `transcribe` with a finished database and nothing else, so that
no spreadsheet has a number that `cells.csv` lacks. Written for Excel and as OpenDocument.

The form follows the Analysis Function's guidance "Releasing statistics in spreadsheets": a sheet
has its title in A1 and one named table with a marked header; no cell is merged or empty; a symbol
in square brackets replaces a missing number; remarks on a row have a column of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals.publishing.spreadsheets import front_sheets
from referrals.reference import statuses
from referrals.reference.codelists import DIMENSIONS, NOT_RECORDED, TOTAL, codelist
from referrals.release.release import (
    DATABASE,
    EXAMPLE,
    LOCKDOWN,
    OFFICIAL,
    PUBLISHED,
    About,
    Release,
)
from referrals.spreadsheets import excel, opendocument
from referrals.spreadsheets.workbook import Sheet, Value, Workbook

WRITERS: Final[Mapping[str, Callable[[Workbook], bytes]]] = {
    ".xlsx": excel.write,
    ".ods": opendocument.write,
}
"""By file suffix, the same as in `formats.SPREADSHEETS`."""

NAMES: Final[Mapping[str, str]] = {
    "nationality": "Nationality",
    "age_band": "Age",
    "sex": "Sex",
    "crime_type": "Crime type",
    "outcome": "Outcome",
}
CROSSED: Final = "crime_type"
"""The dimension that each other dimension is crossed with. All pairs would be too many sheets."""

NUMBERS: Final = ("value", "lower", "upper")
NUMBERS_HEADER: Final = ("Victim referrals", "Lowest", "Highest", "Status")
ADJUSTED: Final = (
    "A number whose lowest and highest number differ was adjusted to protect people, and is at "
    "most {error} away from the true count. All others are exact."
)
ALL_EXACT: Final = "Every number on this sheet is exact."
NO_NOTE: Final = "No note"
UNKNOWN: Final = "x"

Row = dict[str, Any]


def write(folder: Path) -> None:
    """Write the spreadsheets of a release into its folder, from its database alone.

    The same release always makes the same bytes.
    """
    with duckdb.connect(folder / DATABASE, read_only=True, config=LOCKDOWN) as connection:
        release = Release(folder, connection)
        book = workbook(release)
    for suffix, write_file in WRITERS.items():
        path = folder / f"{file_name(release.about)}{suffix}"
        path.write_bytes(write_file(book))


def file_name(about: About) -> str:
    """Return the name of a release's spreadsheets without suffix.

    It contains the status of invented figures.
    """
    name = f"referrals-{about.release_id}"
    if about.is_invented and about.status not in name:
        return f"{name}-{about.status}"
    return name


def workbook(release: Release) -> Workbook:
    """Return the workbook of an open release."""
    about, tables = release.about, Tables(release).sheets()
    source = front_sheets.Source(**release.rows("spreadsheets/release_source")[0])
    inner = [
        front_sheets.notes(about, _letters(tables), has_joined_codes=_has_joined_codes(release)),
        *tables,
        front_sheets.all_cells(about, source),
    ]
    return Workbook(
        title=about.marked_title,
        publisher=source.publisher if about.status == OFFICIAL else front_sheets.SITE,
        keywords=f"victims, police, referrals, {about.status}",
        published_on=date.fromisoformat(about.published_on),
        sheets=[front_sheets.cover(about, source, inner), *inner],
    )


class Tables:
    """The sheets with figures: one dimension for all periods, or a pair of them for years."""

    def __init__(self, release: Release) -> None:
        """Read the inputs of the tables from an open release."""
        self._about = release.about
        self._code_rows = release.rows("query/codes")
        self._periods = self._codes("period") or [_only_period(release.about)]
        self._cells = {_codes_of(row): row for row in release.rows("spreadsheets/cells")}
        self._has_notes = any(row["working"] for row in self._cells.values())
        is_additive = release.about.is_additive
        errors = release.rows("spreadsheets/largest_errors") if is_additive else []
        self._largest_error = {row["order"]: row["max_error"] for row in errors}
        self._symbols = statuses.symbols(release.about.kind)

    def sheets(self) -> list[Sheet]:
        """Return one sheet a table. A pair of dimensions without any known cell has none."""
        pairs = [(CROSSED, dimension) for dimension in DIMENSIONS if dimension != CROSSED]
        return [
            *(self._one_way(dimension) for dimension in DIMENSIONS),
            *(self._two_way(pair) for pair in pairs if self._is_known(pair)),
        ]

    def _one_way(self, dimension: str) -> Sheet:
        remarks = ["The first row of each period is its total."]
        if any(period["kind"] == "category" for period in self._periods):
            remarks.append("Quarters are part of their years: do not add up both.")
        return self._sheet([dimension], [self._periods, self._codes(dimension)], remarks)

    def _two_way(self, dimensions: Sequence[str]) -> Sheet:
        code_lists = [[period for period in self._periods if period["kind"] == "aggregate"]]
        code_lists += [self._codes_but_total(dimension) for dimension in dimensions]
        names = " and ".join(map(_sheet_name, dimensions))
        return self._sheet(dimensions, code_lists, [f"Totals are on the sheets {names}."])

    def _sheet(
        self,
        dimensions: Sequence[str],
        code_lists: Sequence[Sequence[Row]],
        remarks: Sequence[str],
    ) -> Sheet:
        """Return the sheet with a row for each combination of codes, of period and `dimensions`."""
        about = self._about
        names = " and ".join(NAMES[dimension].lower() for dimension in dimensions)
        header, rows = self._header(dimensions), list(self._rows(dimensions, code_lists))
        overlap = [row for rows in code_lists[1:] for row in rows if row["kind"] == "aggregate"]
        if overlap:
            remarks = [*remarks, "Some groups are part of others: do not add up the rows."]
        return Sheet(
            name="_by_".join(map(_sheet_name, dimensions)),
            title=f"Victim referrals by {names}, {about.period_label}",
            lines=front_sheets.lines(
                about,
                *self._how_exact(header, rows),
                "Each row counts victim referrals. The sheet Notes explains symbols in square "
                "brackets.",
                *remarks,
            ),
            header=header,
            rows=rows,
        )

    def _how_exact(self, header: Sequence[str], rows: Sequence[Sequence[Value]]) -> list[str]:
        """Return how exact the numbers of a sheet are, with its own largest error."""
        if not self._about.is_additive:
            return [self._about.lay_sentence] if self._about.lay_sentence else []
        first = header.index(NUMBERS_HEADER[0])
        error = 0
        for row in rows:
            value, lower, upper = row[first : first + 3]
            # A category that the period lacks has a symbol in place of each number.
            if isinstance(value, int) and isinstance(lower, int) and isinstance(upper, int):
                error = max(error, value - lower, upper - value)
        return [ADJUSTED.format(error=error) if error else ALL_EXACT]

    def _header(self, dimensions: Sequence[str]) -> list[str]:
        header = ["Period", "Period code"]
        for dimension in dimensions:
            header += [NAMES[dimension], f"{NAMES[dimension]} code"]
        header += NUMBERS_HEADER
        return [*header, "Note"] if self._has_notes else header

    def _rows(
        self, dimensions: Sequence[str], code_lists: Sequence[Sequence[Row]]
    ) -> Iterator[list[Value]]:
        for codes in product(*code_lists):
            names = ("period", *dimensions)
            by_dimension = {name: code["code"] for name, code in zip(names, codes, strict=True)}
            cell = self._cells.get(_codes_of(by_dimension)) or self._unlisted(codes)
            row: list[Value] = []
            for code in codes:
                row += [code["label"], code["code"]]
            row += [_number(cell, name) for name in NUMBERS]
            row.append(self._status(cell["status"]))
            if self._has_notes:
                row.append(cell["working"] or NO_NOTE)
            yield row

    def _unlisted(self, codes: Sequence[Row]) -> Row:
        """Return an unlisted cell: 0 if the release is additive and has its codes, else unknown."""
        if not self._about.is_additive or self._lacks_a_code(codes):
            return {**dict.fromkeys(NUMBERS), "status": UNKNOWN, "working": ""}
        period, *others = codes
        order = sum(code["code"] != TOTAL for code in others) + (period["kind"] == "category")
        totals = self._totals(period["code"], others) if order > 1 else ()
        most = min([self._largest_error[order], *totals])
        status = "e" if most else ""
        return {"value": 0, "lower": 0, "upper": most, "status": status, "working": ""}

    def _lacks_a_code(self, codes: Sequence[Row]) -> bool:
        """Return whether a code is in a group in the period, so that it is not available."""
        period, *others = codes
        named = [{"period": period["code"], code["dimension"]: code["code"]} for code in others]
        totals = map(self._cells.get, map(_codes_of, named))
        return any(total is not None and total["status"] == UNKNOWN for total in totals)

    def _totals(self, period: str, codes: Sequence[Row]) -> Iterator[int]:
        """Yield the most that the totals of a period, and of each code in its year, can be."""
        year = next(
            (row["code"] for row in self._periods if period in row.get("members", "").split()),
            period,
        )
        named = [{"period": period}]
        named += [{"period": year, code["dimension"]: code["code"]} for code in codes]
        for total in map(self._cells.get, map(_codes_of, named)):
            yield int(total["upper"]) if total else 0

    def _status(self, letter: str) -> str:
        if letter:
            return f"[{letter}] {self._symbols[letter].name}"
        return "as printed" if self._about.status == PUBLISHED else statuses.EXACT

    def _codes(self, dimension: str) -> list[Row]:
        return [row for row in self._code_rows if row["dimension"] == dimension]

    def _codes_but_total(self, dimension: str) -> list[Row]:
        return [row for row in self._codes(dimension) if row["code"] != TOTAL]

    def _is_known(self, dimensions: Sequence[str]) -> bool:
        """Return whether the release has any known cell with a code of exactly these dimensions."""
        wanted = {name for name in DIMENSIONS if name in dimensions}
        known = (row for row in self._cells.values() if row["status"] != UNKNOWN)
        return any(_fixed_dimensions(row) == wanted for row in known)


def _has_joined_codes(release: Release) -> bool:
    """Return whether a release made from records groups "not recorded" with other codes."""
    if release.about.status == PUBLISHED:
        return False
    for row in release.rows("query/codes"):
        if row["dimension"] in DIMENSIONS:
            listed = codelist(row["dimension"], is_example=release.about.status == EXAMPLE).codes
            if row["code"] in listed and NOT_RECORDED in listed[row["code"]].members:
                return True
    return False


def _fixed_dimensions(row: Mapping[str, str]) -> set[str]:
    """Return the dimensions that a cell fixes."""
    return {name for name in DIMENSIONS if row[name] != TOTAL}


def _codes_of(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes of a cell; a dimension that `row` does not have is the total."""
    return row["period"], *(row.get(dimension, TOTAL) for dimension in DIMENSIONS)


def _letters(tables: Sequence[Sheet]) -> set[str]:
    """Return the status letters in tables."""
    letters = set()
    for sheet in tables:
        column = sheet.header.index("Status")
        for row in sheet.rows:
            status = str(row[column])
            if status.startswith("["):
                letters.add(status[1 : status.index("]")])
    return letters


def _only_period(about: About) -> Row:
    return {"code": about.period, "label": about.period_label, "kind": "aggregate"}


def _number(cell: Row, name: str) -> Value:
    return f"[{cell['status']}]" if cell[name] is None else int(cell[name])


def _sheet_name(dimension: str) -> str:
    return NAMES[dimension].replace(" ", "_")
