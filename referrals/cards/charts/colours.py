"""The meaning of each colour on the site, and its value on light and dark pages.

A colour of a category (female, under 18) never has another meaning. In a comparison, colours are
given out in the order of the reader's choice and mean no category, so every line or bar has its
name beside it. Orange is not among them, because it means female. The stylesheet
`templates/charts/charts.css` repeats the values (`--c-<meaning>`), and a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from referrals.reference.codelists import NOT_RECORDED, is_other


class Meaning(StrEnum):
    """The meaning of a colour, the same on every chart."""

    NUMBER = "number"
    MALE = "male"
    FEMALE = "female"
    UNDER_18 = "under-18"
    ADULT = "adult"
    NOT_RECORDED = "not-recorded"
    OTHER = "other"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"


Colours = Mapping[Meaning, str]

BLUE, TEAL, BURGUNDY, ORANGE = "#12436d", "#28a197", "#801650", "#f46a25"
DARK_BLUE, DARK_TEAL, DARK_BURGUNDY, DARK_ORANGE = "#8fc1ee", "#5cc9bf", "#e39ac2", "#f79b6b"
"""The four categorical colours of the Analysis Function, and their equivalents on a dark page."""

LIGHT: Final[Colours] = {
    Meaning.NUMBER: BLUE,
    Meaning.MALE: BLUE,
    Meaning.FEMALE: ORANGE,
    Meaning.UNDER_18: TEAL,
    Meaning.ADULT: BURGUNDY,
    Meaning.NOT_RECORDED: "#8b9199",
    Meaning.OTHER: "#6b7280",
    Meaning.SECOND: TEAL,
    Meaning.THIRD: BURGUNDY,
    Meaning.FOURTH: "#0b0c0c",
}

DARK: Final[Colours] = {
    Meaning.NUMBER: DARK_BLUE,
    Meaning.MALE: DARK_BLUE,
    Meaning.FEMALE: DARK_ORANGE,
    Meaning.UNDER_18: DARK_TEAL,
    Meaning.ADULT: DARK_BURGUNDY,
    Meaning.NOT_RECORDED: "#8b95a1",
    Meaning.OTHER: "#a7b0ba",
    Meaning.SECOND: DARK_TEAL,
    Meaning.THIRD: DARK_BURGUNDY,
    Meaning.FOURTH: "#f3f4f6",
}

COMPARED: Final = (Meaning.NUMBER, Meaning.SECOND, Meaning.THIRD, Meaning.FOURTH)
"""The colours of compared series in order: at most four can be distinguished."""

_OF_CODE: Final[Mapping[tuple[str, str], Meaning]] = {
    ("sex", "M"): Meaning.MALE,
    ("sex", "F"): Meaning.FEMALE,
    ("age_band", "0-17"): Meaning.UNDER_18,
    ("age_band", "18+"): Meaning.ADULT,
}


def of_code(dimension: str, code: str) -> Meaning:
    """Return the colour of a code of a dimension on every page of the site.

    >>> of_code("sex", "F"), of_code("nationality", "VNM")
    (<Meaning.FEMALE: 'female'>, <Meaning.NUMBER: 'number'>)
    """
    if code == NOT_RECORDED:
        return Meaning.NOT_RECORDED
    if is_other(code):
        return Meaning.OTHER
    return _OF_CODE.get((dimension, code), Meaning.NUMBER)


def of_series(dimension: str, codes: Sequence[str]) -> list[Meaning]:
    """Return the colours of series that are compared, one for each code, all different.

    A code that has a colour of its own keeps it; the others take the remaining ones in order.

    Raises:
        ValueError: there are more codes than distinguishable colours.
    """
    own = [of_code(dimension, code) for code in codes]
    taken = {LIGHT[meaning] for meaning in own if meaning is not Meaning.NUMBER}
    free = [meaning for meaning in COMPARED if LIGHT[meaning] not in taken]
    if own.count(Meaning.NUMBER) > len(free):
        raise ValueError(f"A chart compares at most {len(COMPARED)} series, not {len(codes)}.")
    remaining = iter(free)
    return [next(remaining) if meaning is Meaning.NUMBER else meaning for meaning in own]
