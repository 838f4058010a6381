"""A proposal for a mapping: it recognises columns, asks what it cannot know, shows no person."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from referrals.errors import ExtractError
from referrals.publishing.extract import validate
from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.proposals import proposal, proposal_text
from referrals.publishing.extract.proposals.proposal import Proposal, Stated
from tests.fixtures.extracts import TODAY
from tests.fixtures.messy_extracts import (
    CANARIES,
    HEADER,
    MAPPING,
    changed,
    file,
    opendocument,
    parquet,
    rows,
    text,
    workbook,
)
from tests.fixtures.messy_kinds import AMERICAN, EARLY, SHORT, STRADDLING, TIMED, band, birth


def proposed(folder: Path, write: Any, **stated: Any) -> Proposal:
    copies = folder / "copies"
    copies.mkdir(exist_ok=True)
    settings = validate.settings(copies)
    found = proposal.propose(write(folder), copies, stated=Stated(**stated), settings=settings)
    output = proposal_text.listing(found) + proposal_text.toml(found)
    assert not [name for name in CANARIES if name in output]
    tomllib.loads(proposal_text.toml(found))
    return found


@pytest.mark.parametrize(
    "write",
    [
        file(text()),
        file(text(delimiter=";"), encoding="utf-16"),
        file("sep=;\n" + text(delimiter=";")),
        file("Referrals 2020-21\n\n" + text(after="Total,36\n")),
        workbook(titles=["Referrals", "OFFICIAL"]),
        opendocument(),
        parquet("timestamp"),
        file(text(changed(Age=band))),
        file(text(changed(Age=lambda row, _: f"{row['Age']} yrs"))),
        file(text(changed(Age=birth), header=[*HEADER]).replace("Age", "Date of birth", 1)),
        file(text(TIMED)),
    ],
    ids=[
        "CSV",
        "UTF-16",
        "sep",
        "title and total",
        "Excel",
        "ODS",
        "Parquet",
        "bands",
        "units",
        "births",
        "times",
    ],
)  # fmt: skip
@pytest.mark.publishing
def test_the_proposed_mapping_reads_an_extract_whose_words_are_known(
    tmp_path: Path, write: Any
) -> None:
    found = proposed(tmp_path, write)
    path = tmp_path / "mapping.toml"
    path.write_text(proposal_text.toml(found), encoding="utf-8")
    report = validate.check(write(tmp_path), mapping=mapping.load(path), today=TODAY)
    assert report.ok, report.as_text()
    assert report.loaded == len(rows())


def test_the_order_of_day_and_month_is_asked_if_the_values_fit_both(tmp_path: Path) -> None:
    text_of_mapping = proposal_text.toml(proposed(tmp_path, file(text(EARLY))))
    assert "# ASK: the lines fit dd/mm/yyyy and mm/dd/yyyy alike." in text_of_mapping
    assert tomllib.loads(text_of_mapping).get("dates", {}) == {}


def test_american_dates_are_recognised_if_one_shows_it(tmp_path: Path) -> None:
    text_of_mapping = proposal_text.toml(proposed(tmp_path, file(text(AMERICAN))))
    assert tomllib.loads(text_of_mapping)["dates"]["form"] == "mm/dd/yyyy"


def test_the_meaning_of_two_digits_is_asked(tmp_path: Path) -> None:
    text_of_mapping = proposal_text.toml(proposed(tmp_path, file(text(SHORT))))
    assert "# ASK: two_digit_years_up_to" in text_of_mapping


def test_an_unknown_word_is_shown_with_its_count_and_never_given_a_code(tmp_path: Path) -> None:
    records = changed(Gender=lambda row, _: {"Male": "Mle"}.get(row["Gender"], "W"))
    found = proposed(tmp_path, file(text(records)))
    text_of_mapping = proposal_text.toml(found)
    assert '# ASK: "W" = ""  # 24 lines' in text_of_mapping
    assert '# ASK: "Mle" = ""  # 12 lines, similar: Male (M)' in text_of_mapping
    assert tomllib.loads(text_of_mapping)["words"]["sex"] == {}
    assert "Gender: sex: 0 lines understood, 36 not" in proposal_text.listing(found)


def test_codes_of_two_letters_are_asked_about_once_with_their_number(tmp_path: Path) -> None:
    letters = changed(Nationality=lambda _, number: "VN" if number % 3 else "AL")
    asked = '# ASK: nationality_codes = "iso alpha-2"  # 36 lines have such a code'
    assert asked in proposal_text.toml(proposed(tmp_path, file(text(letters))))
    assert "alpha-2" not in proposal_text.toml(proposed(tmp_path, file(text(changed()))))


def test_a_rare_word_is_counted_and_not_shown(tmp_path: Path) -> None:
    records = changed(Gender=lambda row, n: CANARIES[0] if n < 4 else row["Gender"])
    listing = proposal_text.listing(proposed(tmp_path, file(text(records))))
    assert "1 distinct values on 4 lines, not shown" in listing


@pytest.mark.parametrize(
    "value",
    ["07700 900123", "jane@mail.example", "x" * 61, "QQ 123456 C"],
    ids=["telephone", "email", "long", "insurance number"],
)
def test_a_value_that_does_not_look_like_a_code_is_not_shown(tmp_path: Path, value: str) -> None:
    found = proposed(tmp_path, file(text(changed(Gender=lambda *_: value))))
    assert value not in proposal_text.listing(found) + proposal_text.toml(found)


def test_free_text_is_counted_and_not_shown(tmp_path: Path) -> None:
    records = [
        {**row, "URN": f"{n} {row['URN']}", "Offence": f"offence {n}"}
        for n in range(105)
        for row in rows()[:6]
    ]
    listing = proposal_text.listing(proposed(tmp_path, file(text(records))))
    assert "free text: 105 distinct values on 630 lines, not shown" in listing


def test_columns_without_a_known_name_or_words_are_ignored_and_not_shown(tmp_path: Path) -> None:
    found = proposed(tmp_path, file(text().replace("Surname", "Field 4", 1)))
    assert "Field 4: not recognised: 4 distinct values, not shown" in proposal_text.listing(found)
    assert "Field 4" in tomllib.loads(proposal_text.toml(found))["columns"]["ignore"]


def test_a_column_is_recognised_by_its_values(tmp_path: Path) -> None:
    found = proposed(tmp_path, file(text().replace("Nationality", "Field 5", 1)))
    assert tomllib.loads(proposal_text.toml(found))["columns"]["nationality"] == "Field 5"


def test_two_columns_with_one_role_are_asked_about(tmp_path: Path) -> None:
    found = proposed(tmp_path, file(text().replace("Surname", "Date received", 1)))
    listing = proposal_text.listing(found)
    assert "ASK: which column is referred_on? It could be any of Date of referral, Date" in listing
    path = tmp_path / "mapping.toml"
    path.write_text(proposal_text.toml(found), encoding="utf-8")
    with pytest.raises(ExtractError, match="does not say which column is referred_on"):
        mapping.load(path)


def test_bands_across_ours_are_proposed_as_bands_and_refused_by_the_check(tmp_path: Path) -> None:
    found = proposed(tmp_path, file(text(STRADDLING)))
    assert tomllib.loads(proposal_text.toml(found))["ages"]["form"] == "bands"
    assert "age: most are bands, and `check` lists those that are not" in proposal_text.listing(
        found
    )


def test_the_columns_of_an_earlier_mapping_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING.replace("Offence", "Field 8"), encoding="utf-8")
    write = file(text(changed(Offence=lambda *_: "Trafficking")).replace("Offence", "Field 8", 1))
    found = proposed(tmp_path, write, mapping=mapping.load(path))
    assert '"Trafficking" on 36 lines' in proposal_text.listing(found)


EARLIER = """
[file]
header_row = 1
delimiter = ";"
skip = ["Total"]

[columns]
referral_id = ["Force", "URN"]
referred_on = "Date of referral"
police_force = "Force"
nationality = "Nationality"
age = "Age"
sex = "Gender"
crime_type = "Offence"
ignore = ["Surname", "Left out since"]

[constants]
outcome = "not recorded"

[dates]
form = ["dd/mm/yyyy", "dd-mmm-yyyy"]

[ages]
form = "years"
units = ["yrs"]

[words]
not_recorded = ["Nil"]
nationality_codes = "iso alpha-2"

[words.sex]
"Wom\u00e4n" = "F"

[words.age]
"0" = "_NK"
"""


def test_everything_in_an_earlier_mapping_is_kept_and_only_new_words_are_asked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(EARLIER, encoding="utf-8")
    records = changed(
        Gender=lambda _, number: ("WOM\u00c4N", "Nil", "Herr")[number % 3],
        Offence=lambda *_: "Trafficking",
    )
    write = file(text(records, delimiter=";", after="Source: us\n"))
    found = proposed(tmp_path, write, mapping=mapping.load(path))
    continued = proposal_text.toml(found)
    earlier, kept = tomllib.loads(EARLIER), tomllib.loads(continued)
    assert kept["file"].pop("skip") == ["Total", "Source:*"]
    earlier["file"].pop("skip")
    assert kept["columns"].pop("ignore") == ["Surname", "Left out since", "Outcome", "Notes"]
    earlier["columns"].pop("ignore")
    assert kept == {**earlier, "words": {**earlier["words"], "crime_type": {}}}
    assert re.findall('# ASK: "(.+)" = ', continued) == ["Herr", "Trafficking"]
    listing = proposal_text.listing(found)
    assert "ASK: the mapping names columns that are not here: Left out since." in listing
    assert "sex: 24 lines understood, 12 not" in listing
    assert "no column was recognised as" not in listing


def test_an_extract_without_a_header_is_refused_without_quoting_a_record(tmp_path: Path) -> None:
    for stated in ({}, {"header_row": 1}):
        with pytest.raises(ExtractError, match="no name of a column was recognised") as error:
            proposed(tmp_path, file("\n".join(text().splitlines()[1:])), **stated)
        assert not re.search("|".join(CANARIES), str(error.value))


def test_a_header_that_is_far_down_is_read_if_its_row_is_stated(tmp_path: Path) -> None:
    write = file("Guidance\n" * 40 + text())
    with pytest.raises(ExtractError, match="no name of a column was recognised"):
        proposed(tmp_path, write)
    found = proposed(tmp_path, write, header_row=41)
    assert (found.header_row, found.rows) == (41, 36)
    assert found.by_role("referred_on") is not None


def test_a_stated_row_that_the_extract_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="has no header on row 99"):
        proposed(tmp_path, file(text()), header_row=99)


def test_a_sheet_of_an_extract_that_is_not_a_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="is not a workbook, so it has no sheets"):
        proposed(tmp_path, file(text()), sheet="Data")


def test_a_line_with_a_lone_carriage_return_and_a_quotation_mark_is_no_obstacle(
    tmp_path: Path,
) -> None:
    found = proposed(tmp_path, file(text(after='x\ry,"c",1\n')))
    assert found.by_role("referred_on") is not None


def test_a_mapping_names_an_extract_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    found = proposed(tmp_path, file(text(), name="extr\udce9.csv"))
    assert proposal_text.toml(found).startswith("# How extr\\udce9.csv is read.")
