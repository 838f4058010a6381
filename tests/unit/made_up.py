"""Made-up counts of the shape of the real ones: 1,336 people, most of them in a few categories."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np

PEOPLE = 1_336
SHARES = {
    "quarter": (20, 24, 27, 29),
    "nationality": (237, 150, 127, 75, 60, 50, 40, 30, 25, 20, 522),
    "age_band": (11, 8, 30, 22, 12, 7, 10),
    "sex": (59, 30, 11),
    "crime_type": (58, 16, 26),
    "outcome": (50, 20, 15, 7, 5, 3),
}
"""How common each category is, as parts of their sum."""

FIVE = ("quarter", "nationality", "age_band", "sex", "crime_type")

Cell = tuple[str, ...]


def categories(*dimensions: str) -> dict[str, list[str]]:
    """The codes of some dimensions, such as sex0."""
    return {name: [f"{name}{number}" for number, _ in enumerate(SHARES[name])] for name in dimensions}


def people(*dimensions: str, seed: int) -> Counter[Cell]:
    """How many of 1,336 people fall into each finest cell, drawn anew for each seed."""
    generator = np.random.default_rng(seed)
    drawn = [
        generator.choice(codes, PEOPLE, p=np.array(SHARES[name]) / sum(SHARES[name]))
        for name, codes in categories(*dimensions).items()
    ]
    return Counter(zip(*(column.tolist() for column in drawn), strict=True))


def margins(counts: Counter[Cell], codes: dict[str, list[str]], *, up_to: int) -> dict[Cell, int]:
    """Every cell of the tables of up to some dimensions, the total with them."""
    found: Counter[Cell] = Counter()
    for size in range(up_to + 1):
        for table in itertools.combinations(range(len(codes)), size):
            axes = [own if at in table else ["_T"] for at, own in enumerate(codes.values())]
            found.update(dict.fromkeys(itertools.product(*axes), 0))
            for cell, count in counts.items():
                found[tuple(code if at in table else "_T" for at, code in enumerate(cell))] += count
    return dict(found)
