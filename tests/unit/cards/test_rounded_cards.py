"""Cards of a rounded release: words and exports claim no more than its sums can support."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.cards import bars as cards_bars
from referrals.cards import by_dimension, by_quarter
from referrals.cards.card import PATHS, Card
from referrals.cards.charts import base as charts
from referrals.cards.exports import csv as csv_export
from referrals.cards.exports import svg
from referrals.cards.exports import text as text_export
from referrals.cards.html import sources
from referrals.cards.wording import captions
from referrals.cards.wording.rounded import Rounded
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation, Share
from referrals.query.selection import SHARE, Selection
from referrals.reference.codelists import TOTAL
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.release import EXAMPLE, MARKS, Kind, Release
from tests.fixtures.rounded_questions import dimensions, few, selections

BASE = "https://figures.example"

paged = st.sampled_from(list(PATHS))


# In words


@few
@given(paged, selections)
def test_a_finding_begins_with_example_and_never_names_the_assessment(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    card = by_dimension.card(invented, answer)
    texts = " ".join([card.finding, card.title, card.unit, card.alternative, *card.notes])
    assert card.finding.startswith("Worked example: ")
    assert card.finding.endswith(".")
    assert card.alternative.startswith(card.finding)
    assert not re.search(r"nan|None|  |\.\.|_|assessment|printed", texts), texts


@given(dimensions, selections)
def test_a_group_is_the_largest_only_if_no_other_could_be(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    finding = Rounded().finding(answer)
    if " the largest" not in finding or "No one group" in finding:
        return
    named = [observation for observation in answer.observations if observation.kind == "category"]
    first, *others = sorted(named, key=lambda observation: -(observation.value or 0))
    assert finding.startswith(f"Worked example: {first.label}")
    lower, _ = first.bounds
    assert lower > max(other.bounds[1] for other in others)
    assert (first.value or 0) >= SMALLEST_SHARE_BASE
    if "largest group" in finding:
        rest = [
            observation.bounds[1]
            for observation in answer.observations
            if observation.code != first.code
        ]
        assert lower > max(rest)


@few
@given(paged, selections)
def test_fewer_than_25_are_not_ranked_and_have_no_share_in_words(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection.choosing("measure", SHARE))
    card = by_dimension.card(invented, answer)
    if (answer.total.value or 0) >= SMALLEST_SHARE_BASE:
        assert {row["share_status"] for row in card.data} == {""}
        return
    assert "largest" not in card.finding
    assert "%" not in card.finding + card.alternative
    assert {bar.shown for bar in card.bars} == {"too few"}
    letters = {"u"} if answer.total.value else {""}
    assert {row["share_status"] for row in card.data} == letters


def test_an_empty_finding_explains_its_zeros(invented: Release) -> None:
    empty = planted({"A": (0, 0, 8), "B": (0, 0, 8)}, total=(0, 0, 8))
    assert (
        Rounded().finding(empty) == "No referrals are counted in this selection; 0 can mean 0 to 8."
    )
    assert (
        Rounded().finding(planted({"A": (0, 0, 0)}, total=(0, 0, 0)))
        == "No referrals are counted in this selection."
    )
    assert by_quarter.card(invented, nothing(invented)).finding.startswith(
        "Worked example: No referrals are counted in any of the 16"
    )


NO_LARGEST = "No one group is plainly the largest among"


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        (
            {"A": (60, 52, 68), "B": (40, 32, 48)},
            "A was the largest group, with 60 of 100 victim referrals (60%).",
        ),
        ({"A": (60, 52, 68), "B": (50, 42, 58)}, f"{NO_LARGEST} 110 victim referrals."),
        ({"A": (60, 60, 60), "B": (60, 60, 60)}, f"{NO_LARGEST} 120 victim referrals."),
        (
            {"A": (60, 60, 60), "_NK": (90, 90, 90)},
            "A was the largest named group, with 60 of 150 victim referrals (40%).",
        ),
        ({"A": (20, 20, 20), "B": (5, 5, 5)}, f"{NO_LARGEST} 25 victim referrals."),
        (
            {"A": (12, 12, 12), "B": (5, 5, 5)},
            (
                "There are 17 victim referrals: too few to give a share reliably, "
                "or to compare by crime type."
            ),
        ),
    ],
)
def test_a_finding_agrees_with_the_sums(
    rows: dict[str, tuple[int, int, int]], finding: str
) -> None:
    assert Rounded().finding(planted(rows)) == finding


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
        captions.title(kinds.of(invented).answer("sex", Selection(**chosen)))
        == f"Worked example: {title}"
    )


# What leaves the page


@pytest.fixture(scope="module")
def made(invented: Release) -> list[Card]:
    """A card of a dimension and one of quarters, for a choice with adjusted numbers."""
    answer = kinds.of(invented).answer(
        "sex", Selection(nationality="XAA", crime_type="MS", release="example")
    )
    return [by_dimension.card(invented, answer), by_quarter.card(invented, answer)]


def test_every_export_states_its_mark_and_the_rounding_rule(made: list[Card]) -> None:
    for card in made:
        picture, text = svg.write(card, BASE), text_export.write(card, BASE)
        assert ">Worked example</text>" in picture, "the watermark"
        assert MARKS[EXAMPLE] in text
        assert f">{MARKS[EXAMPLE]}</text>" in picture
        assert "example" in card.file_name
        assert "Worked example" in text_export.citation(card, BASE)
        assert "0 can mean 0 to 4" in text
        assert "0 can mean 0 to 4" in " ".join(re.findall(r">([^<]+)</t", picture)), (
            "over the lines that it is broken into"
        )
        assert "release=example" in card.link
        for row in csv_export.write(card, BASE).splitlines()[1:]:
            assert MARKS[EXAMPLE] in row
            assert ",example," in row


def test_a_file_name_has_release_and_status_once(made: list[Card]) -> None:
    assert made[0].file_name == "victim-referrals-example-sex-xaa-ms"
    assert made[1].file_name == "victim-referrals-example-quarters-of-sex-xaa-ms"


def test_a_published_picture_has_no_watermark(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("sex", Selection()))
    assert "orked example" not in svg.write(card, BASE) + csv_export.write(
        card, BASE
    ) + text_export.write(card, BASE)


def test_every_chart_of_invented_figures_has_the_word_across_it(made: list[Card]) -> None:
    for card in made:
        assert card.draw is not None
        words = [
            annotation["text"] for annotation in card.draw(charts.DARK)["layout"]["annotations"]
        ]
        assert "Worked example" in words


def test_a_bar_of_a_sum_is_solid_to_its_number_and_has_a_line_for_its_range(
    invented: Release,
) -> None:
    answer = kinds.of(invented).answer("sex", Selection(nationality="XAA"))
    for row, bar in zip(answer.observations, cards_bars.bars(answer), strict=True):
        shown = f"{row.value:,} ({row.lower:,} to {row.upper:,})"
        expected = (row.value, row.lower, row.upper, shown)
        assert (bar.solid, bar.lower, bar.upper, bar.shown) == expected


def test_a_share_of_a_sum_has_a_line_for_errors_in_both_numbers(
    invented: Release,
) -> None:
    answer = kinds.of(invented).answer(
        "sex", Selection(nationality="XAA", age_band="20-29", measure=SHARE)
    )
    value, (least, most) = answer.total.value, answer.total.bounds
    assert value is not None
    assert least < value < most
    for row, bar in zip(answer.observations, cards_bars.bars(answer), strict=True):
        lower, upper = row.bounds
        assert bar.solid == pytest.approx(100 * (row.value or 0) / value)
        assert bar.lower == pytest.approx(100 * lower / most)
        assert bar.upper == pytest.approx(min(100 * upper / least, 100))


@few
@given(paged, selections)
def test_the_shares_in_a_file_are_bounded_by_errors_in_both_numbers(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    data = by_dimension.card(invented, answer).data
    total = answer.total.value
    for observation, row in zip(answer.observations, data, strict=True):
        low, share, high = (row[name] for name in ("share_lower", "share", "share_upper"))
        if not total:
            assert (low, share, high) == (None, None, None)
            continue
        assert share == round((observation.value or 0) / total, 4)
        assert [low, share, high] == sorted([low, share, high], key=lambda part: float(str(part)))
        if answer.total.status == observation.status == "":
            assert low == share == high


def test_a_share_of_exact_numbers_has_no_line(invented: Release) -> None:
    drawn = cards_bars.bars(kinds.of(invented).answer("sex", Selection(measure=SHARE)))
    assert {bar.lower for bar in drawn} == {None}
    assert [bar.upper for bar in drawn] == [bar.solid for bar in drawn]


def test_the_lines_of_columns_reach_from_the_least_to_the_most(
    made: list[Card], invented: Release
) -> None:
    quarters = kinds.of(invented).quarters(Selection(nationality="XAA", crime_type="MS"))
    ranges = [(quarter.value or 0, *quarter.bounds) for quarter in quarters]
    assert made[1].draw is not None
    (bars,) = made[1].draw(charts.LIGHT)["data"]
    assert bars["y"] == [value for value, _, _ in ranges]
    assert bars["error_y"]["array"] == [upper - value for value, _, upper in ranges]
    assert bars["error_y"]["arrayminus"] == [value - lower for value, lower, _ in ranges]


def test_the_table_gives_each_adjusted_number_its_range(made: list[Card]) -> None:
    for card in made:
        rounded_rows = [row for row in card.data if row["status"] == "e"]
        assert rounded_rows
        for row in rounded_rows:
            assert f"<bdi>{row['lower']} to {row['upper']}</bdi>" in card.table


def test_the_source_line_names_the_release_itself(made: list[Card]) -> None:
    assert [cards_source(card) for card in made] == [
        "Source: Worked example: invented figures, do not quote."
    ] * 2


def cards_source(card: Card) -> str:
    return re.sub(r"<[^>]+>", "", sources.html(card))


def nothing(invented: Release) -> Answer:
    """The answer of a selection in which the fixture counts nobody in any quarter."""
    rare = Selection(nationality="_NK", age_band="60+", crime_type="_NK", outcome="_NK")
    return kinds.of(invented).answer("sex", rare)


def planted(
    rows: dict[str, tuple[int, int, int]], total: tuple[int, int, int] | None = None
) -> Answer:
    """An answer by crime type with one row for each label: value, least and most."""
    counted = sum(value for value, _, _ in rows.values())
    observations = tuple(
        Observation(
            label,
            label,
            "special" if label.startswith("_") else "category",
            value,
            low,
            high,
            share=Share(Fraction(0), Fraction(1), Fraction(value, counted or 1)),
        )
        for label, (value, low, high) in rows.items()
    )
    whole = Observation(TOTAL, "All", "total", *(total or (counted, counted, counted)))
    return Answer("crime_type", Selection(), observations, whole, Kind.ROUNDED)
