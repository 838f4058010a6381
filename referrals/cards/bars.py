"""Where each bar of an answer is solid and where it is hatched, by number or by share: the same for every way of drawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from referrals.cards.wording import rounded, transcribed
from referrals.formatting import percent
from referrals.frames import records
from referrals.query.answer import ABSENT, Answer
from referrals.query.selection import SHARE
from referrals.reference.codelists import NOT_RECORDED


def marks(answer: Answer) -> pd.DataFrame:
    """Return one row per bar of an answer.

    Columns, in referrals or percent: `sure`, where the bar is solid to; `to`, how far its number could reach; `low`, how
    little it could be, missing where that is `sure`. Beside them: `label`; `text`, the label at its end; `look`, one of main,
    second, grey (not recorded) and missing (not published). What lies between `sure` and `to` is hatched where `low` is
    missing, and a line from `low` to `to` where it is not.
    """
    rows = records(answer.rows)
    frame = pd.DataFrame(
        [_mark(answer, row) for row in rows], columns=["sure", "to", "low", "text"]
    )
    frame["low"] = frame["low"].astype(float)
    frame["label"] = answer.rows["label"].to_numpy()
    frame["look"] = [_look(answer, row) for row in rows]
    return frame


def _mark(answer: Answer, row: Mapping[str, Any]) -> tuple[float, float, float | None, str]:
    if answer.selection.measure == SHARE:
        return _share_of_sum(answer, row) if answer.is_additive else _share(row)
    return _sum(row) if answer.is_additive else _number(row)


def _sum(row: Mapping[str, Any]) -> tuple[float, float, float | None, str]:
    """Return the mark of a sum of protected cells: solid to the sum, with a line for what it could have been before.

    The words at the end of that line say both, for the sum alone would read as the end of it.
    """
    low = row["lower"] if row["status"] else None
    possible = rounded.reach(row)
    return (
        row["value"],
        row["upper"],
        low,
        f"{row['shown']} ({possible})" if possible else row["shown"],
    )


def _number(row: Mapping[str, Any]) -> tuple[float, float, float | None, str]:
    if row["status"] in ABSENT:
        return 0, 0, None, row["shown"]
    return row["lower"], row["lower"] if row["open_ended"] else row["upper"], None, row["shown"]


def _share_of_sum(answer: Answer, row: Mapping[str, Any]) -> tuple[float, float, float | None, str]:
    """Return the mark of a share of a sum: solid to it, with a line for what it could be if both numbers were off."""
    if answer.is_few:
        return 0, 0, None, transcribed.TOO_FEW
    share, bounds = float(row["share_lower"]) * 100, rounded.share_bounds(answer, row)
    if bounds is None or bounds[0] == bounds[1]:
        return share, share, None, transcribed.share(row)
    least, most = (float(bound) * 100 for bound in bounds)
    return share, most, least, f"{transcribed.share(row)} ({rounded.share_reach(answer, row)})"


def _share(row: Mapping[str, Any]) -> tuple[float, float, float | None, str]:
    """Return the mark of a share: of those recorded where they are known, with a line for what it could be among all."""
    if row["status"] in ABSENT or pd.isna(row["share_lower"]):
        return 0, 0, None, row["shown"] if row["status"] in ABSENT else transcribed.TOO_FEW
    low, high = float(row["share_lower"]) * 100, float(row["share_upper"]) * 100
    if row["of_recorded"] is not None and not pd.isna(row["of_recorded"]):
        return float(row["of_recorded"]) * 100, high, low, percent(row["of_recorded"])
    of_all = " of all" if row["code"] == NOT_RECORDED else ""
    return low, low if row["open_ended"] else high, None, f"{transcribed.share(row)}{of_all}"


def _look(answer: Answer, row: Mapping[str, Any]) -> str:
    if row["status"] in ABSENT or (answer.is_few and answer.selection.measure == SHARE):
        return "missing"
    if row["code"] == NOT_RECORDED:
        return "grey"
    return "second" if answer.dimension == "sex" and row["code"] == "F" else "main"
