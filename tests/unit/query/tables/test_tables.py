"""Tables show the numbers of their release, shares of 0 to 100%, and a reason for every gap."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.query import kinds
from referrals.query.selection import PERIOD, Selection
from referrals.query.tables import alternatives, reader
from referrals.query.tables.cube import TIMES
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table import MOST_CELLS, Reason, Table
from referrals.query.tables.table_request import SHARES, Measure, Sort, TableRequest
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Kind, Release, open_release
from tests.fixtures import rounded_release
from tests.fixtures.rounded_questions import PERIODS, few
from tests.fixtures.table_requests import requests

Place = tuple[Key, Key]


def drawn(data: st.DataObject, release: Release) -> Table:
    return reader.read(release, data.draw(requests(reader.offer(release))))


def codes_of(table: Table, place: Place) -> dict[str, str]:
    """The code of each dimension and of the period of a cell."""
    row, column = place
    codes = dict(zip(table.request.axes, (*row, *column), strict=True))
    period = next((codes[name] for name in TIMES if codes.get(name, TOTAL) != TOTAL), table.period)
    dimensions = {name: codes.get(name, table.request.within.code(name)) for name in DIMENSIONS}
    return {PERIOD: period, **dimensions}


@pytest.fixture(scope="module")
def finest(invented: Release) -> pd.DataFrame:
    return rounded_release.finest_cells()


@few
@given(st.data())
def test_a_number_of_a_rounded_table_is_the_sum_of_the_finest_cells(
    invented: Release, finest: pd.DataFrame, data: st.DataObject
) -> None:
    table = drawn(data, invented)
    places = data.draw(st.lists(st.sampled_from(list(table.cells)), min_size=1, max_size=20))
    for place in places:
        cell, codes = table.cells[place], codes_of(table, place)
        period = codes.pop(PERIOD)
        matching = finest
        if period:
            matching = matching[matching["period"].isin(PERIODS[period])]
        for name, code in codes.items():
            if code != TOTAL:
                matching = matching[matching[name] == code]
        assert cell.observation.value == matching["value"].sum()


@few
@given(st.data())
def test_a_number_of_another_table_is_that_of_the_file_of_cells_or_there_is_none(
    release: Release, suppressed: Release, data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from([release, suppressed]))
    published = _published(chosen)
    table = drawn(data, chosen)
    for place, cell in table.cells.items():
        codes = codes_of(table, place)
        if chosen.about.kind is Kind.TRANSCRIBED or not codes[PERIOD]:
            codes[PERIOD] = chosen.about.period  # the only year of either release
        expected = published.get(tuple(codes.values()), ("", "", "", "x"))
        found = cell.observation
        numbers = (found.value, found.lower, found.upper)
        text = tuple("" if number is None else str(number) for number in numbers)
        assert (*text, found.status) == expected


@few
@given(st.data())
def test_every_cell_has_a_figure_within_its_range_or_a_reason(
    every_kind: tuple[Release, ...], data: st.DataObject
) -> None:
    table = drawn(data, data.draw(st.sampled_from(every_kind)))
    for cell in table.cells.values():
        assert (cell.figure is None) == (cell.reason is not None)
        if cell.figure is None:
            continue
        assert cell.figure.lower <= cell.figure.upper
        if cell.figure.value is not None:
            assert cell.figure.lower <= cell.figure.value <= cell.figure.upper
        if table.request.measure in SHARES:
            assert cell.figure.lower >= 0
            assert cell.figure.upper <= 1
    assert table.shown + sum(map(len, table.missing.values())) == len(table.cells)


@few
@given(st.data())
def test_no_part_of_a_rounded_table_exceeds_its_total_and_no_total_its_parts(
    invented: Release, data: st.DataObject
) -> None:
    table = drawn(data, invented)
    for name, axis in table.axes.items():
        for place, cell in table.cells.items():
            if _code(table, place, name) != TOTAL:
                continue
            parts = [
                table.cells[other].observation.bounds
                for code in axis.parts
                if (other := _with_code(table, place, name, code)) in table.cells
            ]
            if not parts:  # changes have no total over time
                continue
            lower, upper = cell.observation.bounds
            assert all(most <= upper for _, most in parts)
            assert sum(least for least, _ in parts) <= lower
            assert upper <= sum(most for _, most in parts)


@few
@given(st.data())
def test_the_number_nearest_to_a_missing_one_contains_it_and_is_published(
    every_kind: tuple[Release, ...], data: st.DataObject
) -> None:
    table = drawn(data, data.draw(st.sampled_from(every_kind)))
    for place, cell in table.cells.items():
        if cell.nearest is None:
            continue
        assert cell.nearest.observation.has_number
        for name, code in zip(table.order, cell.nearest.key, strict=True):
            own = _code(table, place, name)
            assert code in {own, TOTAL} or own in table.code(name, code).members


@few
@given(st.data())
def test_a_suggested_table_shows_more_of_its_cells_than_the_one_asked_for(
    every_kind: tuple[Release, ...], data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from(every_kind))
    table = drawn(data, chosen)
    for nearest in alternatives.nearest_tables(chosen, table, reader.offer(chosen)):
        assert _share_shown(nearest) > _share_shown(table)


@few
@given(st.data())
def test_a_swapped_table_has_the_same_cells(invented: Release, data: st.DataObject) -> None:
    table = drawn(data, invented)
    swapped = reader.read(invented, table.request.pivoted())
    assert {(column, row): cell for (row, column), cell in swapped.cells.items()} == table.cells


@few
@given(st.data())
def test_the_parts_of_a_long_table_hold_every_row_once(
    invented: Release, data: st.DataObject
) -> None:
    request = data.draw(requests(reader.offer(invented)))
    shown: list[Key] = []
    first = reader.read(invented, request)
    for part in range(1, first.parts + 1):
        table = reader.read(invented, _at_part(request, part))
        assert len(table.rows_shown) * len(table.columns) <= max(MOST_CELLS, len(table.columns))
        shown += table.rows_shown
    assert tuple(shown) == first.rows


def test_the_shares_of_the_published_year_are_of_everyone_in_the_row(release: Release) -> None:
    request = TableRequest(measure=Measure.SHARE_OF_ROW)
    table = reader.read(release, request)
    males = table.cells[(TOTAL,), ("M",)].figure
    assert males is not None
    assert males.value == Fraction(706, 1336)
    not_recorded = table.cells[("DA",), ("_NK",)].figure
    assert not_recorded is not None
    assert (not_recorded.lower, not_recorded.upper) == (Fraction(18, 210), Fraction(20, 212))


def test_a_source_that_gives_no_upper_end_gives_a_share_none(release: Release) -> None:
    request = TableRequest(("age_band",), (), measure=Measure.SHARE_OF_COLUMN)
    figure = reader.read(release, request).cells[("20-39",), ()].figure
    assert figure is not None
    assert figure.open_ended
    assert figure.lower == Fraction(669, 1336)


def test_a_year_has_no_change_and_the_number_is_suggested_instead(release: Release) -> None:
    table = reader.read(release, TableRequest(("sex",), (), measure=Measure.CHANGE))
    assert set(table.missing) == {Reason.NO_EARLIER}
    (nearest,) = alternatives.nearest_tables(release, table, reader.offer(release))
    assert nearest.request == TableRequest(("sex",), ())


def test_the_change_of_an_exact_total_is_exact(invented: Release) -> None:
    request = TableRequest(("sex",), (), Selection(period="EY2"), Measure.CHANGE)
    now = reader.read(invented, TableRequest(("sex",), (), Selection(period="EY2")))
    before = reader.read(invented, TableRequest(("sex",), (), Selection(period="EY1")))
    for place, cell in reader.read(invented, request).cells.items():
        difference = (now.cells[place].observation.value or 0) - (
            before.cells[place].observation.value or 0
        )
        assert cell.figure is not None
        assert cell.figure.is_exact
        assert cell.figure.value == difference


def test_the_first_quarter_of_a_year_is_compared_with_the_last_of_the_year_before(
    invented: Release,
) -> None:
    quarters = TableRequest(("quarter",), (), Selection(period="EY2"), Measure.CHANGE)
    table = reader.read(invented, quarters)
    assert [row for row, _ in table.cells] == [(code,) for code in PERIODS["EY2"]]
    assert not table.missing
    every = reader.read(invented, TableRequest(("quarter",), ()))
    figure = table.cells[("EY2-Q1",), ()].figure
    assert figure is not None
    now, before = every.cells[("EY2-Q1",), ()], every.cells[("EY1-Q4",), ()]
    assert figure.value == (now.observation.value or 0) - (before.observation.value or 0)


def test_rows_by_size_keep_those_not_recorded_and_the_total_last(invented: Release) -> None:
    request = TableRequest(("nationality",), ("sex",), sort=Sort.LARGEST)
    table = reader.read(invented, request)
    codes = [row[0] for row in table.rows]
    assert codes[-1] == TOTAL
    assert set(codes[-3:-1]) == {"_OTH", "_NK"}
    sizes = [table.cells[(code,), (TOTAL,)].observation.value or 0 for code in codes[:-3]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_share_of_few_referrals_is_not_shown(invented: Release) -> None:
    request = TableRequest(
        ("sex",),
        ("outcome",),
        Selection(nationality="XAE", age_band="60+", crime_type="DA", period="EY1-Q1"),
        Measure.SHARE_OF_ALL,
    )
    table = reader.read(invented, request)
    assert set(table.missing) == {Reason.WHOLE_SMALL}


@pytest.mark.parametrize(
    "axes",
    [
        pytest.param(("sex",), marks=pytest.mark.slow),
        pytest.param(("sex", "crime_type"), marks=pytest.mark.slow),
        ("sex", "quarter"),
        pytest.param(("year",), marks=pytest.mark.slow),
    ],
)
def test_the_only_year_of_a_release_is_its_whole_period(
    suppressed: Release, tmp_path: Path, axes: tuple[str, ...]
) -> None:
    finest = rounded_release.finest_cells()
    first = finest[finest["year"] == "EY1"]
    exact = {"sex": "F", "crime_type": "DA"}
    folder = rounded_release.write(tmp_path, finest=first, exact=exact)
    for release in (open_release(folder), suppressed):
        of_kind = kinds.of(release)
        whole, year = (of_kind.cube(axes, Selection(period=period)) for period in ("", "EY1"))
        assert whole.observations == year.observations


def test_a_printed_total_of_the_only_year_is_exact_in_a_table_without_a_period(
    tmp_path: Path,
) -> None:
    finest = rounded_release.finest_cells()
    first = finest[finest["year"] == "EY1"]
    exact = {"sex": "F", "crime_type": "DA"}
    folder = rounded_release.write(tmp_path, finest=first, exact=exact)
    cube = kinds.of(open_release(folder)).cube(("sex", "crime_type"), Selection())
    printed = cube.observations["F", "DA"]
    assert (printed.lower, printed.upper) == (printed.value, printed.value)


def _published(release: Release) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    file = pd.read_csv(release.folder / "cells.csv", dtype=str, keep_default_na=False)
    return {
        tuple(row[name] for name in (PERIOD, *DIMENSIONS)): (
            row["value"],
            row["lower"],
            row["upper"],
            row["status"],
        )
        for row in file.to_dict("records")
    }


def _code(table: Table, place: Place, name: str) -> str:
    row, column = place
    return dict(zip(table.request.axes, (*row, *column), strict=True))[name]


def _with_code(table: Table, place: Place, name: str, code: str) -> Place:
    row, column = place
    codes = dict(zip(table.request.axes, (*row, *column), strict=True)) | {name: code}
    rows = tuple(codes[axis] for axis in table.request.rows)
    return rows, tuple(codes[axis] for axis in table.request.columns)


def _share_shown(table: Table) -> Fraction:
    return Fraction(table.shown, len(table.cells))


def _at_part(request: TableRequest, part: int) -> TableRequest:
    return TableRequest(**{**vars(request), "part": part})
