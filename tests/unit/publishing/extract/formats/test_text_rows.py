"""Rows of delimited text: every line is in one, and an unclosed quotation mark swallows none."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import ExtractError
from referrals.publishing.extract.formats import text_rows
from referrals.publishing.extract.formats.rows import Row


def rows(folder: Path, content: str | bytes, *, delimiter: str = ",", first: int = 1) -> list[Row]:
    path = folder / "any.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(text_rows.read(path, path.name, delimiter=delimiter, first=first))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", [Row(1, ["a", "b"]), Row(2, ["1", "2"])]),
        ('1,"2,3"\n', [Row(1, ["1", "2,3"])]),
        ('1,"x\ny",3\n4,5,6\n', [Row(1, ["1", "x\ny", "3"], 2), Row(3, ["4", "5", "6"])]),
        ('1,"x\n\n\ny"\n4,5\n', [Row(1, ["1", "x\n\n\ny"], 4), Row(5, ["4", "5"])]),
        ('1,"x\n4,5\n', [Row(1, (), fault="unclosed_quote"), Row(2, ["4", "5"])]),
        ('1,"x""\n4,"5"\n', [Row(1, (), fault="unclosed_quote"), Row(2, ["4", "5"])]),
        ('1,2"3"\n', [Row(1, (), fault="stray_quote")]),
        (b"1,\xe9\n2,3\n", [Row(1, (), fault="encoding"), Row(2, ["2", "3"])]),
        ("1,\0\n", [Row(1, (), fault="nul")]),
        ("1,\r2\n", [Row(1, (), fault="carriage_return")]),
    ],
)
def test_each_line_is_in_one_row(tmp_path: Path, content: str | bytes, expected: list[Row]) -> None:
    assert rows(tmp_path, content) == expected


def test_a_record_within_an_open_quotation_mark_is_a_record(tmp_path: Path) -> None:
    found = rows(tmp_path, 'a,b,c\n1,2,"x\n4,5,6\n7,8,y"\n')
    assert [row.fault for row in found] == [None, "unclosed_quote", None, "unclosed_quote"]


def test_an_unclosed_quotation_mark_costs_one_line_of_many(tmp_path: Path) -> None:
    lines = [f"{number},x" for number in range(1000)]
    lines[500] = '500,"x'
    found = rows(tmp_path, "\n".join(lines))
    assert [row.number for row in found if row.fault] == [501]
    assert len(found) == 1000


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_if_notes_hold_others(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "any.csv"
    others = "".join({",", ";", "\t", "|"} - {delimiter})
    path.write_text(f"a{delimiter}b{delimiter}c\n" + f"1{delimiter}2{delimiter}x{others}\n" * 4)
    assert text_rows.find_delimiter(path, path.name) == delimiter


def test_a_file_of_one_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text("a\n1\n2\n")
    with pytest.raises(ExtractError, match="has only one column"):
        text_rows.find_delimiter(path, path.name)


@given(content=st.text(st.sampled_from('ab1,;"\r\n\0= é\udcff'), max_size=60))
def test_the_lines_of_the_rows_are_those_of_the_file(
    content: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = content.encode("utf-8", errors="surrogateescape")
    found = rows(tmp_path_factory.mktemp("any"), raw)
    assert sum(row.lines for row in found) == len(raw.removesuffix(b"\n").split(b"\n")) - (not raw)
    numbers = [row.number for row in found]
    assert numbers == sorted(set(numbers))


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
NOTE = st.lists(CELL, max_size=3).map("\n".join)


@given(records=st.lists(st.tuples(CELL, NOTE), min_size=1, max_size=5))
def test_what_a_csv_writer_wrote_is_read_or_named(
    records: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(records)
    found = rows(tmp_path_factory.mktemp("any"), stream.getvalue())
    read = [tuple(row.cells) for row in found if row.fault is None]
    if all(row.fault is None for row in found):
        assert read == records
    else:
        assert any("\n" in note for _, note in records)
