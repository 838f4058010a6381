"""An integer programme of 0-1 columns, solved with HiGHS.

Used by `selection_programme`. HiGHS works in floating point, so callers check its answers in whole
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import highspy
import numpy as np

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.rounding.annealing import Integers

SOLVER_OPTIONS: Final[Mapping[str, bool | float | int | str]] = {
    # The search ends when at most a twentieth more of the records could be included.
    "mip_rel_gap": 0.05,
    # A limit on branch-and-bound nodes gives the same answer on any machine, unlike one on seconds.
    "mip_max_nodes": 500,
    # In seconds, for a machine that hangs.
    "time_limit": 1_800.0,
    "random_seed": 0,
    "parallel": "off",
}


class IntegerProgramme:
    """An integer programme with 0-1 columns, to which rows can be added between solutions."""

    def __init__(self, costs: Iterable[float]) -> None:
        """Start with a column for each cost."""
        self._solver = highspy.Highs()
        self._solver.silent()
        for name, value in SOLVER_OPTIONS.items():
            self._solver.setOptionValue(name, value)
        for cost in costs:
            self._solver.addVariable(0, 1, cost, highspy.HighsVarType.kInteger)

    def add_column(self) -> int:
        """Add a 0-1 column without a cost, and return its number."""
        return int(self._solver.addVariable(0, 1, 0, highspy.HighsVarType.kInteger).index)

    def add_row(self, low: float, high: float, terms: Iterable[tuple[int, float]]) -> None:
        """Add a row: the sum of columns times coefficients lies between `low` and `high`."""
        nonzero = [(column, value) for column, value in terms if value]
        columns = np.array([column for column, _ in nonzero], dtype=np.int32)
        coefficients = np.array([float(value) for _, value in nonzero])
        self._solver.addRow(low, high, len(nonzero), columns, coefficients)

    def add_semicontinuous_rows(
        self, changes: Mapping[int, int], least: int, most: int | None = None
    ) -> None:
        """Require that a sum of changes is 0, or from `least` to `most` (by default, all)."""
        is_changed = self.add_column()
        if most is None:
            most = sum(abs(change) for change in changes.values())
        self.add_row(0, highspy.kHighsInf, [*changes.items(), (is_changed, -least)])
        self.add_row(-highspy.kHighsInf, 0, [*changes.items(), (is_changed, -most)])

    def add_distance_rows(self, changes: Mapping[int, int], least: int, *, already: int) -> None:
        """Require that `already` and a sum of changes together are 0, or at least `least` away."""
        rises, falls = self.add_column(), self.add_column()
        most = abs(already) + sum(abs(change) for change in changes.values())
        terms = [*changes.items()]
        self.add_row(0, 1, [(rises, 1), (falls, 1)])
        self.add_row(-already, highspy.kHighsInf, [*terms, (rises, -least), (falls, most)])
        self.add_row(-highspy.kHighsInf, -already, [*terms, (rises, -most), (falls, least)])

    def solve(self) -> Integers | None:
        """Return the value of each column in the best solution found, or None if there is none."""
        self._solver.run()
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
            raise DisclosureError(
                "The search for what can be shown did not finish in time. "
                "Try again, on a faster machine."
            )
        values = self._solver.getSolution().col_value
        status = self._solver.getInfo().primal_solution_status
        if status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.rint(values).astype(np.int64)
