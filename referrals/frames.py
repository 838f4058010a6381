"""Frames as rows: the one way to walk through a small frame."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows in order, each keyed by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
