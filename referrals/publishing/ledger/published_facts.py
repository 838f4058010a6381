"""Facts that everybody has already: the published statements on a release's year, as the ledger gives them.

They follow from the ledger and from what a release shows: its codes and its exact totals. A statement on codes that the
release groups, on one dimension (such totals are exact) or on fewer than ten people is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Final

from referrals.publishing.cell_codes import Fact, Year
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import HALF_STEP, Cell, Statement
from referrals.reference.codelists import FINEST, TOTAL, codelist

SUBJECT: Final = "victim_referrals"

LEAST: Final = 10
"""The fewest people that a statement must count: of smaller groups a release shows nothing exact."""


def facts(year: Year) -> Iterator[Fact]:
    """Yield the published statements on two dimensions at once of a year, whether or not its cells agree with them."""
    for statement in _statements(year.year):
        if (fact := _fact(statement, year)) is not None:
            yield fact


def standing(year: Year) -> list[Fact]:
    """Return the published statements that the cells of a year agree with: who reads both has to believe both."""
    return [fact for fact in facts(year) if fact.agrees_with(year.cells)]


def disagreeing(year: Year) -> Iterator[str]:
    """Yield what a year lists of facts that the ledger does not say, and what the ledger says that it should have listed."""
    ledger, listed = {fact.name: fact for fact in facts(year)}, {fact.name for fact in year.facts}
    for fact in year.facts:
        if fact.name not in ledger:
            yield f"{fact.name} is no statement on {year.year} that the ledger holds and the release tells apart"
        elif _said(fact) != _said(ledger[fact.name]):
            yield f"{fact.name} in {year.year}: the manifest says {_said(fact)}, the ledger {_said(ledger[fact.name])}"
    for fact in standing(year):
        if fact.name not in listed:
            yield f"{fact.name} in {year.year} is published and holds, and the manifest does not list it"


def _said(fact: Fact) -> str:
    where = ", ".join(
        f"{name} {' '.join(sorted(codes))}" for name, codes in sorted(fact.where.items())
    )
    return f"{fact.low:,} to {fact.high:,} for {where}"


def _statements(year: str) -> Iterator[Statement]:
    for statement in ledgers.load().about(SUBJECT):
        if (
            statement.period_start == f"{year[:4]}-04-01"
            and sum(code != TOTAL for code in statement.cell.codes().values()) > 1
        ):
            yield statement


def _fact(statement: Statement, year: Year) -> Fact | None:
    where = _where(statement.cell, year.categories)
    if where is None:
        return None
    if statement.is_count:
        is_large = statement.count >= LEAST
        return (
            Fact(statement.statement_id, year.year, where, statement.count, statement.count)
            if is_large
            else None
        )
    base = _where(statement.base, year.categories) if statement.base is not None else None
    if base is None or len(base) > 1 or statement.precision not in HALF_STEP:
        return None  # only a total of one dimension is exact in a release
    whole = sum(
        value
        for codes, value in year.cells.items()
        if Fact("", year.year, base, 0, 0).holds_cell(codes)
    )
    share, step = statement.percent / 100, HALF_STEP[statement.precision] / 100
    return Fact(
        statement.statement_id,
        year.year,
        where,
        ceil((share - step) * whole),
        ceil((share + step) * whole) - 1,
    )


def _where(cell: Cell, categories: Mapping[str, Sequence[str]]) -> dict[str, list[str]] | None:
    """Return the published codes that a cell adds up, by dimension, or None where the release does not tell them apart."""
    where: dict[str, list[str]] = {}
    for dimension, code in cell.codes().items():
        if dimension not in FINEST or code == TOTAL:
            continue
        members = codelist(dimension).codes[code].members or (code,)
        if not set(members) <= set(categories[dimension]):
            return None
        where[dimension] = [one for one in categories[dimension] if one in members]
    return where
