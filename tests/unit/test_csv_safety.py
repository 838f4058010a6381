"""Codes in CSV files: every tool reads a column of one code alone as that text."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from referrals.csv_safety import WRITTEN_OUT, safe_cell
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.release.release import Release

R_LOGICALS = {"T", "F", "t", "f", "TRUE", "FALSE", "True", "False", "true", "false"}
"""The texts that readr and read.csv take for logical values (readr's tests of `guess_parser`)."""

R_MISSING = {"", "NA"}
SPREADSHEET_DATE = re.compile(r"\d{4}-(0?[1-9]|1[0-2])|(0?[1-9]|[12]\d|3[01])-(0?[1-9]|1[0-2])")
"""The shape of a month of a year, or of a day and a month, which Excel turns into a date."""

CODES = [(name, code) for name in DIMENSIONS for code in codelist(name).codes]
PERIODS = [("period", code) for code in ("2020-21", "2023-24", "2020-Q2", "2021-Q1")]


def written(column: str, code: str) -> str:
    return str(safe_cell(column, code))


def misread(texts: Sequence[str], folder: Path) -> list[str]:
    """Return the texts that a tool reads as something else in a column without others."""
    header = ",".join(f"column_{number}" for number in range(len(texts)))
    # The number tells DuckDB that the first line is a header.
    file = "\n".join([f"{header},value", *[f"{','.join(texts)},1"] * 2])
    path = folder / "codes.csv"
    path.write_text(file, encoding="utf-8")
    with duckdb.connect() as connection:
        *by_duckdb, _ = connection.read_csv(str(path)).fetchall()[0]
    *by_pandas, _ = pd.read_csv(io.StringIO(file)).iloc[0].tolist()
    return [
        text
        for text, *found in zip(texts, by_duckdb, by_pandas, strict=True)
        if found != [text, text]
        or text in R_LOGICALS | R_MISSING
        or SPREADSHEET_DATE.fullmatch(text)
    ]


def test_no_tool_takes_a_code_alone_for_a_logical_a_date_or_a_missing_value(tmp_path: Path) -> None:
    texts = [written(column, code) for column, code in (*CODES, *PERIODS)]
    assert misread(texts, tmp_path) == []


@pytest.mark.parametrize("text", ["F", "T", '"F"', "2020-11", "NA", "1-2"])
def test_a_text_that_tools_misread_is_found(tmp_path: Path, text: str) -> None:
    assert misread(["VNM", text], tmp_path) == [text]


def test_what_is_written_out_is_no_other_code() -> None:
    for column, codes in WRITTEN_OUT.items():
        assert set(codes) <= set(codelist(column).codes)
        assert not set(codes.values()) & {code for _, code in CODES}


@pytest.mark.parametrize("name", ["cells.csv", "statements.csv"])
def test_the_files_of_a_release_hold_every_code_and_so_are_not_misread(
    release: Release, name: str
) -> None:
    with duckdb.connect() as connection:
        sniffed = connection.read_csv(str(release.folder / name))
        types = dict(zip(sniffed.columns, map(str, sniffed.types), strict=True))
    assert {types[column] for column in types if column in DIMENSIONS} == {"VARCHAR"}
