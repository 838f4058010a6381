"""Additivity: the checks of a rounded release that need no witness and no solver."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Final

from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, describe
from referrals.publishing.ledger import published_facts
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import SMALLEST_UNCHANGED

HIGHEST_LISTED_ORDER: Final = 3
"""A release lists sums of up to this order, and the finest cells."""


def small_numbers(release: PublicRelease) -> Iterator[str]:
    """Yield the published numbers that rounding never makes: 1 to 4, and negative ones."""
    for codes, value in release.published.items():
        if value < SMALLEST_UNCHANGED and value != 0:
            yield f"{describe(codes)} shows {value}"


def wrong_sums(release: PublicRelease) -> Iterator[str]:
    """Yield the sums that differ from the total of their finest cells, missing sums included."""
    expected = _expected_sums(release)
    for codes in {**release.published, **expected}:
        shown = release.published.get(codes, 0)
        if shown != expected[codes]:
            yield (
                f"{describe(codes)} shows {shown:,}, and its cells add up to {expected[codes]:,}"
            )


def _expected_sums(release: PublicRelease) -> Counter[Codes]:
    """Return every sum that a release lists, added up from its finest cells."""
    expected: Counter[Codes] = Counter()
    for year in release.years.values():
        for cell, value in year.cells.items():
            for codes in itertools.product(*((code, TOTAL) for code in cell)):
                order = sum(code != TOTAL for code in codes)
                if order <= HIGHEST_LISTED_ORDER or order == len(FINEST):
                    period = year.year if codes[0] == TOTAL else codes[0]
                    expected[(period, *codes[1:])] += value
    return expected


def broken_facts(release: PublicRelease) -> Iterator[str]:
    """Yield the published facts that the cells contradict."""
    for year in release.years.values():
        for fact in year.facts:
            value = fact.sum_of(year.cells)
            if not fact.low <= value <= fact.high:
                yield f"{fact.name} in {year.year}: {value:,} is not {fact.low:,} to {fact.high:,}"


def unlisted_facts(release: PublicRelease) -> Iterator[str]:
    """Yield the differences between the facts of the manifest and those of the ledger."""
    for year in release.years.values():
        yield from published_facts.manifest_faults(year)
