"""The number nearest to a cell that cannot be shown."""

from __future__ import annotations

from itertools import product

from referrals.query.tables.cube import Cube
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table import Nearest
from referrals.reference.codelists import TOTAL


def nearest_number(key: Key, found: Cube) -> Nearest | None:
    """Return the number nearest to a cell that has a number: itself, or one that contains it.

    Aggregates of one code come before totals, and fewer changed codes before more.
    """
    wider = [
        [
            *[code.code for code in axis.codes if key[place] in code.members],
            *([TOTAL] if key[place] != TOTAL else []),
        ]
        for place, axis in enumerate(found.axes)
    ]
    choices = [[key[place], *codes] for place, codes in enumerate(wider)]
    candidates = sorted(product(*choices), key=lambda other: _distance(key, other))
    for candidate in candidates:
        observation = found.observations[candidate]
        if observation.has_number:
            return Nearest(candidate, observation)
    return None


def _distance(key: Key, other: Key) -> tuple[int, int]:
    changed = [code for own, code in zip(key, other, strict=True) if own != code]
    return len(changed), changed.count(TOTAL)
