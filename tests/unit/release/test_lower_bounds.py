"""The claims of a rounded release that a sum is known to be larger than a small count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from referrals.reference.codelists import TOTAL
from referrals.release import lower_bounds
from referrals.release.lower_bounds import Knowledge
from referrals.release.sums import Sums

YEAR = "2020-21"
SUMS = Sums(
    {YEAR: ["2020-Q2"]},
    {
        "nationality": [TOTAL, "IRN", "VNM"],
        "age_band": [TOTAL, "20-29"],
        "sex": [TOTAL, "F"],
        "crime_type": [TOTAL, "MS"],
        "outcome": [TOTAL, "NFA"],
    },
)
PLACES = SUMS.places(
    [["2020-Q2"] * 2, ["IRN", "VNM"], ["20-29"] * 2, ["F"] * 2, ["MS"] * 2, ["NFA"] * 2]
)
VALUES = np.array([9, 12])
CLAIM: dict[str, Any] = {"sum": [YEAR, TOTAL, "IRN", TOTAL, "F", TOTAL, TOTAL]}


def holds(*parts: dict[str, Any], rules: dict[str, Any] | None = None) -> bool:
    known = Knowledge.of({"facts": [], **(rules or {})})
    return lower_bounds.holds({**CLAIM, "parts": parts}, known, SUMS, PLACES, VALUES)


def inexact(error: int, **codes: str) -> dict[str, Any]:
    names = ("nationality", "age_band", "sex", "crime_type", "outcome")
    total = {"period": YEAR, **dict.fromkeys(names, TOTAL), **codes, "largest_error": error}
    return {"inexact_totals": [total]}


OWN = {"times": 1, "where": {"nationality": ["IRN"]}}
ALL_LESS_OTHER = (
    {"times": 1, "where": {}},
    {"times": -1, "where": {"nationality": ["VNM"]}},
)


def test_exact_totals_prove_a_sum() -> None:
    assert holds(OWN)
    assert holds(*ALL_LESS_OTHER)


def test_a_claim_that_counts_a_cell_too_often_proves_nothing() -> None:
    assert not holds(OWN, OWN)
    assert not holds({"times": 1, "where": {}})


def test_a_total_with_an_announced_error_proves_only_its_lower_end() -> None:
    assert holds(OWN, rules=inexact(4, nationality="IRN"))
    assert not holds(OWN, rules=inexact(8, nationality="IRN"))
    assert holds(OWN, rules=inexact(8, nationality="VNM"))


@pytest.mark.parametrize("codes", [{}, {"nationality": "VNM"}])
def test_the_error_of_every_part_counts(codes: dict[str, str]) -> None:
    assert holds(*ALL_LESS_OTHER, rules=inexact(4, **codes))
    assert not holds(*ALL_LESS_OTHER, rules=inexact(8, **codes))
