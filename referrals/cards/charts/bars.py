"""Answers as Plotly figures: bars from zero, labelled at their ends, readable without colour.

What is certain is a solid bar. What lies between the smallest and the largest possible number is hatched. A share of those
recorded has a line for what it could be among all. "Not recorded" is grey. What is not published has no bar, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from referrals.cards.bars import marks
from referrals.cards.charts.base import (
    DARK,
    LIGHT,
    NOTHING,
    Figure,
    Finished,
    Palette,
    note,
    numbers,
    paper,
    plain,
    upright,
)
from referrals.query.answer import Answer

__all__ = [
    "CONFIG",
    "DARK",
    "LIGHT",
    "Figure",
    "Finished",
    "Palette",
    "bars",
    "columns",
    "small_multiples",
    "stacked_quarters",
    "watermarked",
]

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
LAST_LABELS: Final = 96
"""Room to the right of a chart for the names of its categories."""

WATERMARK: Final = "Illustrative"
WATERMARK_EVERY: Final = 320
"""How far apart, in pixels of height, the watermarks of a chart are."""

LABELS_ABOVE: Final = 1.2
"""How much higher than the highest line the axis is, so that the number above it has room."""

NO_COMPARING: Final = "not comparable across this line"

LABEL_ROOM: Final = 1.6
"""How much wider than the longest bar the axis is at least, so that its label has room at its end."""

LETTER: Final = 0.037
MOST_LETTERS: Final = 0.75
"""What part of the width of a chart on a phone a letter of a label takes, and all of them at most."""


def bars(answer: Answer, palette: Palette = LIGHT) -> Figure:
    """Return one answer as horizontal bars, by number or by share as its selection says."""
    return _bars([marks(answer)], [""], palette)


def small_multiples(answers: Mapping[str, Answer], palette: Palette = LIGHT) -> Figure:
    """Return answers as bars one above the other on one scale, each under its own label."""
    return _bars([marks(answer) for answer in answers.values()], list(answers), palette)


def watermarked(figure: Figure, palette: Palette = LIGHT) -> Figure:
    """Return a figure with the word "Illustrative" across it, as often as its height needs."""
    layout = figure["layout"]
    times = max(round(layout["height"] / WATERMARK_EVERY), 1)
    look: dict[str, Any] = {
        "opacity": 0.3,
        "textangle": -12,
        "font": {"size": 44, "color": palette.quiet},
    }
    across = [
        note(
            WATERMARK,
            palette,
            x=0.5,
            xref="paper",
            y=1 - (place + 0.5) / times,
            yref="paper",
            **look,
        )
        for place in range(times)
    ]
    return {**figure, "layout": {**layout, "annotations": [*layout["annotations"], *across]}}


def stacked_quarters(
    frame: pd.DataFrame, names: Mapping[str, str], palette: Palette = LIGHT
) -> Figure:
    """Return a series of periods as stacked columns, one colour and one pattern a category, in the order of `names`.

    `frame` has the columns `period_label`, `category` and `value`.
    """
    looks = dict(zip(names, _looks(palette), strict=False))
    data = [
        _layer(frame[frame["category"] == category], plain(name), *looks[category])
        for category, name in names.items()
    ]
    notes = _at_the_last(frame, names, palette)
    return upright(data, palette, notes=notes, right=LAST_LABELS, barmode="stack", showlegend=False)


def _layer(part: pd.DataFrame, name: str, colour: str, pattern: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": _places(part),
        "y": numbers(part["value"]),
        "name": name,
        "marker": {
            "color": colour,
            "pattern": {"shape": pattern, "solidity": 0.35},
            "line": {"width": 0},
        },
        "hovertemplate": f"%{{x}}: %{{y:,}} {name}<extra></extra>",
    }


def _at_the_last(
    frame: pd.DataFrame, names: Mapping[str, str], palette: Palette
) -> list[dict[str, Any]]:
    """Return the name of each category beside the last column, where its part of the column is."""
    last = frame[frame["period_label"] == frame["period_label"].iloc[-1]].set_index("category")[
        "value"
    ]
    notes, floor = [], 0.0
    for category, name in names.items():
        middle = floor + float(last[category]) / 2
        floor += float(last[category])
        notes.append(
            note(plain(name), palette, size=14, x=1, xref="paper", y=middle, xanchor="left")
        )
    return notes


def columns(
    frame: pd.DataFrame,
    palette: Palette = LIGHT,
    *,
    earlier: pd.DataFrame | None = None,
    breaks: Sequence[str] = (),
    places: Sequence[str] = (),
) -> Figure:
    """Return a series of periods as columns labelled at their tops.

    `frame` has the columns `period_label` and `value`. `earlier` adds a mark for each value printed before and revised
    since. A dashed line stands before each period in `breaks`, where a series cannot be compared across it. `places` are the
    periods in order, where some have no value. `frame` may also have `lower` and `upper`: a line then joins them.
    """
    has_range = "upper" in frame
    order = list(places or frame["period_label"])
    at_breaks = [order.index(label) - 0.5 for label in breaks]
    data = [_column(frame, palette, has_range=has_range)]
    if earlier is not None and len(earlier):
        data.append(_printed_earlier(earlier, palette))
    return upright(
        data,
        palette,
        notes=[
            *(
                note(NO_COMPARING, palette, size=15, x=place, y=1.06, yref="paper")
                for place in at_breaks
            ),
            *(_tops(frame, palette) if has_range else ()),
        ],
        shapes=[_break(place, palette) for place in at_breaks],
        legend={"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0},
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(map(plain, order)),
        },
        yaxis={"range": [0, max(int(frame["upper"].max()), 1) * LABELS_ABOVE]} if has_range else {},
    )


def _column(frame: pd.DataFrame, palette: Palette, *, has_range: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": _places(frame),
        "y": numbers(frame["value"]),
        "textposition": "none" if has_range else "outside",
        "cliponaxis": False,
        "marker": {"color": palette.main},
        "name": "Latest value",
        "hovertemplate": "%{x}: %{y:,}<extra></extra>",
        "error_y": _reach(frame, palette),
        **({} if has_range else {"text": [f"{value:,}" for value in frame["value"]]}),
    }


def _printed_earlier(earlier: pd.DataFrame, palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": _places(earlier),
        "y": numbers(earlier["value"]),
        "mode": "markers",
        "name": "Value printed earlier",
        "marker": {
            "symbol": "line-ew-open",
            "size": 26,
            "color": palette.second,
            "line": {"width": 3},
        },
        "hovertemplate": "%{x}: %{y:,} printed earlier<extra></extra>",
    }


def _break(place: float, palette: Palette) -> dict[str, Any]:
    """Return a dashed line from the bottom to the top of a chart."""
    line = {"dash": "dash", "color": palette.quiet, "width": 2}
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "xref": "x",
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
        "line": line,
    }


def _tops(frame: pd.DataFrame, palette: Palette) -> list[dict[str, Any]]:
    """Return each value above its line, upright, so that many stand side by side on a phone."""
    return [
        note(
            f"{value:,}",
            palette,
            size=14,
            x=label,
            y=top,
            yanchor="bottom",
            textangle=-90,
            yshift=3,
        )
        for label, value, top in zip(
            _places(frame), numbers(frame["value"]), numbers(frame["upper"]), strict=True
        )
    ]


def _reach(frame: pd.DataFrame, palette: Palette) -> dict[str, Any]:
    """Return the lines of columns from the least to the most that each value could be, none where these are not known."""
    if "upper" not in frame or not (frame["upper"] > frame["lower"]).any():
        return {"visible": False}
    return {
        "array": numbers(frame["upper"] - frame["value"]),
        "arrayminus": numbers(frame["value"] - frame["lower"]),
        "symmetric": False,
        "color": palette.text,
        "thickness": 2,
        "width": 4,
    }


def _places(frame: pd.DataFrame) -> list[str]:
    return list(map(plain, frame["period_label"]))


def _bars(panels: Sequence[pd.DataFrame], headings: Sequence[str], palette: Palette) -> Figure:
    """Return panels of bars on one scale. A bar's label stands above it, so that the bar has the width of a phone."""
    data, notes, place = [], [], 0
    for heading, panel in zip(headings, panels, strict=True):
        if heading:
            notes.append(_label(f"<b>{plain(heading)}</b>", place + BAR_AT, palette))
            place += 1
        at = [place + row + BAR_AT for row in range(len(panel))]
        data += [_solid(panel, at, palette), _beyond(panel, at, palette)]
        notes += [
            _label(plain(label), y - LABEL_ABOVE, palette)
            for label, y in zip(panel["label"], at, strict=True)
        ]
        place += len(panel)
    longest = max(float(panel["to"].max()) for panel in panels) or 1
    letters = max(int(panel["text"].str.len().max()) for panel in panels if len(panel))
    room = max(LABEL_ROOM, 1 / (1 - min(letters * LETTER, MOST_LETTERS)))
    layout = {
        **paper(palette),
        "annotations": notes,
        "barmode": "stack",
        "showlegend": False,
        "height": place * ROW,
        "margin": {"l": 2, "r": 2, "t": 2, "b": 2},
        "xaxis": {"range": [0, longest * room], "visible": False, "fixedrange": True},
        "yaxis": {"range": [place - 0.45, -0.55], "visible": False, "fixedrange": True},
    }
    return {"data": data, "layout": layout}


def _solid(drawn: pd.DataFrame, at: Sequence[float], palette: Palette) -> dict[str, Any]:
    """Return the solid part of each bar, with a line where its number could also be less."""
    has_line = drawn["low"].notna()
    return {
        "type": "bar",
        "y": at,
        "x": numbers(drawn["sure"]),
        "width": BAR,
        "orientation": "h",
        "marker": {
            "color": _shades(drawn, palette),
            "pattern": {
                "shape": ["." if look == "grey" else "" for look in drawn["look"]],
                "solidity": 0.25,
            },
        },
        "error_x": {
            "visible": bool(has_line.any()),
            "array": numbers((drawn["to"] - drawn["sure"]).where(has_line)),
            "arrayminus": numbers(drawn["sure"] - drawn["low"]),
            "symmetric": False,
            "color": palette.text,
            "thickness": 3,
            "width": 7,
        },
        "hoverinfo": "skip",
    }


def _beyond(drawn: pd.DataFrame, at: Sequence[float], palette: Palette) -> dict[str, Any]:
    """Return what lies beyond the solid part of each bar, hatched where it is no line, and the words at its end."""
    beyond, shades = drawn["to"] - drawn["sure"], _shades(drawn, palette)
    hatched = [
        gap > 0 and is_hatched for gap, is_hatched in zip(beyond, drawn["low"].isna(), strict=True)
    ]
    return {
        "type": "bar",
        "y": at,
        "x": numbers(beyond),
        "width": BAR,
        "orientation": "h",
        "text": [f"<b>{plain(text)}</b>" for text in drawn["text"]],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 16, "color": palette.text},
        "marker": {
            "color": NOTHING,
            "line": {"color": shades, "width": [2 if one else 0 for one in hatched]},
            "pattern": {
                "shape": ["/" if one else "" for one in hatched],
                "fgcolor": shades,
                "bgcolor": NOTHING,
                "solidity": 0.4,
            },
        },
        "hoverinfo": "skip",
    }


def _shades(drawn: pd.DataFrame, palette: Palette) -> list[str]:
    shades = {
        "main": palette.main,
        "second": palette.second,
        "grey": palette.unknown,
        "missing": palette.unknown,
    }
    return [shades[look] for look in drawn["look"]]


def _label(text: str, y: float, palette: Palette) -> dict[str, Any]:
    return note(text, palette, x=0, xref="paper", xanchor="left", y=y)


def _looks(palette: Palette) -> list[tuple[str, str]]:
    return [(palette.main, ""), (palette.second, "/"), (palette.unknown, ".")]
