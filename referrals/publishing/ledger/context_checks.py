"""Checks of the figures of other publishers, which must hold before a release is built.

Called by `transcription`. The figures are in no system of constraints, because publishers revise
them: each one is checked against its own quotation and against the totals printed with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from referrals.errors import LedgerError
from referrals.publishing.ledger.statements import Ledger, contains
from referrals.reference.codelists import TOTAL
from referrals.reference.table_schema import Row

DERIVED = "d"
"""The status of a figure that was worked out, and so is not in a quotation."""


def check(ledger: Ledger) -> None:
    """Refuse context series that contradict themselves, their quotations or their sources.

    Raises:
        LedgerError: the message names every figure that is wrong.
    """
    found = [*_unknown(ledger), *_misquoted(ledger), *_outside(ledger), *_beyond_total(ledger)]
    if found:
        listed = "\n".join(f"  {fault}" for fault in found)
        raise LedgerError(
            f"The figures of other publishers have faults:\n{listed}\n"
            "Compare each with its source and correct it. No release was written."
        )


def _unknown(ledger: Ledger) -> Iterator[str]:
    """Yield each series and source that is named and not listed."""
    series = {row["series_id"] for row in ledger.series}
    for row in ledger.context:
        if row["series_id"] not in series:
            yield f"{row['observation_id']} is of series {row['series_id']}, not in series.csv."
        if row["source_id"] not in ledger.published_on:
            yield f"{row['observation_id']} is from {row['source_id']}, not in sources.csv."
    for row in ledger.annotations:
        if row["source_id"] not in ledger.published_on:
            yield f"{row['annotation_id']} is from {row['source_id']}, not in sources.csv."
        for series_id in row["series_ids"].split():
            if series_id not in series:
                yield f"{row['annotation_id']} is of series {series_id}, not in series.csv."


def _misquoted(ledger: Ledger) -> Iterator[str]:
    for row in ledger.context:
        quotation, value = row["quotation"], row["value"]
        if quotation and row["status"] != DERIVED and not contains(quotation, value, "referrals"):
            yield f'{row["observation_id"]} says {value}, and its quotation does not: "{quotation}"'


def _outside(ledger: Ledger) -> Iterator[str]:
    for row in ledger.context:
        lower, value, upper = (int(row[name]) for name in ("lower", "value", "upper"))
        if not lower <= value <= upper:
            yield f"{row['observation_id']} says {value}, outside {lower} to {upper}."


def _beyond_total(ledger: Ledger) -> Iterator[str]:
    """Yield each group of parts that adds up to more than the total printed with them."""
    totals = {_table(row): int(row["value"]) for row in ledger.context if row["category"] == TOTAL}
    parts: dict[tuple[tuple[str, ...], str], int] = defaultdict(int)
    for row in ledger.context:
        if row["category"] != TOTAL:
            parts[_table(row), row["dimension"]] += int(row["value"])
    for (table, dimension), added in parts.items():
        total = totals.get(table, added)
        if added > total:
            series_id, period_start, *_ = table
            yield (
                f"{series_id} of {period_start}: the parts by {dimension} add up to {added}, "
                f"more than the total of {total}."
            )


def _table(row: Row) -> tuple[str, ...]:
    """Return the fields that the total and the parts of one printed table share."""
    return row["series_id"], row["period_start"], row["scope"], row["vintage"]
