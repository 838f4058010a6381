"""Published facts: a manifest that omits, invents or alters one disagrees with the ledger."""

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
"""The printed counts by sex and crime type: E037, E038, E042 and E043."""

REST = {("_NK", "DA"): 19, ("_NK", "MS"): 125, ("F", "OTH"): 343}


def cells(**changed: int) -> dict[Codes, int]:
    values = {"__".join(codes): value for codes, value in {**PRINTED, **REST}.items()} | changed
    return {
        ("2020-Q2", "VNM", "20-29", *name.rsplit("__", 1), "NFA"): value
        for name, value in values.items()
    }


def year(facts: Sequence[Fact] | None = None, *, name: str = YEAR, **changed: int) -> Year:
    """Return a year with the printed counts, some changed; it lists `facts`, or those matching."""
    made = Year(name, CATEGORIES, cells(**changed), ())
    return replace(made, facts=published_facts.matching(made) if facts is None else facts)


def named(facts: Sequence[Fact]) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts}


def test_the_printed_counts_of_two_dimensions_are_facts() -> None:
    matching = named(year().facts)
    assert {name: (fact.low, fact.high) for name, fact in matching.items() if fact.is_exact} == {
        "E037": (45, 45), "E038": (147, 147), "E042": (447, 447), "E043": (210, 210),
    }  # fmt: skip
    assert matching["E037"].where == {"sex": ["M"], "crime_type": ["DA"]}


def test_a_printed_percentage_is_the_range_that_rounds_to_it() -> None:
    # "Gender was not recorded in 9% of cases" of domestic abuse, which are 211 here.
    fact = named(year().facts)["E041"]
    assert [count for count in range(212) if round(100 * count / 211) == 9] == list(
        range(fact.low, fact.high + 1)
    )


def test_a_statement_on_codes_that_the_release_groups_is_left_out() -> None:
    assert "E027" not in named(list(published_facts.facts(year())))


def test_a_statement_that_the_cells_contradict_is_a_fact_but_does_not_match() -> None:
    assert "E037" not in named(year(M__DA=46).facts)
    assert "E037" in named(list(published_facts.facts(year(M__DA=46))))


def test_a_year_without_printed_figures_has_no_facts() -> None:
    assert list(published_facts.facts(year(name="2021-22"))) == []


def test_a_manifest_with_the_facts_of_the_ledger_has_no_faults() -> None:
    assert list(published_facts.manifest_faults(year())) == []


def test_a_matching_fact_that_the_manifest_omits_is_named() -> None:
    listed = [fact for fact in year().facts if fact.name != "E037"]
    (fault,) = published_facts.manifest_faults(year(listed))
    assert fault == (
        "E037 in 2020-21 is published and agrees with the release, "
        "but the manifest does not list it"
    )


def test_a_fact_that_the_cells_contradict_may_be_omitted() -> None:
    assert list(published_facts.manifest_faults(year(M__DA=46))) == []


@pytest.mark.parametrize(
    "name",
    ["E999", "E032", "E027"],
    ids=["made up", "of one dimension", "of codes that are grouped"],
)
def test_a_fact_that_the_ledger_does_not_have_is_named(name: str) -> None:
    made_up = Fact(name, YEAR, {"sex": ["M"], "crime_type": ["OTH"]}, 0, 900)
    (fault,) = published_facts.manifest_faults(year([*year().facts, made_up]))
    assert fault.startswith(f"{name} is not a statement on 2020-21")


@pytest.mark.parametrize(
    "change", [{"low": 40}, {"high": 50}, {"where": {"sex": ["F"], "crime_type": ["DA"]}}]
)
def test_an_altered_fact_is_named_with_both_versions(change: dict[str, Any]) -> None:
    altered = [replace(fact, **change) if fact.name == "E037" else fact for fact in year().facts]
    (fault,) = published_facts.manifest_faults(year(altered))
    assert fault.startswith("E037 in 2020-21: the manifest says")
    assert fault.endswith("the ledger 45 to 45 for crime_type DA, sex M")


def test_the_order_of_codes_does_not_matter() -> None:
    reordered = [
        replace(fact, where=dict(reversed(list(fact.where.items())))) for fact in year().facts
    ]
    assert list(published_facts.manifest_faults(year(reordered))) == []
