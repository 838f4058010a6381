"""Context cards of the totals of the National Referral Mechanism, with every printing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from referrals.cards.charts.values import Series
from referrals.cards.context.design import (
    ALL,
    Design,
    Observations,
    changed,
    every_period,
    number,
    points,
    printings,
    reliable,
)
from referrals.formatting import count, day
from referrals.i18n import messages
from referrals.query.document.context_series import ContextObservation
from referrals.reference.codelists import TOTAL


def _is_total(row: ContextObservation) -> bool:
    """Return whether a row counts all referrals, by whichever body."""
    return row.category == TOTAL and row.scope in ALL


def _quarters_finding(found: Observations) -> str:
    return changed("quarters", reliable(found))


def _total_line(found: Observations) -> list[Series]:
    shown = reliable(found)
    return [Series(messages.text("context.column.total"), points(shown, every_period(shown)))]


def _years_finding(found: Observations) -> str:
    return changed("years", found)


def _years_notes(found: Observations) -> list[str]:
    """Return the note on the year whose total was printed most often."""
    printed = Counter(row.period_label for row in found)
    year, _ = printed.most_common(1)[0]
    first, *later = [count(row.value) for row in found if row.period_label == year]
    for value in later:
        first = messages.text("context.then", earlier=first, later=value)
    return [messages.text("context.note.years", year=year, values=first)]


def years_rows(found: Observations) -> list[list[str]]:
    """Return a row for each printing, in order."""
    return [[row.period_label, number(row), day(row.vintage)] for row in found]


def _revisions(_: Observations) -> list[str]:
    return [messages.text("context.note.revised")]


DESIGNS: Final[Mapping[str, Design]] = {
    "quarters": Design(
        ("nrm-quarters-later", "nrm-quarters-by-age"),
        _quarters_finding,
        ("quarter", "total", "printed_on", "printed_before"),
        printings,
        keep=_is_total,
        lines=_total_line,
        notes=_revisions,
        title="quarters",
        text_columns=("printed_on", "printed_before"),
    ),
    "years": Design(
        ("nrm-years",),
        _years_finding,
        ("year", "total", "printed_on"),
        years_rows,
        lines=_total_line,
        notes=_years_notes,
        text_columns=("printed_on",),
    ),
}
"""The designs by the name of their card, in the order of the page."""
