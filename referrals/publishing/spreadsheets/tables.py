"""The spreadsheets of a release: cover, notes, one sheet a table, and where all cells are; for Excel and in OpenDocument.

They are written from the tables of a finished release and nothing else, so they hold no number that `cells.csv` does not.
The form follows the Analysis Function's guidance "Releasing statistics in spreadsheets": each sheet begins with its title in
A1 and holds one table with a marked header and a name; no cell is merged or empty; a symbol in square brackets stands where
there is no number; what there is to say of a row stands in a column of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals.publishing.release_builder.folder import SPREADSHEETS
from referrals.publishing.spreadsheets import excel, front_sheets, opendocument
from referrals.publishing.spreadsheets.workbook import Book, Sheet, Value
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import DATABASE, ILLUSTRATIVE, LOCKDOWN, About, Kind, Release

WRITERS: Final[Mapping[str, Callable[[Path, Book], None]]] = {
    ".xlsx": excel.write,
    ".ods": opendocument.write,
}

NAMES: Final[Mapping[str, str]] = {
    "nationality": "Nationality",
    "age_band": "Age",
    "sex": "Sex",
    "crime_type": "Crime type",
    "outcome": "Outcome",
}
CROSSED: Final = "crime_type"
"""The dimension that each of the others is crossed with: more pairs would make more sheets than a reader can look over."""

NUMBERS: Final = ("value", "lower", "upper")
NUMBERS_HEADER: Final = ("Victim referrals", "Lowest", "Highest", "Status")
NO_NOTE: Final = "No note"
UNKNOWN: Final = "x"

Row = dict[str, Any]


def write(folder: Path) -> None:
    """Write the spreadsheets of a release into its folder, from its database alone; the same release makes the same bytes."""
    with duckdb.connect(folder / DATABASE, read_only=True, config=LOCKDOWN) as connection:
        release = Release(folder, connection)
        made = book(release)
    for suffix in SPREADSHEETS:
        WRITERS[suffix](folder / f"{file_name(release.about)}{suffix}", made)


def file_name(about: About) -> str:
    """Return the name of a release's spreadsheets without its ending. One of invented figures always says so."""
    name = f"referrals-{about.release_id}"
    return f"{name}-{ILLUSTRATIVE}" if about.is_illustrative and ILLUSTRATIVE not in name else name


def book(release: Release) -> Book:
    """Return the book of an open release."""
    about, tables = release.about, Tables(release).sheets()
    imprint = front_sheets.Imprint(**release.rows("spreadsheets/release_source")[0])
    inner = [
        front_sheets.notes(about, _letters(tables)),
        *tables,
        front_sheets.all_cells(about, imprint),
    ]
    return Book(
        title=f"{front_sheets.INVENTED}. {about.title}" if about.is_illustrative else about.title,
        publisher=imprint.publisher if about.status == "official" else front_sheets.SITE,
        keywords=f"victims, police, referrals, {about.status}",
        published_on=date.fromisoformat(about.published_on),
        sheets=[front_sheets.cover(about, imprint, inner), *inner],
    )


class Tables:
    """The tables of a release that a book shows: of each dimension for all periods, and of pairs for whole years."""

    def __init__(self, release: Release) -> None:
        """Take an open release, and read what its tables need."""
        self._about = release.about
        self._codes = release.rows("query/codes")
        self._periods = self._listed("period") or [_only_period(release.about)]
        self._cells = {_place(row): row for row in release.rows("spreadsheets/cells")}
        self._has_notes = any(row["working"] for row in self._cells.values())
        errors = release.rows("spreadsheets/largest_errors") if release.about.kind is Kind.ROUNDED else []
        self._largest_error = {row["order"]: row["max_error"] for row in errors}

    def sheets(self) -> list[Sheet]:
        """Return one sheet a table. A pair of which nothing is known has none."""
        pairs = [(CROSSED, dimension) for dimension in DIMENSIONS if dimension != CROSSED]
        return [
            *(self._of_one(dimension) for dimension in DIMENSIONS),
            *(self._of_two(pair) for pair in pairs if self._is_known(pair)),
        ]

    def _of_one(self, dimension: str) -> Sheet:
        lists = [self._periods, self._listed(dimension)]
        quarters = [one for one in self._periods if one["kind"] == "category"]
        said = [
            "The first row of each period is its total.",
            *(["Quarters are part of their years: do not add up both."] if quarters else []),
        ]
        return self._sheet([dimension], lists, said)

    def _of_two(self, dimensions: Sequence[str]) -> Sheet:
        years = [one for one in self._periods if one["kind"] == "aggregate"]
        lists = [
            [one for one in self._listed(dimension) if one["code"] != TOTAL]
            for dimension in dimensions
        ]
        names = " and ".join(map(_sheet_name, dimensions))
        return self._sheet(dimensions, [years, *lists], [f"Totals are on the sheets {names}."])

    def _sheet(
        self, dimensions: Sequence[str], lists: Sequence[Sequence[Row]], said: Sequence[str]
    ) -> Sheet:
        about = self._about
        overlap = any(one["kind"] == "aggregate" for entries in lists[1:] for one in entries)
        header = [
            part
            for name in ("Period", *map(NAMES.__getitem__, dimensions))
            for part in (name, f"{name} code")
        ]
        return Sheet(
            name="_by_".join(map(_sheet_name, dimensions)),
            title=f"Victim referrals by {' and '.join(NAMES[name].lower() for name in dimensions)}, {about.period_label}",
            lines=front_sheets.lines(
                about,
                *([about.lay_sentence] if about.lay_sentence else []),
                "Each row counts victim referrals. The sheet Notes explains symbols in square brackets.",
                *said,
                *(["Some groups are part of others: do not add up the rows."] if overlap else []),
            ),
            header=[*header, *NUMBERS_HEADER, *(["Note"] if self._has_notes else [])],
            rows=list(self._rows(dimensions, lists)),
        )

    def _rows(
        self, dimensions: Sequence[str], lists: Sequence[Sequence[Row]]
    ) -> Iterator[list[Value]]:
        for entries in product(*lists):
            codes = dict(
                zip(("period", *dimensions), (entry["code"] for entry in entries), strict=True)
            )
            cell = self._cells.get(_place(codes)) or self._unlisted(entries)
            yield [
                *(part for entry in entries for part in (entry["label"], entry["code"])),
                *(_number(cell, name) for name in NUMBERS),
                self._status(cell["status"]),
                *([cell["working"] or NO_NOTE] if self._has_notes else []),
            ]

    def _unlisted(self, entries: Sequence[Row]) -> Row:
        """Return a cell that the release does not list: 0 in an additive one, as exact as a sum of its order is."""
        if self._about.kind is not Kind.ROUNDED:
            return {**dict.fromkeys(NUMBERS), "status": UNKNOWN, "working": ""}
        period, *others = entries
        error = self._largest_error[
            (period["kind"] == "category") + sum(entry["code"] != TOTAL for entry in others)
        ]
        return {
            "value": 0,
            "lower": 0,
            "upper": error,
            "status": "e" if error else "",
            "working": "",
        }

    def _status(self, letter: str) -> str:
        if letter:
            return f"[{letter}] {front_sheets.symbols(self._about)[letter][0]}"
        return "as printed" if self._about.status == front_sheets.PUBLISHED else "exact"

    def _listed(self, dimension: str) -> list[Row]:
        return [row for row in self._codes if row["dimension"] == dimension]

    def _is_known(self, dimensions: Sequence[str]) -> bool:
        """Return whether the release says anything of a pair of codes of two dimensions."""
        return any(
            row["status"] != UNKNOWN
            and all((row[name] != TOTAL) == (name in dimensions) for name in DIMENSIONS)
            for row in self._cells.values()
        )


def _place(codes: Mapping[str, str]) -> tuple[str, ...]:
    """Return where a cell is, the total standing for each dimension that is not named."""
    return codes["period"], *(codes.get(dimension, TOTAL) for dimension in DIMENSIONS)


def _letters(tables: Sequence[Sheet]) -> set[str]:
    """Return the status letters that stand in tables."""
    stated = {str(row[sheet.header.index("Status")]) for sheet in tables for row in sheet.rows}
    return {status[1 : status.index("]")] for status in stated if status.startswith("[")}


def _only_period(about: About) -> Row:
    return {"code": about.period, "label": about.period_label, "kind": "aggregate"}


def _number(cell: Row, name: str) -> Value:
    return f"[{cell['status']}]" if cell[name] is None else int(cell[name])


def _sheet_name(dimension: str) -> str:
    return NAMES[dimension].replace(" ", "_")
