"""Published facts about a year: statements of the ledger that anybody can hold against a release.

Both halves of disclosure control use them: protection must agree with them, and the audit assumes
that the attacker knows them. A statement is left out if the release groups its codes, if it has one
dimension only (such totals are exact), or if it counts fewer than ten people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import ceil
from typing import Final

from referrals.publishing.cell_codes import Fact, Year
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import HALF_STEP, Cell, Statement
from referrals.reference.codelists import FINEST, TOTAL, codelist
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

SUBJECT: Final = "victim_referrals"


def facts(year: Year) -> Iterator[Fact]:
    """Yield the published facts about a year, whether or not its cells agree with them."""
    for statement in _statements(year.year):
        if (fact := _fact(statement, year)) is not None:
            yield fact


def matching(year: Year) -> list[Fact]:
    """Return the published facts that the cells of a year agree with."""
    return [fact for fact in facts(year) if fact.agrees_with(year.cells)]


def manifest_faults(year: Year) -> Iterator[str]:
    """Yield a sentence for each fact that a year's manifest lists wrongly or should have listed."""
    ledger = {fact.name: fact for fact in facts(year)}
    for fact in year.facts:
        if fact.name not in ledger:
            yield (
                f"{fact.name} is not a statement on {year.year} that the ledger has and the "
                "release tells apart"
            )
        elif _text(fact) != _text(ledger[fact.name]):
            yield (
                f"{fact.name} in {year.year}: the manifest says {_text(fact)}, "
                f"the ledger {_text(ledger[fact.name])}"
            )
    listed = {fact.name for fact in year.facts}
    for fact in matching(year):
        if fact.name not in listed:
            yield (
                f"{fact.name} in {year.year} is published and agrees with the release, "
                "but the manifest does not list it"
            )


def _text(fact: Fact) -> str:
    codes = [f"{name} {' '.join(sorted(codes))}" for name, codes in sorted(fact.where.items())]
    return f"{fact.low:,} to {fact.high:,} for {', '.join(codes)}"


@cache
def _statements_on_subject() -> tuple[Statement, ...]:
    """Return the statements on referrals of victims. The ledger is read once a process."""
    return tuple(ledgers.load().about(SUBJECT))


def _statements(year: str) -> Iterator[Statement]:
    """Yield the statements on a year that fix at least two dimensions."""
    for statement in _statements_on_subject():
        fixed = sum(code != TOTAL for code in statement.cell.codes().values())
        if fixed > 1 and statement.period_start == f"{year[:4]}-04-01":
            yield statement


def _fact(statement: Statement, year: Year) -> Fact | None:
    codes = _published_codes(statement.cell, year.categories)
    if codes is None:
        return None
    if statement.is_count:
        if statement.count < SMALLEST_PUBLISHED_CATEGORY:
            return None
        low = high = statement.count
    else:
        base = _exact_base(statement, year)
        if base is None:
            return None
        share, step = statement.percent / 100, HALF_STEP[statement.precision] / 100
        low = ceil((share - step) * base)
        high = ceil((share + step) * base) - 1
    return Fact(statement.statement_id, year.year, codes, low, high)


def _exact_base(statement: Statement, year: Year) -> int | None:
    """Return the number that a percentage is a share of, or None if a release does not show it."""
    if statement.base is None or statement.precision not in HALF_STEP:
        return None
    codes = _published_codes(statement.base, year.categories)
    if codes is None or len(codes) > 1:
        return None  # only a total of one dimension is exact in a release
    base = Fact("", year.year, codes, 0, 0)
    return sum(value for cell, value in year.cells.items() if base.holds_cell(cell))


def _published_codes(
    cell: Cell, categories: Mapping[str, Sequence[str]]
) -> dict[str, list[str]] | None:
    """Return the published codes that add up to a cell, by dimension; None if they are grouped."""
    published: dict[str, list[str]] = {}
    for dimension, code in cell.codes().items():
        if dimension not in FINEST or code == TOTAL:
            continue
        members = codelist(dimension).codes[code].members or (code,)
        if not set(members) <= set(categories[dimension]):
            return None
        published[dimension] = [member for member in categories[dimension] if member in members]
    return published
