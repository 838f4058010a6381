"""The choice and the order of the observations that are shown of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from referrals.query.answer import Answer
from referrals.query.observation import NOT_PUBLISHED, Observation
from referrals.reference.codelists import NOT_RECORDED, is_other

BY_SIZE, BY_NAME, BY_CODE = "size", "name", "code"

ORDERS: Final[Mapping[str, Sequence[str]]] = {
    "nationality": (BY_SIZE, BY_NAME),
    "age_band": (BY_CODE, BY_SIZE),
}
"""The orders of a dimension's codes, the usual one first. Other dimensions have too few codes."""

FEWEST_SORTED: Final = 6
"""An answer with fewer observations than this is read at a glance, and needs no choice of order."""


def orders(answer: Answer) -> Sequence[str]:
    """Return the orders in which an answer can be shown, the usual one first; none if it is short.

    An observation that is part of another follows it, and so cannot be sorted.
    """
    is_short = len(answer.observations) < FEWEST_SORTED
    has_parts = any(observation.is_part for observation in answer.observations)
    return () if is_short or has_parts else ORDERS.get(answer.dimension, ())


def usual_order(answer: Answer) -> str:
    """Return the order in which an answer is shown unless a reader chooses another one.

    Groups are sorted by size, ages and answers with parts are not.
    """
    has_parts = any(observation.is_part for observation in answer.observations)
    return BY_CODE if has_parts or answer.dimension == "age_band" else BY_SIZE


def arranged(answer: Answer, compared: Mapping[str, str], sort: str) -> Answer:
    """Return an answer with the compared codes alone (all if there are none), in an order.

    `compared` has the label of each code. A code that the answer lacks is shown as not published.
    An order of '' is the usual one. Groups of the remaining codes, and those not recorded, are last
    in every order.
    """
    shown = answer.observations
    if compared:
        known = {row.code: row for row in shown}
        shown = tuple(
            known.get(code) or _not_published(code, label) for code, label in compared.items()
        )
    ordered = _sorted(shown, sort or usual_order(answer))
    return replace(answer, observations=ordered, is_comparison=bool(compared))


def _not_published(code: str, label: str) -> Observation:
    return Observation(code, label, "category", None, None, None, NOT_PUBLISHED)


def _sorted(observations: Sequence[Observation], order: str) -> tuple[Observation, ...]:
    if order == BY_CODE:
        return tuple(observations)
    return tuple(sorted(observations, key=_by_size if order == BY_SIZE else _by_name))


def _by_size(observation: Observation) -> tuple[int, int]:
    value = observation.lower if observation.value is None else observation.value
    return _last(observation), -(value or 0)


def _by_name(observation: Observation) -> tuple[int, str]:
    return _last(observation), observation.label


def _last(observation: Observation) -> int:
    """Return 0 for a named group, 1 for all others together, 2 for those not recorded."""
    if observation.code == NOT_RECORDED:
        return 2
    return int(is_other(observation.code))
