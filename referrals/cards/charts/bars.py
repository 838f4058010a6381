"""Answers as Plotly figures: bars from zero, labelled at their ends, readable without colour.

The certain part of a number is a solid bar, and a range beyond it is hatched. A rounded number, or
a share of those recorded, has a line over what it could be. "Not recorded" is grey. A number that
is not published has no bar, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from referrals.cards.bars import Bar, bars
from referrals.cards.charts.base import LIGHT, TRANSPARENT, Figure, Palette, note, paper, plain
from referrals.query.answer import Answer

ROW: Final = 64
"""The height of a row in pixels. `BAR` and those below are in rows."""

BAR: Final = 0.42
"""The height of a bar."""

BAR_AT: Final = 0.2
"""The middle of a bar, below the middle of its row."""

LABEL_ABOVE: Final = 0.42
"""The distance of a label above the middle of its bar."""

LABEL_ROOM: Final = 1.6
"""The least length of the axis in longest bars: a bar's label needs room at its end."""

LETTER_WIDTH: Final = 0.037
WIDEST_LABEL: Final = 0.75
"""The share of a phone's width that one letter of a label takes, and that a label may take."""


def bar_chart(answer: Answer, palette: Palette = LIGHT) -> Figure:
    """Return one answer as horizontal bars, by number or by share as its selection says."""
    return _panels([bars(answer)], [""], palette)


def small_multiples(answers: Mapping[str, Answer], palette: Palette = LIGHT) -> Figure:
    """Return answers as bars one above the other on one scale, each under its own label."""
    panels = [bars(answer) for answer in answers.values()]
    return _panels(panels, list(answers), palette)


def _panels(panels: Sequence[Sequence[Bar]], headings: Sequence[str], palette: Palette) -> Figure:
    """Return panels of bars on one scale, labels above them: on a phone bars need the width."""
    data, notes, place = [], [], 0
    for heading, panel in zip(headings, panels, strict=True):
        if heading:
            notes.append(_label(f"<b>{plain(heading)}</b>", place + BAR_AT, palette))
            place += 1
        at = [place + row + BAR_AT for row in range(len(panel))]
        data += [_solid(panel, at, palette), _beyond(panel, at, palette)]
        notes += [
            _label(plain(bar.label), y - LABEL_ABOVE, palette)
            for bar, y in zip(panel, at, strict=True)
        ]
        place += len(panel)
    every = [bar for panel in panels for bar in panel]
    longest = max(float(bar.upper) for bar in every) or 1
    letters = max(len(bar.shown) for bar in every)
    room = max(LABEL_ROOM, 1 / (1 - min(letters * LETTER_WIDTH, WIDEST_LABEL)))
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


def _solid(panel: Sequence[Bar], at: Sequence[float], palette: Palette) -> dict[str, Any]:
    """Return the solid part of each bar, with a line if its number could also be less."""
    return {
        "type": "bar",
        "y": at,
        "x": [bar.solid for bar in panel],
        "width": BAR,
        "orientation": "h",
        "marker": {
            "color": _shades(panel, palette),
            "pattern": {
                "shape": ["." if bar.style == "grey" else "" for bar in panel],
                "solidity": 0.25,
            },
        },
        "error_x": {
            "visible": any(bar.lower is not None for bar in panel),
            "array": [None if bar.lower is None else bar.upper - bar.solid for bar in panel],
            "arrayminus": [None if bar.lower is None else bar.solid - bar.lower for bar in panel],
            "symmetric": False,
            "color": palette.text,
            "thickness": 3,
            "width": 7,
        },
        "hoverinfo": "skip",
    }


def _beyond(panel: Sequence[Bar], at: Sequence[float], palette: Palette) -> dict[str, Any]:
    """Return the part beyond each solid bar, hatched unless it has a line, and its text."""
    shades = _shades(panel, palette)
    hatched = [bar.upper > bar.solid and bar.lower is None for bar in panel]
    return {
        "type": "bar",
        "y": at,
        "x": [bar.upper - bar.solid for bar in panel],
        "width": BAR,
        "orientation": "h",
        "text": [f"<b>{plain(bar.shown)}</b>" for bar in panel],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 16, "color": palette.text},
        "marker": {
            "color": TRANSPARENT,
            "line": {"color": shades, "width": [2 if is_hatched else 0 for is_hatched in hatched]},
            "pattern": {
                "shape": ["/" if is_hatched else "" for is_hatched in hatched],
                "fgcolor": shades,
                "bgcolor": TRANSPARENT,
                "solidity": 0.4,
            },
        },
        "hoverinfo": "skip",
    }


def _shades(panel: Sequence[Bar], palette: Palette) -> list[str]:
    shades = {
        "main": palette.main,
        "second": palette.second,
        "grey": palette.unknown,
        "missing": palette.unknown,
    }
    return [shades[bar.style] for bar in panel]


def _label(text: str, y: float, palette: Palette) -> dict[str, Any]:
    return note(text, palette, x=0, xref="paper", xanchor="left", y=y)
