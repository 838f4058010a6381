"""The questions nearest to one that cannot be answered in full."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from referrals.query.selection import PERIOD
from referrals.query.tables import reader
from referrals.query.tables.table import Reason, Table
from referrals.query.tables.table_request import SHARES, Measure, Offer, TableRequest
from referrals.reference.codelists import TOTAL
from referrals.release.release import Release

MOST_SUGGESTED: Final = 3


def nearest_tables(release: Release, table: Table, offered: Offer) -> tuple[Table, ...]:
    """Return the tables nearest to one that show more of their cells, the best first.

    Each leaves out one filter or one axis, or asks for the number or another period. Empty for a
    table whose cells are all shown, or lack only the change of the first period.
    """
    is_first_period = table.request.has_time and set(table.missing) == {Reason.NO_EARLIER}
    if not table.missing or is_first_period:
        return ()
    scored = []
    for place, candidate in enumerate(_simpler(table, offered)):
        other = reader.read(release, candidate)
        share = Fraction(other.shown, len(other.cells))
        if share > Fraction(table.shown, len(table.cells)):
            scored.append((-share, place, other))
        if share == 1:  # the candidates after it leave out more
            break
    scored.sort(key=lambda item: item[:2])
    return tuple(candidate for *_, candidate in scored[:MOST_SUGGESTED])


def _simpler(table: Table, offered: Offer) -> list[TableRequest]:
    """Return the requests that ask for less than a table's."""
    request = replace(table.request, part=1)
    found = []
    if request.measure in SHARES or request.measure is Measure.CHANGE:
        found.append(replace(request, measure=Measure.NUMBER))
    if Reason.NO_EARLIER in table.missing and not request.has_time:
        years = [code for code in offered.filters[PERIOD] if code not in offered.quarters]
        if len(years) > 1:
            found.append(replace(request, within=request.within.choosing(PERIOD, "")))
    found += [
        replace(request, within=request.within.choosing(name, TOTAL))
        for name in request.within.chosen()
    ]
    if len(request.axes) > 1:
        for name in request.axes:
            rows = tuple(axis for axis in request.rows if axis != name)
            columns = tuple(axis for axis in request.columns if axis != name)
            measure = request.measure if rows and columns else Measure.NUMBER
            found.append(replace(request, rows=rows, columns=columns, measure=measure))
    return found
