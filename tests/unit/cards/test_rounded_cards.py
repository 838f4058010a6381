"""Cards of a rounded release: words and exports claim no more than its sums can support."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.cards import bars as cards_bars
from referrals.cards import by_dimension, by_quarter, registry
from referrals.cards.card import PATHS, Card
from referrals.cards.charts import base as charts
from referrals.cards.exports import citations
from referrals.cards.exports import csv as csv_export
from referrals.cards.exports import text as text_export
from referrals.cards.exports.pictures import svg
from referrals.cards.html import chart, sources
from referrals.cards.wording import captions, phrases
from referrals.cards.wording.phrases import in_sentence
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
    label = f"People aged {in_sentence(first.label)}" if dimension == "age_band" else first.label
    assert finding.startswith(f"Worked example: {label}")
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


def test_a_zero_that_could_be_more_is_given_as_its_range_in_an_empty_finding(
    invented: Release,
) -> None:
    empty = planted({"A": (0, 0, 8), "B": (0, 0, 8)}, total=(0, 0, 8))
    assert Rounded().finding(empty).startswith("There are 0 to 8 victim referrals: too few")
    assert (
        Rounded().finding(planted({"A": (0, 0, 0)}, total=(0, 0, 0)))
        == "No referrals are counted in this selection."
    )
    assert by_quarter.card(invented, nothing(invented)).finding.startswith(
        "Worked example: Each of the 16 quarters"
    )


def test_0_alone_always_means_that_there_are_none(invented: Release) -> None:
    answer = planted({"A": (0, 0, 0), "B": (0, 0, 16), "C": (12, 4, 12)}, total=(12, 4, 12))
    assert [phrases.number(row) for row in answer.observations] == ["0", "0 to 16", "12"]
    shown = [bar.shown for bar in cards_bars.bars(answer)]
    assert shown == ["0", "0 to 16", "12"]


NO_LARGEST = "No one group is plainly the largest among"


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        (
            {"A": (60, 52, 68), "B": (40, 32, 48)},
            "A was the largest group, with about 60 of 100 victim referrals (52% to 68%).",
        ),
        ({"A": (60, 52, 68), "B": (50, 42, 58)}, f"{NO_LARGEST} 110 victim referrals."),
        ({"A": (60, 60, 60), "B": (60, 60, 60)}, f"{NO_LARGEST} 120 victim referrals."),
        (
            {"A": (60, 60, 60), "_NK": (90, 90, 90)},
            "A was the largest named group, with 60 of 150 victim referrals (40%).",
        ),
        (
            {"A": (60, 60, 60), "_NK": (60, 60, 60)},
            "A was the largest named group, with 60 of 120 victim referrals (50%).",
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


ADJUSTED = "A number marked [e] was adjusted to protect people"


def test_a_card_says_that_its_numbers_are_exact_or_that_some_are_adjusted(
    made: list[Card], invented: Release
) -> None:
    exact = by_dimension.card(invented, kinds.of(invented).answer("sex", Selection()))
    assert {row["status"] for row in exact.data} == {""}
    assert exact.notes == ["Every number here is exact."]
    assert [note for card in made for note in card.notes if note.startswith(ADJUSTED)]


def test_a_revised_total_has_its_range_and_is_not_called_exact(invented: Release) -> None:
    answer = kinds.of(invented).answer("sex", Selection())
    value = answer.total.value or 0
    behind = replace(answer, total=replace(answer.total, lower=value - 8, status="r"))
    assert Rounded().total(behind) == f"{value:,} [r], possible: {value - 8:,} to {value:,}"
    (note,) = Rounded().numbers_notes([behind.total])
    assert note.startswith("A number marked [r] is not the number of the release before")


def test_a_headline_of_compared_numbers_has_their_ranges(invented: Release) -> None:
    chosen = Selection(sex="F,M", nationality="XAA", crime_type="MS", release="example")
    finding = registry.card("sex", invented, chosen).finding
    assert finding.startswith("Worked example: Of about ")
    assert re.search(r"about \d+ of females \(\d+% to \d+%\)", finding), finding


def test_a_share_of_too_few_has_no_range() -> None:
    answer = planted({"A": (12, 8, 16), "B": (8, 4, 12)})
    first = answer.observations[0]
    assert Rounded().possible_share(answer, first) == "40% to 80%"
    assert Rounded().possible_share(replace(answer, is_unreliable=True), first) == ""


def number(value: int, lower: int, upper: int, status: str = "e") -> Observation:
    return Observation("F", "Female", "category", value, lower, upper, status)


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        ([number(5, 1, 5)], 4),
        ([number(0, 0, 4), number(40, 32, 48)], 8),
        ([number(10, 0, 22), number(300, 300, 300, "")], 12),
        ([number(2_000, 0, 3_500)], "2,000"),
    ],
)
def test_a_note_says_how_far_the_numbers_beside_it_can_be_from_the_truth(
    numbers: list[Observation], error: int | str
) -> None:
    (note,) = Rounded().numbers_notes(numbers)
    assert f"here it is at most {error} away from the true count" in note


@few
@given(paged, selections)
def test_no_range_of_a_card_is_wider_than_its_note_says(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    notes = " ".join(by_dimension.card(invented, answer).notes)
    errors = [
        max((row.value or 0) - row.bounds[0], row.bounds[1] - (row.value or 0))
        for row in (answer.total, *answer.observations)
        if row.status == "e"
    ]
    assert bool(errors) is (ADJUSTED in notes)
    assert not errors or f"at most {max(errors)} away" in notes


def test_every_export_states_its_mark_and_the_rounding_rule(made: list[Card]) -> None:
    for card in made:
        picture, text = svg.write(card, BASE), text_export.write(card, BASE)
        assert ">Worked example</text>" in picture, "the watermark"
        assert MARKS[EXAMPLE] in text
        assert f">{MARKS[EXAMPLE]}</text>" in picture
        assert "example" in card.file_name
        assert "Worked example" in citations.apa(card, BASE)
        assert ADJUSTED in text
        assert ADJUSTED in " ".join(re.findall(r">([^<]+)</t", picture)), (
            "over the lines that it is broken into"
        )
        assert "0 can mean 0 to 4" not in text, "every 0 that could be more is shown as its range"
        assert "release=example" in card.link
        for row in csv_export.write(card).splitlines()[1:]:
            assert MARKS[EXAMPLE] in row
            assert ",example," in row


def test_a_file_name_has_release_and_status_once(made: list[Card]) -> None:
    assert made[0].file_name == "victim-referrals-example-sex-xaa-ms"
    assert made[1].file_name == "victim-referrals-example-quarters-of-sex-xaa-ms"


def test_a_published_picture_has_no_watermark(release: Release) -> None:
    card = by_dimension.card(release, kinds.of(release).answer("sex", Selection()))
    assert "orked example" not in svg.write(card, BASE) + csv_export.write(
        card
    ) + text_export.write(card, BASE)


def test_every_chart_of_invented_figures_has_the_mark_where_it_covers_no_number(
    made: list[Card],
) -> None:
    by_sex, quarters = made
    assert "Worked example" in chart.html(by_sex)
    assert "Worked example" in chart.html(quarters)
    assert quarters.draw is not None
    layout = quarters.draw(charts.DARK)["layout"]
    (mark,) = [note for note in layout["annotations"] if "Worked example" in note["text"]]
    assert (mark["y"], mark["yref"], mark["yanchor"]) == (1, "paper", "bottom"), "above the plot"


def test_a_bar_of_a_sum_is_solid_to_its_number_and_has_a_line_for_its_range(
    invented: Release,
) -> None:
    answer = kinds.of(invented).answer("sex", Selection(nationality="XAA"))
    for row, bar in zip(answer.observations, cards_bars.bars(answer), strict=True):
        expected = (row.value, row.lower, row.upper, f"{row.value:,}")
        assert (bar.solid, bar.lower, bar.upper, bar.shown) == expected
        assert bar.possible == f"{row.lower:,} to {row.upper:,}"


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
        others = [other.bounds for other in answer.observations if other is not row]
        largest_whole = min(most, lower + sum(high for _, high in others))
        smallest_whole = max(least, upper + sum(low for low, _ in others))
        assert bar.solid == pytest.approx(100 * (row.value or 0) / value)
        assert bar.lower == pytest.approx(100 * lower / largest_whole)
        assert bar.upper == pytest.approx(100 * upper / smallest_whole)


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


def test_the_band_of_a_line_reaches_from_the_least_to_the_most(
    made: list[Card], invented: Release
) -> None:
    quarters = kinds.of(invented).quarters(Selection(nationality="XAA", crime_type="MS"))
    ranges = [(quarter.value or 0, *quarter.bounds) for quarter in quarters]
    assert made[1].draw is not None
    band, line = made[1].draw(charts.LIGHT)["data"]
    assert line["y"] == [value for value, _, _ in ranges]
    there = [upper for _, _, upper in ranges]
    back = [lower for _, lower, _ in reversed(ranges)]
    assert band["y"] == [*there, *back, there[0]]


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
            share=Share(*(Fraction(number, counted or 1) for number in (low, high, value))),
        )
        for label, (value, low, high) in rows.items()
    )
    whole = Observation(TOTAL, "All", "total", *(total or (counted, counted, counted)))
    return Answer("crime_type", Selection(), observations, whole, Kind.ROUNDED)
