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
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb

from referrals import sql
from referrals.errors import DisclosureError
from referrals.paths import PUBLISHED, RELEASE_TEMPLATES
from referrals.publishing.audit import audit, prove, public_release
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.ledger import published_facts
from referrals.publishing.release_builder import certificate
from referrals.publishing.release_builder import folder as release_folder
from referrals.publishing.release_builder import manifest as release_manifest
from referrals.publishing.release_builder.manifest import Imprint, Record
from referrals.publishing.spreadsheets import tables
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL

METHOD: Final = "exact-margin small-count rounding"
VERIFY: Final = (RELEASE_TEMPLATES / "verify.py", RELEASE_TEMPLATES / "verify.sql")
"""The same check in two languages, for strangers."""

HELD_BACK: Final = (
    "Later changes to the records of a year that is listed as held back, which would describe a few people or could be read "
    "off beside an earlier release, are not in this release. Every exact total is exact of the records that are."
)


def write(
    folder: Path,
    protected: Sequence[ProtectedTable],
    imprint: Imprint,
    *,
    earlier: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Check]:
    """Write a release folder of protected tables, attacked and certified, and return what was checked.

    `earlier` lists releases of the same records, the one that is replaced included: each is attacked together with this one.

    Raises:
        DisclosureError: somebody could be found in it. Nothing was written, and the old release stands.
    """
    found: list[Check] = []
    described = _manifest(protected, imprint)

    def complete(building: Path) -> None:
        release = public_release.read(building)
        progress(
            f"building witnesses for {len(release.years)} year{'s' if len(release.years) > 1 else ''}"
        )
        proof = prove.prove(release)
        write_witnesses(building / prove.WITNESSES, proof.witnesses, prove.HEADER)
        described["disclosure_control"]["known"] = proof.known
        tables.write(building)
        found.extend(_prove(building, release, earlier, progress))

    release_folder.write(
        folder,
        fill=lambda connection: _fill(connection, protected, imprint),
        describe=described,
        complete=complete,
    )
    return found


def _prove(
    building: Path, release: PublicRelease, earlier: Sequence[Path], progress: Callable[[str], None]
) -> list[Check]:
    """Attack a release from its public files and write its certificate, or refuse it."""
    for script in VERIFY:
        shutil.copyfile(script, building / script.name)
    checks = attacked(release, earlier, progress)
    certificate.write(building, release, checks, certificate.ADJUSTED)
    return checks


def attacked(
    release: PublicRelease, earlier: Sequence[Path], progress: Callable[[str], None]
) -> list[Check]:
    """Return the checks of a release that is being built, all of which hold.

    Raises:
        DisclosureError: one does not.
    """
    checks = [
        check
        for check in audit.check_release(release, progress=progress)
        if not check.name.endswith(audit.FILES)
    ]
    for folder in earlier:
        checks += audit.check_pair(public_release.read(folder), release)
    if faults := [check for check in checks if not check.holds]:
        listed = "\n".join(f"  {check.name}: NO. {check.fault}" for check in faults)
        raise DisclosureError(
            f"The release was attacked and is not safe:\n{listed}\nNothing was written."
        )
    return checks


def write_witnesses(
    path: Path, witnesses: Iterable[Mapping[Codes, int]], header: Sequence[str]
) -> None:
    """Write what each witness says of each of its cells, under a header that says what that is; the same bytes each time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for number, witness in enumerate(witnesses):
        writer.writerows([number, *codes, count] for codes, count in sorted(witness.items()))
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def _fill(
    connection: duckdb.DuckDBPyConnection, protected: Sequence[ProtectedTable], imprint: Imprint
) -> None:
    errors = _largest_error(protected)
    rows: dict[str, list[Record]] = {
        "release": [
            release_manifest.about(
                protected, imprint, additive=True, lay_sentence=certificate.LAY_SENTENCE
            )
        ],
        "codes": release_manifest.codes(protected),
        "finest_cells": [row for table in protected for row in _finest(table)],
        "largest_errors": [
            {"order": order, "max_error": errors.get(order, 0)} for order in range(len(FINEST))
        ],
        "records_source": [release_manifest.source(imprint)],
        **{name: [] for name in ("cell_evidence", "statements", "relations", "explanations")},
    }
    for name, records in rows.items():
        connection.execute(sql.statement(f"release_builder/{name}"), {"rows": records})
    exact = [row for one in protected for row in _exact(one)]
    connection.execute(
        sql.statement("release_builder/rounded_cells"),
        {"facts": exact, "revised": _before(imprint)},
    )
    no_context(connection)


def _before(imprint: Imprint) -> list[Record]:
    """Return the numbers of the release that is revised, a row each."""
    names = ("period", *DIMENSIONS)
    return [
        dict(zip(names, codes, strict=True)) | {"value": value}
        for codes, value in (imprint.before or {}).items()
    ]


def no_context(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of context series, empty: they belong to the published release."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("series", "context"):
            header = (PUBLISHED / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
            path = Path(folder) / f"{name}.csv"
            path.write_text(f"{header}\n", encoding="utf-8")
            connection.execute(sql.statement(f"release_builder/{name}"), {"path": str(path)})


def _finest(table: ProtectedTable) -> list[Record]:
    return [
        {
            "period": codes[0],
            "year": table.year,
            **dict(zip(DIMENSIONS, codes[1:], strict=True)),
            "value": value,
        }
        for codes, value in table.cells.items()
    ]


def _exact(table: ProtectedTable) -> list[Record]:
    """Return the sums of single codes that published facts make exact."""
    exact = [
        fact
        for fact in table.facts
        if fact.is_exact and all(len(codes) == 1 for codes in fact.where.values())
    ]
    return [
        {
            "period": table.year,
            **{name: fact.where[name][0] if name in fact.where else TOTAL for name in DIMENSIONS},
        }
        for fact in exact
    ]


def _standing(table: ProtectedTable) -> list[Fact]:
    """Return the published statements that a table agrees with: those that its records do, and any that it meets by chance."""
    return published_facts.standing(Year(table.year, table.categories, table.cells, ()))


def _largest_error(protected: Sequence[ProtectedTable]) -> dict[int, int]:
    """Return the announced largest error of each order, the same for all years."""
    return {
        order: max(table.largest_error[order] for table in protected)
        for order in protected[0].largest_error
    }


def _manifest(protected: Sequence[ProtectedTable], imprint: Imprint) -> Record:
    control = {
        "method": METHOD,
        "rule": certificate.LAY_SENTENCE,
        "not_listed": "A sum of up to three dimensions, a quarter being one, that is not listed is published as 0, and so is a "
        "finest cell: a quarter and a code of each dimension. Any other combination is a sum of finest cells.",
        "quarters": {table.year: list(table.categories["quarter"]) for table in protected},
        "largest_error": {str(order): error for order, error in _largest_error(protected).items()},
        "facts": [
            one
            for table in protected
            for one in agreed_facts.published(_standing(table), table.cells)
        ],
        "known": [],
        "held_back": [table.year for table in protected if table.held_back],
        "held_back_rule": HELD_BACK,
        "revises": imprint.revises,
    }
    return release_manifest.manifest(protected, imprint, control, certificate.STATUSES)
