"""The announced errors of a year whose numbers are not those of all its records.

Called by `rounding.protect`. A change that is held back leaves the numbers that it touches
behind the records. Such a total must not be called exact. It carries an error instead, rounded up,
so that the number of records that are held back stays hidden: an error of 8 stands for 1 to 8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from referrals.publishing.cell_codes import Codes
from referrals.publishing.disclosure.revision.differencing_limits import (
    OneWayTotal,
    one_way_totals,
    possible_counts,
)
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    ANNOUNCED_ERROR_STEP,
    SMALLEST_ANNOUNCED_ERROR,
    SMALLEST_TOTAL_CHANGE,
)


def inexact_totals(
    present: Mapping[Codes, int],
    shown: Mapping[Codes, int],
    categories: Mapping[str, Sequence[str]],
    *,
    doubtful: Iterable[OneWayTotal] = (),
) -> dict[Codes, int]:
    """Return the announced largest error of each total that is not that of the present counts.

    The keys are the grand total and totals of one code, with `TOTAL` for each other dimension. If
    one code of a dimension is the only one with an inexact total, all others get an error too:
    otherwise everybody who is held back would be seen to share that code.

    Args:
        present: the true finest counts of all records.
        shown: the finest counts that are published.
        categories: the codes of each dimension of a finest cell.
        doubtful: totals that get an error even if they are those of the present counts.
    """
    differences = Counter[Codes]()
    for cell in {**present, **shown}:
        difference = present.get(cell, 0) - shown.get(cell, 0)
        if difference:
            differences[grand_total()] += difference
            for column in range(len(FINEST)):
                differences[one_way_total(column, cell[column])] += difference
    errors = {total: announced(abs(by)) for total, by in differences.items() if by}
    for column, code in doubtful:
        errors.setdefault(one_way_total(column, code), SMALLEST_ANNOUNCED_ERROR)
    for column, name in enumerate(FINEST):
        totals = [one_way_total(column, code) for code in categories[name]]
        if sum(total in errors for total in totals) == 1:
            errors |= {total: errors.get(total, SMALLEST_ANNOUNCED_ERROR) for total in totals}
    return errors


def totals_moved_by_few(
    shown: Mapping[Codes, int], earlier: Iterable[Mapping[Codes, int]]
) -> set[OneWayTotal]:
    """Return the totals that differ by 1 to 9 from those of an earlier table of the year.

    Between tables of the same quarters no total does. New quarters can add a few people to a code.
    """
    found = set()
    after = one_way_totals(shown)
    for table in earlier:
        before = one_way_totals(table)
        for total in {**before, **after}:
            if 0 < abs(after.get(total, 0) - before.get(total, 0)) < SMALLEST_TOTAL_CHANGE:
                found.add(total)
    return found


def cell_error(present: Mapping[Codes, int], shown: Mapping[Codes, int]) -> int:
    """Return by how much more than the rule allows a finest cell may be off, rounded up to a step.

    By the rule, 0 stands for 0 to 4, and 5, 6 and 7 for 1 to themselves.
    """
    excess = 0
    for cell in {**present, **shown}:
        count = present.get(cell, 0)
        possible = possible_counts(shown.get(cell, 0))
        excess = max(excess, possible[0] - count, count - possible[-1])
    return _rounded_up(excess)


def announced(error: int) -> int:
    """Return an error as it is announced: a multiple of 4 that is at least 8.

    >>> announced(1), announced(9)
    (8, 12)
    """
    return max(SMALLEST_ANNOUNCED_ERROR, _rounded_up(error))


def grand_total() -> Codes:
    """Return the codes of the total of a year."""
    return (TOTAL,) * len(FINEST)


def one_way_total(column: int, code: str) -> Codes:
    """Return the codes of the total of one code of a dimension, given by its place in `FINEST`."""
    return tuple(code if place == column else TOTAL for place in range(len(FINEST)))


def _rounded_up(error: int) -> int:
    return ANNOUNCED_ERROR_STEP * -(-error // ANNOUNCED_ERROR_STEP)
