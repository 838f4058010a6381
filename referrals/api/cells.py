"""Which cells a question asks for: those that are listed, and of an additive release any combination that is named whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from referrals.api.problems import Problem
from referrals.api.request import Question
from referrals.reference.codelists import DIMENSIONS
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS, LARGEST_SMALL_COUNT
from referrals.release import metadata
from referrals.release.release import Release

FILTERS: Final = ("period", *DIMENSIONS)
MOST_CELLS: Final = 5_000
"""The most cells in one answer. More are refused, not cut: who saves a file must not take a part for the whole."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Page:
    """Cells in the order of their codes: `rows` after the first `skip`, at most `most`, of `total`."""

    rows: Rows
    total: int
    skip: int
    most: int

    @property
    def beside(self) -> dict[str, tuple[int, int]]:
        """Where the pages before and after begin and how many cells each has at most, those that there are."""
        before = (
            {"prev": (max(self.skip - self.most, 0), min(self.most, self.skip))}
            if self.skip
            else {}
        )
        return before | (
            {"next": (self.skip + self.most, self.most)}
            if self.skip + self.most < self.total
            else {}
        )


def found(question: Question) -> Page:
    """Return the cells that a question asks for.

    Raises:
        Problem: there are more than one answer holds, or none after those that are to be left out.
    """
    release = question.release
    asked = {
        name: list(question.codes[name]) if name in question.codes else None for name in FILTERS
    }
    skip, most = question.numbers.get("offset", 0), question.numbers.get("limit", MOST_CELLS)
    if release.about.additive and (combination := _combination(question.codes)):
        rows = _added_up(release, combination, asked)
        _refuse_what_does_not_fit(question, len(rows), skip)
        return Page(rows[skip : skip + most], len(rows), skip, most)
    # The first row says how many there are: nothing is fetched of an answer that is refused.
    first = _listed(release, asked, skip=0, most=1)
    total = first[0]["total"] if first else 0
    _refuse_what_does_not_fit(question, total, skip)
    return Page(_listed(release, asked, skip=skip, most=most) if total else [], total, skip, most)


def _combination(codes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the code of each dimension where a question names one for every dimension, and nothing where it does not."""
    single = {name: codes[name][0] for name in DIMENSIONS if len(codes.get(name, ())) == 1}
    return single if len(single) == len(DIMENSIONS) else {}


def _added_up(release: Release, combination: Mapping[str, str], asked: Mapping[str, Any]) -> Rows:
    """Return the cell of a combination in each period asked for: as it is listed, or else as a sum of finest cells.

    The sums are those of the screens, with the same bounds and letters.
    """
    listed = {row["period"]: row for row in _listed(release, asked, skip=0, most=MOST_CELLS)}
    sums = release.rows(
        "query/rounded_observations",
        {
            "dimension": "period",
            "period": release.about.period,
            "largest_ambiguous": LARGEST_AMBIGUOUS,
            "largest_small_count": LARGEST_SMALL_COUNT,
            **combination,
        },
    )
    added_up = {one["code"]: {**one, **combination, "period": one["code"]} for one in sums}
    periods = asked["period"] or sorted(added_up)
    return [listed.get(period) or added_up[period] for period in periods]


def _listed(release: Release, asked: Mapping[str, Any], *, skip: int, most: int) -> Rows:
    return release.rows("api/cells", {**asked, "most": most, "skip": skip})


def _refuse_what_does_not_fit(question: Question, total: int, skip: int) -> None:
    if total > MOST_CELLS and "limit" not in question.numbers:
        detail = (
            f"There are {total} such cells, and one answer holds {MOST_CELLS}. Choose codes, or give limit and offset. "
            "The files of the release hold all of its cells."
        )
        raise Problem(
            "too-many-cells",
            detail,
            total=total,
            parameter="limit",
            release=metadata.address(question.release),
        )
    if skip and skip >= total:
        detail = f"There are {total} such cells, and offset leaves out {skip}. Give a smaller one."
        raise Problem("past-the-last", detail, total=total, parameter="offset")
