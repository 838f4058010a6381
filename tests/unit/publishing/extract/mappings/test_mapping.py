"""A mapping file: every key is checked, and an error names the key and what it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.errors import ExtractError
from referrals.paths import ROOT
from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.mappings.date_forms import DateReader
from referrals.publishing.extract.spellings import Spelling
from tests.fixtures.messy_extracts import COLUMNS, MAPPING


def load(folder: Path, text: str) -> mapping.Mapping:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return mapping.load(path)


def test_a_mapping_has_columns_forms_and_words(tmp_path: Path) -> None:
    text = (
        '[file]\nsheet = "Data"\nheader_row = 3\ndelimiter = "tab"\nencoding = "cp1252"\n'
        f'skip = ["Total"]\n{COLUMNS}person_id = ["Force", "Nominal"]\n'
        '[dates]\nform = ["dd/mm/yy", "dd-mmm-yyyy"]\ntwo_digit_years_up_to = 2029\n'
        '[ages]\nunits = "yrs"\n[words]\nnot_recorded = ["N/K", ""]\n'
        '[words.sex]\nW = "F"\n[words.age]\n"0" = "_NK"\nTeen = "0-17"\n'
    )
    found = load(tmp_path, text)
    assert (found.sheet, found.header_row, found.delimiter) == ("Data", 3, "\t")
    assert found.columns["person_id"] == ("Force", "Nominal")
    assert found.dates == DateReader(("dd/mm/yy", "dd-mmm-yyyy"), 2029)
    assert Spelling("sex", "W", "F") in found.words
    assert Spelling("age", "0", "_NK") in found.words
    assert Spelling("person_id", "N/K", "_NK") in found.words
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns", "is not valid TOML: "),
        ("", "columns does not say which column is referral_id, referred_on, police_force"),
        (COLUMNS.replace('age = "Age"\n', ""), "columns does not say which column is age."),
        (COLUMNS + "[datse]\n", "datse is not a key of a mapping. Perhaps dates."),
        (COLUMNS + "gender = 'x'\n", "columns.gender is not a key of a mapping"),
        (COLUMNS + "[file]\nheader_row = 0\n", "file.header_row must be a whole number from 1"),
        (COLUMNS + "[file]\nheader_row = true\n", "file.header_row must be a whole number"),
        (COLUMNS + '[file]\ndelimiter = "x"\n', 'file.delimiter must be one of ",", ";", "tab"'),
        (COLUMNS + '[file]\nencoding = "x"\n', 'file.encoding must be one of "utf-8", "utf-16"'),
        (COLUMNS + '[file]\nskip = ["*"]\n', "file.skip has a word of fewer than 3 letters"),
        (COLUMNS + "[file]\nskip = [1]\n", "file.skip must be a text in quotation marks, or a"),
        (COLUMNS.replace('"Age"', '""'), "columns.age is blank. Fill it in, or remove it."),
        (COLUMNS.replace('"Age"', "3"), "columns.age must be a text in quotation marks, or a list"),
        (COLUMNS.replace('"Age"', '["A", "B"]'), "columns.age names 2 columns. Name one."),
        (COLUMNS.replace('"Age"', '"gender"'), 'columns.sex names the column "Gender", and so'),
        (COLUMNS.replace('"Notes"]', '"Age"]'), 'columns.ignore names the column "Age", and so'),
        (COLUMNS + '[constants]\nsex = "F"\n', "constants.sex is a column as well."),
        (COLUMNS + '[dates]\nform = "d/m/y"\n', 'dates.form must be one of "yyyy-mm-dd", '),
        (
            COLUMNS + '[dates]\nform = ["dd/mm/yyyy", "mm/dd/yyyy"]\n',
            "dates.form has two orders of day, month and year.",
        ),
        (COLUMNS + '[dates]\nform = "dd/mm/yy"\n', "Add two_digit_years_up_to"),
        (COLUMNS + '[ages]\nform = "months"\n', 'ages.form must be one of "years", "bands", '),
        (COLUMNS + '[words.sex]\nW = "X"\n', "words.sex.W is 'X', which is not a code. Use one of"),
        (
            COLUMNS + '[words.nationality]\nBrasil = "Brazil"\n',
            "words.nationality.Brasil is 'Brazil', which is not a code. Use BRA.",
        ),
        (
            COLUMNS + '[words.nationality]\nBrasil = "Brazil"\n[words.sex]\nW = "X"\nV = "Y"\n',
            "Use BRA. Not codes either: words.sex.W, words.sex.V.",
        ),
        (COLUMNS + '[words.sex]\nMale = "F"\n', 'words.sex "Male" means M already, not F.'),
        (COLUMNS + '[words.sex]\nw = "F"\nW = "M"\n', 'words.sex "W" means F already, not M.'),
        (COLUMNS + '[words]\nsex = "F"\n', "words.sex must be a table."),
        (COLUMNS + '[words.gender]\nW = "F"\n', "words.gender is not a key of a mapping."),
    ],
)
def test_a_wrong_entry_is_refused_with_its_name_and_remedy(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ExtractError) as error:
        load(tmp_path, text)
    assert str(error.value).startswith("mapping.toml")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_mapping_may_say_which_of_several_nationalities_a_word_means(tmp_path: Path) -> None:
    found = load(tmp_path, MAPPING + '[words.nationality]\n"Korean" = "KOR"\n')
    assert Spelling("nationality", "Korean", "KOR") in found.words


def test_a_mapping_in_the_repository_is_refused() -> None:
    with pytest.raises(ExtractError, match="is in the repository"):
        mapping.load(ROOT / "mapping.toml")


def test_a_missing_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="cannot be read: No such file"):
        mapping.load(tmp_path / "gone.toml")
