"""The recoding of years if some were published before: readers know its groups already.

Called by `protected_counts` instead of `foresee.choose_codes` once a year has a history.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from referrals.errors import DisclosureError
from referrals.publishing.disclosure import recoding, series_recoding
from referrals.publishing.disclosure.series_recoding import Regrouping, YearRecoding
from referrals.publishing.history.private_store import StoredYear
from referrals.publishing.options import Options
from referrals.publishing.tabulation.counts import Category


def of_series(
    found: Sequence[Category],
    previous: Mapping[str, StoredYear],
    options: Options,
    *,
    is_example: bool,
) -> tuple[dict[str, YearRecoding], list[Regrouping]]:
    """Return the recoding of each year, and the categories that new years no longer have.

    A year that was published keeps its recoding: readers could compare two groupings of the same
    records, and nothing proves that to be safe. A new year starts from the year before it.
    """
    recoded: dict[str, YearRecoding] = {}
    for year in sorted({category.year for category in found}):
        rows = [category for category in found if category.year == year]
        if year in previous:
            recoded[year] = _previous_recoding(rows, previous[year], options.shape)
            continue
        earlier = max((other for other in (*recoded, *previous) if other < year), default="")
        if not earlier:
            earlier = min(previous)
        before = recoded.get(earlier) or _previous_recoding([], previous[earlier], options.shape)
        recoded[year] = series_recoding.next_year(
            rows, before, nationalities=options.nationalities, is_example=is_example
        )
    regrouped = [
        regrouping
        for earlier, year in itertools.pairwise(recoded)
        for regrouping in series_recoding.regroupings(year, recoded[earlier], recoded[year])
    ]
    return recoded, regrouped


def _previous_recoding(found: Sequence[Category], stored: StoredYear, shape: str) -> YearRecoding:
    """Return the recoding and the codes of the earlier releases of a year."""
    if stored.shape != shape:
        raise DisclosureError(
            f"These years were published before ({stored.release_id}) with {stored.shape}. "
            "Publish the revision with the same options: two groupings of the same records "
            "can be compared, and exact numbers give adjusted ones away."
        )
    recodes = dict(stored.recoding)
    for category in found:
        key = (category.dimension, category.code)
        is_published = category.code in stored.categories[category.dimension]
        if category.dimension != "quarter" and not is_published and key not in recodes:
            recodes[key] = _code_of_new_category(category, stored)
    codes = {name: codes for name, codes in stored.categories.items() if name != "quarter"}
    return YearRecoding(recodes, codes)


def _code_of_new_category(category: Category, previous: StoredYear) -> str:
    """Return the published code of a category that the earlier release did not have."""
    if category.dimension == "nationality" and recoding.OTHER in previous.categories["nationality"]:
        return recoding.OTHER
    raise DisclosureError(
        f"The {category.dimension.replace('_', ' ')} '{category.code}' is new in {category.year}; "
        f"{previous.release_id} did not have it. Publish a longer period, in which it counts at "
        "least ten."
    )
