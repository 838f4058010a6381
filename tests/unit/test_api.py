"""What programs are answered: cells by code in each format, codes, sentences, context, certificates, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from referrals import api, shelf
from referrals.api import files, resources
from referrals.api.problems import KINDS
from referrals.api.tables import CELLS, EVERY_ROW, Table, as_csv
from referrals.codelists import DIMENSIONS
from referrals.release import Release
from referrals.shelf import Standing
from tests.unit.asking import Asker

CELLS_ADDRESS = "/api/v1/releases/2020-21/cells"
INVENTED_CELLS = "/api/v1/releases/illustrative/cells"
TOTALS = "&".join(f"{name}=_T" for name in ("nationality", "age_band", "outcome"))


@pytest.fixture(scope="module", autouse=True)
def both_releases(release: Release, invented: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "standing", lambda: Standing("both", release, (invented,)))
        yield


@pytest.fixture(scope="module")
def ask() -> Asker:
    return Asker(Starlette(routes=api.routes()))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def refused(ask: Asker, address: str) -> dict[str, Any]:
    """The problem document that an address is answered with, which must be one."""
    answer = ask(address)
    document: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == document["status"] >= 400
    return document


# Cells


def test_every_cell_on_domestic_abuse_comes_as_tidy_csv_with_bounds_and_status(ask: Asker, release: Release) -> None:
    answer = ask(f"{CELLS_ADDRESS}?crime_type=DA&format=csv")
    rows = rows_of(answer.text)
    assert list(rows[0]) == [*CELLS, *EVERY_ROW]
    assert len(rows) == int(answer.headers["x-total-count"])
    assert {row["crime_type"] for row in rows} == {"DA"}
    total = next(row for row in rows if all(row[name] == "_T" for name in DIMENSIONS if name != "crime_type"))
    assert (total["value"], total["lower"], total["upper"], total["status"]) == ("", "210", "212", "e")
    assert {(row["release_id"], row["release_status"]) for row in rows} == {(release.about.release_id, "published")}


def test_what_is_not_published_is_a_cell_with_the_status_x_and_no_number(ask: Asker) -> None:
    cells = ask(f"{CELLS_ADDRESS}?nationality=VNM&sex=F").json()["cells"]
    assert {(cell["value"], cell["lower"], cell["upper"], cell["status"]) for cell in cells} == {(None, None, None, "x")}


def test_two_codes_of_one_dimension_ask_for_the_cells_of_both(ask: Asker) -> None:
    cells = ask(f"{CELLS_ADDRESS}?sex=M&sex=F&sex=M&crime_type=_T&{TOTALS}").json()["cells"]
    assert [(cell["sex"], cell["value"]) for cell in cells] == [("F", 425), ("M", 706)]


def test_codes_of_two_dimensions_ask_for_the_cells_of_both_at_once(ask: Asker) -> None:
    cells = ask(f"{CELLS_ADDRESS}?sex=F&crime_type=DA&{TOTALS}").json()["cells"]
    assert [(cell["sex"], cell["crime_type"], cell["value"]) for cell in cells] == [("F", "DA", 147)]


def test_a_release_of_quarters_can_be_asked_for_one_quarter(ask: Asker) -> None:
    cells = ask(f"{INVENTED_CELLS}?period=2020-Q2").json()["cells"]
    assert {cell["period"] for cell in cells} == {"2020-Q2"}


def test_every_format_holds_the_same_numbers(ask: Asker) -> None:
    asked = f"{CELLS_ADDRESS}?crime_type=DA&crime_type=MS"
    cells = ask(asked).json()["cells"]
    as_csv_rows = rows_of(ask(f"{asked}&format=csv").text)
    parquet = pq.read_table(io.BytesIO(ask(f"{asked}&format=parquet").content))
    assert [{name: cell[name] for name in CELLS} for cell in parquet.to_pylist()] == cells
    assert [[row[name] for name in CELLS] for row in as_csv_rows] == [
        ["" if cell[name] is None else str(cell[name]) for name in CELLS] for cell in cells
    ]
    about = json.loads(parquet.schema.metadata[b"referrals"])
    assert about["release"]["status"] == "published"
    dataset = ask(f"{asked}&format=json-stat").json()
    assert sorted(dataset["value"].values()) == sorted(
        cell[name] for cell in cells for name in ("value", "lower", "upper") if cell[name] is not None
    )


def test_a_json_stat_dataset_gives_back_each_cell_at_its_place(ask: Asker) -> None:
    asked = f"{CELLS_ADDRESS}?crime_type=DA&crime_type=_T"
    dataset = ask(f"{asked}&format=json-stat").json()
    assert (dataset["version"], dataset["class"]) == ("2.0", "dataset")
    assert dataset["size"] == [len(dataset["dimension"][axis]["category"]["index"]) for axis in dataset["id"]]
    for cell in ask(asked).json()["cells"]:
        for measure in ("value", "lower", "upper"):
            codes = [cell[axis] for axis in dataset["id"][:-1]] + [measure]
            places = [
                dataset["dimension"][axis]["category"]["index"].index(code)
                for axis, code in zip(dataset["id"], codes, strict=True)
            ]
            key = str(sum(place * prod(dataset["size"][axis + 1 :]) for axis, place in enumerate(places)))
            assert dataset["value"].get(key) == cell[measure]
            if measure == "value":
                assert dataset["status"].get(key, "") == cell["status"]


def test_a_format_can_be_asked_for_by_header_and_the_address_wins(ask: Asker) -> None:
    by_header = ask(f"{CELLS_ADDRESS}?sex=F", headers={"accept": "text/html;q=0.9, text/csv"})
    assert by_header.headers["content-type"].startswith("text/csv")
    by_address = ask(f"{CELLS_ADDRESS}?sex=F&format=json", headers={"accept": "text/csv"})
    assert by_address.headers["content-type"] == "application/json"


def test_pages_of_cells_link_to_one_another_and_together_are_all(ask: Asker) -> None:
    whole = ask(f"{CELLS_ADDRESS}?sex=F").json()["cells"]
    found, address = [], f"{CELLS_ADDRESS}?sex=F&limit=100"
    while address:
        answer = ask(address)
        found += answer.json()["cells"]
        address = answer.links.get("next", {}).get("url", "")
    assert found == whole
    assert answer.links["prev"]["url"].startswith(CELLS_ADDRESS)


def test_past_the_last_cell_there_are_none_and_still_their_number(ask: Asker) -> None:
    document = ask(f"{CELLS_ADDRESS}?sex=F&crime_type=DA&offset=9000").json()
    assert document["cells"] == []
    assert document["total"] > 0


def test_an_answer_that_would_be_too_long_is_refused_and_not_cut(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "MOST_CELLS", 10)
    problem = refused(ask, f"{CELLS_ADDRESS}?sex=F&outcome=_T")
    assert problem["type"].endswith("#too-many-cells")
    assert problem["total"] > 10
    assert "limit" in problem["detail"]


def test_text_that_a_spreadsheet_would_run_is_made_harmless_in_csv() -> None:
    about = {"release": {"id": "=1+1", "status": "@x", "address": "-2"}}
    text = as_csv(Table("cells", {"label": "string", "value": "integer"}, [{"label": "=HYPERLINK()", "value": -1}], about))
    assert text.decode().split("\r\n")[1] == "'=HYPERLINK(),-1,'=1+1,'@x,'-2"


# Everything else about a release


@pytest.mark.parametrize("rest", ["", "/codelists", "/cells?sex=F", "/statements"])
@pytest.mark.parametrize("release_id", ["latest", "2020-21", "illustrative"])
def test_every_answer_about_a_release_says_its_status_its_notes_and_its_licence(ask: Asker, release_id: str, rest: str) -> None:
    answer = ask(f"/api/v1/releases/{release_id}{rest}")
    document = answer.json()
    invented = release_id == "illustrative"
    assert answer.headers["x-release-status"] == document["release"]["status"] == ("illustrative" if invented else "published")
    assert any("invented" in note for note in document["notes"]) == invented
    assert ("illustrative" in answer.headers["content-disposition"]) == invented
    assert document["licence"] == "OGL-UK-3.0"
    assert document["status_meanings"]["e"]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_row_of_invented_figures_says_that_they_are(ask: Asker, form: str) -> None:
    answer = ask(f"{INVENTED_CELLS}?sex=F&format={form}")
    rows = rows_of(answer.text) if form == "csv" else pq.read_table(io.BytesIO(answer.content)).to_pylist()
    assert {row["release_status"] for row in rows} == {"illustrative"}
    assert "illustrative" in answer.headers["content-disposition"]


def test_the_list_of_releases_names_the_published_one_as_the_latest(ask: Asker) -> None:
    document = ask("/api/v1/releases").json()
    assert document["latest"] == "2020-21"
    assert [one["id"] for one in document["releases"]] == ["2020-21", "illustrative"]
    assert [one["is_illustrative"] for one in document["releases"]] == [False, True]


def test_codelists_give_each_code_with_its_label_and_what_it_adds_up(ask: Asker) -> None:
    lists = ask("/api/v1/releases/latest/codelists").json()["codelists"]
    assert list(lists) == ["period", *DIMENSIONS]
    assert {"code": "_R", "label": "Sex recorded", "kind": "aggregate", "members": ["M", "F"]} in lists["sex"]


def test_statements_give_the_sentence_its_section_and_its_source(ask: Asker) -> None:
    rows = rows_of(ask("/api/v1/releases/latest/statements?format=csv").text)
    referrals = next(row for row in rows if row["statement_id"] == "E002")
    assert "1,336" in referrals["quotation"]
    assert (referrals["section"], referrals["publisher"]) == ("2.1", "Home Office")


def test_context_gives_the_series_asked_for_and_says_why_it_is_not_comparable(ask: Asker) -> None:
    document = ask("/api/v1/releases/latest/context?series=dac-537").json()
    assert [one["series_id"] for one in document["series"]] == ["dac-537"]
    assert document["series"][0]["why_not_comparable"]
    assert {one["series_id"] for one in document["observations"]} == {"dac-537"}


def test_a_release_that_was_printed_has_no_certificate_and_says_why(ask: Asker) -> None:
    assert "copied from a published document" in refused(ask, "/api/v1/releases/latest/certificate")["detail"]


# What is refused


def test_a_bad_code_is_refused_and_the_choices_are_named(ask: Asker) -> None:
    problem = refused(ask, f"{CELLS_ADDRESS}?crime_type=DV&format=csv")
    assert problem["status"] == 400
    assert problem["parameter"] == "crime_type"
    assert problem["choices"]["DA"] == "Domestic abuse"
    assert "'DV'" in problem["detail"]


@pytest.mark.parametrize(("asked", "meant"), [("da", "DA"), ("Domestic abuse", "DA"), ("modern slavry", "MS")])
def test_a_code_that_is_nearly_right_is_answered_with_the_one_that_was_meant(ask: Asker, asked: str, meant: str) -> None:
    assert refused(ask, f"{CELLS_ADDRESS}?crime_type={asked}")["did_you_mean"] == meant


def test_a_code_that_only_another_release_has_is_refused_and_not_answered_with_nothing(ask: Asker) -> None:
    assert ask(f"{INVENTED_CELLS}?nationality=ROU").status_code == 200
    assert refused(ask, f"{CELLS_ADDRESS}?nationality=ROU")["status"] == 400


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        (f"{CELLS_ADDRESS}?crimetype=DA", 400, "unknown-parameter"),
        ("/api/v1/releases?sex=F", 400, "unknown-parameter"),
        ("/feed.atom?format=json", 400, "unknown-parameter"),
        (f"{CELLS_ADDRESS}?format=xlsx", 400, "unknown-code"),
        (f"{CELLS_ADDRESS}?format=", 400, "unknown-code"),
        (f"{CELLS_ADDRESS}?sex=", 400, "unknown-code"),
        (f"{CELLS_ADDRESS}?format=csv&format=csv", 400, "repeated-parameter"),
        (f"{CELLS_ADDRESS}?limit=0", 400, "not-a-number"),
        (f"{CELLS_ADDRESS}?limit=20001", 400, "not-a-number"),
        (f"{CELLS_ADDRESS}?limit=٣", 400, "not-a-number"),
        (f"{CELLS_ADDRESS}?offset=-1", 400, "not-a-number"),
        ("/api/v1/releases/2019-20", 404, "unknown-release"),
        ("/api/v2/releases", 404, "no-such-address"),
        ("/api", 404, "no-such-address"),
        ("/releases/2020-21/058b3541fdf2/cells.csv/more", 404, "no-such-address"),
        ("/releases/2020-21/secret.key", 404, "unknown-file"),
        (f"{CELLS_ADDRESS}?{'sex=F&' * 400}", 414, "address-too-long"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_kind(ask: Asker, address: str, status: int, kind: str) -> None:
    problem = refused(ask, address)
    assert (problem["status"], problem["type"]) == (status, f"/api/v1/docs#{kind}")
    assert problem["title"] == KINDS[kind][1]


def test_a_format_that_there_is_not_is_refused_and_those_that_there_are_are_named(ask: Asker) -> None:
    answer = ask(CELLS_ADDRESS, headers={"accept": "application/xml, text/csv;q=0"})
    assert answer.status_code == 406
    assert answer.json()["choices"]["csv"] == "text/csv"


def test_every_kind_of_problem_is_explained_on_the_page_that_it_leads_to(ask: Asker) -> None:
    page = ask("/api/v1/docs").text
    assert [kind for kind in KINDS if f'id="{kind}"' not in page] == []
    assert "<script" not in page


def test_what_was_asked_for_is_said_back_cut_short(ask: Asker) -> None:
    assert len(refused(ask, f"{CELLS_ADDRESS}?sex={'F' * 1500}")["detail"]) < 200


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.text(st.characters(max_codepoint=126), max_size=40))
def test_whatever_is_asked_is_answered_or_refused_in_words(ask: Asker, query: str, accept: str) -> None:
    answer = ask(f"{CELLS_ADDRESS}?limit=1&{quote(query, safe='=&;+%')}", headers={"accept": accept.strip("\r\n")})
    assert answer.status_code in {200, 400, 406}
    assert answer.status_code == 200 or answer.json()["detail"]


def test_invented_figures_say_so_in_file_names_whatever_their_release_is_called(
    invented: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files.stem(invented) == "victim-referrals-illustrative"
    monkeypatch.setattr(invented, "about", replace(invented.about, release_id="series"))
    assert files.stem(invented) == "victim-referrals-series-illustrative"
