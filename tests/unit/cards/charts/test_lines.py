"""Lines over time: from zero, named at their ends, ranges as bands, no text below 12 px."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly import tools
from plotly.io import to_json

from referrals.cards import context_series
from referrals.cards.charts import base as charts
from referrals.cards.charts import colours, light_lines
from referrals.cards.charts.base import DARK, LIGHT, Palette
from referrals.cards.charts.colours import Meaning
from referrals.cards.charts.lines import ABOVE, BELOW, HEIGHT, LINE, end_labels, line_chart
from referrals.cards.charts.time_axis import scale, time_axis
from referrals.cards.charts.values import Point, Series, quarter
from referrals.paths import PUBLISHED
from referrals.release.release import Release
from tests.fixtures.contrast import contrast, mixed

HOSTILE = '<b>A</b><a href="//evil.example">%{y} & more</a>'
DRAWN_AS = '&lt;b&gt;A&lt;/b&gt;&lt;a href="//evil.example"&gt;%&#123;y} &amp; more&lt;/a&gt;'
DRAWN = [name for name, look in context_series.DESIGNS.items() if look.lines is not None]
PHONE = 294


def years(*values: float | None, label: str = "All", first: int = 2017) -> Series:
    return Series(label, [Point(str(first + at), value) for at, value in enumerate(values)])


def quarters(count: int, label: str = "All") -> Series:
    codes = [f"{2020 + at // 4}-Q{at % 4 + 1}" for at in range(count)]
    points = [
        replace(quarter(code), value=50 + at, lower=40 + at, upper=60 + at)
        for at, code in enumerate(codes)
    ]
    return Series(label, points)


numbers = st.lists(st.floats(0, 10**7), min_size=1, max_size=24)


@given(numbers)
def test_the_scale_begins_at_zero_and_holds_every_number(values: list[float]) -> None:
    lines = scale(max(values))
    assert lines[0] == 0
    assert lines[-1] >= max(values)
    assert lines == sorted(set(lines))
    assert len(lines) <= 6


@given(numbers)
def test_the_axis_of_a_chart_begins_at_zero_exactly(values: list[float]) -> None:
    low, high = line_chart([years(*values)], LIGHT)["layout"]["yaxis"]["range"]
    assert low == 0
    assert high >= max(values)


def test_a_line_has_its_last_number_and_its_name_at_its_end() -> None:
    layout = line_chart(
        [years(1, 2, label="Albania"), replace(years(5, 9, label="China"), colour=Meaning.SECOND)],
        LIGHT,
    )["layout"]
    names = [note["text"] for note in layout["annotations"] if note.get("xref") == "paper"]
    assert [re.sub(r"<[^>]+>", " ", name).split()[1:] for name in names] == [
        ["Albania", "2"],
        ["China", "9"],
    ]
    assert layout["showlegend"] is False


@given(st.lists(st.tuples(st.text("abc ", min_size=1), st.integers(0, 99)), min_size=2, max_size=4))
def test_labels_at_the_ends_never_lie_on_one_another(ends: list[tuple[str, int]]) -> None:
    height = HEIGHT - ABOVE - BELOW
    labels = end_labels([years(value, label=name) for name, value in ends], 100, height)
    boxes = sorted((middle, len(lines) * LINE / height / 2) for lines, middle in labels)
    for (low, below), (high, above) in pairwise(boxes):
        assert high - above >= low + below - 1e-9


def test_a_range_is_a_closed_band_with_an_edge_in_the_full_colour() -> None:
    band, line = line_chart([quarters(3)], LIGHT)["data"]
    assert band["y"] == [60, 61, 62, 42, 41, 40, 60]
    assert band["line"]["color"] == line["line"]["color"] == colours.LIGHT[Meaning.NUMBER]
    assert contrast(band["line"]["color"], "#ffffff") >= 3


@pytest.mark.parametrize("meaning", Meaning)
def test_a_line_stands_out_from_its_own_band(meaning: Meaning) -> None:
    for shades, page in ((colours.LIGHT, "#ffffff"), (colours.DARK, "#14181d")):
        band = mixed(shades[meaning], 0.22, page)
        assert contrast(shades[meaning], band) >= 2.2
        assert contrast(band, page) < contrast(shades[meaning], page)


def test_exact_numbers_have_no_band() -> None:
    assert len(line_chart([years(1, 2, 3)], LIGHT)["data"]) == 1


def test_a_line_is_never_drawn_over_a_missing_number_or_a_break() -> None:
    series = years(1, None, 3, 4)
    broken = replace(series, points=[*series.points, replace(Point("2021", 5), is_break=True)])
    (line,) = line_chart([broken], LIGHT)["data"]
    assert line["y"] == [1, None, 3, 4, None, 5]
    assert line["connectgaps"] is False
    (mark,) = line_chart([broken], LIGHT)["layout"]["shapes"]
    assert (mark["x0"], mark["line"]["dash"]) == (3.5, "dash")


def test_five_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 4 lines"):
        line_chart([years(1)] * 5, LIGHT)


# The axis


@pytest.mark.parametrize("periods", [1, 4, 8, 12, 16, 24, 40, 60])
def test_labels_of_periods_fit_beside_one_another_on_a_phone(periods: int) -> None:
    axis = time_axis(quarters(periods).points, 180)
    for ticks in (axis.periods, axis.years):
        widths = sum(len(tick.label) * 7 for tick in ticks)
        assert widths <= 180 or len(ticks) == 1


def test_years_are_grouped_under_their_quarters() -> None:
    axis = time_axis(quarters(8).points, PHONE)
    assert [tick.label for tick in axis.periods] == ["Q1", "Q2", "Q3", "Q4"] * 2
    assert [(tick.at, tick.label) for tick in axis.years] == [(1.5, "2020"), (5.5, "2021")]
    assert axis.edges == [3.5]


def test_sixteen_quarters_have_few_labels_and_none_is_upright() -> None:
    """There were 16 bars with upright labels."""
    layout = line_chart([quarters(16)], LIGHT)["layout"]
    assert layout["xaxis"]["tickangle"] == 0
    assert not any(note.get("textangle") for note in layout["annotations"])


def test_the_first_and_the_last_year_are_labelled_if_they_fit() -> None:
    labels = [tick.label for tick in time_axis(years(*range(9)).points, 180).periods]
    assert labels == ["2017", "2019", "2021", "2023", "2025"]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_no_text_of_a_chart_is_below_12_px(release: Release, palette: Palette) -> None:
    """Labels shrank to 3 to 5 px on a phone."""
    for figure in every_chart(release, palette).values():
        sizes = list(found("size", {"layout": figure["layout"]}))
        assert sizes
        assert min(sizes) >= 12


# The same without Plotly


def test_the_light_chart_has_its_texts_in_html_and_its_lines_in_a_picture() -> None:
    html = light_lines.line_chart("A chart", [quarters(8, "Albania")])
    assert 'role="img" aria-label="A chart"' in html
    assert re.findall(r'class="year"[^>]*>(\d+)<', html) == ["2020", "2021"]
    assert ">57</span>" in html
    address = re.findall(r'src="(data:image/svg\+xml,[^"]+)"', html)[0]
    assert re.fullmatch(r"[\w!$&'()*+,./:;=?@~%-]+", address), "characters of a URL alone"
    picture = unquote(address)
    assert "<text" not in picture, "text would be stretched"
    assert 'preserveAspectRatio="none"' in picture
    assert "vector-effect:non-scaling-stroke" in picture
    assert "prefers-color-scheme:dark" in picture


def test_panels_of_lines_share_one_scale() -> None:
    html = light_lines.small_multiples("A", [years(1, 2, label="Low"), years(5, 80, label="High")])
    assert re.findall(r'panel-name">(\w+)<', html) == ["Low", "High"]
    tops = re.findall(r'class="up" style="--at:1">([^<]+)<', html)
    assert tops == ["80", "80"]


def test_a_label_is_text_in_the_light_chart() -> None:
    planted = [replace(years(1, 2), label=HOSTILE), replace(years(2, 3), colour=Meaning.SECOND)]
    html = light_lines.line_chart(HOSTILE, planted)
    assert "<b>A</b>" not in html
    assert '<a href="//evil' not in html


# Every chart of the site


def every_chart(release: Release, palette: Palette = LIGHT) -> dict[str, charts.Figure]:
    """Return one chart of every kind that Plotly draws."""
    found = {
        name: draw(palette) for name in DRAWN if (draw := context_series.card(release, name).draw)
    }
    marked = charts.marked(line_chart([quarters(16)], palette), palette)
    return {**found, "range": marked}


def test_every_chart_is_valid_for_plotly_and_plain_json(release: Release) -> None:
    # Streamlit has Plotly check a figure each time it is sent, unless it is `PreparedFigure`.
    for name, figure in every_chart(release).items():
        go.Figure(figure)  # which refuses what is no part of a chart
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure, name


def test_plotly_refuses_a_chart_with_a_mistake_in_it() -> None:
    figure = line_chart([years(1)], LIGHT)
    figure["data"][0]["colour"] = "red"
    with pytest.raises(ValueError, match="colour"):
        go.Figure(figure)


def test_a_finished_chart_is_sent_as_it_is_and_never_checked_again() -> None:
    figure = line_chart([years(1)], LIGHT)
    finished = charts.PreparedFigure(figure)
    assert tools.return_figure_from_figure_or_data(finished, validate_figure=True) is figure
    assert json.loads(to_json(figure, validate=False)) == figure


def test_no_label_is_markup_or_the_name_of_a_value_in_a_chart() -> None:
    # Plotly draws tags in every text, links and pictures too, and puts values in place of %{...}.
    planted = Series(HOSTILE, [Point(HOSTILE, 7, 5, 8, tick=HOSTILE, year=HOSTILE)])
    other = replace(planted, label="B", colour=Meaning.SECOND)
    shown = [text for text in texts(line_chart([planted, other], LIGHT)) if "evil" in text]
    assert shown
    assert not [text for text in shown if "<b>" in text or '<a href="//evil' in text]
    assert any(DRAWN_AS in text for text in shown)


@pytest.mark.parametrize("name", DRAWN)
def test_no_chart_of_context_holds_a_figure_on_victim_referrals(
    release: Release, name: str
) -> None:
    with (PUBLISHED / "context.csv").open(encoding="utf-8", newline="") as stream:
        series = {
            int(row["value"])
            for row in csv.DictReader(stream)
            if row["series_id"] in context_series.DESIGNS[name].series_ids
        }
    points = [
        point.value for line in context_series.card(release, name).lines for point in line.points
    ]
    values = {int(value) for value in points if value is not None}
    assert values <= series
    assert 1336 not in values


def test_a_chart_has_no_toolbar_no_upload_and_no_zoom_that_catches_a_thumb() -> None:
    assert charts.CONFIG["displayModeBar"] is False
    assert charts.CONFIG["showSendToCloud"] is False
    assert charts.CONFIG["displaylogo"] is False
    assert charts.CONFIG["scrollZoom"] is False
    assert not charts.CONFIG.get("showLink", False)
    assert not charts.CONFIG.get("plotlyServerURL")


def test_a_chart_names_no_address_to_load_anything_from(release: Release) -> None:
    for figure in every_chart(release).values():
        assert "//" not in go.Figure(figure).to_json()


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_chart_takes_every_colour_from_its_palette(release: Release, palette: Palette) -> None:
    shades = colours.DARK if palette is DARK else colours.LIGHT
    own = {*vars(palette).values(), *shades.values(), charts.TRANSPARENT}
    for figure in every_chart(release, palette).values():
        used = {colour for colour in texts(figure) if colour.startswith(("#", "rgb"))}
        assert {colour for colour in used if not colour.endswith(",0.22)")} <= own


def texts(part: Any) -> list[str]:
    """Every text in a figure, or a part of one."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [text for child in part.values() for text in texts(child)]
    return [text for child in part for text in texts(child)] if isinstance(part, list) else []


def found(key: str, part: Any) -> list[Any]:
    """Every value of a key in a figure, or a part of one."""
    if isinstance(part, dict):
        own = [part[key]] if key in part else []
        return own + [value for child in part.values() for value in found(key, child)]
    return (
        [value for child in part for value in found(key, child)] if isinstance(part, list) else []
    )
