"""The parts of sentences about an answer: numbers, shares, subjects, labels, lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.formatting import count, percent, percent_span, span
from referrals.query import observation as observations
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference.codelists import NOT_RECORDED

NOT_PUBLISHED: Final = "not published"
WITHHELD: Final = "withheld"
_ABSENT: Final[Mapping[str, str]] = {
    observations.NOT_PUBLISHED: NOT_PUBLISHED,
    observations.WITHHELD: WITHHELD,
}

TOO_FEW: Final = "too few"
"""Shown instead of a share of too few referrals."""

DIMENSION_NAMES: Final[Mapping[str, str]] = {
    "nationality": "nationality",
    "age_band": "age",
    "sex": "sex",
    "crime_type": "crime type",
    "outcome": "outcome",
    "period": "period",
}
"""The name of each dimension in the middle of a sentence."""

LOWERED: Final = frozenset(
    {
        "All",
        "Age",
        "Crime",
        "Domestic",
        "Female",
        "Male",
        "Modern",
        "Nationality",
        "Other",
        "Outcome",
        "Sex",
    }
)
"""First words of labels that are not names, and so lose their capital inside a sentence."""

STATELESS: Final = "_STL"
_OF_SEX: Final = {"M": "of males", "F": "of females"}


def label(observation: Observation) -> str:
    """Return the label of an observation, after 'of these,' if it is part of another one."""
    return f"of these, {observation.label}" if observation.is_part else observation.label


def number(observation: Observation) -> str:
    """Return a number as readers see it: '1,336', '210 to 212', 'at least 669', 'withheld'."""
    if absent := _ABSENT.get(observation.status):
        return absent
    if observation.value is None or observation.is_range:
        return span(*observation.bounds, open_ended=observation.open_ended)
    return count(observation.value)


def share(observation: Observation) -> str:
    """Return a share of the total as readers see it: '58% to 59%', 'over 50%', ''."""
    found = observation.share
    if found is None:
        return ""
    if observation.open_ended:
        return f"over {percent(found.lower)}"
    if found.value is not None:
        return percent(found.value)
    return percent_span(found.lower, found.upper)


def headed(text: str, *, is_illustrative: bool) -> str:
    """Return a sentence or title that says first if its figures are invented.

    >>> headed("Victim referrals by sex", is_illustrative=True)
    'Illustrative: Victim referrals by sex'
    """
    return f"Illustrative: {text}" if is_illustrative else text


def whole(answer: Answer) -> str:
    """Return the total and the subject: '212 domestic abuse referrals of females'."""
    return f"{number(answer.total)} {what(answer)}"


def what(answer: Answer) -> str:
    """Return the subject of an answer within a sentence: 'domestic abuse referrals of females'."""
    chosen = answer.selection
    crime = answer.labels.get("crime_type")
    is_named = crime is not None and chosen.crime_type != NOT_RECORDED
    unknown = [
        DIMENSION_NAMES[name] for name, code in chosen.chosen().items() if code == NOT_RECORDED
    ]
    parts = (
        f"{crime.lower()} referrals" if crime and is_named else "victim referrals",
        _OF_SEX.get(chosen.sex, ""),
        _of_nationality(answer),
        f"aged {answer.labels['age_band'].lower()}"
        if chosen.chosen().get("age_band", NOT_RECORDED) != NOT_RECORDED
        else "",
        _of_outcome(answer),
        f"with {listed(tuple(unknown))} not recorded" if unknown else "",
    )
    return " ".join(part for part in parts if part)


def in_sentence(label: str) -> str:
    """Return a label as part of a sentence; names of countries keep their capitals.

    >>> in_sentence("All other nationalities"), in_sentence("Vietnam, Albania and China together")
    ('all other nationalities', 'Vietnam, Albania and China')
    """
    first = label.split(maxsplit=1)[0]
    return (
        label.replace(first, first.lower(), 1)
        if first in LOWERED
        else label.removesuffix(" together")
    )


def capital(text: str) -> str:
    """Return text with its first letter as a capital, and the rest as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def listed(labels: tuple[str, ...]) -> str:
    """Return labels as a list in a sentence.

    >>> listed(("Vietnam", "Albania", "China"))
    'Vietnam, Albania and China'
    """
    *rest, last = labels
    return f"{', '.join(rest)} and {last}" if rest else last


def _of_nationality(answer: Answer) -> str:
    code = answer.selection.chosen().get("nationality", NOT_RECORDED)
    if code in {NOT_RECORDED, STATELESS}:
        return "of stateless people" if code == STATELESS else ""
    return f"from {in_sentence(answer.labels['nationality'])}"


def _of_outcome(answer: Answer) -> str:
    code = answer.selection.chosen().get("outcome", NOT_RECORDED)
    return "" if code == NOT_RECORDED else f"with the outcome “{answer.labels['outcome'].lower()}”"
