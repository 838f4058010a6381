"""What a stranger reads of a release folder: its cells, facts and announced errors, and whatever is wrong with its files."""

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
from referrals.reference.codelists import FINEST

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
FOUND = ("2020-Q2", "VNM", "20-29", "F", "MS", "ICE")
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


def written(folder: Path, cells: str = CELLS, **control: object) -> Path:
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
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "test")


def test_a_year_has_the_finest_cells_of_its_own_quarters_that_are_not_0(folder: Path) -> None:
    release = public_release.read(folder)
    assert release.years["2020-21"].cells == {
        FOUND: 5,
        ("2020-Q2", "ALB", "20-29", "M", "MS", "ICE"): 20,
        ("2020-Q3", "VNM", "20-29", "M", "DA", "ICE"): 12,
    }
    assert release.years["2021-22"].cells == {("2021-Q2", "VNM", "20-29", "M", "DA", "ICE"): 7}


def test_every_number_is_read_and_a_cell_without_one_is_not(folder: Path) -> None:
    published = public_release.read(folder).published
    assert published["2020-21", "_T", "_T", "_T", "_T", "_T"] == 37
    assert len(published) == 6


def test_categories_are_those_of_the_manifest_without_the_total(folder: Path) -> None:
    year = public_release.read(folder).years["2020-21"]
    assert tuple(year.categories) == FINEST
    assert year.categories["quarter"] == ["2020-Q2", "2020-Q3"]
    assert year.categories["nationality"] == ["VNM", "ALB"]


def test_facts_belong_to_their_year(folder: Path) -> None:
    release = public_release.read(folder)
    assert release.years["2020-21"].facts == [
        Fact("E037", "2020-21", {"sex": ["M"], "crime_type": ["DA"]}, 12, 12)
    ]
    assert release.years["2021-22"].facts == []


def test_what_a_release_says_of_itself_is_read(folder: Path) -> None:
    release = public_release.read(folder)
    assert (release.name, release.status, release.method, release.revises) == (
        "test",
        "official",
        "rounding",
        "first",
    )
    assert release.largest_error == {2: 8, 3: 12}


def test_a_release_whose_files_are_those_of_its_manifest_has_no_problems(folder: Path) -> None:
    assert public_release.read(folder).problems == []


def test_an_altered_file_is_named_and_read_on(folder: Path) -> None:
    (folder / "cells.csv").write_text(CELLS.replace("ICE,5,", "ICE,6,"), encoding="utf-8")
    release = public_release.read(folder)
    assert release.problems == ["cells.csv is not the file that the manifest lists"]
    assert release.published[FOUND] == 6


def test_a_file_that_is_not_listed_is_named(folder: Path) -> None:
    (folder / "beside.csv").touch()
    assert public_release.read(folder).problems == ["beside.csv is not listed in the manifest"]


def test_a_listed_file_that_is_missing_is_named(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["resources"].append({"path": "verify.py", "hash": "sha256:0"})
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert public_release.read(folder).problems == ["verify.py is missing"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match="Name a release folder"):
        public_release.read(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="there is no release here"):
        public_release.read(tmp_path)


def test_a_release_that_is_not_made_of_protected_counts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="not made of protected counts"):
        public_release.read(written(tmp_path / "test", method=""))


@pytest.mark.parametrize(
    ("change", "said"),
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
            "disclosure_control.largest_error says 8 of two dimensions",
        ),
        ({"largest_error": {"2": -8}}, "disclosure_control.largest_error says -8 of 2 dimensions"),
    ],
)
def test_a_manifest_with_a_part_missing_or_of_the_wrong_kind_is_refused_and_the_part_is_named(
    tmp_path: Path, change: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(ReleaseError) as refusal:
        public_release.read(written(tmp_path / "test", **change))
    assert f"{MANIFEST} cannot be used: {said}" in str(refusal.value)
    assert "Publish the release again" in str(refusal.value)


@pytest.mark.parametrize("part", ["status", "codelists", "resources"])
def test_a_manifest_without_a_part_is_refused_and_the_part_is_named(
    folder: Path, part: str
) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest[part]
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ReleaseError, match=f"cannot be used: {part} is missing"):
        public_release.read(folder)


def test_a_manifest_that_lists_a_file_outside_the_folder_is_not_followed(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["resources"].append({"path": "../other/cells.csv", "hash": "sha256:0"})
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert public_release.read(folder).problems == [
        "../other/cells.csv, which the manifest lists, is not a file of the release"
    ]


def test_a_cell_that_is_there_twice_is_refused_and_named(tmp_path: Path) -> None:
    again = CELLS + "2020-Q2,VNM,20-29,F,MS,ICE,3,\n"
    with pytest.raises(ReleaseError, match=r"quarter 2020-Q2, nationality VNM, .* is listed twice"):
        public_release.read(written(tmp_path / "test", again))


def test_a_cell_with_a_code_that_the_manifest_does_not_list_is_refused_and_named(
    tmp_path: Path,
) -> None:
    with pytest.raises(
        ReleaseError, match=r"nationality IND, .* has a code that datapackage\.json does not list"
    ):
        public_release.read(written(tmp_path / "test", CELLS.replace("2020-Q2,ALB", "2020-Q2,IND")))


@pytest.mark.parametrize("fault", ["2020-Q2,VNM", "2020-Q2,VNM,20-29,M,MS,ICE"])
def test_a_line_that_ends_early_is_refused(tmp_path: Path, fault: str) -> None:
    with pytest.raises(ReleaseError, match="the cells cannot be read"):
        public_release.read(written(tmp_path / "test", f"{CELLS}{fault}\n"))


@pytest.mark.parametrize(
    "fault",
    [
        CELLS.replace("value", "number"),
        CELLS.replace(",37,", ",many,"),
        CELLS.replace("sex", "gender"),
    ],
)
def test_cells_that_cannot_be_read_are_refused_without_what_they_hold(
    tmp_path: Path, fault: str
) -> None:
    with pytest.raises(ReleaseError, match=r"cells\.csv: the cells cannot be read") as refusal:
        public_release.read(written(tmp_path / "test", fault))
    assert "many" not in str(refusal.value)


def test_missing_cells_are_refused(folder: Path) -> None:
    (folder / "cells.csv").unlink()
    with pytest.raises(ReleaseError, match="the cells cannot be read"):
        public_release.read(folder)


@pytest.mark.parametrize(
    ("shown", "is_movable"), [(5, True), (6, True), (7, True), (8, False), (1_336, False)]
)
def test_only_5_6_and_7_can_stand_for_a_smaller_number(shown: int, is_movable: bool) -> None:
    assert bool(Year("2020-21", {}, {FOUND: shown}, ()).ambiguous) == is_movable


CODES = st.fixed_dictionaries(
    {}, optional={name: st.sets(st.sampled_from("abc"), min_size=1).map(sorted) for name in FINEST}
)


@given(CODES, st.tuples(*[st.sampled_from("abc")] * len(FINEST)))
def test_a_fact_counts_a_cell_whose_codes_it_names_and_adds_up_all_that_it_does_not_name(
    where: dict[str, list[str]], codes: tuple[str, ...]
) -> None:
    expected = all(codes[FINEST.index(name)] in named for name, named in where.items())
    assert Fact("drawn", "2020-21", where, 0, 0).holds_cell(codes) == expected


@pytest.mark.parametrize(("low", "high", "is_exact"), [(12, 12, True), (12, 13, False)])
def test_a_fact_is_exact_where_it_is_one_number(low: int, high: int, is_exact: bool) -> None:
    assert Fact("drawn", "2020-21", {}, low, high).is_exact == is_exact


def test_a_cell_is_described_by_the_codes_that_it_fixes() -> None:
    assert (
        describe(("_T", "VNM", "0-17", "_T", "MS", "_T"))
        == "nationality VNM, age band 0-17, crime type MS"
    )
    assert describe(("_T",) * 6) == "all"
