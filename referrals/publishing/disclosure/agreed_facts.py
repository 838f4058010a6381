"""Agreed facts: published figures that a year's records confirm, and a release must reproduce.

Everybody already has these figures. A release that contradicted one would be wrong, and a release
that left one out would still be read beside it. Statements that the records contradict cannot be
reproduced; the publisher's summary names them. Called by `protected_counts` and `foresee` before
the counts are protected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.ledger import published_facts
from referrals.publishing.tabulation.counts import Counts


@dataclass(frozen=True)
class AgreedFacts:
    """The facts that a year's records agree with, and the ids of the statements they contradict."""

    facts: tuple[Fact, ...]
    disagreeing: tuple[str, ...]


def find(counts: Counts) -> AgreedFacts:
    """Sort the published statements on a year by whether its counts agree with them.

    Only statements on two or more dimensions matter, because one-way totals are exact anyway.
    Statements on codes that the release combines, or on fewer than ten people, are left out.
    """
    year = Year(counts.year, counts.categories, counts.cells(), ())
    facts = list(published_facts.facts(year))
    return AgreedFacts(
        facts=tuple(fact for fact in facts if fact.agrees_with(year.cells)),
        disagreeing=tuple(fact.name for fact in facts if not fact.agrees_with(year.cells)),
    )


def manifest_entries(facts: Iterable[Fact], cells: Mapping[Codes, int]) -> list[dict[str, object]]:
    """Return the facts as the manifest lists them, each with the sum that the release publishes."""
    return [_manifest_entry(fact, cells) for fact in facts]


def _manifest_entry(fact: Fact, cells: Mapping[Codes, int]) -> dict[str, object]:
    return {
        "name": fact.name,
        "year": fact.year,
        "where": {name: list(codes) for name, codes in fact.where.items()},
        "low": fact.low,
        "high": fact.high,
        "published": sum(value for codes, value in cells.items() if fact.holds_cell(codes)),
    }
