"""The parts that Plotly charts share, as JSON: colours, annotations, the mark of invented figures.

Charts are plain lists and numbers, because Plotly's own objects check and copy every value several
times, which took three quarters of the time of a page. The tests check every chart against Plotly's
schema instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from plotly.basedatatypes import BaseFigure

from referrals.i18n import messages

Figure = dict[str, Any]
"""A chart as Plotly's JSON: its `data` and its `layout`."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
TRANSPARENT: Final = "rgba(0,0,0,0)"

CONFIG: Final[Mapping[str, Any]] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "staticPlot": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
}
"""No toolbar (eight more stops for a keyboard), no upload button, no zoom that catches a thumb."""

ROOM_FOR_MARK: Final = 32
"""The room above a plot of invented figures, in pixels."""


@dataclass(frozen=True)
class Palette:
    """The colours of a chart on a light or a dark page.

    Bars and text have a contrast of at least 3:1 against the page; `grid` is fainter.
    """

    text: str
    quiet: str
    grid: str
    main: str
    second: str
    unknown: str


LIGHT: Final = Palette("#0b0c0c", "#4a5058", "#c4cad1", "#12436d", "#f46a25", "#8b9199")
DARK: Final = Palette("#f3f4f6", "#c0c7cf", "#4a5560", "#8fc1ee", "#f79b6b", "#8b95a1")
"""Palette values after the Analysis Function's afcharts (MIT licence), lightened for dark pages."""


class PreparedFigure(BaseFigure):  # type: ignore[misc]  # Plotly has no types
    """A chart that Streamlit sends unchanged. It would rebuild and check a plain dict each time."""

    def __init__(self, figure: Figure) -> None:
        # The base class is not initialised: it would keep, and copy, every value.
        self._sent = figure

    def to_dict(self) -> Figure:
        """Return the figure, unchanged."""
        return self._sent


def plain(text: str) -> str:
    """Escape text for Plotly, which draws tags as HTML and replaces `%{…}` with a value.

    >>> plain("<b>50%{y} & more")
    '&lt;b&gt;50%&#123;y} &amp; more'
    """
    return escape(text, quote=False).replace("%{", "%&#123;")


def note(text: str, palette: Palette, *, size: int = 16, **where: Any) -> dict[str, Any]:
    """Return an annotation. `text` is Plotly's HTML: labels in it must be escaped by `plain`."""
    return {
        "text": text,
        "showarrow": False,
        "font": {"size": size, "color": palette.text},
        **where,
    }


def paper(palette: Palette) -> dict[str, Any]:
    """Return the layout that all charts share: no theme, our fonts, a transparent background."""
    return {
        "template": {},
        "font": {"family": FONT, "size": 15, "color": palette.text},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "hoverlabel": {"font": {"family": FONT, "size": 15}},
    }


def marked(figure: Figure, palette: Palette) -> Figure:
    """Return a figure with the mark of invented figures above its plot, clear of the numbers."""
    layout = figure["layout"]
    mark = note(
        f"<b>{plain(messages.text('charts.watermark'))}</b>",
        palette,
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=ROOM_FOR_MARK / 2,
    )
    margin = {**layout["margin"], "t": layout["margin"]["t"] + ROOM_FOR_MARK}
    changed = {
        "annotations": [*layout["annotations"], mark],
        "height": layout["height"] + ROOM_FOR_MARK,
        "margin": margin,
    }
    return {**figure, "layout": {**layout, **changed}}
