"""New quarters of a year: old cells stay, and no total describes the few people who came."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.revision import new_quarters
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import ProtectedTable, Revision
from referrals.publishing.tabulation.counts import Codes, Counts
from tests.fixtures.small_counts import STEPS, YEAR, every_sum, order, people

pytestmark = pytest.mark.publishing

ALL = people(600, seed=3)
FIRST = ["2020-Q2", "2020-Q3"]


def of_quarters(cells: Mapping[Codes, int], quarters: list[str]) -> dict[Codes, int]:
    return {codes: value for codes, value in cells.items() if codes[0] in quarters}


def with_few_of(nationality: str, few: int) -> dict[Codes, int]:
    """Return the counts of all quarters, with a few people of a nationality in the later ones."""
    cells: dict[Codes, int] = {}
    left = few
    for codes, value in ALL.cells().items():
        if codes[1] == nationality and codes[0] not in FIRST:
            value, left = min(value, left), left - min(value, left)  # noqa: PLW2901
        if value:
            cells[codes] = value
    return cells


@cache
def published(few: int = -1) -> tuple[ProtectedTable, Revision, dict[Codes, int]]:
    """Return the release of the first quarters, its revision by the others, and all counts."""
    cells = ALL.cells() if few < 0 else with_few_of("CHN", few)
    start = Counts.of(YEAR, {**ALL.categories, "quarter": FIRST}, of_quarters(cells, FIRST))
    table = rounding.protect(start, seed=1, steps=STEPS)
    revision = rounding.revise(
        Counts.of(YEAR, ALL.categories, cells),
        (),
        PreviousReleases(start.cells(), table.cells),
        seed=1,
        steps=STEPS,
    )
    return table, revision, cells


def test_the_cells_of_quarters_published_before_stay_as_they_are() -> None:
    table, revision, _ = published()
    assert of_quarters(revision.shown, FIRST) == table.cells
    assert revision.held_back == 0


def test_the_totals_of_the_year_are_those_of_all_its_quarters() -> None:
    _, revision, cells = published()
    true, shown = every_sum(cells), every_sum(revision.shown)
    assert revision.table.inexact_totals == {}
    assert [codes for codes in true if order(codes) <= 1 and true[codes] != shown[codes]] == []


@pytest.mark.parametrize("few", [9, *(pytest.param(few, marks=pytest.mark.slow) for few in (1, 4))])
def test_a_code_of_few_people_in_the_new_quarters_has_no_exact_total(few: int) -> None:
    _, revision, cells = published(few)
    true, shown = every_sum(cells), every_sum(revision.shown)
    inexact = revision.table.inexact_totals
    chinese = ("_T", "CHN", "_T", "_T", "_T", "_T")
    assert chinese in inexact
    others = [codes for codes in inexact if codes[1] not in {"_T", "CHN"}]
    assert others, "the exact totals of all others would leave its own"
    for codes in {**true, **shown}:
        if order(codes) <= 1:
            assert abs(true[codes] - shown[codes]) <= inexact.get(codes, 0)


@pytest.mark.slow  # 6 s: no code of the new quarters has an easy total
def test_a_code_without_people_in_the_new_quarters_keeps_its_exact_total() -> None:
    table, revision, _ = published(0)
    chinese = ("_T", "CHN", "_T", "_T", "_T", "_T")
    assert chinese not in revision.table.inexact_totals
    assert every_sum(table.cells)[chinese] == every_sum(revision.shown)[chinese]


def test_inexact_totals_have_ten_people_or_more_between_them() -> None:
    cells: dict[Codes, int] = {
        ("2020-Q4", nationality, "0-17", "M", "MS", "ICE"): value
        for nationality, value in (("VNM", 40), ("ALB", 12), ("CHN", 1), ("_OTH", 2))
    }
    categories = {**ALL.categories, "quarter": ["2020-Q4"], "outcome": ["ICE"]}
    assert new_quarters.inexact(Counts.of(YEAR, categories, cells)) == {
        (1, "CHN"),
        (1, "_OTH"),
        (1, "ALB"),
    }


def test_a_year_that_grows_again_keeps_the_errors_of_its_earlier_quarters() -> None:
    _, revision, cells = published(9)
    later = dict(cells)
    for codes in [codes for codes in cells if codes[2] == "20-29"][:60]:
        later[codes] += 1
    again = rounding.revise(
        Counts.of(YEAR, ALL.categories, later),
        (),
        PreviousReleases(revision.true, revision.shown),
        seed=1,
        steps=STEPS,
    )
    true, shown = every_sum(later), every_sum(again.shown)
    for codes in {**true, **shown}:
        if order(codes) <= 1:
            assert abs(true[codes] - shown[codes]) <= again.table.inexact_totals.get(codes, 0)


@pytest.mark.parametrize(("sex", "few"), [("F", 9), ("_R", 10)])
def test_a_new_quarter_of_which_too_few_records_can_be_shown_is_refused(sex: str, few: int) -> None:
    before = of_quarters(ALL.cells(), FIRST)
    published = {**ALL.categories, "quarter": FIRST}
    _, *codes = next(iter(before))
    codes[2] = sex
    counts = Counts.of(
        YEAR,
        {**ALL.categories, "sex": [*ALL.categories["sex"], "_R"]},
        {**before, ("2020-Q4", *codes): few},
    )
    previous = PreviousReleases(before, before, categories=published)
    with pytest.raises(DisclosureError, match="--leave-out 2020-Q4"):
        rounding.revise(counts, (), previous, seed=1, steps=STEPS)
