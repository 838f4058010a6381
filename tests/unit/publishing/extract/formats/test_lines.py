"""Lines of an extract: each is copied or rejected under one rule."""

from __future__ import annotations

import csv
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.errors import ExtractError
from referrals.publishing.extract.formats import lines
from referrals.publishing.extract.formats.file_format import MAX_LINE_BYTES, FileFormat
from referrals.publishing.extract.formats.lines import Tally
from tests.fixtures.examples import examples
from tests.fixtures.extracts import write

ABC = FileFormat(("a", "b", "c"), ",")
HEAD = b"a,b,c\n"


def cleaned(path: Path, *, file_format: FileFormat = ABC) -> tuple[Tally, list[str]]:
    """Return the tally of a file and its clean copy, with two empty cells for optional columns."""
    copy = path.with_suffix(".copy")
    tally = lines.clean(path, file_format, to=copy, name=path.name, progress=print)
    return tally, copy.read_text(encoding="utf-8").splitlines()


def rejected(path: Path) -> dict[str, tuple[int, list[int]]]:
    """Return the number of rejected lines and the first line numbers, by rule."""
    tally, copy = cleaned(path)
    assert len(copy) == tally.copied
    assert tally.copied + sum(part.count for part in tally.rejected.values()) == tally.lines
    return {rule: (part.count, part.lines) for rule, part in tally.rejected.items()}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["Unix", "Windows"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not ended"])
def test_a_line_is_copied_with_its_number_for_any_line_end(
    tmp_path: Path, end: bytes, last: bool
) -> None:
    content = end.join([b"a,b,c", b"1,2,3", b'4,"5, 6",7']) + (end if last else b"")
    tally, copy = cleaned(write(tmp_path, content))
    assert copy == ["2,1,2,3,,", '3,4,"5, 6",7,,']
    assert (tally.lines, tally.copied, tally.rejected) == (2, 2, {})


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"1,2\n", {"cell_count": (1, [2])}),
        (b"1,2,3,4\n", {"cell_count": (1, [2])}),
        (b'1,"2,3",4,5\n', {"cell_count": (1, [2])}),
        (b"1,2,3\n\n \n,,\n , ,\n\"\",\"\",\"\"\n", {"blank_line": (5, [3, 4, 5, 6, 7])}),
        (b"1,\xe9,3\n4,5,6\n", {"encoding": (1, [2])}),
        (b"1,\xc3\xa9,3\n", {}),
        (b"1,2\0,3\n", {"nul": (1, [2])}),
        (b"1,2\r,3\n", {"carriage_return": (1, [2])}),
        (b"a,b,c\n1,2,3\n", {"repeated_header": (1, [2])}),
        (b'1,"2"x,3\n', {"stray_quote": (1, [2])}),
        (b'1,2"x"2,3\n', {"stray_quote": (1, [2])}),
        (b'1,"2""x",3\n', {}),
        (b'1,=HYPERLINK("x","y"),3\n', {"formula_in_cell": (1, [2])}),
        (b'=A1&"x",2,3\n', {"formula_in_cell": (1, [2])}),
    ],
)  # fmt: skip
def test_an_unreadable_line_is_rejected_under_one_rule(
    tmp_path: Path, content: bytes, found: dict[str, tuple[int, list[int]]]
) -> None:
    assert rejected(write(tmp_path, HEAD + content)) == found


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b'1,"2,3\n4,5,6\n', 1),
        (b'1,2,3"\n4,5,6\n', 1),
        (b'1,2,"3\n3",\n4,5,6\n', 2),
        (b'1,2,"3\n\nthree\nthree"\n4,5,6\n', 4),
        (b'1,"2,3', 1),
    ],
    ids=["opens", "stray", "a line break", "several line breaks", "at the end"],
)
def test_an_unclosed_quote_is_one_fault_of_its_line_and_of_the_lines_it_breaks(
    tmp_path: Path, content: bytes, count: int
) -> None:
    assert rejected(write(tmp_path, HEAD + content)) == {"unclosed_quote": (count, [2])}


def test_an_encoding_fault_after_an_unclosed_quote_is_a_fault_of_its_own(tmp_path: Path) -> None:
    assert set(rejected(write(tmp_path, HEAD + b'1,"2,3\n1,\xe9,3\n'))) == {
        "unclosed_quote",
        "encoding",
    }


def test_only_the_first_line_numbers_are_listed_but_all_lines_are_counted(tmp_path: Path) -> None:
    assert rejected(write(tmp_path, HEAD + b"1\n" * 9)) == {"cell_count": (9, [2, 3, 4, 5, 6])}


def test_a_file_with_a_line_too_long_for_a_record_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + b"1,2,3\n" * 30_000 + b"1,2," + b"3" * 3 * MAX_LINE_BYTES)
    with pytest.raises(ExtractError, match=r"^sound\.csv line 30,002 is longer than 65,536 bytes"):
        cleaned(path)


def test_lines_that_span_blocks_keep_their_line_numbers(tmp_path: Path) -> None:
    count = 3 * MAX_LINE_BYTES // 10
    path = write(
        tmp_path, "a,b,c\n" + "".join(f"{number},é,{number}\n" for number in range(2, count))
    )
    _, copy = cleaned(path)
    assert copy == [f"{number},{number},é,{number},," for number in range(2, count)]


def test_progress_is_reported_at_intervals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PROGRESS_INTERVAL", 10_000)
    reports: list[str] = []
    path = write(tmp_path, HEAD + b"1,2,3\n" * 40_000)
    lines.clean(path, ABC, to=tmp_path / "copy", name=path.name, progress=reports.append)
    assert len(reports) >= 3
    assert all(re.fullmatch(r"sound\.csv: [0-9,]+ lines read", text) for text in reports)


@given(content=st.text(st.sampled_from('ab1,;"\r\n\0= é\udcff'), max_size=60))
def test_every_line_of_any_file_is_counted(content: str) -> None:
    raw = HEAD + content.encode("utf-8", errors="surrogateescape")
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), raw)
        rejected(path)
        assert cleaned(path)[0].lines == raw.removesuffix(b"\n").count(b"\n")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@settings(max_examples=examples(30))
@given(
    rows=st.lists(
        st.tuples(CELL, CELL, CELL).filter(lambda row: any(cell.strip(' ,"') for cell in row)),
        max_size=5,
    )
)
def test_lines_of_a_csv_writer_are_copied_unchanged(
    rows: list[tuple[str, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([ABC.columns, *rows])
        tally, copy = cleaned(path)
        assert tally.rejected == {}
        assert [tuple(row[1:4]) for row in csv.reader(copy)] == rows
