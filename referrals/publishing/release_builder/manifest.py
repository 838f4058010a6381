"""The metadata of a release made from records: manifest, release row, source row, code lists.

The same for both methods of disclosure control; `rounded` and `suppressed` call it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb

from referrals import sql
from referrals.paths import PUBLISHED
from referrals.publishing.cell_codes import Codes
from referrals.reference.codelists import DIMENSIONS, TOTAL, codelist

LICENCE: Final = "OGL-UK-3.0"
MONTHS: Final = {
    "1": "January to March",
    "2": "April to June",
    "3": "July to September",
    "4": "October to December",
}
TITLES: Final[Mapping[str, str]] = {
    "illustrative": "Illustrative series, invented figures",
    "official": "Victims of crime referred by police to Immigration Enforcement",
}
PUBLISHERS: Final[Mapping[str, str]] = {
    "illustrative": "This site",
    "official": "The publisher of this release",
}
LIBRARIES: Final = ("duckdb", "highspy", "numpy", "xlsxwriter")
"""Libraries whose versions the manifest records."""

Record = dict[str, Any]


@dataclass(frozen=True)
class ReleaseInfo:
    """Everything about a release except its numbers.

    `inputs` is a keyed digest of the extracts. `revises` is the name of the release that this one
    revises, and `revised_numbers` are its numbers other than 0.
    """

    release_id: str
    status: str
    published_on: str
    options: Mapping[str, Any]
    inputs: str
    revises: str = ""
    revised_numbers: Mapping[Codes, int] | None = None

    @property
    def title(self) -> str:
        """The title of the release."""
        return TITLES[self.status]


class ReleaseYear(Protocol):
    """One year of a release, whichever method protects it."""

    @property
    def year(self) -> str:
        """The year to March, such as 2020-21."""

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""


def release_row(
    years: Sequence[ReleaseYear], info: ReleaseInfo, *, additive: bool, lay_sentence: str
) -> Record:
    """Return the row of the table `release`."""
    first, last = years[0].year, years[-1].year
    return {
        "release_id": info.release_id,
        "title": info.title,
        "period": first,
        "period_label": f"April {first[:4]} to March {int(last[:4]) + 1}",
        "status": info.status,
        "additive": additive,
        "source_id": info.release_id,
        "published_on": info.published_on,
        "licence": LICENCE,
        "attribution": "",
        "lay_sentence": lay_sentence,
    }


def source_row(info: ReleaseInfo) -> Record:
    """Return the row of the table `sources`: a release made from records is its own source."""
    return {
        "source_id": info.release_id,
        "title": info.title,
        "publisher": PUBLISHERS[info.status],
        "published_on": info.published_on,
        "address": "",
        "licence": LICENCE,
        "note": "",
    }


def code_rows(years: Sequence[ReleaseYear]) -> list[Record]:
    """Return the rows of the table `codes`, in the order in which they are shown."""
    rows: list[Record] = []

    def add(dimension: str, code: str, label: str, kind: str, members: str = "") -> None:
        rows.append(
            {
                "dimension": dimension,
                "code": code,
                "label": label,
                "kind": kind,
                "members": members,
                "position": len(rows),
            }
        )

    for dimension in DIMENSIONS:
        for code in (TOTAL, *years[0].categories[dimension]):
            add(dimension, code, codelist(dimension).label(code), _kind(dimension, code))
    for year in years:
        first = int(year.year[:4])
        label = f"April {first} to March {first + 1}"
        add("period", year.year, label, "aggregate", " ".join(year.categories["quarter"]))
    for year in years:
        for quarter in year.categories["quarter"]:
            add("period", quarter, f"{MONTHS[quarter[-1]]} {quarter[:4]}", "category")
    return rows


def _kind(dimension: str, code: str) -> str:
    """Return the kind of a code. An aggregate is a category here: its members are not published."""
    kind = codelist(dimension).codes[code].kind
    return "category" if kind == "aggregate" else kind


def create_empty_context(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables of context series: only the transcribed release has context."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("series", "context"):
            header = (PUBLISHED / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
            path = Path(folder) / f"{name}.csv"
            path.write_text(f"{header}\n", encoding="utf-8")
            connection.execute(sql.statement(f"release_builder/{name}"), {"path": str(path)})


def manifest(
    years: Sequence[ReleaseYear],
    info: ReleaseInfo,
    *,
    disclosure_control: Record,
    statuses: Mapping[str, str],
) -> Record:
    """Return the manifest of a release without its list of files, which `folder.write` adds."""
    categories = years[0].categories
    return {
        "profile": "data-package",
        "name": f"victim-referrals-{info.release_id}",
        "title": info.title,
        "release_id": info.release_id,
        "status": info.status,
        "published_on": info.published_on,
        "licenses": [{"name": LICENCE}],
        "codelists": {name: _labels(name, (TOTAL, *categories[name])) for name in DIMENSIONS},
        "disclosure_control": disclosure_control,
        "status_letters": dict(statuses),
        "options": dict(info.options),
        "versions": {name: version(name) for name in LIBRARIES},
        "inputs_keyed_sha256": info.inputs,
    }


def _labels(dimension: str, codes: Sequence[str]) -> dict[str, str]:
    return {code: codelist(dimension).label(code) for code in codes}
