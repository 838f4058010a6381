"""What every chart is made of, as Plotly's own JSON: colours, words, axes, and the figure as it is sent.

Plain lists and numbers, and no object of Plotly's for Python: those check and copy every value several times over, which took
three quarters of the time in which a page was made. The tests hold every chart to Plotly's own rules instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import pandas as pd
from plotly.basedatatypes import BaseFigure

Figure = dict[str, Any]
"""A chart as Plotly's JSON: its `data` and its `layout`."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
NOTHING: Final = "rgba(0,0,0,0)"


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


class Finished(BaseFigure):  # type: ignore[misc]  # Plotly has no types
    """A chart as Streamlit takes it without another look: a mere dict it would build anew, and check, at each sending."""

    def __init__(
        self, figure: Figure
    ) -> None:  # nothing of the base is wanted: it would hold, and copy, every value
        self._sent = figure

    def to_dict(self) -> Figure:
        """Return the chart as it is sent."""
        return self._sent


def plain(text: str) -> str:
    """Return a text as Plotly draws it letter by letter: it takes tags for HTML, and `%{…}` for the name of a value.

    >>> plain("<b>50%{y} & more")
    '&lt;b&gt;50%&#123;y} &amp; more'
    """
    return escape(text, quote=False).replace("%{", "%&#123;")


def numbers(values: Iterable[Any]) -> list[float | int | None]:
    """Return values as JSON has them: those of NumPy as numbers, and None for what is missing.

    >>> numbers(pd.Series([1.5, None]))
    [1.5, None]
    """
    return [
        None if pd.isna(value) else getattr(value, "item", lambda value=value: value)()
        for value in values
    ]


def note(text: str, palette: Palette, *, size: int = 16, **where: Any) -> dict[str, Any]:
    """Return words in a chart. The text is Plotly's HTML: what is not ours in it has been through `plain`."""
    return {
        "text": text,
        "showarrow": False,
        "font": {"size": size, "color": palette.text},
        **where,
    }


def upright(
    data: list[dict[str, Any]],
    palette: Palette,
    *,
    notes: list[dict[str, Any]],
    right: int = 8,
    **layout: Any,
) -> Figure:
    """Return a chart of columns that stand side by side, with words in it; `layout` is what it has besides.

    `xaxis` and `yaxis` among that are added to the axes that all have.
    """
    tick = {"size": 14, "color": palette.text}
    across = {"automargin": True, "fixedrange": True, "tickfont": tick, **layout.pop("xaxis", {})}
    up = {
        "rangemode": "tozero", "automargin": True, "fixedrange": True, "gridcolor": palette.grid, "tickformat": ",",
        "tickfont": tick, **layout.pop("yaxis", {}),
    }  # fmt: skip
    return {
        "data": data,
        "layout": {
            **paper(palette),
            "annotations": notes,
            "height": 420,
            "margin": {"l": 8, "r": right, "t": 56, "b": 8},
            "bargap": 0.25,
            "xaxis": across,
            "yaxis": up,
            **layout,
        },
    }


def paper(palette: Palette) -> dict[str, Any]:
    """Return what a layout begins with: nothing of Plotly's own looks, and our letters on the page's ground."""
    return {
        "template": {},
        "font": {"family": FONT, "size": 15, "color": palette.text},
        "paper_bgcolor": NOTHING,
        "plot_bgcolor": NOTHING,
        "hoverlabel": {"font": {"family": FONT, "size": 15}},
    }
