"""Context cards of domestic abuse: crimes recorded by the police, and the Commissioner's figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.cards.charts.values import Series
from referrals.cards.context.design import (
    Design,
    Observations,
    cell,
    changed,
    every_period,
    latest,
    points,
    printings,
)
from referrals.i18n import messages


def _abuse_finding(found: Observations) -> str:
    """Return how the crimes changed between the last two breaks.

    Numbers on two sides of a break are never compared.
    """
    years = latest(found)
    breaks = [place for place, row in enumerate(years) if row.break_before]
    *_, start, end = [0, *breaks]
    return messages.text(
        "context.finding.domestic_abuse", change=changed("abuse", years[start:end])
    )


def _abuse_line(found: Observations) -> list[Series]:
    return [Series(messages.text("context.column.crimes"), points(found, every_period(found)))]


def _abuse_notes(_: Observations) -> list[str]:
    return [messages.text("context.note.broken_line")]


def _commissioner_finding(found: Observations) -> str:
    only = found[0]
    return messages.text("context.finding.commissioner", n=only.value, period=only.period_label)


def _commissioner_rows(found: Observations) -> list[list[str]]:
    return [[row.period_label, cell(row.value), row.note] for row in found]


DESIGNS: Final[Mapping[str, Design]] = {
    "domestic_abuse": Design(
        ("da-crimes",),
        _abuse_finding,
        ("year_to_march", "crimes", "printed_on", "printed_before"),
        printings,
        lines=_abuse_line,
        topic="abuse",
        notes=_abuse_notes,
        text_columns=("printed_on", "printed_before"),
    ),
    "commissioner": Design(
        ("dac-537",),
        _commissioner_finding,
        ("period", "referrals", "note"),
        _commissioner_rows,
        topic="abuse",
        text_columns=("note",),
    ),
}
"""The designs by the name of their card, in the order of the page."""
