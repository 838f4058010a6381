"""What two releases of the same period tell together that neither tells alone.

The worst case is assumed: whoever compares them knows that records were only added, or only removed. A total that moves by a
few describes those few; a cell that is shown as 6 and then as 5 cannot have been 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from referrals.codelists import FINEST
from referrals.publishing.public import LEAST_KEPT, MOST_AMBIGUOUS, Codes, PublicRelease, Year, describe

WIDTH: Final = 4
"""The least width of the range that is left for a small cell."""

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
        if old.categories != new.categories:
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
    for codes in {**old.cells, **new.cells}:
        before, after = old.cells.get(codes, 0), new.cells.get(codes, 0)
        if before != after:
            yield from _narrowed(codes, before, after, most=min(moves[column, code] for column, code in enumerate(codes)))


def of_table(release: PublicRelease, table: Mapping[Codes, int]) -> Iterator[str]:
    """Yield what exact counts published beside a release tell: small numbers, and sums that the release had adjusted."""
    for codes, value in table.items():
        shown = release.published.get(codes, 0)
        if 0 < value < LEAST_KEPT:
            yield f"{describe(codes)} is exactly {value}"
        elif value != shown and min(value, shown) < LEAST_MOVE:
            yield f"{describe(codes)} is exactly {value}, and was shown as {shown}"


def _narrowed(codes: Codes, before: int, after: int, *, most: int) -> Iterator[str]:
    """Yield what is told of a cell that shows two numbers, where it can have grown by 0 to `most`."""
    shown = f"{describe(codes)} shows {before} and then {after}"
    pairs = [(old, new) for old in behind(before) for new in behind(after) if 0 <= new - old <= max(most, 0)]
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
