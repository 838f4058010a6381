"""Facts that were published before: what a release must agree with, because everybody has them already.

Only those that the records agree with can be kept: a statement that the records contradict is no fact about them, and is
named in the summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.ledger import published_facts
from referrals.publishing.tabulation.counts import Counts


@dataclass(frozen=True)
class Pinned:
    """The facts that a year's records agree with, and the ids of statements that they do not."""

    facts: tuple[Fact, ...]
    disagreeing: tuple[str, ...]


def facts_of(counts: Counts) -> Pinned:
    """Return the published statements on two dimensions at once that hold of a year's counts.

    Totals of one dimension need no pin: they are exact. A statement on codes that the release groups, or on fewer than ten
    people, cannot be kept; it is left out.
    """
    year = Year(counts.year, counts.categories, counts.cells(), ())
    every = list(published_facts.facts(year))
    return Pinned(
        facts=tuple(fact for fact in every if fact.agrees_with(year.cells)),
        disagreeing=tuple(fact.name for fact in every if not fact.agrees_with(year.cells)),
    )


def published(facts: Iterable[Fact], cells: Mapping[Codes, int]) -> list[dict[str, object]]:
    """Return facts as the manifest lists them, each with the number that the release has for it."""
    return [
        {
            "name": fact.name,
            "year": fact.year,
            "where": {name: list(codes) for name, codes in fact.where.items()},
            "low": fact.low,
            "high": fact.high,
            "published": sum(value for codes, value in cells.items() if fact.holds_cell(codes)),
        }
        for fact in facts
    ]
