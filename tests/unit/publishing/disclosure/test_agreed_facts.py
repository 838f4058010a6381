"""Published facts: those that the records agree with are kept, those that they contradict are named, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

import pytest

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.agreed_facts import Pinned, facts_of
from referrals.publishing.tabulation.counts import Codes, Counts
from referrals.reference.codelists import FINEST

YEAR = "2020-21"
CATEGORIES: Mapping[str, list[str]] = {
    "quarter": ["2020-Q2"],
    "nationality": ["VNM", "ALB", "CHN", "_OTH"],
    "age_band": ["20-29"],
    "sex": ["M", "F", "_NK"],
    "crime_type": ["MS", "DA", "OTH"],
    "outcome": ["NFA"],
}
PRINTED = {
    "E037": ("M", "DA", 45),
    "E038": ("F", "DA", 147),
    "E042": ("M", "MS", 447),
    "E043": ("F", "MS", 210),
}
"""Statements on sex and crime type at once, and what they print."""

THREE = 237 + 168 + 109
"""The people of the three largest nationalities, of whom 84% are said to be victims of modern slavery (E027)."""


def cell(**codes: str) -> Codes:
    return tuple(codes.get(name, listed[0]) for name, listed in CATEGORIES.items())


def counts(
    year: str = YEAR,
    categories: Mapping[str, list[str]] = CATEGORIES,
    changed: Mapping[str, int] = MappingProxyType({}),
) -> Counts:
    """Counts that agree with every printed count; `changed` adds to a cell that a statement is on."""
    cells = {
        cell(nationality="_OTH", sex=sex, crime_type=crime): printed + changed.get(name, 0)
        for name, (sex, crime, printed) in PRINTED.items()
    }
    return Counts.of(year, categories, cells)


def of_three(slavery: int) -> Counts:
    """Counts of the three largest nationalities, so many of them victims of modern slavery."""
    crimes = {"MS": slavery, "DA": THREE - slavery}
    return Counts.of(
        YEAR,
        CATEGORIES,
        {
            cell(nationality="ALB", sex="_NK", crime_type=code): value
            for code, value in crimes.items()
        },
    )


def named(pinned: Pinned) -> dict[str, tuple[int, int]]:
    return {fact.name: (fact.low, fact.high) for fact in pinned.facts}


def test_printed_counts_of_two_dimensions_are_kept_as_exact_facts() -> None:
    found = named(facts_of(counts()))
    assert {name: found[name] for name in PRINTED} == {
        name: (printed, printed) for name, (_, _, printed) in PRINTED.items()
    }


def test_every_fact_that_is_kept_holds_of_the_counts() -> None:
    cells = counts().cells()
    for fact in facts_of(counts()).facts:
        assert (
            fact.low
            <= sum(value for codes, value in cells.items() if fact.holds_cell(codes))
            <= fact.high
        )
        assert fact.year == YEAR


@pytest.mark.parametrize("name", sorted(PRINTED))
@pytest.mark.parametrize("by", [-1, 1])
def test_a_statement_that_the_records_contradict_is_named_and_not_kept(name: str, by: int) -> None:
    pinned = facts_of(counts(changed={name: by}))
    assert name in pinned.disagreeing
    assert name not in named(pinned)
    assert set(PRINTED) - {name} <= named(pinned).keys()


def test_totals_of_one_dimension_need_no_fact() -> None:
    assert all(len(fact.where) > 1 for fact in facts_of(counts()).facts)


def test_statements_on_another_year_say_nothing_of_this_one() -> None:
    assert facts_of(counts("2021-22")) == Pinned((), ())


def test_a_statement_on_a_code_that_is_grouped_is_left_out_and_no_disagreement() -> None:
    grouped = {**CATEGORIES, "nationality": ["VNM", "_OTH"]}
    pinned = facts_of(counts(categories=grouped))
    assert "E027" not in named(pinned)
    assert "E027" not in pinned.disagreeing


def rounded(slavery: int) -> int:
    return int((Decimal(100 * slavery) / THREE).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("slavery", range(425, 440))
def test_a_printed_percentage_is_kept_as_every_count_that_rounds_to_it(slavery: int) -> None:
    pinned = facts_of(of_three(slavery))
    right = [count for count in range(THREE + 1) if rounded(count) == 84]
    if slavery in right:
        assert named(pinned)["E027"] == (min(right), max(right))
    else:
        assert "E027" in pinned.disagreeing


def test_shares_in_words_pin_nothing() -> None:
    pinned = facts_of(counts())
    assert not {"E039", "E040", "E044", "E045"} & {*named(pinned), *pinned.disagreeing}


def test_no_fact_is_on_fewer_than_ten_people() -> None:
    assert all(fact.high >= 10 for fact in facts_of(counts()).facts)


def test_facts_are_listed_with_the_number_that_the_release_has() -> None:
    fact = Fact("E037", YEAR, {"sex": ["M"], "crime_type": ["DA"]}, 45, 45)
    cells = {
        cell(sex="M", crime_type="DA"): 40,
        cell(nationality="ALB", sex="M", crime_type="DA"): 6,
        cell(sex="F"): 9,
    }
    (listed,) = agreed_facts.published([fact], cells)
    assert listed == {
        "name": "E037",
        "year": YEAR,
        "where": fact.where,
        "low": 45,
        "high": 45,
        "published": 46,
    }
    assert set(fact.where) <= set(FINEST)
