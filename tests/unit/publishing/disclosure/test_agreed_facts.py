"""Agreed facts: those that the records confirm are facts, those that they contradict are bounds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

import pytest

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.agreed_facts import AgreedFacts
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
"""Statements on sex and crime type together, with the printed number."""

THREE = 237 + 168 + 109
"""The people of the three largest nationalities: 84% are victims of modern slavery (E027)."""


def cell(**codes: str) -> Codes:
    return tuple(codes.get(name, listed[0]) for name, listed in CATEGORIES.items())


def counts(
    year: str = YEAR,
    categories: Mapping[str, list[str]] = CATEGORIES,
    changed: Mapping[str, int] = MappingProxyType({}),
) -> Counts:
    """Counts that agree with every printed count; `changed` adds to the cell of a statement."""
    cells = {
        cell(nationality="_OTH", sex=sex, crime_type=crime): printed + changed.get(name, 0)
        for name, (sex, crime, printed) in PRINTED.items()
    }
    return Counts.of(year, categories, cells)


def of_three(slavery: int) -> Counts:
    """Counts of the three largest nationalities, with this many victims of modern slavery."""
    crimes = {"MS": slavery, "DA": THREE - slavery}
    return Counts.of(
        YEAR,
        CATEGORIES,
        {
            cell(nationality="ALB", sex="_NK", crime_type=code): value
            for code, value in crimes.items()
        },
    )


def bounds(agreed: AgreedFacts) -> dict[str, tuple[int, int]]:
    return {fact.name: (fact.low, fact.high) for fact in agreed.facts}


def test_printed_counts_on_two_dimensions_are_exact_facts() -> None:
    found = bounds(agreed_facts.find(counts()))
    assert {name: found[name] for name in PRINTED} == {
        name: (printed, printed) for name, (_, _, printed) in PRINTED.items()
    }


def test_every_agreed_fact_holds_for_the_counts() -> None:
    cells = counts().cells()
    for fact in agreed_facts.find(counts()).facts:
        total = sum(value for codes, value in cells.items() if fact.holds_cell(codes))
        assert fact.low <= total <= fact.high
        assert fact.year == YEAR


@pytest.mark.parametrize("name", sorted(PRINTED))
@pytest.mark.parametrize("by", [-1, 1])
def test_a_statement_that_the_records_contradict_is_named_and_not_a_fact(
    name: str, by: int
) -> None:
    agreed = agreed_facts.find(counts(changed={name: by}))
    assert name in agreed.disagreeing
    assert name not in bounds(agreed)
    assert set(PRINTED) - {name} <= bounds(agreed).keys()


def test_one_way_totals_need_no_fact() -> None:
    assert all(len(fact.where) > 1 for fact in agreed_facts.find(counts()).facts)


def test_statements_on_another_year_are_not_facts() -> None:
    assert agreed_facts.find(counts("2021-22")) == AgreedFacts((), ())


def test_a_statement_on_a_recoded_code_is_left_out_and_not_a_disagreement() -> None:
    grouped = {**CATEGORIES, "nationality": ["VNM", "_OTH"]}
    agreed = agreed_facts.find(counts(categories=grouped))
    assert "E027" not in bounds(agreed)
    assert "E027" not in agreed.disagreeing


def rounded(slavery: int) -> int:
    return int((Decimal(100 * slavery) / THREE).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("slavery", range(425, 440))
def test_a_printed_percentage_is_the_range_of_counts_that_round_to_it(slavery: int) -> None:
    agreed = agreed_facts.find(of_three(slavery))
    feasible = [count for count in range(THREE + 1) if rounded(count) == 84]
    if slavery in feasible:
        assert bounds(agreed)["E027"] == (min(feasible), max(feasible))
    else:
        assert "E027" in agreed.disagreeing


def test_shares_in_words_are_not_facts() -> None:
    agreed = agreed_facts.find(counts())
    assert not {"E039", "E040", "E044", "E045"} & {*bounds(agreed), *agreed.disagreeing}


def test_no_fact_is_on_fewer_than_ten_people() -> None:
    assert all(fact.high >= 10 for fact in agreed_facts.find(counts()).facts)


def test_the_manifest_lists_a_fact_with_the_sum_that_the_release_publishes() -> None:
    fact = Fact("E037", YEAR, {"sex": ["M"], "crime_type": ["DA"]}, 45, 45)
    cells = {
        cell(sex="M", crime_type="DA"): 40,
        cell(nationality="ALB", sex="M", crime_type="DA"): 6,
        cell(sex="F"): 9,
    }
    (entry,) = agreed_facts.manifest_entries([fact], cells)
    assert entry == {
        "name": "E037",
        "year": YEAR,
        "where": fact.where,
        "low": 45,
        "high": 45,
        "published": 46,
    }
    assert set(fact.where) <= set(FINEST)
