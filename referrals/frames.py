"""Frames as rows: the one way to walk through a small frame."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows in order, each keyed by column name."""
    names = [str(name) for name in frame.columns]
    # pandas' own way, `to_dict("records")`, takes more than twice as long for frames as small as ours.
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(column.tolist() for _, column in frame.items()), strict=True)
    ]
