"""Fit whole-number tables to rules: scale the cells until every rule nearly holds, then round so that each one does.

Raking (iterative proportional fitting) finds the table nearest in shape to the one it starts from, in fractions of people.
Controlled rounding then takes each cell to the whole number below or above it, so that every rule holds exactly; HiGHS
chooses which way. What it finds is checked here in exact integers and refused where a rule fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from random import Random
from typing import Final, TypeVar

import highspy

from referrals.errors import DataError
from referrals.publishing.ledger.bounds import Atom, Rule

SWEEPS: Final = 100
"""How often all rules are gone through. The published ones settle well before; rounding mends what is then left."""

CLOSE_ENOUGH: Final = 0.02
"""HiGHS may stop once its rounding is proved within a fiftieth of the best: the rules hold exactly either way."""

Table = Mapping[Atom, float]
Key = TypeVar("Key")
Hand = TypeVar("Hand")
Card = TypeVar("Card")


def rake(table: Table, rules: Sequence[Rule]) -> dict[Atom, float]:
    """Return a table scaled until it meets the rules, or nearly: each rule in turn scales the cells that it counts.

    A rule that pins a count scales its cells to that count, which is iterative proportional fitting. A rule on a share
    scales the part, and leaves the rest of the base to the other rules.
    """
    raked = dict(table)
    for _ in range(SWEEPS):
        for rule in rules:
            _scale(raked, rule)
    return raked


def _scale(table: dict[Atom, float], rule: Rule) -> None:
    """Scale, in place, the cells that a rule weighs above zero, so far that it just holds. Nothing to scale, no change."""
    above = sum(weight * table[atom] for atom, weight in rule.weights.items() if weight > 0)
    below = sum(-weight * table[atom] for atom, weight in rule.weights.items() if weight < 0)
    wanted = min(max(above - below, rule.low), rule.high) + below
    if above <= 0 or wanted == above:
        return
    factor = max(wanted, 0) / above
    for atom, weight in rule.weights.items():
        if weight > 0:
            table[atom] *= factor


def controlled_rounding(table: Table, rules: Sequence[Rule]) -> dict[Atom, int]:
    """Return whole numbers that meet every rule, each cell the whole number just below or just above its value.

    Raises:
        DataError: no such rounding was found. The message names a statement that fails.
    """
    floors = {atom: floor(value) for atom, value in table.items()}
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", CLOSE_ENOUGH)
    costs = {atom: 1 - 2 * (value - floors[atom]) for atom, value in table.items()}
    ups = {
        atom: solver.addVariable(0, 1, cost, highspy.HighsVarType.kInteger)
        for atom, cost in costs.items()
    }
    for rule in rules:
        fixed = sum(weight * floors[atom] for atom, weight in rule.weights.items())
        total = solver.qsum(weight * ups[atom] for atom, weight in rule.weights.items())
        solver.addConstr(rule.low - fixed <= total <= rule.high - fixed)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise DataError(
            "No whole numbers beside the raked table meet every published figure. Report this as a fault."
        )
    rounded = dict(zip(ups, map(round, solver.allVariableValues()), strict=True))
    counts = {atom: floors[atom] + rounded[atom] for atom in table}
    require(counts, rules)
    return counts


def require(counts: Mapping[Atom, int], rules: Sequence[Rule]) -> None:
    """Check counts of the finest cells against rules, in exact integers.

    Raises:
        DataError: a rule fails. The message names the statements that the counts do not meet.
    """
    if broken := sorted({rule.statement_id for rule in rules if not rule.holds(counts)}):
        raise DataError(
            f"The fit does not meet {', '.join(broken)}. Nothing was written. Report this as a fault."
        )


def apportion(weights: Mapping[Key, float], total: int, *, at_least: int = 0) -> dict[Key, int]:
    """Return whole numbers in proportion to weights that add up to a total, by largest remainder.

    Every key gets `at_least` first, and the rest is in proportion. Of equal remainders the first in order wins.

    Raises:
        DataError: the total does not hold the least for every key, or there is nothing to share it by.

    >>> apportion({"a": 2.0, "b": 1.0, "c": 1.0}, 7)
    {'a': 3, 'b': 2, 'c': 2}
    """
    rest, whole = total - at_least * len(weights), sum(weights.values())
    if rest < 0 or whole <= 0:
        raise DataError(
            f"{total:,} cannot be shared among {len(weights):,} with at least {at_least:,} each. Ask for more."
        )
    quotas = {key: rest * weight / whole for key, weight in weights.items()}
    shares = {key: floor(quota) for key, quota in quotas.items()}
    missing = rest - sum(shares.values())
    for key in sorted(quotas, key=lambda one: shares[one] - quotas[one])[:missing]:
        shares[key] += 1
    return {key: share + at_least for key, share in shares.items()}


def deal(
    hands: Mapping[Hand, int],
    cards: Mapping[Card, int],
    leaning: Mapping[tuple[Hand, Card], float],
    random: Random,
) -> dict[tuple[Hand, Card], int]:
    """Return how many of each card each hand gets, when all are dealt at random with some cards likelier in some hands.

    Hands are filled in their order, and all of both sums is kept: every hand full and every card dealt. A hand draws a card
    in proportion to how many are left times its leaning, or to how many are left where it leans to none of those.

    Raises:
        DataError: there are not as many cards as places.
    """
    left, dealt = dict(cards), dict[tuple[Hand, Card], int]()
    if sum(hands.values()) != sum(cards.values()):
        raise DataError(
            f"{sum(cards.values()):,} cannot be dealt to {sum(hands.values()):,} places. Report this as a fault."
        )
    for hand, places in hands.items():
        for _ in range(places):
            odds = [many * leaning.get((hand, card), 1.0) for card, many in left.items()]
            (card,) = random.choices(list(left), odds if any(odds) else list(left.values()))
            left[card] -= 1
            dealt[hand, card] = dealt.get((hand, card), 0) + 1
    return dealt
