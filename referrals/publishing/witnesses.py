"""Witnesses: other whole-number data sets that agree with everything a release publishes, built from its public files alone.

The published counts are themselves one data set that agrees with the rule. An exchange makes another: some cells that show
5, 6 or 7 go down by four, as many that show 0 go up by four, and the codes of those that go up are the codes of those that
go down, dealt out anew. Every total of one dimension stays as it is, by construction. Dimensions that a published fact ties
together are dealt as one, so that the fact holds as well. Many exchanges that share no cell make a witness.

Every sum moves by a multiple of four, so a sum that some witness moves at all has a range at least four wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.codelists import FINEST
from referrals.publishing.margins import Changes, Integers, Places, Sums
from referrals.publishing.public import Codes, Fact, Year

MOVE: Final = 4
"""What each cell of an exchange goes up or down by."""

HANDS: Final = 6
"""How many cells an exchange puts down, and as many up."""

DEALS: Final = 8
"""How many ways to deal are looked at, to find the one that reaches most cells that no witness has reached."""

FITTED: Final = 2
"""How many of these, the best, are tried for the announced errors."""

IDLE: Final = 60
"""How many exchanges in a row may fail before the search ends."""

Flags = NDArray[np.bool_]


@dataclass
class _Witness:
    """A witness under construction: which cells it puts down and up, and how far it moves each sum and each fact."""

    moved: Integers
    facts: Integers
    down: set[int] = field(default_factory=set)
    up: set[int] = field(default_factory=set)


class Builder:
    """Builds witnesses of one year, with a seed that anybody may know."""

    def __init__(self, year: Year, largest_error: Mapping[int, int], *, loose: bool = False, seed: int = 0) -> None:
        """Take a year as it is published, and the errors announced for its sums.

        Dimensions that an exact fact names together are dealt as one; `loose` deals every dimension alone, and takes only
        cells that no exact fact can count. It reaches what dealing as one cannot.
        """
        self.sums = Sums(year)
        self._random = np.random.default_rng(seed)
        self._facts = [fact for fact in year.facts if not fact.is_exact]
        self._limits = self._fact_limits(year)
        self._room = self.sums.room(largest_error)
        movable = [codes for codes in year.movable if not loose or is_loose(codes, year.facts)]
        self._down = np.array([self.sums.places(codes) for codes in movable], dtype=np.int64).reshape(-1, len(FINEST))
        self._numbers = self.sums.of(self._down)
        self._free = self.sums.order == len(FINEST)
        if year.cells:
            taken = np.array([self.sums.places(codes) for codes in year.cells], dtype=np.int64)
            self._free[self.sums.of(taken)[:, -1]] = False
        self._blocks = [_Block.of(columns, self._down, self.sums) for columns in blocks(() if loose else year.facts)]
        self._hands = np.stack([block.values for block in self._blocks], axis=1)

    def targets(self) -> Integers:
        """Return the numbers of the finest cells that show 0 and that the public cannot know to be 0."""
        numbers = np.zeros(1, dtype=np.int64)
        for block in self._blocks:
            numbers = (numbers[:, None] + block.cells[None, :]).ravel()
        return np.sort(numbers[self._free[numbers]])

    def build(self, wanted: Integers | None = None) -> list[Changes]:
        """Return witnesses that together put every target up by four, or of the targets those whose numbers are wanted."""
        waiting = np.zeros(self.sums.count, dtype=np.bool_)
        waiting[self.targets() if wanted is None else np.intersect1d(self.targets(), wanted)] = True
        made, witness, idle = [], self._empty(), 0
        queue = self._rarest_last(self._random.permutation(np.flatnonzero(waiting)))
        while queue and idle < IDLE:
            target = queue.pop()
            if not waiting[target]:
                continue
            up = self._exchange(witness, self._givers(witness, target), target, waiting)
            if up is None and witness.up:
                made.append(witness)
                witness = self._empty()
                up = self._exchange(witness, self._givers(witness, target), target, waiting)
            if up is None:
                queue.insert(0, target)
                idle += 1
            else:
                waiting[up] = False
                idle = 0
        return [self._changes(witness) for witness in [*made, witness] if witness.up]

    def _rarest_last(self, targets: Integers) -> list[int]:
        """Return targets in an order in which those of values that few cells hold come last: they are taken from the end.

        The common ones are then reached by the way, as the other hands of an exchange.
        """
        places = self.sums.places_of(targets)
        held = [block.held(places) for block in self._blocks]
        return [int(one) for one in targets[np.argsort(-np.min(held, axis=0), kind="stable")]]

    def build_for(self, numbers: Iterable[int]) -> list[Changes]:
        """Return witnesses that move the sums with these numbers, as far as exchanges can."""
        still, made, idle = set(numbers), [], 0
        targets = self.targets()
        inside = {one: np.flatnonzero((self._numbers == one).any(axis=1)) for one in still}
        while still and idle < IDLE and len(targets):
            witness = self._empty()
            for one in sorted(still):
                if len(inside[one]):
                    target = int(self._random.choice(targets))
                    first = int(self._random.choice(inside[one]))
                    if givers := self._givers(witness, target):
                        self._exchange(witness, [first, *givers], target, np.zeros_like(self._free))
            found = {one for one in still if witness.moved[one]}
            idle = 0 if found else idle + 1
            still -= found
            if found:
                made.append(witness)
        return [self._changes(witness) for witness in made]

    def _givers(self, witness: _Witness, target: int) -> list[int]:
        """Return cells to put down that between them hold every value of a target, and some more; [] where there are none."""
        down: list[int] = []
        for block, value in zip(self._blocks, self._dealt(target), strict=True):
            if not any(block.values[one] == value for one in down):
                free = [one for one in block.holders[value] if one not in witness.down]
                if not free:
                    return []
                down.append(free[int(self._random.integers(len(free)))])
        others = self._random.integers(len(self._down), size=HANDS).tolist()
        more = [one for one in dict.fromkeys(others) if one not in witness.down and one not in down]
        return [*down, *more[: max(0, HANDS - len(down))]]

    def _exchange(self, witness: _Witness, down: Sequence[int], target: int, waiting: Flags) -> Integers | None:
        """Add an exchange that puts a target up, and return all cells that it puts up; None where none was found.

        Of several ways to deal, the one is taken that reaches most of the waiting cells.
        """
        down = list(dict.fromkeys(down))
        if not down or any(one in witness.down for one in down):
            return None
        cells = self._dealings(down, target)
        ordered = np.sort(cells, axis=1)
        possible = self._free[cells].all(axis=1) & (np.diff(ordered, axis=1) > 0).all(axis=1)
        scores = np.where(possible, waiting[cells].sum(axis=1), -1)
        for deal in np.argsort(-scores, kind="stable")[:FITTED]:
            if scores[deal] < 0:
                return None
            up: Integers = cells[deal]
            if not witness.up.intersection(up.tolist()) and self._fits(witness, down, up):
                witness.down.update(down)
                witness.up.update(up.tolist())
                return up
        return None

    def _dealings(self, down: Sequence[int], target: int) -> Integers:
        """Return some ways to deal the values of cells anew, a row each: the cells that it puts up, the first the target."""
        wanted = self._dealt(target)
        cells = np.zeros((DEALS, len(down)), dtype=np.int64)
        rows = np.arange(DEALS)
        for block, value, hand in zip(self._blocks, wanted, self._hands[list(down)].T, strict=True):
            dealt = self._random.permuted(np.tile(hand, (DEALS, 1)), axis=1)
            giver = (dealt == value).argmax(axis=1)
            dealt[rows, giver] = dealt[:, 0]
            dealt[:, 0] = value
            cells += block.cells[dealt]
        return cells

    def _fits(self, witness: _Witness, down: Sequence[int], up: Integers) -> bool:
        """Move the sums of a witness, and return whether all announced errors and published ranges still hold; else undo."""
        places = np.concatenate([self._down[list(down)], self.sums.places_of(up)])
        change = np.repeat([-MOVE, MOVE], [len(down), len(up)])
        numbers = self.sums.of(places)
        np.add.at(witness.moved, numbers.ravel(), np.repeat(change, numbers.shape[1]))
        facts = change @ self._in_facts(places)
        witness.facts += facts
        low, high = self._limits
        within = (np.abs(witness.moved[numbers]) <= self._room[numbers]).all()
        if within and ((low <= witness.facts) & (witness.facts <= high)).all():
            return True
        np.add.at(witness.moved, numbers.ravel(), np.repeat(-change, numbers.shape[1]))
        witness.facts -= facts
        return False

    def _in_facts(self, places: Integers) -> Integers:
        """Return for each cell, a row, whether each fact, a column, counts it."""
        held = [np.all([mask[places[:, column]] for column, mask in enumerate(masks)], axis=0) for masks in self._masks]
        return np.array(held, dtype=np.int64).reshape(len(self._facts), len(places)).T

    @cached_property
    def _masks(self) -> list[list[Flags]]:
        """For each fact and dimension, which of its codes the fact counts."""
        return [
            [np.isin(codes, list(fact.where.get(name, codes))) for name, codes in zip(FINEST, self.sums.codes, strict=True)]
            for fact in self._facts
        ]

    def _fact_limits(self, year: Year) -> tuple[Integers, Integers]:
        """Return how far each published range can move down and up from what is published."""
        now = [sum(value for codes, value in year.cells.items() if fact.holds_cell(codes)) for fact in self._facts]
        low = [fact.low - value for fact, value in zip(self._facts, now, strict=True)]
        high = [fact.high - value for fact, value in zip(self._facts, now, strict=True)]
        return np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)

    def _dealt(self, number: int) -> list[int]:
        """Return the value that each block has in a cell."""
        places = self.sums.places_of(np.array([number]))[0]
        return [block.value(places) for block in self._blocks]

    def _empty(self) -> _Witness:
        return _Witness(np.zeros(self.sums.count, dtype=np.int64), np.zeros(len(self._facts), dtype=np.int64))

    def _changes(self, witness: _Witness) -> Changes:
        down = {self.sums.named(self._down[number].tolist()): -MOVE for number in sorted(witness.down)}
        return down | {self.sums.cell(number): MOVE for number in sorted(witness.up)}


@dataclass(frozen=True)
class _Block:
    """Dimensions that are dealt together: the values that cells to put down have of them, numbered.

    `values` is the value of each such cell, `holders` lists the cells that have a value, and `cells` is what a value adds to
    the number of a finest cell.
    """

    columns: tuple[int, ...]
    values: Integers
    holders: Sequence[Sequence[int]]
    cells: Integers
    index: Mapping[Places, int]

    @classmethod
    def of(cls, columns: tuple[int, ...], down: Integers, sums: Sums) -> _Block:
        """Return a block of the cells at the places `down`."""
        found, values = np.unique(down[:, columns], axis=0, return_inverse=True)
        values = values.ravel()
        holders = [np.flatnonzero(values == value).tolist() for value in range(len(found))]
        index = {tuple(places): value for value, places in enumerate(found.tolist())}
        return cls(columns, values, holders, found @ sums.strides[list(columns)], index)

    def held(self, places: Integers) -> Integers:
        """Return by how many cells to put down the value of each cell is held."""
        numbers = places[:, list(self.columns)]
        return np.array([len(self.holders[self.index[tuple(one)]]) for one in numbers.tolist()], dtype=np.int64)

    def value(self, places: Integers) -> int:
        """Return the value that a cell at some places has."""
        return self.index[tuple(places[list(self.columns)].tolist())]


def blocks(facts: Iterable[Fact]) -> list[tuple[int, ...]]:
    """Return the dimensions, by their places, that are dealt together: those that an exact fact names at once, or one."""
    groups = [{column} for column in range(len(FINEST))]
    for fact in facts:
        if fact.is_exact:
            named = {FINEST.index(dimension) for dimension in fact.where}
            tied: set[int] = set().union(*(group for group in groups if group & named))
            groups = [*(group for group in groups if not group & named), tied]
    return sorted(tuple(sorted(group)) for group in groups)


def is_loose(codes: Codes, facts: Iterable[Fact]) -> bool:
    """Return whether no exact fact can count a cell, whatever its codes of other dimensions: of each, one code is not named.

    The dimension is the last that the fact names: cells that are loose stay so when the other dimensions are dealt anew.
    """
    exact = [fact for fact in facts if fact.is_exact]
    named = {fact.name: max(FINEST.index(dimension) for dimension in fact.where) for fact in exact}
    return not any(codes[named[fact.name]] in fact.where[FINEST[named[fact.name]]] for fact in exact)
