"""Builder of a release of exact tables with suppressed cells, witnesses and a certificate.

Called by `pipeline`. It writes `SuppressedTables` only, which carry their own witnesses. The
release is attacked while the folder is unfinished; one with a suppressed cell that can be
recovered is never put in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import DisclosureError
from referrals.paths import RELEASE_TEMPLATES
from referrals.publishing.audit import public_release
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.audit.suppressed import public_tables
from referrals.publishing.cell_codes import Codes, Fact
from referrals.publishing.disclosure.suppression import protect as suppression
from referrals.publishing.disclosure.suppression.protect import SuppressedTables
from referrals.publishing.history.private_store import StoredYear
from referrals.publishing.release_builder import certificate, verify_script
from referrals.publishing.release_builder import folder as release_folder
from referrals.publishing.release_builder import manifest as release_manifest
from referrals.publishing.release_builder.attack import attack, write_witnesses
from referrals.publishing.release_builder.certificate import CertificateText
from referrals.publishing.release_builder.manifest import Record, ReleaseInfo
from referrals.publishing.spreadsheets import tables as spreadsheets
from referrals.publishing.tabulation.counts import Counts
from referrals.reference import statuses
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL

LAY_SENTENCE: Final = (
    "Every number shown is exact. [c] means that a number is withheld to protect people: it can "
    "be 0, small, or large enough to show."
)
"""Shown beside every chart of a release with suppressed cells."""


LIMITS: Final = tuple(
    """
A range says what is possible, not what is likely: the numbers in it are not equally probable.
Some cells are withheld because they are 0 to 4, others to hide those. Nobody is told which, but
 somebody who repeats the choice for many guesses could rule some of them out. That is not tested.
Withheld cells that stand in one row or column have a sum that anybody can work out. Their own
 numbers are what is hidden.
Tables of three dimensions are not published, and what can be concluded about them from those of
 two is not proved: it may be that a group of two codes is known to share a third.
Counts are of referrals, and one person may be several of them. Where the records say which are of
 the same person, no exact number of five or more describes fewer than five people, and no
 category fewer than ten; where they do not, that could not be checked. What changed between two
 releases is counted in referrals alone.
Somebody who knows that they are counted in a cell, or who knows others in it, knows more than a
 stranger. What they can work out from that is not proved.
A nationality whose people all share one crime type, or one outcome, is grouped with others.
 Somebody who knows that it has many people, and misses it in the list, can tell why.
The solver does not know the percentages that were published elsewhere. The witnesses agree with
 them.
Exact tables that change tell who was added. A year whose records changed cannot be published
 again in this way.
""".strip()
    .replace("\n ", " ")
    .splitlines()
)
"""The limits of the proof of a release with suppressed cells."""


@dataclass(frozen=True)
class SuppressedYear:
    """The protected tables of one year. `true` are the finest counts, which are never published."""

    year: str
    tables: SuppressedTables
    true: Mapping[Codes, int]

    @property
    def shown(self) -> Mapping[Codes, int]:
        """The published finest cells: none."""
        return {}

    @property
    def summary(self) -> list[str]:
        """Lines on the year for the publisher."""
        share = f"{self.share_suppressed:.1%} of the cells of two dimensions"
        return [f"{self.year}: {share} are withheld, the rest exact."]

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""
        return self.tables.categories

    @property
    def share_suppressed(self) -> float:
        """The suppressed share of two-way cells, from 0 to 1."""
        orders = [len(codes) - codes.count(TOTAL) for codes in self.tables.values]
        two_way = orders.count(suppression.TWO_WAY)
        return len(self.tables.suppressed) / max(two_way, 1)


def protect(
    counts: Counts, facts: Sequence[Fact], previous: StoredYear | None, *, seed: int
) -> SuppressedYear:
    """Return the tables of a year with cells suppressed.

    `previous` holds the counts behind the last release of the same year, if there is one.

    Raises:
        DisclosureError: a cell cannot be protected, or the records changed since that release.
    """
    if previous is not None and previous.true != counts.cells():
        raise DisclosureError(
            f"{counts.year} was published before ({previous.release_id}), and its records have "
            "changed since. Exact numbers that change by a few describe those few people, so exact "
            "tables are published once. Nothing was written."
        )
    categories = {name: tuple(counts.categories[name]) for name in FINEST}
    tables = suppression.protect(counts.cells(), categories, seed=seed, facts=facts)
    return SuppressedYear(counts.year, tables, counts.cells())


def write(
    folder: Path,
    years: Sequence[SuppressedYear],
    info: ReleaseInfo,
    *,
    earlier: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Check]:
    """Write a release folder of exact tables and return the checks it passed.

    Arguments and errors are those of `rounded.write`.
    """
    passed: list[Check] = []

    def finish(building: Path) -> None:
        header = ("witness", *FINEST, "value")
        write_witnesses(building / public_tables.WITNESSES, _witnesses(years), header)
        verify_script.write(building, verify_script.SUPPRESSED)
        spreadsheets.write(building)
        release = public_release.read(building)
        passed.extend(attack(release, earlier, progress))
        certificate.write(building, release, passed, SUPPRESSED_TEXT)

    release_folder.write(
        folder,
        fill=lambda connection: _fill(connection, years, info),
        metadata=_manifest(years, info),
        finish=finish,
    )
    return passed


def _manifest(years: Sequence[SuppressedYear], info: ReleaseInfo) -> Record:
    disclosure_control: dict[str, Any] = {
        "method": public_tables.METHOD,
        "rule": LAY_SENTENCE,
        "not_listed": "A combination that is not listed is not published.",
        "quarters": {year.year: list(year.categories["quarter"]) for year in years},
        "largest_error": {},
        "facts": [asdict(fact) for year in years for fact in year.tables.facts],
        "revises": info.revises,
    }
    return release_manifest.manifest(
        years,
        info,
        disclosure_control=disclosure_control,
        statuses=statuses.manifest_meanings("suppressed"),
    )


def _fill(
    connection: duckdb.DuckDBPyConnection, years: Sequence[SuppressedYear], info: ReleaseInfo
) -> None:
    """Create the tables of the release in an empty database."""
    rows: dict[str, list[Record]] = {
        "release": [
            release_manifest.release_row(years, info, additive=False, lay_sentence=LAY_SENTENCE)
        ],
        "codes": release_manifest.code_rows(years, info),
        "suppressed_cells": [row for year in years for row in _cell_rows(year)],
        "records_source": [release_manifest.source_row(info)],
        "cell_evidence": [],
        "statements": [],
        "relations": [],
        "explanations": [],
    }
    for name, records in rows.items():
        connection.execute(sql.statement(f"release_builder/{name}"), {"rows": records})
    release_manifest.create_empty_tables_of_document(connection)


def _cell_rows(year: SuppressedYear) -> Iterator[Record]:
    for (quarter, *codes), value in year.tables.values.items():
        period = year.year if quarter == TOTAL else quarter
        yield {"period": period, **dict(zip(DIMENSIONS, codes, strict=True)), "value": value}


def _witnesses(years: Sequence[SuppressedYear]) -> Iterator[Mapping[Codes, int]]:
    """Yield every witness of every year as its finest cells other than 0."""
    for year in years:
        for witness in year.tables.witnesses:
            yield {codes: count for codes, count in witness.items() if count}


def _cell_counts(release: PublicRelease) -> Iterator[str]:
    """Yield a sentence a year: how many numbers are printed, and how many suppressed."""
    for year in public_tables.years(release):
        suppressed = len(year.suppressed)
        printed = len(year.cells) - suppressed
        yield f"{year.year}: {printed:,} numbers are printed, and {suppressed:,} are withheld."


SUPPRESSED_TEXT: Final = CertificateText(
    RELEASE_TEMPLATES / "certificate_exact.md", lambda _: LAY_SENTENCE, LIMITS, _cell_counts
)
