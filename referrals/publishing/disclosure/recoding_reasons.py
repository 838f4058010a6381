"""The reasons for a recoding, in sentences for the publisher: no category is combined silently.

`foresee` calls it for the summary of `publish` and for the forecast of `check`. The sentences hold
true counts, and are in no public file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from referrals.publishing.disclosure.recoding import (
    OTHER,
    Group,
    Recoding,
    is_large,
    largest_publishable,
    totals_of,
    uniform_nationalities,
)
from referrals.publishing.tabulation.counts import Category
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

FEW: Final = f"fewer than {SMALLEST_PUBLISHED_CATEGORY}"
NAMES: Final = {"age_band": "age", "crime_type": "crime type"}
"""The names of dimensions in sentences; any other is its own name."""


def reasons(  # noqa: PLR0913  each is a choice of the publisher
    categories: Sequence[Category],
    recoding: Recoding,
    *,
    nationalities: int,
    by_region: bool,
    groups: Collection[Group] = (),
    is_example: bool = False,
) -> list[str]:
    """Return one sentence for each group that a recoding makes, with its reason."""
    found = list(
        _nationality_reasons(
            categories,
            recoding,
            codelist("nationality", is_example=is_example).label,
            limit=nationalities,
            by_region=by_region,
        )
    )
    for dimension in DIMENSIONS[1:]:
        found += _group_reasons(categories, recoding, dimension, groups)
    return found


def _nationality_reasons(
    categories: Sequence[Category],
    recoding: Recoding,
    label: Callable[[str], str],
    *,
    limit: int,
    by_region: bool,
) -> Iterator[str]:
    """Yield why nationalities are combined: a sentence for each that is large, one for the others.

    Nationalities are too small, too uniform or not among the largest. A large one can also be
    needed to make the group of the others safe.
    """
    rows = [category for category in categories if category.dimension == "nationality"]
    totals = totals_of(rows, "nationality")
    uniform = uniform_nationalities(rows, recoding)
    combined = [code for code in totals if ("nationality", code) in recoding]
    small = [code for code in combined if not is_large(totals[code])]
    needed = set(largest_publishable(totals, uniform, limit)) & set(combined)
    for code in combined:
        group = f"{label(code)} joins '{label(recoding['nationality', code])}'"
        if code in small:
            continue
        if code in uniform:
            year, dimension, shared = uniform[code]
            people = totals[code][year]
            name, text = NAMES.get(dimension, dimension), codelist(dimension).label(shared)
            yield f"{group} because all its {people:,} people in {year} share the {name} '{text}'."
        elif code in needed:
            yield (
                f"{group} because the other nationalities alone would be {FEW} people, "
                "or would all share one crime type or outcome."
            )
    others = len(set(combined) - set(small) - uniform.keys() - needed)
    if small:
        yield f"{_nationalities(len(small))} joined with others: {FEW} people in a year."
    if others:
        yield f"{_nationalities(others)} joined with others: not among the {limit} largest."
    if by_region and combined and set(recoding.values()) & {OTHER}:
        yield "Some continents are not shown: too few people of their other nationalities."


def _nationalities(number: int) -> str:
    return f"{number:,} {'nationality is' if number == 1 else 'nationalities are'}"


def _group_reasons(
    categories: Sequence[Category],
    recoding: Recoding,
    dimension: str,
    groups: Collection[Group],
) -> Iterator[str]:
    """Yield why the members of each aggregate of a dimension are published together."""
    totals = totals_of(categories, dimension)
    listed = codelist(dimension)
    joined: dict[str, list[str]] = {}
    for (name, code), group in recoding.items():
        if name == dimension:
            joined.setdefault(group, []).append(code)
    name = NAMES.get(dimension, dimension)
    for group, codes in joined.items():
        labels = ", ".join(f"'{listed.label(code)}'" for code in codes)
        small = [code for code in codes if not is_large(totals[code])]
        if (dimension, group) in groups or not small:
            reason = "as you asked for"
        else:
            counts = [
                f"'{listed.label(code)}' has {people:,} in {year}"
                for code in small
                for year, people in totals[code].items()
                if people < SMALLEST_PUBLISHED_CATEGORY
            ]
            reason = f"because {' and '.join(counts)}, {FEW} people"
        yield f"{name}: {labels} are published as '{listed.label(group)}', {reason}."
