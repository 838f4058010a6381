"""An additive release: every number is a sum of its finest cells, and no word claims more than the sums can carry."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.cards import bars as cards_bars
from referrals.cards import by_quarter
from referrals.cards import card as card_module
from referrals.cards.card import Card
from referrals.cards.charts import bars as bar_charts
from referrals.cards.exports import text as exports
from referrals.cards.html import sources
from referrals.cards.wording import rounded, transcribed
from referrals.frames import records
from referrals.paths import RELEASES
from referrals.query import answer as answers_module
from referrals.query.answer import Answer
from referrals.query.selection import SHARE, Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.release import Release, open_release
from tests.fixtures import rounded_release
from tests.fixtures.examples import examples

FINEST = rounded_release.finest_cells()
PERIODS = {
    one["code"]: (one["members"] or one["code"]).split() for one in rounded_release.period_codes()
}
BASE = "https://figures.example"

selections = st.builds(
    Selection,
    **{name: st.sampled_from([TOTAL, *codes]) for name, codes in rounded_release.CODES.items()},
    period=st.sampled_from(["", *PERIODS]),
    measure=st.sampled_from(["number", SHARE]),
    release=st.just("illustrative"),
)
dimensions = st.sampled_from(DIMENSIONS)
paged = st.sampled_from(list(card_module.PATHS))
few = settings(max_examples=examples(25))  # each asks many questions, or makes a card


def by_hand(selection: Selection, **more: str) -> int:
    """The sum of the finest cells of a selection, added up without the database."""
    kept = FINEST[FINEST["period"].isin(PERIODS[selection.period or rounded_release.YEARS[0]])]
    for name, code in (selection.codes() | more).items():
        kept = kept if code == TOTAL else kept[kept[name] == code]
    return int(kept["value"].sum())


def fixed(selection: Selection) -> int:
    """How many dimensions a selection fixes, a quarter being one and a year none."""
    return len(selection.chosen()) + ("Q" in selection.period)


def announced(value: int, order: int) -> tuple[int, int]:
    """What a sum of this order could have been, worked out from the rule in words."""
    if order == len(DIMENSIONS) + 1:
        return {0: (0, 4), 5: (1, 5), 6: (1, 6), 7: (1, 7)}.get(value, (value, value))
    error = rounded_release.MAX_ERRORS[order]
    return max(0, value - error), value + error


@few
@given(dimensions, selections)
def test_every_number_is_the_sum_of_its_finest_cells(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = answers_module.answer(invented, dimension, selection)
    asked = selection.choosing(dimension, TOTAL)
    assert answer.total["value"] == by_hand(asked) == answer.rows["value"].sum()
    assert list(answer.rows["code"]) == list(rounded_release.CODES[dimension]), (
        "every code is shown, not recorded too"
    )
    for row in records(answer.rows):
        assert row["value"] == by_hand(asked, **{dimension: row["code"]})


@given(dimensions, selections)
def test_a_number_is_exact_or_carries_the_range_that_is_announced_for_it(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = answers_module.answer(invented, dimension, selection)
    asked = selection.choosing(dimension, TOTAL)
    for row, order in [
        (answer.total, fixed(asked)),
        *((row, fixed(asked) + 1) for row in records(answer.rows)),
    ]:
        assert (row["lower"], row["upper"]) == announced(row["value"], order)
        assert row["status"] == ("" if row["lower"] == row["upper"] else "e")


@pytest.mark.parametrize(
    ("value", "possible"),
    [(0, (0, 4)), (5, (1, 5)), (6, (1, 6)), (7, (1, 7)), (8, (8, 8)), (12, (12, 12))],
)
def test_a_finest_cell_carries_what_the_rule_says(
    tmp_path: Path, value: int, possible: tuple[int, int]
) -> None:
    one = FINEST.iloc[[0]].assign(value=value)
    release = open_with(tmp_path, one if value else one.assign(value=8, outcome="_NK", sex="_NK"))
    cell = {name: str(one.iloc[0][name]) for name in DIMENSIONS}
    answer = answers_module.answer(
        release, "outcome", Selection(**cell, period=str(one.iloc[0]["period"]))
    )
    row = next(row for row in records(answer.rows) if row["code"] == cell["outcome"])
    assert (row["value"], row["lower"], row["upper"]) == (value, *possible)


def test_years_and_one_choice_are_exact_and_a_quarter_counts_as_a_choice(invented: Release) -> None:
    assert set(answers_module.answer(invented, "nationality", Selection()).rows["status"]) == {""}
    within = answers_module.answer(invented, "nationality", Selection(period="2020-Q2"))
    assert within.total["status"] == ""
    assert set(within.rows["status"]) == {"e"}


@pytest.fixture(scope="module")
def shipped() -> Release:
    return open_release(RELEASES / "illustrative")


def test_what_a_published_fact_makes_exact_is_shown_without_a_range(shipped: Release) -> None:
    within = answers_module.answer(
        shipped, "nationality", Selection(sex="F", crime_type="DA", period="2020-21")
    )
    assert (
        within.total["value"],
        within.total["lower"],
        within.total["upper"],
        within.total["status"],
    ) == (147, 147, 147, "")


@few
@given(st.randoms(use_true_random=False))
def test_the_dashboard_says_of_a_cell_what_the_file_of_cells_says(
    shipped: Release, chance: Random
) -> None:
    listed = pd.read_csv(RELEASES / "illustrative" / "cells.csv", keep_default_na=False)
    row = listed.iloc[chance.randrange(len(listed))]
    asked = Selection(**{name: row[name] for name in DIMENSIONS}, period=row["period"])
    dimension = chance.choice(DIMENSIONS)
    answer = answers_module.answer(shipped, dimension, asked)
    shown = [answer.total, *records(answer.rows)]
    found = next(one for one in shown if one["code"] == row[dimension])
    assert [found[name] for name in ("value", "lower", "upper", "status")] == list(
        row[["value", "lower", "upper", "status"]]
    )


@few
@given(selections)
def test_quarters_add_up_to_their_years(invented: Release, selection: Selection) -> None:
    frame = answers_module.quarters(invented, selection)
    assert list(frame["code"]) == [code for code in PERIODS if "Q" in code]
    for year in rounded_release.YEARS:
        inside = frame[frame["code"].isin(PERIODS[year])]
        assert inside["value"].sum() == by_hand(replace(selection, period=year))


def test_every_other_dimension_and_every_period_is_offered(invented: Release) -> None:
    offer = answers_module.offer(invented, "sex")
    assert list(offer) == ["period", "nationality", "age_band", "crime_type", "outcome"]
    assert offer["period"] == list(PERIODS)
    assert {name: tuple(codes) for name, codes in offer.items() if name != "period"} == {
        name: codes for name, codes in rounded_release.CODES.items() if name != "sex"
    }


# In words


@few
@given(paged, selections)
def test_a_finding_is_a_sentence_that_says_illustrative_first_and_never_names_the_assessment(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = answers_module.answer(invented, dimension, selection)
    card = card_module.of_dimension(invented, answer)
    said = " ".join([card.finding, card.title, card.unit, card.alternative, *card.notes])
    assert card.finding.startswith("Illustrative: ")
    assert card.finding.endswith(".")
    assert card.alternative.startswith(card.finding)
    assert not re.search(r"nan|None|  |\.\.|_|assessment|printed", said), said


@given(dimensions, selections)
def test_a_group_is_the_largest_only_where_no_other_could_be(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = answers_module.answer(invented, dimension, selection)
    finding = rounded.finding(answer)
    named = sorted(
        (row for row in records(answer.rows) if row["kind"] == "category"),
        key=lambda row: -row["value"],
    )
    first, *others = named
    if " the largest" in finding and "No one group" not in finding:
        assert finding.startswith(f"Illustrative: {first['label']}")
        assert first["lower"] > max(other["upper"] for other in others)
        assert first["value"] >= SMALLEST_SHARE_BASE
        if "largest group" in finding:
            assert first["lower"] > max(
                row["upper"] for row in records(answer.rows) if row["code"] != first["code"]
            )


@few
@given(paged, selections)
def test_fewer_than_25_are_not_ranked_and_have_no_share_in_words(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = answers_module.answer(invented, dimension, selection.choosing("measure", SHARE))
    card = card_module.of_dimension(invented, answer)
    if answer.total["value"] >= SMALLEST_SHARE_BASE:
        assert set(card.data["share_status"]) == {""}
        return
    assert "largest" not in card.finding
    assert "%" not in card.finding + card.alternative
    assert {bar.shown for bar in card.bars} == {transcribed.TOO_FEW}
    assert set(card.data["share_status"]) == ({"u"} if answer.total["value"] else {""})


def test_nothing_at_all_says_what_zero_can_mean(invented: Release) -> None:
    empty = planted({"A": (0, 0, 8), "B": (0, 0, 8)}, total=(0, 0, 8))
    assert (
        rounded.finding(empty) == "No referrals are counted in this selection; 0 can mean 0 to 8."
    )
    assert (
        rounded.finding(planted({"A": (0, 0, 0)}, total=(0, 0, 0)))
        == "No referrals are counted in this selection."
    )
    assert by_quarter.card(invented, nothing(invented)).finding.startswith(
        "Illustrative: No referrals are counted in any of the 16"
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"A": (60, 52, 68), "B": (40, 32, 48)}, "A was the largest group, with 60 of 100 victim referrals (60%)."),
        ({"A": (60, 52, 68), "B": (50, 42, 58)}, "No one group is plainly the largest among 110 victim referrals."),
        ({"A": (60, 60, 60), "B": (60, 60, 60)}, "No one group is plainly the largest among 120 victim referrals."),
        ({"A": (60, 60, 60), "_NK": (90, 90, 90)}, "A was the largest named group, with 60 of 150 victim referrals (40%)."),
        ({"A": (20, 20, 20), "B": (5, 5, 5)}, "No one group is plainly the largest among 25 victim referrals."),
        ({"A": (12, 12, 12), "B": (5, 5, 5)}, f"There are 17 victim referrals: {rounded.TOO_FEW}, or to compare by crime type."),
    ],
)  # fmt: skip
def test_a_finding_says_what_the_sums_say(rows: dict[str, tuple[int, int, int]], said: str) -> None:
    assert rounded.finding(planted(rows)) == said


@pytest.mark.parametrize(
    ("chosen", "title"),
    [
        (
            {"nationality": "_NK", "crime_type": "_NK"},
            "Victim referrals with nationality and crime type not recorded by sex",
        ),
        ({"nationality": "_OTH"}, "Victim referrals from all other nationalities by sex"),
        (
            {"age_band": "_NK", "crime_type": "DA"},
            "Domestic abuse referrals with age not recorded by sex",
        ),
        (
            {"outcome": "ICE"},
            "Victim referrals with the outcome “passed to an enforcement team” by sex",
        ),
        (
            {"outcome": "_NK", "age_band": "60+"},
            "Victim referrals aged 60 and over with outcome not recorded by sex",
        ),
    ],
)
def test_any_selection_has_a_title_in_words(
    invented: Release, chosen: dict[str, str], title: str
) -> None:
    assert (
        transcribed.title(answers_module.answer(invented, "sex", Selection(**chosen)))
        == f"Illustrative: {title}"
    )


# What leaves the page


@pytest.fixture(scope="module")
def made(invented: Release) -> list[Card]:
    """A card of a dimension and one of quarters, for a choice with adjusted numbers."""
    answer = answers_module.answer(
        invented, "sex", Selection(nationality="VNM", crime_type="MS", release="illustrative")
    )
    return [card_module.of_dimension(invented, answer), by_quarter.card(invented, answer)]


def test_everything_that_leaves_the_page_says_illustrative_and_the_rule(made: list[Card]) -> None:
    for card in made:
        picture, text = exports.picture(card, BASE), exports.text(card, BASE)
        assert picture.count(f">{'Illustrative'}</text>") >= 1, "the watermark"
        assert "illustrative" in card.file_name
        assert "Illustrative" in exports.citation(card, BASE)
        assert "0 can mean 0 to 4" in text
        assert "0 can mean 0 to 4" in " ".join(re.findall(r">([^<]+)</t", picture)), (
            "over the lines that it is broken into"
        )
        assert "release=illustrative" in card.link
        for row in exports.csv(card, BASE).splitlines()[1:]:
            assert "Illustrative: " in row
            assert ",illustrative," in row


def test_a_file_name_says_the_release_and_the_status_once(made: list[Card]) -> None:
    assert made[0].file_name == "victim-referrals-illustrative-sex-vnm-ms"
    assert made[1].file_name == "victim-referrals-illustrative-quarters-of-sex-vnm-ms"


def test_a_published_picture_has_no_watermark(release: Release) -> None:
    card = card_module.of_dimension(release, answers_module.answer(release, "sex", Selection()))
    assert "llustrative" not in exports.picture(card, BASE) + exports.csv(
        card, BASE
    ) + exports.text(card, BASE)


def test_every_chart_of_invented_figures_has_the_word_across_it(made: list[Card]) -> None:
    for card in made:
        assert card.draw is not None
        words = [one["text"] for one in card.draw(bar_charts.DARK)["layout"]["annotations"]]
        assert "Illustrative" in words


def test_a_sum_is_solid_to_its_number_and_a_line_says_what_it_could_have_been(
    invented: Release,
) -> None:
    answer = answers_module.answer(invented, "sex", Selection(nationality="VNM"))
    for row, mark in zip(records(answer.rows), records(cards_bars.marks(answer)), strict=True):
        said = f"{row['value']:,} ({row['lower']:,} to {row['upper']:,})"
        assert (mark["sure"], mark["low"], mark["to"], mark["text"]) == (
            row["value"],
            row["lower"],
            row["upper"],
            said,
        )


def test_a_share_of_a_sum_has_a_line_for_what_it_could_be_if_both_numbers_were_off(
    invented: Release,
) -> None:
    answer = answers_module.answer(
        invented, "sex", Selection(nationality="VNM", age_band="20-29", measure=SHARE)
    )
    total = answer.total
    assert total["lower"] < total["value"] < total["upper"]
    for row, mark in zip(records(answer.rows), records(cards_bars.marks(answer)), strict=True):
        assert mark["sure"] == pytest.approx(100 * row["value"] / total["value"])
        assert mark["low"] == pytest.approx(100 * row["lower"] / total["upper"])
        assert mark["to"] == pytest.approx(min(100 * row["upper"] / total["lower"], 100))


@few
@given(paged, selections)
def test_the_shares_in_a_file_are_bounded_by_what_both_numbers_could_be(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = answers_module.answer(invented, dimension, selection)
    data = card_module.of_dimension(invented, answer).data
    assert answer.total["value"] == 0 or list(data["share"]) == [
        round(row["value"] / answer.total["value"], 4) for row in records(answer.rows)
    ]
    for row in records(data):
        if row["share"] is not None:
            assert row["share_lower"] <= row["share"] <= row["share_upper"]
        if answer.total["status"] == row["status"] == "" and row["share"] is not None:
            assert row["share_lower"] == row["share"] == row["share_upper"]


def test_a_share_of_exact_numbers_has_no_line(invented: Release) -> None:
    drawn = cards_bars.marks(answers_module.answer(invented, "sex", Selection(measure=SHARE)))
    assert drawn["low"].isna().all()
    assert list(drawn["to"]) == list(drawn["sure"])


def test_the_lines_of_columns_reach_from_the_least_to_the_most(
    made: list[Card], invented: Release
) -> None:
    frame = answers_module.quarters(invented, Selection(nationality="VNM", crime_type="MS"))
    assert made[1].draw is not None
    (bars,) = made[1].draw(bar_charts.LIGHT)["data"]
    assert bars["y"] == list(frame["value"])
    assert bars["error_y"]["array"] == list(frame["upper"] - frame["value"])
    assert bars["error_y"]["arrayminus"] == list(frame["value"] - frame["lower"])


def test_the_table_gives_each_adjusted_number_its_range(made: list[Card]) -> None:
    for card in made:
        data = card.data[card.data["status"] == "e"]
        assert len(data) > 0
        for row in records(data):
            assert f"<bdi>{row['lower']} to {row['upper']}</bdi>" in card.table


def test_the_source_line_names_the_release_itself(made: list[Card]) -> None:
    assert [cards_source(card) for card in made] == [
        "Source: Illustrative series, invented figures."
    ] * 2


def cards_source(card: Card) -> str:
    return re.sub(r"<[^>]+>", "", sources.html(card))


def open_with(folder: Path, finest: pd.DataFrame) -> Release:
    """A release with these finest cells, open."""
    return open_release(rounded_release.write(folder, finest=finest))


def nothing(invented: Release) -> Answer:
    """The answer of a selection in which the fixture counts nobody in any quarter."""
    rare = Selection(nationality="_NK", age_band="60+", crime_type="_NK", outcome="_NK")
    return answers_module.answer(invented, "sex", rare)


def planted(
    rows: dict[str, tuple[int, int, int]], total: tuple[int, int, int] | None = None
) -> Answer:
    """An answer by crime type with one row for each label: value, least and most."""
    counted = sum(value for value, _, _ in rows.values())
    whole = dict(zip(("value", "lower", "upper"), total or (counted,) * 3, strict=True)) | {
        "status": ""
    }
    frame = pd.DataFrame(
        [
            {
                "code": label, "label": label, "kind": "special" if label.startswith("_") else "category", "value": value,
                "lower": low, "upper": high, "shown": str(value), "share_lower": value / (counted or 1), "status": "",
            }
            for label, (value, low, high) in rows.items()
        ]
    )  # fmt: skip
    return Answer("crime_type", Selection(), frame, whole, None, (), {}, is_additive=True)
