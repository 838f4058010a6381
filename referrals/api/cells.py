"""The cells that a request selects.

They are the listed cells and, in an additive release, the sum of any one combination of codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from referrals.api.problems import Problem
from referrals.api.request import Request
from referrals.query import kinds
from referrals.reference.codelists import DIMENSIONS
from referrals.release import metadata
from referrals.release.release import Release

FILTERS: Final = metadata.CELL_KEY
MAX_CELLS: Final = 5_000
"""The most cells in one answer. More are refused rather than cut, so that no saved part can pass
for the whole."""

Rows = Sequence[Mapping[str, Any]]
Filters = Mapping[str, Sequence[str] | None]
"""The codes to match in each dimension, None for any code."""


@dataclass(frozen=True)
class Page:
    """One page of cells in the order of their codes: at most `limit` rows after `offset`."""

    rows: Rows
    total: int
    offset: int
    limit: int

    @property
    def neighbours(self) -> dict[str, tuple[int, int]]:
        """The offset and limit of the previous and the next page, if they exist."""
        found = {}
        if self.offset:
            found["prev"] = (max(self.offset - self.limit, 0), min(self.limit, self.offset))
        if self.offset + self.limit < self.total:
            found["next"] = (self.offset + self.limit, self.limit)
        return found


def select(request: Request) -> Page:
    """Return the cells that a request selects.

    Raises:
        Problem: more cells match than one answer can hold, or the offset is past the last one.
    """
    release = request.release
    filters: Filters = {name: _as_list(request.codes.get(name)) for name in FILTERS}
    offset = request.numbers.get("offset", 0)
    limit = request.numbers.get("limit", MAX_CELLS)
    combination = _combination(request.codes)
    sums = kinds.of(release).sums(combination) if combination else {}
    if sums:
        rows = _listed_or_sums(release, filters, combination, sums)
        _check_size(request, len(rows), offset)
        return Page(rows[offset : offset + limit], len(rows), offset, limit)
    # The first row holds the total, so a request that will be refused fetches one row only.
    first = _listed(release, filters, offset=0, limit=1)
    total = first[0]["total"] if first else 0
    _check_size(request, total, offset)
    rows = _listed(release, filters, offset=offset, limit=limit) if total else []
    return Page(rows, total, offset, limit)


def _as_list(codes: Sequence[str] | None) -> list[str] | None:
    return None if codes is None else list(codes)


def _combination(codes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the code of each dimension if exactly one is given for all, else nothing."""
    single = {name: codes[name][0] for name in DIMENSIONS if len(codes.get(name, ())) == 1}
    return single if len(single) == len(DIMENSIONS) else {}


def _listed_or_sums(
    release: Release,
    filters: Filters,
    combination: Mapping[str, str],
    sums: Mapping[str, Mapping[str, Any]],
) -> Rows:
    """Return a combination's cell in each selected period: listed, or a sum of finest cells.

    The sums are those of the pages, with the same bounds and statuses.
    """
    listed = {row["period"]: row for row in _listed(release, filters, offset=0, limit=MAX_CELLS)}
    periods = filters["period"] or sorted(sums)
    return [
        listed.get(period) or {**sums[period], **combination, "period": period}
        for period in periods
    ]


def _listed(release: Release, filters: Filters, *, offset: int, limit: int) -> Rows:
    return release.rows("api/cells", {**filters, "limit": limit, "offset": offset})


def _check_size(request: Request, total: int, offset: int) -> None:
    """Refuse an answer that would be too long or that would start past the last cell."""
    if total > MAX_CELLS and "limit" not in request.numbers:
        detail = (
            f"{total} cells match, and one answer holds {MAX_CELLS}. "
            "Filter by more codes, or use limit and offset. "
            "The files of the release hold all of its cells."
        )
        raise Problem(
            "too-many-cells",
            detail,
            total=total,
            parameter="limit",
            release=metadata.path(request.release),
        )
    if offset and offset >= total:
        detail = f"{total} cells match, and offset is {offset}. Use a smaller offset."
        raise Problem("past-the-last", detail, total=total, parameter="offset")
