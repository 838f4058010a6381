"""Answers of a release of exact tables in words: what it holds, what it withholds, and what it does not publish.

Such a release has a number for one or two things at once, the quarter counted as one. A withheld number can be larger than
one that is shown, so nothing is called the largest of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from referrals.cards.wording import phrases
from referrals.formatting import count, percent
from referrals.frames import records
from referrals.query.answer import DIMENSION_NAMES, Answer
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE

WITHHELD_NOTE: Final = (
    "A number marked [c] is withheld to protect people. It can be 0, small, or larger than one that is shown. "
    "[How we protect people](/disclosure) says more."
)
FINER_NOTE: Final = (
    "This release has tables of one or two things at once, a quarter counted as one, and nothing finer. Choose fewer things to "
    "see numbers."
)


def finding(answer: Answer) -> str:
    """Return the headline of an answer, one that is true of any selection."""
    return phrases.headed(_finding(answer), is_illustrative=answer.is_illustrative)


def quarters_finding(answer: Answer, quarters: pd.DataFrame, period: str) -> str:
    """Return the headline of the quarters of an answer's selection: how many are shown, their least and their most."""
    return phrases.headed(
        _quarters(answer, quarters, period), is_illustrative=answer.is_illustrative
    )


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    return numbers_notes([answer.total["status"], *answer.rows["status"]])


def numbers_notes(statuses: Sequence[str]) -> list[str]:
    """Return the notes that go with numbers of these statuses."""
    return [
        note for status, note in (("c", WITHHELD_NOTE), ("x", FINER_NOTE)) if status in statuses
    ]


def _finding(answer: Answer) -> str:
    name = DIMENSION_NAMES[answer.dimension]
    if not answer.is_published:
        return f"The {name} of {phrases.what(answer)} is not published."
    shown = [
        row
        for row in records(answer.rows)
        if row["kind"] == "category" and not pd.isna(row["value"])
    ]
    first = max(shown, key=lambda row: row["value"], default={"value": 0})
    ties = sum(row["value"] == first["value"] for row in shown)
    if first["value"] < SMALLEST_SHARE_BASE or ties > 1:
        return f"No one group is plainly the largest among {phrases.whole(answer)}."
    which = "largest group" if len(shown) == len(answer.rows) else "largest group shown"
    subject = f"{first['label']}s were" if answer.dimension == "sex" else f"{first['label']} was"
    return f"{subject} the {which}, with {first['shown']} of {phrases.whole(answer)} ({percent(first['share_lower'])})."


def _quarters(answer: Answer, quarters: pd.DataFrame, period: str) -> str:
    shown = quarters["value"].dropna().astype(int)
    what = phrases.what(answer)
    if (quarters["status"] == "x").all():
        return f"The quarters of {what} are not published."
    if shown.empty:
        return f"The quarters of {what} are all withheld, {period}."
    span = (
        f"{count(shown.min())} to {count(shown.max())}"
        if shown.min() < shown.max()
        else count(shown.max())
    )
    return f"{len(shown)} of the {len(quarters)} quarters are shown, {period}. Each of those has {span} {what}."
