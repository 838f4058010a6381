"""The joint bounds of parts and their total: no part can exceed its whole.

Each published number has bounds of its own. Parts add up to their total, so the bounds of one limit
those of the others: a group of 0 to 16 within a total of 0 to 12 can be 12 at most. Nothing new is
disclosed, because every reader can do this arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from referrals.query.observation import Observation

Bounds = tuple[int, int]


def within_total(
    parts: Sequence[Observation], total: Observation
) -> tuple[tuple[Observation, ...], Observation]:
    """Return parts and their total with each one's bounds narrowed by those of the others.

    The parts must add up to the total, without overlap. They are returned unchanged if one of them
    has no number, because it could be of any size.
    """
    if not parts or not all(row.has_number for row in (*parts, total)):
        return tuple(parts), total
    bounds, whole = _tightened([row.bounds for row in parts], total.bounds)
    return (
        tuple(_bounded(row, own) for row, own in zip(parts, bounds, strict=True)),
        _bounded(total, whole),
    )


def rest(part: Bounds, total: Bounds) -> Bounds:
    """Return the bounds of a total less one of its parts.

    >>> rest((2, 10), (20, 30))
    (10, 28)
    """
    return max(total[0] - part[1], 0), max(total[1] - part[0], 0)


def share(part: Bounds, total: Bounds, others: Sequence[Bounds]) -> tuple[Fraction, Fraction]:
    """Return the least and the most share of a total that a part can have, from 0 to 1.

    A part and its total move together: the most of the part goes with the least of the others.
    """
    return share_of_totals(part, matching_totals(part, total, others))


def share_of_totals(part: Bounds, totals: Bounds) -> tuple[Fraction, Fraction]:
    """Return the share of a part's least in the first total, and of its most in the second.

    The share of a total of 0 is taken as 0 to 1.

    >>> share_of_totals((1, 3), (10, 6)), share_of_totals((0, 3), (5, 0))
    ((Fraction(1, 10), Fraction(1, 2)), (Fraction(0, 1), Fraction(1, 1)))
    """
    lower, upper = part
    at_least, at_most = totals
    low = Fraction(lower, at_least) if at_least else Fraction(0)
    high = Fraction(upper, at_most) if at_most else Fraction(1)
    return low, high


def matching_totals(part: Bounds, total: Bounds, others: Sequence[Bounds]) -> Bounds:
    """Return the totals that go with the least and with the most that a part can be."""
    lower, upper = part
    smallest = sum(low for low, _ in others)
    largest = sum(high for _, high in others)
    return min(total[1], lower + largest), max(total[0], upper + smallest)


def _tightened(parts: list[Bounds], total: Bounds) -> tuple[list[Bounds], Bounds]:
    """Return the bounds of a sum and its terms after each has limited the others.

    The total first takes the bounds of the sum; the parts, each in turn, those of the rest. Once is
    enough: with the total as narrow as the sum, no narrower part would narrow another one.
    """
    least = sum(low for low, _ in parts)
    most = sum(high for _, high in parts)
    whole = max(total[0], least), min(total[1], most)
    bounds = [
        (max(low, whole[0] - (most - high)), min(high, whole[1] - (least - low)))
        for low, high in parts
    ]
    return bounds, whole


def _bounded(observation: Observation, bounds: Bounds) -> Observation:
    lower, upper = bounds
    if bounds == observation.bounds:
        return observation
    status = "" if lower == upper and observation.status == "e" else observation.status
    return replace(observation, lower=lower, upper=upper, status=status)
