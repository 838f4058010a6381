"""Answers of an additive release in words: sentences that hold for any combination, and claim no more than the sums can carry.

Every number is a sum of protected cells. No group is called the largest where ranges overlap, and nothing is ranked or made
into a share where there are fewer than `SMALLEST_SHARE_BASE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from referrals.cards.wording import phrases
from referrals.formatting import count, percent
from referrals.frames import records
from referrals.query.answer import DIMENSION_NAMES, Answer, counted
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE

TOO_FEW: Final = "too few to give a share reliably"

SYMBOLS: Final[Mapping[str, str]] = {
    "e": "estimated: a sum of numbers that were adjusted to protect people",
    "u": f"low reliability: a share of fewer than {SMALLEST_SHARE_BASE} referrals, {TOO_FEW}",
    "r": "revised: not the number of the release before; exact where no range stands beside it",
}
"""What the status letters of an additive release mean."""

RANGE_NOTE: Final = (
    "The range beside a number marked [e] says what it could be without adjustment. Numbers without a letter are exact. "
    "[How we protect people](/disclosure) says more."
)


def finding(answer: Answer) -> str:
    """Return the headline of an answer, one that is true of any selection."""
    return phrases.headed(_finding(answer), is_illustrative=answer.is_illustrative)


def quarters_finding(answer: Answer, quarters: pd.DataFrame, period: str) -> str:
    """Return the headline of the quarters of an answer's selection: their least and their most, and no trend."""
    return phrases.headed(
        _quarters(answer, quarters, period), is_illustrative=answer.is_illustrative
    )


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    statuses = [answer.total["status"], *answer.rows["status"]]
    return numbers_notes(statuses)


def numbers_notes(statuses: Sequence[str]) -> list[str]:
    """Return the notes that go with numbers of these statuses."""
    return [RANGE_NOTE] if "e" in statuses else []


def total(answer: Answer) -> str:
    """Return the total of an answer with what it could have been before it was adjusted: '65 [e], possible: 57 to 73'."""
    possible = reach(answer.total)
    return f"{counted(answer)} [e], possible: {possible}" if possible else counted(answer)


def reach(row: Mapping[str, Any]) -> str:
    """Return what a sum could have been before it was adjusted, '' where it is exact: '52 to 68'."""
    return f"{count(row['lower'])} to {count(row['upper'])}" if row["status"] == "e" else ""


def share_bounds(answer: Answer, row: Mapping[str, Any]) -> tuple[Fraction, Fraction] | None:
    """Return the least and the most that the share of a sum could be, of one, if both numbers were off."""
    total = answer.total
    if not total["value"]:
        return None
    most = Fraction(int(row["upper"]), max(int(total["lower"]), 1))
    return Fraction(int(row["lower"]), int(total["upper"])), min(most, Fraction(1))


def share_reach(answer: Answer, row: Mapping[str, Any]) -> str:
    """Return what the share of a sum could be, '' where it is exact or there are too few to give one: '12% to 31%'."""
    bounds = share_bounds(answer, row)
    return (
        ""
        if bounds is None or bounds[0] == bounds[1] or answer.is_few
        else f"{percent(bounds[0])} to {percent(bounds[1])}"
    )


def _finding(answer: Answer) -> str:
    total = answer.total["value"]
    if total == 0:
        return f"No referrals are counted in this selection{_zero(answer.total)}."
    if total < SMALLEST_SHARE_BASE:
        name = DIMENSION_NAMES[answer.dimension]
        return f"There are {phrases.whole(answer)}: {TOO_FEW}, or to compare by {name}."
    return _largest(answer)


def _zero(total: Mapping[str, Any]) -> str:
    return f"; 0 can mean 0 to {total['upper']}" if total["upper"] else ""


def _largest(answer: Answer) -> str:
    """Return a sentence on the largest named group, and none where its range overlaps that of another one."""
    rows = sorted(records(answer.rows), key=lambda row: -row["value"])
    named = [row for row in rows if row["kind"] == "category"]
    first, *others = named
    if (
        first["lower"] <= max((other["upper"] for other in others), default=-1)
        or first["value"] < SMALLEST_SHARE_BASE
    ):
        return f"No one group is plainly the largest among {phrases.whole(answer)}."
    rest = max((row["upper"] for row in rows if row["code"] != first["code"]), default=-1)
    which = "largest group" if first["lower"] > rest else "largest named group"
    subject = f"{first['label']}s were" if answer.dimension == "sex" else f"{first['label']} was"
    return f"{subject} the {which}, with {first['shown']} of {phrases.whole(answer)} ({percent(first['share_lower'])})."


def _quarters(answer: Answer, quarters: pd.DataFrame, period: str) -> str:
    least, most = int(quarters["value"].min()), int(quarters["value"].max())
    span = f"{count(least)} to {count(most)}" if least < most else count(most)
    each = f"of the {len(quarters)} quarters, {period},"
    if most == 0:
        return f"No referrals are counted in any {each.removesuffix(',')}{_zero({'upper': int(quarters['upper'].max())})}."
    few = " Some quarters have too few to compare." if least < SMALLEST_SHARE_BASE else ""
    return f"Each {each} shows {span} {phrases.what(answer)}.{few}"
