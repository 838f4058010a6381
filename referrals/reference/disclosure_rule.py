"""The settings of disclosure control, read from `data/reference/disclosure.toml`.

The code that protects counts, the audit that attacks them and the site that describes them must use
the same numbers but share no code. So they share this data. The file gives each setting's reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.reference.codelists import FINEST

GROUP_DISCLOSURE, DOMINANCE = "group-disclosure", "dominance"
ACCEPTABLE: Final = (GROUP_DISCLOSURE, DOMINANCE)
"""The checks that a publisher can override with a reason, by name."""

PATH: Final = REFERENCE / "disclosure.toml"

NUMBER: Final = "a whole number of 1 or more"
PERCENTAGE: Final = "a whole number from 1 to 100"
NUMBERS: Final = "a list of whole numbers, the smallest first"
NAMES: Final = "a list of names"
DIMENSION_NAMES: Final = f"a list of dimensions, which are {', '.join(FINEST)}"
LARGEST_PERCENTAGE: Final = 100
HIERARCHY: Final = 'one of "other", "aggregates" and "none"'

SHAPE: Final[Mapping[str, Mapping[str, str]]] = {
    "thresholds": {
        "smallest_unchanged": NUMBER,
        "rounded_values": NUMBERS,
        "protection_width": NUMBER,
        "smallest_published_category": NUMBER,
        "smallest_total_change": NUMBER,
        "smallest_share_base": NUMBER,
        "smallest_announced_error": NUMBER,
        "announced_error_step": NUMBER,
        "largest_likelihood_ratio": NUMBER,
        "smallest_rounded_year": NUMBER,
    },
    "dimensions": {
        "identifying": DIMENSION_NAMES,
        "sensitive": DIMENSION_NAMES,
        "uninformative": NAMES,
    },
    "group_disclosure": {"near_certainty": PERCENTAGE, "largest_group": NUMBER},
    "dominance": {"people": NUMBER, "largest_share": PERCENTAGE},
    "hierarchies": dict.fromkeys(FINEST, HIERARCHY),
}
"""Every setting, by table and name, and the values that it can have."""

Settings = Mapping[str, Mapping[str, Any]]


def read(path: Path = PATH) -> Settings:
    """Return the settings, by table and name.

    Raises:
        DataError: a setting is missing, unknown, of the wrong kind or contradicts another. The
            message names the first.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: the settings cannot be read: {error}") from error
    faults = list(_faults(settings)) or list(_contradictions(settings))
    if faults:
        raise DataError(f"{path}: {faults[0]}")
    return settings


def _faults(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield the settings that are missing, unknown or of the wrong kind."""
    for table in settings.keys() - SHAPE.keys():
        yield f"[{table}] is unknown. The tables are {', '.join(SHAPE)}."
    for table, expected in SHAPE.items():
        found = settings.get(table)
        if not isinstance(found, dict):
            yield f"[{table}] is missing."
            continue
        for name in found.keys() - expected.keys():
            yield f"{table}.{name} is unknown. The settings there are {', '.join(expected)}."
        for name, kind in expected.items():
            if name not in found:
                yield f"{table}.{name} is missing. It is {kind}."
            elif not _is_of_kind(found[name], kind):
                yield f"{table}.{name} is {found[name]!r}. It must be {kind}."


def _is_of_kind(value: Any, kind: str) -> bool:
    if kind == HIERARCHY:
        return value in {"other", "aggregates", "none"}
    if kind in {NUMBER, PERCENTAGE}:
        is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        return is_number and (kind == NUMBER or value <= LARGEST_PERCENTAGE)
    if not isinstance(value, list) or not value:
        return False
    if kind == NUMBERS:
        return all(isinstance(item, int) for item in value) and value == sorted(set(value))
    if kind == DIMENSION_NAMES:
        return all(item in FINEST for item in value)
    return all(isinstance(item, str) for item in value)


def _contradictions(settings: Settings) -> Iterator[str]:
    """Yield the settings that contradict others."""
    thresholds = settings["thresholds"]
    smallest, rounded = thresholds["smallest_unchanged"], thresholds["rounded_values"]
    if rounded[:2] != [0, smallest]:
        yield (
            f"thresholds.rounded_values begins with {rounded[:2]}. It must begin with 0 and "
            f"smallest_unchanged, {smallest}, so that no small count is published."
        )
    if thresholds["protection_width"] >= smallest:
        yield (
            f"thresholds.protection_width is {thresholds['protection_width']}. A published 0 can "
            f"stand for at most {smallest - 1}, so it must be less than {smallest}."
        )
    if thresholds["smallest_published_category"] < 2 * smallest:
        yield (
            "thresholds.smallest_published_category is "
            f"{thresholds['smallest_published_category']}. It must be {2 * smallest} or more: "
            "smaller totals are not always sums of rounded values."
        )
    both = set(settings["dimensions"]["identifying"]) & set(settings["dimensions"]["sensitive"])
    if both:
        yield f"dimensions: {min(both)} is both identifying and sensitive. Leave it out of one."


_SETTINGS: Final = read()
_THRESHOLDS: Final = _SETTINGS["thresholds"]
_DIMENSIONS: Final = _SETTINGS["dimensions"]

SMALLEST_UNCHANGED: Final[int] = _THRESHOLDS["smallest_unchanged"]
"""Counts of 5 and more are published unchanged; a count of 1 to 4 is a small count."""

LARGEST_SMALL_COUNT: Final = SMALLEST_UNCHANGED - 1
"""A small count is at most this: 4."""

ROUNDED_VALUES: Final[tuple[int, ...]] = tuple(_THRESHOLDS["rounded_values"])
"""A small count is rounded to 0, 5, 6 or 7."""

LARGEST_AMBIGUOUS: Final = ROUNDED_VALUES[-1]
"""A published 5, 6 or 7 may be a count of 1 to 4 or itself, a 0 may be 0 to 4; others are exact."""

PROTECTION_WIDTH: Final[int] = _THRESHOLDS["protection_width"]
"""The feasibility interval of a small count must be at least this wide."""

SMALLEST_PUBLISHED_CATEGORY: Final[int] = _THRESHOLDS["smallest_published_category"]
"""Fewest people in a published category, in each year."""

SMALLEST_TOTAL_CHANGE: Final[int] = _THRESHOLDS["smallest_total_change"]
"""Fewest referrals by which an exact total changes from one release to the next, if it changes."""

SMALLEST_SHARE_BASE: Final[int] = _THRESHOLDS["smallest_share_base"]
"""Fewest referrals in the denominator of a share that counts as reliable."""

SMALLEST_ANNOUNCED_ERROR: Final[int] = _THRESHOLDS["smallest_announced_error"]
ANNOUNCED_ERROR_STEP: Final[int] = _THRESHOLDS["announced_error_step"]
"""A largest error is announced as a multiple of this step (4), and as the smallest (8) or more."""

IDENTIFYING: Final[tuple[str, ...]] = tuple(_DIMENSIONS["identifying"])
"""The dimensions that somebody may know of a person: quarter, nationality, age band and sex."""

SENSITIVE: Final[tuple[str, ...]] = tuple(_DIMENSIONS["sensitive"])
"""The dimensions that nobody should learn of a person from their group: crime type and outcome."""

UNINFORMATIVE: Final = frozenset[str](_DIMENSIONS["uninformative"])
"""Codes that say nothing about anybody, such as not recorded."""

NEAR_CERTAINTY: Final[int] = _SETTINGS["group_disclosure"]["near_certainty"]
"""The percentage of a group that must not share one crime type or outcome."""

LARGEST_GROUP: Final[int] = _SETTINGS["group_disclosure"]["largest_group"]
"""The referrals of the largest group to which `NEAR_CERTAINTY` applies."""

DOMINANT_PEOPLE: Final[int] = _SETTINGS["dominance"]["people"]
"""The n of the (n,k) dominance rule: the people whose referrals are added up."""

LARGEST_DOMINANT_SHARE: Final[int] = _SETTINGS["dominance"]["largest_share"]
"""The k of the rule: the largest percentage of an exact total that these people may have."""

HIERARCHIES: Final[Mapping[str, str]] = _SETTINGS["hierarchies"]
"""The way in which a category that is too small or disclosive is combined, by dimension.

`other`: with all other categories. `aggregates`: in a group of its code list. `none`: not at all.
"""

LARGEST_LIKELIHOOD_RATIO: Final[int] = _THRESHOLDS["largest_likelihood_ratio"]
"""The most by which the truth may be likelier than a witness to give the published numbers.

It is a factor: 5 means five times as likely.
"""

SMALLEST_ROUNDED_YEAR: Final[int] = _THRESHOLDS["smallest_rounded_year"]
"""Fewest referrals of a year with small counts that is rounded."""
