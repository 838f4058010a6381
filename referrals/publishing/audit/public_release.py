"""A release as an attacker reads it: the manifest and the cells of its folder.

The witnesses and the audit start here. Nothing in this module knows how counts are protected.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from referrals.errors import ReleaseError
from referrals.publishing.cell_codes import Codes, Fact, Year, describe
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.release import manifest_digest
from referrals.release.release import MANIFEST

ANY_NAME: Final = "*"
"""In `MANIFEST_SHAPE`: any name."""

MANIFEST_SHAPE: Final[Mapping[str, Any]] = {
    "status": str,
    "codelists": {name: {ANY_NAME: str} for name in DIMENSIONS},
    "disclosure_control": {
        "quarters": {ANY_NAME: [str]},
        "largest_error": {ANY_NAME: int},
        "facts": [{"name": str, "year": str, "where": {ANY_NAME: [str]}, "low": int, "high": int}],
    },
    "resources": [{"path": str, "hash": str}],
}
"""The parts that a manifest must have to be read, by name, each with its type."""

OPTIONAL_SHAPE: Final[Mapping[str, Any]] = {
    "inexact_totals": [{"period": str, **dict.fromkeys(DIMENSIONS, str), "largest_error": int}],
    "cell_errors": {ANY_NAME: int},
    "accepted": [str],
    "held_back": [str],
    "revisions": {ANY_NAME: [str]},
    "unavailable": {ANY_NAME: {ANY_NAME: [str]}},
}
"""The parts of `disclosure_control` that earlier releases do not have."""

TYPE_NAMES: Final[Mapping[type, str]] = {
    str: "text",
    int: "a whole number",
    list: "a list",
    dict: "an object with names",
}

ORDERS: Final = {str(order) for order in range(len(FINEST))}
"""The orders of sums as the manifest writes them, without the order of a finest cell."""

REMEDY: Final = "Publish the release again, or fetch it again from its publisher."


@dataclass(frozen=True)
class PublicRelease:
    """The public files of a release made of protected counts.

    `inexact_totals` are the announced errors of the totals of at most one code that are not exact,
    by their codes in `published`. `cell_errors` says, by year, how much more than the rule allows a
    finest cell may be off. `accepted` are the checks that its publisher overrode with a reason.
    `revisions` has, by year, the kind of each revision so far: added, removed or corrected.
    """

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
    inexact_totals: Mapping[Codes, int] = field(default_factory=dict)
    cell_errors: Mapping[str, int] = field(default_factory=dict)
    accepted: Sequence[str] = ()
    revisions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The release's name in messages."""
        return self.release_id

    def of_year(self, year: str) -> str:
        """Return its name and one of its years in messages: once, if the release is named so."""
        return self.name if self.name == year else f"{self.name}, {year}"

    def has_cell(self, codes: Codes) -> bool:
        """Return whether the codes are those of a finest cell of the release, listed or 0."""
        return len(codes) == len(FINEST) and any(
            year.has_cell(codes) for year in self.years.values()
        )


def read(folder: Path) -> PublicRelease:
    """Return the public files of a release folder.

    Files that differ from the manifest don't stop the reading: `problems` lists them, and the audit
    goes on, so that it can name the altered cell as well. An altered manifest stops it.

    Raises:
        ReleaseError: the manifest is missing or altered, or it isn't that of a release made of
        protected counts.
    """
    manifest = _manifest(folder)
    problems = list(_file_problems(folder, manifest))
    try:
        return _release(folder, manifest, problems)
    except ReleaseError as error:
        raise beside(error, problems) from error


def beside(error: ReleaseError, problems: Sequence[str]) -> ReleaseError:
    """Return an error that ended the reading of a release, with the problems found before it."""
    return ReleaseError(" ".join([str(error), *(f"{problem}." for problem in problems)]))


def _release(folder: Path, manifest: Mapping[str, Any], problems: Sequence[str]) -> PublicRelease:
    control = manifest["disclosure_control"]
    published = _cells(folder / "cells.csv")
    return PublicRelease(
        folder=folder,
        release_id=str(manifest.get("release_id", folder.name)),
        status=manifest["status"],
        method=control["method"],
        years={name: _year(name, published, manifest) for name in control["quarters"]},
        published=published,
        largest_error={int(order): error for order, error in control["largest_error"].items()},
        revises=str(control.get("revises", "")),
        problems=problems,
        manifest=manifest,
        held_back=[str(year) for year in control.get("held_back", ())],
        inexact_totals=_inexact_totals(manifest),
        cell_errors=dict(control.get("cell_errors", {})),
        accepted=list(control.get("accepted", ())),
        revisions=dict(control.get("revisions", {})),
    )


def together(releases: Sequence[PublicRelease], year: str) -> str:
    """Return the names of releases and a year that all cover, for messages.

    The year is called one if a release is named so: "2021-22 and late, year 2021-22".
    """
    names = [release.name for release in releases]
    listed = ", ".join(names) if len(names) > 2 else " and ".join(names)  # noqa: PLR2004 - a pair
    return f"{listed}, year {year}" if year in names else f"{listed}, {year}"


def read_table(path: Path) -> dict[Codes, int]:
    """Return the exact counts of a table published elsewhere, by period and codes.

    The table has the columns `period` and `value`; a dimension without a column is added up.

    Raises:
        ReleaseError: the file is not a table of counts by period and codes, or has a cell twice.
    """
    table: dict[Codes, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                codes = _codes_of(row)
                if codes in table:
                    raise ReleaseError(
                        f"{path.name} lists {describe(codes)} twice. Add up its rows so that only "
                        f"period, {', '.join(DIMENSIONS)} and value are left as columns."
                    )
                table[codes] = int(row["value"])
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ReleaseError(
            f"{path.name} is not a table of counts ({type(error).__name__}). It needs the columns "
            f"period and value, and some of {', '.join(DIMENSIONS)}."
        ) from error
    return table


def _codes_of(row: Mapping[str, str]) -> Codes:
    return row["period"], *(row.get(name) or TOTAL for name in DIMENSIONS)


def _manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release made of protected counts, checked for its shape."""
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError) as error:
        raise ReleaseError(
            f"{folder}: there is no release here, or its {MANIFEST} cannot be read. "
            "Name a release folder."
        ) from error
    if not isinstance(manifest, dict):
        raise ReleaseError(
            f"{folder}: its {MANIFEST} is not that of a release. Name a release folder."
        )
    if not manifest_digest.is_missing(content) and not manifest_digest.is_intact(content):
        raise ReleaseError(f"{folder}: {MANIFEST} was changed after it was written. {REMEDY}")
    control = manifest.get("disclosure_control", {})
    has_names = isinstance(control, dict)
    if has_names and not control.get("method"):
        raise ReleaseError(
            f"{folder}: by its {MANIFEST} this release is not made of protected counts. There is "
            "nothing to attack."
        )
    optional = {
        name: shape for name, shape in OPTIONAL_SHAPE.items() if has_names and name in control
    }
    expected = {
        **MANIFEST_SHAPE,
        "disclosure_control": {**MANIFEST_SHAPE["disclosure_control"], **optional},
    }
    faults = list(_shape_faults(manifest, expected, "")) or list(_value_faults(manifest))
    if faults:
        raise ReleaseError(f"{folder}: {MANIFEST} cannot be used: {faults[0]}. {REMEDY}")
    return manifest


def _shape_faults(part: Any, shape: Any, name: str) -> Iterator[str]:
    """Yield the parts that are missing or of the wrong type: 'facts[0].low is missing'."""
    expected = shape if isinstance(shape, type) else type(shape)
    has_type = isinstance(part, expected) and not isinstance(part, bool)
    if not has_type:
        yield f"{name} is not {TYPE_NAMES[expected]}"
    elif isinstance(shape, list):
        for place, item in enumerate(part):
            yield from _shape_faults(item, shape[0], f"{name}[{place}]")
    elif isinstance(shape, dict):
        for key in part if ANY_NAME in shape else shape:
            inner_name = f"{name}.{key}" if name else key
            if key not in part:
                yield f"{inner_name} is missing"
                continue
            inner_shape = shape.get(ANY_NAME, shape.get(key))
            yield from _shape_faults(part[key], inner_shape, inner_name)


def _value_faults(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of the manifest that contradict its other parts."""
    control, codelists = manifest["disclosure_control"], manifest["codelists"]
    times = Counter(quarter for quarters in control["quarters"].values() for quarter in quarters)
    for quarter, count in times.items():
        if count > 1:
            yield f"disclosure_control.quarters lists {quarter} twice"
    for order, error in control["largest_error"].items():
        if order not in ORDERS or error < 0:
            yield f"disclosure_control.largest_error has {error} for {order} dimensions"
    for place, fact in enumerate(control["facts"]):
        name = f"disclosure_control.facts[{place}]"
        if fact["year"] not in control["quarters"]:
            yield f"{name} is about {fact['year']}, which the release does not cover"
        for dimension, codes in fact["where"].items():
            listed = {*codelists.get(dimension, ())} - {TOTAL}
            if dimension not in DIMENSIONS or not set(codes) <= listed:
                yield f"{name} names codes of {dimension} that codelists does not list"


def _cells(path: Path) -> dict[Codes, int]:
    """Return the cells of cells.csv that have a value. The first code is a quarter or a year."""
    cells: dict[Codes, int] = {}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                codes = (row["period"], *(row[name] for name in DIMENSIONS))
                if codes in cells:
                    raise ReleaseError(f"{path}: {describe(codes)} is listed twice. {REMEDY}")
                if row["value"] != "":
                    cells[codes] = int(row["value"])
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ReleaseError(
            f"{path}: the cells cannot be read ({type(error).__name__}). {REMEDY}"
        ) from error
    return cells


def _year(name: str, published: Mapping[Codes, int], manifest: Mapping[str, Any]) -> Year:
    """Return one year of a release.

    Raises:
        ReleaseError: a cell has a code that the manifest doesn't list.
    """
    control, codelists = manifest["disclosure_control"], manifest["codelists"]
    quarters = control["quarters"][name]
    categories = {"quarter": list(quarters)}
    unavailable = control.get("unavailable", {}).get(name, {})
    for dimension in DIMENSIONS:
        absent = {TOTAL, *unavailable.get(dimension, ())}
        categories[dimension] = [code for code in codelists[dimension] if code not in absent]
    cells = {
        codes: value
        for codes, value in published.items()
        if value and codes[0] in quarters and TOTAL not in codes
    }
    facts = [
        Fact(fact["name"], fact["year"], fact["where"], fact["low"], fact["high"])
        for fact in control["facts"]
        if fact["year"] == name
    ]
    year = Year(name, categories, cells, facts, _total_errors(name, quarters, manifest))
    for codes in cells:
        if not year.has_cell(codes):
            raise ReleaseError(
                f"cells.csv: {describe(codes)} has a code that {MANIFEST} does not list. {REMEDY}"
            )
    return year


def _total_errors(
    name: str, quarters: Sequence[str], manifest: Mapping[str, Any]
) -> dict[tuple[int, str], int]:
    """Return the announced errors of a year's totals of one code, by place and code."""
    errors = {}
    for codes, error in _inexact_totals(manifest).items():
        period, *others = codes
        fixed = [(place, code) for place, code in enumerate(others, start=1) if code != TOTAL]
        if period in quarters and not fixed:
            errors[0, period] = error
        elif period == name and len(fixed) == 1:
            errors[fixed[0]] = error
    return errors


def _inexact_totals(manifest: Mapping[str, Any]) -> dict[Codes, int]:
    listed = manifest["disclosure_control"].get("inexact_totals", ())
    return {_codes_of(total): total["largest_error"] for total in listed}


def _file_problems(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that are altered, missing, outside the folder or not listed."""
    if manifest_digest.is_missing((folder / MANIFEST).read_bytes()):
        yield f"{MANIFEST} does not hold the SHA-256 of itself"
    digests = {resource["path"]: resource["hash"] for resource in manifest["resources"]}
    for name, expected in digests.items():
        path = folder / Path(name).name
        if path.name != name:
            yield f"{name}, which the manifest lists, is not a file of the release"
        elif not path.is_file():
            yield f"{name} is missing"
        elif f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" != expected:
            yield f"{name} is not the file that the manifest lists"
    for path in sorted(folder.iterdir()):
        if path.name not in digests and path.name != MANIFEST:
            yield f"{path.name} is not listed in the manifest"
