"""Dates on a chart over time: a thin line with a letter, which a note beside the chart explains."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """A dated fact on a chart. `at` is its place in periods from the first one, as in `Tick`."""

    letter: str
    at: float
    annotation_id: str = ""
