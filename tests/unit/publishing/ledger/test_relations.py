"""Relations between published figures: their conclusions, which change with a figure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.errors import LedgerError
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.explanations import (
    arguments_of,
    explanations,
    rounds_to,
    sum_of_counts,
)
from referrals.publishing.ledger.relations import Arithmetic, Conclusion
from referrals.publishing.ledger.statements import Ledger
from referrals.reference.table_schema import Row

TOTALS = ("E002", "E004", "E006", "E007", "E008")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


def changed(ledger: Ledger, **values: str) -> Ledger:
    """Return the ledger with other values of some statements."""
    planted = {
        statement_id: replace(ledger.statements[statement_id], value=value)
        for statement_id, value in values.items()
    }
    return replace(ledger, statements={**ledger.statements, **planted})


def conclusion(ledger: Ledger, relation_id: str) -> Conclusion:
    relations = {row["relation_id"]: row for row in ledger.relations}
    return Arithmetic(ledger).conclude(relations[relation_id])


@pytest.mark.parametrize(
    ("relation_id", "result", "numbers"),
    [
        ("R01", "gap", ["706 + 425 + 194 = 1,325", "1,336", "11 are missing"]),
        ("R02", "consistent", ["1,336 ÷ 126,453 = 1.06%", "1.1%"]),
        ("R03", "consistent", ["514 ÷ 1,336 = 38.47%", "38%"]),
        ("R04", "consistent", ["706 ÷ 1,131 = 62.42%", "62%"]),
        ("R05", "consistent", ["425 ÷ 1,131 = 37.58%", "38%"]),
        ("R06", "gap", ["45 ÷ 192 = 23.4%", "“a fifth” is 20.0%", "a quarter (25.0%) is nearer"]),
        (
            "R07",
            "gap",
            ["147 ÷ 192 = 76.6%", "“four fifths” is 80.0%", "three quarters (75.0%) is nearer"],
        ),
        ("R08", "consistent", ["447 ÷ 657 = 68.0%", "“two thirds” is 66.7%"]),
        ("R09", "consistent", ["210 ÷ 657 = 32.0%", "“one third” is 33.3%"]),
        (
            "R10",
            "ambiguous",
            [
                "1,336 referrals (section 2.1)",
                "1,336 people (section 2.2)",
                "1,336 people (section 3.8.2)",
            ],
        ),
        (
            "R11",
            "bound",
            [
                "= 822",
                "92 other nationalities",
                "9 to 109",
                "At least 11 of the 92 have 9 referrals or fewer",
            ],
        ),
        ("R12", "bound", ["126,453 − 1,336 = 125,117"]),
        (
            "R13",
            "consistent",
            [
                "Cutting off fits 3 of 5",
                "rounding up fits 2 of 5",
                "rounding to the nearest fits 5 of 5",
            ],
        ),
        (
            "R14",
            "consistent",
            ["6 are named: Nigeria, China, Albania, Pakistan, India, Bangladesh."],
        ),
        ("R15", "ambiguous", ["3,391 + 7,224 = 10,615", "12 short of 10,627"]),
        ("R16", "consistent", ["3,391 ÷ 10,627 = 31.9%", "“one-third” is 33.3%"]),
        ("R17", "consistent", ["7,224 ÷ 10,627 = 68.0%", "“two-thirds” is 66.7%"]),
        ("R18", "gap", ["10,611 (3 March 2022)", "10,606 (7 March 2024)"]),
        ("R19", "gap", ["12,127 ÷ 22%", "53,898 to 56,404", "24,821", "2,990"]),
        ("R20", "consistent", ["2,990 ÷ 24,821 = 12.05%", "12%"]),
    ],
)
def test_each_relation_has_the_conclusion_of_the_published_checks(
    ledger: Ledger, relation_id: str, result: str, numbers: list[str]
) -> None:
    concluded = conclusion(ledger, relation_id)
    assert concluded.result == result
    assert [number for number in numbers if number not in concluded.working] == []


def test_there_are_twenty_relations_in_order(ledger: Ledger) -> None:
    assert [relation["relation_id"] for relation in ledger.relations] == [
        f"R{number:02}" for number in range(1, 21)
    ]


def test_only_the_sexes_and_the_total_have_explanations(ledger: Ledger) -> None:
    arithmetic = Arithmetic(ledger)
    explained = [
        relation["relation_id"]
        for relation in ledger.relations
        if arithmetic.conclude(relation).explanations
    ]
    assert explained == ["R01"]


@pytest.mark.parametrize(
    ("position", "text", "breaks"),
    [
        (0, "194 is a misprint for 205", []),
        (
            1,
            "11 more belong to a group that is not mentioned and is kept out of the percentages",
            [],
        ),
        (2, "so that they are of 1,142 recorded and not of 1,131", ["38%"]),
        (3, "counted when the total stood at 1,325", ["1.1%", "38%"]),
        (4, "706 is a misprint for 717", ["62%", "38%"]),
        (5, "425 is a misprint for 436", []),
    ],
)
def test_each_explanation_of_the_gap_lists_the_percentages_it_would_break(
    ledger: Ledger, position: int, text: str, breaks: list[str]
) -> None:
    explanation = conclusion(ledger, "R01").explanations[position]
    assert text in explanation.text
    assert [ledger.statements[name].printed for name in explanation.breaks] == breaks


def test_explanations_distinguish_the_two_printed_38_percents(
    ledger: Ledger,
) -> None:
    # 38% is printed of women (section 3.8.2) and of three nationalities (section 3.6.2).
    _, _, group, total, *_ = conclusion(ledger, "R01").explanations
    assert (group.breaks, total.breaks) == (("E035",), ("E003", "E023"))


def test_with_205_not_recorded_the_sexes_add_up_to_the_total(ledger: Ledger) -> None:
    concluded = conclusion(changed(ledger, E036="205"), "R01")
    assert (concluded.result, concluded.explanations) == ("consistent", ())
    assert "706 + 425 + 205 = 1,336" in concluded.working


def test_parts_above_the_total_are_too_many_and_need_no_further_group(ledger: Ledger) -> None:
    concluded = conclusion(changed(ledger, E036="300"), "R01")
    assert concluded.result == "gap"
    assert "95 too many" in concluded.working
    assert concluded.explanations[0].text == "300 is a misprint for 205."
    # A group that is not mentioned cannot have a count of -95.
    assert [one.text for one in concluded.explanations if "-" in one.text] == []


def rewritten(ledger: Ledger, statement_id: str, old: str, new: str) -> Ledger:
    statement = ledger.statements[statement_id]
    planted = replace(statement, quotation=statement.quotation.replace(old, new))
    return replace(ledger, statements={**ledger.statements, statement_id: planted})


def counted_as(ledger: Ledger, unit: str) -> Ledger:
    """Return the ledger with one unit in every statement of the total."""
    planted = {
        statement_id: replace(ledger.statements[statement_id], unit=unit) for statement_id in TOTALS
    }
    return replace(ledger, statements={**ledger.statements, **planted})


def without_later_values(ledger: Ledger) -> Ledger:
    return replace(
        ledger,
        context=tuple(row for row in ledger.context if row["value"] not in {"10611", "10606"}),
    )


Plant = Callable[[Ledger], Ledger]
PLANTS: list[tuple[str, Plant, str, str]] = [
    ("R01", lambda ledger: changed(ledger, E036="205"), "gap", "consistent"),
    ("R15", lambda ledger: changed(ledger, E049="3403"), "ambiguous", "consistent"),
    ("R02", lambda ledger: changed(ledger, E003="1.0"), "consistent", "gap"),
    ("R03", lambda ledger: changed(ledger, E024="238"), "consistent", "gap"),
    ("R04", lambda ledger: changed(ledger, E032="716"), "consistent", "gap"),
    ("R05", lambda ledger: changed(ledger, E035="37"), "consistent", "gap"),
    ("R20", lambda ledger: changed(ledger, E055="3103"), "consistent", "gap"),
    ("R06", lambda ledger: changed(ledger, E037="38"), "gap", "consistent"),
    ("R08", lambda ledger: changed(ledger, E042="600"), "consistent", "gap"),
    ("R10", lambda ledger: counted_as(ledger, "people"), "ambiguous", "consistent"),
    ("R10", lambda ledger: changed(ledger, E004="1337"), "ambiguous", "gap"),
    ("R10", lambda ledger: changed(counted_as(ledger, "people"), E004="1337"), "ambiguous", "gap"),
    ("R13", lambda ledger: changed(ledger, E034="63"), "consistent", "ambiguous"),
    ("R14", lambda ledger: rewritten(ledger, "E065", "Pakistan, ", ""), "consistent", "gap"),
    ("R14", lambda ledger: changed(ledger, E065="7"), "consistent", "gap"),
    ("R18", without_later_values, "gap", "consistent"),
    ("R19", lambda ledger: changed(ledger, E057="2000"), "gap", "consistent"),
]


@pytest.mark.parametrize(("relation_id", "plant", "before", "after"), PLANTS)
def test_a_planted_change_changes_the_result_of_a_relation(
    ledger: Ledger, relation_id: str, plant: Plant, before: str, after: str
) -> None:
    assert (
        conclusion(ledger, relation_id).result,
        conclusion(plant(ledger), relation_id).result,
    ) == (before, after)


def test_every_kind_of_relation_has_a_planted_change(ledger: Ledger) -> None:
    # `residual` and `next_largest` are always bounds: a test below changes their workings.
    kinds = {relation["relation_id"]: relation["kind"] for relation in ledger.relations}
    assert {kinds[relation_id] for relation_id, *_ in PLANTS} == set(kinds.values()) - {
        "residual",
        "next_largest",
    }


@pytest.mark.parametrize(
    ("male", "nearer"),
    [
        ("40", "a fifth"),
        ("51", "a quarter"),
        ("70", "one-third"),
        ("95", "2/5"),
        ("147", "a half"),
        ("220", "3/5"),
        ("294", "two-thirds"),
        ("440", "three quarters"),
        ("600", "four fifths"),
    ],
)
def test_words_are_right_only_if_no_simple_fraction_is_nearer(
    ledger: Ledger, male: str, nearer: str
) -> None:
    # 147 of the domestic abuse referrals are female, and the words for the males are "a fifth".
    concluded = conclusion(changed(ledger, E037=male), "R06")
    assert concluded.result == ("consistent" if nearer == "a fifth" else "gap")
    assert nearer == "a fifth" or f", and {nearer} (" in concluded.working


def test_a_share_rounds_to_a_percentage_from_its_lower_end_to_below_its_upper_end(
    ledger: Ledger,
) -> None:
    nine, tenths = ledger.statements["E041"], ledger.statements["E003"]
    assert [rounds_to(Fraction(part, 1000), nine) for part in (84, 85, 94, 95)] == [
        False,
        True,
        True,
        False,
    ]
    assert [rounds_to(Fraction(part, 10_000), tenths) for part in (104, 105, 114, 115)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("relation_id", "values", "working"),
    [
        ("R12", {"E001": "126454"}, "126,454 − 1,336 = 125,118"),
        ("R11", {"E026": "110"}, "= 821 referrals"),
        ("R11", {"E026": "110"}, "9 to 110"),
        ("R11", {"E022": "94"}, "over 91 other nationalities. So the fourth largest has 10 to 109"),
        # With 822 among 17, each could have 48: none need be small.
        ("R11", {"E022": "20"}, "At least 0 of the 17"),
    ],
)
def test_the_working_of_a_bound_changes_with_its_figures(
    ledger: Ledger, relation_id: str, values: dict[str, str], working: str
) -> None:
    assert working in conclusion(changed(ledger, **values), relation_id).working


@settings(deadline=None)
@given(
    largest=st.lists(st.integers(min_value=10, max_value=14), min_size=1, max_size=2),
    rest=st.lists(st.integers(min_value=1, max_value=12), min_size=2, max_size=3),
)
def test_the_next_largest_has_the_bounds_of_all_possible_shares(
    ledger: Ledger, largest: list[int], rest: list[int]
) -> None:
    smallest, others = min(largest), sum(rest)
    shares = itertools.product(range(1, smallest + 1), repeat=len(rest))
    possible = [share for share in shares if sum(share) == others]
    if not possible:  # one of the rest would be among the largest
        return
    ids = ("E024", "E025")[: len(largest)]
    planted = changed(
        ledger,
        E002=str(sum(largest) + others),
        E022=str(len(largest) + len(rest)),
        **{statement_id: str(value) for statement_id, value in zip(ids, largest, strict=True)},
    )
    relation = {
        "relation_id": "R99",
        "kind": "next_largest",
        "statements": f"whole=E002;parts={' '.join(ids)};categories=E022",
    }
    working = Arithmetic(planted).conclude(relation).working
    least, most = min(map(max, possible)), max(map(max, possible))
    few = min(sum(part < 10 for part in share) for share in possible)
    span = f"{least} to {most}" if most > least else str(least)
    assert f"the fourth largest has {span}:" in working
    assert f"At least {few} of the {len(rest)} have" in working


def test_a_value_of_an_earlier_date_does_not_supersede(ledger: Ledger) -> None:
    row = next(
        row for row in ledger.context if row["series_id"] == "nrm-years" and row["value"] == "10611"
    )
    earlier = {**row, "value": "10500", "vintage": "2020-04-02"}
    superseded = conclusion(replace(ledger, context=(earlier, *ledger.context)), "R18")
    assert "Before the assessment, the same total was printed as 10,500" in superseded.working
    assert conclusion(replace(ledger, context=(earlier,)), "R18").result == "consistent"


def test_a_sum_of_quarters_is_not_called_a_printing_of_the_total(ledger: Ledger) -> None:
    working = conclusion(ledger, "R18").working
    assert "printed later as 10,611 (3 March 2022)." in working
    assert "Later parts of it add up to 10,606 (7 March 2024): our sum, not printed." in working
    assert "printed as 10,616 (18 March 2021)" in working


BROKEN: Mapping[str, Row] = {
    "a statement that is not in the ledger": {
        "kind": "share",
        "statements": "parts=E999;whole=E001;printed=E003",
    },
    "an argument that the relation lacks": {
        "kind": "share",
        "statements": "parts=E002;whole=E001",
    },
    "an unknown kind": {"kind": "product", "statements": "parts=E002"},
    "a statement that is not a count": {"kind": "residual", "statements": "whole=E001;parts=E003"},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_relation_that_cannot_be_computed_is_refused(ledger: Ledger, broken: Row) -> None:
    with pytest.raises(LedgerError):
        Arithmetic(ledger).conclude({"relation_id": "R99", **broken})


def test_the_refusal_names_the_relation_and_the_missing_statement(ledger: Ledger) -> None:
    broken = BROKEN["a statement that is not in the ledger"]
    with pytest.raises(
        LedgerError,
        match=r"^relations\.csv R99 needs 'E999', which statements\.csv does not have\.$",
    ):
        Arithmetic(ledger).conclude({"relation_id": "R99", **broken})


def test_the_arguments_of_a_relation_are_ids_by_argument_name() -> None:
    relation = {"statements": "parts=E032 E033 E036;whole=E002;"}
    assert arguments_of(relation) == {"parts": "E032 E033 E036", "whole": "E002"}
    assert arguments_of({"statements": ""}) == {}


def test_only_counts_can_be_added(ledger: Ledger) -> None:
    assert sum_of_counts([ledger.statements["E032"], ledger.statements["E033"]]) == 1131
    with pytest.raises(LedgerError, match="E034 is used as a count"):
        sum_of_counts([ledger.statements["E032"], ledger.statements["E034"]])


def test_a_total_without_a_remainder_has_no_explanation_by_one(ledger: Ledger) -> None:
    parts = [
        replace(ledger.statements[name], is_remainder=False) for name in ("E032", "E033", "E036")
    ]
    assert "194 is a misprint" not in explanations(ledger, parts, 1336)[0].text
