"""Invented counts in few categories, and every sum of them, added up by a loop that shares nothing with the code it tests."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from referrals.codelists import FINEST
from referrals.errors import DisclosureError
from referrals.publishing import disclosure
from referrals.publishing.disclosure import ProtectedTable
from referrals.publishing.public import Fact, Year
from referrals.publishing.tabulation import Codes, Counts

YEAR: Final = "2020-21"
T: Final = "_T"
MALES: Final = "male domestic abuse"
LARGEST: Final = "modern slavery of the two largest"

TINY: Final[Mapping[str, list[str]]] = {
    "quarter": ["2020-Q2", "2020-Q3"],
    "nationality": ["VNM", "ALB", "CHN"],
    "age_band": ["0-17", "20-29"],
    "sex": ["M", "F"],
    "crime_type": ["MS", "DA"],
    "outcome": ["ICE"],
}
"""Categories of so few codes that everything about them can be tried out."""

_SHARES: Final[Mapping[str, Mapping[str, int]]] = {
    "quarter": {"2020-Q2": 24, "2020-Q3": 25, "2020-Q4": 26, "2021-Q1": 25},
    "nationality": {"VNM": 40, "ALB": 25, "CHN": 20, "_OTH": 15},
    "age_band": {"0-17": 20, "20-29": 50, "30-39": 30},
    "sex": {"M": 55, "F": 35, "_NK": 10},
    "crime_type": {"MS": 55, "DA": 20, "OTH": 25},
    "outcome": {"SAFEGUARDING": 50, "ICE": 30, "NFA": 20},
}


def people(count: int = 300, seed: int = 1) -> Counts:
    """Return the counts of so many invented people, most of them in a few categories."""
    generator = np.random.default_rng(seed)
    columns = [
        generator.choice(list(shares), count, p=np.array(list(shares.values())) / sum(shares.values())).tolist()
        for shares in _SHARES.values()
    ]
    categories = {name: list(shares) for name, shares in _SHARES.items()}
    return Counts.of(YEAR, categories, Counter(zip(*columns, strict=True)))


def facts(counts: Counts) -> tuple[Fact, ...]:
    """Return an exact fact and a range that hold of the counts: they name two dimensions each."""
    males = Fact(MALES, YEAR, {"sex": ["M"], "crime_type": ["DA"]}, 0, 0)
    largest = Fact(LARGEST, YEAR, {"nationality": ["VNM", "ALB"], "crime_type": ["MS"]}, 0, 0)
    exact, near = (held(one, counts.cells()) for one in (males, largest))
    return (Fact(MALES, YEAR, males.where, exact, exact), Fact(LARGEST, YEAR, largest.where, near - 4, near + 4))


def held(fact: Fact, cells: Mapping[Codes, int]) -> int:
    """Return what a fact's cells add up to."""
    return sum(
        value
        for codes, value in cells.items()
        if all(code in fact.where.get(name, [code]) for name, code in zip(FINEST, codes, strict=True))
    )


@cache
def protected() -> tuple[Counts, ProtectedTable]:
    """Return true counts of 300 people with two published facts, and their protected table: made once for all tests."""
    counts = people()
    return counts, disclosure.protect(counts, facts(counts), seed=1)


def as_public(table: ProtectedTable) -> Year:
    """Return what the public has of a protected table."""
    return Year(table.year, table.categories, table.cells, table.facts)


def every_sum(cells: Mapping[Codes, int]) -> Counter[Codes]:
    """Return the sums of finest cells at every order, those that are not 0 and those that cancel out."""
    found: Counter[Codes] = Counter()
    for codes, value in cells.items():
        for one in itertools.product(*((code, T) for code in codes)):
            found[one] += value
    return found


def order(codes: Codes) -> int:
    """Return how many dimensions a sum fixes."""
    return sum(code != T for code in codes)


def grid(categories: Mapping[str, list[str]] = TINY) -> list[Codes]:
    """Return every finest cell of some categories."""
    return list(itertools.product(*categories.values()))


@st.composite
def tiny_counts(draw: st.DrawFn) -> Counts:
    """Draw counts of two codes a dimension, most of them small, of which every category is 0 or at least ten."""
    values = draw(st.lists(st.sampled_from((0, 1, 2, 3, 4, 1, 2, 3, 5, 8)), min_size=48, max_size=48))
    counts = Counts.of(YEAR, TINY, dict(zip(grid(), values, strict=True)))
    totals = [value for codes, value in every_sum(counts.cells()).items() if order(codes) == 1]
    return counts if min(totals, default=10) >= 10 else reject()


def protected_or_rejected(counts: Counts, *, seed: int = 1) -> ProtectedTable:
    """Return a protected table; an example that no choice of 0, 5, 6 and 7 keeps exact is refused, and is no example."""
    try:
        return disclosure.protect(counts, seed=seed)
    except DisclosureError:
        reject()
