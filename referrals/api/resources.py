"""Every data resource of the API, in one list, and the functions that answer them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from referrals.api import cells, selected
from referrals.api.cells import FILTERS, MAX_CELLS, Page
from referrals.api.formats.csvw import as_csvw
from referrals.api.formats.json_stat import as_json_stat
from referrals.api.formats.sdmx_csv import as_sdmx_csv
from referrals.api.formats.tabular import (
    CELLS,
    OBSERVATIONS,
    STATEMENTS,
    Table,
    with_labels,
)
from referrals.api.formats.writers import WRITERS, Writer
from referrals.api.problems import Problem
from referrals.api.request import LABELS, LATEST, Choices, Parameter, Request
from referrals.api.resource import BASE, CSVW, JSON, MEDIA_TYPES, TABULAR, Content, Resource
from referrals.api.selected import Part
from referrals.query import kinds
from referrals.reference import figure_notes
from referrals.release import files, metadata
from referrals.release.release import Release

MAX_OFFSET: Final = 10_000_000
EXTENSIONS: Final = {
    "json": "json",
    "csv": "csv",
    "parquet": "parquet",
    "xlsx": "xlsx",
    "ods": "ods",
    "json-stat": "json-stat.json",
    CSVW: CSVW,
    "sdmx-csv": "sdmx.csv",
}
SAVED_FORMATS: Final = frozenset({"csv", "parquet", "xlsx", "ods", "sdmx-csv"})
"""The formats that a browser saves rather than shows."""

CONTEXT: Final = "observations"
"""The name of the table of context series."""

DESCRIBED_BY: Final = "describedby"


def codes_of(dimension: str) -> Choices:
    """Return the function that gives the codes of a dimension in a release, each with its label."""

    def choices(release: Release) -> dict[str, str]:
        return {
            row["code"]: row["label"]
            for row in metadata.codes(release)
            if row["dimension"] == dimension
        }

    return choices


def _series_titles(release: Release) -> dict[str, str]:
    return {row["series_id"]: row["title"] for row in metadata.series(release)}


def _releases(request: Request) -> Content:
    served = request.served
    return _document(
        {
            "latest": served.published.about.release_id,
            "releases": [metadata.summary(release) for release in served.by_id().values()],
        }
    )


def _release(request: Request) -> Content:
    release = request.release
    notes = [*metadata.protection_notes(release), *metadata.listing_notes(release)]
    members = metadata.header(release, notes) | {"files": metadata.files(release)}
    return _document(members, release)


def _codelists(request: Request) -> Content:
    codelists: dict[str, list[dict[str, Any]]] = {name: [] for name in FILTERS}
    for row in metadata.codes(request.release):
        entry = {
            "code": row["code"],
            "label": row["label"],
            "kind": row["kind"],
            "members": row["members"].split(),
        }
        codelists[row["dimension"]].append(entry)
    members = _header(request) | {"codelists": codelists}
    return _document(members, request.release, "codelists")


def _statements(request: Request) -> Content:
    rows = request.release.rows("api/statements")
    table = Table("statements", STATEMENTS, rows, _header(request), _row_notes(request))
    return _tabular(request, table, Part(len(rows), len(rows)))


def _context(request: Request) -> Content:
    """Return other publishers' series. Our disclosure control does not apply to them."""
    release, chosen = request.release, request.codes.get("series")
    series = [
        row for row in metadata.series(release) if chosen is None or row["series_id"] in chosen
    ]
    ids = [row["series_id"] for row in series]
    rows = release.rows("api/context_observations", {"series": ids}) if series else []
    header = metadata.header(release, [figure_notes.OTHER_PUBLISHERS]) | {"series": series}
    part = Part(len(rows), len(rows))
    words = selected.in_words(request, part)
    notes = metadata.row_notes(release, request.site_url, [words] if words else [])
    table = Table(CONTEXT, OBSERVATIONS, rows, header, notes, words)
    return _tabular(request, table, part)


def _certificate(request: Request) -> Content:
    release = request.release
    by_own_name = {file.own_name: file for file in files.listed(release).values()}
    if "certificate.json" not in by_own_name:
        raise Problem(
            "no-certificate",
            f"The release {release.about.release_id} was transcribed from a published document. "
            "Nothing in it needed protection here, so there is no certificate. Its statements give "
            "each sentence.",
        )
    certificate = json.loads(files.content(release, by_own_name["certificate.json"]))
    members = _header(request) | {"certificate": certificate}
    return _document(members, release, "certificate")


def _cells(request: Request) -> Content:
    if request.format == "json-stat" and request.numbers:
        raise Problem(
            "not-in-parts",
            "A JSON-stat dataset cannot be paged. Leave out limit and offset.",
            parameter="limit",
        )
    page = cells.select(request)
    header = metadata.cells_header(request.release) | {
        "chosen": {name: list(request.codes[name]) for name in FILTERS if name in request.codes},
        "total": page.total,
        "offset": page.offset,
        "returned": len(page.rows),
    }
    part = Part(page.total, len(page.rows), page.offset)
    columns, rows = CELLS, page.rows
    if LABELS in request.flags:
        labels = {name: codes_of(name)(request.release) for name in FILTERS}
        columns, rows = with_labels(columns, rows, labels)
    words = selected.in_words(request, part)
    table = Table("cells", columns, rows, header, _row_notes(request, words), words)
    headers = {"x-total-count": str(page.total)}
    return _tabular(request, table, part, _page_links(request, page), headers)


def _page_links(request: Request, page: Page) -> dict[str, str]:
    """Return the addresses of the previous and the next page, if they exist."""
    return {
        name: selected.query(request, request.format, limit=limit, offset=offset)
        for name, (offset, limit) in page.neighbours.items()
    }


def _header(request: Request) -> dict[str, Any]:
    return metadata.header(request.release, metadata.protection_notes(request.release))


def _row_notes(request: Request, part: str = "") -> str:
    notes = [note for note in (part, request.release.about.lay_sentence) if note]
    return metadata.row_notes(request.release, request.site_url, notes)


def _tabular(
    request: Request,
    table: Table,
    part: Part,
    pages: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Content:
    """Return a table in the requested format, with links (RFC 8288) to pages and descriptions."""
    release = request.release
    links = [f'<{target}>; rel="{name}"' for name, target in (pages or {}).items()]
    if request.format == "csv":
        target = selected.query(request, CSVW)
        links.append(f'<{target}>; rel="{DESCRIBED_BY}"; type="{MEDIA_TYPES[CSVW]}"')
    links.append(f'<{request.site_url}{metadata.path(release)}>; rel="{DESCRIBED_BY}"')
    stem = f"{files.stem(release)}-{table.name}"
    if table.name == CONTEXT and not release.about.is_invented:
        # Figures of other publishers must not be saved as victim referrals.
        stem = "context"
    stem = selected.file_name(request, stem, part)
    return Content(
        _WRITERS[request.format](request, table),
        MEDIA_TYPES[request.format],
        release,
        f"{stem}.{EXTENSIONS[request.format]}",
        is_attachment=request.format in SAVED_FORMATS,
        headers={"link": ", ".join(links), **(headers or {})},
    )


def _json_stat(request: Request, table: Table) -> bytes:
    release = request.release
    zero_bounds = kinds.of(release).unlisted_bounds()
    rows = release.rows("query/unavailable_codes") if zero_bounds else []
    unavailable = {(row["period"], row["dimension"], row["code"]) for row in rows}
    return as_json_stat(table, metadata.codes(release), request.codes, zero_bounds, unavailable)


_WRITERS: Final[Mapping[str, Writer]] = {
    **WRITERS,
    "json-stat": _json_stat,
    "sdmx-csv": lambda _, table: as_sdmx_csv(table),
    CSVW: lambda request, table: as_csvw(table, selected.query(request, "csv"), request.site_url),
}


def _document(
    members: Mapping[str, Any], release: Release | None = None, name: str = "release"
) -> Content:
    file_name = f"{files.stem(release)}-{name}.json" if release else ""
    return Content(json.dumps(members, ensure_ascii=False).encode(), JSON, release, file_name)


OF_RELEASE: Final = f"{BASE}/releases/{{release_id}}"
CELL_PARAMETERS: Final = (
    *(
        Parameter(
            name,
            f"Filter by code of `{name}`: one, a list such as `A,B`, or `*` for any. The parameter "
            "may be repeated.",
            codes_of(name),
        )
        for name in FILTERS
    ),
    Parameter(
        "limit",
        "Maximum number of cells to return. "
        f"Without it, all matching cells are returned, up to {MAX_CELLS}.",
        minimum=1,
        maximum=MAX_CELLS,
    ),
    Parameter(
        "offset",
        "Number of cells to skip. Must be less than the number of matching cells.",
        maximum=MAX_OFFSET,
        default=0,
    ),
    Parameter(
        LABELS,
        "With `true`, each column of codes is followed by one of labels, such as `sex_label`.",
        is_flag=True,
    ),
)
RESOURCES: Final = (
    Resource(
        f"{BASE}/releases",
        "List releases",
        "Every release, with its status and the period it covers.",
        _releases,
    ),
    Resource(
        OF_RELEASE,
        "Describe a release",
        "The period it covers, its notes, the meaning of its statuses, and its files. "
        f"`{LATEST}` is the newest release with the status `published`.",
        _release,
    ),
    Resource(
        f"{OF_RELEASE}/codelists",
        "List codes",
        "Every code of every dimension, with its label.",
        _codelists,
    ),
    Resource(
        f"{OF_RELEASE}/cells",
        "Get cells",
        "Cells of the release, each with a value, bounds and a status. A dimension without a "
        "filter matches every code; use `_T` for its total. Only cells that the release lists are "
        "returned, with one exception: if the release is built from finest cells, one code for "
        "each of the five dimensions returns that combination, which is added up if it is not "
        "listed. The range of such a sum can be narrower on a page, whose other numbers limit it. "
        "`json-stat` accepts neither `limit` nor `offset`.",
        _cells,
        CELL_PARAMETERS,
        (*TABULAR, "json-stat", "sdmx-csv"),
        headers=("Link", "X-Total-Count"),
        is_slow=True,
    ),
    Resource(
        f"{OF_RELEASE}/statements",
        "Get printed figures",
        "Every printed figure, with the sentence that it appears in, its section and its source.",
        _statements,
        formats=TABULAR,
        headers=("Link",),
    ),
    Resource(
        f"{OF_RELEASE}/context",
        "Get context series",
        "Figures of other publishers, each with its unit, the reason why it is not comparable, "
        "and the date of each value.",
        _context,
        (
            Parameter(
                "series",
                "Filter by series: one, or a list such as `A,B`. The parameter may be repeated.",
                _series_titles,
            ),
        ),
        TABULAR,
        headers=("Link",),
    ),
    Resource(
        f"{OF_RELEASE}/certificate",
        "Get the disclosure certificate",
        "How the release protects people, and the attacks that it was tested against.",
        _certificate,
    ),
)
"""Every data resource. Requests, the OpenAPI document and the docs page all use this list."""
