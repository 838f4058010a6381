"""The help lines for a concern, the one that fits best first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from referrals.search.concerns import Concern
from referrals.search.documents import Document

USUAL_NEEDS: Final = ("any_crime", "domestic_abuse", "modern_slavery")
"""The needs whose first help lines are shown to a reader in danger who names none."""

TIE_ORDER: Final = (
    "domestic_abuse",
    "any_crime",
    "children",
    "modern_slavery",
    "lgbt",
    "sexual_violence",
    "distress",
)
"""The needs: if as many words of a query point to two of them, the later one comes first."""

TIE_STEP: Final = 0.01
"""The weight of a place in `TIE_ORDER`: all of them together are less than a word."""

FOR_MEN: Final = frozenset({"men"})
"""The callers of a help line for men alone."""

SEX: Final = "sex"
"""The word by which a help line is for people sold for sex."""


def ranked(lines: Iterable[Document], concern: Concern) -> list[Document]:
    """Return every help line: those of the needs of a concern, the usual ones, then the others."""
    by_suitability = sorted(lines, key=lambda line: _suitability(line, concern), reverse=True)
    fitting = [line for line in by_suitability if _fit(line, concern)]
    fitting.sort(key=lambda line: _fit(line, concern), reverse=True)
    first_of_need = {line.needs[0]: line for line in reversed(by_suitability)}
    usual = [first_of_need[need] for need in USUAL_NEEDS if need in first_of_need]
    return list(dict.fromkeys([*fitting, *usual, *by_suitability]))


def _suitability(line: Document, concern: Concern) -> int:
    """Return how well a help line suits a reader, whatever they need.

    It may be for men, be in the nation that they name, or be for those who were sold for sex.
    """
    is_for_him = concern.is_of_man and line.callers == FOR_MEN
    is_in_nation = not line.nations.isdisjoint(concern.words)
    is_on_sex = SEX in line.callers and SEX not in concern.words
    return 4 * is_for_him + 2 * is_in_nation - is_on_sex


def _fit(line: Document, concern: Concern) -> float:
    """Return how far a help line serves the needs of a concern, 0 if it serves none.

    A need that is not its main one counts half.
    """
    main, *others = (_pull(need, concern) for need in line.needs)
    return max([main, *(pull / 2 for pull in others)])


def _pull(need: str, concern: Concern) -> float:
    """Return the number of words that point to a need, a little more for a later one."""
    if need not in concern.needs:
        return 0
    return concern.needs[need] + TIE_ORDER.index(need) * TIE_STEP
