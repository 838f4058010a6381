"""Where each bar of an answer is solid and where it is hatched, by number or by share: the same for every way of drawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from referrals.codelists import NOT_RECORDED
from referrals.dashboard import wording
from referrals.dashboard.queries import Answer
from referrals.dashboard.selection import SHARE
from referrals.numbers import percent


def marks(answer: Answer) -> pd.DataFrame:
    """Return one row per bar of an answer.

    Columns: `label`; `sure`, where the bar is solid to, and `to`, where it is hatched to (referrals, or percent); `text`, the
    label at its end; `look`, one of main, second, grey (not recorded) and missing (not published).
    """
    by_share = answer.selection.measure == SHARE
    rows = answer.rows.to_dict("records")
    frame = pd.DataFrame(map(_share if by_share else _number, rows), columns=["sure", "to", "text"])
    frame["label"] = answer.rows["label"].to_numpy()
    frame["look"] = [_look(answer, row) for row in rows]
    return frame


def _number(row: Mapping[str, Any]) -> tuple[float, float, str]:
    if row["status"] == "x":
        return 0, 0, row["shown"]
    return row["lower"], row["lower"] if row["open_ended"] else row["upper"], row["shown"]


def _share(row: Mapping[str, Any]) -> tuple[float, float, str]:
    if row["status"] == "x":
        return 0, 0, row["shown"]
    low, high = float(row["share_lower"]) * 100, float(row["share_upper"]) * 100
    if row["of_recorded"] is not None and not pd.isna(row["of_recorded"]):
        return low, high, f"{percent(row['of_recorded'])} of recorded"
    return low, low if row["open_ended"] else high, wording.share(row)


def _look(answer: Answer, row: Mapping[str, Any]) -> str:
    if row["status"] == "x":
        return "missing"
    if row["code"] == NOT_RECORDED:
        return "grey"
    return "second" if answer.dimension == "sex" and row["code"] == "F" else "main"
