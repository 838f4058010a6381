"""Charts that cannot mislead: from zero, labelled, readable without colour, ranges shown."""

from __future__ import annotations

import csv
import json
import tomllib
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly import tools
from plotly.io import to_json

from referrals.cards import by_dimension, context_series
from referrals.cards.bars import bars
from referrals.cards.charts import bars as bar_charts
from referrals.cards.charts import base as charts
from referrals.cards.charts import columns
from referrals.cards.charts.base import DARK, LIGHT, Palette
from referrals.cards.charts.columns import Column
from referrals.cards.exports import svg
from referrals.cards.html import card as card_html
from referrals.cards.html import sources
from referrals.cards.wording import phrases
from referrals.paths import PUBLISHED, ROOT
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import SHARE, Selection
from referrals.reference.codelists import codelist
from referrals.release.release import Release

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
PAGES = {
    "light": (LIGHT, THEME["light"]["backgroundColor"]),
    "dark": (DARK, THEME["dark"]["backgroundColor"]),
}
Drawn = list[tuple[Answer, Any]]
DRAWN = [name for name, look in context_series.DESIGNS.items() if look.draw is not None]


@pytest.fixture(scope="module")
def published(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers that are drawn: those with anything to draw."""
    return tuple(answer for answer in answers if answer.is_published)


@pytest.fixture(scope="module")
def drawn(published: tuple[Answer, ...]) -> Drawn:
    """Each of those answers with its chart."""
    return [(answer, go.Figure(bar_charts.bar_chart(answer))) for answer in published]


# What is solid and what is hatched


def test_a_number_is_solid_to_its_smallest_and_hatched_to_its_largest(
    published: tuple[Answer, ...],
) -> None:
    for answer in published:
        by_share = answer.selection.measure == SHARE
        for row, bar in zip(answer.observations, bars(answer), strict=True):
            share = row.share
            if share is None or (by_share and share.of_recorded is not None):
                continue
            low, high = (share.lower * 100, share.upper * 100) if by_share else row.bounds
            expected = (float(low), float(low if row.open_ended else high))
            assert (bar.solid, bar.upper) == pytest.approx(expected)
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


@pytest.mark.parametrize("measure", ["number", SHARE])
def test_an_open_end_has_no_hatch_and_is_labelled_as_open(release: Release, measure: str) -> None:
    answer = kinds.of(release).answer("age_band", Selection(measure=measure))
    (bar,) = [bar for bar in bars(answer) if bar.label.endswith("20 to 39")]
    assert bar.solid == bar.upper > 0
    assert bar.shown in {"at least 669", "over 50%"}


@pytest.mark.parametrize("measure", ["number", SHARE])
def test_an_unpublished_number_has_no_bar_but_a_label(release: Release, measure: str) -> None:
    answer = kinds.of(release).answer("crime_type", Selection(nationality="_TOP3", measure=measure))
    missing = [bar for bar in bars(answer) if bar.symbol == "[x]"]
    assert len(missing) == 3
    assert {bar.shown for bar in missing} == {"not published"}
    assert {(bar.style, bar.solid, bar.upper) for bar in missing} == {("missing", 0, 0)}


def test_the_share_of_males_is_drawn_at_62_percent_with_its_range(release: Release) -> None:
    male, *_ = bars(kinds.of(release).answer("sex", Selection(measure=SHARE)))
    assert male.shown.startswith("62%")
    assert [round(end or 0, 1) for end in (male.lower, male.solid, male.upper)] == [
        52.8,
        62.4,
        68.2,
    ]


# Bars


def test_every_bar_has_the_label_of_its_table_row(drawn: Drawn) -> None:
    for answer, figure in drawn:
        solid, hatched = figure.data
        assert [text.removeprefix("<b>").removesuffix("</b>") for text in hatched.text] == [
            bar.shown for bar in bars(answer)
        ]
        assert all(hatched.text)
        assert hatched.textposition == "outside"
        assert list(solid.y) == list(hatched.y)
        above = {note.y + bar_charts.LABEL_ABOVE: note.text for note in figure.layout.annotations}
        assert [above[place] for place in solid.y] == [
            phrases.label(observation) for observation in answer.observations
        ]


def test_the_hatched_part_is_as_long_as_the_range_is_wide(drawn: Drawn) -> None:
    for answer, figure in drawn:
        _, hatched = figure.data
        if answer.selection.measure != SHARE:
            widths = [
                upper - lower if row.has_number and not row.open_ended else 0
                for row in answer.observations
                for lower, upper in [row.bounds if row.has_number else (0, 0)]
            ]
            assert list(hatched.x) == widths
            assert [shape == "/" for shape in hatched.marker.pattern.shape] == [
                width > 0 for width in widths
            ]


def test_a_line_on_a_share_by_sex_covers_its_whole_range(drawn: Drawn) -> None:
    lines = 0
    for answer, figure in drawn:
        solid, hatched = figure.data
        assert solid.error_x.visible == any(bar.lower is not None for bar in bars(answer))
        ends = zip(solid.x, solid.error_x.arrayminus, solid.error_x.array, strict=True)
        for bar, shape, (at, less, more) in zip(
            bars(answer), hatched.marker.pattern.shape, ends, strict=True
        ):
            if bar.lower is None:
                assert (less, more) == (None, None)
            else:
                lines += 1
                assert (at - less, at + more) == pytest.approx((bar.lower, bar.upper))
                assert shape == ""
    assert lines == 8


def test_bars_start_at_zero_and_their_labels_have_room(drawn: Drawn) -> None:
    for answer, figure in drawn:
        start, end = figure.layout.xaxis.range
        assert start == 0
        assert end > max(bar.upper for bar in bars(answer)) * 1.3
        assert figure.layout.barmode == "stack"


def test_not_recorded_differs_by_pattern_as_well_as_by_colour(release: Release) -> None:
    answer = kinds.of(release).answer("sex", Selection())
    solid, _ = go.Figure(bar_charts.bar_chart(answer)).data
    looks = dict(
        zip(
            [observation.code for observation in answer.observations],
            zip(solid.marker.color, solid.marker.pattern.shape, strict=True),
            strict=True,
        )
    )
    assert looks["_NK"] == (LIGHT.unknown, ".")
    assert looks["M"] == (LIGHT.main, "")
    assert looks["F"] == (LIGHT.second, "")


def test_the_bars_of_groups_share_one_scale_each_under_its_name(release: Release) -> None:
    answers = {
        code: kinds.of(release).answer("sex", Selection(crime_type=code))
        for code in ("MS", "DA", "OTH")
    }
    figure = go.Figure(bar_charts.small_multiples(answers))
    assert tuple(figure.layout.xaxis.range) == (0, 447 * bar_charts.LABEL_ROOM)
    assert "xaxis2" not in figure.to_dict()["layout"]
    words = [note.text for note in sorted(figure.layout.annotations, key=lambda note: note.y)]
    assert words == [
        word
        for code in answers
        for word in (f"<b>{code}</b>", "Male", "Female", "Sex not recorded")
    ]
    assert [list(trace.x) for trace in figure.data[::2]] == [
        [447, 210, 121],
        [45, 147, 18],
        [214, 68, 45],
    ]
    assert sum(len(trace.text) for trace in figure.data[1::2]) == 9


def test_one_group_alone_can_be_drawn(release: Release) -> None:
    figure = go.Figure(
        bar_charts.small_multiples(
            {"Modern slavery": kinds.of(release).answer("sex", Selection(crime_type="MS"))}
        )
    )
    assert figure.layout.xaxis.range[0] == 0


# Columns over time


def test_stacked_columns_start_at_zero_and_differ_by_pattern_as_well_as_by_colour() -> None:
    values = [Column("2020", 5), Column("2021", 5)]
    figure = go.Figure(columns.stacked({"One": values, "Two": values, "Three": values}))
    assert figure.layout.yaxis.rangemode == "tozero"
    assert figure.layout.barmode == "stack"
    assert (
        len({trace.marker.color for trace in figure.data})
        == len({trace.marker.pattern.shape for trace in figure.data})
        == 3
    )
    assert {"One", "Two", "Three"} <= {note.text for note in figure.layout.annotations} | {
        trace.name for trace in figure.data
    }


def test_columns_start_at_zero_and_each_has_its_number_at_its_top() -> None:
    values = [Column("2019", 1000), Column("2020", 2000), Column("2021", 3000)]
    figure = go.Figure(columns.columns(values, earlier=values[:1], breaks=["2021"]))
    assert figure.layout.yaxis.rangemode == "tozero"
    assert list(figure.data[0].text) == ["1,000", "2,000", "3,000"]
    assert figure.data[1].mode == "markers"
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1, line.line.dash) == (1.5, 1.5, "dash")
    assert any("not comparable" in note.text for note in figure.layout.annotations)


@pytest.mark.parametrize("name", DRAWN)
def test_no_chart_of_context_holds_a_figure_on_victim_referrals(
    release: Release, name: str
) -> None:
    draw = context_series.card(release, name).draw
    assert draw is not None
    with (PUBLISHED / "context.csv").open(encoding="utf-8", newline="") as stream:
        series = {
            int(row["value"])
            for row in csv.DictReader(stream)
            if row["series_id"] == context_series.DESIGNS[name].series_id
        }
    values = {int(value) for trace in draw(LIGHT)["data"] for value in trace["y"]}
    assert values <= series
    assert 1336 not in values


def test_no_chart_of_victim_referrals_holds_a_figure_from_elsewhere(drawn: Drawn) -> None:
    for answer, figure in drawn:
        limit = 100 if answer.selection.measure == SHARE else 1336
        assert all(0 <= value <= limit for trace in figure.data for value in trace.x)
        assert not any("yaxis2" in name or "xaxis2" in name for name in figure.to_dict()["layout"])


# What every chart is made of


def every_chart(release: Release, published: tuple[Answer, ...]) -> dict[str, charts.Figure]:
    """Return one chart of every kind that the site draws."""
    ranges = [Column("1", 7, 5, 8), Column("2", 9, 9, 9)]
    of_context = {
        name: draw(LIGHT) for name in DRAWN if (draw := context_series.card(release, name).draw)
    }
    of_answers = {
        f"bars {place}": bar_charts.bar_chart(answer) for place, answer in enumerate(published)
    }
    several = bar_charts.small_multiples({"One": published[0], "Two": published[1]})
    return {
        **of_context,
        **of_answers,
        "several": several,
        "range": charts.watermarked(columns.columns(ranges)),
    }


def test_every_chart_is_valid_for_plotly_and_plain_json(
    release: Release, published: tuple[Answer, ...]
) -> None:
    # Streamlit has Plotly check a figure each time it is sent, unless it is `PreparedFigure`.
    for name, figure in every_chart(release, published).items():
        go.Figure(figure)  # which refuses what is no part of a chart
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure, name


def test_plotly_refuses_a_chart_with_a_mistake_in_it() -> None:
    figure = columns.columns([Column("1", 1)])
    figure["data"][0]["colour"] = "red"
    with pytest.raises(ValueError, match="colour"):
        go.Figure(figure)


def test_a_finished_chart_is_sent_as_it_is_and_never_checked_again(
    published: tuple[Answer, ...],
) -> None:
    figure = bar_charts.bar_chart(published[0])
    finished = charts.PreparedFigure(figure)
    assert tools.return_figure_from_figure_or_data(finished, validate_figure=True) is figure
    assert json.loads(to_json(figure, validate=False)) == figure


HOSTILE = '<b>A</b><a href="//evil.example">%{y} & more</a>'
DRAWN_AS = '&lt;b&gt;A&lt;/b&gt;&lt;a href="//evil.example"&gt;%&#123;y} &amp; more&lt;/a&gt;'


def test_no_label_is_markup_or_the_name_of_a_value_in_a_chart(
    published: tuple[Answer, ...],
) -> None:
    # Plotly draws tags in every text, links and pictures too, and puts values in place of %{...}.
    hostile = replace(published[0], observations=relabelled(published[0]))
    values = [Column(HOSTILE, 7, 5, 8)]
    drawn = [
        bar_charts.small_multiples({HOSTILE: hostile}),
        columns.stacked({HOSTILE: values}),
        columns.columns(values, earlier=values, breaks=[HOSTILE], periods=[HOSTILE]),
    ]
    for figure in drawn:
        hostile_texts = [text for text in texts(figure) if "evil" in text]
        assert hostile_texts
        assert [text for text in hostile_texts if DRAWN_AS not in text] == []
        assert not [text for text in hostile_texts if HOSTILE in text]


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
        + card_html.bars(card)
        + card.table
        + card_html.notes(card, folded=False)
        + sources.html(card)
    )
    assert "&lt;a href=" in html
    assert "<b>A</b>" not in html
    assert '<a href="//evil' not in html
    assert "<b>A</b>" not in svg.write(card, "")


def relabelled(answer: Answer) -> tuple[Observation, ...]:
    """The observations of an answer under a hostile label."""
    return tuple(replace(observation, label=HOSTILE) for observation in answer.observations)


def texts(part: Any) -> list[str]:
    """Every text in a figure, or a part of one."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [text for child in part.values() for text in texts(child)]
    return [text for child in part for text in texts(child)] if isinstance(part, list) else []


# What every chart is drawn with


def test_a_chart_has_no_toolbar_no_upload_and_no_zoom_that_catches_a_thumb() -> None:
    assert charts.CONFIG["displayModeBar"] is False
    assert charts.CONFIG["showSendToCloud"] is False
    assert charts.CONFIG["displaylogo"] is False
    assert charts.CONFIG["scrollZoom"] is False
    assert not charts.CONFIG.get("showLink", False)
    assert not charts.CONFIG.get("plotlyServerURL")


def test_a_chart_names_no_address_to_load_anything_from(release: Release, drawn: Drawn) -> None:
    others = [
        go.Figure(draw(LIGHT))
        for name in DRAWN
        if (draw := context_series.card(release, name).draw)
    ]
    assert all(
        "//" not in figure.to_json() for figure in (*(figure for _, figure in drawn), *others)
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", ["main", "second", "unknown"])
def test_a_bar_stands_out_from_its_page(page: str, part: str) -> None:
    palette, background = PAGES[page]
    assert contrast(getattr(palette, part), background) >= 3


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", ["text", "quiet"])
def test_text_in_a_chart_can_be_read_on_its_page(page: str, part: str) -> None:
    palette, background = PAGES[page]
    assert contrast(getattr(palette, part), background) >= 4.5


@pytest.mark.parametrize("look", svg.SHADES)
def test_a_bar_in_a_picture_stands_out_from_its_white_ground(look: str) -> None:
    assert contrast(svg.SHADES[look], "#ffffff") >= 3


def test_contrast_is_that_of_wcag_and_a_pale_grey_fails_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(
        4.48, abs=0.005
    )  # WCAG's own example of a near miss
    assert contrast(LIGHT.grid, "#ffffff") < 3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_chart_takes_every_colour_from_its_palette(release: Release, palette: Palette) -> None:
    own = {value.lower() for value in vars(palette).values()} | {"rgba(0,0,0,0)"}
    draw = context_series.card(release, "years").draw
    assert draw is not None
    for figure in (
        bar_charts.bar_chart(kinds.of(release).answer("sex", Selection()), palette),
        draw(palette),
    ):
        assert {colour.lower() for colour in colours(figure)} <= own


def test_no_text_in_a_chart_is_left_in_plotlys_own_colour(release: Release) -> None:
    layout = columns.columns([Column("1", 1), Column("2", 2)], DARK, breaks=["2"])["layout"]
    assert layout["font"]["color"] == DARK.text
    assert layout["template"] == {}, "with none at all, Plotly would take its own"
    assert [note["font"]["color"] for note in layout["annotations"]] == [DARK.text]
    assert (
        bar_charts.bar_chart(kinds.of(release).answer("sex", Selection()), DARK)["data"][1][
            "textfont"
        ]["color"]
        == DARK.text
    )


def test_a_chart_draws_no_label_from_outside_the_codelists(drawn: Drawn) -> None:
    """Plotly draws tags in labels, and would load a picture: labels are a closed list."""
    named = {
        "All other or unrecorded nationalities"
    }  # release.toml: what this release calls a code
    for answer, figure in drawn:
        known = named | {code.label for code in codelist(answer.dimension).codes.values()}
        assert {note.text.removeprefix("of these, ") for note in figure.layout.annotations} <= known


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2: from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours(part: Any) -> set[str]:
    """Every colour that a figure, or a part of one, names."""
    if isinstance(part, str):
        return {part} if part.startswith(("#", "rgb")) else set()
    if isinstance(part, dict):
        return set().union(*map(colours, part.values()))
    return set().union(*map(colours, part)) if isinstance(part, list | tuple) else set()
