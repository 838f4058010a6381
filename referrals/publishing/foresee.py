"""The counts of a first release, as `publish` makes them, and the refusals of `publish`.

`protected_counts` and the command `check` call it, so that a check foresees every refusal that
depends on the records alone. Of those that depend on earlier releases, `publish --dry-run` foresees
some; whether an attack on all of them together succeeds is known to `publish` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from referrals.errors import DisclosureError
from referrals.publishing.audit import prove
from referrals.publishing.cell_codes import Fact, Year, describe
from referrals.publishing.disclosure import (
    agreed_facts,
    group_disclosure,
    joins,
    recoding,
    recoding_reasons,
)
from referrals.publishing.disclosure.recoding import Recoding
from referrals.publishing.disclosure.rounding import likelihood
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.disclosure.series_recoding import YearRecoding
from referrals.publishing.disclosure.suppression import protect as suppression
from referrals.publishing.extract import validate
from referrals.publishing.options import SUPPRESSION, Options
from referrals.publishing.release_builder import suppressed
from referrals.publishing.release_builder.suppressed import SuppressedYear
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Categories, Category, Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    DOMINANCE,
    DOMINANT_PEOPLE,
    GROUP_DISCLOSURE,
    LARGEST_DOMINANT_SHARE,
    PROTECTION_WIDTH,
    SMALLEST_PUBLISHED_CATEGORY,
    SMALLEST_UNCHANGED,
)
from referrals.release.release import EXAMPLE

NO_RECORDS: Final = "No record is left to publish. Leave fewer quarters out."
"""The refusal if every quarter is left out."""

STEPS: Final = 10
"""Steps of the rounding search for each small count: whether a rounding exists needs no more."""

SEED: Final = 0
"""The seed of a protection that is thrown away."""

MOST_NAMED: Final = 3
"""The most sums that a message names."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Forecast:
    """The groupings that `publish` would announce, and its refusal ('' if none is foreseen)."""

    groupings: Sequence[str]
    refusal: str

    def as_text(self) -> str:
        """Return the forecast in sentences, one a line."""
        lines = [f"Publishing: {sentence}" for sentence in self.groupings]
        if self.refusal:
            lines.append(f"Publishing would be refused: {self.refusal}")
        else:
            lines.append(
                "Publishing: no refusal of a first release is foreseen. `publish --dry-run` also "
                "compares earlier releases."
            )
        return "\n".join(lines)


def choose_codes(
    found: Sequence[Category], options: Options, *, is_example: bool
) -> tuple[Recoding, Categories, list[str]]:
    """Return the recoding of a first release, its published codes, and the reasons of both.

    Raises:
        DisclosureError: the records cannot be grouped so that no category is too small.
    """
    recodes = recoding.recode(
        found,
        nationalities=options.nationalities,
        by_region=options.by_region,
        groups=options.groups,
    )
    published = recoding.published_codes(found, recodes, is_example=is_example)
    announced = recoding_reasons.reasons(
        found,
        recodes,
        nationalities=options.nationalities,
        by_region=options.by_region,
        groups=options.groups,
        is_example=is_example,
    )
    return recodes, published, announced


def forecast(
    extract: Path, options: Options, *, today: date, progress: Progress = lambda _: None
) -> Forecast:
    """Return what `publish` would group and refuse if this extract were the only one.

    Raises:
        ExtractError: the extract has lines that cannot be used.
    """
    groupings: list[str] = []
    with tabulation.workspace() as connection:
        reports = validate.load([extract], connection, mapping=options.mapping, today=today)
        tabulation.leave_out(connection, options.left_out)
        found = tabulation.categories(connection)
        if not found:
            return Forecast((), NO_RECORDS)
        is_example = reports[0].status == EXAMPLE
        try:
            recodes, published, groupings = choose_codes(found, options, is_example=is_example)
            named = sorted({category.year for category in found})
            recoded = {year: YearRecoding(recodes, published) for year in named}
            years = finest(connection, recoded)
            pairs = options.method != SUPPRESSION
            is_accepted = GROUP_DISCLOSURE in options.accepted
            if not is_accepted and group_disclosure.find_all(years, pairs=pairs):
                mended = joins.mend(years, recoded, (), pairs=pairs, is_example=is_example)
                groupings += mended.reasons
                years = finest(connection, mended.recoding)
            refuse_groups_of_few_people(connection, options.method, is_revision=False)
            if DOMINANCE not in options.accepted:
                refuse_dominated_totals(connection)
            for counts in years:
                progress(f"{counts.year}: looking for refusals of `publish`")
                facts = agreed_facts.find(counts).facts
                protected = protect_first(
                    counts, facts, method=options.method, seed=SEED, steps=STEPS
                )
                refuse_narrow_sums(protected)
        except DisclosureError as error:
            return Forecast(groupings, str(error))
    return Forecast(groupings, "")


def finest(
    connection: duckdb.DuckDBPyConnection, recodes: Mapping[str, YearRecoding]
) -> list[Counts]:
    """Return the counts of every year in the codes that its recoding leaves."""
    return tabulation.finest(
        connection,
        {year: recoded.recoding for year, recoded in recodes.items()},
        {year: recoded.codes for year, recoded in recodes.items()},
    )


def refuse_dominated_totals(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse counts if most referrals of an exact total are of one person, or of as few as set.

    Raises:
        DisclosureError: there is such a total. The message names them.
    """
    found = tabulation.dominated_totals(
        connection,
        people=DOMINANT_PEOPLE,
        largest_share=LARGEST_DOMINANT_SHARE,
        smallest=SMALLEST_PUBLISHED_CATEGORY,
    )
    if found:
        listed = "; ".join(f"{dimension} {code} in {year}" for year, dimension, code in found)
        raise DisclosureError(
            f"More than {LARGEST_DOMINANT_SHARE}% of the referrals of an exact total are of "
            f"{DOMINANT_PEOPLE} of its people, and the others could estimate how many: {listed}. "
            "Keep one referral of each person, publish a longer period, or accept it: "
            f"--accept {DOMINANCE}=REASON. Nothing was written."
        )


def protect_first(
    counts: Counts, facts: Sequence[Fact], *, method: str, seed: int, steps: int
) -> Revision | SuppressedYear:
    """Return the protected counts of a year that was never published.

    Raises:
        DisclosureError: no protection keeps every promise, or somebody who runs the program could
            work small counts out.
    """
    if method == SUPPRESSION:
        return suppressed.protect(counts, facts, None, seed=seed)
    table = rounding.protect(counts, facts, seed=seed, steps=steps)
    likelihood.require(counts, table, seed=seed)
    return Revision(table, counts.cells(), 0)


def refuse_narrow_sums(protected: Revision | SuppressedYear) -> None:
    """Refuse a rounded year if an attack on its release would find a sum with too few values.

    Suppressed tables carry their own witnesses, so there is nothing to look for.

    Raises:
        DisclosureError: there is such a sum. The message names some.
    """
    if isinstance(protected, SuppressedYear):
        return
    table = protected.table
    year = Year(table.year, table.categories, table.cells, table.facts)
    narrow = prove.narrow_sums(year, table.largest_error)
    if narrow:
        listed = "; ".join(describe(codes) for codes in narrow[:MOST_NAMED])
        more = f" (and {len(narrow) - MOST_NAMED:,} more)" if len(narrow) > MOST_NAMED else ""
        raise DisclosureError(
            f"{year.year}: an attack would succeed. Sums that could be 1 to 4 have a range less "
            f"than {PROTECTION_WIDTH} wide: {listed}{more}. Publish a longer period, or other "
            "groups: fewer small codes (--group), or fewer or more nationalities "
            "(--nationalities). Nothing was written."
        )


def refuse_groups_of_few_people(
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
