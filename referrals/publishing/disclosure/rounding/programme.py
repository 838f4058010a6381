"""The integer programme of a rounding that keeps every total exact.

`repair` solves it; the other modules of rounding share its constraints and errors. The programme
counts how many members of each total are rounded up (5, 6 or 7), and how far these exceed 5
together. Branching on these two whole numbers settles in seconds whether there is a solution;
branching on single counts could take hours.

The search ends at limits that do not depend on the machine, so that the same key and records give
the same answer everywhere. Reaching the time limit is an error, never another answer. HiGHS solves
the programme in floating point, so the solution is checked again here in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.rounding.annealing import Integers, Numbers
from referrals.reference.disclosure_rule import ROUNDED_VALUES

RELATIVE_GAP: Final = 0.02
"""The search ends if its solution is provably this near to the cheapest, as a share of its cost.

Costs are measured from that of rounding nothing up. With that cost added, the search for 200 to
400 records finds worse roundings within the same number of nodes.
"""

TIME_LIMIT: Final = 1_800.0
"""In seconds, for one attempt."""

IMPOSSIBLE: Final = (
    "It is proved that no choice of 0, 5, 6 and 7 for the small counts keeps every total exact."
)

SMALLEST, *_, LARGEST = ROUNDED_VALUES[1:]
SPAN: Final = LARGEST - SMALLEST
"""A count that is rounded up exceeds the smallest rounded value by at most this."""


class NoRoundingError(DisclosureError):
    """It is proved that no rounding meets every constraint."""


class UndecidedError(DisclosureError):
    """No rounding that meets every constraint was found in time, and none is ruled out."""


class TimeLimitError(UndecidedError):
    """A search reached its time limit. What it had found would differ between machines."""


@dataclass(frozen=True)
class Constraint:
    """A sum that must lie between `low` and `high`; `cells` marks the counts that belong to it."""

    name: str
    cells: NDArray[np.bool_]
    low: int
    high: int

    def holds(self, rounded: Integers) -> bool:
        """Return whether a rounding meets the constraint."""
        return self.low <= int(rounded[self.cells].sum()) <= self.high

    def most_rounded_up(self) -> int:
        """Return how many of its counts can be rounded up at most."""
        return min(self.high // SMALLEST, int(self.cells.sum()))

    def fewest_rounded_up(self) -> int:
        """Return how many of its counts must be rounded up at least."""
        return max(0, -(-self.low // LARGEST))

    def restricted(self, chosen: NDArray[np.bool_] | Integers, values: Integers) -> Constraint:
        """Return the constraint on the chosen counts while the others keep their values."""
        cells = self.cells[chosen]
        others = int(values[self.cells].sum() - values[chosen][cells].sum())
        return Constraint(self.name, cells, self.low - others, self.high - others)

    @property
    def is_reachable(self) -> bool:
        """Return whether some sum of rounded values lies between the ends, by this total alone."""
        return self.fewest_rounded_up() <= self.most_rounded_up()


def solve(
    costs: Numbers,
    constraints: Sequence[Constraint],
    *,
    nodes: int,
    seed: int = 0,
    start: Integers | None = None,
) -> Integers | None:
    """Return the best rounding found within the gap or the nodes, or None if none was found.

    Args:
        costs: for each count, a row, the costs of rounding it up to 5 and of each step beyond.
        constraints: the constraints on sums of rounded values.
        nodes: the branch-and-bound nodes after which the search ends.
        seed: the random seed of the solver.
        start: a rounding that meets every constraint, with which the search begins.

    Raises:
        NoRoundingError: no rounding meets every constraint.
        TimeLimitError: the search did not end in time.
    """
    _refuse_unreachable(constraints)
    solver = highspy.Highs()
    solver.silent()
    for option, value in (
        ("mip_rel_gap", RELATIVE_GAP),
        ("mip_max_nodes", nodes),
        ("time_limit", TIME_LIMIT),
        ("random_seed", seed),
        ("parallel", "off"),
    ):
        solver.setOptionValue(option, value)
    if not costs.any():
        solver.setOptionValue("mip_max_improving_sols", 1)
    solver.passModel(_model(costs, constraints))
    if start is not None:
        solver.setSolution(_solution(start, constraints))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise NoRoundingError(IMPOSSIBLE)
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise TimeLimitError(
            f"The search for a rounding that keeps every total exact did not end in "
            f"{TIME_LIMIT:,.0f} seconds, and none is ruled out. A faster machine may find one."
        )
    columns = np.rint(solver.getSolution().col_value).astype(np.int64)
    if not len(columns):
        return None
    chosen = columns[: costs.size].reshape(costs.shape)
    rounded = np.asarray(chosen @ np.array([SMALLEST, 1]))
    return rounded if all(constraint.holds(rounded) for constraint in constraints) else None


def _refuse_unreachable(constraints: Sequence[Constraint]) -> None:
    """Refuse constraints that no rounded values can meet, whatever the others ask for."""
    unreachable = [constraint.name for constraint in constraints if not constraint.is_reachable]
    if unreachable:
        raise NoRoundingError(f"{IMPOSSIBLE} No choice at all reaches {', '.join(unreachable)}.")


def _model(costs: Numbers, constraints: Sequence[Constraint]) -> highspy.HighsLp:
    """Return the programme.

    A count has a 0-1 column for being rounded up to 5 and one for its steps beyond. Then each
    constraint has two whole-number columns: how many of its counts are rounded up, and how far they
    exceed 5 together.
    """
    rows = _Rows()
    columns = np.arange(costs.size).reshape(costs.shape)
    for up, beyond in zip(columns[:, 0].tolist(), columns[:, 1].tolist(), strict=True):
        rows.add(0, highspy.kHighsInf, [up, beyond], [float(SPAN), -1.0])
    upper = [1.0, float(SPAN)] * len(costs)
    lower = [0.0] * costs.size
    for constraint in constraints:
        inside = columns[constraint.cells]
        ups, steps = inside[:, 0].tolist(), inside[:, 1].tolist()
        total, excess = len(upper), len(upper) + 1
        lower += [constraint.fewest_rounded_up(), 0]
        upper += [constraint.most_rounded_up(), SPAN * len(steps)]
        rows.add(0, 0, [*ups, total], [*[1.0] * len(ups), -1.0])
        rows.add(0, 0, [*steps, excess], [*[1.0] * len(steps), -1.0])
        rows.add(constraint.low, constraint.high, [total, excess], [float(SMALLEST), 1.0])
    model = highspy.HighsLp()
    model.num_col_ = len(upper)
    model.col_cost_ = np.concatenate([costs.ravel(), np.zeros(2 * len(constraints))])
    model.col_lower_, model.col_upper_ = np.array(lower), np.array(upper)
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(upper)
    rows.write(model)
    return model


def _solution(rounded: Integers, constraints: Sequence[Constraint]) -> highspy.HighsSolution:
    """Return a rounding as values of the columns of the programme."""
    is_up = rounded >= SMALLEST
    beyond = np.where(is_up, rounded - SMALLEST, 0)
    columns = np.stack([is_up.astype(np.int64), beyond], axis=1).ravel().tolist()
    for constraint in constraints:
        columns += [int(part[constraint.cells].sum()) for part in (is_up, beyond)]
    solution = highspy.HighsSolution()
    solution.col_value = [float(value) for value in columns]
    return solution


class _Rows:
    """The rows of a programme as they are added, and the matrix that they make."""

    def __init__(self) -> None:
        self._low: list[float] = []
        self._high: list[float] = []
        self._starts = [0]
        self._columns: list[int] = []
        self._factors: list[float] = []

    def add(
        self, low: float, high: float, columns: Sequence[int], factors: Sequence[float]
    ) -> None:
        """Add a row: the sum of columns times their factors lies between two ends."""
        self._low.append(low)
        self._high.append(high)
        self._columns += columns
        self._factors += factors
        self._starts.append(len(self._columns))

    def write(self, model: highspy.HighsLp) -> None:
        """Write the rows into a model."""
        model.num_row_ = len(self._low)
        model.row_lower_, model.row_upper_ = np.array(self._low), np.array(self._high)
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.array(self._starts)
        matrix.index_ = np.array(self._columns)
        matrix.value_ = np.array(self._factors)
