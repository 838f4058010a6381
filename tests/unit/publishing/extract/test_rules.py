"""The spellings that stand for codes, those that stand for none, and what is said of them."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.paths import REFERENCE, SQL
from referrals.publishing.extract import rules
from referrals.publishing.extract.rules import (
    CODED,
    NOT_RECORDED_WORDS,
    Spelling,
    sentence,
    spellings,
    suggestions,
)
from referrals.reference import table_schema
from referrals.reference.codelists import codelist


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the reference files that the rules are read from. What is kept of them is forgotten before and after."""
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(rules, "REFERENCE", tmp_path)
    kept = (rules.spellings, rules._aliases, rules._choices, rules._own_words)
    for one in kept:
        one.cache_clear()
    yield tmp_path
    for one in kept:
        one.cache_clear()


def code_of(field: str, spelling: str) -> str | None:
    """Return the code that a spelling stands for, in any case."""
    found = {(one.field, one.spelling.casefold()): one.code for one in spellings()}
    return found.get((field, spelling.casefold()))


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
def test_a_code_is_known_by_its_code_its_label_and_its_other_names(
    field: str, spelling: str, code: str
) -> None:
    assert code_of(field, spelling) == code


@pytest.mark.parametrize("field", CODED)
@pytest.mark.parametrize("word", NOT_RECORDED_WORDS)
def test_every_attribute_can_be_not_recorded_in_the_same_words(field: str, word: str) -> None:
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
def test_no_record_can_have_a_code_that_only_groups_others_or_an_age_that_nobody_has(
    field: str, spelling: str
) -> None:
    assert code_of(field, spelling) is None


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
def test_a_name_that_could_be_several_or_of_a_former_state_stands_for_no_code_and_has_choices(
    name: str, codes: tuple[str, ...]
) -> None:
    assert code_of("nationality", name) is None
    assert rules.choices(name) == codes


def test_every_alias_names_codes_that_records_can_have() -> None:
    known = {one.code for one in spellings() if one.field == "nationality"}
    rows = table_schema.read(REFERENCE / "nationality_alias.csv")
    assert {code for row in rows for code in row["codes"].split()} <= known
    assert [row["alias"] for row in rows if row["kind"] == "alias" and " " in row["codes"]] == []
    assert [
        row["alias"] for row in rows if row["kind"] == "ambiguous" and " " not in row["codes"]
    ] == []


def test_no_alias_stands_twice_in_another_case_or_says_what_the_codelist_says() -> None:
    aliases = [
        row["alias"].casefold() for row in table_schema.read(REFERENCE / "nationality_alias.csv")
    ]
    assert [alias for alias, count in Counter(aliases).items() if count > 1] == []
    listed = {one.spelling.casefold(): one.code for one in rules._listed("nationality")}
    plain = [
        row
        for row in table_schema.read(REFERENCE / "nationality_alias.csv")
        if row["kind"] == "alias"
    ]
    assert [row["alias"] for row in plain if row["alias"].casefold() in listed] == []


def test_a_spelling_of_two_codes_is_refused(copied: Path) -> None:
    path = copied / "nationality_alias.csv"
    path.write_text(path.read_text(encoding="utf-8") + "Vietnamese,alias,ALB\n", encoding="utf-8")
    with pytest.raises(
        DataError,
        match=r"^nationality: 'Vietnamese' stands for VNM and for ALB\. Keep one of them\.$",
    ):
        spellings()


def test_a_name_added_to_the_alias_file_is_known(copied: Path) -> None:
    path = copied / "nationality_alias.csv"
    path.write_text(path.read_text(encoding="utf-8") + "Vietnamees,alias,VNM\n", encoding="utf-8")
    assert Spelling("nationality", "Vietnamees", "VNM") in spellings()


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
def test_suggestions_are_names_that_look_alike_and_never_an_ambiguous_one(
    field: str, value: str, found: list[str]
) -> None:
    assert suggestions(field, value)[: len(found) or None] == found


def test_a_suggestion_is_shown_and_never_applied() -> None:
    assert "(did you mean Vietnamese or Vietnam?)" in sentence(
        "unknown_code", "nationality", "Vietnamees"
    )
    assert code_of("nationality", "Vietnamees") is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            ("unknown_code", "sex", "GBR"),
            'sex "GBR" is in no codelist. Correct it. The codes are M, F, _NK.',
        ),
        (
            ("nationality_ambiguous", "nationality", "Korean"),
            "could mean any of KOR South Korea, PRK North Korea. Write the code",
        ),
        (
            ("nationality_former_state", "nationality", "Czechoslovak"),
            "a state that is no more. Write the code of the present nationality",
        ),
        (("formula_in_cell", "age", "\t"), "age starts with a tab, so"),
        (("formula_in_cell", None, None), 'a cell starts with "=", so'),
        (
            ("value_blank", "sex", None),
            'sex is blank. Write the value, or "not recorded" where it was not.',
        ),
        (
            ("value_blank", "referral_id", None),
            "referral_id is blank. No referral counts without it.",
        ),
        (
            ("unknown_code", "sex", None, 31),
            "sex (any of 31 further values, not listed) is in no codelist.",
        ),
        (
            ("unknown_code", "nationality", "Jane Smith of Leeds"),
            "nationality (a text of 19 characters, not shown: it may be a name) is in no codelist. Correct",
        ),
        (
            ("unknown_code", "nationality", "Angela"),
            "nationality (a text of 6 characters, not shown: it may be a name) is in no codelist (did you mean Angola?).",
        ),
        (
            ("date_not_iso", "referred_on", "Jane Smith"),
            "referred_on (a text of 10 characters, not shown",
        ),
    ],
)
def test_a_sentence_says_what_is_wrong_and_what_to_do(
    asked: tuple[str, str, str], says: str
) -> None:
    assert says in sentence(*asked)


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("date_impossible", "referred_on", "2020-02-31"),
        ("date_not_iso", "referred_on", "01/04/2020"),
        ("date_not_iso", "referred_on", "1.4.20"),
        ("date_not_iso", "referred_on", "20200401"),
        ("date_not_iso", "referred_on", "2020-04-01T00:00:00.000Z"),
        ("age_invalid", "age", "212"),
        ("age_invalid", "age", "-1"),
        ("age_invalid", "age", "20-29"),
        ("age_invalid", "age", "34.5"),
        ("age_invalid", "age", "60+"),
        ("nationality_former_state", "nationality", "USSR"),
        ("nationality_former_state", "nationality", "Yugoslavia"),
        ("nationality_ambiguous", "nationality", "Korean"),
        ("unknown_code", "nationality", "_OTH_AFR"),
        ("unknown_code", "sex", "GBR"),
        ("unknown_code", "police_force", "USSR"),
        ("unknown_code", "nationality", "Female"),
    ],
)
def test_dates_ages_and_words_of_our_own_files_are_told(rule: str, field: str, value: str) -> None:
    assert rules.shown(rule, field, value) == value
    assert f'"{value}"' in sentence(rule, field, value)


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("date_not_iso", "referred_on", "Jane Smith b. 12/03/1984"),
        ("date_not_iso", "referred_on", "Jane"),
        ("date_not_iso", "referred_on", "07700 900123"),
        ("date_not_iso", "referred_on", "943 476 5919"),
        ("date_not_iso", "referred_on", "74012345"),
        ("age_invalid", "age", "Jane Smith"),
        ("age_invalid", "age", "12/03/1984"),
        ("age_invalid", "age", "07700 900123"),
        ("unknown_code", "nationality", "Jane Smith of Leeds"),
        ("unknown_code", "nationality", "Jane Smith"),
        ("unknown_code", "nationality", "JANE SMITH"),
        ("unknown_code", "nationality", "Angela"),
        ("unknown_code", "nationality", "Georgina"),
        ("unknown_code", "nationality", "Dominic"),
        ("unknown_code", "nationality", "Marta"),
        ("unknown_code", "nationality", "Khan"),
        ("unknown_code", "nationality", "KHAN"),
        ("unknown_code", "nationality", "Ali"),
        ("unknown_code", "nationality", "ALI"),
        ("unknown_code", "police_force", "Ben"),
        ("unknown_code", "sex", "Jo"),
        ("unknown_code", "sex", "Jane"),
        ("unknown_code", "sex", "{0}"),
        ("unknown_code", "sex", "M\u202e\x1b"),
        ("unknown_code", "sex", "QQ123456C"),
        ("unknown_code", "police_force", "Jane Smith, Kent"),
        ("unknown_code", "outcome", "jane@mail.example"),
        ("unknown_code", "crime_type", "she fled to her sister"),
    ],
)
def test_what_may_be_about_a_person_is_not_told(rule: str, field: str, value: str) -> None:
    assert rules.shown(rule, field, value) is None
    assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", sentence(rule, field, value))


@pytest.mark.parametrize("rule", rules.RULES)
def test_every_rule_has_a_sentence_with_or_without_a_value(rule: str) -> None:
    for value in ("Korean", None):
        said = sentence(rule, "nationality", value)
        assert said.endswith(".")
        assert "None" not in said
        assert ".." not in said


def test_every_check_is_a_statement_and_every_statement_a_check() -> None:
    assert {path.stem for path in (SQL / "extract" / "checks").glob("*.sql")} == set(rules.CHECKS)


# The reference files.


def test_there_are_the_territorial_forces_and_five_others() -> None:
    forces = codelist("police_force").codes.values()
    assert len([one for one in forces if one.kind == "category"]) == 43 + len(
        ["scotland", "northern-ireland", "btp", "mod-police", "civil-nuclear"]
    )


def test_every_country_has_the_region_that_the_united_nations_give_it() -> None:
    rows = table_schema.read(REFERENCE / "nationality.csv")
    # M49 counts these; Taiwan, which it does not list apart from China, makes Asia's 51.
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
