"""What each address of the API answers: a question in, the content of an answer out. One list says all there is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from referrals.api import cells
from referrals.api.cells import FILTERS, MOST_CELLS, Page
from referrals.api.formats.json_stat import as_json_stat
from referrals.api.formats.tabular import (
    CELLS,
    OBSERVATIONS,
    STATEMENTS,
    Table,
    as_csv,
    as_json,
    as_parquet,
)
from referrals.api.problems import Problem
from referrals.api.request import LATEST, Choices, Parameter, Question
from referrals.api.resource import BASE, FORMS, JSON, TABULAR, Content, Resource
from referrals.release import files, metadata
from referrals.release.release import Kind, Release

FURTHEST: Final = 10_000_000
ENDINGS: Final = {"json": "json", "csv": "csv", "parquet": "parquet", "json-stat": "json-stat.json"}
DESCRIBED_BY: Final = "describedby"


def codes_of(dimension: str) -> Choices:
    """Return what tells the codes of a dimension in a release, each with its label."""

    def choices(release: Release) -> dict[str, str]:
        return {
            one["code"]: one["label"]
            for one in metadata.codes(release)
            if one["dimension"] == dimension
        }

    return choices


def _series_of(release: Release) -> dict[str, str]:
    return {one["series_id"]: one["title"] for one in metadata.series(release)}


def _releases(question: Question) -> Content:
    offered = question.standing.offered().values()
    return _document(
        {
            "latest": question.standing.published.about.release_id,
            "releases": list(map(metadata.release, offered)),
        }
    )


def _release(question: Question) -> Content:
    one = question.release
    notes = [*metadata.protection(one), *metadata.listing(one)]
    return _document(metadata.about(one, notes) | {"files": metadata.files(one)}, one)


def _codelists(question: Question) -> Content:
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in FILTERS}
    for one in metadata.codes(question.release):
        entry = {
            "code": one["code"],
            "label": one["label"],
            "kind": one["kind"],
            "members": one["members"].split(),
        }
        lists[one["dimension"]].append(entry)
    return _document(_about(question) | {"codelists": lists}, question.release, "codelists")


def _statements(question: Question) -> Content:
    rows = question.release.rows("api/statements")
    return _tabled(
        question, Table("statements", STATEMENTS, rows, _about(question), _beside(question))
    )


def _context(question: Question) -> Content:
    """Return the observations of other publishers' series. How our own counts are protected says nothing of them."""
    every = metadata.series(question.release)
    chosen = [
        one
        for one in every
        if one["series_id"] in question.codes.get("series", (one["series_id"],))
    ]
    asked = {"series": [one["series_id"] for one in chosen]}
    rows = question.release.rows("api/context_observations", asked) if chosen else []
    about = metadata.about(question.release, [metadata.OF_OTHERS]) | {"series": chosen}
    notes = metadata.beside(question.release, question.site, [])
    return _tabled(question, Table("observations", OBSERVATIONS, rows, about, notes))


def _certificate(question: Question) -> Content:
    own_names = {file.own_name: file for file in files.listed(question.release).values()}
    if "certificate.json" not in own_names:
        raise Problem(
            "no-certificate",
            f"The release {question.release.about.release_id} was copied from a published document. Nothing in it was "
            "protected here, so there is no certificate. Its statements give each sentence.",
        )
    certificate = json.loads(files.content(question.release, own_names["certificate.json"]))
    return _document(
        _about(question) | {"certificate": certificate}, question.release, "certificate"
    )


def _cells(question: Question) -> Content:
    if question.form == "json-stat" and question.numbers:
        raise Problem(
            "not-in-parts",
            "A JSON-stat dataset is whole: ask for it without limit and offset.",
            parameter="limit",
        )
    page = cells.found(question)
    about = metadata.of_cells(question.release) | {
        "chosen": {name: list(question.codes[name]) for name in FILTERS if name in question.codes},
        "total": page.total,
        "offset": page.skip,
        "returned": len(page.rows),
    }
    table = Table("cells", CELLS, page.rows, about, _beside(question))
    return _tabled(question, table, _pages(question, page), {"x-total-count": str(page.total)})


def _pages(question: Question, page: Page) -> dict[str, str]:
    """Return the addresses of the pages before and after, where there are any."""
    asked = {**question.codes, "format": [question.form]}
    return {
        name: f"{question.address}?{urlencode({**asked, 'limit': [most], 'offset': [start]}, doseq=True)}"
        for name, (start, most) in page.beside.items()
    }


def _about(question: Question) -> dict[str, Any]:
    return metadata.about(question.release, metadata.protection(question.release))


def _beside(question: Question) -> str:
    lay = question.release.about.lay_sentence
    return metadata.beside(question.release, question.site, [lay] if lay else [])


def _tabled(
    question: Question,
    table: Table,
    links: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Content:
    """Return a table in the format that was asked for, with links to what is beside it and to what describes it (RFC 8288)."""
    links = {**(links or {}), DESCRIBED_BY: f"{question.site}{metadata.address(question.release)}"}
    return Content(
        _json_stat(question, table)
        if question.form == "json-stat"
        else _WRITTEN[question.form](table),
        FORMS[question.form],
        question.release,
        f"{files.stem(question.release)}-{table.name}.{ENDINGS[question.form]}",
        is_attachment=question.form in {"csv", "parquet"},
        headers={
            "link": ", ".join(f'<{to}>; rel="{name}"' for name, to in links.items()),
            **(headers or {}),
        },
    )


_WRITTEN: Final = {"json": as_json, "csv": as_csv, "parquet": as_parquet}


def _json_stat(question: Question, table: Table) -> bytes:
    one = question.release
    zeros = (
        {row["fixed"]: row["upper"] for row in one.rows("api/unlisted_zero_bounds")}
        if one.about.kind is Kind.ROUNDED
        else {}
    )
    return as_json_stat(table, metadata.codes(one), question.codes, zeros)


def _document(
    members: Mapping[str, Any], release: Release | None = None, name: str = ""
) -> Content:
    file_name = f"{files.stem(release)}-{name or 'release'}.json" if release else ""
    return Content(json.dumps(members, ensure_ascii=False).encode(), JSON, release, file_name)


OF_RELEASE: Final = f"{BASE}/releases/{{release_id}}"
CELL_PARAMETERS: Final = (
    *(
        Parameter(
            name, f"Cells with this code of {name}. Give it again for another code.", codes_of(name)
        )
        for name in FILTERS
    ),
    Parameter(
        "limit",
        f"How many cells to answer at most. Without it all are, up to {MOST_CELLS}.",
        least=1,
        most=MOST_CELLS,
    ),
    Parameter(
        "offset",
        "How many cells to leave out first. There must be more than that.",
        most=FURTHEST,
        usual=0,
    ),
)
RESOURCES: Final = (
    Resource(
        f"{BASE}/releases",
        "Every release",
        "Each release with its status and what it covers.",
        _releases,
    ),
    Resource(
        OF_RELEASE,
        "One release",
        f"What it covers, its notes, what its letters mean, and its files. `{LATEST}` is the published one.",
        _release,
    ),
    Resource(
        f"{OF_RELEASE}/codelists",
        "Codes",
        "Every code of every dimension, with its label.",
        _codelists,
    ),
    Resource(
        f"{OF_RELEASE}/cells",
        "Numbers",
        "Cells of the release, each with its bounds and its status. A dimension that is not named is not filtered: `_T` asks "
        "for its total. Two codes of one dimension ask for both. Cells are listed as the release lists them. Where it is made "
        "of finest cells, one code for each of the five dimensions asks for that combination, and it is added up where it is "
        "not listed. `json-stat` takes neither `limit` nor `offset`.",
        _cells,
        CELL_PARAMETERS,
        (*TABULAR, "json-stat"),
        headers=("Link", "X-Total-Count"),
        takes_long=True,
    ),
    Resource(
        f"{OF_RELEASE}/statements",
        "Printed figures",
        "Each printed figure with the sentence it stands in, its section and its source.",
        _statements,
        forms=TABULAR,
        headers=("Link",),
    ),
    Resource(
        f"{OF_RELEASE}/context",
        "Context series",
        "Figures of other publishers, each with its unit, why it does not count the same thing, and the date of each value.",
        _context,
        (
            Parameter(
                "series", "Observations of this series. Give it again for another.", _series_of
            ),
        ),
        TABULAR,
        headers=("Link",),
    ),
    Resource(
        f"{OF_RELEASE}/certificate",
        "Certificate",
        "How people are protected, and what was attacked.",
        _certificate,
    ),
)
"""Every address of the API that answers with data."""
