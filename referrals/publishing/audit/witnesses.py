"""Witnesses of a rounded release: feasible tables, built from its public files by exchanges.

The published cells are one table that agrees with the rule. An exchange makes another: some cells
that show 5, 6 or 7 go down by four, and as many that show 0 go up by four. The codes of the second
are a permutation of the codes of the first, so no one-way total changes. Dimensions that an exact
fact ties together are permuted as one, so that the fact holds as well. Every other sum moves by a
multiple of four, so a sum that some witness moves has an interval at least four wide.

Exchanges are drawn in batches. A batch keeps those that respect the announced errors and are the
first to move some sum. Random draws beat a search here: a batch takes milliseconds, and a
few thousand exchanges move nearly every sum of a year. `bounds_by_totals` and
`feasibility_intervals` deal with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import numpy as np

from referrals.publishing.audit.exchanges import ANY_TARGET, Block, Draws, Exchanges, Flags, Swapper
from referrals.publishing.audit.marginal_sums import (
    Changes,
    Integers,
    MarginalSums,
    Moves,
    candidates,
)
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.reference.codelists import FINEST

STEP: Final = 4
"""By how much each cell of an exchange goes up or down."""

EXCHANGE_SIZE: Final = 6
"""The most cells that an exchange moves each way. Larger ones break more announced errors."""

BATCH: Final = 512
"""The number of exchanges drawn at once."""

MOST_IDLE_BATCHES: Final = 60
"""The search ends after this many batches in a row that moved no further sum."""


def of_year(year: Year, largest_error: Mapping[int, int]) -> tuple[list[Changes], Integers]:
    """Return the witnesses of a year, and the numbers of the candidate sums that none moves.

    Args:
        year: the year as it is published.
        largest_error: the announced errors, by order.
    """
    witnesses: list[Changes] = []
    unmoved = candidates(year, MarginalSums(year))
    for independent in (False, True):
        builder = Builder(year, largest_error, independent=independent)
        witnesses += builder.build(unmoved)
        unmoved = unmoved[~builder.moved[unmoved]]
    return witnesses, unmoved


class Builder:
    """Builds witnesses of one year. `moved` flags the sums, by number, that they have moved so far.

    The seed is public: the witnesses are made of public numbers, so there is nothing to hide.
    """

    def __init__(
        self,
        year: Year,
        largest_error: Mapping[int, int],
        *,
        independent: bool = False,
        seed: int = 0,
    ) -> None:
        """Take a year as it is published and its announced errors, by order.

        Dimensions that an exact fact ties together are permuted as one. With `independent`, every
        dimension is permuted by itself, and only cells that no exact fact can count go down. That
        moves sums that the first way cannot.
        """
        self.sums = MarginalSums(year)
        self.moved = np.zeros(self.sums.count, dtype=np.bool_)
        self._random = np.random.default_rng(seed)
        self._ranges = [fact for fact in year.facts if not fact.is_exact]
        self._range_limits = _range_limits(year, self._ranges)
        self._tolerance = self.sums.tolerance(largest_error)
        cells, facts = year.ambiguous, year.facts
        if independent:
            cells, facts = [codes for codes in cells if is_outside_facts(codes, year.facts)], ()
        self._down = self.sums.places_array(cells)
        self._swapper = Swapper(
            [Block.of(columns, self._down, self.sums) for columns in tied_dimensions(facts)],
            self.sums,
            self._free_cells(year),
            self._random,
        )

    def _free_cells(self, year: Year) -> Flags:
        """Return which sums, by number, are finest cells that show 0."""
        free = np.asarray(self.sums.order == len(FINEST))
        free[self.sums.numbers_of(self.sums.places_array(year.cells))[:, -1]] = False
        return free

    def build(self, wanted: Integers) -> list[Changes]:
        """Return witnesses that between them move the numbered sums, as far as exchanges can."""
        waiting = np.zeros(self.sums.count, dtype=np.bool_)
        waiting[wanted] = True
        batches = [
            *self._search(waiting, self._swapper.targets(), self._draw_for_cells),
            *self._search(waiting, wanted, self._draw_for_sums),
        ]
        return [changes for exchanges in batches for changes in self._changes(exchanges)]

    def _search(
        self, waiting: Flags, aims: Integers, draw: Callable[[Integers, int], Draws]
    ) -> Iterator[Exchanges]:
        """Yield useful exchanges, batch by batch, until nothing waits or nothing more is found.

        After a batch without any, the next one tries another size of exchange.
        """
        idle = 0
        while len(self._down) and idle < MOST_IDLE_BATCHES:
            left = aims[waiting[aims]]
            if not left.size:
                return
            size = EXCHANGE_SIZE if not idle else 2 + idle % (2 * EXCHANGE_SIZE - 2)
            draws = draw(left, min(size, len(self._down)))
            exchanges = self._swapper.best_exchanges(draws, waiting)
            moves = self._moves(exchanges)
            useful = self._useful(moves, self._is_feasible(exchanges, moves), waiting)
            idle = 0 if useful.size else idle + 1
            self._note_moved(moves, useful, waiting)
            yield exchanges[useful]

    def _draw_for_cells(self, left: Integers, size: int) -> Draws:
        """Draw cells that have between them every value of a cell to go up.

        Targets with rare values come first. Common ones are reached anyway, as the other cells of
        an exchange.
        """
        blocks = self._swapper.blocks
        left = self._random.permutation(left)
        values = self._swapper.values_of(left)
        counts = [block.counts[value] for block, value in zip(blocks, values.T, strict=True)]
        rarest = np.argsort(np.min(counts, axis=0), kind="stable")[:BATCH]
        donors = [
            block.draw(value, self._random.random(len(rarest)))
            for block, value in zip(blocks, values[rarest].T, strict=True)
        ]
        return Draws(self._fill_up(np.stack(donors, axis=1), size), left[rarest])

    def _draw_for_sums(self, left: Integers, size: int) -> Draws:
        """Draw cells for exchanges, one of them part of a sum to move."""
        numbers, cells = self._cells_by_sum
        chosen = np.resize(self._random.permutation(left), BATCH)
        start = np.searchsorted(numbers, chosen)
        end = np.searchsorted(numbers, chosen, side="right")
        found = np.flatnonzero(start < end)
        chances = self._random.random(len(found))
        nth = start[found] + (chances * (end - start)[found]).astype(np.int64)
        down = self._fill_up(cells[nth][:, None], size)
        return Draws(down, np.full(len(found), ANY_TARGET))

    @cached_property
    def _cells_by_sum(self) -> tuple[Integers, Integers]:
        """The sums of the cells that can go down, in order, and for each the cell."""
        numbers = self.sums.numbers_of(self._down)
        order = np.argsort(numbers, axis=None, kind="stable")
        return numbers.ravel()[order], order // numbers.shape[1]

    def _fill_up(self, donors: Integers, size: int) -> Integers:
        """Return rows of `size` cells: donors first, then random ones, repeated ones last."""
        others = self._random.integers(len(self._down), size=(len(donors), 2 * size))
        drawn = np.concatenate([donors, others], axis=1)
        order = np.argsort(drawn, axis=1, kind="stable")
        ordered = np.take_along_axis(drawn, order, axis=1)
        repeated = np.zeros(drawn.shape, dtype=np.bool_)
        np.put_along_axis(repeated, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
        repeated_last = np.argsort(repeated, axis=1, kind="stable")
        return np.take_along_axis(drawn, repeated_last, axis=1)[:, :size]

    def _moves(self, exchanges: Exchanges) -> Moves:
        """Return how far exchanges move sums, each numbered by its row."""
        row = np.repeat(np.arange(len(exchanges)), 2 * exchanges.up.shape[1])
        return self.sums.moves(row, *self._cell_changes(exchanges))

    def _cell_changes(self, exchanges: Exchanges) -> tuple[Integers, Integers]:
        """Return the places of all changed cells, row by row, and the change of each."""
        size = exchanges.up.shape[1]
        down = self._down[exchanges.down]
        up = self.sums.places_of_numbers(exchanges.up.ravel())
        places = np.concatenate([down, up.reshape(*exchanges.up.shape, len(FINEST))], axis=1)
        change = np.tile(np.repeat([-STEP, STEP], size), len(exchanges))
        return places.reshape(-1, len(FINEST)), change

    def _is_feasible(self, exchanges: Exchanges, moves: Moves) -> Flags:
        """Return for each exchange whether all announced errors and published ranges still hold."""
        within_errors = np.ones(len(exchanges), dtype=np.bool_)
        too_far = np.abs(moves.by) > self._tolerance[moves.number]
        within_errors[moves.witness[too_far]] = False
        places, change = self._cell_changes(exchanges)
        moved = self.sums.fact_membership(self._ranges, places) * change[:, None]
        shape = (len(exchanges), 2 * exchanges.up.shape[1], len(self._ranges))
        moved = moved.reshape(shape).sum(axis=1)
        low, high = self._range_limits
        return np.asarray(within_errors & ((low <= moved) & (moved <= high)).all(axis=1))

    def _useful(self, moves: Moves, is_feasible: Flags, waiting: Flags) -> Integers:
        """Return the feasible exchanges that are the first to move some waiting sum."""
        wanted = np.flatnonzero(is_feasible[moves.witness] & waiting[moves.number])
        _, first = np.unique(moves.number[wanted], return_index=True)
        return np.unique(moves.witness[wanted[first]])

    def _note_moved(self, moves: Moves, useful: Integers, waiting: Flags) -> None:
        """Flag the sums that useful exchanges move, which no longer wait."""
        numbers = moves.number[np.isin(moves.witness, useful)]
        self.moved[numbers] = True
        waiting[numbers] = False

    def _changes(self, exchanges: Exchanges) -> Iterator[Changes]:
        """Yield the changes of the published cells that each exchange makes."""
        places, change = self._cell_changes(exchanges)
        shape = (len(exchanges), 2 * exchanges.up.shape[1])
        cells_by_row = places.reshape(*shape, len(FINEST)).tolist()
        for cells, changes in zip(cells_by_row, change.reshape(shape).tolist(), strict=True):
            yield dict(zip(map(self.sums.codes_at, cells), changes, strict=True))


def tied_dimensions(facts: Iterable[Fact]) -> list[tuple[int, ...]]:
    """Return the dimensions, by their places, in groups that exact facts tie together."""
    groups = [{column} for column in range(len(FINEST))]
    for fact in facts:
        if fact.is_exact:
            named = {FINEST.index(dimension) for dimension in fact.where}
            tied: set[int] = set().union(*(group for group in groups if group & named))
            groups = [*(group for group in groups if not group & named), tied]
    return sorted(tuple(sorted(group)) for group in groups)


def is_outside_facts(codes: Codes, facts: Iterable[Fact]) -> bool:
    """Return whether no exact fact can count a cell, whatever its codes in other dimensions become.

    For each fact, one dimension decides: the last that it names. If the cell's code there isn't one
    of the fact's, permuting the other dimensions can't bring the cell into the fact.
    """
    for fact in facts:
        if fact.is_exact:
            column = max(FINEST.index(dimension) for dimension in fact.where)
            if codes[column] in fact.where[FINEST[column]]:
                return False
    return True


def _range_limits(year: Year, facts: Iterable[Fact]) -> tuple[Integers, Integers]:
    """Return how far the sum of each published range can move down and up."""
    limits = []
    for fact in facts:
        published = fact.sum_of(year.cells)
        limits.append((fact.low - published, fact.high - published))
    low, high = np.array(limits, dtype=np.int64).reshape(-1, 2).T
    return low, high
