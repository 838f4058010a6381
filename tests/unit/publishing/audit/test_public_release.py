"""The attacker's reader: cells, facts, announced errors and file problems of a release folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import ReleaseError
from referrals.publishing.audit import public_release
from referrals.publishing.cell_codes import Fact, Year, describe
from referrals.reference.codelists import DIMENSIONS, FINEST
from referrals.release.manifest_digest import with_digest

MANIFEST = "datapackage.json"
CELLS = """period,nationality,age_band,sex,crime_type,outcome,value,status
2020-21,_T,_T,_T,_T,_T,37,
2020-Q2,VNM,20-29,F,MS,ICE,5,
2020-Q2,ALB,20-29,M,MS,ICE,20,
2020-Q3,VNM,20-29,M,DA,ICE,12,
2020-Q3,ALB,20-29,M,DA,ICE,0,
2021-Q2,VNM,20-29,M,DA,ICE,7,
2021-Q2,ALB,20-29,M,DA,ICE,,x
"""
FACT = {
    "name": "E037",
    "year": "2020-21",
    "where": {"sex": ["M"], "crime_type": ["DA"]},
    "low": 12,
    "high": 12,
}
SMALL_CELL = ("2020-Q2", "VNM", "20-29", "F", "MS", "ICE")
CODELISTS = {
    "nationality": "VNM ALB",
    "age_band": "20-29",
    "sex": "M F",
    "crime_type": "MS DA",
    "outcome": "ICE",
}
CONTROL: Mapping[str, Any] = {
    "method": "rounding",
    "quarters": {"2020-21": ["2020-Q2", "2020-Q3"], "2021-22": ["2021-Q2"]},
    "largest_error": {"2": 8, "3": 12},
    "facts": [FACT],
    "revises": "first",
}


def write_release(folder: Path, cells: str = CELLS, **control: object) -> Path:
    """Write the public files of a release, with a manifest that lists them."""
    folder.mkdir(exist_ok=True)
    (folder / "cells.csv").write_text(cells, encoding="utf-8")
    digest = hashlib.sha256(cells.encode()).hexdigest()
    manifest = {
        "release_id": "test",
        "status": "official",
        "codelists": {
            name: dict.fromkeys(("_T", *codes.split()), "") for name, codes in CODELISTS.items()
        },
        "disclosure_control": {**CONTROL, **control},
        "resources": [{"path": "cells.csv", "hash": f"sha256:{digest}"}],
    }
    (folder / MANIFEST).write_text(with_digest(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_release(tmp_path / "test")


def test_a_year_has_the_finest_cells_of_its_quarters_except_those_that_are_0(folder: Path) -> None:
    release = public_release.read(folder)
    assert release.years["2020-21"].cells == {
        SMALL_CELL: 5,
        ("2020-Q2", "ALB", "20-29", "M", "MS", "ICE"): 20,
        ("2020-Q3", "VNM", "20-29", "M", "DA", "ICE"): 12,
    }
    assert release.years["2021-22"].cells == {("2021-Q2", "VNM", "20-29", "M", "DA", "ICE"): 7}


def test_published_has_every_cell_with_a_value(folder: Path) -> None:
    published = public_release.read(folder).published
    assert published["2020-21", "_T", "_T", "_T", "_T", "_T"] == 37
    assert len(published) == 6


def test_the_categories_of_a_year_are_the_codes_of_the_manifest_without_the_total(
    folder: Path,
) -> None:
    year = public_release.read(folder).years["2020-21"]
    assert tuple(year.categories) == FINEST
    assert year.categories["quarter"] == ["2020-Q2", "2020-Q3"]
    assert year.categories["nationality"] == ["VNM", "ALB"]


def test_a_year_has_its_own_facts(folder: Path) -> None:
    release = public_release.read(folder)
    assert release.years["2020-21"].facts == [
        Fact("E037", "2020-21", {"sex": ["M"], "crime_type": ["DA"]}, 12, 12)
    ]
    assert release.years["2021-22"].facts == []


def test_a_year_has_the_announced_errors_of_its_totals_of_one_code(tmp_path: Path) -> None:
    everybody = dict.fromkeys(DIMENSIONS, "_T")
    listed = [
        {"period": "2020-21", **everybody, "largest_error": 12},
        {"period": "2020-21", **everybody, "sex": "F", "largest_error": 8},
        {"period": "2020-Q3", **everybody, "largest_error": 8},
    ]
    release = public_release.read(write_release(tmp_path / "test", inexact_totals=listed))
    assert len(release.inexact_totals) == 3
    assert release.years["2020-21"].total_errors == {
        (FINEST.index("sex"), "F"): 8,
        (FINEST.index("quarter"), "2020-Q3"): 8,
    }
    assert release.years["2021-22"].total_errors == {}


def test_the_metadata_of_a_release_is_read(folder: Path) -> None:
    release = public_release.read(folder)
    assert (release.name, release.status, release.method, release.revises) == (
        "test",
        "official",
        "rounding",
        "first",
    )
    assert release.largest_error == {2: 8, 3: 12}


def test_a_release_has_no_problems_if_its_files_are_those_of_the_manifest(folder: Path) -> None:
    assert public_release.read(folder).problems == []


def test_an_altered_file_is_a_problem_but_is_read(folder: Path) -> None:
    (folder / "cells.csv").write_text(CELLS.replace("ICE,5,", "ICE,6,"), encoding="utf-8")
    release = public_release.read(folder)
    assert release.problems == ["cells.csv is not the file that the manifest lists"]
    assert release.published[SMALL_CELL] == 6


def test_a_file_that_the_manifest_does_not_list_is_a_problem(folder: Path) -> None:
    (folder / "extra.csv").touch()
    assert public_release.read(folder).problems == ["extra.csv is not listed in the manifest"]


def test_a_missing_file_is_a_problem(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["resources"].append({"path": "verify.py", "hash": "sha256:0"})
    (folder / MANIFEST).write_text(with_digest(manifest), encoding="utf-8")
    assert public_release.read(folder).problems == ["verify.py is missing"]


def test_a_manifest_that_was_changed_after_it_was_written_is_refused_by_name(
    folder: Path,
) -> None:
    content = (folder / MANIFEST).read_text(encoding="utf-8")
    (folder / MANIFEST).write_text(content.replace("official", "officiaI"), encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"datapackage\.json was changed after it was written"):
        public_release.read(folder)


def test_a_manifest_without_its_own_digest_is_a_problem(folder: Path) -> None:
    content = (folder / MANIFEST).read_text(encoding="utf-8")
    (folder / MANIFEST).write_text(content.replace("_sha256", "_sha257"), encoding="utf-8")
    assert public_release.read(folder).problems == [
        "datapackage.json does not hold the SHA-256 of itself"
    ]


def test_a_refusal_names_the_altered_files_as_well(folder: Path) -> None:
    (folder / "cells.csv").write_text("nothing\n1\n", encoding="utf-8")
    (folder / "extra.csv").touch()
    with pytest.raises(ReleaseError, match=r"extra\.csv is not listed in the manifest"):
        public_release.read(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_a_manifest_that_is_not_a_json_object_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match="Name a release folder"):
        public_release.read(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="there is no release here"):
        public_release.read(tmp_path)


def test_a_release_that_is_not_made_of_protected_counts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="not made of protected counts"):
        public_release.read(write_release(tmp_path / "test", method=""))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"quarters": None}, "disclosure_control.quarters is not an object with names"),
        ({"quarters": {"2020-21": "2020-Q2"}}, "disclosure_control.quarters.2020-21 is not a list"),
        (
            {"quarters": {"2020-21": ["2020-Q2"], "2021-22": ["2020-Q2"]}},
            "disclosure_control.quarters lists 2020-Q2 twice",
        ),
        ({"facts": [{}]}, "disclosure_control.facts[0].name is missing"),
        (
            {"facts": [{**FACT, "low": "12"}]},
            "disclosure_control.facts[0].low is not a whole number",
        ),
        (
            {"facts": [{**FACT, "low": True}]},
            "disclosure_control.facts[0].low is not a whole number",
        ),
        ({"facts": [{**FACT, "year": "1999-00"}]}, "disclosure_control.facts[0] is about 1999-00"),
        (
            {"facts": [{**FACT, "where": {"gender": ["M"]}}]},
            "disclosure_control.facts[0] names codes of gender",
        ),
        (
            {"facts": [{**FACT, "where": {"sex": ["_T"]}}]},
            "disclosure_control.facts[0] names codes of sex",
        ),
        ({"largest_error": []}, "disclosure_control.largest_error is not an object with names"),
        (
            {"largest_error": {"two": 8}},
            "disclosure_control.largest_error has 8 for two dimensions",
        ),
        ({"largest_error": {"2": -8}}, "disclosure_control.largest_error has -8 for 2 dimensions"),
        (
            {"facts": [{**FACT, "where": {"police_force": []}}]},
            "disclosure_control.facts[0] names codes of police_force",
        ),
        ({"held_back": 1}, "disclosure_control.held_back is not a list"),
        (
            {"unavailable": {"2020-21": {"sex": "F"}}},
            "disclosure_control.unavailable.2020-21.sex is not a list",
        ),
    ],
)
def test_a_manifest_with_an_unusable_part_is_refused_with_the_name_of_the_part(
    tmp_path: Path, change: Mapping[str, Any], fault: str
) -> None:
    with pytest.raises(ReleaseError) as refusal:
        public_release.read(write_release(tmp_path / "test", **change))
    assert f"{MANIFEST} cannot be used: {fault}" in str(refusal.value)
    assert "Publish the release again" in str(refusal.value)


def test_a_manifest_whose_disclosure_control_is_a_number_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["disclosure_control"] = 5
    (folder / MANIFEST).write_text(with_digest(manifest), encoding="utf-8")
    with pytest.raises(ReleaseError, match="disclosure_control is not an object with names"):
        public_release.read(folder)


@pytest.mark.parametrize("part", ["status", "codelists", "resources"])
def test_a_manifest_without_a_part_is_refused_with_the_name_of_the_part(
    folder: Path, part: str
) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest[part]
    (folder / MANIFEST).write_text(with_digest(manifest), encoding="utf-8")
    with pytest.raises(ReleaseError, match=f"cannot be used: {part} is missing"):
        public_release.read(folder)


def test_a_listed_file_outside_the_folder_is_a_problem_and_is_not_read(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["resources"].append({"path": "../other/cells.csv", "hash": "sha256:0"})
    (folder / MANIFEST).write_text(with_digest(manifest), encoding="utf-8")
    assert public_release.read(folder).problems == [
        "../other/cells.csv, which the manifest lists, is not a file of the release"
    ]


def test_a_cell_that_is_listed_twice_is_refused_by_name(tmp_path: Path) -> None:
    again = CELLS + "2020-Q2,VNM,20-29,F,MS,ICE,3,\n"
    with pytest.raises(ReleaseError, match=r"quarter 2020-Q2, nationality VNM, .* is listed twice"):
        public_release.read(write_release(tmp_path / "test", again))


def test_a_cell_with_a_code_that_the_manifest_does_not_list_is_refused_by_name(
    tmp_path: Path,
) -> None:
    with pytest.raises(
        ReleaseError, match=r"nationality IND, .* has a code that datapackage\.json does not list"
    ):
        public_release.read(
            write_release(tmp_path / "test", CELLS.replace("2020-Q2,ALB", "2020-Q2,IND"))
        )


@pytest.mark.parametrize("fault", ["2020-Q2,VNM", "2020-Q2,VNM,20-29,M,MS,ICE"])
def test_a_truncated_line_is_refused(tmp_path: Path, fault: str) -> None:
    with pytest.raises(ReleaseError, match="the cells cannot be read"):
        public_release.read(write_release(tmp_path / "test", f"{CELLS}{fault}\n"))


@pytest.mark.parametrize(
    "fault",
    [
        CELLS.replace("value", "number"),
        CELLS.replace(",37,", ",many,"),
        CELLS.replace("sex", "gender"),
    ],
)
def test_unreadable_cells_are_refused_without_quoting_their_values(
    tmp_path: Path, fault: str
) -> None:
    with pytest.raises(ReleaseError, match=r"cells\.csv: the cells cannot be read") as refusal:
        public_release.read(write_release(tmp_path / "test", fault))
    assert "many" not in str(refusal.value)


def test_a_release_without_cells_is_refused(folder: Path) -> None:
    (folder / "cells.csv").unlink()
    with pytest.raises(ReleaseError, match="the cells cannot be read"):
        public_release.read(folder)


@pytest.mark.parametrize(
    ("shown", "is_ambiguous"), [(5, True), (6, True), (7, True), (8, False), (1_336, False)]
)
def test_the_ambiguous_cells_of_a_year_are_those_that_show_5_6_or_7(
    shown: int, is_ambiguous: bool
) -> None:
    assert bool(Year("2020-21", {}, {SMALL_CELL: shown}, ()).ambiguous) == is_ambiguous


CODES = st.fixed_dictionaries(
    {}, optional={name: st.sets(st.sampled_from("abc"), min_size=1).map(sorted) for name in FINEST}
)


@given(CODES, st.tuples(*[st.sampled_from("abc")] * len(FINEST)))
def test_a_fact_holds_the_cells_with_its_codes_and_any_code_of_other_dimensions(
    where: dict[str, list[str]], codes: tuple[str, ...]
) -> None:
    expected = all(codes[FINEST.index(name)] in named for name, named in where.items())
    assert Fact("drawn", "2020-21", where, 0, 0).holds_cell(codes) == expected


@pytest.mark.parametrize(("low", "high", "is_exact"), [(12, 12, True), (12, 13, False)])
def test_a_fact_is_exact_if_its_ends_are_equal(low: int, high: int, is_exact: bool) -> None:
    assert Fact("drawn", "2020-21", {}, low, high).is_exact == is_exact


def test_a_cell_is_described_by_the_codes_of_the_dimensions_that_it_fixes() -> None:
    assert (
        describe(("_T", "VNM", "0-17", "_T", "MS", "_T"))
        == "nationality VNM, age band 0-17, crime type MS"
    )
    assert describe(("_T",) * 6) == "all"


def test_a_table_that_excel_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\ufeffperiod,sex,value\n2020-21,F,12\n", encoding="utf-8")
    assert public_release.read_table(path) == {("2020-21", "_T", "_T", "F", "_T", "_T"): 12}


def test_a_table_with_a_row_for_each_police_force_is_refused_and_not_read_as_its_last_row(
    tmp_path: Path,
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "period,sex,police_force,value\n2020-21,F,kent,7\n2020-21,F,essex,3\n", encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match="lists year 2020-21, sex F twice"):
        public_release.read_table(path)
