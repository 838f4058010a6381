"""What two releases of the same period tell together that neither tells alone.

The worst case is assumed: whoever compares them knows that records were only added, or only removed. A total that moves by a
few describes those few; a cell that is shown as 6 and then as 5 cannot have been 6; and what the other cells of a total cannot
have grown by, a cell must have grown by itself.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from referrals.codelists import FINEST, TOTAL
from referrals.publishing.public import LEAST_KEPT, MOST_AMBIGUOUS, WIDTH, Codes, PublicRelease, Year, describe, is_part
from referrals.publishing.tightest import is_exact_by_totals

LEAST_MOVE: Final = 10
"""The least by which an exact total may differ between two releases, where it differs."""

Pair = tuple[str, list[str], int]
"""What was compared, what was told by it, and how many cells were looked at."""


def of_pair(first: PublicRelease, second: PublicRelease) -> Iterator[Pair]:
    """Yield what two releases tell together, for each year that both cover."""
    for name in sorted(first.years.keys() & second.years.keys()):
        old, new = first.years[name], second.years[name]
        if sum(old.cells.values()) > sum(new.cells.values()):
            old, new = new, old
        title = f"{first.name} and {second.name}, {name}: read together they tell nothing more"
        if old.categories["quarter"] != new.categories["quarter"]:
            yield title, ["they cover different quarters, and totals of the rest would be exact: publish whole years"], 0
        elif old.categories != new.categories:
            yield title, ["they group codes differently, and such a pair cannot be proved safe"], 0
        else:
            yield title, list(told(old, new)), len({**old.cells, **new.cells})


def told(old: Year, new: Year) -> Iterator[str]:
    """Yield each cell and total about which two years, the smaller first, say more together than either says alone."""
    moves = {
        (column, code): _total(new, column, code) - _total(old, column, code)
        for column, name in enumerate(FINEST)
        for code in old.categories[name]
    }
    for (column, code), moved in moves.items():
        if 0 < abs(moved) < LEAST_MOVE:
            yield f"{FINEST[column].replace('_', ' ')} {code} differs by {abs(moved)}"
    free = _free(old, new, moves)
    spare = Counter[tuple[int, str]]()
    for codes, most in free.items():
        spare.update(dict.fromkeys(enumerate(codes), most))
    for codes in {**old.cells, **new.cells, **free}:
        before, after = old.cells.get(codes, 0), new.cells.get(codes, 0)
        most = min(moves[total] for total in enumerate(codes))
        least = max(moves[total] - spare[total] for total in enumerate(codes)) + free.get(codes, 0)
        if before != after or least > 0:
            yield from _narrowed(codes, before, after, least=max(least, 0), most=most)


def _free(old: Year, new: Year, moves: Mapping[tuple[int, str], int]) -> dict[Codes, int]:
    """Return the cells that can have grown, those of which every total did, with the most that each can have grown by."""
    moved = [[code for code in old.categories[name] if moves[column, code] > 0] for column, name in enumerate(FINEST)]
    return {
        codes: min(
            max(behind(new.cells.get(codes, 0))) - min(behind(old.cells.get(codes, 0))),
            *(moves[total] for total in enumerate(codes)),
        )
        for codes in itertools.product(*moved)
    }


def of_table(release: PublicRelease, table: Mapping[Codes, int]) -> Iterator[str]:
    """Yield what exact counts of the same records, published beside a release, tell that the release leaves open.

    A number that the release shows too tells as much as another: it is then known to be itself, and has no range at all. What
    is exact in the release already tells nothing. Counts of other periods are passed over.
    """
    for (period, *rest), value in table.items():
        for year in release.years.values():
            if period == year.year or period in year.categories["quarter"]:
                one = (TOTAL if period == year.year else period, *rest)
                if said := _said_by(year, one, value):
                    yield f"{describe(one)} is exactly {value:,}{said} ({year.year})"


def _said_by(year: Year, one: Codes, value: int) -> str:
    """Return what an exact count says beyond a year, to follow the count in a sentence; '' where it says nothing."""
    if any(code not in {TOTAL, *year.categories[name]} for name, code in zip(FINEST, one, strict=True)):
        return ", and the release does not tell it apart"
    shown = sum(number for codes, number in year.cells.items() if is_part(codes, one))
    if not _is_exact(year, one):
        return ", which the release leaves open" if value == shown else f", and was shown as {shown:,}"
    return "" if value == shown else f", and the release says that it is exactly {shown:,}: these are not the same records"


def _is_exact(year: Year, one: Codes) -> bool:
    """Return whether a sum has only one number: a total, a cell that is large enough, or what totals and facts leave."""
    fixed = sum(code != TOTAL for code in one)
    return fixed <= 1 or year.cells.get(one, 0) > MOST_AMBIGUOUS or is_exact_by_totals(year, one)


def _narrowed(codes: Codes, before: int, after: int, *, least: int, most: int) -> Iterator[str]:
    """Yield what is told of a cell that shows two numbers, where it can have grown by `least` to `most`."""
    shown = f"{describe(codes)} shows {before} and then {after}"
    pairs = [(old, new) for old in behind(before) for new in behind(after) if least <= new - old <= max(most, 0)]
    if not pairs:
        yield f"{shown}, which cannot both be true"
        return
    for values, number in zip(zip(*pairs, strict=True), (before, after), strict=True):
        if number <= MOST_AMBIGUOUS and max(values) - min(values) < WIDTH:
            yield f"{shown}: it is {min(values)} to {max(values)}"
            return


def behind(shown: int) -> list[int]:
    """Return what a published number can stand for.

    >>> behind(0), behind(6), behind(8)
    ([0, 1, 2, 3, 4], [1, 2, 3, 4, 6], [8])
    """
    if shown == 0:
        return list(range(LEAST_KEPT))
    return [*range(1, LEAST_KEPT), shown] if shown <= MOST_AMBIGUOUS else [shown]


def _total(year: Year, column: int, code: str) -> int:
    return sum(value for codes, value in year.cells.items() if codes[column] == code)
