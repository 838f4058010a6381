"""Whether the numbers of a release hold by addition alone: the rule, the sums, and the facts that were published before."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Final

from referrals.publishing.audit.marginal_sums import counted
from referrals.publishing.audit.public_release import LEAST_KEPT, Codes, PublicRelease, describe
from referrals.publishing.ledger import published_facts
from referrals.reference.codelists import FINEST, TOTAL

MOST_FIXED: Final = 3
"""A release holds the sums that fix up to this many dimensions."""


def small_numbers(release: PublicRelease) -> Iterator[str]:
    """Yield the published numbers that the rule never makes: 1 to 4, and fewer than none."""
    for codes, value in release.published.items():
        if value < LEAST_KEPT and value != 0:
            yield f"{describe(codes)} shows {value}"


def wrong_sums(release: PublicRelease) -> Iterator[str]:
    """Yield the published sums that are not what their finest cells add up to, and those that are not there."""
    true: Counter[Codes] = Counter()
    for year in release.years.values():
        for codes, value in year.cells.items():
            for one in itertools.product(*((code, TOTAL) for code in codes)):
                fixed = sum(code != TOTAL for code in one)
                if fixed <= MOST_FIXED or fixed == len(FINEST):
                    true[(year.year if one[0] == TOTAL else one[0], *one[1:])] += value
    for codes in {**release.published, **true}:
        shown = release.published.get(codes, 0)
        if shown != true[codes]:
            yield f"{describe(codes)} shows {shown:,}, and its cells add up to {true[codes]:,}"


def broken_facts(release: PublicRelease) -> Iterator[str]:
    """Yield the facts that the cells contradict."""
    for year in release.years.values():
        for fact in year.facts:
            value = counted(fact, year.cells)
            if not fact.low <= value <= fact.high:
                yield f"{fact.name} in {year.year}: {value:,} is not {fact.low:,} to {fact.high:,}"


def other_facts(release: PublicRelease) -> Iterator[str]:
    """Yield what the manifest says of facts and the ledger does not, or the other way round."""
    for year in release.years.values():
        yield from published_facts.manifest_faults(year)
