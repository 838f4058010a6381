"""The resources of the API: cells, codes, statements, context, certificates, and problems.

Both releases of the repository are served. `test_cells` requests combinations that the series does
not list.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import duckdb
import httpx
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from referrals import api
from referrals.api import cells
from referrals.api.formats.tabular import CELLS, EVERY_ROW, Table, as_csv
from referrals.api.problems import KINDS
from referrals.csv_safety import safe_cell
from referrals.reference.codelists import DIMENSIONS
from referrals.release import catalogue, files
from referrals.release.catalogue import Served
from referrals.release.release import EXAMPLE, MARKS, Release
from tests.fixtures.asgi_client import HttpClient

CELLS_ADDRESS = "/api/v1/releases/2020-21/cells"
INVENTED_CELLS = "/api/v1/releases/example/cells"
TOTALS = "&".join(f"{name}=_T" for name in ("nationality", "age_band", "outcome"))


@pytest.fixture(scope="module", autouse=True)
def both_releases(release: Release, series: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (series,)))
        yield


@pytest.fixture(scope="module")
def get() -> HttpClient:
    return HttpClient(Starlette(routes=api.routes()))


def table_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """The rows of an answer in CSV or Parquet."""
    is_csv = answer.headers["content-type"].startswith("text/csv")
    return rows_of(answer.text) if is_csv else pq.read_table(io.BytesIO(answer.content)).to_pylist()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def problem_at(get: HttpClient, address: str) -> dict[str, Any]:
    """The problem document of an address."""
    answer = get(address)
    document: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == document["status"] >= 400
    return document


# Cells


def test_cells_come_as_tidy_csv_with_bounds_and_status(get: HttpClient, release: Release) -> None:
    answer = get(f"{CELLS_ADDRESS}?crime_type=DA&format=csv")
    rows = rows_of(answer.text)
    assert list(rows[0]) == [*CELLS, *EVERY_ROW]
    assert len(rows) == int(answer.headers["x-total-count"])
    assert {row["crime_type"] for row in rows} == {"DA"}
    total = next(
        row for row in rows if all(row[name] == "_T" for name in DIMENSIONS if name != "crime_type")
    )
    assert (total["value"], total["lower"], total["upper"], total["status"]) == (
        "",
        "210",
        "212",
        "e",
    )
    assert {(row["release_id"], row["release_status"]) for row in rows} == {
        (release.about.release_id, "published")
    }


def test_an_unpublished_cell_has_the_status_x_and_no_number(get: HttpClient) -> None:
    cells = get(f"{CELLS_ADDRESS}?nationality=VNM&sex=F").json()["cells"]
    assert {(cell["value"], cell["lower"], cell["upper"], cell["status"]) for cell in cells} == {
        (None, None, None, "x")
    }


def test_two_codes_of_one_dimension_match_the_cells_of_either(get: HttpClient) -> None:
    cells = get(f"{CELLS_ADDRESS}?sex=M&sex=F&sex=M&crime_type=_T&{TOTALS}").json()["cells"]
    assert [(cell["sex"], cell["value"]) for cell in cells] == [("F", 425), ("M", 706)]


def test_codes_of_two_dimensions_match_the_cells_that_have_both(get: HttpClient) -> None:
    cells = get(f"{CELLS_ADDRESS}?sex=F&crime_type=DA&{TOTALS}").json()["cells"]
    assert [(cell["sex"], cell["crime_type"], cell["value"]) for cell in cells] == [
        ("F", "DA", 147)
    ]


def test_cells_can_be_filtered_by_quarter(get: HttpClient) -> None:
    cells = get(f"{INVENTED_CELLS}?period=EY1-Q1").json()["cells"]
    assert {cell["period"] for cell in cells} == {"EY1-Q1"}


def test_every_format_holds_the_same_numbers(get: HttpClient) -> None:
    typed = f"{CELLS_ADDRESS}?crime_type=DA&crime_type=MS"
    cells = get(typed).json()["cells"]
    as_csv_rows = rows_of(get(f"{typed}&format=csv").text)
    parquet = pq.read_table(io.BytesIO(get(f"{typed}&format=parquet").content))
    assert [{name: cell[name] for name in CELLS} for cell in parquet.to_pylist()] == cells
    assert [[row[name] for name in CELLS] for row in as_csv_rows] == [
        ["" if cell[name] is None else str(safe_cell(name, cell[name])) for name in CELLS]
        for cell in cells
    ]
    about = json.loads(parquet.schema.metadata[b"referrals"])
    assert about["release"]["status"] == "published"


def test_the_accept_header_chooses_the_format_unless_the_query_does(get: HttpClient) -> None:
    by_header = get(f"{CELLS_ADDRESS}?sex=F", headers={"accept": "text/html;q=0.9, text/csv"})
    assert by_header.headers["content-type"].startswith("text/csv")
    by_address = get(f"{CELLS_ADDRESS}?sex=F&format=json", headers={"accept": "text/csv"})
    assert by_address.headers["content-type"] == "application/json"


def test_pages_of_cells_link_to_one_another_and_add_up_to_all(get: HttpClient) -> None:
    whole = get(f"{CELLS_ADDRESS}?sex=F").json()["cells"]
    found, address = [], f"{CELLS_ADDRESS}?sex=F&limit=100"
    while address:
        answer = get(address)
        found += answer.json()["cells"]
        address = answer.links.get("next", {}).get("url", "")
    assert found == whole
    assert answer.links["prev"]["url"].startswith(CELLS_ADDRESS)


def test_an_offset_past_the_last_cell_is_refused_with_the_total(get: HttpClient) -> None:
    total = get(f"{CELLS_ADDRESS}?sex=F&crime_type=DA").json()["total"]
    for offset in (total, 9000):
        problem = problem_at(get, f"{CELLS_ADDRESS}?sex=F&crime_type=DA&offset={offset}")
        assert (problem["status"], problem["total"]) == (400, total)
    assert get(f"{CELLS_ADDRESS}?sex=F&crime_type=DA&offset={total - 1}").json()["returned"] == 1


def test_too_many_cells_are_refused_rather_than_cut(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    rows = Release.rows

    def counted(
        one: Release, name: str, parameters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        found = rows(one, name, parameters)
        fetched.append(len(found) if name == "api/cells" else 0)
        return found

    monkeypatch.setattr(cells, "MAX_CELLS", 10)
    monkeypatch.setattr(Release, "rows", counted)
    problem = problem_at(get, f"{CELLS_ADDRESS}?sex=F&outcome=_T")
    assert problem["type"].endswith("#too-many-cells")
    assert problem["total"] > 10
    assert "limit" in problem["detail"]
    assert max(fetched) == 1, "no cell is fetched for an answer that is refused"


def test_formulas_are_escaped_in_csv() -> None:
    header = {"release": {"id": "=1+1", "status": "@x"}}
    rows = [{"label": "=HYPERLINK()", "value": -1}]
    text = as_csv(Table("cells", {"label": "string", "value": "integer"}, rows, header, notes="-2"))
    assert text.decode().split("\r\n")[1] == "'=HYPERLINK(),-1,'=1+1,'@x,'-2"


# Other resources of a release


OF_A_RELEASE = ("", "/codelists", "/cells?sex=F", "/statements", "/context")


@pytest.mark.parametrize(
    ("release_id", "rest"),
    [
        *(
            (release_id, rest)
            for release_id in ("latest", "2020-21", "example")
            for rest in OF_A_RELEASE
        ),
        ("example", "/certificate"),
    ],
)
def test_every_document_about_a_release_has_its_status_notes_and_licence(
    get: HttpClient, release_id: str, rest: str
) -> None:
    answer = get(f"/api/v1/releases/{release_id}{rest}")
    document = answer.json()
    invented = release_id == "example"
    assert (
        answer.headers["x-release-status"]
        == document["release"]["status"]
        == ("example" if invented else "published")
    )
    assert any("invented" in note for note in document["notes"]) == invented
    assert ("unit" in document) == rest.startswith("/cells")
    assert any("victim referral is" in note for note in document["notes"]) == rest.startswith(
        "/cells"
    )
    assert ("example" in answer.headers["content-disposition"]) == invented
    assert document["licence"] == "OGL-UK-3.0"
    assert document["status_meanings"]["e"]


@pytest.mark.parametrize("format_name", ["csv", "parquet"])
def test_every_row_of_invented_figures_is_marked(get: HttpClient, format_name: str) -> None:
    answer = get(f"{INVENTED_CELLS}?sex=F&format={format_name}")
    rows = table_of(answer)
    assert {row["release_status"] for row in rows} == {"example"}
    assert "example" in answer.headers["content-disposition"]
    assert {row["notes"].startswith(MARKS[EXAMPLE]) for row in rows} == {True}


@pytest.mark.parametrize("format_name", ["csv", "parquet"])
def test_every_row_explains_the_protection_and_links_to_the_release(
    series: Release, format_name: str
) -> None:
    get = HttpClient(Starlette(routes=api.routes("https://dashboard.example.org")))
    answer = get(f"{INVENTED_CELLS}?sex=F&format={format_name}")
    where = "https://dashboard.example.org/api/v1/releases/example"
    for row in table_of(answer):
        assert series.about.lay_sentence in row["notes"]
        assert row["notes"].endswith(where)
    assert answer.links["describedby"]["url"] == where
    assert (
        get(f"{CELLS_ADDRESS}?sex=F")
        .links["describedby"]["url"]
        .endswith("/api/v1/releases/2020-21")
    )


def file_name(answer: httpx.Response) -> str:
    """The name under which a browser saves an answer."""
    return answer.headers["content-disposition"].partition("filename=")[2].strip('"')


@pytest.mark.parametrize(
    ("query", "name", "part"),
    [
        ("limit=5000", "cells", ""),
        ("", "cells", ""),
        ("sex=F&crime_type=DA,MS&limit=5000", "cells-sex-F-crime_type-DA+MS", "the {total} rows"),
        (
            "sex=F&offset=2&limit=5",
            "cells-sex-F-rows-3-to-7",
            "rows 3 to 7 of {total} that match sex=F.",
        ),
        (
            "age_band=0-17,18-19,20-29,60%2B&limit=5",
            "cells-age_band-4-codes-rows-1-to-5",
            "rows 1 to 5 of {total} that match age_band=0-17 or 18-19 or 20-29 or 60+.",
        ),
    ],
)
def test_a_saved_part_is_named_as_a_part_and_says_so_inside(
    get: HttpClient, query: str, name: str, part: str
) -> None:
    answer = get(f"{CELLS_ADDRESS}?{query}&format=csv")
    assert file_name(answer) == f"victim-referrals-2020-21-{name}.csv"
    expected = part.format(total=answer.headers["x-total-count"])
    for row in rows_of(answer.text):
        assert expected in row["notes"]
        assert ("A part of the table" in row["notes"]) == bool(part)


def test_a_saved_part_of_the_context_is_named_by_its_series(get: HttpClient) -> None:
    answer = get("/api/v1/releases/latest/context?series=dac-537&format=csv")
    assert file_name(answer) == "context-series-dac-537.csv"
    assert "that match series=dac-537." in rows_of(answer.text)[0]["notes"]


def test_the_metadata_of_a_csv_answer_are_linked_and_at_the_default_address(
    get: HttpClient,
) -> None:
    address = f"{CELLS_ADDRESS}?sex=F&offset=2&limit=5&format=csv"
    answer = get(address)
    (link,) = re.findall(r'<([^>]+)>; rel="describedby"; type="([^"]+)"', answer.headers["link"])
    described = get(link[0])
    assert described.headers["content-type"] == link[1] == "application/csvm+json"
    # https://www.w3.org/TR/tabular-data-model/#default-locations-and-site-wide-location-configuration
    assert get(f"{address}-metadata.json").content == described.content
    document = described.json()
    total = answer.headers["x-total-count"]
    assert get(document["url"]).content == answer.content
    assert document["dc:extent"] == f"5 of {total} rows that match"
    assert f"rows 3 to 7 of {total} that match sex=F." in document["dc:description"]
    columns = {column["name"]: column["datatype"] for column in document["tableSchema"]["columns"]}
    assert list(columns) == list(rows_of(answer.text)[0])
    assert (columns["sex"], columns["value"]) == ("string", "integer")


@pytest.mark.parametrize("format_name", ["json", "csv", "parquet"])
def test_labels_stand_beside_codes_on_request(get: HttpClient, format_name: str) -> None:
    address = f"{CELLS_ADDRESS}?sex=F&crime_type=DA&format={format_name}"
    answers = (get(f"{address}&labels={flag}") for flag in ("true", "false"))
    labelled, plain = (
        answer.json()["cells"] if format_name == "json" else table_of(answer) for answer in answers
    )
    for row, other in zip(labelled, plain, strict=True):
        assert (row["sex_label"], row["crime_type_label"]) == ("Female", "Domestic abuse")
        assert {name: text for name, text in row.items() if name in other} == other
        assert list(row).index("sex_label") == list(row).index("sex") + 1
    assert get(f"{address}&labels=yes").status_code == 400


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/releases/2020-21/release.zip", "victim-referrals-2020-21.zip"),
        ("/releases/example/release.zip", "victim-referrals-example.zip"),
    ],
)
def test_all_files_of_a_release_are_in_one_archive(
    get: HttpClient, address: str, name: str
) -> None:
    answer = get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert file_name(answer) == name
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert {path.partition("/")[0] for path in packed.namelist()} == {name.removesuffix(".zip")}
    assert get("/releases/latest/release.zip").headers["location"].endswith("/release.zip")


def test_a_csv_of_one_sex_is_not_read_as_a_logical_value(get: HttpClient, tmp_path: Path) -> None:
    text = get(f"{CELLS_ADDRESS}?sex=F&crime_type=DA&format=csv").text
    path = tmp_path / "cells.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with duckdb.connect() as connection:
        sexes = connection.read_csv(str(path)).project("sex").distinct().fetchall()
    assert sexes == [("FEMALE",)]
    # What a file holds can be asked for.
    assert get(f"{CELLS_ADDRESS}?sex=FEMALE&crime_type=DA").json()["chosen"]["sex"] == ["F"]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("sex=F,M&crime_type=DA", "sex=F&sex=M&crime_type=DA"),
        ("sex=*&crime_type=DA", "crime_type=DA"),
        ("sex=F,*&crime_type=DA", "crime_type=DA"),
        ("age_band=60+,0-17&sex=_T", "age_band=0-17&age_band=60%2B&sex=_T"),
    ],
)
def test_codes_may_be_given_as_a_list_or_a_star(get: HttpClient, short: str, long: str) -> None:
    assert get(f"{CELLS_ADDRESS}?{short}").json() == get(f"{CELLS_ADDRESS}?{long}").json()


def test_an_unknown_code_in_a_list_is_named_alone(get: HttpClient) -> None:
    problem = problem_at(get, f"{CELLS_ADDRESS}?nationality=VNM,ALBA")
    assert (problem["did_you_mean"], "'ALBA'" in problem["detail"]) == ("ALB", True)


def test_the_list_of_releases_names_the_published_one_as_latest(get: HttpClient) -> None:
    document = get("/api/v1/releases").json()
    assert document["latest"] == "2020-21"
    assert [listed["id"] for listed in document["releases"]] == ["2020-21", "example"]
    assert [listed["is_invented"] for listed in document["releases"]] == [False, True]


def test_codelists_hold_each_code_with_its_label_and_members(get: HttpClient) -> None:
    lists = get("/api/v1/releases/latest/codelists").json()["codelists"]
    assert list(lists) == ["period", *DIMENSIONS]
    assert {
        "code": "_R",
        "label": "Sex recorded",
        "kind": "aggregate",
        "members": ["M", "F"],
    } in lists["sex"]


def test_statements_hold_the_sentence_its_section_and_its_source(get: HttpClient) -> None:
    rows = rows_of(get("/api/v1/releases/latest/statements?format=csv").text)
    referrals = next(row for row in rows if row["statement_id"] == "E002")
    assert "1,336" in referrals["quotation"]
    assert (referrals["section"], referrals["publisher"]) == ("2.1", "Home Office")


def test_context_holds_the_named_series_and_why_it_is_not_comparable(get: HttpClient) -> None:
    document = get("/api/v1/releases/latest/context?series=dac-537").json()
    assert [row["series_id"] for row in document["series"]] == ["dac-537"]
    assert document["series"][0]["why_not_comparable"]
    assert {row["series_id"] for row in document["observations"]} == {"dac-537"}


@pytest.mark.parametrize("format_name", ["json", "csv", "parquet"])
def test_each_observation_names_its_unit_which_is_never_victim_referrals(
    get: HttpClient, format_name: str
) -> None:
    series = {
        series["series_id"]: series
        for series in get("/api/v1/releases/latest/context").json()["series"]
    }
    answer = get(f"/api/v1/releases/latest/context?format={format_name}")
    rows = answer.json()["observations"] if format_name == "json" else table_of(answer)
    assert {row["series_id"] for row in rows} == set(series)
    for row in rows:
        for name in ("title", "unit", "geography", "why_not_comparable"):
            assert row[name] == series[row["series_id"]][name] != ""
    assert b"A victim referral is" not in answer.content


def test_a_release_need_not_have_context(
    get: HttpClient, release: Release, invented: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: Served("without", release, (invented,)))
    document = get("/api/v1/releases/example/context").json()
    assert (document["series"], document["observations"]) == ([], [])


def test_a_transcribed_release_has_no_certificate_and_explains_why(get: HttpClient) -> None:
    assert (
        "transcribed from a published document"
        in problem_at(get, "/api/v1/releases/latest/certificate")["detail"]
    )


# Problems


@pytest.mark.parametrize(
    "address",
    [
        CELLS_ADDRESS,
        "/api/v1",
        "/api/v1/docs",
        "/api/v1/releases",
        "/api/v1/releases/latest/statements",
        "/feed.atom",
        "/releases.ics",
        "/releases/2020-21/cells.csv",
    ],
)
def test_parameters_that_others_add_to_a_link_change_nothing(get: HttpClient, address: str) -> None:
    query = "limit=1&" if address == CELLS_ADDRESS else ""
    tagged = get(f"{address}?{query}utm_source=letter&fbclid=1&fbclid=2&_=1")
    assert (tagged.status_code, tagged.content) == (200, get(f"{address}?{query}").content)


def test_parameters_that_others_add_are_not_cached_apart(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = Mock(wraps=cells.select)
    monkeypatch.setattr(cells, "select", select)
    for tag in range(5):
        assert get(f"{CELLS_ADDRESS}?sex=F&crime_type=MS&utm_id={tag}").status_code == 200
    assert select.call_count == 1


@pytest.mark.parametrize(
    ("typed", "meant"), [("crimetype=DA", "crime_type"), ("gender=F", "sex"), ("page=2", "offset")]
)
def test_a_misspelt_parameter_is_refused_with_a_suggestion(
    get: HttpClient, typed: str, meant: str
) -> None:
    problem = problem_at(get, f"{CELLS_ADDRESS}?{typed}")
    assert (problem["did_you_mean"], meant in problem["choices"]) == (meant, True)


def test_a_plus_that_was_not_escaped_is_read_as_a_plus(get: HttpClient) -> None:
    plain, escaped = (get(f"{CELLS_ADDRESS}?age_band={age}").json() for age in ("60+", "60%2B"))
    assert plain == escaped
    assert plain["chosen"] == {"age_band": ["60+"]}


def test_an_unknown_code_is_refused_with_the_choices(get: HttpClient) -> None:
    problem = problem_at(get, f"{CELLS_ADDRESS}?crime_type=DV&format=csv")
    assert problem["status"] == 400
    assert problem["parameter"] == "crime_type"
    assert problem["choices"]["DA"] == "Domestic abuse"
    assert "'DV'" in problem["detail"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("da", "DA"), ("Domestic abuse", "DA"), ("modern slavry", "MS")]
)
def test_a_misspelt_code_is_answered_with_a_suggestion(
    get: HttpClient, typed: str, meant: str
) -> None:
    assert problem_at(get, f"{CELLS_ADDRESS}?crime_type={typed}")["did_you_mean"] == meant


def test_a_code_of_another_release_is_refused_rather_than_matching_nothing(
    get: HttpClient,
) -> None:
    assert get(f"{INVENTED_CELLS}?nationality=XAA").status_code == 200
    assert problem_at(get, f"{CELLS_ADDRESS}?nationality=XAA")["status"] == 400
    assert problem_at(get, f"{INVENTED_CELLS}?nationality=VNM")["status"] == 400


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        (f"{CELLS_ADDRESS}?crimetype=DA", 400, "unknown-parameter"),
        ("/api/v1/releases?sex=F", 400, "unknown-parameter"),
        ("/feed.atom?format=json", 400, "unknown-parameter"),
        (f"{CELLS_ADDRESS}?format=xml", 400, "unknown-code"),
        (f"{CELLS_ADDRESS}?format=", 400, "unknown-code"),
        (f"{CELLS_ADDRESS}?sex=", 400, "unknown-code"),
        (f"{CELLS_ADDRESS}?format=csv&format=csv", 400, "repeated-parameter"),
        (f"{CELLS_ADDRESS}?limit=0", 400, "not-a-number"),
        (f"{CELLS_ADDRESS}?limit=5001", 400, "not-a-number"),
        (f"{CELLS_ADDRESS}?sex=F&offset=5000", 400, "past-the-last"),
        (f"{CELLS_ADDRESS}?sex=F&limit=9&format=json-stat", 400, "not-in-parts"),
        (
            f"{CELLS_ADDRESS}?sex=F&age_band=0-17&crime_type=DA&nationality=VNM&format=json-stat",
            400,
            "no-cells",
        ),
        (f"{CELLS_ADDRESS}?limit=٣", 400, "not-a-number"),
        (f"{CELLS_ADDRESS}?offset=-1", 400, "not-a-number"),
        ("/api/v1/releases/2019-20", 404, "unknown-release"),
        ("/api/v2/releases", 404, "no-such-address"),
        ("/releases/2020-21/058b3541fdf2/cells.csv/more", 404, "no-such-address"),
        ("/releases/2020-21/secret.key", 404, "unknown-file"),
        ("/releases/2019-20", 404, "unknown-release"),
        ("/releases/2020-21/0123456789ab/cells.csv", 404, "unknown-version"),
        (f"{CELLS_ADDRESS}?{'sex=F&' * 400}", 414, "address-too-long"),
    ],
)
def test_an_invalid_request_is_answered_with_its_kind_of_problem(
    get: HttpClient, address: str, status: int, kind: str
) -> None:
    problem = problem_at(get, address)
    assert (problem["status"], problem["type"]) == (status, f"/api/v1/docs#{kind}")
    assert problem["title"] == KINDS[kind][1]


@pytest.mark.parametrize(
    "query", ["crimetype=DA", "sex=X", "limit=0", "format=xml", "sex=F&format=csv&format=csv"]
)
def test_an_unknown_release_is_reported_before_a_fault_of_the_query(
    get: HttpClient, query: str
) -> None:
    problem = problem_at(get, f"/api/v1/releases/2019-20/cells?{query}")
    assert (problem["status"], problem["type"]) == (404, "/api/v1/docs#unknown-release")


def test_a_withdrawn_release_is_gone_and_no_other_is_suggested_for_it(
    get: HttpClient, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Served("one left", release, (), frozenset({"2021-22"}))
    monkeypatch.setattr(catalogue, "served", lambda: left)
    for address in ("/api/v1/releases/2021-22", "/releases/2021-22/cells.csv"):
        problem = problem_at(get, address)
        assert (problem["status"], problem["type"]) == (410, "/api/v1/docs#withdrawn")
        assert problem["detail"].startswith(
            "The figures of the release 2021-22 have been withdrawn"
        )
        assert "choices" not in problem


def test_an_unacceptable_format_is_refused_with_the_choices(
    get: HttpClient,
) -> None:
    answer = get(CELLS_ADDRESS, headers={"accept": "application/xml, text/csv;q=0"})
    assert answer.status_code == 406
    assert answer.json()["choices"]["csv"] == "text/csv"
    assert answer.headers["vary"] == "accept"


def test_the_addresses_and_code_on_the_docs_page_ask_for_cells_with_numbers(
    get: HttpClient,
) -> None:
    page = html.unescape(get("/api/v1/docs").text)
    code = re.sub(r'",?\n\s*"', "", page)
    found = set(re.findall(r"/api/v1/releases/latest/cells\?[\w=&-]+format=csv", code))
    assert len(found) == 2, "an example, and the same query with labels in Python and R"
    for address in found:
        rows = table_of(get(address))
        assert len(rows) == 5
        assert all(row["upper"] for row in rows)


def test_every_kind_of_problem_is_explained_on_the_docs_page(get: HttpClient) -> None:
    page = get("/api/v1/docs").text
    assert [kind for kind in KINDS if f'id="{kind}"' not in page] == []


def test_a_long_value_is_cut_when_a_problem_quotes_it(get: HttpClient) -> None:
    assert len(problem_at(get, f"{CELLS_ADDRESS}?sex={'F' * 1500}")["detail"]) < 200


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text(st.characters(max_codepoint=126), max_size=40),
)
def test_any_query_and_accept_header_is_answered_or_refused_with_a_detail(
    get: HttpClient, query: str, accept: str
) -> None:
    answer = get(
        f"{CELLS_ADDRESS}?limit=1&{quote(query, safe='=&;+%')}",
        headers={"accept": accept.strip("\r\n")},
    )
    assert answer.status_code in {200, 400, 406}
    assert answer.status_code == 200 or answer.json()["detail"]


def test_file_names_of_invented_figures_say_so_whatever_their_release_is_called(
    invented: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files.stem(invented) == "victim-referrals-example"
    monkeypatch.setattr(invented, "about", replace(invented.about, release_id="series"))
    assert files.stem(invented) == "victim-referrals-series-example"
    assert [name for name in files.listed(invented) if "example" not in name] == []
