"""Publish: record-level extracts in, a release that passed disclosure control out, or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from referrals.errors import DisclosureError, ExtractError
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.disclosure import agreed_facts, recoding
from referrals.publishing.disclosure.agreed_facts import AgreedFacts
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.annealing import STEPS
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.disclosure.suppression import protect as suppression
from referrals.publishing.extract import validate
from referrals.publishing.history import history
from referrals.publishing.history.history import OFFICIAL, Memory
from referrals.publishing.history.private_store import Keeper, Kept
from referrals.publishing.release_builder import rounded, suppressed
from referrals.publishing.release_builder.manifest import Imprint
from referrals.publishing.release_builder.suppressed import SuppressedYear
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation import spark
from referrals.publishing.tabulation.counts import Categories, Category, Counts, Engine
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY, SMALLEST_UNCHANGED

NAMED: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
NATIONALITIES: Final = 10
"""How many nationalities stand alone by default. More of them make more small groups, and larger errors."""

METHODS: Final = ("rounding", "suppression")
ROUNDING, SUPPRESSION = METHODS
"""How small groups are protected: adjusted, so that everything can be asked and adds up, or withheld from exact tables."""

WORK: Final = "work"
"""Where records lie in the private folder while they are counted."""

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
    steps: int = STEPS

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
    nameless: int
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
        if self.nameless:
            lines.append(
                f"{self.nameless:,} of the records have no person_id: whether some are of the same person could not be checked."
            )
        if self.disagreeing:
            lines.append(
                f"The records do not agree with these published figures: {', '.join(self.disagreeing)}."
            )
        lines.append(
            f"{len(self.checks)} checks hold. Read certificate.md before the release goes out."
        )
        return "\n".join(lines)


@dataclass(frozen=True)
class _Tabulated:
    """The counts of extracts, in the codes that will be published, and what is remembered of earlier ones."""

    memory: Memory
    years: list[Counts]
    recoding: Mapping[tuple[str, str], str]
    shape: str
    method: str
    nameless: int


def private_folder() -> Path:
    """Return where the publisher's key and decisions are kept where no other folder is named."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "victim-referrals"


def publish(
    extracts: Sequence[Path], options: Options, *, progress: Progress = lambda _: None
) -> Summary:
    """Publish extracts as a release, and return what was done.

    Raises:
        ExtractError: an extract has lines that cannot be used.
        DisclosureError: the counts cannot be protected, or the release was attacked and is not safe. Nothing was written.
    """
    _check(options)
    with history.alone(options.private, options.to):
        return _published(extracts, options, Keeper(options.private), progress)


def _check(options: Options) -> None:
    if not NAMED.fullmatch(options.release_id):
        raise DisclosureError(
            f"'{options.release_id}' is no name for a release. Use small letters, digits and hyphens."
        )
    if options.nationalities < 0:
        raise DisclosureError(
            f"{options.nationalities} nationalities cannot stand alone. Say how many, from 0 on."
        )


def _published(
    extracts: Sequence[Path], options: Options, keeper: Keeper, progress: Progress
) -> Summary:
    tabulated = _tabulated(extracts, options, keeper, progress)
    memory = tabulated.memory
    agreed = [agreed_facts.find(counts) for counts in tabulated.years]
    before = [memory.kept(counts.year) for counts in tabulated.years]
    years: list[Revision | SuppressedYear] = []
    for counts, facts, kept in zip(tabulated.years, agreed, before, strict=True):
        progress(
            f"{counts.year}: protecting {len(counts.values):,} groups of {int(counts.values.sum()):,} records"
        )
        years.append(_protected(counts, facts, kept, tabulated, steps=options.steps))
    standing = memory.standing([year.year for year in years], but=options.release_id)
    imprint = _imprint(options, tabulated, before, standing, inputs=keeper.digest(list(extracts)))
    folder = options.to / options.release_id
    about = {"release_id": options.release_id, "shape": tabulated.shape}
    with memory.settling([year.year for year in years]):
        for year, kept in zip(years, before, strict=True):
            memory.prepare(
                year.year, history.to_keep(year, kept, recoding=tabulated.recoding, **about)
            )
        checks = _write(
            folder, years, imprint, earlier=[one.folder for one in standing], progress=progress
        )
    return Summary(
        folder=folder,
        records=sum(sum(year.true.values()) for year in years),
        years=tuple(years),
        checks=tuple(checks),
        disagreeing=tuple(name for facts in agreed for name in facts.disagreeing),
        nameless=tabulated.nameless,
        has_replaced=folder in {one.folder for one in standing},
    )


def _tabulated(
    extracts: Sequence[Path], options: Options, keeper: Keeper, progress: Progress
) -> _Tabulated:
    home = options.private / WORK
    with tabulation.workspace(home=home) as connection:
        reports = validate.load(
            extracts, connection, today=options.published_on, home=home, progress=progress
        )
        progress("counting")
        found = tabulation.categories(connection, engine=ENGINES[options.engine])
        if not found:
            raise ExtractError("The extracts hold no records. There is nothing to publish.")
        status = "illustrative" if all(report.is_illustrative for report in reports) else OFFICIAL
        memory = Memory(keeper, options.to, status)
        years = sorted({one.year for one in found})
        memory.refuse_elsewhere(years)
        memory.settle(years)
        if kept := {year: one for year in years if (one := memory.kept(year))}:
            recodes, published = _as_before(found, kept, options.shape)
        else:
            recodes = recoding.recode(
                found, nationalities=options.nationalities, by_region=options.by_region
            )
            published = recoding.published_codes(found, recodes)
        counts = tabulation.finest(connection, recodes, published)
        _refuse_few(connection, options.method, is_revision=bool(kept))
        nameless = tabulation.nameless(connection)
        return _Tabulated(memory, counts, recodes, options.shape, options.method, nameless)


def _refuse_few(connection: duckdb.DuckDBPyConnection, method: str, *, is_revision: bool) -> None:
    """Refuse counts of which an exact number would describe fewer people than its referrals let one believe.

    What stands alone was settled by the first release of a year: a revision cannot let fewer nationalities do so.
    """
    found = tabulation.few(
        connection, cell=SMALLEST_UNCHANGED, category=SMALLEST_PUBLISHED_CATEGORY
    )
    groups = found.get(suppression.TWO_WAY if method == SUPPRESSION else len(FINEST), 0)
    categories = found.get(1, 0)
    if groups or categories:
        fewer = (
            "" if is_revision else "let fewer nationalities stand alone (see --nationalities), or "
        )
        raise DisclosureError(
            f"Some people have several referrals: {groups:,} of the smallest groups of "
            f"{SMALLEST_UNCHANGED} or more referrals describe fewer than {SMALLEST_UNCHANGED} "
            f"people, and {categories:,} categories fewer than {SMALLEST_PUBLISHED_CATEGORY}. "
            f"To publish, {fewer}"
            "keep one referral of each person. Nothing was written."
        )


def _as_before(
    found: Sequence[Category], kept: Mapping[str, Kept], shape: str
) -> tuple[Mapping[tuple[str, str], str], Categories]:
    """Return the recoding and the codes of earlier releases of the same records: two groupings cannot be proved together."""
    for one in kept.values():
        if one.shape != shape:
            raise DisclosureError(
                f"These years were published before ({one.release_id}) with {one.shape}. Publish the revision with the same "
                "options: two groupings of the same records can be compared, and exact numbers give adjusted ones away."
            )
    first = next(iter(kept.values()))
    recodes = {key: code for one in kept.values() for key, code in one.recoding.items()}
    if any(
        _codes(one) != _codes(first) or not one.recoding.items() <= recodes.items()
        for one in kept.values()
    ):
        raise DisclosureError(
            f"{' and '.join(kept)} were published apart, each with groups of its own, and cannot be published together. "
            "Publish the revision of each on its own."
        )
    for category in found:
        known = (
            category.dimension == "quarter" or category.code in first.categories[category.dimension]
        )
        if not known and (category.dimension, category.code) not in recodes:
            recodes[category.dimension, category.code] = _rest(category, first)
    return recodes, _codes(first)


def _codes(kept: Kept) -> Categories:
    return {name: codes for name, codes in kept.categories.items() if name != "quarter"}


def _rest(one: Category, kept: Kept) -> str:
    if one.dimension == "nationality" and recoding.OTHER in kept.categories["nationality"]:
        return recoding.OTHER
    raise DisclosureError(
        f"The {one.dimension.replace('_', ' ')} '{one.code}' is new in {one.year}; {kept.release_id} did not have it. "
        "Publish a longer period, in which it counts at least ten."
    )


def _protected(
    counts: Counts, agreed: AgreedFacts, kept: Kept | None, tabulated: _Tabulated, *, steps: int
) -> Revision | SuppressedYear:
    memory = tabulated.memory
    seed = memory.keeper.seed(tabulated.method, memory.status, counts.year, tabulated.shape)
    if tabulated.method == SUPPRESSION:
        return suppressed.protect(counts, agreed.facts, kept, seed=seed)
    if kept is None:
        table = rounding.protect(counts, agreed.facts, seed=seed, steps=steps)
        return Revision(table, counts.cells(), 0)
    return rounding.revise(
        counts, agreed.facts, PreviousReleases(kept.true, kept.table, kept.older)
    )


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
    return rounded.write(folder, adjusted, imprint, earlier=earlier, progress=progress)


def _imprint(
    options: Options,
    tabulated: _Tabulated,
    before: Sequence[Kept | None],
    standing: Sequence[PublicRelease],
    *,
    inputs: str,
) -> Imprint:
    revises = next(
        (name for kept in before if kept and (name := history.revised(kept, options.release_id))),
        "",
    )
    return Imprint(
        release_id=options.release_id,
        status=tabulated.memory.status,
        published_on=options.published_on.isoformat(),
        options={
            "nationalities": options.nationalities,
            "by_region": options.by_region,
            "method": options.method,
        },
        inputs=inputs,
        revises=revises,
        before=next((one.published for one in standing if one.folder.name == revises), None),
    )
