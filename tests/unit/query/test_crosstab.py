"""Crosstabs add up to their margins if the kind of release is additive, and else keep gaps."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab
from referrals.query.observation import Observation
from referrals.query.selection import Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Release, open_release
from tests.fixtures import rounded_release, suppressed_release
from tests.fixtures.rounded_questions import few, selections

pairs = st.permutations(DIMENSIONS).map(lambda names: (names[0], names[1]))
Cells = Mapping[tuple[str, ...], tuple[object, ...]]


@pytest.fixture(scope="module")
def suppressed(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(suppressed_release.small(tmp_path_factory.getbasetemp()))


def published_cells(release: Release) -> Cells:
    """The number, bounds and status of each cell, by its codes, from the downloadable file."""
    file = pd.read_csv(release.folder / "cells.csv", dtype=str, keep_default_na=False)
    return {
        tuple(row[name] for name in ("period", *DIMENSIONS)): (
            row["value"],
            row["lower"],
            row["upper"],
            row["status"],
        )
        for row in file.to_dict("records")
    }


def numbers(observation: Observation) -> tuple[object, ...]:
    """The number, bounds and status of an observation, as a file of cells has them."""
    bounds = (
        "" if number is None else str(number)
        for number in (observation.value, observation.lower, observation.upper)
    )
    return (*bounds, observation.status)


def latest(release: Release) -> str:
    """The period of an answer for which none was chosen."""
    return kinds.of(release).filters("sex").get("period", [release.about.period])[0]


def expected(release: Release, cells: Cells, answer: Answer, code: str) -> tuple[object, ...]:
    """The numbers of a code in the file of cells; status 'x' if it has no such cell."""
    period = answer.selection.period or latest(release)
    codes = (answer.selection.codes() | {answer.dimension: code}).values()
    return cells.get((period, *codes), ("", "", "", "x"))


# Additive: any sum of cells is the margin


@few
@given(pairs, selections)
def test_the_cells_of_a_rounded_crosstab_add_up_to_both_margins(
    invented: Release, pair: tuple[str, str], selection: Selection
) -> None:
    crosstab = kinds.of(invented).crosstab(*pair, selection)
    columns = list(crosstab.by_column.values())
    for column in columns:
        assert column.total.value == sum(
            observation.value or 0 for observation in column.observations
        )
    for margin in crosstab.whole.observations:
        row = [column.observation(margin.code).value or 0 for column in columns]
        assert margin.value == sum(row)
    assert crosstab.whole.total.value == sum(column.total.value or 0 for column in columns)


@few
@given(pairs, selections)
def test_a_column_of_a_rounded_crosstab_is_the_answer_within_its_code(
    invented: Release, pair: tuple[str, str], selection: Selection
) -> None:
    rows, columns = pair
    kind = kinds.of(invented)
    crosstab = kind.crosstab(rows, columns, selection)
    within = selection.choosing(columns, TOTAL)
    assert crosstab.whole == kind.answer(rows, within)
    assert list(crosstab.by_column) == list(rounded_release.CODES[columns])
    for code, column in crosstab.by_column.items():
        assert column == kind.answer(rows, within.choosing(columns, code))


# Not additive: a cell is what was published, or says that it was not


@few
@given(pairs, st.sampled_from(["", "EY1-Q2"]))
def test_each_cell_of_a_suppressed_crosstab_is_that_of_the_file_or_not_published(
    suppressed: Release, pair: tuple[str, str], period: str
) -> None:
    cells = published_cells(suppressed)
    crosstab = kinds.of(suppressed).crosstab(*pair, Selection(period=period))
    for column in (crosstab.whole, *crosstab.by_column.values()):
        for observation in (column.total, *column.observations):
            assert numbers(observation) == expected(suppressed, cells, column, observation.code)


@few
@given(st.permutations(DIMENSIONS))
def test_a_suppressed_crosstab_finer_than_its_tables_is_not_published(
    suppressed: Release, names: list[str]
) -> None:
    rows, columns, third, *_ = names
    kind = kinds.of(suppressed)
    code = kind.filters(rows)[third][0]
    crosstab = kind.crosstab(rows, columns, Selection().choosing(third, code))
    for column in crosstab.by_column.values():
        assert not column.is_published
        assert {observation.value for observation in column.observations} == {None}


def test_a_withheld_cell_is_not_worked_out_from_the_margin(suppressed: Release) -> None:
    crosstab = kinds.of(suppressed).crosstab("nationality", "crime_type", Selection())
    withheld = [
        observation
        for column in crosstab.by_column.values()
        for observation in column.observations
        if observation.status == "c"
    ]
    assert withheld
    assert {
        (observation.value, observation.lower, observation.upper, observation.share)
        for observation in withheld
    } == {(None,) * 4}


@pytest.mark.parametrize("columns", [name for name in DIMENSIONS if name != "sex"])
def test_each_cell_of_the_published_crosstab_is_that_of_the_file_or_not_published(
    release: Release, columns: str
) -> None:
    cells = published_cells(release)
    crosstab = kinds.of(release).crosstab("sex", columns, Selection())
    for column in (crosstab.whole, *crosstab.by_column.values()):
        for observation in (column.total, *column.observations):
            assert numbers(observation) == expected(release, cells, column, observation.code)


def test_the_published_cells_of_sex_by_crime_type_do_not_claim_the_margin(release: Release) -> None:
    """The printed counts by sex fall short of the total, so their sum is not it."""
    crosstab = kinds.of(release).crosstab("crime_type", "sex", Selection())
    counts = [crosstab.by_column[code].total.value for code in ("M", "F", "_NK")]
    assert counts == [706, 425, 194]
    assert crosstab.whole.total.value == 1336 != sum(filter(None, counts))


# The shape of a crosstab


def test_a_topic_page_is_a_crosstab_of_one_column(release: Release) -> None:
    kind = kinds.of(release)
    crosstab = kind.crosstab("sex", ONE_COLUMN, Selection(crime_type="DA"))
    whole = kind.answer("sex", Selection(crime_type="DA"))
    assert crosstab == Crosstab("sex", ONE_COLUMN, whole, {})


@pytest.mark.parametrize(
    ("rows", "columns"), [("sex", "sex"), ("sex", "period"), ("period", "sex"), ("x", "sex")]
)
def test_a_crosstab_needs_two_different_dimensions(
    release: Release, rows: str, columns: str
) -> None:
    with pytest.raises(ValueError, match="no crosstab"):
        kinds.of(release).crosstab(rows, columns, Selection())
