"""From protected tables to a release folder: the tables of its database, its manifest, its witnesses and its certificate.

Nothing here takes counts: only a ProtectedTable can be written. The release is attacked while it is still being built, and a
release in which somebody could be found is never put in its place.
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.codelists import DIMENSIONS, FINEST, TOTAL, codelist
from referrals.errors import DisclosureError
from referrals.places import PUBLISHED, SHIPPED
from referrals.publishing import audit, certificate, package, pinning, public, spreadsheets
from referrals.publishing.audit import Check
from referrals.publishing.disclosure import ProtectedTable
from referrals.publishing.margins import Changes
from referrals.publishing.public import PublicRelease

METHOD: Final = "exact-margin small-count rounding"
VERIFY: Final = SHIPPED / "verify.py"
MONTHS: Final = {"1": "January to March", "2": "April to June", "3": "July to September", "4": "October to December"}
TITLES: Final[Mapping[str, str]] = {
    "illustrative": "Illustrative series, invented figures",
    "official": "Victims of crime referred by police to Immigration Enforcement",
}

Record = dict[str, Any]


@dataclass(frozen=True)
class Imprint:
    """What a release says of itself beside its numbers."""

    release_id: str
    status: str
    published_on: str
    options: Mapping[str, Any]
    inputs: str
    revises: str = ""

    @property
    def title(self) -> str:
        """The title of the release."""
        return TITLES[self.status]


def write(
    folder: Path,
    protected: Sequence[ProtectedTable],
    imprint: Imprint,
    *,
    earlier: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Check]:
    """Write a release folder of protected tables, attacked and certified, and return what was checked.

    `earlier` is a release of the same records: the two are attacked together.

    Raises:
        DisclosureError: somebody could be found in it. Nothing was written, and the old release stands.
    """
    found: list[Check] = []
    manifest = _manifest(protected, imprint)

    def complete(building: Path) -> None:
        release = public.read(building)
        progress(f"building witnesses for {len(release.years)} year{'s' if len(release.years) > 1 else ''}")
        witnesses = audit.build_witnesses(release)
        _write_witnesses(building / audit.WITNESSES, witnesses)
        manifest["disclosure_control"]["known"] = audit.known_sums(release, witnesses)
        found.extend(_prove(building, release, earlier, progress))
        spreadsheets.write(building)

    package.write(
        folder,
        fill=lambda connection: _fill(connection, protected, imprint),
        describe=manifest,
        complete=complete,
    )
    return found


def _prove(building: Path, release: PublicRelease, earlier: Path | None, progress: Callable[[str], None]) -> list[Check]:
    """Attack a release from its public files and write its certificate, or refuse it."""
    shutil.copyfile(VERIFY, building / VERIFY.name)
    checks = [check for check in audit.of_release(release, progress=progress) if not check.name.endswith(audit.FILES)]
    if earlier is not None and earlier.is_dir():
        checks += audit.of_pair(public.read(earlier), release)
    if faults := [check for check in checks if not check.holds]:
        listed = "\n".join(f"  {check.name}: NO. {check.fault}" for check in faults)
        raise DisclosureError(f"The release was attacked and is not safe:\n{listed}\nNothing was written.")
    certificate.write(building, release, checks)
    return checks


def _write_witnesses(path: Path, witnesses: Sequence[Changes]) -> None:
    """Write witnesses as the changes that each makes to the published cells, the same bytes each time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["witness", *FINEST, "change"])
    for number, changes in enumerate(witnesses):
        writer.writerows([number, *codes, change] for codes, change in sorted(changes.items()))
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def _fill(connection: duckdb.DuckDBPyConnection, protected: Sequence[ProtectedTable], imprint: Imprint) -> None:
    errors = _largest_error(protected)
    rows: dict[str, list[Record]] = {
        "release": [_about(protected, imprint)],
        "codes": _codes(protected),
        "finest": [row for table in protected for row in _finest(table)],
        "precision": [{"order": order, "max_error": errors.get(order, 0)} for order in range(len(FINEST))],
        "own_source": [_source(imprint)],
        **{name: [] for name in ("evidence", "statements", "relations", "readings")},
    }
    for name, records in rows.items():
        connection.execute(sql.statement(f"release/{name}"), {"rows": records})
    connection.execute(sql.statement("release/protected_cells"), {"facts": [row for one in protected for row in _exact(one)]})
    _no_context(connection)


def _no_context(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of context series, empty: they belong to the published release."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("series", "context"):
            header = (PUBLISHED / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
            path = Path(folder) / f"{name}.csv"
            path.write_text(f"{header}\n", encoding="utf-8")
            connection.execute(sql.statement(f"release/{name}"), {"path": str(path)})


def _about(protected: Sequence[ProtectedTable], imprint: Imprint) -> Record:
    first, last = protected[0].year, protected[-1].year
    return {
        "release_id": imprint.release_id,
        "title": imprint.title,
        "period": first,
        "period_label": f"April {first[:4]} to March {int(last[:4]) + 1}",
        "status": imprint.status,
        "additive": True,
        "source_id": imprint.release_id,
        "published_on": imprint.published_on,
        "licence": "OGL-UK-3.0",
        "attribution": "",
        "lay_sentence": certificate.LAY_SENTENCE,
    }


def _source(imprint: Imprint) -> Record:
    return {
        "source_id": imprint.release_id,
        "title": imprint.title,
        "publisher": "This site" if imprint.status == "illustrative" else "The publisher of this release",
        "published_on": imprint.published_on,
        "address": "",
        "licence": "OGL-UK-3.0",
        "note": "",
    }


def _codes(protected: Sequence[ProtectedTable]) -> list[Record]:
    categories = protected[0].categories
    listed = [
        ("nationality" if name == "nationality" else name, code, codelist(name).label(code), _kind(name, code), "")
        for name in DIMENSIONS
        for code in (TOTAL, *categories[name])
    ]
    years = [
        ("period", table.year, f"April {table.year[:4]} to March {int(table.year[:4]) + 1}", "aggregate",
         " ".join(table.categories["quarter"]))
        for table in protected
    ]  # fmt: skip
    quarters = [
        ("period", quarter, f"{MONTHS[quarter[-1]]} {quarter[:4]}", "category", "")
        for table in protected
        for quarter in table.categories["quarter"]
    ]
    names = ("dimension", "code", "label", "kind", "members")
    rows = [dict(zip(names, one, strict=True)) for one in [*listed, *years, *quarters]]
    return [row | {"position": position} for position, row in enumerate(rows)]


def _kind(dimension: str, code: str) -> str:
    """Return the kind of a code in a release made of records, where a group stands alone: nothing in it is told apart."""
    kind = codelist(dimension).codes[code].kind
    return "category" if kind == "aggregate" else kind


def _finest(table: ProtectedTable) -> list[Record]:
    return [
        {"period": codes[0], "year": table.year, **dict(zip(DIMENSIONS, codes[1:], strict=True)), "value": value}
        for codes, value in table.cells.items()
    ]


def _exact(table: ProtectedTable) -> list[Record]:
    """Return the sums of single codes that published facts make exact."""
    exact = [fact for fact in table.facts if fact.is_exact and all(len(codes) == 1 for codes in fact.where.values())]
    return [
        {"period": table.year, **{name: fact.where[name][0] if name in fact.where else TOTAL for name in DIMENSIONS}}
        for fact in exact
    ]


def _largest_error(protected: Sequence[ProtectedTable]) -> dict[int, int]:
    """Return the announced largest error of each order, the same for all years."""
    return {order: max(table.largest_error[order] for table in protected) for order in protected[0].largest_error}


def _manifest(protected: Sequence[ProtectedTable], imprint: Imprint) -> Record:
    return {
        "profile": "data-package",
        "name": f"victim-referrals-{imprint.release_id}",
        "title": imprint.title,
        "release_id": imprint.release_id,
        "status": imprint.status,
        "published_on": imprint.published_on,
        "licenses": [{"name": "OGL-UK-3.0"}],
        "codelists": {
            name: {code: codelist(name).label(code) for code in (TOTAL, *protected[0].categories[name])} for name in DIMENSIONS
        },
        "disclosure_control": {
            "method": METHOD,
            "rule": certificate.LAY_SENTENCE,
            "not_listed": "A combination that is not listed is published as 0.",
            "quarters": {table.year: list(table.categories["quarter"]) for table in protected},
            "largest_error": {str(order): error for order, error in _largest_error(protected).items()},
            "facts": [one for table in protected for one in pinning.published(table.facts, table.cells)],
            "known": [],
            "held_back": [table.year for table in protected if table.held_back],
            "revises": imprint.revises,
        },
        "status_letters": dict(certificate.STATUSES),
        "options": dict(imprint.options),
        "versions": {name: version(name) for name in ("duckdb", "highspy", "numpy", "xlsxwriter")},
        "inputs_keyed_sha256": imprint.inputs,
    }
