"""The API has the numbers of the pages: each cell of a card, as JSON and in a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from referrals import api
from referrals.paths import RELEASES
from referrals.reference.codelists import DIMENSIONS
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import EXAMPLE, Release, open_release
from tests.fixtures import spreadsheet_reader
from tests.fixtures.asgi_client import HttpClient
from tests.fixtures.drawn_cards import drawn
from tests.fixtures.examples import examples

KEYS = ("value", "lower", "upper")


@pytest.fixture(scope="module")
def example() -> Release:
    return open_release(RELEASES / EXAMPLE)


@pytest.fixture(scope="module", params=["release", "example"])
def shown(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def get(release: Release, example: Release) -> Iterator[HttpClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (example,)))
        client = HttpClient(Starlette(routes=api.routes()))
        yield cache(client)  # type: ignore[misc]


def address_of(row: Mapping[str, Any], release: Release) -> str:
    """The address of the cell of a card's row, '' if it covers several years."""
    period = str(row.get("period_code", row.get("quarter")))
    codes = {"period": period, **{name: row[name] for name in DIMENSIONS}}
    path = f"/api/v1/releases/{release.about.release_id}/cells"
    return f"{path}?{urlencode(codes)}" if period else ""


def cell_at(get: HttpClient, address: str) -> dict[str, Any] | None:
    """The cell at an address, None if the release does not list it."""
    cells = get(address).json()["cells"]
    assert len(cells) <= 1
    return cells[0] if cells else None


def of_workbook(content: bytes, folder: Path) -> tuple[Any, ...]:
    """The numbers of the first row of a workbook, None for a symbol."""
    path = folder / "cells.xlsx"
    path.write_bytes(content)
    row = spreadsheet_reader.sheets(path)["Cells"].table[0]
    return tuple(row[name] if isinstance(row[name], int) else None for name in KEYS)


def is_within(row: Mapping[str, Any], cell: Mapping[str, Any]) -> bool:
    """Return whether the range of a page's number is that of the API or narrower.

    The other numbers of a view can narrow it, because parts fit into their total. An end that the
    source leaves open is open on the page.
    """
    if row["lower"] is None or cell["lower"] is None:
        return (row["lower"], row["upper"]) == (cell["lower"], cell["upper"])
    is_open = row["upper"] is None
    return row["lower"] >= cell["lower"] and (is_open or row["upper"] <= cell["upper"])


@settings(max_examples=examples(500, dev=5), deadline=None)
@given(data=st.data())
def test_each_number_of_a_page_is_that_of_the_api(
    get: HttpClient,
    shown: Release,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    card, _ = drawn(data, shown)
    rows = [row for row in card.data if address_of(row, shown)]
    if not rows:
        return
    some = data.draw(st.lists(st.sampled_from(rows), min_size=1, max_size=4))
    for row in some:
        address = address_of(row, shown)
        cell = cell_at(get, address)
        if cell is None:
            assert (row["value"], row["status"]) == (None, "x")
            continue
        assert cell["value"] == row["value"]
        assert is_within(row, cell)
        if row is some[0]:
            content = get(f"{address}&format=xlsx").content
            assert of_workbook(content, tmp_path_factory.getbasetemp()) == tuple(
                cell[name] for name in KEYS
            )
