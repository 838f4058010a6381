"""The publishing pipeline: record-level extracts in, a protected release out, or nothing.

Called by the command `publish`. The steps: validate, count, recode, protect, build, attack, put in
place. `docs/architecture.md` follows a record through them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.disclosure.suppression import protect as suppression
from referrals.publishing.extract import validate
from referrals.publishing.history import history
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.publishing.options import ENGINES, SUPPRESSION, Options
from referrals.publishing.release_builder import rounded, suppressed
from referrals.publishing.release_builder.manifest import ReleaseInfo
from referrals.publishing.release_builder.suppressed import SuppressedYear
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Categories, Category, Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY, SMALLEST_UNCHANGED
from referrals.release.release import EXAMPLE

WORK: Final = "work"
"""The folder in the private folder where records are counted."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """The result for the publisher. It has true counts, and is in no public file.

    `nameless` is the number of records without a person; `disagreeing` are the published facts that
    the records contradict.
    """

    folder: Path
    records: int
    years: tuple[Revision | SuppressedYear, ...]
    checks: tuple[Check, ...]
    disagreeing: tuple[str, ...]
    nameless: int
    has_replaced: bool = False

    def as_text(self) -> str:
        """Return the summary in sentences, one a line."""
        years = f"{len(self.years)} year{'s' if len(self.years) > 1 else ''}"
        lines = [f"{self.folder.name}: {self.records:,} records of {years} published."]
        if self.has_replaced:
            lines.append(
                "It replaced the release of this name. Readers may have copies of that: "
                "use a new name next time."
            )
        lines += [line for year in self.years for line in year.summary]
        if self.nameless:
            lines.append(
                f"{self.nameless:,} of the records have no person_id: whether some are of the same "
                "person could not be checked."
            )
        if self.disagreeing:
            lines.append(
                "The records do not agree with these published figures: "
                f"{', '.join(self.disagreeing)}."
            )
        lines.append(
            f"{len(self.checks)} checks hold. Read certificate.md before you publish the release."
        )
        return "\n".join(lines)


@dataclass(frozen=True)
class _Tabulated:
    """The counts of extracts in the codes to publish, and the history of earlier releases."""

    releases: ReleaseHistory
    years: list[Counts]
    recoding: Mapping[tuple[str, str], str]
    shape: str
    method: str
    nameless: int


def publish(
    extracts: Sequence[Path], options: Options, *, progress: Progress = lambda _: None
) -> Summary:
    """Publish extracts as a release and return a summary.

    Raises:
        ExtractError: an extract has lines that cannot be used.
        DisclosureError: an option is wrong, the counts cannot be protected, or an attack on the
            release succeeded. Nothing was written.
    """
    options.check()
    with history.lock(options.private, options.to):
        return _publish(extracts, options, PrivateStore(options.private), progress)


def _publish(
    extracts: Sequence[Path], options: Options, store: PrivateStore, progress: Progress
) -> Summary:
    tabulated = _tabulate(extracts, options, store, progress)
    releases = tabulated.releases
    agreed = [agreed_facts.find(counts) for counts in tabulated.years]
    previous_years = [releases.latest(counts.year) for counts in tabulated.years]
    years: list[Revision | SuppressedYear] = []
    for counts, facts, previous in zip(tabulated.years, agreed, previous_years, strict=True):
        groups, records = len(counts.values), int(counts.values.sum())
        progress(f"{counts.year}: protecting {groups:,} groups of {records:,} records")
        years.append(_protect(counts, facts, previous, tabulated, steps=options.steps))
    earlier_releases = releases.published(
        [year.year for year in years], replacing=options.release_id
    )
    info = _release_info(
        options,
        tabulated,
        previous_years,
        earlier_releases,
        inputs=store.digest(list(extracts)),
    )
    folder = options.to / options.release_id
    earlier = [release.folder for release in earlier_releases]
    with releases.transaction([year.year for year in years]):
        for year, previous in zip(years, previous_years, strict=True):
            stored = history.stored_year(
                year,
                previous,
                release_id=options.release_id,
                shape=tabulated.shape,
                recoding=tabulated.recoding,
            )
            releases.prepare(year.year, stored)
        checks = _write(folder, years, info, earlier=earlier, progress=progress)
    return Summary(
        folder=folder,
        records=sum(sum(year.true.values()) for year in years),
        years=tuple(years),
        checks=tuple(checks),
        disagreeing=tuple(name for facts in agreed for name in facts.disagreeing),
        nameless=tabulated.nameless,
        has_replaced=folder in earlier,
    )


def _tabulate(
    extracts: Sequence[Path], options: Options, store: PrivateStore, progress: Progress
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
        # The extracts of a release are all of one origin (`validate.load`).
        status = reports[0].status
        is_example = status == EXAMPLE
        releases = ReleaseHistory(store, options.to, status)
        years = sorted({category.year for category in found})
        releases.refuse_second_folder(years)
        releases.resolve(years)
        previous = _previously_published(releases, years)
        if previous:
            recodes, published = _previous_recoding(found, previous, options.shape)
        else:
            recodes = recoding.recode(
                found, nationalities=options.nationalities, by_region=options.by_region
            )
            published = recoding.published_codes(found, recodes, is_example=is_example)
        counts = tabulation.finest(connection, recodes, published)
        _refuse_groups_of_few_people(connection, options.method, is_revision=bool(previous))
        nameless = tabulation.records_without_person(connection)
        return _Tabulated(releases, counts, recodes, options.shape, options.method, nameless)


def _refuse_groups_of_few_people(
    connection: duckdb.DuckDBPyConnection, method: str, *, is_revision: bool
) -> None:
    """Refuse counts if an exact number would describe fewer people than it has referrals.

    The first release of a year decides which nationalities have a group of their own, so a revision
    cannot be advised to have fewer.
    """
    found = tabulation.groups_of_few_people(
        connection, cell=SMALLEST_UNCHANGED, category=SMALLEST_PUBLISHED_CATEGORY
    )
    groups = found.get(suppression.TWO_WAY if method == SUPPRESSION else len(FINEST), 0)
    categories = found.get(1, 0)
    if groups or categories:
        fewer = "" if is_revision else "group more nationalities (a lower --nationalities), or "
        raise DisclosureError(
            f"Some people have several referrals: {groups:,} of the smallest groups of "
            f"{SMALLEST_UNCHANGED} or more referrals describe fewer than {SMALLEST_UNCHANGED} "
            f"people, and {categories:,} categories fewer than {SMALLEST_PUBLISHED_CATEGORY}. "
            f"To publish, {fewer}keep one referral of each person. "
            "Nothing was written."
        )


def _previous_recoding(
    found: Sequence[Category], previous: Mapping[str, StoredYear], shape: str
) -> tuple[Mapping[tuple[str, str], str], Categories]:
    """Return the recoding and the codes of earlier releases of the same records.

    Readers could compare two groupings of the same records, and nothing proves that to be safe.
    """
    for stored in previous.values():
        if stored.shape != shape:
            raise DisclosureError(
                f"These years were published before ({stored.release_id}) with {stored.shape}. "
                "Publish the revision with the same options: two groupings of the same records "
                "can be compared, and exact numbers give adjusted ones away."
            )
    first = next(iter(previous.values()))
    recodes: dict[tuple[str, str], str] = {}
    for stored in previous.values():
        recodes |= stored.recoding
    for stored in previous.values():
        is_recoded_alike = stored.recoding.items() <= recodes.items()
        if _codes(stored) != _codes(first) or not is_recoded_alike:
            raise DisclosureError(
                f"{' and '.join(previous)} were published separately, each with groups of its "
                "own, and cannot be published together. Publish the revision of each separately."
            )
    for category in found:
        key = (category.dimension, category.code)
        is_published = category.code in first.categories[category.dimension]
        if category.dimension != "quarter" and not is_published and key not in recodes:
            recodes[key] = _code_of_new_category(category, first)
    return recodes, _codes(first)


def _previously_published(releases: ReleaseHistory, years: Sequence[str]) -> dict[str, StoredYear]:
    """Return the history of those years that were published before."""
    previous = {}
    for year in years:
        stored = releases.latest(year)
        if stored is not None:
            previous[year] = stored
    return previous


def _codes(stored: StoredYear) -> Categories:
    return {name: codes for name, codes in stored.categories.items() if name != "quarter"}


def _code_of_new_category(category: Category, previous: StoredYear) -> str:
    """Return the published code of a category that the earlier release did not have."""
    if category.dimension == "nationality" and recoding.OTHER in previous.categories["nationality"]:
        return recoding.OTHER
    raise DisclosureError(
        f"The {category.dimension.replace('_', ' ')} '{category.code}' is new in {category.year}; "
        f"{previous.release_id} did not have it. Publish a longer period, in which it counts at "
        "least ten."
    )


def _protect(
    counts: Counts,
    agreed: AgreedFacts,
    previous: StoredYear | None,
    tabulated: _Tabulated,
    *,
    steps: int,
) -> Revision | SuppressedYear:
    releases = tabulated.releases
    seed = releases.store.seed(tabulated.method, releases.status, counts.year, tabulated.shape)
    if tabulated.method == SUPPRESSION:
        return suppressed.protect(counts, agreed.facts, previous, seed=seed)
    if previous is None:
        return Revision(
            rounding.protect(counts, agreed.facts, seed=seed, steps=steps), counts.cells(), 0
        )
    return rounding.revise(
        counts, agreed.facts, PreviousReleases(previous.true, previous.table, previous.older)
    )


def _write(
    folder: Path,
    years: Sequence[Revision | SuppressedYear],
    info: ReleaseInfo,
    *,
    earlier: Sequence[Path],
    progress: Progress,
) -> list[Check]:
    """Write a release whose years are all protected by one method."""
    suppressed_years = [year for year in years if isinstance(year, SuppressedYear)]
    if suppressed_years:
        return suppressed.write(folder, suppressed_years, info, earlier=earlier, progress=progress)
    tables = [year.table for year in years if isinstance(year, Revision)]
    return rounded.write(folder, tables, info, earlier=earlier, progress=progress)


def _release_info(
    options: Options,
    tabulated: _Tabulated,
    previous_years: Sequence[StoredYear | None],
    earlier_releases: Sequence[PublicRelease],
    *,
    inputs: str,
) -> ReleaseInfo:
    names = [
        history.revised_release(previous, options.release_id)
        for previous in previous_years
        if previous
    ]
    revises = next(filter(None, names), "")
    numbers = [release.published for release in earlier_releases if release.folder.name == revises]
    return ReleaseInfo(
        release_id=options.release_id,
        status=tabulated.releases.status,
        published_on=options.published_on.isoformat(),
        options={
            "nationalities": options.nationalities,
            "by_region": options.by_region,
            "method": options.method,
        },
        inputs=inputs,
        revises=revises,
        revised_numbers=numbers[0] if numbers else None,
    )
