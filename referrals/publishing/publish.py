"""Publish: record-level extracts in, a release that passed disclosure control out, or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from referrals.errors import DisclosureError, ExtractError
from referrals.publishing import building, disclosure, pinning, recoding, records, suppressed, tabulation
from referrals.publishing.audit import Check
from referrals.publishing.building import Imprint
from referrals.publishing.disclosure import Earlier, ProtectedTable
from referrals.publishing.keeping import Keeper, Kept
from referrals.publishing.pinning import Pinned
from referrals.publishing.suppressed import SuppressedYear
from referrals.publishing.tabulation import Categories, Category, Counts

NAMED: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
NATIONALITIES: Final = 10
"""How many nationalities stand alone by default. More of them make more small groups, and larger errors."""

METHODS: Final = ("rounding", "suppression")
ROUNDING, SUPPRESSION = METHODS
"""How small groups are protected: adjusted, so that everything can be asked and adds up, or withheld from exact tables."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What a publisher can choose."""

    release_id: str
    to: Path
    private: Path
    published_on: date
    nationalities: int = NATIONALITIES
    by_region: bool = False
    method: str = ROUNDING

    @property
    def shape(self) -> str:
        """What has to stay the same from one release of a year to the next, as a message names it."""
        shape = f"nationalities={self.nationalities} by_region={self.by_region}"
        return shape if self.method == ROUNDING else f"{shape} method={self.method}"


@dataclass(frozen=True)
class Summary:
    """What was published, or would not be: for the publisher's eyes, it holds true counts and is in no public file."""

    folder: Path
    records: int
    tables: tuple[ProtectedTable | SuppressedYear, ...]
    checks: tuple[Check, ...]
    disagreeing: tuple[str, ...]

    def as_text(self) -> str:
        """Return the summary in plain words."""
        years = f"{len(self.tables)} year{'s' if len(self.tables) > 1 else ''}"
        lines = [f"{self.folder.name}: {self.records:,} records of {years} published.", *self._shown()]
        if self.disagreeing:
            lines.append(f"The records do not agree with these published figures: {', '.join(self.disagreeing)}.")
        lines.append(f"{len(self.checks)} checks hold. Read certificate.md before the release goes out.")
        return "\n".join(lines)

    def _shown(self) -> Iterator[str]:
        """Yield what is shown, and what is not."""
        if adjusted := [table for table in self.tables if isinstance(table, ProtectedTable)]:
            yield f"{sum(len(table.cells) for table in adjusted):,} smallest groups are shown; all else is 0."
        for table in self.tables:
            if isinstance(table, SuppressedYear):
                yield f"{table.year}: {table.share_withheld:.1%} of the cells of two dimensions are withheld, the rest exact."
            elif table.held_back:
                yield f"{table.year}: the changes are too few to publish safely. They are held back."


@dataclass(frozen=True)
class _Tabulated:
    """The counts of extracts, in the codes that will be published."""

    status: str
    years: list[Counts]
    recoding: Mapping[tuple[str, str], str]
    shape: str
    method: str


def private_folder() -> Path:
    """Return where the publisher's key and decisions are kept where no other folder is named."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "victim-referrals"


def publish(extracts: Sequence[Path], options: Options, *, progress: Progress = lambda _: None) -> Summary:
    """Publish extracts as a release, and return what was done.

    Raises:
        ExtractError: an extract has lines that cannot be used.
        DisclosureError: the counts cannot be protected, or the release was attacked and is not safe. Nothing was written.
    """
    if not NAMED.fullmatch(options.release_id):
        raise DisclosureError(f"'{options.release_id}' is no name for a release. Use small letters, digits and hyphens.")
    keeper = Keeper(options.private)
    memory = str(options.to.resolve())
    tabulated = _tabulated(extracts, options, keeper, memory, progress)
    pins = [pinning.facts_of(counts) for counts in tabulated.years]
    before = [keeper.kept(counts.year, status=tabulated.status, where=memory) for counts in tabulated.years]
    tables: list[ProtectedTable | SuppressedYear] = []
    for counts, pinned, kept in zip(tabulated.years, pins, before, strict=True):
        progress(f"{counts.year}: protecting {len(counts.values):,} groups of {int(counts.values.sum()):,} records")
        tables.append(_protected(counts, pinned, kept, keeper, tabulated))
    revises = next((kept.release_id for kept in before if kept and kept.release_id != options.release_id), "")
    imprint = Imprint(
        release_id=options.release_id,
        status=tabulated.status,
        published_on=options.published_on.isoformat(),
        options={"nationalities": options.nationalities, "by_region": options.by_region, "method": options.method},
        inputs=keeper.digest(list(extracts)),
        revises=revises,
    )
    folder = options.to / options.release_id
    checks = _write(folder, tables, imprint, earlier=options.to / revises if revises else None, progress=progress)
    for counts, table, kept in zip(tabulated.years, tables, before, strict=True):
        if not (kept and isinstance(table, ProtectedTable) and table.held_back):
            keeper.keep(counts.year, _kept(options, counts, table, tabulated), status=tabulated.status, where=memory)
    return Summary(
        folder=folder,
        records=sum(int(counts.values.sum()) for counts in tabulated.years),
        tables=tuple(tables),
        checks=tuple(checks),
        disagreeing=tuple(one for pinned in pins for one in pinned.disagreeing),
    )


def _tabulated(extracts: Sequence[Path], options: Options, keeper: Keeper, memory: str, progress: Progress) -> _Tabulated:
    with tabulation.workspace() as connection:
        reports = records.load(extracts, connection, today=options.published_on, progress=progress)
        progress("counting")
        found = tabulation.categories(connection)
        if not found:
            raise ExtractError("The extracts hold no records. There is nothing to publish.")
        status = "illustrative" if all(report.is_illustrative for report in reports) else "official"
        years = sorted({one.year for one in found})
        kept = next((one for year in years if (one := keeper.kept(year, status=status, where=memory))), None)
        if kept is None:
            recodes = recoding.recode(found, nationalities=options.nationalities, by_region=options.by_region)
            published: Categories = recoding.published(found, recodes)
        else:
            recodes, published = _as_before(found, kept, options.shape)
        return _Tabulated(status, tabulation.finest(connection, recodes, published), recodes, options.shape, options.method)


def _as_before(found: Sequence[Category], kept: Kept, shape: str) -> tuple[Mapping[tuple[str, str], str], Categories]:
    """Return the recoding and the codes of an earlier release of the same records: two groupings cannot be proved together."""
    if kept.shape != shape:
        raise DisclosureError(
            f"These years were published before ({kept.release_id}) with {kept.shape}. Publish the revision with the same "
            "options: two groupings of the same records can be compared, and exact numbers give adjusted ones away."
        )
    recodes = dict(kept.recoding)
    for one in found:
        known = one.dimension == "quarter" or one.code in kept.categories[one.dimension]
        if not known and (one.dimension, one.code) not in recodes:
            recodes[one.dimension, one.code] = _rest(one, kept)
    return recodes, {name: codes for name, codes in kept.categories.items() if name != "quarter"}


def _rest(one: Category, kept: Kept) -> str:
    if one.dimension == "nationality" and recoding.OTHER in kept.categories["nationality"]:
        return recoding.OTHER
    raise DisclosureError(
        f"The {one.dimension.replace('_', ' ')} '{one.code}' is new in {one.year}; {kept.release_id} did not have it. "
        "Publish a longer period, in which it counts at least ten."
    )


def _protected(
    counts: Counts, pinned: Pinned, kept: Kept | None, keeper: Keeper, tabulated: _Tabulated
) -> ProtectedTable | SuppressedYear:
    seed = keeper.seed(tabulated.method, tabulated.status, counts.year, tabulated.shape)
    if tabulated.method == SUPPRESSION:
        return suppressed.protect(counts, pinned.facts, kept, seed=seed)
    if kept is None:
        return disclosure.protect(counts, pinned.facts, seed=seed)
    return disclosure.revise(counts, pinned.facts, Earlier(kept.true, kept.table))


def _write(
    folder: Path,
    tables: Sequence[ProtectedTable | SuppressedYear],
    imprint: Imprint,
    *,
    earlier: Path | None,
    progress: Progress,
) -> list[Check]:
    """Write a release, all of whose years are protected in the same way."""
    if exact := [table for table in tables if isinstance(table, SuppressedYear)]:
        return suppressed.write(folder, exact, imprint, earlier=earlier, progress=progress)
    adjusted = [table for table in tables if isinstance(table, ProtectedTable)]
    return building.write(folder, adjusted, imprint, earlier=earlier, progress=progress)


def _kept(options: Options, counts: Counts, table: ProtectedTable | SuppressedYear, tabulated: _Tabulated) -> Kept:
    return Kept(
        release_id=options.release_id,
        shape=tabulated.shape,
        categories={name: tuple(codes) for name, codes in counts.categories.items()},
        recoding=tabulated.recoding,
        true=counts.cells(),
        table=table.cells if isinstance(table, ProtectedTable) else {},
    )
