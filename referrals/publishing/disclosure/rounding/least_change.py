"""The least change that lets every total be exact, for counts that cannot be rounded.

Called by `rounding.protect` when `repair` finds no rounding. It combines published categories as
the options of `publish` would, and returns the option that combines fewest of them and is proved to
work for these counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from referrals.publishing.tabulation.counts import Categories, Codes, Counts
from referrals.reference.codelists import (
    DIMENSIONS,
    FINEST,
    NOT_RECORDED,
    OTHERS,
    codelist,
    is_other,
)

MOST_TRIED: Final = 120
"""The most changes that are tried, those that combine fewest categories first."""

Merge = Mapping[str, str]
"""The new code of each code of one dimension that is combined."""


@dataclass(frozen=True)
class _Change:
    """Options of `publish`, the codes that they combine and how many categories are lost."""

    option: str
    lost: int
    merges: Mapping[str, Merge]


def least_change(counts: Counts, has_rounding: Callable[[Counts], bool]) -> str:
    """Return the advice to the publisher of counts that have no rounding, as a sentence.

    Args:
        counts: the counts of one year, in the published codes.
        has_rounding: returns whether counts have a rounding that keeps every total exact.
    """
    nationalities = list(_fewer_nationalities(counts))
    groups = list(_larger_groups(counts.categories))
    both = []
    for first, second in itertools.product(nationalities, groups):
        option, lost = f"{first.option} {second.option}", first.lost + second.lost
        both.append(_Change(option, lost, {**first.merges, **second.merges}))
    changes = sorted([*nationalities, *groups, *both], key=lambda change: change.lost)
    for change in changes[:MOST_TRIED]:
        if has_rounding(merged(counts, change.merges)):
            return f"The least change that works: {change.option}."
    return (
        f"None of {min(len(changes), MOST_TRIED)} larger groupings works either. "
        "Publish a longer period."
    )


def merged(counts: Counts, merges: Mapping[str, Merge]) -> Counts:
    """Return counts with some of their codes combined."""
    categories: dict[str, list[str]] = {}
    for name in FINEST:
        new_codes = merges.get(name, {})
        codes = [new_codes.get(code, code) for code in counts.categories[name]]
        categories[name] = list(dict.fromkeys(codes))
    cells: dict[Codes, int] = {}
    for cell, value in counts.cells().items():
        named = zip(FINEST, cell, strict=True)
        combined = tuple(merges.get(name, {}).get(code, code) for name, code in named)
        cells[combined] = cells.get(combined, 0) + value
    return Counts.of(counts.year, categories, cells)


def _fewer_nationalities(counts: Counts) -> Iterator[_Change]:
    """Yield each lower limit of nationalities: those over it, the smallest, join the others."""
    codes, column = counts.categories["nationality"], FINEST.index("nationality")
    totals = dict.fromkeys(codes, 0)
    for cell, value in counts.cells().items():
        totals[cell[column]] += value
    named = [code for code in codes if code != NOT_RECORDED and not is_other(code)]
    named.sort(key=lambda code: (-totals[code], code))
    others = [code for code in codes if is_other(code)]
    other = others[-1] if others else OTHERS[0]
    for kept in range(len(named) - 1, -1, -1):
        joining = named[kept:]
        if len(joining) + len(others) > 1:
            lost = len(joining) + len(others) - 1
            merge = dict.fromkeys([*joining, *others], other)
            yield _Change(f"--nationalities {kept}", lost, {"nationality": merge})


def _larger_groups(categories: Categories) -> Iterator[_Change]:
    """Yield the aggregates of the code lists that combine two or more published categories."""
    for dimension in DIMENSIONS[1:]:
        listed = codelist(dimension).codes
        parts = {code: set(listed[code].members or [code]) for code in categories[dimension]}
        for entry in listed.values():
            members = set(entry.members)
            inside = [code for code, part in parts.items() if part <= members]
            is_split = any(part & members and not part <= members for part in parts.values())
            if len(inside) > 1 and not is_split:
                merge = dict.fromkeys(inside, entry.code)
                option = f"--group {dimension}={entry.code}"
                yield _Change(option, len(inside) - 1, {dimension: merge})
