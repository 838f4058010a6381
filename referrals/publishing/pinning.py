"""Facts that were published before: what a release must agree with, because everybody has them already.

They come from the ledger of published statements. Only those that the records agree with can be kept: a statement that the
records contradict is no fact about them, and is named in the summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from referrals import ledger as ledgers
from referrals.codelists import FINEST, TOTAL, codelist
from referrals.ledger import HALF_STEP, Cell, Statement
from referrals.publishing.public import Fact
from referrals.publishing.recoding import LEAST
from referrals.publishing.tabulation import Codes, Counts

SUBJECT = "victim_referrals"


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
    cells = counts.cells()
    facts, disagreeing = [], []
    for statement in _statements(counts.year):
        fact = _fact(statement, counts, cells)
        if fact is None:
            continue
        value = sum(number for codes, number in cells.items() if fact.holds_cell(codes))
        if fact.low <= value <= fact.high:
            facts.append(fact)
        else:
            disagreeing.append(statement.statement_id)
    return Pinned(tuple(facts), tuple(disagreeing))


def _statements(year: str) -> Iterator[Statement]:
    for statement in ledgers.load().about(SUBJECT):
        if statement.period_start == f"{year[:4]}-04-01" and sum(code != TOTAL for code in statement.cell.codes().values()) > 1:
            yield statement


def _fact(statement: Statement, counts: Counts, cells: Mapping[Codes, int]) -> Fact | None:
    where = _where(statement.cell, counts)
    if where is None:
        return None
    if statement.is_count:
        is_large = statement.count >= LEAST
        return Fact(statement.statement_id, counts.year, where, statement.count, statement.count) if is_large else None
    base = _where(statement.base, counts) if statement.base is not None else None
    if base is None or statement.precision not in HALF_STEP:
        return None
    whole = sum(value for codes, value in cells.items() if Fact("", counts.year, base, 0, 0).holds_cell(codes))
    share, step = statement.percent / 100, HALF_STEP[statement.precision] / 100
    low, high = ceil((share - step) * whole), ceil((share + step) * whole) - 1
    return Fact(statement.statement_id, counts.year, where, low, high) if _is_exact(base) else None


def _is_exact(base: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a base is a total of one dimension, which the release keeps exact."""
    return len(base) <= 1


def _where(cell: Cell, counts: Counts) -> dict[str, list[str]] | None:
    """Return the published codes that a cell adds up, by dimension, or None where the release does not tell them apart."""
    where: dict[str, list[str]] = {}
    for dimension, code in cell.codes().items():
        if dimension not in FINEST or code == TOTAL:
            continue
        members = codelist(dimension).codes[code].members or (code,)
        if not set(members) <= set(counts.categories[dimension]):
            return None
        where[dimension] = [one for one in counts.categories[dimension] if one in members]
    return where


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
