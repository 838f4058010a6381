"""The constraints on small counts: totals are exact, and facts hold beside the larger counts."""

from __future__ import annotations

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.rounding.constraints import on_small_counts
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.small_counts import TINY, YEAR, grid


def test_a_fact_leaves_small_counts_what_its_larger_counts_do_not_take() -> None:
    first, second, third, *_ = [cell for cell in grid() if cell[3] == "M"]
    other = next(cell for cell in grid() if cell[3] == "F")
    counts = Counts.of(YEAR, TINY, {first: 40, second: 3, third: 2, other: 4})
    fact = Fact("males", YEAR, {"sex": ["M"]}, 44, 47)
    *totals, males = on_small_counts(counts, [fact])
    assert (males.low, males.high, int(males.cells.sum())) == (4, 7, 2)
    assert {total.name: (total.low, total.high) for total in totals}["sex F"] == (4, 4)
    assert {total.name: (total.low, total.high) for total in totals}["sex M"] == (5, 5)
