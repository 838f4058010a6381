"""The ledger of published figures: what a source printed, sentence by sentence, with the sentence itself.

A statement is one figure as printed. Its `quotation` is the proof: a number that its own quotation does not say stops the
build. One exception is a remainder ("the remaining 194") that is corrected to what the other statements leave: it is marked
as revised. What follows from several statements together is not in the ledger; it is worked out from them (see
`referrals.publishing.ledger.bounds` and `referrals.publishing.ledger.relations`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from referrals.errors import LedgerError
from referrals.paths import PUBLISHED
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

CELL_DIMENSIONS: Final = ("nationality", "age_band", "sex", "crime_type")
"""The dimensions that the source's statements break a count down by. It breaks nothing down by outcome."""

WORDS: Final[Mapping[str, Fraction]] = {
    "a fifth": Fraction(1, 5),
    "one third": Fraction(1, 3),
    "one-third": Fraction(1, 3),
    "two thirds": Fraction(2, 3),
    "two-thirds": Fraction(2, 3),
    "four fifths": Fraction(4, 5),
}
"""The fractions that the source gives in words."""

SPELT: Final = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
)
HALF_STEP: Final[Mapping[str, Fraction]] = {
    "nearest_1": Fraction(1, 2),
    "nearest_0.1": Fraction(1, 20),
}
"""How far a rounded percentage may lie from the true one, in percentage points, by its precision."""


@dataclass(frozen=True)
class Cell:
    """One count of a population: the subject counted, and a code for each of `CELL_DIMENSIONS`."""

    subject: str
    nationality: str = "_T"
    age_band: str = "_T"
    sex: str = "_T"
    crime_type: str = "_T"

    def codes(self) -> dict[str, str]:
        """Return the code of each dimension, keyed by dimension."""
        return {dimension: getattr(self, dimension) for dimension in CELL_DIMENSIONS}


@dataclass(frozen=True)
class Statement:
    """One figure as a source prints it. `base` is the cell that a share is a share of, and None for a count."""

    statement_id: str
    source_id: str
    section: str
    cell: Cell
    base: Cell | None
    value: str
    unit: str
    precision: str
    is_remainder: bool
    quotation: str
    period_start: str = ""

    @property
    def count(self) -> int:
        """The value as a whole number. Raises LedgerError where the statement is not an exact count."""
        if self.precision != "exact" or not self.value.isdigit():
            raise LedgerError(
                f"{self.statement_id} is used as a count, but it says '{self.value}' ({self.precision})."
            )
        return int(self.value)

    @property
    def is_count(self) -> bool:
        """Whether the statement prints an exact number of referrals or people."""
        return self.precision == "exact" and self.unit in {
            "referrals",
            "people",
            "potential_victims",
        }

    @property
    def percent(self) -> Fraction:
        """The printed percentage, in percentage points, or the percentage that a fraction in words stands for."""
        if self.precision == "words":
            return WORDS[self.value.removeprefix("approximately ")] * 100
        return Fraction(self.value)

    @property
    def printed(self) -> str:
        """The value as readers see it: '1,336', '1.1%', 'just over 50%', 'four fifths'."""
        if self.precision == "more_than":
            return f"just over {self.value}%"
        if self.unit == "percent":
            return f"{self.value}%"
        return (
            f"{int(self.value):,}"
            if self.value.isdigit() and self.unit not in {"month", "year"}
            else self.value
        )


@dataclass(frozen=True)
class Ledger:
    """Every statement by its id, each source's date, and the rows of the files that stand beside them, each as text."""

    statements: Mapping[str, Statement]
    published_on: Mapping[str, str]
    relations: tuple[Row, ...]
    derivations: tuple[Row, ...]
    context: tuple[Row, ...]

    def about(self, *subjects: str) -> list[Statement]:
        """Return the statements on the subjects given, in the order of the ledger."""
        return [
            statement
            for statement in self.statements.values()
            if statement.cell.subject in subjects
        ]

    def shares(self) -> list[Row]:
        """Return the relations that test a printed percentage."""
        return [relation for relation in self.relations if relation["kind"] == "share"]


def load(folder: Path = PUBLISHED) -> Ledger:
    """Return the ledger in a folder, each file checked against its schema.

    Raises:
        DataError: a file breaks its schema.
        LedgerError: a statement names a source that is not listed.
    """
    sources = {
        row["source_id"]: row["published_on"] for row in table_schema.read(folder / "sources.csv")
    }
    rows = table_schema.read(folder / "statements.csv")
    if unknown := sorted({row["source_id"] for row in rows} - sources.keys()):
        raise LedgerError(
            f"statements.csv names sources that sources.csv does not list: {', '.join(unknown)}."
        )
    return Ledger(
        statements={row["statement_id"]: _statement(row) for row in rows},
        published_on=sources,
        relations=tuple(table_schema.read(folder / "relations.csv")),
        derivations=tuple(table_schema.read(folder / "derivations.csv")),
        context=tuple(table_schema.read(folder / "context.csv")),
    )


def misquoted(statements: Iterable[Statement]) -> list[str]:
    """Return a sentence for each statement whose value its own quotation does not say."""
    return [
        f"{statement.statement_id} (section {statement.section}) says {statement.value}, "
        f'and its quotation does not: "{statement.quotation}"'
        for statement in statements
        if statement.precision != "statement"
        and not says(statement.quotation, statement.value, statement.unit)
    ]


def says(quotation: str, value: str, unit: str) -> bool:
    """Return whether a quotation prints a value, in digits (with or without thousands), in words, or as a date.

    >>> says("Between April 2020 and March 2021 police made 126,453 referrals", "126453", "referrals")
    True
    >>> says("Vietnam (237); Albania (168); and China (109)", "238", "people")
    False
    """
    return any(
        re.search(rf"(?<![\w.,]){form}(?![\w%]|[.,]\d)", quotation, re.IGNORECASE)
        for form in _forms(value, unit)
    )


def _forms(value: str, unit: str) -> list[str]:
    if unit == "percent":
        return [rf"{re.escape(value)}%"]
    if unit == "month":
        year, month = value.split("-")
        return [rf"{_MONTHS[int(month) - 1]} {year}"]
    if not value.isdigit():
        return [re.escape(value)]
    forms = [value, f"{int(value):,}"]
    return [*forms, rf"{SPELT[int(value)]}"] if int(value) < len(SPELT) else forms


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _statement(row: Row) -> Statement:
    cell = Cell(row["subject"], **{dimension: row[dimension] for dimension in CELL_DIMENSIONS})
    return Statement(
        statement_id=row["statement_id"],
        source_id=row["source_id"],
        section=row["section"],
        cell=cell,
        base=parse_cell(row["share_of"], subject=row["subject"]) if row["share_of"] else None,
        value=row["value"],
        unit=row["unit"],
        precision=row["precision"],
        is_remainder=row["role"] == "remainder",
        quotation=row["quotation"],
        period_start=row["period_start"],
    )


def ids_in(text: str) -> list[str]:
    """Return the statement ids that a text mentions, in order."""
    return re.findall(r"\bE\d{3}\b", text)


def parse_cell(text: str, *, subject: str = "victim_referrals") -> Cell:
    """Return the cell that `dimension=code` pairs joined by semicolons or commas name; `_T` alone is the whole subject.

    Raises:
        LedgerError: a pair names something that is not a dimension.

    >>> parse_cell("sex=_R;crime_type=DA").sex
    '_R'
    """
    try:
        pairs = dict(pair.split("=", 1) for pair in re.split("[;,]", text) if pair != "_T")
        return Cell(pairs.pop("subject", subject), **pairs)
    except (TypeError, ValueError):
        raise LedgerError(
            f"'{text}' names no cell. Use dimension=code pairs of {', '.join(CELL_DIMENSIONS)}."
        ) from None
