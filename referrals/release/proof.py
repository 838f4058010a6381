"""The cells and witnesses of a rounded release as arrays, and the checks of them.

`release.verification` uses it. The checks are those of `verify.py`, which is part of every rounded
release.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from enum import StrEnum
from operator import itemgetter
from time import monotonic
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from referrals.errors import ReleaseError
from referrals.reference.codelists import DIMENSIONS
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    PROTECTION_WIDTH,
)
from referrals.release import lower_bounds
from referrals.release.lower_bounds import Knowledge
from referrals.release.release import Release
from referrals.release.sums import FINEST_ORDER, Integers, Sums

CELLS: Final = "cells.csv"
WITNESSES: Final = "witnesses.csv.gz"
COLUMNS: Final = ("witness", "quarter", *DIMENSIONS, "change")

MAX_WITNESS_BYTES: Final = 64 * 2**20
"""The size of unpacked witnesses that are read. Those of the worked example take 25 MiB; to verify
them takes up to 180 MB of memory."""

WITNESSES_AT_ONCE: Final = 100
"""The witnesses looked up in one array operation, which bounds its memory."""

LISTED_ORDERS: Final = (0, 1, 2, 3, FINEST_ORDER)
"""The orders of the sums that a release lists, unless they are 0."""

SUMS_OF_A_CELL: Final = 2**FINEST_ORDER
"""A finest cell is part of a sum for each choice of a code or the total, by dimension."""

LARGEST_CELL_MOVE: Final = LARGEST_AMBIGUOUS - 1
"""The most by which a finest cell may be off: a 7 may stand for 1."""


class Fault(StrEnum):
    """The faults that a proof can have.

    The numbers of the file differ from those of the pages, are small counts or don't add up; a
    witness contradicts a fact, has an impossible cell or moves a sum too far; a range is too
    narrow; a sum is claimed to be larger than follows.
    """

    PAGES = "pages"
    SMALL_NUMBER = "small_number"
    SUM = "sum"
    FACT = "fact"
    CHANGE = "change"
    MOVE = "move"
    RANGE = "range"
    CLAIM = "claim"


class UnfinishedError(ReleaseError):
    """A verification took too long, or needs too much memory. Nothing is known to be wrong."""


class Proof:
    """The cells and witnesses of a release as arrays, and the checks of them."""

    def __init__(
        self, release: Release, sums: Sums, rules: Mapping[str, Any], *, deadline: float
    ) -> None:
        """Read the cells of a release. `rules` are those of its manifest.

        Raises:
            KeyError, ValueError: they cannot be read.
        """
        self._release = release
        self._sums = sums
        self._rules = rules
        self._deadline = deadline
        self._faults: dict[Fault, int] = {}
        columns, listed = _read_cells(release)
        places = sums.places(columns)
        values = np.array(listed, dtype=np.int64)
        numbers = sums.numbers(places)
        self._shown = _totals(numbers, values, sums.count)
        is_finest = sums.order[numbers] == FINEST_ORDER
        self._places, self._values = places[is_finest], values[is_finest]
        self._listed = values
        in_file = [*zip(*columns, listed, strict=True)]
        on_pages = {tuple(row.values()) for row in release.rows("query/listed_values")}
        repeated = len(in_file) - len(set(in_file))
        self._count(Fault.PAGES, len(on_pages.symmetric_difference(in_file)) + repeated)

    def check(self) -> dict[str, Any]:
        """Return the members of a `Verification`, except for its times.

        Raises:
            UnfinishedError: the deadline has passed, or the witnesses are too large.
            KeyError, ValueError, OSError, EOFError, pa.ArrowInvalid: they cannot be read.
        """
        least = self._add_up()
        witnesses, width = self._add_up_witnesses()
        small = self._could_be_small(least)
        known = self._check_claims()
        needs_range = np.setdiff1d(small, known)
        self._count(Fault.RANGE, int((width[needs_range] < PROTECTION_WIDTH).sum()))
        return {
            "numbers": len(self._listed),
            "witnesses": witnesses,
            "sums": len(needs_range),
            "known": len(known),
            "faults": self._faults,
        }

    def _check_claims(self) -> Integers:
        """Check each claim that a sum is known to be large. Return the numbers of the sums."""
        numbers = []
        knowledge = Knowledge.of(self._rules)
        for claim in self._rules["known"]:
            self._check_time()
            year, _, *codes = claim["sum"]
            numbers.append(self._sums.number_of([year, *codes]))
            holds = lower_bounds.holds(claim, knowledge, self._sums, self._places, self._values)
            self._count(Fault.CLAIM, int(not holds))
        return np.unique(np.array(numbers, dtype=np.int64))

    def _check_time(self) -> None:
        if monotonic() > self._deadline:
            raise unfinished(self._release)

    def _count(self, fault: Fault, number: int) -> None:
        if number:
            self._faults[fault] = self._faults.get(fault, 0) + number

    def _add_up(self) -> Integers:
        """Check that every listed sum is that of its cells. Return the least each sum can be."""
        sums = self._sums
        numbers = sums.numbers_of_sums(self._places).ravel()
        least = np.where(self._values <= LARGEST_AMBIGUOUS, 1, self._values)
        published = _totals(numbers, self._values, sums.count)
        expected = np.where(np.isin(sums.order, LISTED_ORDERS), published, 0)
        self._count(Fault.SUM, int((self._shown != expected).sum()))
        is_small = (self._listed > 0) & (self._listed <= LARGEST_SMALL_COUNT)
        self._count(Fault.SMALL_NUMBER, int((is_small | (self._listed < 0)).sum()))
        return _totals(numbers, least, sums.count)

    def _could_be_small(self, least: Integers) -> Integers:
        """Return the numbers of the sums that could be a small count.

        They are sums of two codes and more, and cells that show 0 whose codes all occur in a cell
        that can be smaller than it shows.
        """
        sums = self._sums
        is_small = (least > 0) & (least <= LARGEST_SMALL_COUNT) & (sums.order > 1)
        found = [np.flatnonzero(is_small)]
        for year in sums.years:
            can_shrink = (self._values <= LARGEST_AMBIGUOUS) & sums.is_in_year(self._places, year)
            combined = sums.combinations(self._places[can_shrink])
            found.append(combined[self._shown[combined] == 0])
        return np.unique(np.concatenate(found))

    def _add_up_witnesses(self) -> tuple[int, Integers]:
        """Check each witness. Return how many there are, and the width of the range of each sum."""
        sums = self._sums
        witness, places, change = _read_witnesses(self._release, sums)
        cells = sums.numbers(places)
        self._check_changes(witness, cells, change)
        starts = np.flatnonzero(np.diff(witness, prepend=witness[:1] - 1))
        ends = np.append(starts, len(witness))[1:]
        index = np.repeat(np.arange(len(starts)), ends - starts)
        self._check_facts(index, len(starts), places, change)
        low, high, net = (np.zeros(sums.count, dtype=np.int64) for _ in range(3))
        for start, end, moved in self._moves(places, starts, ends):
            self._check_time()
            # One dimension and one type: `add.at` is five times slower otherwise.
            np.add.at(net, moved, np.repeat(change[start:end].astype(np.int64), SUMS_OF_A_CELL))
            by = net[moved]
            # A sum that several cells are part of is in `moved` several times, with one value.
            low[moved] = np.minimum(low[moved], by)
            high[moved] = np.maximum(high[moved], by)
            net[moved] = 0
        errors = self._rules["largest_error"]
        room = [0, 0, *(errors.get(str(order), 0) for order in range(2, 6)), LARGEST_CELL_MOVE]
        self._count(Fault.MOVE, int((np.maximum(high, -low) > np.array(room)[sums.order]).sum()))
        return len(starts), high - low

    def _moves(
        self, places: Integers, starts: Integers, ends: Integers
    ) -> Iterator[tuple[int, int, Integers]]:
        """Yield the first line, the end and the sums of the cells of each witness."""
        for first in range(0, len(starts), WITNESSES_AT_ONCE):
            own = slice(first, first + WITNESSES_AT_ONCE)
            begin = int(starts[first])
            moved = self._sums.numbers_of_sums(places[begin : ends[own][-1]])
            for start, end in zip(starts[own].tolist(), ends[own].tolist(), strict=True):
                yield start, end, moved[start - begin : end - begin].ravel()

    def _check_changes(self, witness: Integers, cells: Integers, change: Integers) -> None:
        """Check that each cell of a witness can stand behind the published one, and is there once.

        A published 0 stands for 0 to 4, and a 5, 6 or 7 for 1 to 4 or for itself.
        """
        shown = self._shown[cells]
        becomes = shown + change
        is_finest = self._sums.order[cells] == FINEST_ORDER
        is_possible = (
            is_finest
            & (shown <= LARGEST_AMBIGUOUS)
            & (becomes >= (shown > 0))
            & (becomes <= LARGEST_SMALL_COUNT)
        )
        pairs = witness.astype(np.int64) * self._sums.count + cells
        repeated = len(pairs) - len(np.unique(pairs))
        self._count(Fault.CHANGE, int((~is_possible).sum()) + repeated)

    def _check_facts(
        self, index: Integers, witnesses: int, places: Integers, change: Integers
    ) -> None:
        """Check that the release and each witness agree with every published fact."""
        sums = self._sums
        for fact in self._rules["facts"]:
            year, where = fact["year"], fact["where"]
            published = self._values[sums.is_counted(self._places, year, where)].sum()
            is_counted = sums.is_counted(places, year, where)
            moved = _totals(index, change * is_counted, witnesses)
            counts = np.append(published + moved, published)
            self._count(Fault.FACT, int(((counts < fact["low"]) | (counts > fact["high"])).sum()))


def _totals(numbers: Integers, values: Integers, count: int) -> Integers:
    """Return the total of the values of each number, from 0 to `count`.

    `numbers` has the same number of entries for each value, one value's after another's.
    """
    weights = np.repeat(values, len(numbers) // max(len(values), 1))
    return np.bincount(numbers, weights=weights, minlength=count).astype(np.int64)


def _read_cells(release: Release) -> tuple[list[list[str]], list[int]]:
    """Return the columns of codes and the values of the file of cells.

    Raises:
        KeyError, ValueError: it cannot be read.
    """
    lines = csv.DictReader(io.StringIO(release.files[CELLS].decode(), newline=""))
    rows = [row for row in lines if row["value"] != ""]  # otherwise the year lacks the code
    columns = [list(map(itemgetter(name), rows)) for name in ("period", *DIMENSIONS)]
    return columns, [int(row["value"]) for row in rows]


def _read_witnesses(release: Release, sums: Sums) -> tuple[Integers, Integers, Integers]:
    """Return the witness, the places and the change of every line, in order of the witnesses.

    Raises:
        UnfinishedError: they are too large.
        KeyError, ValueError, OSError, EOFError, pa.ArrowInvalid: they cannot be read.
    """
    with gzip.open(io.BytesIO(release.files[WITNESSES])) as stream:
        content = stream.read(MAX_WITNESS_BYTES + 1)
    if len(content) > MAX_WITNESS_BYTES:
        raise unfinished(release)
    code = pa.dictionary(pa.int32(), pa.string())
    types = {"witness": pa.int32(), "change": pa.int32()} | dict.fromkeys(COLUMNS[1:-1], code)
    convert = arrow_csv.ConvertOptions(column_types=types, include_columns=COLUMNS)
    # One block at a time: all blocks as Arrow tables at once would take ten times the memory.
    reader = arrow_csv.open_csv(
        pa.py_buffer(content),
        read_options=arrow_csv.ReadOptions(use_threads=False),
        convert_options=convert,
    )
    none = np.zeros(0, dtype=np.int32)
    blocks = [(none, none.reshape(0, FINEST_ORDER), none)]
    blocks += [_block(batch, sums) for batch in reader]
    witness, places, change = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    if (np.diff(witness) < 0).any():
        raise ValueError("the witnesses are not in order")
    return witness, places, change


def _block(batch: pa.RecordBatch, sums: Sums) -> tuple[Integers, Integers, Integers]:
    """Return the witness, the places and the change of each line of a block."""
    places = []
    for dimension, name in enumerate(COLUMNS[1:-1]):
        column = batch.column(name)
        of_code = sums.places_in(dimension, column.dictionary.to_pylist())
        places.append(of_code[column.indices.to_numpy()])
    witness, change = batch.column("witness").to_numpy(), batch.column("change").to_numpy()
    return witness, np.stack(places, axis=1).astype(np.int32), change


def unfinished(release: Release) -> UnfinishedError:
    """Return the error of a verification that was ended."""
    return UnfinishedError(
        f"The witnesses of the release {release.about.release_id} could not be added up in the "
        "time and memory that this server gives them. Nothing is known to be wrong. Try again "
        "later, or download them and run verify.py."
    )
