"""The recoding of years if some were published before: readers know its groups already.

Called by `protected_counts` instead of `foresee.choose_codes` once a year has a history.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from referrals.errors import DisclosureError
from referrals.publishing.disclosure import recoding, series_recoding
from referrals.publishing.disclosure.series_recoding import Regrouping, YearRecoding
from referrals.publishing.history.private_store import StoredYear
from referrals.publishing.options import Options
from referrals.publishing.tabulation.counts import Category
from referrals.reference.codelists import DIMENSIONS, codelist


def of_series(
    found: Sequence[Category],
    previous: Mapping[str, StoredYear],
    options: Options,
    *,
    is_example: bool,
) -> tuple[dict[str, YearRecoding], list[Regrouping]]:
    """Return the recoding of each year, and the categories that new years no longer have.

    A year that was published keeps its recoding: readers could compare two groupings of the same
    records, and nothing proves that to be safe. So a code that it lacks cannot be shown later
    (`tabulation.counts.split`). A new year starts from the year before it.
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
        published = stored.categories[category.dimension]
        if category.dimension in DIMENSIONS and category.code not in published:
            group = recoding.group_of(category.dimension, category.code, published)
            if group:
                recodes.setdefault((category.dimension, category.code), group)
    codes = {name: codes for name, codes in stored.categories.items() if name != "quarter"}
    return YearRecoding(recodes, codes)


def new_codes(
    found: Sequence[Category],
    recoded: Mapping[str, YearRecoding],
    previous: Mapping[str, StoredYear],
) -> list[tuple[str, str, str]]:
    """Return the year, dimension and code of each code that no published category can take."""
    new = []
    for category in found:
        year, dimension, code = category.year, category.dimension, category.code
        if year not in previous or dimension == "quarter":
            continue
        is_published = code in previous[year].categories[dimension]
        if not is_published and (dimension, code) not in recoded[year].recoding:
            new.append((year, dimension, code))
    return new


def codes_to_count(
    recoded: Mapping[str, YearRecoding], new: Sequence[tuple[str, str, str]]
) -> dict[str, YearRecoding]:
    """Return recodings with every code that occurs, also those that a published year lacks."""
    wide = dict(recoded)
    for year, dimension, code in new:
        codes = wide[year].codes
        every_code = {**codes, dimension: [*codes[dimension], code]}
        wide[year] = YearRecoding(wide[year].recoding, every_code)
    return wide


def sentences(
    new: Sequence[tuple[str, str, str]],
    previous: Mapping[str, StoredYear],
    *,
    is_example: bool,
) -> Iterator[str]:
    """Yield a sentence for the publisher on each code that is new in a published year."""
    for year, dimension, code in new:
        label = codelist(dimension, is_example=is_example).label(code)
        yield (
            f"{year}: {previous[year].release_id} has no category for the "
            f"{dimension.replace('_', ' ')} “{label}”. Every revision of {year} holds records with "
            "it back, and the totals that lack them have a range."
        )
