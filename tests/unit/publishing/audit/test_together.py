"""All releases of a year together: sums that pairs leave open and all of them do not are found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from referrals.publishing.audit import together
from referrals.publishing.audit.bounds_by_totals import could_be_small
from referrals.publishing.audit.marginal_sums import MarginalSums
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.small_counts import STEPS, YEAR, people

pytestmark = pytest.mark.publishing

ALL = people(600, seed=3)
ONLY = ("2020-Q2", "VNM", "0-17", "M", "MS", "CASEWORK")


def release(name: str, cells: Mapping[Codes, int], errors: Mapping[int, int]) -> PublicRelease:
    year = Year(YEAR, ALL.categories, {codes: value for codes, value in cells.items() if value}, ())
    return PublicRelease(
        folder=Path(name),
        release_id=name,
        status="official",
        method="rounding",
        years={YEAR: year},
        published={},
        largest_error=errors,
        revises="",
        problems=(),
    )


@cache
def editions() -> tuple[PublicRelease, ...]:
    """Return a release and two revisions of it: 450 records, then all, then a correction."""
    cells = ALL.cells()
    records = [codes for codes, value in cells.items() for _ in range(value)]
    fewer = Counter(random.Random(1).sample(records, 450))
    other = {"ICE": "NFA", "NFA": "ICE"}
    corrected = {
        (*codes[:5], other.get(codes[5], codes[5])): value for codes, value in cells.items()
    }
    history: list[Mapping[Codes, int]] = []
    found = []
    true: Mapping[Codes, int] = {}
    for name, now in (("first", fewer), ("second", cells), ("third", corrected)):
        counts = Counts.of(YEAR, ALL.categories, now)
        if history:
            previous = PreviousReleases(true, history[-1], history[:-1])
            revision = rounding.revise(counts, (), previous, seed=1, steps=STEPS)
            table, true = revision.table, revision.true
        else:
            table, true = rounding.protect(counts, seed=1, steps=STEPS), counts.cells()
        history.append(table.cells)
        found.append(release(name, table.cells, table.largest_error))
    return tuple(found)


def faults(releases: Sequence[PublicRelease]) -> list[str]:
    (finding,) = together.check_all(releases)
    assert finding.looked_at > 0
    return finding.faults


def growing(cells: Mapping[Codes, int]) -> list[dict[Codes, int]]:
    """Return three tables of the cells, in which one large cell grows."""
    large = max(cells, key=lambda codes: cells[codes])
    return [{**cells, large: cells[large] + more} for more in (0, 30, 60)]


def unprotected() -> list[PublicRelease]:
    """Return three releases with a small cell that no other can make up for."""
    tables = growing({**dict.fromkeys(ALL.cells(), 30), ONLY: 5})
    errors = dict.fromkeys(range(2, 6), 8)
    return [release(name, cells, errors) for name, cells in zip("abc", tables, strict=True)]


@pytest.mark.slow  # 10 s: it protects three tables and attacks them together
def test_a_release_and_its_revisions_leave_every_small_sum_open() -> None:
    shown = [each.years[YEAR].cells for each in editions()]
    assert [sum(cells.values()) > 400 for cells in shown] == [True, True, True]
    assert shown[0] != shown[1]
    assert shown[1] != shown[2]
    assert faults(editions()) == []


def test_two_releases_are_left_to_the_checks_of_pairs() -> None:
    pair = [release(name, {ONLY: 30}, {}) for name in ("a", "b")]
    assert list(together.check_all(pair)) == []


def test_a_table_that_is_published_again_tells_nothing_new() -> None:
    first, second, _ = unprotected()
    again = replace(second, release_id="again")
    assert list(together.check_all([first, second, again])) == []


def test_an_error_that_a_release_does_not_announce_is_0() -> None:
    announced = dict.fromkeys(range(2, 6), 8)
    cells, grown, largest = growing(ALL.cells())
    first, third = release("a", cells, announced), release("c", largest, announced)
    silent = release("b", grown, dict.fromkeys(range(3, 6), 8))
    zero = release("b", grown, {**announced, 2: 0})
    assert faults((first, silent, third)) == faults((first, zero, third))


def test_a_small_cell_that_no_other_can_make_up_for_is_found() -> None:
    assert any("nationality VNM" in fault for fault in faults(unprotected()))


def test_a_sum_is_found_if_the_totals_of_any_release_leave_it_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = faults(unprotected())
    editions_seen: list[Year] = []

    def small_in_the_first(year: Year, sums: MarginalSums, numbers: Sequence[int]) -> list[int]:
        editions_seen.append(year)
        return could_be_small(year, sums, numbers) if len(editions_seen) == 1 else []

    monkeypatch.setattr(together, "could_be_small", small_in_the_first)
    assert faults(unprotected()) == expected
    assert len(editions_seen) == 3


def test_sums_that_are_too_many_to_bound_count_as_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST_BOUNDED", 0)
    monkeypatch.setattr(together, "could_be_small", lambda *_: [])
    assert any("nationality VNM" in fault for fault in faults(unprotected()))


@pytest.mark.parametrize(
    ("shown", "is_open"),
    [
        ((0, 5, 0), True),
        ((5, 0, 12), True),
        ((30, 31, 40), False),
        ((9, 0, 12), False),
        ((9, 5, 9), True),
        ((12, 30, 12), True),
    ],
)
def test_the_numbers_of_a_cell_in_all_releases_leave_its_counts_open_or_not(
    shown: tuple[int, ...], is_open: bool
) -> None:
    tables = [{**dict.fromkeys(ALL.cells(), 30), ONLY: number} for number in shown]
    errors = dict.fromkeys(range(2, 6), 8)
    three = [release(name, table, errors) for name, table in zip("abc", tables, strict=True)]
    found = [fault for fault in faults(three) if "shows" in fault]
    assert (found == []) == is_open
