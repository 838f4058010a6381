"""Bars, dots with ranges, stacked bars and panels of bars as HTML: no script, text at its own size.

The stylesheet is `templates/charts/charts.css`: labels left of their bars if there is room, above
them on a phone. A number is at the end of its bar, and its range is a thin line with a dot
below the bar, or a pale end if there is no single number. Text is never inside a picture, so it is
never scaled, and it prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from unicodedata import east_asian_width

from markupsafe import Markup

from referrals import templates
from referrals.cards.charts.colours import Meaning
from referrals.i18n import messages
from referrals.language import isolated

TEMPLATE: Final = "charts/charts.html"

LETTER: Final = 0.58
"""The width of a letter of a number's text, in em."""

WIDE: Final = frozenset({"F", "W"})
"""The classes of Unicode's characters that fill a square, such as Chinese ones."""

MOST_ROOM: Final = 20
"""The most room beside the longest bar for its text, in letters: a longer text wraps. A narrow
chart leaves less (`charts.css`)."""


@dataclass(frozen=True)
class Bar:
    """One bar, in referrals or percent, or scaled to the longest bar.

    It is solid up to `solid`; the number can be as large as `upper`. If it can also be smaller than
    `solid`, `lower` is its minimum and a line runs from there to `upper`; otherwise the part beyond
    `solid` is pale. `shown` is the number as text, `possible` its range as text if it is not part
    of the number, and `symbol` the letter of its status. The label links to `address`, if there is
    one. A bar that `is_absent` has no number: it has no length, and `shown` says why.
    """

    label: str
    shown: str
    solid: float
    upper: float
    colour: Meaning = Meaning.NUMBER
    lower: float | None = None
    symbol: str = ""
    possible: str = ""
    address: str = ""
    is_absent: bool = False

    @property
    def text(self) -> str:
        """The number as text, with its range and the letter: '62% (53% to 68%) [u]'."""
        number = self.shown
        if self.possible:
            number = messages.text(
                "cards.number_with_range", number=self.shown, range=self.possible
            )
        text = f"{number} {self.symbol}".strip()
        # Text with right-to-left words is returned unchanged: then only the letter is isolated.
        in_order = isolated(text)
        return in_order if in_order != text else f"{number} {isolated(self.symbol)}".strip()

    @property
    def has_line(self) -> bool:
        """Return whether its range is a line, from `lower` to `upper`."""
        return self.lower is not None and self.lower < self.upper

    @property
    def has_pale_end(self) -> bool:
        """Return whether its range is a pale end, from `solid` to `upper`."""
        return self.lower is None and self.solid < self.upper

    @property
    def end(self) -> float:
        """The place of the text: the end of the number, or of its pale end."""
        return self.upper if self.has_pale_end else self.solid

    def scaled(self, longest: float) -> Bar:
        """Return the bar with its lengths as shares of the longest bar."""
        low = None if self.lower is None else self.lower / longest
        return replace(self, solid=self.solid / longest, upper=self.upper / longest, lower=low)


def scaled(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Return bars with their lengths as shares of the longest of them."""
    longest = max((bar.upper for bar in bars), default=0) or 1
    return to_scale(bars, longest)


def to_scale(bars: Iterable[Bar], longest: float) -> tuple[Bar, ...]:
    """Return bars with their lengths as shares of a longest one."""
    return tuple(bar.scaled(longest) for bar in bars)


def bar_chart(name: str, bars: Sequence[Bar], *, mark: str = "") -> Markup:
    """Return scaled bars under each other.

    `name` is the name of the chart for those who do not see it, and `mark` is set below the bars of
    invented figures.
    """
    return templates.macro(TEMPLATE, "bars", name, bars, room=_room(bars), mark=mark)


def dots(name: str, bars: Sequence[Bar], *, mark: str = "") -> Markup:
    """Return scaled numbers as dots, each on the line of its range; they begin at zero as well."""
    return templates.macro(TEMPLATE, "bars", name, bars, room=_room(bars), mark=mark, look="dots")


def in_one_row(panels: Mapping[str, Sequence[Bar]]) -> tuple[Bar, ...]:
    """Return the bars of all panels in one sequence, each with its panel's label before its own."""
    return tuple(
        replace(bar, label=messages.text("cards.crossed_row", column=label, row=bar.label))
        for label, panel in panels.items()
        for bar in panel
    )


def small_multiples(name: str, panels: Mapping[str, Sequence[Bar]], *, mark: str = "") -> Markup:
    """Return panels of bars on one scale, each under its label, side by side if there is room."""
    every = [bar for bars in panels.values() for bar in bars]
    longest = max((bar.upper for bar in every), default=0) or 1
    on_one_scale = {label: to_scale(bars, longest) for label, bars in panels.items()}
    return templates.macro(TEMPLATE, "panels", name, on_one_scale, room=_room(every), mark=mark)


def stacked_bars(name: str, rows: Mapping[str, Sequence[Bar]], *, mark: str = "") -> Markup:
    """Return one bar per row, of the row's parts end to end, on one scale.

    The names and the numbers of the parts are below each bar. A part without a number has no
    length; it is named all the same.
    """
    longest = max(map(_length, rows.values()), default=0) or 1
    on_one_scale = {}
    for label, parts in rows.items():
        on_one_scale[label] = [replace(bar, solid=bar.solid / longest) for bar in parts]
    return templates.macro(TEMPLATE, "stacked", name, on_one_scale, mark=mark)


def _length(parts: Iterable[Bar]) -> float:
    return sum(bar.solid for bar in parts)


def _room(bars: Sequence[Bar]) -> float:
    """Return the room for the text beside the longest bar, in em."""
    letters = max((_letters(bar.text) for bar in bars), default=0)
    return round(min(letters + 1, MOST_ROOM) * LETTER, 2)


def _letters(text: str) -> int:
    """Return the width of a text in letters. A Chinese character is as wide as two of them.

    >>> _letters("778至786 [e]")
    12
    """
    return sum(2 if east_asian_width(letter) in WIDE else 1 for letter in text)
