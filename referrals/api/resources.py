"""What each address of the API answers: a question in, the content of an answer out. One list says all there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from referrals.api import describing, files
from referrals.api.jsonstat import as_json_stat
from referrals.api.problems import Problem
from referrals.api.questions import LATEST, Choices, Parameter, Question
from referrals.api.tables import CELLS, OBSERVATIONS, STATEMENTS, Table, as_csv, as_json, as_parquet
from referrals.codelists import DIMENSIONS
from referrals.release import Release

BASE: Final = "/api/v1"
FILTERS: Final = ("period", *DIMENSIONS)
MOST_CELLS: Final = 20_000
"""The most cells in one answer. More are refused, not cut: who saves a file must not take a part for the whole."""

FURTHEST: Final = 10_000_000
JSON: Final = "application/json"
FORMS: Final[Mapping[str, str]] = {
    "json": JSON,
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
    "json-stat": JSON,
}
"""The media type of each format."""

ENDINGS: Final = {"json": "json", "csv": "csv", "parquet": "parquet", "json-stat": "json-stat.json"}
TABULAR: Final = ("json", "csv", "parquet")


@dataclass(frozen=True)
class Content:
    """What an answer holds. `release` is the one that it is about, None where it is about all of them.

    `is_attachment` asks a browser to save it under `file_name`. `is_final` says that this address never answers otherwise.
    """

    body: bytes
    media_type: str
    release: Release | None = None
    file_name: str = ""
    status: int = 200
    is_attachment: bool = False
    is_final: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """An address with its variable parts in braces, what it takes, the formats that it has, and what makes its content."""

    path: str
    summary: str
    says: str
    make: Callable[[Question], Content]
    parameters: Sequence[Parameter] = ()
    forms: Sequence[str] = ("json",)


def codes_of(dimension: str) -> Choices:
    """Return what tells the codes of a dimension in a release, each with its label."""

    def choices(release: Release) -> dict[str, str]:
        return {one["code"]: one["label"] for one in release.rows("api/codes") if one["dimension"] == dimension}

    return choices


def _series_of(release: Release) -> dict[str, str]:
    return {one["series_id"]: one["title"] for one in release.rows("api/series", {"series": None})}


def _releases(question: Question) -> Content:
    offered = question.standing.offered().values()
    return _document(
        {"latest": question.standing.published.about.release_id, "releases": list(map(describing.release, offered))}
    )


def _release(question: Question) -> Content:
    return _document(describing.about(question.release) | {"files": describing.files(question.release)}, question.release)


def _codelists(question: Question) -> Content:
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in FILTERS}
    for one in question.release.rows("api/codes"):
        entry = {"code": one["code"], "label": one["label"], "kind": one["kind"], "members": one["members"].split()}
        lists[one["dimension"]].append(entry)
    return _document(describing.about(question.release) | {"codelists": lists}, question.release, "codelists")


def _statements(question: Question) -> Content:
    rows = question.release.rows("api/statements")
    return _tabled(question, Table("statements", STATEMENTS, rows, describing.about(question.release)))


def _context(question: Question) -> Content:
    chosen = {"series": list(question.codes["series"]) if "series" in question.codes else None}
    about = describing.about(question.release) | {"series": question.release.rows("api/series", chosen)}
    return _tabled(question, Table("observations", OBSERVATIONS, question.release.rows("api/observations", chosen), about))


def _certificate(question: Question) -> Content:
    listed = files.listed(question.release)
    if "certificate.json" not in listed:
        raise Problem(
            "no-certificate",
            f"The release {question.release.about.release_id} was copied from a published document. Nothing in it was "
            "protected here, so there is no certificate. Its statements give each sentence.",
        )
    certificate = json.loads(files.content(question.release, listed["certificate.json"]))
    return _document(describing.about(question.release) | {"certificate": certificate}, question.release, "certificate")


def _cells(question: Question) -> Content:
    asked: dict[str, Any] = {name: list(question.codes[name]) if name in question.codes else None for name in FILTERS}
    skip, most = question.numbers.get("offset", 0), question.numbers.get("limit", MOST_CELLS)
    rows = question.release.rows("api/cells", asked | {"most": most, "skip": skip})
    # Past the last cell there is no row to say how many there are.
    first = rows or question.release.rows("api/cells", asked | {"most": 1, "skip": 0})
    total = first[0]["total"] if first else 0
    if total > MOST_CELLS and "limit" not in question.numbers:
        detail = f"There are {total} such cells, and one answer holds {MOST_CELLS}. Choose codes, or give limit and offset."
        raise Problem("too-many-cells", detail, total=total, parameter="limit")
    about = describing.about(question.release) | {
        "chosen": {name: codes for name, codes in asked.items() if codes},
        "total": total,
        "offset": skip,
        "returned": len(rows),
    }
    headers = {"x-total-count": str(total)} | _pages(question, skip, most, total)
    return _tabled(question, Table("cells", CELLS, rows, about), headers)


def _pages(question: Question, skip: int, most: int, total: int) -> dict[str, str]:
    """Return the header that links to the pages before and after, where there are any (RFC 8288)."""
    before = {"prev": max(skip - most, 0)} if skip else {}
    after = {"next": skip + most} if skip + most < total else {}
    asked = {**question.codes, "format": [question.form], "limit": [most]}
    links = [
        f'<{question.address}?{urlencode({**asked, "offset": [start]}, doseq=True)}>; rel="{name}"'
        for name, start in (before | after).items()
    ]
    return {"link": ", ".join(links)} if links else {}


def _tabled(question: Question, table: Table, headers: Mapping[str, str] | None = None) -> Content:
    """Return a table in the format that was asked for."""
    if question.form == "json-stat":
        body = as_json_stat(table, question.release.rows("api/codes"))
    else:
        body = {"json": as_json, "csv": as_csv, "parquet": as_parquet}[question.form](table)
    return Content(
        body,
        FORMS[question.form],
        question.release,
        f"{files.stem(question.release)}-{table.name}.{ENDINGS[question.form]}",
        is_attachment=question.form in {"csv", "parquet"},
        headers=headers or {},
    )


def _document(members: Mapping[str, Any], release: Release | None = None, name: str = "") -> Content:
    file_name = f"{files.stem(release)}-{name or 'release'}.json" if release else ""
    return Content(json.dumps(members, ensure_ascii=False).encode(), JSON, release, file_name)


OF_RELEASE: Final = f"{BASE}/releases/{{release_id}}"
CELL_PARAMETERS: Final = (
    *(Parameter(name, f"Cells with this code of {name}. Give it again for another code.", codes_of(name)) for name in FILTERS),
    Parameter("limit", f"How many cells to answer at most. Without it all are, up to {MOST_CELLS}.", least=1, most=MOST_CELLS),
    Parameter("offset", "How many cells to leave out first.", most=FURTHEST),
)
RESOURCES: Final = (
    Resource(f"{BASE}/releases", "Every release", "Each release with its status and what it covers.", _releases),
    Resource(
        OF_RELEASE,
        "One release",
        f"What it covers, its notes, what its letters mean, and its files. `{LATEST}` is the published one.",
        _release,
    ),
    Resource(f"{OF_RELEASE}/codelists", "Codes", "Every code of every dimension, with its label.", _codelists),
    Resource(
        f"{OF_RELEASE}/cells",
        "Numbers",
        "Cells of the release, each with its bounds and its status. A dimension that is not named is not filtered: `_T` asks "
        "for its total. Two codes of one dimension ask for both; cells are listed, never added up.",
        _cells,
        CELL_PARAMETERS,
        (*TABULAR, "json-stat"),
    ),
    Resource(
        f"{OF_RELEASE}/statements",
        "Printed figures",
        "Each printed figure with the sentence it stands in, its section and its source.",
        _statements,
        forms=TABULAR,
    ),
    Resource(
        f"{OF_RELEASE}/context",
        "Context series",
        "Figures of other publishers, each with why it does not count the same thing, and the date of each value.",
        _context,
        (Parameter("series", "Observations of this series. Give it again for another.", _series_of),),
        TABULAR,
    ),
    Resource(f"{OF_RELEASE}/certificate", "Certificate", "How people are protected, and what was attacked.", _certificate),
)
"""Every address of the API that answers with data."""
