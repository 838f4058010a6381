"""SVG charts on logarithmic scales, for light and dark mode, with a text description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH, HEIGHT = 760, 400
TOP, BOTTOM = 78, 350
NEAR: Final = 15
"""Minimum distance between two line labels."""

STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.small { fill: #57606a; font-size: 12px }
.grid { stroke: #d8dee4 }
.check, .p50 { --ink: #9a3412 } .tabulate, .p95 { --ink: #1d4f91 } .protect, .p99 { --ink: #6b3fa0 }
.prove, .processor { --ink: #0f6b4f }
.line { fill: none; stroke: var(--ink); stroke-width: 2.5 } .dot { fill: var(--ink) }
.name { fill: var(--ink); font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9ba7b4 } .grid { stroke: #30363d }
  .check, .p50 { --ink: #f5a97f } .tabulate, .p95 { --ink: #8ab4f8 } .protect, .p99 { --ink: #cba6f7 }
  .prove, .processor { --ink: #7fd1ae }
}
"""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A chart: its title, the label of its x axis, and its lines as (x, seconds) points."""

    title: str
    across: str
    lines: Mapping[str, Points]


@dataclass(frozen=True)
class _Frame:
    """The position of a panel, and the powers of ten at the ends of its axes."""

    left: float
    right: float
    low: tuple[int, int]
    high: tuple[int, int]

    def across(self, value: float) -> float:
        return self.left + (self.right - self.left) * (log10(value) - self.low[0]) / (
            self.high[0] - self.low[0]
        )

    def up(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (log10(value) - self.low[1]) / (self.high[1] - self.low[1])


def svg(
    panels: Sequence[Panel], *, title: str, words: str, quantity: str = "Processor time"
) -> str:
    """Return panels side by side as SVG; `words` describe them, and `quantity` is measured."""
    seconds = [
        second for panel in panels for points in panel.lines.values() for _, second in points
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title words">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="words">{escape(words)}</desc>',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
        f'<text class="small" x="8" y="42">{escape(quantity)}. Both axes are logarithmic.</text>',
    ]
    room = WIDTH / len(panels)
    for place, panel in enumerate(panels):
        many = [count for points in panel.lines.values() for count, _ in points]
        low = (floor(log10(min(many))), floor(log10(min(seconds))))
        high = (ceil(log10(max(many))), ceil(log10(max(seconds))))
        parts += _panel(panel, _Frame(place * room + 52, (place + 1) * room - 74, low, high))
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, frame: _Frame) -> Iterator[str]:
    yield f'<text x="{frame.left:.0f}" y="{TOP - 12}">{escape(panel.title)}</text>'
    for power in range(frame.low[1], frame.high[1] + 1):
        y = frame.up(10**power)
        yield f'<line class="grid" x1="{frame.left:.1f}" x2="{frame.right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="small" x="{frame.left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{_count(10**power)} s</text>'
    for tick in _ticks(frame.low[0], frame.high[0]):
        x = frame.across(tick)
        yield f'<text class="small" x="{x:.1f}" y="{BOTTOM + 18}" text-anchor="middle">{_count(tick)}</text>'
    middle = (frame.left + frame.right) / 2
    yield f'<text class="small" x="{middle:.1f}" y="{BOTTOM + 38}" text-anchor="middle">{escape(panel.across)}</text>'
    for name, points in panel.lines.items():
        drawn = [(frame.across(count), frame.up(second)) for count, second in points]
        polyline = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
        yield f'<g class="{escape(name)}"><polyline class="line" points="{polyline}"/>'
        yield from (f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in drawn)
        yield "</g>"
    yield from _names(panel, frame)


def _ticks(low: int, high: int) -> list[float]:
    """Return the tick values between two powers of ten, with 2 and 5 for a single decade."""
    steps = (1, 2, 5) if high - low == 1 else (1,)
    return [step * 10**power for power in range(low, high) for step in steps] + [10**high]


def _names(panel: Panel, frame: _Frame) -> Iterator[str]:
    """Yield the name of each line at its end, moved if it would overlap another."""
    ends = {name: max(points) for name, points in panel.lines.items()}
    lowest = float(BOTTOM)
    for name, (count, second) in sorted(ends.items(), key=lambda end: end[1][1]):
        y = min(frame.up(second) + 4, lowest)
        lowest = y - NEAR
        yield f'<text class="name {escape(name)}" x="{frame.across(count) + 9:.1f}" y="{y:.1f}">{escape(name)}</text>'


def _count(number: float) -> str:
    """Return an abbreviated number.

    >>> [_count(number) for number in (0.01, 1, 1000, 10_000_000)]
    ['0.01', '1', '1k', '10M']
    """
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}M"
    if number >= 1000:
        return f"{number / 1000:g}k"
    return f"{number:g}"
