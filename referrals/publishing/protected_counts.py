"""The protected counts of extracts: read, counted, recoded and protected, and not yet written.

Called by `pipeline`, which writes a draft of them, and by `rehearsal`, which only describes them
to the publisher.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from referrals.errors import ExtractError
from referrals.publishing import foresee
from referrals.publishing.disclosure import agreed_facts, group_disclosure, joins
from referrals.publishing.disclosure.agreed_facts import AgreedFacts
from referrals.publishing.disclosure.group_disclosure import NearCertain
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.disclosure.series_recoding import Regrouping, YearRecoding
from referrals.publishing.extract import validate
from referrals.publishing.history import published_recoding
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.publishing.options import ENGINES, SUPPRESSION, Options
from referrals.publishing.release_builder import suppressed
from referrals.publishing.release_builder.suppressed import SuppressedYear
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Category, Counts
from referrals.reference.disclosure_rule import DOMINANCE, GROUP_DISCLOSURE
from referrals.release.release import EXAMPLE

WORK: Final = "work"
"""The folder in the private folder where records are counted."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Tabulated:
    """The counts of extracts in the codes to publish, and the history of earlier releases.

    Attributes:
        found: the people of each recorded code, before recoding.
        releases: the history of the folder of releases.
        years: the counts of each year. One that was published before can have codes that its
            earlier releases do not have.
        recoding: the recoding of each year.
        shape: the options that revisions of these years must repeat (`Options.shape`).
        method: one of `options.METHODS`.
        without_person_id: the number of records without a person_id.
        regrouped: the categories that a new year of a series no longer has.
        groupings: a sentence for the publisher on each group of categories, with true counts.
        near_certain: the disclosive groups that the publisher accepted.
    """

    found: Sequence[Category]
    releases: ReleaseHistory
    years: list[Counts]
    recoding: Mapping[str, YearRecoding]
    shape: str
    method: str
    without_person_id: int
    regrouped: Sequence[Regrouping]
    groupings: Sequence[str] = ()
    near_certain: Sequence[NearCertain] = ()


@dataclass(frozen=True)
class Protected:
    """The protected years of extracts, and everything that they were made from."""

    tabulated: Tabulated
    agreed: Sequence[AgreedFacts]
    previous_years: Sequence[StoredYear | None]
    years: Sequence[Revision | SuppressedYear]


def protect(
    extracts: Sequence[Path],
    options: Options,
    store: PrivateStore,
    *,
    is_rehearsal: bool = False,
    progress: Progress,
) -> Protected:
    """Count the extracts and protect each year. Nothing is written but scratch files.

    A rehearsal does not write to the private folder either: its scratch files are among temporary
    ones.

    Raises:
        ExtractError, DisclosureError: as `publish`.
    """
    tabulated = _tabulate(extracts, options, store, progress, is_rehearsal=is_rehearsal)
    agreed = [agreed_facts.find(counts) for counts in tabulated.years]
    previous_years = [tabulated.releases.latest(counts.year) for counts in tabulated.years]
    years: list[Revision | SuppressedYear] = []
    for number, counts in enumerate(tabulated.years):
        groups, records = len(counts.values), int(counts.values.sum())
        step = f" ({number + 1} of {len(tabulated.years)})" if len(tabulated.years) > 1 else ""
        progress(f"{counts.year}: protecting {groups:,} groups of {records:,} records{step}")
        facts, previous = agreed[number], previous_years[number]
        years.append(_protect(counts, facts, previous, tabulated, steps=options.steps))
    return Protected(tabulated, agreed, previous_years, years)


def _tabulate(
    extracts: Sequence[Path],
    options: Options,
    store: PrivateStore,
    progress: Progress,
    *,
    is_rehearsal: bool,
) -> Tabulated:
    home = None if is_rehearsal else options.private / WORK
    with tabulation.workspace(home=home) as connection:
        reports = validate.load(
            extracts,
            connection,
            mapping=options.mapping,
            today=options.published_on,
            home=home,
            progress=progress,
        )
        progress("counting")
        tabulation.leave_out(connection, options.left_out)
        found = tabulation.categories(connection, engine=ENGINES[options.engine])
        if not found:
            raise ExtractError(foresee.NO_RECORDS)
        # The extracts of a release are all of one origin (`validate.load`).
        status = reports[0].status
        is_example = status == EXAMPLE
        releases = ReleaseHistory(store, options.releases, status)
        years = sorted({category.year for category in found})
        releases.refuse_second_folder(years)
        if not is_rehearsal:
            releases.resolve(years)
        previous = _previously_published(releases, years)
        announced: list[str] = []
        if previous:
            recodes, regrouped = published_recoding.of_series(
                found, previous, options, is_example=is_example
            )
            announced += published_recoding.sentences(
                found, recodes, previous, is_example=is_example
            )
        else:
            regrouped = []
            recoded, codes, announced = foresee.choose_codes(found, options, is_example=is_example)
            recodes = {category.year: YearRecoding(recoded, codes) for category in found}
        counts, shown = _finest(connection, found, recodes, previous)
        pairs = options.method != SUPPRESSION
        near_certain = group_disclosure.find_all(shown, pairs=pairs)
        if near_certain and GROUP_DISCLOSURE not in options.accepted:
            mended = joins.mend(shown, recodes, previous, pairs=pairs, is_example=is_example)
            recodes, near_certain = mended.recoding, []
            announced += mended.reasons
            regrouped += mended.regrouped
            counts, _ = _finest(connection, found, recodes, previous)
        tabulation.leave_out_unlisted(connection, {year: recodes[year].codes for year in previous})
        foresee.refuse_groups_of_few_people(connection, options.method, is_revision=bool(previous))
        if DOMINANCE not in options.accepted:
            foresee.refuse_dominated_totals(connection)
        return Tabulated(
            found=found,
            releases=releases,
            years=counts,
            recoding=recodes,
            shape=options.shape,
            method=options.method,
            without_person_id=tabulation.records_without_person(connection),
            regrouped=regrouped,
            groupings=announced,
            near_certain=near_certain,
        )


def _finest(
    connection: duckdb.DuckDBPyConnection,
    found: Sequence[Category],
    recodes: Mapping[str, YearRecoding],
    previous: Mapping[str, StoredYear],
) -> tuple[list[Counts], list[Counts]]:
    """Return the counts of every year, and the same in published codes alone."""
    wide = published_recoding.codes_to_count(found, recodes, previous)
    counts = foresee.finest(connection, wide)
    return counts, [tabulation.split(every, recodes[every.year].codes)[0] for every in counts]


def _previously_published(releases: ReleaseHistory, years: Sequence[str]) -> dict[str, StoredYear]:
    """Return the history of those years that were published before."""
    previous = {}
    for year in years:
        stored = releases.latest(year)
        if stored is not None:
            previous[year] = stored
    return previous


def _protect(
    counts: Counts,
    agreed: AgreedFacts,
    previous: StoredYear | None,
    tabulated: Tabulated,
    *,
    steps: int,
) -> Revision | SuppressedYear:
    releases = tabulated.releases
    seed = releases.store.seed(tabulated.method, releases.status, counts.year, tabulated.shape)
    if previous is None:
        return foresee.protect_first(
            counts, agreed.facts, method=tabulated.method, seed=seed, steps=steps
        )
    if tabulated.method == SUPPRESSION:
        return suppressed.protect(counts, agreed.facts, previous, seed=seed)
    return rounding.revise(
        counts,
        agreed.facts,
        PreviousReleases(previous.true, previous.table, previous.older, previous.categories),
        seed=seed,
        steps=steps,
    )
