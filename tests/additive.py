"""A small additive release of invented counts, written as the publishing half writes one, for whatever tests show it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from referrals import sql
from referrals.codelists import DIMENSIONS, codelist
from referrals.frames import records
from referrals.publishing import package

LAY_SENTENCE: Final = (
    "Totals of a year by one thing alone, such as sex, are exact. Small groups are adjusted to protect people: 0 can mean 0 to "
    "4, and 5, 6 or 7 can stand for a smaller number."
)
TITLE: Final = "Illustrative series, invented figures"
YEARS: Final = ("2020-21", "2021-22", "2022-23", "2023-24")
CODES: Final[Mapping[str, Sequence[str]]] = {
    "nationality": ("VNM", "ALB", "CHN", "NGA", "IND", "PAK", "ROU", "_OTH", "_NK"),
    "age_band": ("0-17", "18-19", "20-29", "30-39", "40-49", "50-59", "60+", "_NK"),
    "sex": ("M", "F", "_NK"),
    "crime_type": ("MS", "DA", "OTH", "_NK"),
    "outcome": ("SAFEGUARDING", "ICE", "CASEWORK", "INTELLIGENCE", "NFA", "_NK"),
}
MAX_ERRORS: Final = (0, 0, 8, 8, 8, 8)
"""The announced largest error of a sum by how many dimensions it fixes: none and one are exact."""

_MONTHS: Final = {1: "January to March", 2: "April to June", 3: "July to September", 4: "October to December"}


def write(
    folder: Path,
    *,
    release_id: str = "illustrative",
    finest: pd.DataFrame | None = None,
    errors: Sequence[int] = MAX_ERRORS,
) -> Path:
    """Write an illustrative release below a folder and return its own; `errors` are announced by how much a sum fixes."""
    target = folder / release_id
    folder.mkdir(parents=True, exist_ok=True)
    cells = finest_cells() if finest is None else finest
    description = {
        "profile": "data-package",
        "name": f"victim-referrals-{release_id}",
        "title": TITLE,
        "status": "illustrative",
    }
    package.write(target, fill=lambda connection: _fill(connection, release_id, cells, errors), describe=description)
    return target


def finest_cells(*, seed: int = 7, cells: int = 900) -> pd.DataFrame:
    """Return invented finest cells: a row per occupied cell, its value 5, 6, 7 or more, as small-count rounding leaves them."""
    chance = random.Random(seed)  # noqa: S311 - the same invented figures every time
    quarters = [quarter for year in YEARS for quarter in _quarters(year)]
    grid = list(itertools.product(quarters, *CODES.values()))
    weights = [_weight(cell[1:]) for cell in grid]
    drawn = dict.fromkeys(chance.choices(grid, weights, k=cells))
    rows = [(*cell, chance.choice((5, 5, 6, 7, 8, 9, 12))) for cell in drawn]
    frame = pd.DataFrame(sorted(rows), columns=["period", *DIMENSIONS, "value"])
    frame.insert(1, "year", frame["period"].map(lambda quarter: next(year for year in YEARS if quarter in _quarters(year))))
    return frame


def period_codes() -> list[dict[str, Any]]:
    """Return the codes of the periods: the years, then the quarters in them."""
    years = [
        ("period", year, f"April {year[:4]} to March {int(year[:4]) + 1}", "aggregate", " ".join(_quarters(year)))
        for year in YEARS
    ]
    quarters = [
        ("period", quarter, f"{_MONTHS[int(quarter[-1])]} {quarter[:4]}", "category", "")
        for year in YEARS
        for quarter in _quarters(year)
    ]
    return [_code(position, one) for position, one in enumerate(years + quarters)]


def _weight(codes: Sequence[str]) -> int:
    """Return how likely a cell is: the first codes of each dimension more than the last, and not recorded least."""
    places = [list(CODES[name]).index(code) for name, code in zip(DIMENSIONS, codes, strict=True)]
    return max(40 - 3 * sum(places) - 6 * sum(code == "_NK" for code in codes), 1) ** 2


def _quarters(year: str) -> list[str]:
    first = int(year[:4])
    return [*(f"{first}-Q{quarter}" for quarter in (2, 3, 4)), f"{first + 1}-Q1"]


def _code(position: int, texts: Sequence[str]) -> dict[str, Any]:
    names = ("dimension", "code", "label", "kind", "members")
    return dict(zip(names, texts, strict=True)) | {"position": position}


def _codes() -> list[dict[str, Any]]:
    listed = [
        _code(position, (name, code, codelist(name).label(code), codelist(name).codes[code].kind, ""))
        for name, codes in CODES.items()
        for position, code in enumerate(("_T", *codes))
    ]
    return listed + period_codes()


def _about(release_id: str) -> dict[str, Any]:
    return {
        "release_id": release_id,
        "title": TITLE,
        "period": YEARS[0],
        "period_label": "April 2020 to March 2024",
        "status": "illustrative",
        "additive": True,
        "source_id": "illustrative",
        "published_on": "2026-11-01",
        "licence": "OGL-UK-3.0",
        "attribution": "",
        "lay_sentence": LAY_SENTENCE,
    }


def _fill(connection: duckdb.DuckDBPyConnection, release_id: str, finest: pd.DataFrame, errors: Sequence[int]) -> None:
    for name, rows in (("release", [_about(release_id)]), ("codes", _codes())):
        connection.execute(sql.statement(f"release/{name}"), {"rows": rows})
    for name in ("evidence", "statements", "relations", "readings"):
        connection.execute(sql.statement(f"release/{name}"), {"rows": []})
    connection.execute(
        "create table sources as select 'illustrative' as source_id, $title as title, 'This site' as publisher, "
        "'2026-11-01' as published_on, '' as address, '' as licence, '' as note",
        {"title": TITLE},
    )
    for table, row in (
        ("finest", finest),
        ("precision", pd.DataFrame({"order": range(len(errors)), "max_error": errors})),
        ("cells", _cells(finest)),
    ):
        connection.execute(f"create table {table} as select unnest($rows, recursive := true)", {"rows": records(row)})


def _cells(finest: pd.DataFrame) -> pd.DataFrame:
    """Return the finest cells in the columns of the contract: the dashboard asks only for those of `finest`."""
    adjusted = finest["value"] < 8
    return finest.drop(columns="year").assign(
        lower=finest["value"].mask(adjusted, 1), upper=finest["value"], status=adjusted.map({True: "e", False: ""})
    )
