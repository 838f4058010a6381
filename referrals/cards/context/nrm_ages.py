"""Context cards of age in the National Referral Mechanism, and of referrals by the police alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from referrals.cards.charts.colours import Meaning
from referrals.cards.charts.values import Series
from referrals.cards.context.design import (
    OTHER,
    Design,
    Observations,
    by_category,
    cell,
    changed,
    every_period,
    points,
    reliable,
    values,
)
from referrals.cards.context.nrm_groups import DRAWN_NATIONALITIES
from referrals.formatting import percent
from referrals.i18n import messages
from referrals.reference.codelists import NOT_RECORDED, TOTAL

ADULTS, ADULTS_AND_UNKNOWN, UNDER_18 = "18+", "18+_NK", "0-17"
AGES: Final[Mapping[str, tuple[str, Meaning]]] = {
    ADULTS: ("adult", Meaning.ADULT),
    UNDER_18: ("child", Meaning.UNDER_18),
    NOT_RECORDED: ("not_recorded", Meaning.NOT_RECORDED),
}
"""The message and the colour of the line of each age."""


def _ages(found: Observations) -> list[Series]:
    """Return a line for each age; adults grouped with age not recorded count as adults."""
    periods, by_code = every_period(found), by_category(found)
    return [
        Series(messages.text(f"context.age.{name}"), points(by_code.get(code, []), periods), colour)
        for code, (name, colour) in AGES.items()
    ]


def _age_finding(found: Observations) -> str:
    return changed("quarters_by_age", [row for row in reliable(found) if row.category == TOTAL])


def _age_rows(found: Observations) -> list[list[str]]:
    rows = [
        [period, cell(known.get(TOTAL)), cell(known.get(UNDER_18)), *_adults(known)]
        for period, known in values(found).items()
    ]
    return rows[::-1]


def _adults(known: Mapping[str, int]) -> list[str]:
    """Return the cells for adults and for age not recorded: one number if the second is small."""
    if ADULTS not in known:
        both = messages.html("context.both", n=cell(known.get(ADULTS_AND_UNKNOWN)))
        return [both, messages.text("context.grouped")]
    return [cell(known[ADULTS]), cell(known.get(NOT_RECORDED))]


def _age_lines(found: Observations) -> list[Series]:
    grouped = {ADULTS_AND_UNKNOWN: ADULTS}
    return _ages(
        [replace(row, category=grouped.get(row.category, row.category)) for row in reliable(found)]
    )


def _police_finding(found: Observations) -> str:
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        if row.dimension == "total":
            totals.setdefault(row.period_label, {})[row.scope] = row.value
    shares = [Fraction(known["police"], known["all"]) for known in totals.values()]
    police = [row for row in found if row.dimension == "total" and row.scope == "police"]
    return messages.text(
        "context.finding.police",
        change=changed("police", police),
        lowest=percent(min(shares)),
        highest=percent(max(shares)),
    )


def _police_rows(found: Observations) -> list[list[str]]:
    order = [TOTAL, "M", "F_NK", UNDER_18, ADULTS, NOT_RECORDED, *DRAWN_NATIONALITIES, OTHER]
    by_period = values([row for row in found if row.scope == "police"])
    rows = []
    for period, known in by_period.items():
        rows.append([period, *(cell(known.get(code)) for code in order)])
    return rows


def _police_lines(found: Observations) -> list[Series]:
    return _ages([row for row in found if row.scope == "police" and row.dimension == "age"])


DESIGNS: Final[Mapping[str, Design]] = {
    "quarters_by_age": Design(
        ("nrm-quarters-by-age",),
        _age_finding,
        ("quarter", "total", "child", "adult", "age_not_recorded"),
        _age_rows,
        lines=_age_lines,
    ),
    "police": Design(
        ("nrm-first-responders",),
        _police_finding,
        (
            "quarter",
            "total",
            "male",
            "female_or_other",
            "child",
            "adult",
            "age_not_recorded",
            "uk",
            "albanian",
            "vietnamese",
            "all_other",
        ),
        _police_rows,
        lines=_police_lines,
    ),
}
"""The designs by the name of their card, in the order of the page."""
