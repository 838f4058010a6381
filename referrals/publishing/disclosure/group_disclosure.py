"""Group disclosure: groups whose members nearly all share one crime type or outcome.

Whoever knows that a person is in such a group knows the person's crime type or outcome too, however
exact or adjusted the numbers are. `protected_counts` and `foresee` look for such groups in the
counts to be published. `joins` combines a category with others if that mends it; `refuse` names the
groups that are left, unless the publisher accepts them with a reason. The settings are
`reference/disclosure_rule`.

A group has one code in common, or the codes of two identifying dimensions. The total of a single
code is exact, so the true share counts. Other totals are adjusted: their share counts as far as
readers can conclude it, as in `audit/groups/near_certainty`, which checks the release and shares no
code with this module.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from referrals.errors import DisclosureError
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST, codelist
from referrals.reference.disclosure_rule import (
    GROUP_DISCLOSURE,
    IDENTIFYING,
    LARGEST_AMBIGUOUS,
    LARGEST_GROUP,
    NEAR_CERTAINTY,
    SENSITIVE,
    SMALLEST_ANNOUNCED_ERROR,
    UNINFORMATIVE,
)

MOST_NAMED: Final = 5

LARGER_GROUPS: Final = (
    "No group of the code lists mends that. Publish a longer period, add a larger group to "
    "data/reference/<dimension>.csv,"
)
LATER: Final = "A published year keeps its groups. Publish it again when it has more records,"
"""The advice on disclosive groups of a first release, and on those of a revision."""


@dataclass(frozen=True)
class NearCertain:
    """A group of a year whose referrals nearly all share a code of another dimension.

    `codes` are those that define the group, by dimension. Of its `total` referrals, `count` share
    `code`.
    """

    year: str
    codes: Mapping[str, str]
    dimension: str
    code: str
    count: int
    total: int

    def sentence(self, *, is_example: bool = False) -> str:
        """Return the group and the share in words. It holds true counts."""
        labels = [label(*item, is_example=is_example) for item in self.codes.items()]
        shared = label(self.dimension, self.code, is_example=is_example)
        name = self.dimension.replace("_", " ")
        return (
            f"{', '.join([self.year, *labels])}: {self.count:,} of {self.total:,} referrals "
            f"have the {name} {shared}"
        )


def is_near_certain(count: int, total: int) -> bool:
    """Return whether a code that `count` of `total` share can be inferred of each member.

    It can if everybody shares it, whatever the size of the group. If nearly everybody does, it can
    in a small group only: in a larger one the share is a statistic.

    >>> is_near_certain(193, 194), is_near_certain(1_930, 1_940), is_near_certain(1_940, 1_940)
    (True, False, True)
    """
    return count == total or (total <= LARGEST_GROUP and 100 * count >= NEAR_CERTAINTY * total)


def find(counts: Counts, *, pairs: bool = True) -> list[NearCertain]:
    """Return the groups of a year whose members nearly all share one crime type or outcome.

    If nearly everybody in the year has a code, its groups disclose nothing more. The year itself is
    then the group, unless it is too large to be one.

    Args:
        counts: the counts in the codes to be published.
        pairs: whether numbers of two identifying dimensions and a third are published as well.
    """
    sizes = (1, 2) if pairs else (1,)
    found: list[NearCertain] = []
    for place, sensitive in enumerate(FINEST):
        if sensitive not in SENSITIVE:
            continue
        of_year = _of_year(counts, place)
        found += [each for each in of_year if is_near_certain(each.count, each.total)]
        common = [counts.categories[sensitive].index(each.code) for each in of_year]
        for size in sizes:
            for dimensions in itertools.combinations(range(len(FINEST)), size):
                names = {FINEST[dimension] for dimension in dimensions}
                if place not in dimensions and (size == 1 or names <= {*IDENTIFYING}):
                    found += _of_groups(counts, dimensions, place, common)
    return found


def find_all(years: Sequence[Counts], *, pairs: bool = True) -> list[NearCertain]:
    """Return the groups of some years that `find` finds."""
    return [group for counts in years for group in find(counts, pairs=pairs)]


def refuse(
    found: Sequence[NearCertain], *, is_example: bool = False, is_revision: bool = False
) -> None:
    """Refuse counts with disclosive groups.

    A revision keeps the groups of the earlier releases, so it is not advised to choose others.

    Raises:
        DisclosureError: there are some. The message names them and the remedies.
    """
    if not found:
        return
    listed = [f"  {group.sentence(is_example=is_example)}." for group in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        listed.append(f"  {len(found) - MOST_NAMED:,} more groups.")
    raise DisclosureError(
        f"Whoever is in these groups would be known to have one crime type or outcome, because "
        f"{NEAR_CERTAINTY}% or more of them have it:\n"
        + "\n".join(listed)
        + f"\n{LATER if is_revision else LARGER_GROUPS} or, if it may be known, accept it: "
        f"--accept {GROUP_DISCLOSURE}=REASON. Nothing was written."
    )


def _of_year(counts: Counts, place: int) -> list[NearCertain]:
    """Return the codes that nearly everybody of a year has, whatever its size."""
    total = int(counts.values.sum())
    shared = np.bincount(counts.places[:, place], weights=counts.values).astype(np.int64)
    codes = counts.categories[FINEST[place]]
    return [
        NearCertain(counts.year, {}, FINEST[place], codes[number], int(shared[number]), total)
        for number in np.flatnonzero(100 * shared >= NEAR_CERTAINTY * total).tolist()
        if codes[number] not in UNINFORMATIVE
    ]


def _of_groups(
    counts: Counts, dimensions: tuple[int, ...], place: int, common: Sequence[int]
) -> Iterator[NearCertain]:
    """Yield the disclosive groups of some dimensions, for one sensitive dimension.

    The total of a group of one code is exact, so the true share counts. That of any other group is
    adjusted, so the least share that the announced errors allow counts.
    """
    columns = (*dimensions, place)
    sizes = [len(counts.categories[FINEST[column]]) for column in columns]
    cells = np.ravel_multi_index([*counts.places[:, columns].T], sizes)
    occupied, index = np.unique(cells, return_inverse=True)
    shared = np.bincount(index, weights=counts.values)
    group_of = occupied // sizes[-1]
    total = np.bincount(group_of, weights=shared)[group_of]
    low, high = shared, total
    if len(dimensions) > 1:
        least = np.where(counts.values > LARGEST_AMBIGUOUS, counts.values, 1)
        proved = np.bincount(index, weights=least)
        low = np.maximum(shared - SMALLEST_ANNOUNCED_ERROR, proved)
        high = total + SMALLEST_ANNOUNCED_ERROR
    is_small = (total <= LARGEST_GROUP) | (low == high)
    is_known = (100 * low >= NEAR_CERTAINTY * high) & is_small
    is_common = np.isin(occupied % sizes[-1], common)
    for entry in np.flatnonzero(is_known & ~is_common):
        places = np.unravel_index(int(occupied[entry]), sizes)
        *codes, code = (
            counts.categories[FINEST[column]][int(at)]
            for column, at in zip(columns, places, strict=True)
        )
        if not {*codes, code} & UNINFORMATIVE:
            named = dict(zip([FINEST[column] for column in dimensions], codes, strict=True))
            yield NearCertain(
                counts.year, named, FINEST[place], code, int(shared[entry]), int(total[entry])
            )


def label(dimension: str, code: str, *, is_example: bool) -> str:
    """Return the label of a code; a quarter is its own.

    Raises:
        DataError: the code is not in the list of its dimension.
    """
    if dimension == "quarter":
        return code
    return codelist(dimension, is_example=is_example).label(code)
