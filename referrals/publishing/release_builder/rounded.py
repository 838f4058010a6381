"""Builder of a release of rounded counts: tables, manifest, witnesses, spreadsheets, certificate.

Called by `pipeline`. It takes `ProtectedTable` only, never counts. The release is attacked while
the folder is unfinished; one that fails is never put in place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import duckdb

from referrals import sql
from referrals.paths import RELEASE_TEMPLATES
from referrals.publishing.audit import prove, public_release
from referrals.publishing.audit.audit import Check
from referrals.publishing.cell_codes import Fact, Year
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.ledger import published_facts
from referrals.publishing.release_builder import certificate, verify_script
from referrals.publishing.release_builder import folder as release_folder
from referrals.publishing.release_builder import manifest as release_manifest
from referrals.publishing.release_builder.attack import attack, write_witnesses
from referrals.publishing.release_builder.manifest import Record, ReleaseInfo
from referrals.publishing.spreadsheets import tables as spreadsheets
from referrals.reference import periods, statuses
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS

METHOD: Final = "exact-margin small-count rounding"
STATEMENT: Final = RELEASE_TEMPLATES / "verify.sql"
"""The proof in SQL, for strangers."""

NOT_LISTED: Final = (
    "A sum of up to three dimensions, a quarter being one, that is not listed is published as 0, "
    "and so is a finest cell: a quarter and a code of each dimension. Any other combination is a "
    "sum of finest cells."
)
HELD_BACK: Final = (
    "Later changes to the records of a year that is listed as held back, which would describe a "
    "few people or could be read off beside an earlier release, are not in this release. The "
    "totals that they touch are not exact: they have the letter r and the range in which they lie. "
    "Such a record can have a code that is not listed. So if no total of a dimension is exact, its "
    "codes need not add up to the total."
)

PROVISIONAL: Final = "{year} is provisional [p]: it has {quarters} of its 4 quarters so far."
QUARTERS_OF_A_YEAR: Final = 4


def write(
    folder: Path,
    protected: Sequence[ProtectedTable],
    info: ReleaseInfo,
    *,
    earlier: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Check]:
    """Write a release folder from protected tables, one a year, and return the checks it passed.

    `earlier` are the folders of releases of the same records, including the one to be replaced.
    Each is attacked together with the new release.

    Raises:
        DisclosureError: a check failed. Nothing was written, and an older release stays in place.
    """
    passed: list[Check] = []
    metadata = _manifest(protected, info)

    def finish(building: Path) -> None:
        release = public_release.read(building)
        years = len(release.years)
        progress(f"building witnesses for {years} year{'s' if years > 1 else ''}")
        proof = prove.prove(release)
        write_witnesses(building / prove.WITNESSES, proof.witnesses, prove.HEADER)
        metadata["disclosure_control"]["known"] = proof.known
        spreadsheets.write(building)
        verify_script.write(building, verify_script.ROUNDED)
        shutil.copyfile(STATEMENT, building / STATEMENT.name)
        passed.extend(attack(release, earlier, progress))
        certificate.write(building, release, passed, certificate.ROUNDED_TEXT)

    release_folder.write(
        folder,
        fill=lambda connection: _fill(connection, protected, info),
        metadata=metadata,
        finish=finish,
    )
    return passed


def _fill(
    connection: duckdb.DuckDBPyConnection, protected: Sequence[ProtectedTable], info: ReleaseInfo
) -> None:
    """Create the tables of the release in an empty database."""
    errors = {**_largest_error(protected), **_held_back_errors(protected)}
    rows: dict[str, list[Record]] = {
        "release": [
            release_manifest.release_row(
                protected, info, additive=True, lay_sentence=_lay_sentence(protected)
            )
        ],
        "codes": release_manifest.code_rows(protected, info),
        "finest_cells": [row for table in protected for row in _finest_rows(table)],
        "largest_errors": [
            {"order": order, "max_error": errors.get(order, 0)} for order in range(len(FINEST) + 1)
        ],
        "records_source": [release_manifest.source_row(info)],
        "cell_evidence": [],
        "statements": [],
        "relations": [],
        "explanations": [],
    }
    for name, records in rows.items():
        connection.execute(sql.statement(f"release_builder/{name}"), {"rows": records})
    exact = [row for table in protected for row in _exact_rows(table)]
    connection.execute(
        sql.statement("release_builder/rounded_cells"),
        {
            "facts": exact,
            "inexact_totals": _inexact_rows(protected),
            "cell_errors": [
                {"year": year, "largest_error": error}
                for year, error in _cell_errors(protected).items()
            ],
            "revised": _revised_rows(info),
            "unavailable": release_manifest.unavailable_rows(protected, is_example=info.is_example),
            "largest_ambiguous": LARGEST_AMBIGUOUS,
        },
    )
    release_manifest.create_empty_tables_of_document(connection)


def _revised_rows(info: ReleaseInfo) -> list[Record]:
    """Return the numbers of the release that this one revises."""
    numbers = info.revised_numbers or {}
    return [
        {"period": period, **dict(zip(DIMENSIONS, codes, strict=True)), "value": value}
        for (period, *codes), value in numbers.items()
    ]


def _finest_rows(table: ProtectedTable) -> list[Record]:
    return [
        {
            "period": quarter,
            "year": table.year,
            **dict(zip(DIMENSIONS, codes, strict=True)),
            "value": value,
        }
        for (quarter, *codes), value in table.cells.items()
    ]


def _exact_rows(table: ProtectedTable) -> list[Record]:
    """Return the codes of sums that published facts make exact."""
    rows = []
    for fact in table.facts:
        is_one_sum = all(len(codes) == 1 for codes in fact.where.values())
        if fact.is_exact and is_one_sum:
            codes = {name: fact.where.get(name, [TOTAL])[0] for name in DIMENSIONS}
            rows.append({"period": table.year, **codes})
    return rows


def _inexact_rows(protected: Sequence[ProtectedTable]) -> list[Record]:
    """Return the totals that are not exact, each with its announced largest error."""
    rows = []
    for table in protected:
        for (quarter, *codes), error in sorted(table.inexact_totals.items()):
            period = table.year if quarter == TOTAL else quarter
            named = dict(zip(DIMENSIONS, codes, strict=True))
            rows.append({"period": period, **named, "largest_error": error})
    return rows


def _cell_errors(protected: Sequence[ProtectedTable]) -> dict[str, int]:
    """Return by how much more than the rule says the finest cells of a year may be off."""
    return {table.year: table.cell_error for table in protected if table.cell_error}


def _held_back_errors(protected: Sequence[ProtectedTable]) -> dict[int, int]:
    """Return the largest error of any inexact total, by its order, and of any finest cell."""
    errors = {len(FINEST): max(table.cell_error for table in protected)}
    for table in protected:
        for codes, error in table.inexact_totals.items():
            order = sum(code != TOTAL for code in codes)
            errors[order] = max(errors.get(order, 0), error)
    return errors


def _lay_sentence(protected: Sequence[ProtectedTable]) -> str:
    """Return the sentences beside every chart, which call totals exact only if all of them are."""
    errors: list[int] = []
    for table in protected:
        errors += [*table.largest_error.values(), *table.inexact_totals.values()]
        errors.append(table.cell_error + certificate.LARGEST_CELL_ERROR)
    is_behind = any(table.inexact_totals for table in protected)
    sentence = certificate.lay_sentence(errors, is_behind=is_behind)
    for table in _provisional(protected):
        quarters = len(table.categories["quarter"])
        sentence += " " + PROVISIONAL.format(year=periods.label(table.year), quarters=quarters)
    return sentence


def _provisional(protected: Sequence[ProtectedTable]) -> list[ProtectedTable]:
    """Return the years that are still to have more quarters."""
    return [table for table in protected if len(table.categories["quarter"]) < QUARTERS_OF_A_YEAR]


def _facts(table: ProtectedTable) -> list[Fact]:
    """Return the published facts that a table agrees with, including those it meets by chance."""
    return published_facts.matching(Year(table.year, table.categories, table.cells, ()))


def _largest_error(protected: Sequence[ProtectedTable]) -> dict[int, int]:
    """Return the announced largest error by order, the same for all years."""
    largest = {}
    for order in protected[0].largest_error:
        largest[order] = max(table.largest_error[order] for table in protected)
    return largest


def _manifest(protected: Sequence[ProtectedTable], info: ReleaseInfo) -> Record:
    facts = []
    for table in protected:
        facts += agreed_facts.manifest_entries(_facts(table), table.cells)
    disclosure_control = {
        "method": METHOD,
        "rule": _lay_sentence(protected),
        "not_listed": NOT_LISTED,
        "quarters": {table.year: list(table.categories["quarter"]) for table in protected},
        "largest_error": {str(order): error for order, error in _largest_error(protected).items()},
        "facts": facts,
        "known": [],
        "provisional": [table.year for table in _provisional(protected)],
        "held_back": [table.year for table in protected if table.held_back],
        "held_back_rule": HELD_BACK,
        "revisions": {table.year: list(table.revisions) for table in protected if table.revisions},
        "inexact_totals": _inexact_rows(protected),
        "cell_errors": _cell_errors(protected),
        "revises": info.revises,
    }
    return release_manifest.manifest(
        protected,
        info,
        disclosure_control=disclosure_control,
        statuses=statuses.manifest_meanings("rounded"),
    )
