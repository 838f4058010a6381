"""What stands round the tables of a book: its cover, its notes and symbols, and where all cells of the release are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.formatting import count, day
from referrals.publishing.spreadsheets.workbook import Link, Sheet
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import ILLUSTRATIVE, About, Kind

SITE: Final = "Victim referrals"
COVER: Final = "Cover"
NOTES: Final = "Notes"
ALL_CELLS: Final = "All_cells"
INVENTED: Final = "Illustrative: invented figures"
NOT_LISTED: Final = (
    "cells.csv lists sums of up to three dimensions, a quarter being one, and finest cells: a quarter and a code of each "
    "dimension. One of these that it does not list is published as 0. Any other combination is a sum of finest cells."
)
PUBLISHED: Final = "published"
STATUSES: Final[Mapping[str, str]] = {
    PUBLISHED: "Published: printed in the source, or worked out from what it prints",
    "official": "Official: made by the publisher from records",
    ILLUSTRATIVE: "Illustrative: invented, not about real people",
}
LICENCES: Final[Mapping[str, str]] = {"OGL-UK-3.0": "Open Government Licence v3.0"}

SYMBOLS: Final[Mapping[str, tuple[str, str]]] = {
    "e": (
        "worked out",
        "From figures that the source prints. Where it is not one number, it is a range.",
    ),
    "u": (
        "low reliability",
        "Printed in the source, and at odds with other figures that it prints.",
    ),
    "x": ("not available", "Not published by the source. It is not known to be 0."),
    "c": ("withheld", "Withheld to protect people."),
    "z": ("not applicable", "There can be no such number."),
    "r": ("revised", "Corrected since it was first published."),
    "p": ("provisional", "It may change."),
    "low": ("low", "Too small to show: it rounds to zero."),
}
"""The short name and the meaning of each status letter, in the order in which they are explained."""

OF_SUMS: Final[Mapping[str, tuple[str, str]]] = {
    **SYMBOLS,
    "e": (
        "estimated",
        "A sum of numbers that were adjusted to protect people. Lowest and Highest say what it could be without that.",
    ),
}
"""The same for a release whose numbers are sums of protected cells."""

COLUMNS: Final = (
    ("period", "A year to March, such as 2020-21, or a quarter, such as 2020-Q2"),
    *(
        (dimension, f"A code of the sheets of this book, or {TOTAL} for the total")
        for dimension in DIMENSIONS
    ),
    ("value", "Victim referrals; empty where it is not one number"),
    ("lower", "The least that the number can be"),
    ("upper", "The most that the number can be"),
    ("status", "Empty, or a letter that the sheet Notes explains"),
)
"""What the columns of cells.csv hold."""


@dataclass(frozen=True)
class Imprint:
    """Where a release comes from, under what licence, and how many cells it holds."""

    licence: str
    publisher: str
    source: str
    cells: int


def symbols(about: About) -> Mapping[str, tuple[str, str]]:
    """Return the short name and the meaning of each status letter of a release."""
    return OF_SUMS if about.kind is Kind.ROUNDED else SYMBOLS


def lines(about: About, *said: str) -> list[str | Link]:
    """Return what stands between the title of a sheet and its table: of what status it is, what is said of it, the way back."""
    return [*_invented(about), *said, "This sheet has one table.", Link("Back to the cover", COVER)]


def cover(about: About, imprint: Imprint, inner: Sequence[Sheet]) -> Sheet:
    """Return the cover of a book, with a table of its other sheets."""
    return Sheet(
        name=COVER,
        title=about.title,
        lines=[
            *_invented(about),
            _origin(about, imprint),
            f"Period: {about.period_label}",
            f"Status: {STATUSES[about.status]}",
            f"Release: {about.release_id}",
            f"Licence: {LICENCES.get(imprint.licence, imprint.licence)}",
            *([about.attribution] if about.attribution else []),
            f"This book has {len(inner) + 1} sheets. Each has one table. The table below leads to the others.",
        ],
        header=["Sheet", "What it holds"],
        rows=[[Link(sheet.name, sheet.name), sheet.title] for sheet in inner],
    )


def notes(about: About, used: Collection[str]) -> Sheet:
    """Return the notes of a book, with the meaning of the status letters that are used in it."""
    return Sheet(
        name=NOTES,
        title="Notes and symbols",
        lines=lines(about),
        header=["Subject", "Note"],
        rows=[*_remarks(about), *_meanings(about, used)],
    )


def all_cells(about: About, imprint: Imprint) -> Sheet:
    """Return the sheet that says where every number of the release is, and what its columns hold."""
    unlisted = [NOT_LISTED] if about.kind is Kind.ROUNDED else []
    return Sheet(
        name=ALL_CELLS,
        title="Where all cells of the release are",
        lines=lines(
            about,
            f"Beside this book lies cells.csv, with all {count(imprint.cells)} cells of the release in one table.",
            "cells.parquet holds the same. datapackage.json describes both, and lists the SHA-256 of every file.",
            *unlisted,
        ),
        header=["Column of cells.csv", "What it holds"],
        rows=list(COLUMNS),
    )


def _invented(about: About) -> list[str]:
    return [INVENTED] if about.is_illustrative else []


def _origin(about: About, imprint: Imprint) -> str:
    """Return where the figures come from. Who printed a source did not make this book of it."""
    published = day(about.published_on)
    if about.is_illustrative:
        return f"Made by {SITE} from invented records, {published}"
    if about.status == PUBLISHED:
        return f"Source: {imprint.publisher}, {imprint.source}, {published}. Made into spreadsheets by {SITE}"
    return f"Publisher: {imprint.publisher}, {published}"


def _remarks(about: About) -> Iterator[tuple[str, str]]:
    if about.is_illustrative:
        yield (
            INVENTED,
            "Nothing in this book is about real people. It shows what yearly publication by quarter could look like.",
        )
    yield (
        "Victim referral",
        "One time that police passed on the details of a victim of crime to Immigration Enforcement.",
    )
    yield (
        "Same person twice",
        "The source does not say whether a person who is referred twice is counted twice.",
    )
    if about.lay_sentence:
        yield "How exact the numbers are", about.lay_sentence
    yield (
        "Lowest and Highest",
        "The least and the most that a number can be. They are the same where the number is certain.",
    )
    yield (
        "Not recorded",
        "What was not recorded is a group of its own. It is not shared out among the others.",
    )
    yield "Codes", f"Codes stay the same from release to release. {TOTAL} stands for the total."
    if about.kind is Kind.ROUNDED:
        yield (
            "0",
            "No referral where the status is exact. Where it is estimated, there may have been some.",
        )


def _meanings(about: About, used: Collection[str]) -> Iterator[tuple[str, str]]:
    for letter, (name, meaning) in symbols(about).items():
        if letter in used:
            yield f"Symbol [{letter}]", f"{name.capitalize()}. {meaning}"
