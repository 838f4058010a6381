"""Context series: figures as printed, each with its date, never mixed with victim referrals."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from html import unescape
from typing import Any

import plotly.graph_objects as go
import pytest

from referrals.cards import context_series
from referrals.cards.card import Card
from referrals.cards.charts.base import LIGHT
from referrals.formatting import count, percent
from referrals.paths import PUBLISHED
from referrals.query import context_series as query_series
from referrals.release.release import Release

Row = dict[str, str]


def printed(series_id: str, **wanted: str) -> list[Row]:
    """The rows of a series in the source file, oldest first: not read through the release."""
    with (PUBLISHED / "context.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["series_id"] == series_id]
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return sorted(found, key=lambda row: (row["period_start"], row["vintage"]))


def chart_of(card: Card) -> Any:
    assert card.draw is not None
    return go.Figure(card.draw(LIGHT))


def table_of(card: Card) -> list[list[str]]:
    """The rows of a card's table as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", card.table)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in rows
    ]


@pytest.fixture(scope="module")
def cards(release: Release) -> Mapping[str, Card]:
    return {name: context_series.card(release, name) for name in context_series.DESIGNS}


# Findings


def test_the_quarters_are_those_printed_first_reliable_and_last(cards: Mapping[str, Card]) -> None:
    totals = {
        row["period_label"]: int(row["value"])
        for row in printed("nrm-quarters-by-age", category="_T")
    }
    finding = cards["quarters_by_age"].finding
    assert f"{count(totals['2023 Q4'])} in 2023 Q4" in finding
    assert f"{count(totals['2014 Q4'])} in 2014 Q4" in finding, "the same quarter of the year"
    assert "rose from 636" in finding


def test_the_year_that_was_revised_is_given_with_every_value_in_the_order_of_printing(
    cards: Mapping[str, Card],
) -> None:
    values = [int(row["value"]) for row in printed("nrm-years", period_label="2019")]
    assert values == [10627, 10611, 10606]
    assert ", then ".join(map(count, values)) in " ".join(cards["years"].notes)


def test_the_finding_of_the_years_says_that_they_rose_and_from_what_to_what(
    cards: Mapping[str, Card],
) -> None:
    assert cards["years"].finding.endswith("rose from 5,142 in 2017 to 23,411 in 2025.")


def test_the_rule_behind_a_direction_is_beside_every_line(cards: Mapping[str, Card]) -> None:
    for card in cards.values():
        assert any("rose or fell only if" in note for note in card.notes) == bool(card.lines)


def test_the_share_of_the_police_is_that_of_every_quarter(cards: Mapping[str, Card]) -> None:
    police, everyone = (
        {
            row["period_label"]: int(row["value"])
            for row in printed("nrm-first-responders", category="_T", scope=scope)
        }
        for scope in ("police", "all")
    )
    shares = [police[quarter] / everyone[quarter] for quarter in everyone]
    finding = cards["police"].finding
    assert f"{percent(min(shares))} to {percent(max(shares))}" in finding
    assert "21% to 24%" in finding
    assert "No clear change" in finding or "rose" in finding or "fell" in finding
    assert "2022 Q4" in finding
    assert "2023 Q4" in finding


def test_the_crimes_are_those_of_the_last_year(cards: Mapping[str, Card]) -> None:
    last = printed("da-crimes")[-1]
    finding = cards["domestic_abuse"].finding
    assert f"{count(int(last['value']))} in 2024-25" in finding
    assert "fell from 911,248 in 2022-23 to 816,493" in finding, "the years without a break"
    assert "758,941" not in finding
    assert "England and Wales" in finding


def test_the_commissioners_figure_is_attributed_and_covers_three_years(
    cards: Mapping[str, Card],
) -> None:
    finding = cards["commissioner"].finding
    assert "The Domestic Abuse Commissioner says" in finding
    assert "537" in finding
    assert "three years" in finding


def test_every_number_in_a_finding_is_printed_or_a_share_of_printed_ones(
    cards: Mapping[str, Card],
) -> None:
    for name, card in cards.items():
        known = {
            count(int(row["value"])) for row in printed(context_series.DESIGNS[name].series_id)
        }
        numbers = re.findall(r"\d{1,3}(?:,\d{3})+|\b\d{3}\b", card.finding)
        assert numbers or "%" in card.finding
        assert set(numbers) <= known


# Cards


def test_every_card_begins_with_why_it_is_not_comparable(cards: Mapping[str, Card]) -> None:
    for card in cards.values():
        assert card.warning.startswith("**Why this is not the same thing.**")
        assert len(card.warning) > 100
        assert card.path == "/trends"


def test_every_card_names_each_of_its_sources_with_its_date(
    release: Release, cards: Mapping[str, Card]
) -> None:
    for name, card in cards.items():
        series = query_series.read(release, context_series.DESIGNS[name].series_id)
        titles = {observation.source_title for observation in series.observations}
        assert {quote["source_title"] for quote in card.quotes} == titles
        assert all(quote["publisher"] for quote in card.quotes)


def test_the_data_of_a_card_are_every_observation_with_its_vintage(
    cards: Mapping[str, Card],
) -> None:
    for name, card in cards.items():
        rows = printed(context_series.DESIGNS[name].series_id)
        assert {(row["observation_id"], int(row["value"]), row["vintage"]) for row in rows} == {
            (row["observation_id"], row["value"], row["vintage"]) for row in card.data
        }


def test_a_table_has_as_many_cells_in_each_row_as_it_has_columns(cards: Mapping[str, Card]) -> None:
    for card in cards.values():
        assert len({len(row) for row in table_of(card)}) == 1


def test_a_long_table_scrolls_inside_its_card_and_a_short_one_does_not(
    cards: Mapping[str, Card],
) -> None:
    assert 'class="scroll tall"' in cards["quarters_by_age"].table
    assert 'class="scroll tall"' not in cards["domestic_abuse"].table


# By quarter and age


def test_a_quarter_with_grouped_ages_is_shown_as_grouped(cards: Mapping[str, Card]) -> None:
    grouped = printed("nrm-quarters-by-age", category="18+_NK")
    assert [row["period_label"] for row in grouped] == ["2018 Q3", "2019 Q2", "2019 Q3"]
    table = {row[0]: row[1:] for row in table_of(cards["quarters_by_age"])}
    for row in grouped:
        _, _, adults, unknown = table[row["period_label"]]
        assert adults == f"{count(int(row['value']))} (both)"
        assert unknown == "grouped with adults"
        assert not re.search(r"\d", unknown)


def test_a_quarter_that_was_not_grouped_has_both_numbers_and_a_true_zero_is_0(
    cards: Mapping[str, Card],
) -> None:
    table = {row[0]: row[1:] for row in table_of(cards["quarters_by_age"])}
    assert table["2014 Q1"] == ["567", "173", "394", "0"]


def test_the_table_has_every_quarter_and_the_chart_only_the_reliable_ones(
    cards: Mapping[str, Card],
) -> None:
    quarters = [row["period_label"] for row in printed("nrm-quarters-by-age", category="_T")]
    assert [row[0] for row in table_of(cards["quarters_by_age"])[1:]] == quarters[::-1]
    for line in cards["quarters_by_age"].lines:
        drawn = [f"{point.year} {point.tick}" for point in line.points]
        assert drawn == [quarter for quarter in quarters if quarter >= "2014"]


def test_the_lines_of_each_quarter_add_up_to_its_printed_total(cards: Mapping[str, Card]) -> None:
    for name, scope in (("quarters_by_age", ""), ("police", "police")):
        reached: dict[str, int] = defaultdict(int)
        for line in cards[name].lines:
            for point in line.points:
                reached[point.period] += int(point.value or 0)
        totals = printed(context_series.DESIGNS[name].series_id, category="_T", scope=scope)
        assert reached == {
            row["period_label"]: int(row["value"])
            for row in totals
            if row["period_label"] in reached
        }


# By year, with vintages


def test_the_line_has_the_latest_value_of_each_year(cards: Mapping[str, Card]) -> None:
    (line,) = cards["years"].lines
    rows = printed("nrm-years")
    latest = {
        row["period_label"]: int(row["value"]) for row in rows
    }  # the last of a year wins: rows are in order of vintage
    assert {point.period: point.value for point in line.points} == latest
    assert latest["2019"] == 10606


def test_the_table_of_years_gives_every_value_with_the_day_it_was_printed(
    cards: Mapping[str, Card],
) -> None:
    table = table_of(cards["years"])
    assert len(table) - 1 == len(printed("nrm-years"))
    assert ["2019", "10,627", "15 December 2021"] in table
    assert ["2018", "6,985", "March 2020"] in table


def test_only_derived_values_are_marked_as_derived(cards: Mapping[str, Card]) -> None:
    marked = {(row[0], row[1]) for row in table_of(cards["years"]) if "[e]" in row[1]}
    worked_out = {
        (row["period_label"], f"{count(int(row['value']))} [e]")
        for row in printed("nrm-years", status="e")
    }
    assert marked == worked_out
    assert len(marked) == 3


# Crimes, with a break


def test_a_break_is_drawn_before_the_year_that_cannot_be_compared(
    cards: Mapping[str, Card],
) -> None:
    card = cards["domestic_abuse"]
    after = [row["period_label"] for row in printed("da-crimes", break_before="yes")]
    (series,) = card.lines
    assert after == [point.period for point in series.points if point.is_break] == ["2020-21"]
    (line,) = chart_of(card).layout.shapes
    assert line.line.dash == "dash"
    assert line.x0 == 0.5, "between the first year and the second"
    assert any("cannot be compared" in note for note in card.notes), "beside the chart, as HTML"


def test_the_axis_of_the_crimes_begins_at_zero(cards: Mapping[str, Card]) -> None:
    """It began at -6.57 on a screen of 360 px."""
    figure = chart_of(cards["domestic_abuse"])
    assert figure.layout.yaxis.range == (0, 1_000_000)


def test_a_year_without_a_value_keeps_its_place(cards: Mapping[str, Card]) -> None:
    """There is no value for 2021-22. Without its place, 2022-23 would look next to 2020-21."""
    (series,) = cards["domestic_abuse"].lines
    values = {point.period: point.value for point in series.points}
    assert list(values)[1:4] == ["2020-21", "2021-22", "2022-23"]
    assert values["2021-22"] is None


def test_the_notes_of_the_data_are_in_the_table(cards: Mapping[str, Card]) -> None:
    notes = {row[0]: row[2] for row in table_of(cards["domestic_abuse"])[1:]}
    assert notes == {row["period_label"]: row["note"] for row in printed("da-crimes")}
    assert notes["2020-21"]


def test_one_total_for_three_years_is_given_in_words_and_never_drawn(
    cards: Mapping[str, Card],
) -> None:
    card = cards["commissioner"]
    assert card.draw is None
    assert [row[1] for row in table_of(card)[1:]] == ["537"]


def test_a_card_without_a_chart_does_not_speak_of_one(cards: Mapping[str, Card]) -> None:
    assert "Chart:" not in cards["commissioner"].alternative
