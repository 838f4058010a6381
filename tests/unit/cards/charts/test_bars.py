"""Bars as HTML: from zero, labelled at their number, ranges apart, and every state in words."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.cards import by_dimension
from referrals.cards.bars import bars
from referrals.cards.charts import bars as charts
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.html import card as card_html
from referrals.cards.html import chart, sources
from referrals.query import arrangement, kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE, Selection
from referrals.release.release import Release
from referrals.templates import charts_stylesheet

HOSTILE = '<b>A</b><a href="//evil.example">%{y} & more</a>'


@pytest.fixture(scope="module")
def published(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers that are drawn: those with anything to draw."""
    return tuple(answer for answer in answers if answer.is_published)


def rows(html: str) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", html, re.DOTALL)


# The bars of an answer


def test_a_number_is_solid_to_its_smallest_and_pale_to_its_largest(
    published: tuple[Answer, ...],
) -> None:
    for answer in published:
        if answer.selection.measure == SHARE:
            continue
        for row, bar in zip(answer.observations, bars(answer), strict=True):
            if not row.has_number:
                continue
            low, high = row.bounds
            assert (bar.solid, bar.upper) == (low, low if row.open_ended else high)
            assert bar.lower is None


def test_a_share_of_those_recorded_reaches_from_none_of_the_unknown_to_all_of_them(
    published: tuple[Answer, ...],
) -> None:
    seen = 0
    for answer in published:
        for row, bar in zip(answer.observations, bars(answer), strict=True):
            share = row.share
            if answer.selection.measure == SHARE and share and share.of_recorded is not None:
                seen += 1
                expected = [
                    float(part) * 100 for part in (share.of_recorded, share.lower, share.upper)
                ]
                assert [bar.solid, bar.lower, bar.upper] == pytest.approx(expected)
    assert seen == 8


def test_every_share_of_a_chart_has_the_same_denominator(published: tuple[Answer, ...]) -> None:
    """One was of those recorded, and the next of all, under one head."""
    for answer in published:
        if answer.selection.measure != SHARE or answer.recorded is None:
            continue
        *others, unknown = bars(answer)
        assert sum(bar.solid for bar in others) == pytest.approx(100)
        assert unknown.is_absent
        assert "in none of these shares" in unknown.shown


@pytest.mark.parametrize("measure", ["number", SHARE])
def test_an_open_end_has_no_pale_end_and_is_labelled_as_open(
    release: Release, measure: str
) -> None:
    answer = kinds.of(release).answer("age_band", Selection(measure=measure))
    (bar,) = [bar for bar in bars(answer) if bar.label.endswith("20 to 39")]
    assert bar.solid == bar.upper > 0
    assert bar.shown in {"at least 669", "over 50%"}


@pytest.mark.parametrize("measure", ["number", SHARE])
def test_an_unpublished_number_has_no_bar_on_any_page_but_its_words(
    release: Release, measure: str
) -> None:
    """It had a dashed bar as long as 822 on one page, and none on another."""
    answer = kinds.of(release).answer("crime_type", Selection(nationality="_TOP3", measure=measure))
    missing = [bar for bar in bars(answer) if bar.symbol == "[x]"]
    assert len(missing) == 3
    for bar in missing:
        assert (bar.is_absent, bar.solid, bar.upper) == (True, 0, 0)
        (row,) = rows(charts.bar_chart("A chart", [bar]))
        assert "not published" in row
        assert "fill" not in row
        assert "style" not in row


def test_the_share_of_males_is_drawn_at_62_percent_with_its_range(release: Release) -> None:
    male, *_ = bars(kinds.of(release).answer("sex", Selection(measure=SHARE)))
    assert (male.shown, male.possible) == ("62%", "53% to 68%")
    assert [round(end or 0, 1) for end in (male.lower, male.solid, male.upper)] == [
        52.8,
        62.4,
        68.2,
    ]
    assert male.end == male.solid, "its text stands at 62, not at 68"


def test_groups_are_sorted_by_size_with_others_and_unknown_last(release: Release) -> None:
    for dimension in ("nationality", "sex", "crime_type"):
        answer = arrangement.arranged(kinds.of(release).answer(dimension, Selection()), {}, "")
        drawn = bars(answer)
        last = (Meaning.OTHER, Meaning.NOT_RECORDED)
        named = [bar for bar in drawn if bar.colour not in last]
        assert list(drawn[: len(named)]) == named
        assert all(one.solid >= other.solid for one, other in pairwise(named))
        assert [bar.colour for bar in drawn[len(named) :]] == sorted(
            (bar.colour for bar in drawn[len(named) :]), key=last.index
        )


def test_ages_stay_in_their_order(series: Release) -> None:
    answer = kinds.of(series).answer("age_band", Selection())
    assert arrangement.arranged(answer, {}, "").observations == answer.observations


# The chart


def test_lengths_begin_at_zero_and_the_longest_reaches_1() -> None:
    drawn = charts.scaled([Bar("A", "5", 5, 10), Bar("B", "2", 2, 2)])
    assert [(bar.solid, bar.upper) for bar in drawn] == [(0.5, 1), (0.2, 0.2)]
    assert ".fill {" in charts_stylesheet().decode()
    assert "width: calc(var(--v) * (100% - var(--room, 0em)))" in charts_stylesheet().decode()


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1
    )
)
def test_no_bar_and_no_range_reaches_beyond_the_chart(numbers: list[tuple[int, ...]]) -> None:
    planted = []
    for three in numbers:
        low, value, high = sorted(three)
        planted.append(Bar("A", str(value), value, high, lower=low))
    for bar in charts.scaled(planted):
        assert bar.lower is not None
        assert 0 <= bar.lower <= bar.solid <= bar.upper <= 1


def test_a_range_is_a_line_with_a_dot_and_the_number_comes_right_after_its_bar() -> None:
    bar = Bar("A", "62%", 0.624, 0.682, lower=0.528, possible="53% to 68%")
    (row,) = rows(charts.bar_chart("A chart", [bar]))
    assert 'style="--v:0.624;--lo:0.528;--hi:0.682"' in row
    assert row.index('class="fill"') < row.index('class="range"') < row.index('class="dot"')
    assert '<b class="at"><bdi>62%</bdi> <small><bdi>(53% to 68%)</bdi></small></b>' in row


def test_the_states_of_a_number_are_never_merged() -> None:
    drawn = charts.bar_chart(
        "States",
        [
            Bar("True zero", "0", 0, 0),
            Bar("Possible zero", "0 to 4", 0, 4, lower=0, symbol="[e]"),
            Bar("Withheld", "withheld", 0, 0, symbol="[c]", is_absent=True),
            Bar("Not recorded", "12", 12, 12, Meaning.NOT_RECORDED),
            Bar("Not published", "not published", 0, 0, symbol="[x]", is_absent=True),
        ],
    )
    looks = [re.sub(r"[\d.]+|<[^>]*of\">[^<]*", "", row) for row in rows(drawn)]
    assert len(set(looks)) == 5


def test_a_number_keeps_its_direction_in_right_to_left_text() -> None:
    assert "<bdi>10 to 20</bdi>" in charts.bar_chart("A", [Bar("A", "10 to 20", 0.5, 1)])


def test_dots_have_no_bars_and_stand_on_the_line_of_their_range() -> None:
    drawn = charts.dots(
        "A", charts.scaled([Bar("A", "5", 5, 6, lower=4), Bar("B", "2 to 3", 2, 3)])
    )
    first, second = rows(drawn)
    assert "fill" not in drawn
    assert ("range" in first, "dot" in first) == (True, True)
    assert ("range" in second, "dot" in second) == (True, False), "there is no single number"


def test_a_chinese_character_has_the_room_of_two_letters() -> None:
    room = [
        re.findall(
            r"--text:([\d.]+)em", charts.bar_chart("A", charts.scaled([Bar("A", text, 1, 1)]))
        )
        for text in ("778至786", "778--786", "778-786")
    ]
    assert room[0] == room[1] > room[2]


def test_panels_share_one_scale() -> None:
    drawn = charts.small_multiples(
        "A", {"One": [Bar("A", "8", 8, 8)], "Two": [Bar("A", "2", 2, 2)]}
    )
    assert re.findall(r"--v:([\d.]+)", drawn) == ["1", "0.25"]
    assert re.findall(r'panel-name">(\w+)<', drawn) == ["One", "Two"]


@given(st.lists(st.lists(st.integers(0, 10**5), min_size=1, max_size=4), min_size=1))
def test_the_parts_of_a_stack_never_exceed_its_chart(numbers: list[list[int]]) -> None:
    planted = {
        str(place): [Bar("part", str(value), value, value) for value in values]
        for place, values in enumerate(numbers)
    }
    for row in rows(charts.stacked_bars("A", planted)):
        lengths = [float(length) for length in re.findall(r"--v:([\d.]+)", row)]
        assert sum(lengths) <= 1.001


def test_a_stack_names_its_parts_below_it_also_one_that_has_no_number() -> None:
    parts = [
        Bar("Male", "45", 45, 45, Meaning.MALE),
        Bar("Female", "withheld", 0, 0, Meaning.FEMALE, symbol="[c]", is_absent=True),
    ]
    (row,) = rows(charts.stacked_bars("A", {"Domestic abuse": parts}))
    assert re.sub(r"<[^>]+>", "", row).split() == [
        "Domestic",
        "abuse",
        "Male",
        "45",
        "Female",
        "withheld",
        "[c]",
    ]
    assert row.count('class="fill') == 1


def test_no_label_is_markup_in_a_page(release: Release, published: tuple[Answer, ...]) -> None:
    hostile = replace(
        published[0],
        observations=relabelled(published[0]),
        labels={"sex": HOSTILE},
        unpublished=(HOSTILE,),
        period=HOSTILE,
    )
    card = by_dimension.card(release, hostile)
    html = (
        card_html.head(card)
        + chart.html(card)
        + card.table
        + card_html.notes(card, folded=False)
        + sources.html(card)
    )
    assert "&lt;a href=" in html
    assert "<b>A</b>" not in html
    assert '<a href="//evil' not in html


def relabelled(answer: Answer) -> tuple[Observation, ...]:
    """The observations of an answer under a hostile label."""
    return tuple(replace(observation, label=HOSTILE) for observation in answer.observations)
