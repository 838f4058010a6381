"""Spellings of codes, and the reference files that they are read from."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.publishing.extract import spellings
from referrals.publishing.extract.spellings import (
    CODED_FIELDS,
    NOT_RECORDED_WORDS,
    Spelling,
    all_spellings,
    suggestions,
)
from referrals.reference import table_schema
from referrals.reference.codelists import codelist


@pytest.fixture
def reference_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Read the spellings from a copy of the reference files, with empty caches before and after."""
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(spellings, "REFERENCE", tmp_path)
    cached = (
        spellings.all_spellings,
        spellings._aliases,
        spellings._choices_by_name,
        spellings._reference_words,
    )
    for function in cached:
        function.cache_clear()
    yield tmp_path
    for function in cached:
        function.cache_clear()


def code_of(field: str, text: str) -> str | None:
    """Return the code of a spelling, in any case."""
    codes = {
        (spelling.field, spelling.spelling.casefold()): spelling.code
        for spelling in all_spellings()
    }
    return codes.get((field, text.casefold()))


def alias_rows() -> list[dict[str, str]]:
    return [dict(row) for row in table_schema.read(REFERENCE / "nationality_alias.csv")]


@pytest.mark.parametrize(
    ("field", "spelling", "code"),
    [
        ("nationality", "VNM", "VNM"),
        ("nationality", "vietnam", "VNM"),
        ("nationality", "Vietnamese", "VNM"),
        ("nationality", "Timor-Leste", "TLS"),
        ("nationality", "CÔTE D'IVOIRE", "CIV"),
        ("nationality", "Stateless", "_STL"),
        ("nationality", "South Korean", "KOR"),
        ("nationality", "COG", "COG"),
        ("nationality", "DRC", "COD"),
        ("nationality", "Niger", "NER"),
        ("nationality", "Nigerian", "NGA"),
        ("police_force", "metropolitan", "metropolitan"),
        ("police_force", "Metropolitan Police", "metropolitan"),
        ("police_force", "PSNI", "northern-ireland"),
        ("sex", "female", "F"),
        ("crime_type", "Modern slavery", "MS"),
        ("outcome", "nfa", "NFA"),
        ("age", "0", "0-17"),
        ("age", "17", "0-17"),
        ("age", "18", "18-19"),
        ("age", "19", "18-19"),
        ("age", "20", "20-29"),
        ("age", "59", "50-59"),
        ("age", "60", "60+"),
        ("age", "120", "60+"),
        ("age", "007", "0-17"),
    ],
)
def test_a_code_label_or_other_name_is_a_spelling_of_the_code(
    field: str, spelling: str, code: str
) -> None:
    assert code_of(field, spelling) == code


@pytest.mark.parametrize("field", CODED_FIELDS)
@pytest.mark.parametrize("word", NOT_RECORDED_WORDS)
def test_every_coded_field_has_the_same_spellings_of_not_recorded(field: str, word: str) -> None:
    assert code_of(field, word) == "_NK"


@pytest.mark.parametrize(
    ("field", "spelling"),
    [
        ("nationality", "_T"),
        ("nationality", "_TOP3"),
        ("nationality", "_OTH"),
        ("nationality", "_OTH_AFR"),
        ("nationality", "Other African nationalities"),
        ("nationality", ""),
        ("sex", "_R"),
        ("age", "121"),
        ("age", "-1"),
        ("age", "20-29"),
        ("age", "34.0"),
        ("age", "٣"),
        ("age", "0007"),
    ],
)
def test_grouping_codes_and_impossible_ages_are_not_spellings(field: str, spelling: str) -> None:
    assert code_of(field, spelling) is None


def test_a_similar_name_is_not_a_spelling() -> None:
    assert code_of("nationality", "Vietnamees") is None


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Korean", ("KOR", "PRK")),
        ("Korea", ("KOR", "PRK")),
        ("congolese", ("COD", "COG")),
        ("Congo", ("COD", "COG")),
        ("Dominican", ("DMA", "DOM")),
        ("Guinean", ("GIN", "GNB", "GNQ")),
        ("Guinea", ("GIN", "GNB", "GNQ")),
        ("Czechoslovakia", ("CZE", "SVK")),
        ("East German", ("DEU",)),
    ],
)
def test_an_ambiguous_or_former_name_has_choices_instead_of_a_code(
    name: str, codes: tuple[str, ...]
) -> None:
    assert code_of("nationality", name) is None
    assert spellings.choices(name) == codes


def test_every_alias_has_codes_that_records_can_have() -> None:
    known = {spelling.code for spelling in all_spellings() if spelling.field == "nationality"}
    rows = alias_rows()
    assert {code for row in rows for code in row["codes"].split()} <= known
    assert [row["alias"] for row in rows if row["kind"] == "alias" and " " in row["codes"]] == []
    assert [
        row["alias"] for row in rows if row["kind"] == "ambiguous" and " " not in row["codes"]
    ] == []


def test_no_alias_repeats_another_in_any_case_or_the_code_list() -> None:
    names = Counter(row["alias"].casefold() for row in alias_rows())
    assert [name for name, count in names.items() if count > 1] == []
    listed = {spelling.spelling.casefold() for spelling in spellings._listed("nationality")}
    plain = [row["alias"] for row in alias_rows() if row["kind"] == "alias"]
    assert [alias for alias in plain if alias.casefold() in listed] == []


def test_a_spelling_of_two_codes_is_refused(reference_copy: Path) -> None:
    path = reference_copy / "nationality_alias.csv"
    path.write_text(path.read_text(encoding="utf-8") + "Vietnamese,alias,ALB\n", encoding="utf-8")
    with pytest.raises(
        DataError,
        match=r"^nationality: 'Vietnamese' is a spelling of VNM and of ALB\. Remove one of them",
    ):
        all_spellings()


def test_a_name_added_to_the_alias_file_is_a_spelling(reference_copy: Path) -> None:
    path = reference_copy / "nationality_alias.csv"
    path.write_text(path.read_text(encoding="utf-8") + "Vietnamees,alias,VNM\n", encoding="utf-8")
    assert Spelling("nationality", "Vietnamees", "VNM") in all_spellings()


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("nationality", "Vietnamees", ["Vietnamese", "Vietnam"]),
        ("police_force", "Kent Polise", ["Kent Police"]),
        ("sex", "Femal", ["Female"]),
        ("nationality", "Korean", []),
        ("nationality", "Martian", ["Mauritian"]),
        ("sex", "Q", []),
    ],
)
def test_suggestions_are_similar_names_but_never_an_ambiguous_one(
    field: str, value: str, found: list[str]
) -> None:
    assert suggestions(field, value)[: len(found) or None] == found


def test_the_police_forces_are_the_43_territorial_ones_and_five_others() -> None:
    forces = codelist("police_force").codes.values()
    assert len([code for code in forces if code.kind == "category"]) == 43 + len(
        ["scotland", "northern-ireland", "btp", "mod-police", "civil-nuclear"]
    )


def test_every_nationality_has_the_region_of_its_country_in_un_m49() -> None:
    rows = table_schema.read(REFERENCE / "nationality.csv")
    # M49 has these numbers. Taiwan, which it does not list separately, makes 51 in Asia.
    counted = Counter(row["region"] for row in rows if row["kind"] == "category")
    assert counted == {"AFR": 60, "AMR": 57, "ASI": 51, "EUR": 51, "OCE": 29, "": 1}
    region = {row["code"]: row["region"] for row in rows}
    assert (region["ATA"], region["_NK"], region["_T"], region["GBN"], region["XKX"]) == (
        "",
        "",
        "",
        "",
        "EUR",
    )
    assert (region["TUR"], region["CYP"], region["RUS"], region["EGY"], region["SGS"]) == (
        "ASI",
        "ASI",
        "EUR",
        "AFR",
        "AMR",
    )


def test_each_region_has_a_code_for_its_other_nationalities_just_before_the_rest() -> None:
    rows = table_schema.read(REFERENCE / "nationality.csv")
    assert [(row["code"], row["kind"], row["region"]) for row in rows[-6:]] == [
        *((f"_OTH_{region}", "special", region) for region in ("AFR", "AMR", "ASI", "EUR", "OCE")),
        ("_OTH", "special", ""),
    ]
