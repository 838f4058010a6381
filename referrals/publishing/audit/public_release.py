"""What the public has of a release: its files, read as a stranger reads them, and what they say of the counts behind them.

The attacker, the witnesses and the audit start here and nowhere else. Nothing in this module knows how counts are protected.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from referrals.errors import ReleaseError
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    SMALLEST_UNCHANGED,
)
from referrals.release.release import MANIFEST

Codes = tuple[str, ...]
"""The codes of a finest cell, quarter first; in a sum, the total stands for each dimension that is added up."""

LEAST_KEPT: Final = SMALLEST_UNCHANGED
MOST_AMBIGUOUS: Final = LARGEST_AMBIGUOUS
"""A published 5, 6 or 7 can stand for 1 to 4 or for itself; 0 for 0 to 4; 8 and more only for itself."""

WIDTH: Final = PROTECTION_WIDTH
"""The least width of the range that is left for a sum or cell that could be small."""

ANY: Final = "*"
"""In a shape, any name."""

SHAPE: Final[Mapping[str, Any]] = {
    "status": str,
    "codelists": {name: {ANY: str} for name in DIMENSIONS},
    "disclosure_control": {
        "quarters": {ANY: [str]},
        "largest_error": {ANY: int},
        "facts": [{"name": str, "year": str, "where": {ANY: [str]}, "low": int, "high": int}],
    },
    "resources": [{"path": str, "hash": str}],
}
"""What a manifest must hold to be read: the parts, by name, and the kind of each."""

KINDS: Final[Mapping[type, str]] = {
    str: "text",
    int: "a whole number",
    list: "a list",
    dict: "an object with names",
}

ORDERS: Final = {str(order) for order in range(len(FINEST))}
"""The numbers of dimensions that a sum can fix, short of all, as the manifest writes them."""

AGAIN: Final = "Publish the release again, or fetch it again from its publisher."


@dataclass(frozen=True)
class Fact:
    """A number that the public has from elsewhere: the sum of the cells whose codes are in `where` lies within two numbers.

    `where` names the codes of some dimensions; a dimension that it does not name is added up.
    """

    name: str
    year: str
    where: Mapping[str, Sequence[str]]
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    def holds_cell(self, codes: Codes) -> bool:
        """Return whether a finest cell is part of the sum."""
        named = zip(FINEST, codes, strict=True)
        return all(
            code in self.where[dimension] for dimension, code in named if dimension in self.where
        )

    def stands(self, cells: Mapping[Codes, int]) -> bool:
        """Return whether it is true of some finest cells."""
        return (
            self.low
            <= sum(value for codes, value in cells.items() if self.holds_cell(codes))
            <= self.high
        )


@dataclass(frozen=True)
class Year:
    """One year of a release: the codes of each dimension, the finest cells that are not 0, and what else is known."""

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int]
    facts: Sequence[Fact]

    @cached_property
    def _codes(self) -> list[set[str]]:
        return [set(self.categories[name]) for name in FINEST]

    def has_cell(self, codes: Codes) -> bool:
        """Return whether codes are those of a finest cell of the year, shown or not."""
        return all(code in listed for code, listed in zip(codes, self._codes, strict=True))

    @cached_property
    def movable(self) -> list[Codes]:
        """The cells that can stand for a smaller number."""
        return [
            codes for codes, value in self.cells.items() if LEAST_KEPT <= value <= MOST_AMBIGUOUS
        ]


@dataclass(frozen=True)
class PublicRelease:
    """The files of a release that is made of protected counts."""

    folder: Path
    release_id: str
    status: str
    method: str
    years: Mapping[str, Year]
    published: Mapping[Codes, int]
    largest_error: Mapping[int, int]
    revises: str
    problems: Sequence[str]
    held_back: Sequence[str] = ()

    @property
    def name(self) -> str:
        """What messages call the release."""
        return self.release_id

    def has_cell(self, codes: Codes) -> bool:
        """Return whether codes are those of a finest cell of the release, shown or not."""
        return len(codes) == len(FINEST) and any(
            year.has_cell(codes) for year in self.years.values()
        )


def read(folder: Path) -> PublicRelease:
    """Return the public files of a release folder.

    Files that are not those of the manifest are no reason to stop here: they are named in `problems`, and the audit, which
    wants to name the cell as well, reads on.

    Raises:
        ReleaseError: there is no manifest, or it is not that of a release made of protected counts.
    """
    manifest = _manifest(folder)
    control = manifest["disclosure_control"]
    published = _cells(folder / "cells.csv")
    quarters = {quarter: year for year, listed in control["quarters"].items() for quarter in listed}
    facts = [
        Fact(one["name"], one["year"], one["where"], one["low"], one["high"])
        for one in control["facts"]
    ]
    return PublicRelease(
        folder=folder,
        release_id=str(manifest.get("release_id", folder.name)),
        status=manifest["status"],
        method=control["method"],
        years={
            year: _year(
                year,
                published,
                quarters,
                manifest["codelists"],
                [fact for fact in facts if fact.year == year],
            )
            for year in control["quarters"]
        },
        published=published,
        largest_error={int(order): error for order, error in control["largest_error"].items()},
        revises=str(control.get("revises", "")),
        problems=list(_altered(folder, manifest)),
        held_back=[str(year) for year in control.get("held_back", ())],
    )


def read_table(path: Path) -> dict[Codes, int]:
    """Return a table published beside a release: its `value` by period and codes; a dimension it does not have is added up.

    Raises:
        ReleaseError: the file is no table of counts by period and codes.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return {
            (row["period"], *(row.get(name) or TOTAL for name in DIMENSIONS)): int(row["value"])
            for row in rows
        }
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ReleaseError(
            f"{path.name} is no table of counts ({type(error).__name__}). It needs the columns period and value, and some of "
            f"{', '.join(DIMENSIONS)}."
        ) from error


def describe(codes: Codes) -> str:
    """Return a cell in words for a message: 'nationality VNM, sex F, quarter 2020-Q2'.

    >>> describe(("2020-Q2", "VNM", "_T", "F", "_T", "_T"))
    'quarter 2020-Q2, nationality VNM, sex F'
    """
    names = (FINEST[0] if "Q" in codes[0] else "year", *FINEST[1:])
    named = [
        f"{name.replace('_', ' ')} {code}"
        for name, code in zip(names, codes, strict=True)
        if code != TOTAL
    ]
    return ", ".join(named) or "all"


def _manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release made of protected counts, every part that is read from it present and of its kind."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(
            f"{folder}: there is no release here, or its manifest cannot be read. Name a release folder."
        ) from error
    if not isinstance(manifest, dict):
        raise ReleaseError(
            f"{folder}: the manifest is not that of a release. Name a release folder."
        )
    control = manifest.get("disclosure_control", {})
    if isinstance(control, dict) and not control.get("method"):
        raise ReleaseError(
            f"{folder}: this release is not made of protected counts. There is nothing to attack in it."
        )
    if faults := list(_misshapen(manifest, SHAPE, "")) or list(_meaningless(manifest)):
        raise ReleaseError(f"{folder}: {MANIFEST} cannot be used: {faults[0]}. {AGAIN}")
    return manifest


def _misshapen(part: Any, shape: Any, name: str) -> Iterator[str]:
    """Yield the parts of a manifest that are missing or of the wrong kind, by name: 'disclosure_control.facts[0].low'."""
    kind = shape if isinstance(shape, type) else type(shape)
    is_one = isinstance(part, kind) and not isinstance(part, bool)
    if not is_one:
        yield f"{name} is not {KINDS[kind]}"
    elif isinstance(shape, list):
        for place, one in enumerate(part):
            yield from _misshapen(one, shape[0], f"{name}[{place}]")
    elif isinstance(shape, dict):
        for key in part if ANY in shape else shape:
            inside = f"{name}.{key}" if name else key
            if key in part:
                yield from _misshapen(part[key], shape.get(ANY, shape.get(key)), inside)
            else:
                yield f"{inside} is missing"


def _meaningless(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a manifest that has every part says of years, orders, dimensions or codes that there are not."""
    control, lists = manifest["disclosure_control"], manifest["codelists"]
    listed = [quarter for quarters in control["quarters"].values() for quarter in quarters]
    for quarter in {one for one in listed if listed.count(one) > 1}:
        yield f"disclosure_control.quarters lists {quarter} twice"
    for order, error in control["largest_error"].items():
        if order not in ORDERS or error < 0:
            yield f"disclosure_control.largest_error says {error} of {order} dimensions"
    for place, fact in enumerate(control["facts"]):
        if fact["year"] not in control["quarters"]:
            yield f"disclosure_control.facts[{place}] is about {fact['year']}, which the release does not cover"
        for name, codes in fact["where"].items():
            if not set(codes) <= {*lists.get(name, ())} - {TOTAL}:
                yield f"disclosure_control.facts[{place}] names codes of {name} that codelists does not list"


def _cells(path: Path) -> dict[Codes, int]:
    """Return the cells of a release file, years as they are: the first code is the period."""
    found: dict[Codes, int] = {}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                codes = (row["period"], *(row[name] for name in DIMENSIONS))
                if codes in found:
                    raise ReleaseError(f"{path}: {describe(codes)} is there twice. {AGAIN}")
                if row["value"] != "":
                    found[codes] = int(row["value"])
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ReleaseError(
            f"{path}: the cells cannot be read ({type(error).__name__}). {AGAIN}"
        ) from error
    return found


def _year(
    year: str,
    published: Mapping[Codes, int],
    quarters: Mapping[str, str],
    codelists: Mapping[str, Mapping[str, str]],
    facts: Sequence[Fact],
) -> Year:
    cells = {
        codes: value
        for codes, value in published.items()
        if TOTAL not in codes and quarters.get(codes[0]) == year and value
    }
    categories = {name: [code for code in codelists[name] if code != TOTAL] for name in DIMENSIONS}
    made = Year(
        year,
        {"quarter": [one for one, of in quarters.items() if of == year], **categories},
        cells,
        facts,
    )
    for codes in cells:
        if not made.has_cell(codes):
            raise ReleaseError(
                f"cells.csv: {describe(codes)} has a code that {MANIFEST} does not list. {AGAIN}"
            )
    return made


def _altered(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = {one["path"]: one["hash"] for one in manifest["resources"]}
    for name, expected in listed.items():
        path = folder / Path(name).name
        if path.name != name:
            yield f"{name}, which the manifest lists, is no file of the release"
        elif not path.is_file():
            yield f"{name} is missing"
        elif f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" != expected:
            yield f"{name} is not the file that the manifest lists"
    for path in sorted(folder.iterdir()):
        if path.name not in listed and path.name != MANIFEST:
            yield f"{path.name} is not listed in the manifest"


def is_part(codes: Codes, one: Codes) -> bool:
    """Return whether a finest cell is part of a sum.

    >>> is_part(("2020-Q2", "VNM"), ("_T", "VNM")), is_part(("2020-Q2", "VNM"), ("2020-Q3", "_T"))
    (True, False)
    """
    return all(code in {TOTAL, mine} for mine, code in zip(codes, one, strict=True))
