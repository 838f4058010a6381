"""SDMX-CSV: the cells of the JSON answer, with identifiers that SDMX allows."""

from __future__ import annotations

import csv
import io
import re

import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.api.formats import sdmx_csv
from referrals.reference import statuses
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from tests.fixtures.asgi_client import HttpClient

SDMX_ID = re.compile(r"[A-Za-z0-9_@$-]+")
CELLS = "/api/v1/releases/latest/cells?crime_type=DA,MS,_T&age_band=0-17,60%2B,18%2B_NK,_T"


@pytest.fixture
def get(release: Release, monkeypatch: pytest.MonkeyPatch) -> HttpClient:
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, ()))
    return HttpClient(Starlette(routes=api.routes()))


def test_every_cell_is_an_observation_with_its_bounds(get: HttpClient) -> None:
    cells = get(CELLS).json()["cells"]
    answer = get(f"{CELLS}&format=sdmx-csv")
    assert answer.headers["content-type"] == "application/vnd.sdmx.data+csv; version=2.0.0"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(row["OBS_VALUE"], row["LOWER"], row["UPPER"]) for row in rows] == [
        tuple("" if cell[name] is None else str(cell[name]) for name in ("value", "lower", "upper"))
        for cell in cells
    ]
    assert {row["SEX"] for row in rows} == {cell["sex"] for cell in cells}
    assert {row["TIME_PERIOD"] for row in rows} == {"2020-04-01/P1Y"}
    for name in ("NATIONALITY", "AGE_BAND", "SEX", "CRIME_TYPE", "OUTCOME", "OBS_STATUS"):
        assert all(SDMX_ID.fullmatch(row[name]) for row in rows)


def test_every_status_letter_has_a_code_of_sdmx() -> None:
    assert {"", *statuses.meanings()} == set(sdmx_csv.OBS_STATUS)
