"""The ledger: every figure that the sources print, each with the sentence that prints it.

A statement is one printed figure, read from `data/published`. Its `quotation` is the proof: a
value that its own quotation does not contain stops the build. The exception is a remainder ("the
remaining 194") corrected by subtracting the other statements, which is marked as revised.
Conclusions from several statements are not in the ledger; `bounds` and `relations` compute them.
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
"""The dimensions of the source's statements. It breaks nothing down by outcome."""

FRACTION_WORDS: Final[Mapping[str, Fraction]] = {
    "a fifth": Fraction(1, 5),
    "one third": Fraction(1, 3),
    "one-third": Fraction(1, 3),
    "two thirds": Fraction(2, 3),
    "two-thirds": Fraction(2, 3),
    "four fifths": Fraction(4, 5),
}
"""The fractions that the source prints in words."""

NUMBER_WORDS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip
"""The numbers that the source may print in words, each at its own index."""

HALF_STEP: Final[Mapping[str, Fraction]] = {
    "nearest_1": Fraction(1, 2),
    "nearest_0.1": Fraction(1, 20),
}
"""The largest rounding error of a percentage, in percentage points, by its precision."""


MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

COUNTED_UNITS: Final = frozenset({"referrals", "people", "potential_victims"})


@dataclass(frozen=True)
class Cell:
    """The group that a figure counts: a subject, and a code for each of `CELL_DIMENSIONS`."""

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
    """One figure as a source prints it.

    `base` is the cell that a percentage is a share of; None for a count.
    """

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
        """The value as a whole number. Raises LedgerError if it is not an exact count."""
        if self.precision != "exact" or not self.value.isdigit():
            raise LedgerError(
                f"{self.statement_id} is used as a count, but its value is '{self.value}' "
                f"({self.precision})."
            )
        return int(self.value)

    @property
    def is_count(self) -> bool:
        """Return whether the statement prints an exact number of referrals or people."""
        return self.precision == "exact" and self.unit in COUNTED_UNITS

    @property
    def percent(self) -> Fraction:
        """The printed percentage, or that of a fraction in words, in percentage points."""
        if self.precision == "words":
            return FRACTION_WORDS[self.value.removeprefix("approximately ")] * 100
        return Fraction(self.value)

    @property
    def printed(self) -> str:
        """The value in text: '1,336', '1.1%', 'just over 50%', 'four fifths'."""
        if self.precision == "more_than":
            return f"just over {self.value}%"
        if self.unit == "percent":
            return f"{self.value}%"
        if self.value.isdigit() and self.unit not in {"month", "year"}:
            return f"{int(self.value):,}"
        return self.value


@dataclass(frozen=True)
class Ledger:
    """The files of `data/published`: statements by id, dates by source id, other rows as text."""

    statements: Mapping[str, Statement]
    published_on: Mapping[str, str]
    relations: tuple[Row, ...]
    derivations: tuple[Row, ...]
    context: tuple[Row, ...]
    series: tuple[Row, ...]
    annotations: tuple[Row, ...]

    def about(self, *subjects: str) -> list[Statement]:
        """Return the statements on these subjects, in the order of the ledger."""
        return [
            statement
            for statement in self.statements.values()
            if statement.cell.subject in subjects
        ]

    def shares(self) -> list[Row]:
        """Return the relations that test a printed percentage."""
        return [relation for relation in self.relations if relation["kind"] == "share"]


def load(folder: Path = PUBLISHED) -> Ledger:
    """Return the ledger in a folder, with each file checked against its schema.

    Raises:
        DataError: a file breaks its schema.
        LedgerError: a statement names an unknown source.
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
        series=tuple(table_schema.read(folder / "series.csv")),
        annotations=tuple(table_schema.read(folder / "annotations.csv")),
    )


def misquoted(statements: Iterable[Statement]) -> list[str]:
    """Return a sentence for each statement whose quotation does not contain its value."""
    return [
        f"{statement.statement_id} (section {statement.section}) says {statement.value}, "
        f'and its quotation does not: "{statement.quotation}"'
        for statement in statements
        if statement.precision != "statement"
        and not contains(statement.quotation, statement.value, statement.unit)
    ]


def contains(quotation: str, value: str, unit: str) -> bool:
    """Return whether a quotation contains a value: in digits, in words, or as a month.

    >>> contains("In 2020-21 police made 126,453 referrals", "126453", "referrals")
    True
    >>> contains("Vietnam (237); Albania (168); and China (109)", "238", "people")
    False
    """
    return any(
        re.search(rf"(?<![\w.,]){form}(?![\w%]|[.,]\d)", quotation, re.IGNORECASE)
        for form in _forms(value, unit)
    )


def _forms(value: str, unit: str) -> list[str]:
    """Return the regular expressions of the forms in which a text can print a value."""
    if unit == "percent":
        return [rf"{re.escape(value)}%"]
    if unit == "month":
        year, month = value.split("-")
        return [rf"{MONTHS[int(month) - 1]} {year}"]
    if not value.isdigit():
        return [re.escape(value)]
    forms = [value, f"{int(value):,}"]
    return [*forms, NUMBER_WORDS[int(value)]] if int(value) < len(NUMBER_WORDS) else forms


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
    """Return the cell of `dimension=code` pairs with `;` or `,` between them; `_T` is the total.

    Raises:
        LedgerError: a pair does not name a dimension.

    >>> parse_cell("sex=_R;crime_type=DA").sex
    '_R'
    """
    try:
        pairs = dict(pair.split("=", 1) for pair in re.split("[;,]", text) if pair != "_T")
        return Cell(pairs.pop("subject", subject), **pairs)
    except (TypeError, ValueError):
        raise LedgerError(
            f"'{text}' does not name a cell. "
            f"Use dimension=code pairs of {', '.join(CELL_DIMENSIONS)}."
        ) from None
