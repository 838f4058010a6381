"""The sheets of a workbook beside its tables: cover, notes and symbols, and a pointer to all cells.

Called by `tables`, which also puts `lines` above each table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.formatting import count, day
from referrals.reference import licences, statuses
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.files import marked
from referrals.release.release import EXAMPLE, MARKS, OFFICIAL, PUBLISHED, About
from referrals.spreadsheets.workbook import Link, Sheet

SITE: Final = "Victim referrals"
COVER: Final = "Cover"
NOTES: Final = "Notes"
ALL_CELLS: Final = "All_cells"
NOT_LISTED: Final = (
    "cells.csv lists sums of up to three dimensions, a quarter being one, and finest cells: a "
    "quarter and a code of each dimension. One of these that it does not list is published as 0. "
    "Any other combination is a sum of finest cells."
)
STATUS_TEXTS: Final[Mapping[str, str]] = {
    PUBLISHED: "Published: printed in the source, or worked out from what it prints",
    OFFICIAL: "Official: made by the publisher from records",
    **MARKS,
}

PERIODS: Final = "A year to March, such as 2020-21, or a quarter, such as 2020-Q2"
EXAMPLE_PERIODS: Final = "An example year, such as EY1, or its quarter, such as EY1-Q2"
COLUMNS: Final = (
    *(
        (dimension, f"A code of the sheets of this book, or {TOTAL} for the total")
        for dimension in DIMENSIONS
    ),
    ("value", "Victim referrals; empty where it is not one number"),
    ("lower", "The least that the number can be"),
    ("upper", "The most that the number can be"),
    ("status", "Empty, or a letter that the sheet Notes explains"),
)
"""The columns of cells.csv after the period, each with its description."""


INVENTED_REMARK: Final = (
    "Nothing in this book is about real people. It shows what yearly publication by quarter could "
    "look like."
)
LOWEST_AND_HIGHEST: Final = (
    "Lowest and Highest",
    "The least and the most that a number can be. They are the same where the number is certain.",
)
ZERO: Final = (
    "0",
    "No referral where the status is exact. Where it is estimated, there may have been some.",
)
NOT_RECORDED: Final = (
    "Not recorded",
    "What was not recorded is a group of its own. It is not shared out among the others.",
)
NOT_RECORDED_IN_A_GROUP: Final = (
    "Not recorded",
    (
        "What was not recorded is a group of its own, or part of a group whose name says so. It is "
        "not shared out among the others."
    ),
)
REMARKS: Final[Sequence[tuple[str, str]]] = (
    (
        "Victim referral",
        (
            "One time that police passed on the details of a victim of crime to Immigration "
            "Enforcement."
        ),
    ),
    (
        "Same person twice",
        "The source does not say whether a person who is referred twice is counted twice.",
    ),
    LOWEST_AND_HIGHEST,
    NOT_RECORDED,
    ("Codes", f"Codes stay the same from release to release. {TOTAL} stands for the total."),
)
"""The remarks of every release, by subject."""


@dataclass(frozen=True)
class Source:
    """The source and licence of a release, and the number of cells in it."""

    licence: str
    publisher: str
    title: str
    cells: int


def lines(about: About, *remarks: str) -> list[str | Link]:
    """Return the lines above a table: a warning of invented figures, remarks, a way back."""
    return [
        *_invented(about),
        *remarks,
        "This sheet has one table.",
        Link("Back to the cover", COVER),
    ]


def cover(about: About, source: Source, inner: Sequence[Sheet]) -> Sheet:
    """Return the cover of a workbook, with a table of its other sheets (`inner`)."""
    contents = (
        f"This book has {len(inner) + 1} sheets. Each has one table. "
        "The table below leads to the others."
    )
    return Sheet(
        name=COVER,
        title=about.title,
        lines=[
            *_invented(about),
            _origin(about, source),
            f"Period: {about.period_label}",
            f"Status: {STATUS_TEXTS[about.status]}",
            f"Release: {about.release_id}",
            f"Licence: {licences.licence(source.licence).name}",
            *([about.attribution] if about.attribution else []),
            contents,
        ],
        header=["Sheet", "What it holds"],
        rows=[[Link(sheet.name, sheet.name), sheet.title] for sheet in inner],
    )


def notes(about: About, letters: Collection[str], *, has_joined_codes: bool) -> Sheet:
    """Return the notes of a workbook, explaining the status letters that it uses.

    `has_joined_codes` says that "not recorded" is part of a group with other codes.
    """
    return Sheet(
        name=NOTES,
        title="Notes and symbols",
        lines=lines(about),
        header=["Subject", "Note"],
        rows=[*_remarks(about, has_joined_codes=has_joined_codes), *_symbol_notes(about, letters)],
    )


def all_cells(about: About, source: Source) -> Sheet:
    """Return the sheet that leads to cells.csv and explains its columns."""
    name = marked("cells.csv", about.status) if about.is_invented else "cells.csv"
    cells = (
        f"All {count(source.cells)} cells of the release are in one table in another file, "
        f"cells.csv. {SITE} has it at the address /releases/{about.release_id}/{name}."
    )
    other_files = (
        "cells.parquet holds the same. datapackage.json describes both, and lists the SHA-256 of "
        "every file. The page /releases has them all."
    )
    unlisted = [NOT_LISTED] if about.is_additive else []
    return Sheet(
        name=ALL_CELLS,
        title="Where all cells of the release are",
        lines=lines(about, cells, other_files, *unlisted),
        header=["Column of cells.csv", "What it holds"],
        rows=[("period", EXAMPLE_PERIODS if about.status == EXAMPLE else PERIODS), *COLUMNS],
    )


def _invented(about: About) -> list[str]:
    return [about.mark] if about.is_invented else []


def _origin(about: About, source: Source) -> str:
    """Return where the figures come from. The publisher of a source did not make this workbook."""
    published = day(about.published_on)
    if about.is_invented:
        return f"Made by {SITE} from invented records, {published}"
    if about.status == PUBLISHED:
        return (
            f"Source: {source.publisher}, {source.title}, {published}. "
            f"Made into spreadsheets by {SITE}"
        )
    return f"Publisher: {source.publisher}, {published}"


def _remarks(about: About, *, has_joined_codes: bool) -> list[tuple[str, str]]:
    remarks = list(REMARKS)
    if has_joined_codes:
        remarks[remarks.index(NOT_RECORDED)] = NOT_RECORDED_IN_A_GROUP
    if about.is_invented:
        remarks.insert(0, (about.mark, INVENTED_REMARK))
    if about.lay_sentence:
        position = remarks.index(LOWEST_AND_HIGHEST)
        remarks.insert(position, ("How exact the numbers are", about.lay_sentence))
    if about.is_additive:
        remarks.append(ZERO)
    return remarks


def _symbol_notes(about: About, letters: Collection[str]) -> Iterator[tuple[str, str]]:
    for letter, symbol in statuses.symbols(about.kind).items():
        if letter in letters:
            yield f"Symbol [{letter}]", f"{symbol.name.capitalize()}. {symbol.note}"
