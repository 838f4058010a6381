"""Facts that everybody has already: a release that leaves one out, makes one up or alters one is found out by the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.ledger import published_facts

YEAR = "2020-21"
CATEGORIES = {
    "quarter": ["2020-Q2"],
    "nationality": ["VNM", "_OTH"],
    "age_band": ["20-29"],
    "sex": ["M", "F", "_NK"],
    "crime_type": ["DA", "MS", "OTH"],
    "outcome": ["NFA"],
}
PRINTED = {("M", "DA"): 45, ("F", "DA"): 147, ("M", "MS"): 447, ("F", "MS"): 210}
"""What the assessment prints of sex and crime type at once: E037, E038, E042 and E043."""

REST = {("_NK", "DA"): 19, ("_NK", "MS"): 125, ("F", "OTH"): 343}


def cells(**changed: int) -> dict[Codes, int]:
    values = {"__".join(codes): value for codes, value in {**PRINTED, **REST}.items()} | changed
    return {
        ("2020-Q2", "VNM", "20-29", *name.rsplit("__", 1), "NFA"): value
        for name, value in values.items()
    }


def year(facts: Sequence[Fact] | None = None, *, name: str = YEAR, **changed: int) -> Year:
    """A year that shows the numbers printed, save those changed, and lists the facts given; else those that stand."""
    made = Year(name, CATEGORIES, cells(**changed), ())
    return replace(made, facts=published_facts.standing(made) if facts is None else facts)


def named(facts: Sequence[Fact]) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts}


def test_the_printed_numbers_of_two_dimensions_stand() -> None:
    stand = named(year().facts)
    assert {name: (fact.low, fact.high) for name, fact in stand.items() if fact.is_exact} == {
        "E037": (45, 45), "E038": (147, 147), "E042": (447, 447), "E043": (210, 210),
    }  # fmt: skip
    assert stand["E037"].where == {"sex": ["M"], "crime_type": ["DA"]}


def test_a_printed_percentage_is_the_range_that_rounds_to_it() -> None:
    fact = named(year().facts)[
        "E041"
    ]  # "gender was not recorded in 9% of cases" of domestic abuse: 211 here
    assert [count for count in range(212) if round(100 * count / 211) == 9] == list(
        range(fact.low, fact.high + 1)
    )


def test_a_statement_on_codes_that_the_release_groups_is_left_out() -> None:
    assert "E027" not in named(list(published_facts.facts(year())))


def test_a_statement_that_the_cells_contradict_does_not_stand() -> None:
    assert "E037" not in named(year(M__DA=46).facts)
    assert "E037" in named(list(published_facts.facts(year(M__DA=46))))


def test_a_year_of_which_nothing_was_printed_has_no_facts() -> None:
    assert list(published_facts.facts(year(name="2021-22"))) == []


def test_a_release_that_lists_what_the_ledger_says_agrees_with_it() -> None:
    assert list(published_facts.disagreeing(year())) == []


def test_a_fact_that_is_left_out_though_it_holds_is_named() -> None:
    listed = [fact for fact in year().facts if fact.name != "E037"]
    assert list(published_facts.disagreeing(year(listed))) == [
        "E037 in 2020-21 is published and holds, and the manifest does not list it"
    ]


def test_a_fact_that_the_cells_contradict_may_be_left_out() -> None:
    assert list(published_facts.disagreeing(year(M__DA=46))) == []


@pytest.mark.parametrize(
    "name",
    ["E999", "E032", "E027"],
    ids=["made up", "of one dimension", "of codes that are grouped"],
)
def test_a_fact_that_the_ledger_does_not_hold_is_named(name: str) -> None:
    made_up = Fact(name, YEAR, {"sex": ["M"], "crime_type": ["OTH"]}, 0, 900)
    (said,) = published_facts.disagreeing(year([*year().facts, made_up]))
    assert said.startswith(f"{name} is no statement on 2020-21")


@pytest.mark.parametrize(
    "change", [{"low": 40}, {"high": 50}, {"where": {"sex": ["F"], "crime_type": ["DA"]}}]
)
def test_a_fact_that_is_altered_is_named_with_both(change: dict[str, Any]) -> None:
    altered = [replace(fact, **change) if fact.name == "E037" else fact for fact in year().facts]
    (said,) = published_facts.disagreeing(year(altered))
    assert said.startswith("E037 in 2020-21: the manifest says")
    assert said.endswith("the ledger 45 to 45 for crime_type DA, sex M")


def test_the_order_in_which_codes_are_listed_does_not_matter() -> None:
    turned = [
        replace(fact, where=dict(reversed(list(fact.where.items())))) for fact in year().facts
    ]
    assert list(published_facts.disagreeing(year(turned))) == []
