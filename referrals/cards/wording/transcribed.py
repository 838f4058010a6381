"""Answers in words: the finding of a card, the notes that apply to what was chosen, and what a chart shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from referrals.cards.wording import phrases, rounded, suppressed
from referrals.formatting import count, percent, percent_span
from referrals.frames import records
from referrals.query.answer import ABSENT, DIMENSION_NAMES, Answer, counted, recorded_count
from referrals.query.selection import SHARE
from referrals.reference import statuses
from referrals.reference.codelists import NOT_RECORDED

TOO_FEW: Final = "too few"
"""What stands where a share would be, of too few to give one."""

SEX_NOTE: Final = (
    "The three printed counts by sex fall short of the total. [Do the figures add up?](/figures-check) shows why the "
    "number with no sex recorded is a range."
)


def title(answer: Answer) -> str:
    """Return what a card shows: 'Victim referrals by sex: domestic abuse'."""
    return phrases.headed(_title(answer), is_illustrative=answer.is_illustrative)


def finding(answer: Answer) -> str:
    """Return the headline of a card: one sentence that says what the figures show, with its numbers."""
    if answer.is_additive:
        return rounded.finding(answer)
    if answer.is_tabled:
        return suppressed.finding(answer)
    if not answer.is_published:
        return f"The assessment does not publish the {DIMENSION_NAMES[answer.dimension]} of {phrases.what(answer)}."
    return _FINDINGS[answer.dimension](answer)


def cross_finding(dimension: str, answers: Sequence[Answer]) -> str:
    """Return the headline of a dimension within each of several groups: one clause a group."""
    clauses = [
        clause for answer in answers if (clause := _CLAUSES.get(dimension, _largest_clause)(answer))
    ]
    head = "Where sex was recorded, " if dimension == "sex" else ""
    sentence = phrases.listed(tuple(clauses))
    return f"{phrases.capital(head + sentence)}."


def share(row: Mapping[str, Any]) -> str:
    """Return a row's share of everyone chosen, as a reader sees it: '58% to 59%', 'over 50%', ''."""
    if row["share_lower"] is None or pd.isna(row["share_lower"]):
        return ""
    if row["open_ended"]:
        return f"over {percent(row['share_lower'])}"
    return percent_span(row["share_lower"], row["share_upper"])


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to this answer, as Markdown sentences."""
    if answer.is_additive or answer.is_tabled:
        return rounded.notes(answer) if answer.is_additive else suppressed.notes(answer)
    rows = answer.rows
    found = [_NOTES[answer.dimension]]
    if answer.dimension == "sex" and (rows["status"] == "u").any():
        found.append(SEX_NOTE)
    if "crime_type" in answer.labels and answer.dimension != "crime_type":
        found.append(_NOTES["crime_type"])
    if answer.unpublished:
        found.append(
            f"Not published for this choice: {phrases.listed(tuple(map(phrases.in_sentence, answer.unpublished)))}."
        )
    return found


def workings(answer: Answer, group: str = "") -> list[str]:
    """Return how each number that is not printed was worked out, a sentence a row; `group` names what it is part of."""
    return [
        f"{_named(row['label'], group)}: {row['working'].removesuffix('.')}."
        for row in records(answer.rows)
        if row["working"]
    ]


def _named(label: str, group: str) -> str:
    return f"{group}, {phrases.in_sentence(label)}" if group else phrases.capital(label)


def chart_text(answer: Answer) -> str:
    """Return what a chart shows in words, the finding first, for those who do not see it."""
    by_share = answer.selection.measure == SHARE and not answer.is_few
    rows = "; ".join(
        f"{row['label']}: {(by_share and share(row)) or row['shown']}"
        for row in records(answer.rows)
    )
    return (
        f"{finding(answer)} Bar chart of {_title(answer)[0].lower()}{_title(answer)[1:]}. {rows}."
    )


def meanings(*, is_additive: bool) -> Mapping[str, str]:
    """Return what each status letter means beside the numbers of a release."""
    return statuses.meanings(is_rounded=is_additive)


def shares_of(answer: Answer) -> str:
    """Return what the shares of an answer are shares of."""
    if answer.recorded is not None:
        return f"Share of the {count(answer.recorded)} with {DIMENSION_NAMES[answer.dimension]} recorded"
    if answer.total["status"] in ABSENT:
        return f"Share of {phrases.what(answer)}"
    return f"Share of {counted(answer)} {phrases.what(answer)}"


def _title(answer: Answer) -> str:
    return f"{phrases.capital(phrases.what(answer))} by {DIMENSION_NAMES[answer.dimension]}"


def _nationality(answer: Answer) -> str:
    named = [
        row
        for row in _published(answer)
        if not row["code"].startswith("_") or row["code"] == "_TOP3"
    ]
    low = Fraction(sum(int(row["lower"]) for row in named), answer.total["upper"])
    high = Fraction(sum(int(row["upper"]) for row in named), answer.total["lower"])
    names = phrases.listed(tuple(phrases.in_sentence(row["label"]) for row in named))
    return f"{names} made up {percent_span(low, high)} of {phrases.whole(answer)}."


def _sex_clause(answer: Answer) -> str:
    male, female = _row(answer, "M"), _row(answer, "F")
    larger = max((male, female), key=lambda row: row["of_recorded"])
    return f"{larger['label'].lower()}s were {percent(larger['of_recorded'])} of {phrases.what(answer)}"


def _largest_clause(answer: Answer) -> str:
    first = _published(answer)[0]
    return f"{first['label'].lower()} was {share(first)} of {phrases.what(answer).replace('victim ', '')}"


def _age(answer: Answer) -> str:
    child = _row(answer, "0-17")
    if child["status"] == "x":
        return _largest(answer)
    of_all = f"{child['shown']} of {phrases.whole(answer)}"
    return f"{of_all} were of people who said they were under 18 ({share(child)})."


def _sex(answer: Answer) -> str:
    male, female, unknown = _row(answer, "M"), _row(answer, "F"), _row(answer, NOT_RECORDED)
    larger, smaller = sorted((male, female), key=lambda row: -row["lower"])
    return (
        f"Of the {recorded_count(answer)} {phrases.what(answer)} with sex recorded, "
        f"{percent(larger['of_recorded'])} were {larger['label'].lower()} and {percent(smaller['of_recorded'])} "
        f"{smaller['label'].lower()}. Sex was not recorded in {unknown['shown']} more."
    )


def _largest(answer: Answer) -> str:
    """Return a sentence on the largest category, and none where its range overlaps another's."""
    first, *others = _published(answer)
    if not others:
        return f"{first['label']} made up {first['shown']} of {phrases.whole(answer)} ({share(first)})."
    if first["lower"] <= max(other["upper"] for other in others):
        return f"No one group is plainly the largest among {phrases.whole(answer)}."
    return f"{first['label']} was the largest group: {first['shown']} of {phrases.whole(answer)} ({share(first)})."


def _published(answer: Answer) -> list[dict[str, Any]]:
    """Return the rows that have a count, the largest first."""
    return sorted(
        (row for row in records(answer.rows) if row["status"] != "x"), key=lambda row: -row["lower"]
    )


def _row(answer: Answer, code: str) -> Mapping[str, Any]:
    return next(row for row in records(answer.rows) if row["code"] == code)


_FINDINGS: Final[Mapping[str, Callable[[Answer], str]]] = {
    "nationality": _nationality,
    "age_band": _age,
    "sex": _sex,
    "crime_type": _largest,
    "outcome": _largest,
}

_CLAUSES: Final[Mapping[str, Callable[[Answer], str]]] = {"sex": _sex_clause}

_NOTES: Final[Mapping[str, str]] = {
    "nationality": "Three of the nationalities are published one by one. The rest are one group: no count of ours singles "
    "out a small group.",
    "age_band": "Age is as the person stated it. The assessment says it may be changed after checks.",
    "sex": "Sex as recorded. The assessment uses “sex” and “gender” for the same field. A share is of those whose sex was "
    "recorded; the range is what it could be among everyone, if those not recorded were all of one sex or the other.",
    "crime_type": "Modern slavery includes human trafficking. “Other or unstated crime” is everything else: the assessment "
    "does not name or count other types.",
    "outcome": "The assessment publishes no outcome of any referral.",
}
