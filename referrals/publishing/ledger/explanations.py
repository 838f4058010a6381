"""The readings of a gap: which printed number could be wrong, and which printed percentages that would break.

A reading that breaks nothing may be what happened. A reading that breaks a percentage, which the source prints beside it,
is unlikely. Nothing here decides: the page shows every reading with what it would break.
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
class Reading:
    """One way in which a gap could have come about, and the statements that it would break (none: it may be so).

    It is not usual where a number would be misprinted that the source did not make by subtraction.
    """

    text: str
    breaks: tuple[str, ...]
    is_usual: bool = True


def readings(ledger: Ledger, parts: Sequence[Statement], whole: int) -> tuple[Reading, ...]:
    """Return the readings of a total that its parts do not reach, the remainder first.

    The number given as what remains may be a misprint; or there is a further group; or the parts were counted when the
    total was another; or one of the other parts is a misprint.
    """
    short = whole - counts(parts)
    remainders = [part for part in parts if part.is_remainder]
    counted = [part for part in parts if not part.is_remainder]
    wholes = [
        one.statement_id
        for one in ledger.about("victim_referrals")
        if one.is_count and one.count == whole
    ]
    return (
        *(_misprint(ledger, one, short) for one in remainders),
        *_another_group(ledger, counted, short),
        Reading(
            f"Everything was counted when the total stood at {count(whole - short)}.",
            _broken(ledger, values=dict.fromkeys(wholes, whole - short)),
        ),
        *(replace(_misprint(ledger, one, short), is_usual=False) for one in counted),
    )


class Arguments(dict[str, str]):
    """What a relation's arithmetic is done on: statement ids by the part they play."""

    def __missing__(self, part: str) -> str:
        raise LedgerError(
            f"A relation in relations.csv does not say its '{part}'. Add {part}=ids to its statements."
        )


def arguments_of(relation: Row) -> Arguments:
    """Return what a relation's arithmetic is done on."""
    return Arguments(pair.split("=", 1) for pair in relation["statements"].split(";") if pair)


def counts(statements: Iterable[Statement]) -> int:
    """Return the sum of exact counts. Raises LedgerError where a statement is not one."""
    return sum(statement.count for statement in statements)


def rounds_to(share: Fraction, printed: Statement) -> bool:
    """Return whether a share of one, rounded to the nearest, is the percentage that a statement prints."""
    step = HALF_STEP[printed.precision]
    return printed.percent - step <= share * 100 < printed.percent + step


def _another_group(ledger: Ledger, counted: Sequence[Statement], short: int) -> list[Reading]:
    """Return the reading that a group is not mentioned; none where the parts are too many, as no group can be below zero."""
    if short < 0:
        return []
    recorded = counts(counted)
    return [
        Reading(
            f"{count(short)} more belong to a group that is not mentioned, so that {count(recorded + short)} were recorded and "
            f"not {count(recorded)}.",
            _broken(ledger, added={_ids(counted): short}),
        )
    ]


def _misprint(ledger: Ledger, statement: Statement, short: int) -> Reading:
    right = statement.count + short
    return Reading(
        f"{statement.printed} is a misprint for {count(right)}.",
        _broken(ledger, values={statement.statement_id: right}),
    )


def _broken(
    ledger: Ledger,
    *,
    values: Mapping[str, int] | None = None,
    added: Mapping[str, int] | None = None,
) -> tuple[str, ...]:
    """Return which printed percentages would be wrong if statements had other values, or a base had more in it."""

    def total(ids: str) -> int:
        statements = [ledger.statements[statement_id] for statement_id in ids.split()]
        return sum((values or {}).get(one.statement_id, one.count) for one in statements) + (
            added or {}
        ).get(ids, 0)

    tested = [arguments_of(relation) for relation in ledger.shares()]
    return tuple(
        one["printed"]
        for one in tested
        if not rounds_to(
            Fraction(total(one["parts"]), total(one["whole"])), ledger.statements[one["printed"]]
        )
    )


def _ids(statements: Sequence[Statement]) -> str:
    return " ".join(statement.statement_id for statement in statements)
