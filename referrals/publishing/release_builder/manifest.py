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
from referrals.reference import periods
from referrals.reference.codelists import DIMENSIONS, TOTAL, Codelist, codelist
from referrals.release.release import EXAMPLE, MARKS, OFFICIAL, SYNTHETIC

LICENCE: Final = "OGL-UK-3.0"
TITLES: Final[Mapping[str, str]] = {
    **MARKS,
    OFFICIAL: "Victims of crime referred by police to Immigration Enforcement",
}
PUBLISHERS: Final[Mapping[str, str]] = {
    EXAMPLE: "This site",
    SYNTHETIC: "Nobody: made to try the pipeline",
    OFFICIAL: "The publisher of this release",
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

    @property
    def is_example(self) -> bool:
        """Whether this is the worked example, which has code lists of its own."""
        return self.status == EXAMPLE


class ReleaseYear(Protocol):
    """One year of a release, whichever method protects it."""

    @property
    def year(self) -> str:
        """The code of the year, such as 2020-21."""

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
        "period_label": periods.span_label(first, last),
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


def code_rows(years: Sequence[ReleaseYear], info: ReleaseInfo) -> list[Record]:
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
        listed = codelist(dimension, is_example=info.is_example)
        for code in (TOTAL, *years[0].categories[dimension]):
            add(dimension, code, listed.label(code), _kind(listed, code))
    for year in years:
        quarters = year.categories["quarter"]
        add("period", year.year, periods.label(year.year), "aggregate", " ".join(quarters))
    for year in years:
        for quarter in year.categories["quarter"]:
            add("period", quarter, periods.label(quarter), "category")
    return rows


def _kind(listed: Codelist, code: str) -> str:
    """Return the kind of a code. An aggregate is a category here: its members are not published."""
    kind = listed.codes[code].kind
    return "category" if kind == "aggregate" else kind


def create_empty_tables_of_document(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables that only a release transcribed from a document fills.

    These are its context series and the corrections of its statements.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in ("series", "context", "superseded"):
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
        "codelists": {
            name: _labels(codelist(name, is_example=info.is_example), (TOTAL, *categories[name]))
            for name in DIMENSIONS
        },
        "disclosure_control": disclosure_control,
        "status_letters": dict(statuses),
        "options": dict(info.options),
        "versions": {name: version(name) for name in LIBRARIES},
        "inputs_keyed_sha256": info.inputs,
    }


def _labels(listed: Codelist, codes: Sequence[str]) -> dict[str, str]:
    return {code: listed.label(code) for code in codes}
