"""From exact tables with cells withheld to a release folder: its tables, its manifest, its witnesses and its certificate.

Only SuppressedTables can be written, and they hold their own proof. The release is attacked from its public files while it is
still being built, and one in which a withheld cell can be found is never put in its place.
"""

from __future__ import annotations

import shutil
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
from referrals.publishing.history.private_store import Kept
from referrals.publishing.release_builder import certificate, rounded
from referrals.publishing.release_builder import folder as release_folder
from referrals.publishing.release_builder import manifest as release_manifest
from referrals.publishing.release_builder.certificate import Words
from referrals.publishing.release_builder.manifest import Imprint
from referrals.publishing.spreadsheets import tables as spreadsheet_tables
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL

LAY_SENTENCE: Final = (
    "Every number shown is exact. [c] means that a number is withheld to protect people: it can be 0, small, or large enough "
    "to show."
)
"""The sentence shown beside every chart of such a release."""

VERIFY: Final = RELEASE_TEMPLATES / "verify_exact.py"
STATUSES: Final[Mapping[str, str]] = {
    "": "exact",
    public_tables.WITHHELD: "confidential: withheld to protect people",
}

LIMITS: Final = tuple(
    """
A range says what is possible, not what is likely: the numbers in it are not equally probable.
Some cells are withheld because they are 0 to 4, others to hide those. Nobody is told which, but somebody who repeats the
 choice for many guesses could rule some of them out. That is not tested.
Withheld cells that stand in one row or column have a sum that anybody can work out. Their own numbers are what is hidden.
Tables of three dimensions are not published, and what can be concluded about them from those of two is not proved: it may
 be that a group of two codes is known to share a third.
Counts are of referrals, and one person may be several of them. Where the records say which are of the same person, no exact
 number of five or more describes fewer than five people, and no category fewer than ten; where they do not, that could not be
 checked. What changed between two releases is counted in referrals alone.
Somebody who knows that they are counted in a cell, or who knows others in it, knows more than a stranger. What they can work
 out from that is not proved.
A nationality whose people all share one crime type, or one outcome, is grouped with others. Somebody who knows that it has
 many people, and misses it in the list, can tell why.
The solver does not know the percentages that were published elsewhere. The witnesses agree with them.
Exact tables that change tell who was added. A year whose records changed cannot be published again in this way.
""".strip()
    .replace("\n ", " ")
    .splitlines()
)
"""What the proof does not say."""


@dataclass(frozen=True)
class SuppressedYear:
    """The tables of one year, with what is withheld withheld, and the facts that were published before."""

    year: str
    tables: SuppressedTables
    true: Mapping[Codes, int]

    @property
    def shown(self) -> Mapping[Codes, int]:
        """The finest cells that are shown: none."""
        return {}

    @property
    def summary(self) -> list[str]:
        """What the publisher is told of the year."""
        return [
            f"{self.year}: {self.share_withheld:.1%} of the cells of two dimensions are withheld, the rest exact."
        ]

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""
        return self.tables.categories

    @property
    def share_withheld(self) -> float:
        """The share of the cells of two-way tables that are withheld, of one. Totals and one-way tables are all printed."""
        two_way = sum(
            len(cell) - cell.count(TOTAL) == suppression.TWO_WAY for cell in self.tables.values
        )
        return len(self.tables.withheld) / max(two_way, 1)


def protect(
    counts: Counts, facts: Sequence[Fact], kept: Kept | None, *, seed: int
) -> SuppressedYear:
    """Return the tables of a year with cells withheld. `kept` is what an earlier release of the year was made from.

    Raises:
        DisclosureError: a cell cannot be protected, or the records changed since the year was published.
    """
    if kept is not None and kept.true != counts.cells():
        raise DisclosureError(
            f"{counts.year} was published before ({kept.release_id}), and its records have changed since. Exact numbers that "
            "change by a few describe those few people, so exact tables are published once. Nothing was written."
        )
    categories = {name: tuple(counts.categories[name]) for name in FINEST}
    tables = suppression.protect(counts.cells(), categories, seed=seed, facts=facts)
    return SuppressedYear(counts.year, tables, counts.cells())


def write(
    folder: Path,
    years: Sequence[SuppressedYear],
    imprint: Imprint,
    *,
    earlier: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Check]:
    """Write a release folder of exact tables, attacked and certified, and return what was checked.

    `earlier` lists releases of the same records, the one that is replaced included: each is attacked together with this one.

    Raises:
        DisclosureError: a withheld cell could be found. Nothing was written, and the old release stands.
    """
    found: list[Check] = []

    def complete(place: Path) -> None:
        rounded.write_witnesses(
            place / public_tables.WITNESSES, _witnesses(years), ("witness", *FINEST, "value")
        )
        shutil.copyfile(VERIFY, place / "verify.py")
        spreadsheet_tables.write(place)
        release = public_release.read(place)
        found.extend(rounded.attacked(release, earlier, progress))
        certificate.write(place, release, found, WORDS)

    release_folder.write(
        folder,
        fill=lambda connection: _fill(connection, years, imprint),
        describe=release_manifest.manifest(years, imprint, _control(years, imprint), STATUSES),
        complete=complete,
    )
    return found


def _control(years: Sequence[SuppressedYear], imprint: Imprint) -> dict[str, Any]:
    return {
        "method": public_tables.METHOD,
        "rule": LAY_SENTENCE,
        "not_listed": "A combination that is not listed is not published.",
        "quarters": {one.year: list(one.categories["quarter"]) for one in years},
        "largest_error": {},
        "facts": [asdict(fact) for one in years for fact in one.tables.facts],
        "revises": imprint.revises,
    }


def _fill(
    connection: duckdb.DuckDBPyConnection, years: Sequence[SuppressedYear], imprint: Imprint
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "release": [
            release_manifest.about(years, imprint, additive=False, lay_sentence=LAY_SENTENCE)
        ],
        "codes": release_manifest.codes(years),
        "suppressed_cells": [row for one in years for row in _cells(one)],
        "records_source": [release_manifest.source(imprint)],
        **{name: [] for name in ("cell_evidence", "statements", "relations", "explanations")},
    }
    for name, records in rows.items():
        connection.execute(sql.statement(f"release_builder/{name}"), {"rows": records})
    rounded.no_context(connection)


def _cells(one: SuppressedYear) -> Iterator[dict[str, Any]]:
    for (quarter, *codes), value in one.tables.values.items():
        period = one.year if quarter == TOTAL else quarter
        yield {"period": period, **dict(zip(DIMENSIONS, codes, strict=True)), "value": value}


def _witnesses(years: Sequence[SuppressedYear]) -> Iterator[Mapping[Codes, int]]:
    """Yield every witness of every year as the counts of its finest cells that have any."""
    for one in years:
        for witness in one.tables.witnesses:
            yield {codes: count for codes, count in witness.items() if count}


def _counts(release: PublicRelease) -> Iterator[str]:
    """Yield for each year how many numbers are printed, and how many withheld."""
    for one in public_tables.years(release):
        yield f"{one.year}: {len(one.cells) - len(one.withheld):,} numbers are printed, and {len(one.withheld):,} are withheld."


WORDS: Final = Words(RELEASE_TEMPLATES / "certificate_exact.md", LAY_SENTENCE, LIMITS, _counts)
"""What the certificate of such a release says."""
