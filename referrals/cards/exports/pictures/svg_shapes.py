"""The shapes of a picture, as `templates/charts/picture.svg` draws them; sizes are in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from referrals import language_fonts
from referrals.language import current, script_of

TEXT: str = "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, whose baseline is at `y`."""

    kind: ClassVar[str] = "text"
    x: float
    y: float
    text: str
    size: int
    weight: int = 400
    anchor: str = "start"
    style: str = "normal"
    fill: str = TEXT

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The parts of the text with their families of fonts, '' for the usual one."""
        return [*language_fonts.runs(self.text, script_of(current()))]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle with an edge. A `tint` is a colour laid over its fill, nearly transparent."""

    kind: ClassVar[str] = "rect"
    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str
    dash: str = ""
    tint: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A line, or an area if it has a `fill`."""

    kind: ClassVar[str] = "path"
    path: str
    stroke: str
    width: float
    fill: str = "none"
    dash: str = ""


Shape = Text | Rect | Path
