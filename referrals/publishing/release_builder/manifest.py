"""What a release says of itself and of its codes, whatever protects its counts: its tables of these, and its manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, Protocol

from referrals.publishing.cell_codes import Codes
from referrals.reference.codelists import DIMENSIONS, TOTAL, codelist

MONTHS: Final = {
    "1": "January to March",
    "2": "April to June",
    "3": "July to September",
    "4": "October to December",
}
TITLES: Final[Mapping[str, str]] = {
    "illustrative": "Illustrative series, invented figures",
    "official": "Victims of crime referred by police to Immigration Enforcement",
}

Record = dict[str, Any]


@dataclass(frozen=True)
class Imprint:
    """What a release says of itself beside its numbers."""

    release_id: str
    status: str
    published_on: str
    options: Mapping[str, Any]
    inputs: str
    revises: str = ""
    before: Mapping[Codes, int] | None = None
    """The numbers of the release that this one revises, those that are 0 left out."""

    @property
    def title(self) -> str:
        """The title of the release."""
        return TITLES[self.status]


class Covered(Protocol):
    """One year of a release, whatever protects it: its name, and the codes of each dimension."""

    @property
    def year(self) -> str:
        """The year to March, such as 2020-21."""

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""


def about(
    years: Sequence[Covered], imprint: Imprint, *, additive: bool, lay_sentence: str
) -> Record:
    """Return what the table `release` says of a release."""
    first, last = years[0].year, years[-1].year
    return {
        "release_id": imprint.release_id,
        "title": imprint.title,
        "period": first,
        "period_label": f"April {first[:4]} to March {int(last[:4]) + 1}",
        "status": imprint.status,
        "additive": additive,
        "source_id": imprint.release_id,
        "published_on": imprint.published_on,
        "licence": "OGL-UK-3.0",
        "attribution": "",
        "lay_sentence": lay_sentence,
    }


def source(imprint: Imprint) -> Record:
    """Return the one source of a release made of records: itself."""
    return {
        "source_id": imprint.release_id,
        "title": imprint.title,
        "publisher": "This site"
        if imprint.status == "illustrative"
        else "The publisher of this release",
        "published_on": imprint.published_on,
        "address": "",
        "licence": "OGL-UK-3.0",
        "note": "",
    }


def codes(years: Sequence[Covered]) -> list[Record]:
    """Return every code of a release, periods included, in the order in which they are shown."""
    categories = years[0].categories
    listed = [
        (
            "nationality" if name == "nationality" else name,
            code,
            codelist(name).label(code),
            _kind(name, code),
            "",
        )
        for name in DIMENSIONS
        for code in (TOTAL, *categories[name])
    ]
    periods = [
        ("period", table.year, f"April {table.year[:4]} to March {int(table.year[:4]) + 1}", "aggregate",
         " ".join(table.categories["quarter"]))
        for table in years
    ]  # fmt: skip
    quarters = [
        ("period", quarter, f"{MONTHS[quarter[-1]]} {quarter[:4]}", "category", "")
        for table in years
        for quarter in table.categories["quarter"]
    ]
    names = ("dimension", "code", "label", "kind", "members")
    rows = [dict(zip(names, one, strict=True)) for one in [*listed, *periods, *quarters]]
    return [row | {"position": position} for position, row in enumerate(rows)]


def _kind(dimension: str, code: str) -> str:
    """Return the kind of a code in a release made of records, where a group stands alone: nothing in it is told apart."""
    kind = codelist(dimension).codes[code].kind
    return "category" if kind == "aggregate" else kind


def manifest(
    years: Sequence[Covered], imprint: Imprint, control: Record, statuses: Mapping[str, str]
) -> Record:
    """Return the manifest of a release, whose files are added by `package`: `control` says how its counts are protected."""
    return {
        "profile": "data-package",
        "name": f"victim-referrals-{imprint.release_id}",
        "title": imprint.title,
        "release_id": imprint.release_id,
        "status": imprint.status,
        "published_on": imprint.published_on,
        "licenses": [{"name": "OGL-UK-3.0"}],
        "codelists": {
            name: {code: codelist(name).label(code) for code in (TOTAL, *years[0].categories[name])}
            for name in DIMENSIONS
        },
        "disclosure_control": control,
        "status_letters": dict(statuses),
        "options": dict(imprint.options),
        "versions": {name: version(name) for name in ("duckdb", "highspy", "numpy", "xlsxwriter")},
        "inputs_keyed_sha256": imprint.inputs,
    }
