"""Context cards of reports under the duty to notify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.cards.charts.values import Series
from referrals.cards.context.design import (
    Design,
    Observations,
    changed,
    every_period,
    points,
    printings,
)
from referrals.i18n import messages


def _finding(found: Observations) -> str:
    return changed("duty", found)


def _line(found: Observations) -> list[Series]:
    return [Series(messages.text("context.column.reports"), points(found, every_period(found)))]


def _design(observations: str, period: str) -> Design:
    """Return the design of one series of reports, by the column of its periods."""
    return Design(
        (observations,),
        _finding,
        (period, "reports", "printed_on", "printed_before"),
        printings,
        lines=_line,
        topic="duty",
        text_columns=("printed_on", "printed_before"),
    )


DESIGNS: Final[Mapping[str, Design]] = {
    "duty_to_notify": _design("dtn-years", "year"),
    "duty_quarters": _design("dtn-quarters", "quarter"),
}
"""The designs by the name of their card, in the order of the page."""
