"""A rounded release: every number is a sum of finest cells, exact or with its stated range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referrals.paths import RELEASES
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import ORDERS, Release, open_release
from tests.fixtures import rounded_release
from tests.fixtures.rounded_questions import PERIODS, dimensions, few, selections

FINEST = rounded_release.finest_cells()


def by_hand(selection: Selection, **more: str) -> int:
    """The sum of the finest cells of a selection, added up without the database."""
    kept = FINEST[FINEST["period"].isin(PERIODS[selection.period or rounded_release.YEARS[-1]])]
    for name, code in (selection.codes() | more).items():
        kept = kept if code == TOTAL else kept[kept[name] == code]
    return int(kept["value"].sum())


def fixed(selection: Selection) -> int:
    """Return the dimensions that a selection fixes: one more for a quarter, none for a year."""
    return len(selection.chosen()) + ("Q" in selection.period)


def announced(value: int, order: int) -> tuple[int, int]:
    """Return the range that a sum of this order could have had, from the rule in words."""
    if order == len(DIMENSIONS) + 1:
        return {0: (0, 4), 5: (1, 5), 6: (1, 6), 7: (1, 7)}.get(value, (value, value))
    error = rounded_release.MAX_ERRORS[order]
    return max(0, value - error), value + error


@few
@given(dimensions, selections)
def test_every_number_is_the_sum_of_its_finest_cells(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    request = selection.choosing(dimension, TOTAL)
    assert answer.total.value == by_hand(request)
    assert answer.total.value == sum(observation.value or 0 for observation in answer.observations)
    # Every code is shown, not recorded too.
    assert (
        tuple(observation.code for observation in answer.observations)
        == rounded_release.CODES[dimension]
    )
    for row in answer.observations:
        assert row.value == by_hand(request, **{dimension: row.code})


@given(dimensions, selections)
# Its one large finest cell is all of an exact total, so the other parts are exactly 0.
@example("nationality", Selection(age_band="_NK", period="EY3", release="example"))
def test_a_number_is_exact_or_carries_the_announced_range_as_far_as_its_total_allows(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    request = selection.choosing(dimension, TOTAL)
    for row, order in [
        (answer.total, fixed(request)),
        *((row, fixed(request) + 1) for row in answer.observations),
    ]:
        low, high = announced(row.value or 0, order)
        least, most = row.bounds
        assert low <= least <= (row.value or 0) <= most <= high
        is_narrowed = any(other.status for other in answer.observations) or 2 <= order <= ORDERS[-1]
        if not is_narrowed:
            # No part is more than its total: of a total of 0 all parts are exactly 0.
            assert (least, most) == (low, min(high, answer.total.bounds[1]))
        assert row.status == ("" if row.lower == row.upper else "e")


@pytest.mark.parametrize(
    ("value", "possible"),
    [
        (0, (0, 4)),
        (5, (1, 5)),
        pytest.param(6, (1, 6), marks=pytest.mark.slow),
        pytest.param(7, (1, 7), marks=pytest.mark.slow),
        (8, (8, 8)),
        pytest.param(12, (12, 12), marks=pytest.mark.slow),
    ],
)
def test_a_finest_cell_has_the_bounds_of_the_rounding_rule(
    tmp_path: Path, value: int, possible: tuple[int, int]
) -> None:
    one = FINEST.iloc[[0]].assign(value=value)
    release = open_with(tmp_path, one if value else one.assign(value=8, outcome="_NK", sex="_NK"))
    cell = {name: str(one.iloc[0][name]) for name in DIMENSIONS}
    answer = kinds.of(release).answer(
        "outcome", Selection(**cell, period=str(one.iloc[0]["period"]))
    )
    row = next(row for row in answer.observations if row.code == cell["outcome"])
    assert (row.value, row.lower, row.upper) == (value, *possible)


def test_years_and_one_choice_are_exact_and_a_quarter_counts_as_a_choice(invented: Release) -> None:
    assert set(kinds.of(invented).answer("nationality", Selection()).statuses) == {""}
    within = kinds.of(invented).answer("nationality", Selection(period="EY1-Q1"))
    assert within.total.status == ""
    assert {observation.status for observation in within.observations} == {"e"}


@pytest.fixture(scope="module")
def shipped() -> Release:
    return open_release(RELEASES / "example")


@pytest.fixture(scope="module")
def listed_most() -> Mapping[tuple[str, ...], int]:
    """The most that each number of the shipped example can be, by period and codes."""
    listed = pd.read_csv(RELEASES / "example" / "cells.csv", keep_default_na=False)
    keys = listed[["period", *DIMENSIONS]].itertuples(index=False, name=None)
    return dict(zip(keys, listed["upper"].tolist(), strict=True))


def least_total(
    most: Mapping[tuple[str, ...], int], years: Sequence[str], codes: Mapping[str, str]
) -> int:
    """Return the most that the smallest total can be of one of the codes in all of some years."""
    found = []
    for name, code in codes.items():
        alone = {**dict.fromkeys(DIMENSIONS, TOTAL), name: code}
        totals = [most.get((year, *alone.values()), 0) for year in years]
        found += [sum(totals)] if all(totals) else []  # a 0 is not listed
    return min(found)


@few
@example("nationality", Selection(sex="F", period="EY3"))
@given(dimensions, selections)
def test_no_number_reaches_above_a_total_that_it_is_part_of(
    shipped: Release,
    listed_most: Mapping[tuple[str, ...], int],
    dimension: str,
    selection: Selection,
) -> None:
    answer = kinds.of(shipped).answer(dimension, selection)
    year = answer.period_code[:3]
    for row in answer.observations:
        codes = selection.choosing(dimension, row.code).codes()
        assert row.bounds[1] <= least_total(listed_most, [year], codes)


@few
@given(selections)
def test_no_number_of_a_cube_reaches_above_a_total_that_it_is_part_of(
    shipped: Release, listed_most: Mapping[tuple[str, ...], int], selection: Selection
) -> None:
    found = kinds.of(shipped).cube(("outcome", "year"), selection)
    for (outcome, year), number in found.observations.items():
        period = year if year != TOTAL else selection.period
        years = [period[:3]] if period else rounded_release.YEARS
        codes = selection.choosing("outcome", outcome).codes()
        assert number.bounds[1] <= least_total(listed_most, years, codes)


def test_what_a_published_fact_makes_exact_is_shown_without_a_range(
    tmp_path: Path, invented: Release
) -> None:
    chosen = Selection(sex="F", crime_type="DA", period="EY1")
    folder = rounded_release.write(tmp_path, exact={"sex": "F", "crime_type": "DA"})
    total = kinds.of(open_release(folder)).answer("nationality", chosen).total
    assert total.value == total.lower == total.upper
    assert total.status == ""
    adjusted = kinds.of(invented).answer("nationality", chosen).total
    assert (adjusted.value, adjusted.status) == (total.value, "e")


@few
@given(st.randoms(use_true_random=False))
def test_the_dashboard_and_the_file_of_cells_agree_on_every_cell(
    shipped: Release, chance: Random
) -> None:
    listed = pd.read_csv(RELEASES / "example" / "cells.csv", keep_default_na=False)
    row = listed.iloc[chance.randrange(len(listed))]
    request = Selection(**{name: row[name] for name in DIMENSIONS}, period=row["period"])
    dimension = chance.choice(DIMENSIONS)
    answer = kinds.of(shipped).answer(dimension, request)
    shown = [answer.total, *answer.observations]
    found = next(observation for observation in shown if observation.code == row[dimension])
    assert found.value == row["value"]
    # The page also knows the other parts of the total, which can narrow a range.
    least, most = found.bounds
    assert row["lower"] <= least <= most <= row["upper"]
    if least < most:
        assert found.status == row["status"]


@few
@given(selections)
def test_quarters_add_up_to_their_years(invented: Release, selection: Selection) -> None:
    quarters = kinds.of(invented).quarters(selection)
    assert [quarter.code for quarter in quarters] == [code for code in PERIODS if "Q" in code]
    for year in rounded_release.YEARS:
        inside = [quarter.value or 0 for quarter in quarters if quarter.code in PERIODS[year]]
        assert sum(inside) == by_hand(replace(selection, period=year))


def test_every_other_dimension_and_every_period_is_offered(invented: Release) -> None:
    offer = kinds.of(invented).filters("sex")
    assert list(offer) == ["period", "nationality", "age_band", "crime_type", "outcome"]
    latest_year, *earlier = offer["period"]
    assert latest_year == rounded_release.YEARS[-1], "the default"
    assert sorted([latest_year, *earlier]) == sorted(PERIODS)
    quarters = [period for period in earlier if "Q" in period]
    assert earlier[-len(quarters) :] == quarters == sorted(quarters, reverse=True)
    assert {name: tuple(codes) for name, codes in offer.items() if name != "period"} == {
        name: codes for name, codes in rounded_release.CODES.items() if name != "sex"
    }


def open_with(folder: Path, finest: pd.DataFrame) -> Release:
    """A release with these finest cells, open."""
    return open_release(rounded_release.write(folder, finest=finest))
