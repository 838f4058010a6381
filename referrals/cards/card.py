"""A card: one finding with its chart, table, notes, sources and exports.

Nothing draws a chart without its card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from referrals.cards.charts.bars import Bar
from referrals.cards.charts.base import Figure, Palette, marked
from referrals.cards.charts.events import Event
from referrals.cards.charts.values import Series
from referrals.cards.wording import kinds, phrases
from referrals.i18n import code_labels, messages
from referrals.query.observation import Observation
from referrals.query.selection import RELEASE, SEPARATOR
from referrals.release.release import About, Kind

PATHS: Final[Mapping[str, str]] = {
    "nationality": "/nationality",
    "age_band": "/age",
    "sex": "/sex",
    "crime_type": "/crime-type",
}
"""The page of each dimension. These addresses never change."""

Draw = Callable[[Palette], Figure]
Row = Mapping[str, object]
"""A row of a card's CSV file by column: text, numbers, dates, and None for an empty cell."""


@dataclass(frozen=True)
class Card:
    """One figure and all that belongs to it.

    Texts may contain Markdown links; `table` is HTML; `data` has the rows of the CSV file, all with
    the same columns; `warning` goes above the figure. A short card leaves out the `further_notes`,
    such as the assumptions of a worked-out number. The chart is `bars`, also in `panels` by label
    if there are several groups, or `lines` over time with the dates of `events`, which `draw` draws
    with Plotly. A card with none of these is a table. `is_context` marks a series of another
    publisher, which does not count victim referrals. `address` has the parameters of its selection,
    `view` any others that its page needs to show it. If a finding is on several groups, `headline`
    is the sentence on the first of them and `rest` those on the others, for a page that shows them
    around the chart.
    """

    name: str
    title: str
    finding: str
    unit: str
    table: Markup
    alternative: str
    notes: Sequence[str]
    quotes: Sequence[Mapping[str, Any]]
    data: Sequence[Row]
    path: str
    about: About
    period: str = ""
    warning: str = ""
    further_notes: Sequence[str] = ()
    bars: Sequence[Bar] = ()
    panels: Mapping[str, Sequence[Bar]] = field(default_factory=dict)
    lines: Sequence[Series] = ()
    events: Sequence[Event] = ()
    draw: Draw | None = None
    address: Mapping[str, str] = field(default_factory=dict)
    view: Mapping[str, str] = field(default_factory=dict)
    is_context: bool = False
    headline: str = ""
    rest: str = ""

    @cached_property
    def link(self) -> str:
        """The site-relative address of this view."""
        query = urlencode({**self.address, **self.view}, safe=SEPARATOR)
        return f"{self.path}?{query}" if query else self.path

    @property
    def mark(self) -> str:
        """The words beside every chart of invented figures, '' for others."""
        return messages.text("charts.watermark") if self.about.is_invented else ""

    @property
    def banner(self) -> str:
        """The sentence that calls figures invented, '' for others."""
        return code_labels.mark(self.about.mark)

    @property
    def file_name(self) -> str:
        """The name of the card's files without their ending: release, status and subject.

        A context series is named for itself alone.
        """
        if self.is_context:
            return f"context-series-{self.name}"
        chosen = "-".join(
            value.replace(SEPARATOR, "-") for name, value in self.address.items() if name != RELEASE
        )
        parts = [
            "victim-referrals",
            *dict.fromkeys([self.about.release_id, self.about.status]),
            self.name,
            chosen,
        ]
        return "-".join(part.strip("_").lower() for part in parts if part)


def drawing(draw: Draw, about: About) -> Draw:
    """Return `draw` with a mark above the plot if the figures are invented."""
    if not about.is_invented:
        return draw
    return lambda palette: marked(draw(palette), palette)


def number_cell(kind: Kind, observation: Observation) -> Markup:
    """Return a number as a table cell, with the letter of its status and its range."""
    wording = kinds.of(kind)
    symbol = symbol_mark(observation.status, wording.symbols)
    return (
        isolated(phrases.number(observation))
        + symbol
        + possible_line(wording.possible_range(observation))
    )


def symbol_mark(status: str, meanings: Mapping[str, str]) -> Markup:
    """Return the letter of a status with its meaning; empty if there is no letter."""
    if not status:
        return Markup()
    return Markup(' <abbr title="{}">[{}]</abbr>').format(meanings[status], status)


def possible_line(possible: str) -> Markup:
    """Return the line of a table cell with the range of its number; empty if there is none."""
    if not possible:
        return Markup()
    text = messages.html("cards.possible", range=isolated(possible))
    return Markup("<br><small>{}</small>").format(text)


def isolated(text: str) -> Markup:
    """Return a number or range that keeps its direction in right-to-left text."""
    return Markup("<bdi>{}</bdi>").format(text)
