"""The vocabulary of the publishing half: cells, published facts and years, as codes and counts.

Both sides use it, the code that protects counts and the audit that attacks them. So it holds values
and arithmetic on them, but nothing that chooses a published number and nothing that looks for a
true one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS, SMALLEST_UNCHANGED

Codes = tuple[str, ...]
"""A code for each dimension of `FINEST`, quarter first. A sum has `TOTAL` where it adds up."""


@dataclass(frozen=True)
class Fact:
    """A number that the public already has: a sum of cells lies between `low` and `high`.

    The cells are those selected by `where`, which lists the codes of some dimensions. The other
    dimensions are added up.
    """

    name: str
    year: str
    where: Mapping[str, Sequence[str]]
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Return whether the fact is a single number."""
        return self.low == self.high

    def holds_cell(self, codes: Codes) -> bool:
        """Return whether a finest cell is part of the sum."""
        named = zip(FINEST, codes, strict=True)
        return all(
            code in self.where[dimension] for dimension, code in named if dimension in self.where
        )

    def sum_of(self, cells: Mapping[Codes, int]) -> int:
        """Return the sum over some finest cells."""
        return sum(value for codes, value in cells.items() if self.holds_cell(codes))

    def agrees_with(self, cells: Mapping[Codes, int]) -> bool:
        """Return whether the fact is true of some finest cells."""
        return self.low <= self.sum_of(cells) <= self.high


@dataclass(frozen=True)
class Year:
    """One year of a release: its codes, its finest cells other than 0 and its published facts.

    `total_errors` are the announced errors of its totals of one code that are not exact, by the
    place of the code's dimension in `FINEST` and the code.
    """

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int]
    facts: Sequence[Fact]
    total_errors: Mapping[tuple[int, str], int] = field(default_factory=dict)

    @cached_property
    def _code_sets(self) -> list[set[str]]:
        return [set(self.categories[name]) for name in FINEST]

    def has_cell(self, codes: Codes) -> bool:
        """Return whether the codes are those of a finest cell of this year, listed or 0."""
        return all(code in listed for code, listed in zip(codes, self._code_sets, strict=True))

    @cached_property
    def ambiguous(self) -> list[Codes]:
        """The cells that show 5, 6 or 7, which can stand for a smaller number."""
        return [
            codes
            for codes, value in self.cells.items()
            if SMALLEST_UNCHANGED <= value <= LARGEST_AMBIGUOUS
        ]


def describe(codes: Codes) -> str:
    """Return a cell in words, for messages.

    >>> describe(("2020-Q2", "VNM", "_T", "F", "_T", "_T"))
    'quarter 2020-Q2, nationality VNM, sex F'
    """
    names = (FINEST[0] if "Q" in codes[0] else "year", *FINEST[1:])
    named = [
        f"{name.replace('_', ' ')} {code}"
        for name, code in zip(names, codes, strict=True)
        if code != TOTAL
    ]
    return ", ".join(named) or "all"


def is_part(codes: Codes, total: Codes) -> bool:
    """Return whether a finest cell is part of a sum.

    >>> is_part(("2020-Q2", "VNM"), ("_T", "VNM")), is_part(("2020-Q2", "VNM"), ("2020-Q3", "_T"))
    (True, False)
    """
    return all(wanted in {TOTAL, code} for code, wanted in zip(codes, total, strict=True))
