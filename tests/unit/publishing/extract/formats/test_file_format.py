"""The file format of an extract in our own layout: delimiter and columns, from its header."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.errors import ExtractError
from referrals.publishing.extract.formats import extract_file, file_format
from referrals.publishing.extract.formats.file_format import FileFormat
from tests.fixtures.extracts import HEADER, line, write


def detected(path: Path) -> FileFormat:
    """Return the file format of a file in the same folder as its copies."""
    return file_format.detect(extract_file.open_source(path, path.parent))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_the_delimiter_and_byte_order_mark_are_detected(
    tmp_path: Path, delimiter: str, bom: str
) -> None:
    path = write(tmp_path, f"{bom}{HEADER}\n{line()}\n".replace(",", delimiter))
    assert detected(path) == FileFormat(
        tuple(HEADER.split(",")),
        delimiter,
        "UTF-8 with a byte order mark" if bom else "UTF-8",
    )


@pytest.mark.parametrize(
    "header", [f'"{HEADER}"'.replace(",", '","'), HEADER.upper(), HEADER.replace(",", " , ")]
)
def test_column_names_may_be_quoted_spaced_or_upper_case(tmp_path: Path, header: str) -> None:
    assert detected(write(tmp_path, [], header=header)).columns == tuple(HEADER.split(","))


def test_columns_may_be_in_any_order(tmp_path: Path) -> None:
    names = [*reversed(HEADER.split(",")), "channel"]
    assert detected(write(tmp_path, [], header=",".join(names))).columns == tuple(names)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            HEADER.replace(",sex", ""),
            "missing columns: sex. Correct the header. Or read it through a mapping",
        ),
        (
            HEADER.replace("sex", "sexe"),
            'missing columns: sex; unknown columns: "sexe" (did you mean sex?)',
        ),
        (HEADER + ",notes", 'unknown columns: "notes". Correct'),
        (HEADER + ",age,age", "repeated columns: age."),
    ],
)
def test_header_faults_are_listed_in_one_message(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(ExtractError) as error:
        detected(write(tmp_path, [line()], header=header))
    assert str(error.value).startswith(f"sound.csv line 1: {message}")


def test_a_file_without_a_header_is_refused_without_quoting_its_first_record(
    tmp_path: Path,
) -> None:
    with pytest.raises(
        ExtractError,
        match=r"line 1 is not a valid header\. It must name the columns referral_id",
    ) as error:
        detected(write(tmp_path, line(7734) + "\n"))
    assert "7734" not in str(error.value)
    assert "kent" not in str(error.value)


def test_a_header_with_an_open_quotation_mark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="line 1 is not a valid header"):
        detected(write(tmp_path, b'"' + HEADER.encode() + b"\n"))
