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
UNSPECIFIED: Final = "notspecified"
"""The licence of an official release whose publisher names none: it is not ours to give."""
LIBRARIES: Final = ("duckdb", "highspy", "numpy", "xlsxwriter")
"""Libraries whose versions the manifest records."""

NOT_AVAILABLE: Final = (
    "not available: in this year the category is part of a group, and is not 0 in any combination"
)
"""The meaning of the status x in the manifest of a series."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Stamp:
    """The publisher's own words on an official release, from the settings; '' is not given.

    `licence` is an SPDX id, an address or words. Invented figures are ours, and say so whatever the
    settings are.
    """

    publisher: str = ""
    title: str = ""
    licence: str = ""
    attribution: str = ""
    contact: str = ""


NO_STAMP: Final = Stamp()


@dataclass(frozen=True)
class ReleaseInfo:
    """Everything about a release except its numbers.

    `inputs` is a keyed digest of the extracts, `mapping_sha256` the digest of the mapping that they
    were read through, if any. `regrouped` are sentences on categories that a year does not have any
    more. `revises` is the name of the release that this one revises, and `revised_numbers` are its
    numbers other than 0. `accepted` are the checks that its publisher overrode with a reason.
    """

    release_id: str
    status: str
    published_on: str
    options: Mapping[str, Any]
    inputs: str
    mapping_sha256: str = ""
    stamp: Stamp = NO_STAMP
    regrouped: Sequence[str] = ()
    revises: str = ""
    revised_numbers: Mapping[Codes, int] | None = None
    accepted: Sequence[str] = ()

    @property
    def title(self) -> str:
        """The title of the release."""
        return self._own("title") or TITLES[self.status]

    @property
    def publisher(self) -> str:
        """The publisher of the release."""
        return self._own("publisher") or PUBLISHERS[self.status]

    @property
    def licence(self) -> str:
        """The licence: its SPDX id, its address, or words."""
        return self._own("licence") or (UNSPECIFIED if self.status == OFFICIAL else LICENCE)

    @property
    def attribution(self) -> str:
        """The sentence that the licence asks for, or an empty string."""
        return self._own("attribution")

    @property
    def contributors(self) -> list[dict[str, str]]:
        """The publisher with the address for questions, as a Data Package lists it."""
        if not self._own("publisher"):
            return []
        contact = {"email": self.stamp.contact} if self.stamp.contact else {}
        return [{"title": self.publisher, "role": "publisher", **contact}]

    def unnamed(self) -> list[str]:
        """Return the settings that are missing and that readers of official figures look for."""
        needed = ("publisher", "licence") if self.status == OFFICIAL else ()
        return [name for name in needed if not self._own(name)]

    def _own(self, name: str) -> str:
        return str(getattr(self.stamp, name)) if self.status == OFFICIAL else ""

    @property
    def is_example(self) -> bool:
        """Return whether this is the worked example, which has code lists of its own."""
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
        "licence": info.licence,
        "attribution": info.attribution,
        "lay_sentence": " ".join([lay_sentence, *info.regrouped]),
    }


def categories_of_all(years: Sequence[ReleaseYear], *, is_example: bool) -> dict[str, list[str]]:
    """Return the codes of each dimension that any year has, in the order of their code lists."""
    categories = {}
    for dimension in DIMENSIONS:
        codes = {code for year in years for code in year.categories[dimension]}
        listed = codelist(dimension, is_example=is_example).codes
        categories[dimension] = [code for code in listed if code in codes]
    return categories


def unavailable(
    years: Sequence[ReleaseYear], *, is_example: bool
) -> dict[str, dict[str, list[str]]]:
    """Return the codes of each dimension that other years have, by year: none if all are alike."""
    every = categories_of_all(years, is_example=is_example)
    missing: dict[str, dict[str, list[str]]] = {}
    for year in years:
        for dimension, codes in every.items():
            absent = [code for code in codes if code not in year.categories[dimension]]
            if absent:
                missing.setdefault(year.year, {})[dimension] = absent
    return missing


def unavailable_rows(years: Sequence[ReleaseYear], *, is_example: bool) -> list[Record]:
    """Return the cells of one dimension that a year and its quarters do not have."""
    missing = unavailable(years, is_example=is_example)
    return [
        {"period": period, **dict.fromkeys(DIMENSIONS, TOTAL), dimension: code}
        for year in years
        for period in (year.year, *year.categories["quarter"])
        for dimension, codes in missing.get(year.year, {}).items()
        for code in codes
    ]


def source_row(info: ReleaseInfo) -> Record:
    """Return the row of the table `sources`: a release made from records is its own source."""
    return {
        "source_id": info.release_id,
        "title": info.title,
        "publisher": info.publisher,
        "published_on": info.published_on,
        "address": "",
        "licence": info.licence,
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

    categories = categories_of_all(years, is_example=info.is_example)
    for dimension in DIMENSIONS:
        listed = codelist(dimension, is_example=info.is_example)
        for code in (TOTAL, *categories[dimension]):
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

    These are its context series, the dated facts about them and the corrections of its statements.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in ("series", "context", "annotations", "superseded"):
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
    """Return the manifest of a draft without its list of files, which `folder.write` adds.

    An approval removes the mark of a draft (`approval_mark.mark_approved`).
    """
    categories = categories_of_all(years, is_example=info.is_example)
    mapped = {"mapping_sha256": info.mapping_sha256} if info.mapping_sha256 else {}
    missing = unavailable(years, is_example=info.is_example)
    if missing:
        disclosure_control = disclosure_control | {
            "unavailable": missing,
            "grouped": list(info.regrouped),
        }
        statuses = {**statuses, "x": NOT_AVAILABLE}
    return {
        "profile": "data-package",
        "name": f"victim-referrals-{info.release_id}",
        "title": info.title,
        "release_id": info.release_id,
        "status": info.status,
        "published_on": info.published_on,
        "draft": True,
        "licenses": [{"name": info.licence}],
        **({"contributors": info.contributors} if info.contributors else {}),
        "codelists": {
            name: _labels(codelist(name, is_example=info.is_example), (TOTAL, *categories[name]))
            for name in DIMENSIONS
        },
        "disclosure_control": {**disclosure_control, "accepted": list(info.accepted)},
        "status_letters": dict(statuses),
        "options": dict(info.options),
        "versions": {name: version(name) for name in LIBRARIES},
        "inputs_keyed_sha256": info.inputs,
        **mapped,
    }


def _labels(listed: Codelist, codes: Sequence[str]) -> dict[str, str]:
    return {code: listed.label(code) for code in codes}
