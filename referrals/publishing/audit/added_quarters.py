"""Quarters that one of two releases of a year has in addition, as a year of their own.

Called by `differencing` and `audit`. A release of two quarters and one of all four are read as a
release of the other two as well: whatever it shows is their difference. The worst case is assumed:
a reader knows the totals that the larger release has of the quarters in the smaller one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from referrals.publishing.audit.marginal_sums import total_of_code
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

Editions = tuple[PublicRelease, PublicRelease]
"""Two releases of a year, the one with fewer quarters first."""


def split(first: PublicRelease, second: PublicRelease, name: str) -> tuple[Editions, Year] | None:
    """Return two releases by their quarters, and the year of those that only the second one has.

    None if they cover the same quarters, if neither covers all quarters of the other, or if they
    group codes differently.
    """
    smaller, larger = sorted(
        (first, second), key=lambda release: len(release.years[name].categories["quarter"])
    )
    fewer, more = smaller.years[name], larger.years[name]
    quarters = set(fewer.categories["quarter"])
    if not quarters < set(more.categories["quarter"]):
        return None
    if any(fewer.categories[column] != more.categories[column] for column in FINEST[1:]):
        return None
    added = [quarter for quarter in more.categories["quarter"] if quarter not in quarters]
    return (smaller, larger), of_quarters(more, added)


def of_quarters(year: Year, quarters: list[str]) -> Year:
    """Return the part of a year in some quarters. The facts are about the whole year."""
    cells = {codes: value for codes, value in year.cells.items() if codes[0] in quarters}
    categories = {**year.categories, "quarter": quarters}
    return replace(year, categories=categories, cells=cells, facts=())


def small_totals(editions: Editions, added: Year) -> Iterator[str]:
    """Yield the totals of the added quarters that are exact and of few people.

    A total is exact unless one of the releases announces an error for it. If one total alone is
    inexact and the grand total is exact, subtracting the others gives it away.
    """
    for column, name in enumerate(FINEST[1:], start=1):
        totals = {code: total_of_code(added, column, code) for code in added.categories[name]}
        inexact = [code for code in totals if _is_inexact(editions, added.year, column, code)]
        label = name.replace("_", " ")
        for code, total in totals.items():
            if code not in inexact and 0 < total < SMALLEST_PUBLISHED_CATEGORY:
                yield f"{label} {code} of the added quarters is {total}"
        rest = sum(totals[code] for code in inexact)
        if len(inexact) == 1 and rest and not _has_inexact_total(editions, added.year):
            yield f"{label} {inexact[0]} of the added quarters is {rest}, by the other totals"


def _is_inexact(editions: Editions, year: str, column: int, code: str) -> bool:
    codes = tuple(code if place == column else TOTAL for place in range(1, len(FINEST)))
    return any((year, *codes) in release.inexact_totals for release in editions)


def _has_inexact_total(editions: Editions, year: str) -> bool:
    everybody: Codes = (year, *[TOTAL] * (len(FINEST) - 1))
    return any(everybody in release.inexact_totals for release in editions)
