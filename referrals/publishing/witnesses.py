"""Witnesses: other whole-number data sets that agree with everything a release publishes, built from its public files alone.

The published counts are themselves one data set that agrees with the rule. An exchange makes another: some cells that show
5, 6 or 7 go down by four, as many that show 0 go up by four, and the codes of those that go up are the codes of those that
go down, dealt out anew. Every total of one dimension stays as it is, by construction. Dimensions that a published fact ties
together are dealt as one, so that the fact holds as well. Many exchanges that share no cell make a witness.

Every sum moves by a multiple of four, so a sum that some witness moves at all has a range at least four wide.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.codelists import FINEST, TOTAL
from referrals.publishing.public import LEAST_KEPT, MOST_AMBIGUOUS, Codes, Fact, Year

MOVE: Final = 4
"""What each cell of an exchange goes up or down by."""

TRIES: Final = 3
"""How many exchanges are tried for a cell before it waits for another witness."""

SAMPLE: Final = 4
"""How many cells that hold a value are looked at, to find the one that holds most of the others as well."""

IDLE: Final = 20
"""How many witnesses in a row may cover nothing new before the search ends."""

Changes = Mapping[Codes, int]
"""What a witness changes of the published cells: the difference, by cell."""

Integers = NDArray[np.int64]
Places = tuple[int, ...]
Deal = tuple[int, int]
"""A block of dimensions, and one of its values: what an exchange deals out."""


class Sums:
    """Every sum of every order of one year, numbered: a dimension that is added up has one code more, the total."""

    def __init__(self, year: Year) -> None:
        """Take a year's categories."""
        self.codes = [(*year.categories[name], TOTAL) for name in FINEST]
        self._sizes = [len(codes) for codes in self.codes]
        strides = np.cumprod([1, *self._sizes[:0:-1]])[::-1].astype(np.int64)
        kept = np.array(list(itertools.product((0, 1), repeat=len(FINEST))), dtype=np.int64)
        self._weights = (kept * strides).T
        self._totals = ((1 - kept) * (np.array(self._sizes) - 1) * strides).sum(axis=1)
        self.count = int(np.prod(self._sizes))
        self.order = np.indices(self._sizes).reshape(len(FINEST), -1)
        self.order = (self.order != np.array(self._sizes)[:, None] - 1).sum(axis=0)

    @cached_property
    def _place(self) -> list[dict[str, int]]:
        return [{code: place for place, code in enumerate(codes)} for codes in self.codes]

    def places(self, codes: Codes) -> Places:
        """Return the places of a cell's codes in their categories."""
        return tuple(place[code] for place, code in zip(self._place, codes, strict=True))

    def named(self, places: Sequence[int]) -> Codes:
        """Return the codes at places."""
        return tuple(codes[place] for codes, place in zip(self.codes, places, strict=True))

    def of(self, places: Integers) -> Integers:
        """Return the numbers of all 64 sums that each finest cell is part of: a row a cell, the cell itself last."""
        return np.asarray(places @ self._weights + self._totals)

    def cell(self, number: int) -> Codes:
        """Return the codes of a sum by its number."""
        return self.named([int(place) for place in np.unravel_index(number, self._sizes)])

    def added(self, cells: Mapping[Codes, int]) -> Integers:
        """Return every sum of the values of finest cells."""
        total = np.zeros(self.count, dtype=np.int64)
        if cells:
            numbers = self.of(np.array([self.places(codes) for codes in cells], dtype=np.int64))
            np.add.at(total, numbers.ravel(), np.repeat(np.array(list(cells.values())), numbers.shape[1]))
        return total


@dataclass
class _Witness:
    """A witness under construction: which cells it puts down and up, and how far it moves each sum and each fact."""

    moved: Integers
    facts: Integers
    down: set[int] = field(default_factory=set)
    up: set[Places] = field(default_factory=set)


class Builder:
    """Builds witnesses of one year, with a seed that anybody may know."""

    def __init__(self, year: Year, largest_error: Mapping[int, int], *, tied: bool = True, seed: int = 0) -> None:
        """Take a year as it is published, and the errors announced for its sums.

        `tied` says that dimensions which an exact fact names together are dealt as one. Otherwise each is dealt alone, and
        exchanges that would break a fact are dropped: slower, but it reaches sums of the dimensions that were tied.
        """
        self.sums = Sums(year)
        self._random = random.Random(seed)  # noqa: S311 - nothing secret rests on it
        self._blocks = blocks(year.facts if tied else ())
        self._facts = [fact for fact in year.facts if not (tied and fact.is_exact)]
        room = np.array([largest_error.get(order, np.iinfo(np.int64).max) for order in range(len(FINEST) + 1)])
        self._room = room[self.sums.order]
        self._taken = {self.sums.places(codes) for codes in year.cells}
        self._down = [self.sums.places(codes) for codes in year.movable]
        self._hands = [self._dealt(places) for places in self._down]
        self._holders: dict[Deal, list[int]] = defaultdict(list)
        for number, hand in enumerate(self._hands):
            for deal in enumerate(hand):
                self._holders[deal].append(number)
        self._limits = self._fact_limits(year)

    @cached_property
    def targets(self) -> list[Places]:
        """The finest cells that show 0 and that the public cannot know to be 0, in no order."""
        values = [sorted(value for block, value in self._holders if block == number) for number in range(len(self._blocks))]
        zeros = [places for places in map(self._joined, itertools.product(*values)) if places not in self._taken]
        self._random.shuffle(zeros)
        return zeros

    def build(self) -> list[Changes]:
        """Return witnesses that together put every target up by four and move every sum that could be small."""
        waiting = self._by_rarest()
        done: set[Places] = set()
        made, idle = [], 0
        while any(waiting.values()) and idle < IDLE:
            witness = self._witness(waiting, done)
            idle = 0 if witness.up - done else idle + 1
            done |= witness.up
            made.append(witness)
        return [self._changes(witness) for witness in made if witness.up]

    def build_for(self, numbers: Iterable[int]) -> list[Changes]:
        """Return witnesses that move the sums with these numbers, as far as exchanges can."""
        still, made, idle = set(numbers), [], 0
        inside = {one: [at for at, number in enumerate(self._numbers) if one in number] for one in still}
        while still and idle < IDLE and self.targets:
            witness = self._empty()
            for one in sorted(still):
                if inside[one]:
                    self._exchange(witness, self._random.choice(self.targets), first=self._random.choice(inside[one]))
            found = {one for one in still if witness.moved[one]}
            idle = 0 if found else idle + 1
            still -= found
            if found:
                made.append(witness)
        return [self._changes(witness) for witness in made]

    @cached_property
    def _numbers(self) -> list[frozenset[int]]:
        """The numbers of the sums that each cell that can go down is part of."""
        return [frozenset(row) for row in self.sums.of(np.array(self._down, dtype=np.int64)).tolist()] if self._down else []

    def _by_rarest(self) -> dict[Deal, list[Places]]:
        """Return the targets by the one of their values that the fewest cells hold, the rarest value first."""
        waiting: dict[Deal, list[Places]] = defaultdict(list)
        for places in self.targets:
            waiting[min(enumerate(self._dealt(places)), key=lambda deal: len(self._holders[deal]))].append(places)
        return dict(sorted(waiting.items(), key=lambda item: len(self._holders[item[0]])))

    def _witness(self, waiting: Mapping[Deal, list[Places]], done: set[Places]) -> _Witness:
        """Return a witness with as many of the waiting cells as fit into it, and take those off the list."""
        witness = self._empty()
        for deal, targets in waiting.items():
            back = []
            for _ in range(len(self._holders[deal])):
                target = _next(targets, done | witness.up)
                if target is None or all(number in witness.down for number in self._holders[deal]):
                    back += [] if target is None else [target]
                    break
                if not self._exchange(witness, target):
                    back.append(target)
                    if len(back) > 1:
                        break
            targets[:0] = back
        return witness

    def _exchange(self, witness: _Witness, target: Places, *, first: int | None = None) -> bool:
        """Add one exchange that puts a target up, and return whether one was found."""
        for _ in range(TRIES):
            down = self._givers(witness, self._dealt(target), first)
            up = self._takers(target, down) if down else []
            if up and not any(places in witness.up for places in up) and self._fits(witness, down, up):
                witness.down.update(down)
                witness.up.update(up)
                return True
        return False

    def _givers(self, witness: _Witness, hand: Places, first: int | None) -> list[int]:
        """Return cells to put down that between them hold every value of a hand, few of them; [] where there are none."""
        down = [] if first is None else [first]
        if first in witness.down:
            return []
        missing = [block for block in range(len(hand)) if first is None or self._hands[first][block] != hand[block]]
        while missing:
            rarest = min(missing, key=lambda block: len(self._holders[block, hand[block]]))
            free = [one for one in self._sample((rarest, hand[rarest])) if one not in witness.down and one not in down]
            if not free:
                return []
            best = max(free, key=lambda one: sum(self._hands[one][block] == hand[block] for block in missing))
            down.append(best)
            missing = [block for block in missing if self._hands[best][block] != hand[block]]
        return down

    def _sample(self, deal: Deal) -> list[int]:
        holders = self._holders[deal]
        return self._random.sample(holders, min(SAMPLE, len(holders)))

    def _takers(self, target: Places, down: Sequence[int]) -> list[Places]:
        """Deal the values of the cells put down out anew, the first hand the target; [] where a cell shows more than 0."""
        hands = [list(self._hands[number]) for number in down]
        for block, wanted in enumerate(self._dealt(target)):
            giver = next(hand for hand in hands if hand[block] == wanted)
            hands[0][block], giver[block] = giver[block], hands[0][block]
            rest = [hand[block] for hand in hands[1:]]
            self._random.shuffle(rest)
            for hand, value in zip(hands[1:], rest, strict=True):
                hand[block] = value
        up = [self._joined(hand) for hand in hands]
        return [] if len(set(up)) < len(up) or any(places in self._taken for places in up) else up

    def _fits(self, witness: _Witness, down: Sequence[int], up: Sequence[Places]) -> bool:
        """Move the sums of a witness, and return whether all announced errors and published ranges still hold; else undo."""
        places = np.array([*(self._down[number] for number in down), *up], dtype=np.int64)
        change = np.repeat([-MOVE, MOVE], [len(down), len(up)])
        numbers = self.sums.of(places)
        np.add.at(witness.moved, numbers.ravel(), np.repeat(change, numbers.shape[1]))
        facts = change @ self._in_facts(places)
        witness.facts += facts
        low, high = self._limits
        if (np.abs(witness.moved[numbers]) <= self._room[numbers]).all() and (
            (low <= witness.facts) & (witness.facts <= high)
        ).all():
            return True
        np.add.at(witness.moved, numbers.ravel(), np.repeat(-change, numbers.shape[1]))
        witness.facts -= facts
        return False

    def _in_facts(self, places: Integers) -> Integers:
        """Return for each cell, a row, whether each fact, a column, counts it."""
        held = [np.all([mask[places[:, column]] for column, mask in enumerate(masks)], axis=0) for masks in self._masks]
        return np.array(held, dtype=np.int64).reshape(len(self._facts), len(places)).T

    @cached_property
    def _masks(self) -> list[list[NDArray[np.bool_]]]:
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

    def _empty(self) -> _Witness:
        return _Witness(np.zeros(self.sums.count, dtype=np.int64), np.zeros(len(self._facts), dtype=np.int64))

    def _changes(self, witness: _Witness) -> Changes:
        down = {self.sums.named(self._down[number]): -MOVE for number in sorted(witness.down)}
        return down | {self.sums.named(places): MOVE for places in sorted(witness.up)}

    def _dealt(self, places: Places) -> Places:
        """Return the value of each block: the place of its one dimension, or one number for the places of several."""
        return tuple(_packed([places[column] for column in block]) for block in self._blocks)

    def _joined(self, hand: Sequence[int]) -> Places:
        places = [0] * len(FINEST)
        for block, value in zip(self._blocks, hand, strict=True):
            for column, place in zip(block, _unpacked(value, len(block)), strict=True):
                places[column] = place
        return tuple(places)


_RADIX: Final = 1 << 12


def _packed(places: Sequence[int]) -> int:
    value = 0
    for place in places:
        value = value * _RADIX + place
    return value


def _unpacked(value: int, count: int) -> list[int]:
    return [value // _RADIX**power % _RADIX for power in reversed(range(count))]


def _next(targets: list[Places], done: set[Places]) -> Places | None:
    """Take targets off the end of a list until one is not done yet, and return it; None where there is none."""
    while targets:
        if (target := targets.pop()) not in done:
            return target
    return None


def blocks(facts: Iterable[Fact]) -> list[tuple[int, ...]]:
    """Return the dimensions, by their places, that are dealt together: those that an exact fact names at once, or one."""
    groups = [{column} for column in range(len(FINEST))]
    for fact in facts:
        if fact.is_exact:
            named = {FINEST.index(dimension) for dimension in fact.where}
            tied: set[int] = set().union(*(group for group in groups if group & named))
            groups = [*(group for group in groups if not group & named), tied]
    return sorted(tuple(sorted(group)) for group in groups)


def small_sums(year: Year, sums: Sums) -> Integers:
    """Return the numbers of the sums of two to five dimensions, not all 0, that could be fewer than five."""
    least = sums.added({codes: _least(value) for codes, value in year.cells.items()})
    wanted = (least > 0) & (least < LEAST_KEPT) & (sums.order > 1) & (sums.order < len(FINEST))
    return np.flatnonzero(wanted)


def _least(value: int) -> int:
    return 1 if LEAST_KEPT <= value <= MOST_AMBIGUOUS else value


def unmoved(numbers: Integers, sums: Sums, made: Iterable[Changes]) -> Iterator[int]:
    """Yield the sums, by number, that no witness moves."""
    moved = np.zeros(sums.count, dtype=np.bool_)
    for changes in made:
        moved |= sums.added(changes) != 0
    yield from numbers[~moved[numbers]].tolist()
