"""Any combination of an additive release is the sum of its finest cells.

An unlisted combination need not be 0.
The finest cells are read from the release's own CSV file and added up here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from referrals import api
from referrals.api.formats import json_stat
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from tests.fixtures import json_stat_reader
from tests.fixtures.asgi_client import HttpClient

ADDRESS: Final = "/api/v1/releases/example/cells"
MEASURES: Final = ("value", "lower", "upper")
REPORTED: Final = {
    "nationality": "XAA",
    "age_band": "20-29",
    "sex": "F",
    "crime_type": "MS",
    "outcome": TOTAL,
}
"""A combination of four codes that is not listed and is not 0."""

Cell = Mapping[str, Any]


class FinestCells:
    """The finest cells of a release, added up one by one."""

    def __init__(self, release: Release) -> None:
        rows = csv.DictReader(io.StringIO(release.files["cells.csv"].decode()))
        control = json.loads(release.files["datapackage.json"])["disclosure_control"]
        self.quarters: dict[str, list[str]] = control["quarters"]
        self.listed: list[dict[str, Any]] = [row | {"value": int(row["value"])} for row in rows]
        self.finest = [row for row in self.listed if self.fixed(row) == 1 + len(DIMENSIONS)]

    def fixed(self, cell: Cell) -> int:
        """The number of codes that a combination fixes, counting a quarter as one."""
        codes = [cell[name] for name in DIMENSIONS]
        return (cell["period"] not in self.quarters) + len(codes) - codes.count(TOTAL)

    def value(self, cell: Cell) -> int:
        within = self.quarters.get(cell["period"], [cell["period"]])
        return sum(
            listed["value"]
            for listed in self.finest
            if listed["period"] in within
            and all(cell[name] in {TOTAL, listed[name]} for name in DIMENSIONS)
        )


@pytest.fixture(scope="module", autouse=True)
def both_releases(release: Release, series: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (series,)))
        yield


@pytest.fixture(scope="module")
def get() -> HttpClient:
    return HttpClient(Starlette(routes=api.routes()))


@pytest.fixture(scope="module")
def finest(series: Release) -> FinestCells:
    return FinestCells(series)


@pytest.fixture(scope="module")
def codes(get: HttpClient) -> dict[str, list[str]]:
    lists = get("/api/v1/releases/example/codelists").json()["codelists"]
    return {name: [code["code"] for code in listed] for name, listed in lists.items()}


def cells(get: HttpClient, filters: Mapping[str, str | Sequence[str]]) -> list[dict[str, Any]]:
    answer = get(f"{ADDRESS}?{urlencode(filters, doseq=True)}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["cells"]
    return found


@given(st.data())
def test_the_value_of_any_combination_is_the_sum_of_its_finest_cells(
    get: HttpClient, finest: FinestCells, codes: dict[str, list[str]], data: st.DataObject
) -> None:
    filters = {
        name: data.draw(st.sampled_from(listed), label=name) for name, listed in codes.items()
    }
    (cell,) = cells(get, filters)
    assert {name: cell[name] for name in filters} == filters
    assert cell["value"] == finest.value(filters)
    assert cell["lower"] <= cell["value"] <= cell["upper"]


def test_a_combination_of_four_codes_is_added_up_in_every_period(
    get: HttpClient, finest: FinestCells, codes: dict[str, list[str]]
) -> None:
    found = cells(get, REPORTED)
    assert [cell["period"] for cell in found] == sorted(codes["period"])
    assert {cell["period"]: cell["value"] for cell in found} == {
        period: finest.value({**REPORTED, "period": period}) for period in codes["period"]
    }
    assert found[0]["value"] > 0


@given(st.data())
def test_an_unlisted_combination_has_the_number_and_status_of_the_pages_and_no_narrower_bounds(
    get: HttpClient,
    series: Release,
    finest: FinestCells,
    codes: dict[str, list[str]],
    data: st.DataObject,
) -> None:
    filters = {
        name: data.draw(st.sampled_from(listed), label=name) for name, listed in codes.items()
    }
    (cell,) = cells(get, filters)
    listed = next(
        (row for row in finest.listed if all(row[name] == code for name, code in filters.items())),
        None,
    )
    shown = kinds.of(series).answer("sex", Selection(**filters))
    row = shown.total if filters["sex"] == TOTAL else shown.observation(filters["sex"])
    if listed:
        assert [str(cell[name]) for name in (*MEASURES, "status")] == [
            str(listed[name]) for name in (*MEASURES, "status")
        ]
        return
    assert (cell["value"], cell["status"]) == (row.value, row.status)
    # A page knows the total that its parts add up to, and so may know more about a part.
    assert row.lower is not None
    assert row.upper is not None
    assert cell["lower"] <= row.lower
    assert row.upper <= cell["upper"]


@given(st.data())
def test_a_combination_that_the_notes_call_listed_is_listed_unless_it_is_0(
    finest: FinestCells, codes: dict[str, list[str]], data: st.DataObject
) -> None:
    filters = {
        name: data.draw(st.sampled_from([TOTAL, *listed]), label=name)
        for name, listed in codes.items()
    }
    filters["period"] = data.draw(st.sampled_from(codes["period"]), label="period")
    is_listed = any(
        all(row[name] == code for name, code in filters.items()) for row in finest.listed
    )
    assert is_listed == (finest.fixed(filters) in {0, 1, 2, 3, 6} and finest.value(filters) > 0)


def test_the_pages_of_a_combination_add_up_to_all_of_it(get: HttpClient) -> None:
    whole = cells(get, REPORTED)
    found, address = [], f"{ADDRESS}?{urlencode(REPORTED)}&limit=7"
    while address:
        answer = get(address)
        found += answer.json()["cells"]
        address = answer.links.get("next", {}).get("url", "")
    assert found == whole


def test_the_previous_page_ends_where_a_page_begins(get: HttpClient) -> None:
    whole = cells(get, REPORTED)
    answer = get(f"{ADDRESS}?{urlencode(REPORTED)}&limit=7&offset=3")
    assert get(answer.links["prev"]["url"]).json()["cells"] == whole[:3]
    answer = get(f"{ADDRESS}?{urlencode(REPORTED)}&limit=2&offset=3")
    assert get(answer.links["prev"]["url"]).json()["cells"] == whole[1:3]


def test_only_the_named_periods_are_returned(get: HttpClient) -> None:
    found = cells(get, {**REPORTED, "period": ["EY1-Q4", "EY1"]})
    assert [cell["period"] for cell in found] == ["EY1", "EY1-Q4"]


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "json-stat"])
def test_no_note_of_an_additive_release_calls_every_unlisted_combination_0(
    get: HttpClient, form: str
) -> None:
    answer = get(f"{ADDRESS}?sex=F&crime_type=MS&age_band=20-29&format={form}")
    assert b"combination that is not listed is published as 0" not in answer.content


@pytest.mark.parametrize("rest", ["", "/cells?sex=F"])
def test_the_notes_describe_the_listed_cells_and_the_others(get: HttpClient, rest: str) -> None:
    said = " ".join(get(f"/api/v1/releases/example{rest}").json()["notes"])
    assert "up to three dimensions" in said
    assert "finest cells" in said
    assert "Name one code for each" in said


def test_a_transcribed_release_notes_that_an_unlisted_combination_is_not_published(
    get: HttpClient,
) -> None:
    query = urlencode({**REPORTED, "nationality": "VNM"})
    document = get(f"/api/v1/releases/latest/cells?{query}").json()
    assert document["cells"] == []
    assert any(
        note.startswith("A combination that is not listed is not published")
        for note in document["notes"]
    )


# JSON-stat


def stat(
    get: HttpClient, address: str, query: str
) -> dict[tuple[str, ...], tuple[int | None, str]]:
    answer = get(f"{address}?{query}&format=json-stat")
    assert answer.status_code == 200
    dataset = answer.json()
    assert dataset["id"] == ["period", *DIMENSIONS, "measure"]
    return json_stat_reader.read(dataset)


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/api/v1/releases/2020-21/cells", "crime_type=DA&crime_type=_T"),
        ("/api/v1/releases/2020-21/cells", "nationality=VNM&sex=F"),
        (ADDRESS, "period=EY1&sex=F"),
        (ADDRESS, "period=EY1-Q1&period=EY1&nationality=XAA&sex=M"),
        (ADDRESS, urlencode(REPORTED)),
    ],
)
def test_a_json_stat_dataset_holds_each_cell_with_its_status_on_each_number(
    get: HttpClient, address: str, query: str
) -> None:
    found = stat(get, address, query)
    listed = get(f"{address}?{query}").json()["cells"]
    for cell in listed:
        at = tuple(cell[name] for name in ("period", *DIMENSIONS))
        assert [found[*at, name] for name in MEASURES] == [
            (cell[name], cell["status"]) for name in MEASURES
        ]
    assert listed


def test_a_json_stat_cube_holds_0_only_for_combinations_that_would_be_listed(
    get: HttpClient, finest: FinestCells
) -> None:
    found = stat(
        get, ADDRESS, "period=EY1-Q1&period=EY1&nationality=XAA&nationality=_T&sex=M&sex=_NK"
    )
    unlisted = 0
    for *codes, measure in found:
        cell = dict(zip(("period", *DIMENSIONS), codes, strict=True))
        value, status = found[*codes, measure]
        if finest.fixed(cell) in {4, 5}:
            assert (value, status) == (None, "")
            unlisted += 1
        elif measure == "value":
            assert value == finest.value(cell)
    assert unlisted


def test_a_0_of_a_json_stat_cube_has_the_bounds_of_the_pages(
    get: HttpClient, series: Release
) -> None:
    found = stat(get, ADDRESS, "period=EY1-Q1&period=EY1&nationality=XAA&sex=M&sex=F")
    zeros = sorted(
        {codes[:-1] for codes, (value, _) in found.items() if codes[-1] == "value" and value == 0}
    )
    assert zeros
    for codes in zeros[:20]:
        filters = dict(zip(("period", *DIMENSIONS), codes, strict=True))
        shown = kinds.of(series).answer("sex", Selection(**filters))
        row = asdict(shown.observation(filters["sex"]))
        assert [found[*codes, name] for name in MEASURES] == [
            (row[name], row["status"]) for name in MEASURES
        ]


def test_named_codes_are_in_the_json_stat_cube_even_if_no_cell_has_them(
    get: HttpClient, codes: dict[str, list[str]]
) -> None:
    every = "&".join(f"nationality={code}" for code in codes["nationality"])
    filters = f"period=EY1&sex=_NK&age_band=30-39&{every}&crime_type=_T&outcome=_T"
    listed = {cell["nationality"] for cell in get(f"{ADDRESS}?{filters}").json()["cells"]}
    assert listed < {found[1] for found in stat(get, ADDRESS, filters)} == set(codes["nationality"])


def test_a_json_stat_cube_that_would_be_too_large_is_refused(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stat, "MAX_COMBINATIONS", 10)
    problem = get(f"{ADDRESS}?period=EY2&sex=F&format=json-stat").json()
    assert problem["type"].endswith("#too-many-cells")
