"""Groups whose people provably share one crime type or outcome, by the witnesses of a release.

Called by `audit`; the attacks on pairs of releases look at the same groups. Groups whose people
nearly all share one are those of `near_certainty`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from referrals.publishing.audit.marginal_sums import Changes, Integers, MarginalSums
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.reference import disclosure_rule
from referrals.reference.codelists import ANY, DIMENSIONS, FINEST, TOTAL

SENSITIVE: Final = tuple(FINEST.index(name) for name in disclosure_rule.SENSITIVE)
"""The dimensions in which the people of a group must not provably share a code."""

GROUPING: Final = tuple(FINEST.index(name) for name in DIMENSIONS[:3])
"""The dimensions that make groups: nationality, age band and sex."""

NOT_GROUPING: Final = [place for place in range(len(FINEST)) if place not in GROUPING]
"""The dimensions that don't make groups: quarter, crime type and outcome."""


def certain_groups(year: Year, witnesses: Sequence[Changes], sums: MarginalSums) -> Iterator[str]:
    """Yield the groups whose people provably share a crime type or an outcome.

    Groups are those of a nationality, age band and sex, or of some of these. Only a group whose
    published cells have a single code is at risk. It is safe if some witness puts somebody of the
    group under another code.
    """
    shown = sums.places_array(year.cells)
    increased = {codes for changes in witnesses for codes, change in changes.items() if change > 0}
    possible = sums.places_array(increased)
    for column in SENSITIVE:
        groups, codes = _codes_by_group(shown, column, sums)
        _, first, count = np.unique(groups, return_index=True, return_counts=True)
        single = first[count == 1]
        only_code = dict(zip(groups[single].tolist(), codes[single].tolist(), strict=True))
        other_groups, other_codes = _codes_by_group(possible, column, sums)
        safe = {
            group
            for group, code in zip(other_groups.tolist(), other_codes.tolist(), strict=True)
            if only_code.get(group) != code
        }
        name = FINEST[column].replace("_", " ")
        for group in only_code.keys() - safe:
            code = sums.codes[column][only_code[group]]
            if code == ANY:
                continue
            yield f"{describe(sums.codes_of(group))} in {year.year}: all are {name} {code}"


def groups_of(cell: Codes) -> Iterator[Codes]:
    """Yield the groups of nationality, age band and sex that a cell is part of, up to everybody."""
    axes = [(code, TOTAL) if place in GROUPING else (TOTAL,) for place, code in enumerate(cell)]
    return itertools.product(*axes)


def _codes_by_group(places: Integers, column: int, sums: MarginalSums) -> tuple[Integers, Integers]:
    """Return each pair of a group and a code of a column that some cells have.

    Groups are sums over nationality, age band and sex that fix at least one of them, given by
    number.
    """
    is_group = sums.fixed.any(axis=1) & ~sums.fixed[:, NOT_GROUPING].any(axis=1)
    groups = sums.numbers_of(places)[:, is_group]
    pairs = np.unique(groups * len(sums.codes[column]) + places[:, [column]])
    return pairs // len(sums.codes[column]), pairs % len(sums.codes[column])
