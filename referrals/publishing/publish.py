"""Publish: record-level extracts in, a release that passed disclosure control out, or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from referrals.errors import DisclosureError, ExtractError, ReleaseError
from referrals.publishing import building, disclosure, pinning, public, recoding, records, spark, suppressed, tabulation
from referrals.publishing.audit import Check
from referrals.publishing.describing import Imprint
from referrals.publishing.disclosure import Revision
from referrals.publishing.keeping import Keeper, Kept
from referrals.publishing.pinning import Pinned
from referrals.publishing.public import PublicRelease
from referrals.publishing.revising import Earlier
from referrals.publishing.suppressed import SuppressedYear
from referrals.publishing.tabulation import Categories, Category, Counts, Engine
from referrals.release import MANIFEST

NAMED: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
OFFICIAL: Final = "official"
NATIONALITIES: Final = 10
"""How many nationalities stand alone by default. More of them make more small groups, and larger errors."""

METHODS: Final = ("rounding", "suppression")
ROUNDING, SUPPRESSION = METHODS
"""How small groups are protected: adjusted, so that everything can be asked and adds up, or withheld from exact tables."""

ENGINES: Final[Mapping[str, Engine]] = {"duckdb": tabulation.count, "spark": spark.count}
"""What can count the records. Each gives the same counts."""

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
    engine: str = "duckdb"

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
    years: tuple[Revision | SuppressedYear, ...]
    checks: tuple[Check, ...]
    disagreeing: tuple[str, ...]
    has_replaced: bool = False

    def as_text(self) -> str:
        """Return the summary in plain words."""
        years = f"{len(self.years)} year{'s' if len(self.years) > 1 else ''}"
        lines = [f"{self.folder.name}: {self.records:,} records of {years} published."]
        if self.has_replaced:
            lines.append(
                "It took the place of the release of this name. Readers may have copies of that: name the next one anew."
            )
        lines += [line for year in self.years for line in year.summary]
        if self.disagreeing:
            lines.append(f"The records do not agree with these published figures: {', '.join(self.disagreeing)}.")
        lines.append(f"{len(self.checks)} checks hold. Read certificate.md before the release goes out.")
        return "\n".join(lines)


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
    years: list[Revision | SuppressedYear] = []
    for counts, pinned, kept in zip(tabulated.years, pins, before, strict=True):
        progress(f"{counts.year}: protecting {len(counts.values):,} groups of {int(counts.values.sum()):,} records")
        years.append(_protected(counts, pinned, kept, keeper, tabulated))
    standing = _standing(options, tabulated)
    imprint = _imprint(options, tabulated, before, standing, inputs=keeper.digest(list(extracts)))
    folder = options.to / options.release_id
    for year, kept in zip(years, before, strict=True):
        keeper.prepare(year.year, _kept(options, year, kept, tabulated), status=tabulated.status, where=memory)
    checks = _write(folder, years, imprint, earlier=[one.folder for one in standing], progress=progress)
    _settle(keeper, [year.year for year in years], options, tabulated.status)
    return Summary(
        folder=folder,
        records=sum(sum(year.true.values()) for year in years),
        years=tuple(years),
        checks=tuple(checks),
        disagreeing=tuple(one for pinned in pins for one in pinned.disagreeing),
        has_replaced=folder in {one.folder for one in standing},
    )


def _tabulated(extracts: Sequence[Path], options: Options, keeper: Keeper, memory: str, progress: Progress) -> _Tabulated:
    with tabulation.workspace() as connection:
        reports = records.load(extracts, connection, today=options.published_on, progress=progress)
        progress("counting")
        found = tabulation.categories(connection, engine=ENGINES[options.engine])
        if not found:
            raise ExtractError("The extracts hold no records. There is nothing to publish.")
        status = "illustrative" if all(report.is_illustrative for report in reports) else OFFICIAL
        years = sorted({one.year for one in found})
        _refuse_elsewhere(keeper, years, options, status)
        _settle(keeper, years, options, status)
        kept = next((one for year in years if (one := keeper.kept(year, status=status, where=memory))), None)
        if kept is None:
            recodes = recoding.recode(found, nationalities=options.nationalities, by_region=options.by_region)
            published: Categories = recoding.published(found, recodes)
        else:
            recodes, published = _as_before(found, kept, options.shape)
        return _Tabulated(status, tabulation.finest(connection, recodes, published), recodes, options.shape, options.method)


def _refuse_elsewhere(keeper: Keeper, years: Sequence[str], options: Options, status: str) -> None:
    """Refuse to publish a year of real records in a second place: what was decided in the first would be decided anew there.

    Invented records are published wherever somebody tries it out.
    """
    if status == OFFICIAL:
        for year in years:
            if other := keeper.elsewhere(year, status=status, where=str(options.to.resolve())):
                raise DisclosureError(
                    f"{year} was published before, as {other}, in another folder than {options.to}. Read together the two "
                    "could tell who was counted. Publish in the same folder; where it was moved, move it back."
                )


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
) -> Revision | SuppressedYear:
    seed = keeper.seed(tabulated.method, tabulated.status, counts.year, tabulated.shape)
    if tabulated.method == SUPPRESSION:
        return suppressed.protect(counts, pinned.facts, kept, seed=seed)
    if kept is None:
        return Revision(disclosure.protect(counts, pinned.facts, seed=seed), counts.cells(), 0)
    return disclosure.revise(counts, pinned.facts, Earlier(kept.true, kept.table, kept.older))


def _write(
    folder: Path,
    years: Sequence[Revision | SuppressedYear],
    imprint: Imprint,
    *,
    earlier: Sequence[Path],
    progress: Progress,
) -> list[Check]:
    """Write a release, all of whose years are protected in the same way."""
    if exact := [year for year in years if isinstance(year, SuppressedYear)]:
        return suppressed.write(folder, exact, imprint, earlier=earlier, progress=progress)
    adjusted = [year.table for year in years if isinstance(year, Revision)]
    return building.write(folder, adjusted, imprint, earlier=earlier, progress=progress)


def _imprint(
    options: Options, tabulated: _Tabulated, before: Sequence[Kept | None], standing: Sequence[PublicRelease], *, inputs: str
) -> Imprint:
    revises = next((name for kept in before if kept and (name := _revises(kept, options))), "")
    return Imprint(
        release_id=options.release_id,
        status=tabulated.status,
        published_on=options.published_on.isoformat(),
        options={"nationalities": options.nationalities, "by_region": options.by_region, "method": options.method},
        inputs=inputs,
        revises=revises,
        before=next((one.published for one in standing if one.folder.name == revises), None),
    )


def _settle(keeper: Keeper, years: Sequence[str], options: Options, status: str) -> None:
    """Bring what is kept into step with what stands: a publisher that was killed may have left the two apart."""
    memory = str(options.to.resolve())
    for year in years:
        keeper.settle(year, status=status, where=memory, is_published=partial(_stands, year=year, to=options.to))


def _stands(kept: Kept, year: str, to: Path) -> bool:
    """Return whether a release shows what was prepared for it."""
    try:
        release = public.read(to / kept.release_id)
    except ReleaseError:
        return False
    return year in release.years and release.years[year].cells == kept.table


def _standing(options: Options, tabulated: _Tabulated) -> list[PublicRelease]:
    """Return the releases of the same records that stand already, the one that will be replaced included: readers have them.

    A folder that holds no release made of protected counts is passed over, and so is one of this name that cannot be read:
    publishing again is how it is mended.

    Raises:
        DisclosureError: another release cannot be read, and so cannot be attacked together with this one.
    """
    found = []
    for folder in sorted(options.to.glob("[!.]*/")):
        try:
            release = public.read(folder)
        except ReleaseError as error:
            if folder.name != options.release_id and _is_protected(folder):
                raise DisclosureError(
                    f"{folder} cannot be read, and readers may have copies of it. Restore it, or move it out of {options.to}."
                ) from error
            continue
        if release.status == tabulated.status and release.years.keys() & {counts.year for counts in tabulated.years}:
            found.append(release)
    return found


def _is_protected(folder: Path) -> bool:
    """Return whether the manifest of a release, which cannot be read, speaks of protected counts."""
    manifest = folder / MANIFEST
    return manifest.is_file() and b"disclosure_control" in manifest.read_bytes()


def _revises(kept: Kept, options: Options) -> str:
    """Return the release that this one revises: publishing under the same name again revises what that revised."""
    return kept.revises if kept.release_id == options.release_id else kept.release_id


def _kept(options: Options, year: Revision | SuppressedYear, before: Kept | None, tabulated: _Tabulated) -> Kept:
    """Return what to keep of a year, with every table that was published of it and is not this one."""
    tables = [*before.older, before.table] if before else []
    return Kept(
        release_id=options.release_id,
        shape=tabulated.shape,
        categories={name: tuple(codes) for name, codes in year.categories.items()},
        recoding=tabulated.recoding,
        true=year.true,
        table=year.shown,
        older=tuple(table for table in tables if table != year.shown),
        revises=_revises(before, options) if before else "",
    )
