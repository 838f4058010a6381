"""Checks of other publishers' figures: each one has been seen to stop a build."""

from __future__ import annotations

from contextlib import nullcontext as does_not_raise
from dataclasses import replace

import pytest

from referrals.errors import LedgerError
from referrals.publishing.ledger import context_checks
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import Ledger


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


def with_figure(ledger: Ledger, observation_id: str, **changed: str) -> Ledger:
    """Return the ledger with one figure of another publisher changed."""
    rows = [
        row | changed if row["observation_id"] == observation_id else row for row in ledger.context
    ]
    return replace(ledger, context=tuple(rows))


def test_the_ledger_passes(ledger: Ledger) -> None:
    with does_not_raise():
        context_checks.check(ledger)


@pytest.mark.parametrize(
    ("observation_id", "changed", "message"),
    [
        ("C0428", {"value": "758942"}, "C0428 says 758942, and its quotation does not"),
        ("C0428", {"series_id": "crimes"}, "C0428 is of series crimes, not in series.csv"),
        ("C0428", {"source_id": "ons"}, "C0428 is from ons, not in sources.csv"),
        ("C0428", {"lower": "758942"}, "C0428 says 758941, outside 758942 to 758941"),
        (
            "C0002",
            {"value": "1000", "lower": "1000", "upper": "1000"},
            "of 2009-04-01: the parts by age add up to 1127, more than the total of 174",
        ),
    ],
)
def test_a_wrong_figure_stops_the_build(
    ledger: Ledger, observation_id: str, changed: dict[str, str], message: str
) -> None:
    with pytest.raises(LedgerError, match=message):
        context_checks.check(with_figure(ledger, observation_id, **changed))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"source_id": "bulletin"}, "N01 is from bulletin, not in sources.csv"),
        ({"series_ids": "nrm-years nrm"}, "N01 is of series nrm, not in series.csv"),
    ],
)
def test_a_dated_fact_without_its_source_or_series_stops_the_build(
    ledger: Ledger, changed: dict[str, str], message: str
) -> None:
    first, *others = ledger.annotations
    with pytest.raises(LedgerError, match=message):
        context_checks.check(replace(ledger, annotations=(first | changed, *others)))


def test_a_derived_figure_needs_no_quotation_of_its_value(ledger: Ledger) -> None:
    derived = with_figure(ledger, "C0428", value="758942", upper="758942", status="d")
    with does_not_raise():
        context_checks.check(derived)


def test_the_quarters_of_the_duty_to_notify_add_up_to_the_year(ledger: Ledger) -> None:
    quarters = [
        int(row["value"])
        for row in ledger.context
        if row["series_id"] == "dtn-quarters" and row["period_label"].startswith("2023")
    ]
    (year,) = [
        int(row["value"])
        for row in ledger.context
        if row["series_id"] == "dtn-years" and row["period_label"] == "2023"
    ]
    assert sum(quarters) == year == 4929
