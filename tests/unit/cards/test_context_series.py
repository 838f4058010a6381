"""Context series: figures as printed, each with its date, never mixed with victim referrals."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from html import unescape
from types import SimpleNamespace
from typing import Any, cast

import plotly.graph_objects as go
import pytest

from referrals.cards import context_series
from referrals.cards.card import Card
from referrals.cards.charts.base import LIGHT
from referrals.cards.context import design
from referrals.formatting import count, percent
from referrals.paths import PUBLISHED
from referrals.query.document import context_series as query_series
from referrals.query.document.context_series import ContextObservation
from referrals.release.release import Release

Row = dict[str, str]


def printed(series_id: str, **wanted: str) -> list[Row]:
    """The rows of a series in the source file, oldest first: not read through the release."""
    with (PUBLISHED / "context.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["series_id"] == series_id]
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return sorted(found, key=lambda row: (row["period_start"], row["vintage"]))


def of(name: str) -> list[Row]:
    """The rows of every series of a card that it keeps, oldest first."""
    found = context_series.DESIGNS[name]
    rows = [row for series_id in found.series_ids for row in printed(series_id)]
    kept = [row for row in rows if found.keep(cast("ContextObservation", SimpleNamespace(**row)))]
    return sorted(
        kept, key=lambda row: (row["period_start"], row["vintage"], row["observation_id"])
    )


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
    assert values == [10627, 10616, 10627, 10611, 10606]
    assert ", then ".join(map(count, values)) in " ".join(cards["years"].notes)


def test_the_finding_of_the_years_says_that_they_rose_and_from_what_to_what(
    cards: Mapping[str, Card],
) -> None:
    assert cards["years"].finding.endswith("rose from 5,142 in 2017 to 23,411 in 2025.")


def test_the_rule_behind_a_direction_is_beside_every_line(cards: Mapping[str, Card]) -> None:
    for card in cards.values():
        has_chart = bool(card.lines or card.panels)
        assert any("rose or fell only if" in note for note in card.notes) == has_chart


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


def test_the_crimes_are_compared_between_breaks_alone(cards: Mapping[str, Card]) -> None:
    card = cards["domestic_abuse"]
    assert "rose from 845,734 in 2020-21 to 911,248 in 2022-23" in card.finding
    assert "Counting rules then changed" in card.finding
    assert not {"758,941", "851,062", "816,493"} & set(card.finding.split())
    assert "England and Wales" in card.unit


def test_a_change_is_judged_by_every_printing_of_its_periods() -> None:
    """First printed as 1,500 and later as 1,600: an increase from 1,550 would not be clear."""

    def row(period: str, value: int) -> ContextObservation:
        return cast("ContextObservation", SimpleNamespace(period_label=period, value=value))

    once = [row("2023", 1000), row("2024", 1300)]
    assert "rose" in design.changed("years", once)
    revised = [row("2023", 1000), row("2024", 1010), row("2024", 1300)]
    assert "No clear change" in design.changed("years", revised)
    assert "1,300 in 2024" in design.changed("years", revised), "the latest printing is shown"


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
        known = {count(int(row["value"])) for row in of(name)}
        numbers = re.findall(r"\d{1,3}(?:,\d{3})+|\b\d{3}\b", card.finding)
        assert numbers or card.panels
        assert set(numbers) <= known


# Cards


def test_every_card_begins_with_why_it_is_not_comparable(cards: Mapping[str, Card]) -> None:
    for card in cards.values():
        assert card.warning.startswith("**Why this is not the same thing.**")
        assert len(card.warning) > 100


def test_the_link_of_a_card_leads_to_its_own_view(cards: Mapping[str, Card]) -> None:
    assert {card.link for card in cards.values()} == {f"/trends?series={name}" for name in cards}


def test_every_card_names_each_of_its_sources_with_its_date(
    release: Release, cards: Mapping[str, Card]
) -> None:
    for name, card in cards.items():
        design_of = context_series.DESIGNS[name]
        every = [query_series.read(release, one) for one in design_of.series_ids]
        titles = {
            row.source_title
            for series in every
            for row in filter(design_of.keep, series.observations)
        }
        dated = {row.source_title for series in every for row in series.annotations}
        named = {quote["source_title"] for quote in card.quotes}
        assert titles <= named <= titles | dated
        assert all(quote["publisher"] for quote in card.quotes)


def test_the_data_of_a_card_are_every_observation_with_its_vintage(
    cards: Mapping[str, Card],
) -> None:
    for name, card in cards.items():
        rows = of(name)
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
        totals = [row for row in of(name) if (row["category"], row["scope"]) == ("_T", scope)]
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
    marked = {(row[0], row[1]) for row in table_of(cards["years"]) if "[d]" in row[1]}
    worked_out = {
        (row["period_label"], f"{count(int(row['value']))} [d]")
        for row in printed("nrm-years", status="d")
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
    breaks = [point.period for point in series.points if point.is_break]
    assert after == breaks == ["2020-21", "2023-24"]
    drawn = [line.x0 for line in chart_of(card).layout.shapes if line.line.dash == "dash"]
    assert drawn == [0.5, 3.5], "between a year and the one before it"
    assert any("cannot be compared" in note for note in card.notes), "beside the chart, as HTML"


def test_the_axis_of_the_crimes_begins_at_zero(cards: Mapping[str, Card]) -> None:
    """It began at -6.57 on a screen of 360 px."""
    figure = chart_of(cards["domestic_abuse"])
    assert figure.layout.yaxis.range == (0, 1_000_000)


def test_a_year_without_a_value_keeps_its_place(cards: Mapping[str, Card]) -> None:
    """There is no number by sex for 2022. Without its place, 2023 would be next to 2021."""
    males, females = cards["sex"].lines
    assert [point.period for point in males.points] == ["2019", "2020", "2021", "2022", "2023"]
    assert males.points[3].value is None
    assert females.points[3].value is None


# Revisions and second hand


def test_a_revised_quarter_has_each_printing_with_its_date_and_its_range(
    cards: Mapping[str, Card],
) -> None:
    table = {row[0]: row[1:] for row in table_of(cards["quarters"])}
    assert table["2023 Q4"] == ["4,134", "10 May 2024", "4,142 (7 March 2024)"]
    assert table["2024 Q2"] == ["4,312", "7 November 2024", "4,316 (8 August 2024)"]
    (line,) = cards["quarters"].lines
    point = next(point for point in line.points if point.period == "2024 Q2")
    assert (point.value, point.lower, point.upper) == (4312, 4312, 4316)


def test_the_quarters_go_on_over_both_series_with_a_gap_where_none_was_kept(
    cards: Mapping[str, Card],
) -> None:
    (line,) = cards["quarters"].lines
    periods = [point.period for point in line.points]
    assert (periods[0], periods[-1], len(periods)) == ("2014 Q1", "2025 Q4", 48)
    assert [point.period for point in line.points if point.value is None] == ["2025 Q1"]


def test_a_number_read_in_a_copy_is_marked_as_second_hand(cards: Mapping[str, Card]) -> None:
    copied = {
        "hte-2021",
        "hte-2025-q3",
        "southwell-2021-q1",
        "mspec-2024",
        "safelives-2025",
    }
    for name, card in cards.items():
        assert any("second hand" in note.lower() for note in card.notes) >= any(
            row["source_id"] in copied for row in of(name)
        )
        for row, data in zip(of(name), card.data, strict=True):
            assert data["second_hand"] == (row["source_id"] in copied), data["observation_id"]
    table = {row[0]: row[1] for row in table_of(cards["quarters"])}
    assert table["2025 Q2"] == "5,689 second hand"
    assert table["2025 Q3"] == "6,407"


# Dated facts


def test_a_change_of_policy_is_on_the_chart_and_beside_it_with_its_date_and_publisher(
    cards: Mapping[str, Card],
) -> None:
    card = cards["domestic_abuse"]
    assert [event.letter for event in card.events] == ["A", "B"]
    dotted = [line.x0 for line in chart_of(card).layout.shapes if line.line.dash == "dot"]
    assert dotted == [event.at for event in card.events]
    assert 3.5 < dotted[1] < 3.75, "June 2023 is in the first quarter of the year 2023-24"
    (note,) = [note for note in card.notes if note.startswith("**B** on the chart, June 2023:")]
    assert note.endswith("(Domestic Abuse Commissioner)")
    assert any("do not say that they caused" in note for note in card.notes)


def test_a_comparison_by_the_publisher_is_a_note_and_not_a_number_of_the_series(
    cards: Mapping[str, Card],
) -> None:
    card = cards["domestic_abuse"]
    assert any("14.1% higher than 2019-20" in note for note in card.notes)
    assert {row["value"] for row in card.data if row["period_label"] == "2019-20"} == {758941}


def test_a_date_outside_the_chart_is_neither_on_it_nor_beside_it(
    release: Release, cards: Mapping[str, Card]
) -> None:
    assert cards["quarters"].events
    by_quarter, _ = context_series.of_nationality(release, "VNM")
    assert by_quarter.events == []
    assert not any("November 2021" in note for note in by_quarter.notes)


# One nationality


def test_the_cards_of_a_nationality_have_its_figures_alone(release: Release) -> None:
    for code in ("VNM", "ERI", "SOM"):
        for card in context_series.of_nationality(release, code):
            assert {row["category"] for row in card.data} == {code}
    assert context_series.of_nationality(release, "CHN") == []


def test_two_numbers_are_no_line_over_time(release: Release) -> None:
    (card,) = context_series.of_nationality(release, "SOM")
    assert card.lines == []
    assert card.draw is None


# Without a chart


def test_one_total_for_three_years_is_given_in_words_and_never_drawn(
    cards: Mapping[str, Card],
) -> None:
    card = cards["commissioner"]
    assert card.draw is None
    assert [row[1] for row in table_of(card)[1:]] == ["537"]


def test_a_card_without_a_chart_does_not_speak_of_one(cards: Mapping[str, Card]) -> None:
    assert "Chart:" not in cards["commissioner"].alternative
