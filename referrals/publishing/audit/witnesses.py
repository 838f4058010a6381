"""Witnesses: other whole-number data sets that agree with everything a release publishes, built from its public files alone.

The published counts are themselves one data set that agrees with the rule. An exchange makes another: some cells that show
5, 6 or 7 go down by four, as many that show 0 go up by four, and the codes of those that go up are the codes of those that
go down, dealt out anew. Every total of one dimension stays as it is, by construction. Dimensions that a published fact ties
together are dealt as one, so that the fact holds as well. Each exchange is a witness.

Every sum moves by a multiple of four, so a sum that some witness moves at all has a range at least four wide.

Exchanges are drawn many at a time, and of each batch those are kept that agree with what is announced and move a sum that no
other has moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import numpy as np

from referrals.publishing.audit.exchanges import Block, Dealer, Drawn, Exchanges, Flags
from referrals.publishing.audit.marginal_sums import (
    Changes,
    Integers,
    Net,
    Sums,
    candidates,
    counted,
)
from referrals.publishing.audit.public_release import Codes, Fact, Year
from referrals.reference.codelists import FINEST

MOVE: Final = 4
"""What each cell of an exchange goes up or down by."""

HANDS: Final = 6
"""How many cells an exchange puts down, and as many up. More of them break announced errors more often."""

BATCH: Final = 512
"""How many exchanges are drawn at once."""

IDLE: Final = 60
"""How many batches in a row may bring nothing before the search ends."""


def of_year(year: Year, largest_error: Mapping[int, int]) -> tuple[list[Changes], Integers]:
    """Return witnesses of one year that between them move every sum that could be small, and the sums that none moves.

    Every sum that is moved at all has a range wide enough. The others are given by number, as in `Sums`.

    Args:
        year: the year as it is published.
        largest_error: the errors announced for its sums, by how many dimensions a sum fixes.
    """
    made: list[Changes] = []
    left = candidates(year, Sums(year))
    for loose in (False, True):
        builder = Builder(year, largest_error, loose=loose)
        made += builder.build(left)
        left = left[~builder.moved[left]]
    return made, left


class Builder:
    """Builds witnesses of one year, with a seed that anybody may know. `moved` says which sums they have moved so far."""

    def __init__(
        self, year: Year, largest_error: Mapping[int, int], *, loose: bool = False, seed: int = 0
    ) -> None:
        """Take a year as it is published, and the errors announced for its sums.

        Dimensions that an exact fact names together are dealt as one; `loose` deals every dimension alone, and takes only
        cells that no exact fact can count. It reaches what dealing as one cannot.
        """
        self.sums = Sums(year)
        self.moved = np.zeros(self.sums.count, dtype=np.bool_)
        self._random = np.random.default_rng(seed)
        self._facts = [fact for fact in year.facts if not fact.is_exact]
        self._limits = _limits(year, self._facts)
        self._room = self.sums.room(largest_error)
        movable = [codes for codes in year.movable if not loose or is_loose(codes, year.facts)]
        self._down = self.sums.array(movable)
        free = self.sums.order == len(FINEST)
        free[self.sums.of(self.sums.array(year.cells))[:, -1]] = False
        columns = blocks(() if loose else year.facts)
        self._dealer = Dealer(
            [Block.of(one, self._down, self.sums) for one in columns], self.sums, free, self._random
        )

    def build(self, wanted: Integers) -> list[Changes]:
        """Return witnesses that between them move the sums with the numbers wanted, as far as exchanges can."""
        waiting = np.zeros(self.sums.count, dtype=np.bool_)
        waiting[wanted] = True
        found = [
            *self._found(waiting, self._dealer.targets(), self._for_cells),
            *self._found(waiting, wanted, self._for_sums),
        ]
        return [changes for exchanges in found for changes in self._changes(exchanges)]

    def _found(
        self, waiting: Flags, aims: Integers, draw: Callable[[Integers, int], Drawn]
    ) -> Iterator[Exchanges]:
        """Yield exchanges, batch by batch, that move what is waiting, until nothing is or nothing more is found.

        After a batch that brought nothing the next tries another number of hands.
        """
        idle = 0
        while len(self._down) and idle < IDLE and (left := aims[waiting[aims]]).size:
            size = HANDS if not idle else 2 + idle % (2 * HANDS - 2)
            exchanges = self._dealer.dealt(draw(left, min(size, len(self._down))), waiting)
            net = self._net(exchanges)
            kept = self._useful(net, self._fits(exchanges, net), waiting)
            idle = 0 if kept.size else idle + 1
            self._moved_by(net, kept, waiting)
            yield exchanges[kept]

    def _for_cells(self, left: Integers, size: int) -> Drawn:
        """Draw hands that between them hold every value of a cell to put up: those of values that few hold come first.

        The common ones are then reached by the way, as the other cells of an exchange.
        """
        left = self._random.permutation(left)
        values = self._dealer.values(left)
        held = np.min(
            [block.held[value] for block, value in zip(self._dealer.blocks, values.T, strict=True)],
            axis=0,
        )
        first = np.argsort(held, kind="stable")[:BATCH]
        givers = [
            block.draw(value, self._random.random(len(first)))
            for block, value in zip(self._dealer.blocks, values[first].T, strict=True)
        ]
        return Drawn(self._hands(np.stack(givers, axis=1), size), left[first])

    def _for_sums(self, left: Integers, size: int) -> Drawn:
        """Draw hands of which one is part of a sum to move."""
        numbers, cells = self._parts
        chosen = np.resize(self._random.permutation(left), BATCH)
        start, end = (
            np.searchsorted(numbers, chosen),
            np.searchsorted(numbers, chosen, side="right"),
        )
        some = np.flatnonzero(start < end)
        part = start[some] + (self._random.random(len(some)) * (end - start)[some]).astype(np.int64)
        return Drawn(self._hands(cells[part][:, None], size), np.full(len(some), -1))

    @cached_property
    def _parts(self) -> tuple[Integers, Integers]:
        """Return the sums that cells to put down are part of, in order, and beside each the cell."""
        numbers = self.sums.of(self._down)
        order = np.argsort(numbers, axis=None, kind="stable")
        return numbers.ravel()[order], order // numbers.shape[1]

    def _hands(self, givers: Integers, size: int) -> Integers:
        """Return rows of different cells, these first where there is room and then others; a row too short repeats one."""
        others = self._random.integers(len(self._down), size=(len(givers), 2 * size))
        hands = np.concatenate([givers, others], axis=1)
        order = np.argsort(hands, axis=1, kind="stable")
        ordered = np.take_along_axis(hands, order, axis=1)
        again = np.zeros(hands.shape, dtype=np.bool_)
        np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
        return np.take_along_axis(hands, np.argsort(again, axis=1, kind="stable"), axis=1)[:, :size]

    def _net(self, exchanges: Exchanges) -> Net:
        """Return how far exchanges move sums, each by its row."""
        return self.sums.net(
            np.repeat(np.arange(len(exchanges)), 2 * exchanges.up.shape[1]), *self._moves(exchanges)
        )

    def _moves(self, exchanges: Exchanges) -> tuple[Integers, Integers]:
        """Return the places of all cells that exchanges move, row by row, and by how much each is moved."""
        down, up = (
            self._down[exchanges.down],
            self.sums.places_of(exchanges.up.ravel()).reshape(*exchanges.up.shape, len(FINEST)),
        )
        change = np.repeat([-MOVE, MOVE], exchanges.up.shape[1])
        return np.concatenate([down, up], axis=1).reshape(-1, len(FINEST)), np.tile(
            change, len(exchanges)
        )

    def _fits(self, exchanges: Exchanges, net: Net) -> Flags:
        """Return for each exchange whether all announced errors and published ranges still hold."""
        fits = np.ones(len(exchanges), dtype=np.bool_)
        fits[net.witness[np.abs(net.by) > self._room[net.number]]] = False
        places, change = self._moves(exchanges)
        moved = self.sums.counted_by(self._facts, places) * change[:, None]
        moved = moved.reshape(len(exchanges), 2 * exchanges.up.shape[1], len(self._facts)).sum(
            axis=1
        )
        low, high = self._limits
        return np.asarray(fits & ((low <= moved) & (moved <= high)).all(axis=1))

    def _useful(self, net: Net, fits: Flags, waiting: Flags) -> Integers:
        """Return the exchanges that fit and are the first to move a sum that is waiting."""
        wanted = np.flatnonzero(fits[net.witness] & waiting[net.number])
        _, first = np.unique(net.number[wanted], return_index=True)
        return np.unique(net.witness[wanted[first]])

    def _moved_by(self, net: Net, kept: Integers, waiting: Flags) -> None:
        """Note the sums that the exchanges kept have moved: they are waited for no longer."""
        numbers = net.number[np.isin(net.witness, kept)]
        self.moved[numbers] = True
        waiting[numbers] = False

    def _changes(self, exchanges: Exchanges) -> Iterator[Changes]:
        """Yield what each exchange changes of the published cells."""
        places, change = self._moves(exchanges)
        shape = (len(exchanges), 2 * exchanges.up.shape[1])
        for cells, moved in zip(
            places.reshape(*shape, len(FINEST)).tolist(),
            change.reshape(shape).tolist(),
            strict=True,
        ):
            yield dict(zip((self.sums.named(cell) for cell in cells), moved, strict=True))


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
    return not any(
        codes[named[fact.name]] in fact.where[FINEST[named[fact.name]]] for fact in exact
    )


def _limits(year: Year, facts: Iterable[Fact]) -> tuple[Integers, Integers]:
    """Return how far each published range can move down and up from what is published."""
    room = [
        (fact.low - now, fact.high - now) for fact in facts for now in [counted(fact, year.cells)]
    ]
    low, high = np.array(room, dtype=np.int64).reshape(-1, 2).T
    return low, high
