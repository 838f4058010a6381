"""Data files meet their schemas, their sources and the disclosure rule, and each check can fail."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
import shutil
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from referrals.paths import PUBLISHED, REFERENCE, ROOT
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import CELL_DIMENSIONS, ids_in, parse_cell
from referrals.reference import table_schema
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.reference.table_schema import Row
from tests.fixtures import published_releases

with warnings.catch_warnings():
    # Its imports warn, which is not our fault.
    warnings.simplefilter("ignore")
    from frictionless import FrictionlessException, Package, Schema

SHARED: Final = ROOT.parent / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"needs the published figures in {SHARED}"
)

LATER_FIGURES: Final = ROOT / "tests" / "data" / "later_context_figures.csv"
"""A second reading of pages, for the values of which the published figures have no row."""

FOLDERS: Final = (PUBLISHED, REFERENCE)
FILES: Final = sorted(path for folder in FOLDERS for path in folder.glob("*.csv"))
CHECKED: Final = {"required", "unique", "enum", "pattern", "minimum"}
"""The constraints that `table_schema` checks. Our schemas must not use others."""

SETTINGS: Final = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))


def csv_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def shared(name: str) -> list[Row]:
    return csv_rows(SHARED / "figures" / name)


def schema_of(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        path.with_suffix(".schema.json").read_text(encoding="utf-8")
    )
    return schema


@pytest.fixture(scope="module")
def context() -> list[Row]:
    return table_schema.read(PUBLISHED / "context.csv")


# Schemas.


def test_every_table_has_a_schema_and_every_schema_a_table() -> None:
    schemas = {
        path.with_name(path.name.replace(".schema.json", ".csv"))
        for folder in FOLDERS
        for path in folder.glob("*.json")
    }
    assert schemas == set(FILES)
    assert {path.name for path in FILES} >= {
        "statements.csv",
        "context.csv",
        "helplines.csv",
        *(f"{dimension}.csv" for dimension in DIMENSIONS),
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_schema_is_a_valid_table_schema_with_constraints_that_we_check(path: Path) -> None:
    schema = schema_of(path)
    assert [field.name for field in Schema.from_descriptor(schema).fields] == [
        field["name"] for field in schema["fields"]
    ]
    assert {field["type"] for field in schema["fields"]} <= set(table_schema._TYPES)
    assert {rule for field in schema["fields"] for rule in field.get("constraints", {})} <= CHECKED
    assert all(field["title"] and field["description"].endswith(".") for field in schema["fields"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_primary_key_of_a_table_is_required_and_unique(path: Path) -> None:
    (key,) = schema_of(path)["primaryKey"]
    (field,) = [field for field in schema_of(path)["fields"] if field["name"] == key]
    assert (field["constraints"]["required"], field["constraints"]["unique"]) == (True, True)


@pytest.mark.parametrize(
    "schema",
    [{"fields": [{"name": "a", "type": "whole"}]}, {"fields": [{"type": "string"}]}, {"fields": 3}],
)
def test_an_invalid_schema_is_found(schema: dict[str, Any]) -> None:
    with pytest.raises(FrictionlessException, match="is not valid"):
        Schema.from_descriptor(schema)


def faults(folder: Path) -> list[str]:
    """Return the faults that frictionless, an independent reader, finds in a folder's tables."""
    resources = [
        {"name": path.stem, "type": "table", "path": path.name, "schema": schema_of(path)}
        for path in sorted(folder.glob("*.csv"))
    ]
    report = Package.from_descriptor({"resources": resources}, basepath=str(folder)).validate()
    assert len(report.tasks) == len(resources)
    return [
        f"{task.name}: {error.type}"
        for task in report.tasks
        for error in (*task.errors, *report.errors)
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_table_meets_its_schema_and_foreign_keys_by_an_independent_reader(
    folder: Path,
) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("statements", "\nE003,ecia-2021,", "\nE003,ecia-2020,", {"statements: foreign-key"}),
        ("context", "\nC0428,da-crimes,", "\nC0428,da-numbers,", {"context: foreign-key"}),
        ("sources", "\nwa-172547,", "\nWA 172547,", {"sources: constraint-error"}),
        ("relations", "\nR02,", "\nR01,", {"relations: primary-key", "relations: unique-error"}),
    ],
)
def test_the_independent_reader_finds_a_fault_in_a_table(
    tmp_path: Path, name: str, old: str, new: str, found: set[str]
) -> None:
    for path in PUBLISHED.iterdir():
        # The context is large, slow to read, and nothing refers to it.
        if path.name.split(".")[0] in {name, "sources", "series"}:
            shutil.copy(path, tmp_path)
    planted = tmp_path / f"{name}.csv"
    planted.write_text(planted.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert set(faults(tmp_path)) == found


# References from one file to another.


def test_derivations_and_relations_name_existing_statements() -> None:
    ledger = ledgers.load()
    texts = [text for row in (*ledger.derivations, *ledger.relations) for text in row.values()]
    named = [name for text in texts for name in ids_in(text)]
    assert [name for name in named if name not in ledger.statements] == []


def test_every_cell_in_a_text_has_an_answer() -> None:
    ledger = ledgers.load()
    statements = ledger.about("victim_referrals")
    answered = [statement.cell for statement in statements if statement.is_count]
    answered += [
        parse_cell(",".join(f"{name}={row[name]}" for name in CELL_DIMENSIONS))
        for row in ledger.derivations
    ]
    texts = [text for row in (*ledger.derivations, *ledger.relations) for text in row.values()]
    named = [parse_cell(found) for text in texts for found in re.findall(r"\{cell:([^}]*)\}", text)]
    assert named != []
    assert [cell for cell in named if cell not in answered] == []


def test_every_code_of_a_derivation_is_a_code_of_the_release() -> None:
    codes = [
        (name, row[name])
        for row in table_schema.read(PUBLISHED / "derivations.csv")
        for name in CELL_DIMENSIONS
    ]
    assert [code for name, code in codes if code not in SETTINGS["codes"][name]] == []


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_codes_of_the_release_are_in_the_codelist_and_start_with_the_total(
    dimension: str,
) -> None:
    codes = SETTINGS["codes"][dimension]
    assert codes[0] == "_T"
    assert len(set(codes)) == len(codes)
    assert set(codes) <= codelist(dimension).codes.keys()


@pytest.mark.parametrize("dimension", CELL_DIMENSIONS)
def test_the_partition_is_disjoint_and_covers_every_printed_code(dimension: str) -> None:
    partition, codes = SETTINGS["partition"][dimension], codelist(dimension)
    assert all(codes.parts(code, partition) == {code} for code in partition)
    statements = ledgers.load().about("victim_referrals")
    printed = {statement.cell.codes()[dimension] for statement in statements}
    assert [code for code in printed if not codes.parts(code, partition)] == []


def test_the_release_has_the_date_and_licence_of_its_source() -> None:
    (source,) = [
        row
        for row in table_schema.read(PUBLISHED / "sources.csv")
        if row["source_id"] == SETTINGS["source_id"]
    ]
    assert (source["published_on"], source["licence"]) == (
        SETTINGS["published_on"],
        SETTINGS["licence"],
    )


def test_figures_to_fill_in_are_statements_and_only_in_why_not_comparable() -> None:
    statements = ledgers.load().statements
    filled = Counter(
        (name, found in statements)
        for row in table_schema.read(PUBLISHED / "series.csv")
        for name, text in row.items()
        for found in re.findall(r"\{([^}]*)\}", text)
    )
    assert set(filled) <= {("why_not_comparable", True)}


# Disclosure.

GROUPS: Final = {
    "F_NK": {"F", "_NK"},
    "18+_NK": {"18+", "_NK"},
}
"""Categories that group two small ones. Neither may be shown alone for the same people."""

PEOPLE: Final = ("period_start", "period_end", "scope")


def small(rows: Iterable[Row]) -> list[str]:
    """Return the observations of 1 to 9."""
    return [
        row["observation_id"]
        for row in rows
        if any(0 < int(row[name]) < 10 for name in ("value", "lower", "upper"))
    ]


def _together(rows: Sequence[Row], *names: str) -> Iterator[list[Row]]:
    """Yield the rows that agree in some columns. An empty scope is the scope `all`."""

    def key(row: Row) -> tuple[str, ...]:
        return tuple((row[name] or "all") if name == "scope" else row[name] for name in names)

    for _, same in itertools.groupby(sorted(rows, key=key), key):
        yield list(same)


def disclosed(rows: Sequence[Row]) -> list[str]:
    """Return the observations that, by subtraction, disclose a small number."""
    found = []
    for people in _together(rows, *PEOPLE, "dimension"):
        shown = {row["category"] for row in people}
        found += [
            row["observation_id"]
            for row in people
            if GROUPS.get(row["category"], set()) & (shown - {row["category"]})
        ]
    for people in _together(rows, *PEOPLE, "vintage"):
        totals = {
            row["series_id"]: int(row["value"]) for row in people if row["dimension"] == "total"
        }
        for parts in _together(
            [row for row in people if row["dimension"] != "total"], "series_id", "dimension"
        ):
            # If a series has no total of its own, another series may have it.
            own = totals.get(parts[0]["series_id"])
            shown_parts = sum(int(row["value"]) for row in parts)
            left = {total - shown_parts for total in ([own] if own else totals.values())}
            if any(0 < abs(rest) < 10 for rest in left):
                found.append(parts[0]["observation_id"])
    police = {
        (row["period_start"], row["category"]): row for row in rows if row["scope"] == "police"
    }
    for row in rows:
        inside = police.get((row["period_start"], row["category"]))
        if inside and row["scope"] == "all" and 0 < int(row["value"]) - int(inside["value"]) < 10:
            found.append(row["observation_id"])
    return found


def test_no_context_value_is_from_1_to_9(context: list[Row]) -> None:
    assert small(context) == []


def test_no_small_number_of_the_context_can_be_had_by_subtraction(context: list[Row]) -> None:
    assert disclosed(context) == []


def test_every_group_is_marked_as_derived(context: list[Row]) -> None:
    assert {row["status"] for row in context if row["category"] in GROUPS} == {"d"}


def observation(context: Sequence[Row], category: str, *, scope: str) -> Row:
    return next(row for row in context if row["category"] == category and row["scope"] == scope)


PLANTED: Final[Mapping[str, Callable[[list[Row]], Row]]] = {
    "a woman on her own beside the group": lambda rows: {
        **observation(rows, "F_NK", scope="all"),
        "category": "F",
        "value": "860",
    },
    "an unknown age beside the group": lambda rows: {
        **observation(rows, "18+_NK", scope=""),
        "category": "_NK",
        "value": "31",
    },
    "a total that leaves 7 over": lambda rows: {
        **observation(rows, "_T", scope="police"),
        "value": str(int(observation(rows, "_T", scope="police")["value"]) + 7),
    },
    "all but 3 referred by the police": lambda rows: {
        **observation(rows, "GBR", scope="all"),
        "value": str(int(observation(rows, "GBR", scope="police")["value"]) + 3),
    },
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED.keys())
def test_a_number_that_discloses_a_small_one_is_found(
    context: list[Row], plant: Callable[[list[Row]], Row]
) -> None:
    assert disclosed([*context, {**plant(context), "observation_id": "C9999"}]) != []


@pytest.mark.parametrize("value", ["1", "9"])
@pytest.mark.parametrize("column", ["value", "lower", "upper"])
def test_a_small_number_is_found(context: list[Row], column: str, value: str) -> None:
    assert small([{**context[0], column: value}]) == [context[0]["observation_id"]]


# Agreement with the figures read from the sources.

Observed = tuple[str, ...]
CATEGORY: Final = {
    "all": "_T",
    "Male": "M",
    "male": "M",
    "Female": "F",
    "female": "F",
    "Other or not recorded": "_NK",
    "Adult (18 or over)": "18+",
    "Child (17 or under)": "0-17",
    "Not specified or unknown": "_NK",
    "UK": "GBR",
    "Albanian": "ALB",
    "Vietnamese": "VNM",
    "Sudanese": "SDN",
    "Eritrean": "ERI",
}
"""Our codes for the words of the files read."""


def observed(rows: Iterable[Row], series: str) -> dict[Observed, int]:
    """Return the values of a series by period, scope, category and vintage, each unique."""
    matching = [row for row in rows if row["series_id"] == series]
    columns = ("period_start", "period_end", "scope", "category", "vintage")
    values = {tuple(row[name] for name in columns): int(row["value"]) for row in matching}
    assert len(values) == len(matching)
    return values


def quarters_by_age() -> dict[Observed, int]:
    values: dict[Observed, int] = {}
    for row in shared("nrm_quarterly_by_age_2009q2_2023q4.csv"):
        adult, unknown = int(row["adult"]), int(row["age_unknown"])
        ages = {"18+_NK": adult + unknown} if 0 < unknown < 10 else {"18+": adult, "_NK": unknown}
        for category, value in {"_T": int(row["total"]), "0-17": int(row["child"]), **ages}.items():
            values[row["period_start"], row["period_end"], "", category, row["vintage"]] = value
    return values


def first_responders() -> dict[Observed, int]:
    values: Counter[Observed] = Counter()
    for row in shared("nrm_detail_2022q2_2023q4.csv"):
        category, number = CATEGORY.get(row["value"], "_OTH"), int(row["referrals"])
        adds = {category: number}
        if row["dimension"] == "total":
            adds = {"_T": number, "_OTH": number}
        elif row["dimension"] == "sex" and category != "M":
            adds = {"F_NK": number}
        elif row["dimension"] == "nationality (single)":
            # One that is not shown remains among the others.
            adds = {category: number, "_OTH": -number} if category != "_OTH" else {}
        for code, change in adds.items():
            values[
                row["period_start"],
                row["period_end"],
                row["scope"].split()[0],
                code,
                row["vintage"],
            ] += change
    return dict(values)


def sums_of_quarters() -> dict[Observed, int]:
    values: Counter[Observed] = Counter()
    for row in shared("nrm_quarterly_by_age_2009q2_2023q4.csv"):
        values[f"{row['year']}-01-01", f"{row['year']}-12-31", "", "_T", row["vintage"]] += int(
            row["total"]
        )
    return dict(values)


@needs_shared
def test_the_quarters_by_age_are_those_read_with_small_numbers_grouped(
    context: list[Row],
) -> None:
    assert observed(context, "nrm-quarters-by-age") == quarters_by_age()


@needs_shared
def test_the_first_responders_are_those_read_with_small_groups_combined(
    context: list[Row],
) -> None:
    assert observed(context, "nrm-first-responders") == first_responders()


def rests_of_males() -> dict[tuple[str, str], int]:
    """Return the total of a quarter without its males, by the quarter's first day and vintage."""
    totals: dict[tuple[str, str], int] = {}
    males: dict[tuple[str, str], int] = {}
    for row in table_schema.read(PUBLISHED / "context.csv"):
        quarter = (row["period_start"], row["vintage"])
        if (row["series_id"], row["category"]) == ("nrm-quarters-later", "_T"):
            totals[quarter] = int(row["value"])
        elif (row["series_id"], row["category"]) == ("nrm-quarters-by-group", "M"):
            males[quarter] = int(row["value"])
    return {quarter: totals[quarter] - males[quarter] for quarter in totals.keys() & males.keys()}


def not_read(rows: Iterable[Row]) -> list[str]:
    """Return the observations of the other series that are in none of the files read."""
    figures = [
        (row, dict(pair.split("=", 1) for pair in row["dimensions"].split("; ") if pair))
        for row in [*shared("context_figures.csv"), *csv_rows(LATER_FIGURES)]
    ]
    assessed = [
        row for row in shared("ecia_figures.csv") if row["measure"].startswith("potential victims")
    ]
    later = [row for row in shared("since_2021.csv") if row["quote"]]
    added_up = sums_of_quarters()
    others = rests_of_males()

    def was_computed(row: Row) -> bool:
        if row["category"] == "F_NK":
            return others.get((row["period_start"], row["vintage"])) == int(row["value"])
        place = (
            row["period_start"],
            row["period_end"],
            row["scope"],
            row["category"],
            row["vintage"],
        )
        return added_up.get(place) == int(row["value"])

    def was_read(row: Row) -> bool:
        return (
            any(
                figure["value"] == row["value"]
                and row["period_start"].startswith(figure["period_start"])
                and row["period_end"].startswith(figure["period_end"])
                and row["vintage"] == parts.get("vintage", row["vintage"])
                and row["category"]
                == CATEGORY.get(parts.get("sex", parts.get("nationality", "all")))
                and row["quotation"] in figure["quote"]
                for figure, parts in figures
            )
            or any(
                figure["value"] == row["value"]
                and (figure["period_start"], figure["period_end"])
                == (row["period_start"], row["period_end"])
                and row["category"] == CATEGORY[figure["dimensions"].removeprefix("sex=") or "all"]
                and row["quotation"] in figure["quote"]
                for figure in assessed
            )
            or any(
                figure["value"] == row["value"]
                and figure["period"] == row["period_label"]
                and (row["quotation"] in figure["quote"] or figure["quote"] in row["quotation"])
                for figure in later
            )
        )

    return [
        row["observation_id"]
        for row in rows
        if row["series_id"] not in {"nrm-quarters-by-age", "nrm-first-responders"}
        and not (was_computed(row) if row["status"] == "d" else was_read(row))
    ]


@needs_shared
def test_every_other_context_value_was_read_with_its_quotation(context: list[Row]) -> None:
    assert not_read(context) == []


@needs_shared
@pytest.mark.parametrize(
    ("observation_id", "planted"),
    [
        ("C0245", {"value": "10628"}),
        ("C0247", {"value": "10607"}),
        ("C0250", {"vintage": "2023-03-02"}),
        ("C0281", {"category": "F"}),
        ("C0428", {"quotation": "758,942"}),
        ("C0433", {"period_end": "2022-03-31"}),
        ("C0439", {"period_end": "2023-09-30"}),
        ("C0458", {"value": "1234"}),
        ("C0483", {"value": "910981"}),
    ],
)
def test_a_context_value_with_one_change_was_not_read(
    context: list[Row], observation_id: str, planted: dict[str, str]
) -> None:
    (row,) = [row for row in context if row["observation_id"] == observation_id]
    assert not_read([row]) == []
    assert not_read([{**row, **planted}]) == [observation_id]


HELP_LINE: Final = ("id", "name", "number", "serves", "nations", "cost", "read_at")


@needs_shared
def test_every_help_line_that_was_read_is_shown_as_it_was_read() -> None:
    shown = {row["id"]: row for row in table_schema.read(REFERENCE / "helplines.csv")}
    for read in shared("helplines.csv"):
        assert [shown[read["id"]][name] for name in HELP_LINE] == [read[name] for name in HELP_LINE]


# The manifest of the release.


def package_faults(folder: Path) -> list[str]:
    """Return the faults that `frictionless validate datapackage.json` finds in a folder."""
    descriptor = folder / "datapackage.json"
    try:
        report = Package(str(descriptor)).validate()
    except FrictionlessException as error:
        return [str(reason.note) for reason in error.reasons]
    listed = json.loads(descriptor.read_text(encoding="utf-8"))["resources"]
    assert [task.place for task in report.tasks] == [resource["path"] for resource in listed]
    return [f"{task.place}: {error.type}" for task in report.tasks for error in task.errors]


@pytest.fixture(params=["transcribed", "from records"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release of each way of building one."""
    if request.param == "from records":
        return published_releases.small(tmp_path_factory.getbasetemp())
    folder: Path = request.getfixturevalue("built")
    return folder


# frictionless 5 does not close the compressed files that it reads.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_manifest_is_a_valid_data_package_as_it_stands(package: Path) -> None:
    assert package_faults(package) == []


def test_a_faulty_data_package_is_found(built: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(built, tmp_path / built.name)
    with (folder / "cells.parquet").open("ab") as stream:
        stream.write(b" ")
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    assert set(package_faults(folder)) == {"cells.parquet: hash-count", "cells.parquet: byte-count"}
    path.write_text(json.dumps({**descriptor, "licenses": "OGL"}), encoding="utf-8")
    (description,) = package_faults(folder)
    assert "licenses" in description


def test_the_manifest_has_status_title_licence_and_every_other_file(built: Path) -> None:
    descriptor = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))
    assert (descriptor["status"], descriptor["title"]) == ("published", SETTINGS["title"])
    assert [licence["name"] for licence in descriptor["licenses"]] == ["OGL-UK-3.0"]
    assert {resource["path"]: resource["hash"] for resource in descriptor["resources"]} == {
        path.name: f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in built.iterdir()
        if path.name != "datapackage.json"
    }
