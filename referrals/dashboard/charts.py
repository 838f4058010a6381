"""Answers as Plotly figures: bars from zero, labelled at their ends, readable without colour.

What is certain is a solid bar. What lies between the smallest and the largest possible number is hatched. A share of those
recorded has a line for what it could be among all. "Not recorded" is grey. What is not published has no bar, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from referrals.dashboard.marks import marks
from referrals.dashboard.queries import Answer

CONFIG: Final[Mapping[str, Any]] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "staticPlot": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
}
"""No toolbar (it adds eight stops for a keyboard), no upload button, no zoom that catches a thumb."""

ROW: Final = 64
"""The height of a row of a bar chart, in pixels. Below, in rows: how high a bar is, where in its row its middle stands, and
how far above that its label."""

BAR: Final = 0.42
BAR_AT: Final = 0.2
LABEL_ABOVE: Final = 0.42
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
LAST_LABELS: Final = 96
"""Room to the right of a chart for the names of its categories."""

WATERMARK: Final = "Illustrative"
WATERMARK_EVERY: Final = 320
"""How far apart, in pixels of height, the watermarks of a chart are."""

LABELS_ABOVE: Final = 1.2
"""How much higher than the highest line the axis is, so that the number above it has room."""

LABEL_ROOM: Final = 1.6
"""How much wider than the longest bar the axis is, so that its label has room at its end."""


@dataclass(frozen=True)
class Palette:
    """The colours of a chart on a light or a dark page. Bars and text meet 3:1 and more against it; `grid` is faint."""

    text: str
    quiet: str
    grid: str
    main: str
    second: str
    unknown: str


LIGHT: Final = Palette("#0b0c0c", "#4a5058", "#c4cad1", "#12436d", "#f46a25", "#8b9199")
DARK: Final = Palette("#f3f4f6", "#c0c7cf", "#4a5560", "#8fc1ee", "#f79b6b", "#8b95a1")
"""Palette values after the Analysis Function's afcharts (MIT licence), lightened for dark pages."""


class Finished(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure that nobody changes any more, worked out once: Plotly checks and copies every value of one at each sending."""

    def __init__(self, figure: go.Figure) -> None:
        super().__init__(figure)
        self._sent = json.loads(figure.to_json())

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as it is sent: plain lists and numbers, the same ones at each call."""
        return dict(self._sent)


def finished(figure: go.Figure) -> go.Figure:
    """Return a figure that costs little to send, as often as it is sent."""
    return Finished(figure)


def bars(answer: Answer, palette: Palette = LIGHT) -> go.Figure:
    """Return one answer as horizontal bars, by number or by share as its selection says."""
    return _bars([marks(answer)], [""], palette)


def small_multiples(answers: Mapping[str, Answer], palette: Palette = LIGHT) -> go.Figure:
    """Return answers as bars one above the other on one scale, each under its own label."""
    return _bars([marks(answer) for answer in answers.values()], list(answers), palette)


def watermarked(figure: go.Figure, palette: Palette = LIGHT) -> go.Figure:
    """Return a figure with the word "Illustrative" across it, as often as its height needs."""
    times = max(round((figure.layout.height or WATERMARK_EVERY) / WATERMARK_EVERY), 1)
    for place in range(times):
        figure.add_annotation(
            x=0.5,
            xref="paper",
            y=1 - (place + 0.5) / times,
            yref="paper",
            text=WATERMARK,
            textangle=-12,
            showarrow=False,
            opacity=0.3,
            font={"size": 44, "color": palette.quiet},
        )
    return figure


def stacked_quarters(frame: pd.DataFrame, names: Mapping[str, str], palette: Palette = LIGHT) -> go.Figure:
    """Return a series of periods as stacked columns, one colour and one pattern a category, in the order of `names`.

    `frame` has the columns `period_label`, `category` and `value`.
    """
    looks = dict(zip(names, _looks(palette), strict=False))
    figure = go.Figure()
    for category, name in names.items():
        part = frame[frame["category"] == category]
        colour, pattern = looks[category]
        figure.add_bar(
            x=part["period_label"],
            y=part["value"],
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}, "line": {"width": 0}},
            hovertemplate="%{x}: %{y:,} " + name + "<extra></extra>",
        )
    figure.update_layout(barmode="stack", showlegend=False)
    _label_last(figure, frame, names, palette)
    return _upright(figure, palette, right=LAST_LABELS)


def _label_last(figure: go.Figure, frame: pd.DataFrame, names: Mapping[str, str], palette: Palette) -> None:
    """Name each category beside the last column, where its part of the column is."""
    last = frame[frame["period_label"] == frame["period_label"].iloc[-1]].set_index("category")["value"]
    floor = 0.0
    for category, name in names.items():
        middle = floor + float(last[category]) / 2
        floor += float(last[category])
        figure.add_annotation(
            x=1, xref="paper", y=middle, text=name, xanchor="left", showarrow=False, font={"size": 14, "color": palette.text}
        )


def columns(
    frame: pd.DataFrame,
    palette: Palette = LIGHT,
    *,
    earlier: pd.DataFrame | None = None,
    breaks: Sequence[str] = (),
    places: Sequence[str] = (),
) -> go.Figure:
    """Return a series of periods as columns labelled at their tops.

    `frame` has the columns `period_label` and `value`. `earlier` adds a mark for each value printed before and revised
    since. A dashed line stands before each period in `breaks`, where a series cannot be compared across it. `places` are the
    periods in order, where some have no value. `frame` may also have `lower` and `upper`: a line then joins them.
    """
    figure = go.Figure()
    has_range = "upper" in frame
    figure.add_bar(
        x=frame["period_label"],
        y=frame["value"],
        text=None if has_range else [f"{value:,}" for value in frame["value"]],
        textposition="none" if has_range else "outside",
        cliponaxis=False,
        marker={"color": palette.main},
        name="Latest value",
        hovertemplate="%{x}: %{y:,}<extra></extra>",
        error_y=_reach(frame, palette),
    )
    if earlier is not None and len(earlier):
        figure.add_scatter(
            x=earlier["period_label"],
            y=earlier["value"],
            mode="markers",
            name="Value printed earlier",
            marker={"symbol": "line-ew-open", "size": 26, "color": palette.second, "line": {"width": 3}},
            hovertemplate="%{x}: %{y:,} printed earlier<extra></extra>",
        )
    for label in breaks:
        place = list(places or frame["period_label"]).index(label) - 0.5
        figure.add_vline(x=place, line={"dash": "dash", "color": palette.quiet, "width": 2})
        figure.add_annotation(x=place, y=1.06, yref="paper", text="not comparable across this line", showarrow=False)
    figure.update_layout(legend={"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(places or frame["period_label"]))
    if has_range:
        _label_above(figure, frame, palette)
    return _upright(figure, palette)


def _label_above(figure: go.Figure, frame: pd.DataFrame, palette: Palette) -> None:
    """Write each value above its line, upright, so that many stand side by side on a phone."""
    for label, value, top in zip(frame["period_label"], frame["value"], frame["upper"], strict=True):
        figure.add_annotation(
            x=label,
            y=top,
            yanchor="bottom",
            text=f"{value:,}",
            textangle=-90,
            yshift=3,
            showarrow=False,
            font={"size": 14, "color": palette.text},
        )
    figure.update_yaxes(range=[0, max(int(frame["upper"].max()), 1) * LABELS_ABOVE])


def _reach(frame: pd.DataFrame, palette: Palette) -> dict[str, Any]:
    """Return the lines of columns from the least to the most that each value could be, none where these are not known."""
    if "upper" not in frame or not (frame["upper"] > frame["lower"]).any():
        return {"visible": False}
    return {
        "array": frame["upper"] - frame["value"],
        "arrayminus": frame["value"] - frame["lower"],
        "symmetric": False,
        "color": palette.text,
        "thickness": 2,
        "width": 4,
    }


def _bars(panels: Sequence[pd.DataFrame], headings: Sequence[str], palette: Palette) -> go.Figure:
    """Return panels of bars on one scale. A bar's label stands above it, so that the bar has the width of a phone."""
    figure = go.Figure()
    place = 0
    for heading, panel in zip(headings, panels, strict=True):
        if heading:
            _write(figure, place + BAR_AT, f"<b>{heading}</b>", palette)
            place += 1
        _draw(figure, panel, palette, first=place)
        place += len(panel)
    longest = max(float(panel["to"].max()) for panel in panels) or 1
    figure.update_layout(
        barmode="stack",
        showlegend=False,
        height=place * ROW,
        margin={"l": 2, "r": 2, "t": 2, "b": 2},
        **_paper(palette),
    )
    figure.update_xaxes(range=[0, longest * LABEL_ROOM], visible=False, fixedrange=True)
    figure.update_yaxes(range=[place - 0.45, -0.55], visible=False, fixedrange=True)
    return figure


def _draw(figure: go.Figure, drawn: pd.DataFrame, palette: Palette, *, first: int) -> None:
    """Draw one panel: the solid part of each bar, what lies beyond it, and the words above and beside it."""
    shades = {"main": palette.main, "second": palette.second, "grey": palette.unknown, "missing": palette.unknown}
    colours = [shades[look] for look in drawn["look"]]
    beyond = drawn["to"] - drawn["sure"]
    hatched = [gap > 0 and is_hatched for gap, is_hatched in zip(beyond, drawn["low"].isna(), strict=True)]
    places = [first + place + BAR_AT for place in range(len(drawn))]
    figure.add_bar(
        y=places,
        x=drawn["sure"],
        width=BAR,
        orientation="h",
        marker={
            "color": colours,
            "pattern": {"shape": ["." if look == "grey" else "" for look in drawn["look"]], "solidity": 0.25},
        },
        error_x={
            "visible": bool(drawn["low"].notna().any()),
            "array": beyond.where(drawn["low"].notna()),
            "arrayminus": drawn["sure"] - drawn["low"],
            "symmetric": False,
            "color": palette.text,
            "thickness": 3,
            "width": 7,
        },
        hoverinfo="skip",
    )
    figure.add_bar(
        y=places,
        x=beyond,
        width=BAR,
        orientation="h",
        text=[f"<b>{text}</b>" for text in drawn["text"]],
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 16, "color": palette.text},
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"color": colours, "width": [2 if one else 0 for one in hatched]},
            "pattern": {
                "shape": ["/" if one else "" for one in hatched],
                "fgcolor": colours,
                "bgcolor": "rgba(0,0,0,0)",
                "solidity": 0.4,
            },
        },
        hoverinfo="skip",
    )
    for place, label in zip(places, drawn["label"], strict=True):
        _write(figure, place - LABEL_ABOVE, label, palette)


def _write(figure: go.Figure, y: float, text: str, palette: Palette) -> None:
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=y, text=text, showarrow=False, font={"size": 16, "color": palette.text}
    )


def _looks(palette: Palette) -> list[tuple[str, str]]:
    return [(palette.main, ""), (palette.second, "/"), (palette.unknown, ".")]


def _upright(figure: go.Figure, palette: Palette, *, right: int = 8) -> go.Figure:
    figure.update_layout(height=420, margin={"l": 8, "r": right, "t": 56, "b": 8}, bargap=0.25, **_paper(palette))
    figure.update_xaxes(automargin=True, fixedrange=True, tickfont={"size": 14, "color": palette.text})
    figure.update_yaxes(
        rangemode="tozero", automargin=True, fixedrange=True, gridcolor=palette.grid, tickformat=",",
        tickfont={"size": 14, "color": palette.text},
    )  # fmt: skip
    return figure


def _paper(palette: Palette) -> dict[str, Any]:
    return {
        "template": "none",
        "font": {"family": FONT, "size": 15, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"font": {"family": FONT, "size": 15}},
    }
