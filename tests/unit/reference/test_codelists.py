"""Code lists: codes, labels and members."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.reference import codelists
from referrals.reference.codelists import DIMENSIONS, NOT_RECORDED, TOTAL, Codelist, codelist

AGES = ("0-17", "18-19", "20-29", "30-39", "40-49", "50-59", "60+", "_NK")
SEXES = ("M", "F", "_NK")

ReadAnew = Callable[[str], Codelist]


@pytest.fixture
def read_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadAnew:
    """Read the code list of sex from the rows given, without the cache of the other tests."""
    shutil.copy(REFERENCE / "sex.schema.json", tmp_path)
    monkeypatch.setattr(codelists, "REFERENCE", tmp_path)

    def read(rows: str) -> Codelist:
        (tmp_path / "sex.csv").write_text(f"code,label,kind,members\n{rows}", encoding="utf-8")
        return codelist.__wrapped__("sex")

    return read


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_has_its_total_first_and_a_code_for_not_recorded(dimension: str) -> None:
    codes = codelist(dimension).codes
    assert next(iter(codes)) == TOTAL
    assert codes[TOTAL].kind == "total"
    assert NOT_RECORDED in codes


@pytest.mark.parametrize(
    ("dimension", "code", "label"),
    [
        ("nationality", "VNM", "Vietnam"),
        ("nationality", "_TOP3", "Vietnam, Albania and China together"),
        ("age_band", "18+_NK", "18 and over, or age not stated"),
        ("sex", "_NK", "Sex not recorded"),
        ("crime_type", "OTH", "Other or unstated crime"),
        ("outcome", "NFA", "No further action"),
    ],
)
def test_a_code_has_the_label_that_readers_see(dimension: str, code: str, label: str) -> None:
    assert codelist(dimension).label(code) == label


def test_the_label_of_an_unknown_code_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"'m' is not a code of sex. Codes: _T, M, F, _NK, _R"):
        codelist("sex").label("m")


@pytest.mark.parametrize(
    ("dimension", "code", "partition", "parts"),
    [
        ("age_band", "_T", AGES, set(AGES)),
        ("age_band", "20-39", AGES, {"20-29", "30-39"}),
        ("age_band", "18+_NK", AGES, set(AGES) - {"0-17"}),
        ("age_band", "0-17", AGES, {"0-17"}),
        ("sex", "_R", SEXES, {"M", "F"}),
        ("sex", "_NK", SEXES, {"_NK"}),
        ("nationality", "_TOP3", ("VNM", "ALB", "CHN", "_OTH"), {"VNM", "ALB", "CHN"}),
    ],
)
def test_a_code_covers_its_parts(
    dimension: str, code: str, partition: tuple[str, ...], parts: set[str]
) -> None:
    assert codelist(dimension).parts(code, partition) == parts


def test_the_parts_of_an_unknown_code_are_refused() -> None:
    with pytest.raises(DataError, match="'x' is not a code of sex"):
        codelist("sex").parts("x", SEXES)


def test_only_aggregates_have_members() -> None:
    codes = [code for dimension in DIMENSIONS for code in codelist(dimension).codes.values()]
    assert {code.kind for code in codes if code.members} == {"aggregate"}
    assert all(code.members for code in codes if code.kind == "aggregate")


def test_a_valid_codelist_is_read(read_from: ReadAnew) -> None:
    assert read_from("M,Male,category,\n_R,Recorded,aggregate,M\n").codes["_R"].members == ("M",)


def test_an_aggregate_of_unlisted_codes_is_refused(read_from: ReadAnew) -> None:
    with pytest.raises(
        DataError, match=r"^sex\.csv: '_R' adds up codes that are not listed: F, X\.$"
    ):
        read_from("M,Male,category,\n_R,Recorded,aggregate,M F X\n")


def test_a_code_listed_twice_is_refused(read_from: ReadAnew) -> None:
    with pytest.raises(DataError, match="row 3, code: 'M' is in row 2 already"):
        read_from("M,Male,category,\nM,Man,category,\n")


def test_a_dimension_without_a_codelist_is_refused() -> None:
    with pytest.raises(DataError, match=r"region\.csv is missing"):
        codelist("region")
