"""The published number nearest to a cell that cannot be shown."""

from __future__ import annotations

from itertools import product

from referrals.query.tables.cube import Axis, Cube
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table import Nearest
from referrals.reference.codelists import TOTAL


def nearest_number(key: Key, found: Cube) -> Nearest | None:
    """Return the cell itself if it has a number, otherwise the nearest one that contains it.

    Fewer changed codes are nearer than more, and aggregates of a code nearer than the total.
    """
    choices = [_wider(code, axis) for code, axis in zip(key, found.axes, strict=True)]
    candidates = sorted(product(*choices), key=lambda other: _distance(key, other))
    for candidate in candidates:
        observation = found.observations[candidate]
        if observation.has_number:
            return Nearest(candidate, observation)
    return None


def _wider(code: str, axis: Axis) -> list[str]:
    """Return a code, the aggregates that it is part of, and the total."""
    aggregates = [wider.code for wider in axis.codes if code in wider.members]
    total = [TOTAL] if code != TOTAL else []
    return [code, *aggregates, *total]


def _distance(key: Key, other: Key) -> tuple[int, int]:
    changed = [code for own, code in zip(key, other, strict=True) if own != code]
    return len(changed), changed.count(TOTAL)
