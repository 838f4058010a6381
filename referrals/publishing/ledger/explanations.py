"""Possible explanations of a gap between printed figures, and the percentages each would break.

An explanation that breaks nothing may be true. One that breaks a percentage printed beside it is
unlikely. Nothing here decides: pages show each explanation with the percentages it would break.
`relations` calls this when a total and its parts disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from referrals.errors import LedgerError
from referrals.formatting import count
from referrals.publishing.ledger.statements import HALF_STEP, Ledger, Statement
from referrals.reference.table_schema import Row


@dataclass(frozen=True)
class Explanation:
    """One way in which a gap could have come about, and the printed percentages it would break.

    `is_usual` is false for a misprint of a number that the source did not make by subtraction.
    """

    text: str
    breaks: tuple[str, ...]
    is_usual: bool = True


def explanations(ledger: Ledger, parts: Sequence[Statement], total: int) -> tuple[Explanation, ...]:
    """Return the explanations of parts that do not add up to their total.

    In order: the remainder is a misprint; a further group exists, kept out of the percentages or
    not; the parts were counted when the total was another; one of the other parts is a misprint.
    """
    missing = total - sum_of_counts(parts)
    remainders = [part for part in parts if part.is_remainder]
    counted = [part for part in parts if not part.is_remainder]
    return (
        *(_misprint(ledger, part, missing) for part in remainders),
        *_another_group(ledger, counted, missing),
        _another_total(ledger, total, missing),
        *(replace(_misprint(ledger, part, missing), is_usual=False) for part in counted),
    )


class Arguments(dict[str, str]):
    """The arguments of a relation: statement ids, separated by spaces, by argument name."""

    def __missing__(self, name: str) -> str:
        raise LedgerError(
            f"A relation in relations.csv does not say its '{name}'. "
            f"Add {name}=ids to its statements."
        )


def arguments_of(relation: Row) -> Arguments:
    """Return the arguments of a relation."""
    return Arguments(pair.split("=", 1) for pair in relation["statements"].split(";") if pair)


def sum_of_counts(statements: Iterable[Statement]) -> int:
    """Return the sum of exact counts. Raises LedgerError if a statement is not one."""
    return sum(statement.count for statement in statements)


def rounds_to(share: Fraction, printed: Statement) -> bool:
    """Return whether a share, from 0 to 1, rounds to the percentage that a statement prints."""
    step = HALF_STEP[printed.precision]
    return printed.percent - step <= share * 100 < printed.percent + step


def _another_group(ledger: Ledger, counted: Sequence[Statement], missing: int) -> list[Explanation]:
    """Return the explanations by a group that is not mentioned, unless its count is negative.

    The source can have kept it out of its percentages, which then agree, or not.
    """
    if missing < 0:
        return []
    recorded = sum_of_counts(counted)
    ids = " ".join(statement.statement_id for statement in counted)
    group = f"{count(missing)} more belong to a group that is not mentioned"
    part_of_it = (
        f"{group} and is part of the percentages, so that they are of {count(recorded + missing)} "
        f"recorded and not of {count(recorded)}."
    )
    return [
        Explanation(f"{group} and is kept out of the percentages.", ()),
        Explanation(part_of_it, _broken_percentages(ledger, added={ids: missing})),
    ]


def _another_total(ledger: Ledger, total: int, missing: int) -> Explanation:
    """Return the explanation that everything was counted at another total."""
    totals = [
        statement.statement_id
        for statement in ledger.about("victim_referrals")
        if statement.is_count and statement.count == total
    ]
    values = dict.fromkeys(totals, total - missing)
    return Explanation(
        f"Everything was counted when the total stood at {count(total - missing)}.",
        _broken_percentages(ledger, values=values),
    )


def _misprint(ledger: Ledger, statement: Statement, missing: int) -> Explanation:
    correct = statement.count + missing
    return Explanation(
        f"{statement.printed} is a misprint for {count(correct)}.",
        _broken_percentages(ledger, values={statement.statement_id: correct}),
    )


def _broken_percentages(
    ledger: Ledger,
    *,
    values: Mapping[str, int] | None = None,
    added: Mapping[str, int] | None = None,
) -> tuple[str, ...]:
    """Return the ids of printed percentages that would be wrong under other numbers.

    `values` replaces the counts of statements; `added` adds to the sum of a whole list of ids.
    """
    replaced = values or {}

    def total(ids: str) -> int:
        counts = [
            replaced.get(statement_id, ledger.statements[statement_id].count)
            for statement_id in ids.split()
        ]
        return sum(counts) + (added or {}).get(ids, 0)

    broken = []
    for relation in ledger.shares():
        arguments = arguments_of(relation)
        share = Fraction(total(arguments["parts"]), total(arguments["whole"]))
        if not rounds_to(share, ledger.statements[arguments["printed"]]):
            broken.append(arguments["printed"])
    return tuple(broken)
