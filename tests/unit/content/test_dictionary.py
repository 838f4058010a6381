"""The data dictionary: every column, code and file of the data, and nothing else."""

from __future__ import annotations

import re

import pytest

from referrals.content import dictionary
from referrals.i18n import text_files
from referrals.reference import table_schema
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.release import contract, files


def first_cells(html: str) -> list[str]:
    return re.findall(r'<th scope="row">(.*?)</th>', html)


@pytest.mark.parametrize("table", ["cells", "statements"])
def test_every_column_of_a_file_is_described_in_its_order(table: str) -> None:
    assert first_cells(dictionary.columns(table)) == contract.TABLES[table].split()


def test_every_number_has_a_unit_and_no_code_has_one() -> None:
    rows = table_schema.read(dictionary.CELL_COLUMNS)
    assert all(bool(row["unit"]) is (row["type"] == "whole number") for row in rows)
    assert {row["column"] for row in rows if row["type"] == "code"} == {"period", *DIMENSIONS}


@pytest.mark.parametrize("dimension", [each for each in DIMENSIONS if each != "nationality"])
def test_every_code_of_a_dimension_is_listed(dimension: str) -> None:
    assert first_cells(dictionary.codes(dimension)) == list(codelist(dimension).codes)


def test_of_nationality_the_groups_are_listed() -> None:
    listed = first_cells(dictionary.codes("nationality"))
    assert {"_T", "_NK", "_OTH", "_TOP3"} <= set(listed)
    assert all(code.startswith("_") for code in listed)


def test_the_page_has_the_codes_of_every_dimension_and_every_file() -> None:
    body = text_files.read("dictionary").body
    assert re.findall(r"(?m)^\{codes:(\w+)\}$", body) == list(DIMENSIONS)
    assert first_cells(dictionary.release_files()) == list(files.TITLES)
