"""Every line of an extract is either kept in the clean copy or set aside under one rule, and none gets lost."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.errors import ExtractError
from referrals.publishing.extract import file_format, lines
from referrals.publishing.extract.file_format import LONGEST, Layout
from referrals.publishing.extract.lines import Tally
from tests.fixtures.examples import examples
from tests.fixtures.extracts import HEADER, line, write

ABC = Layout(("a", "b", "c"), ",", has_bom=False)
HEAD = b"a,b,c\n"


def cleaned(path: Path, *, of: Layout = ABC) -> tuple[Tally, list[str]]:
    """Return the tally of a file and the lines of its clean copy, which have two empty cells for the optional columns."""
    copy = path.with_suffix(".copy")
    tally = lines.clean(path, of, to=copy, progress=print)
    return tally, copy.read_text(encoding="utf-8").splitlines()


def aside(path: Path) -> dict[str, tuple[int, list[int]]]:
    """Return what is set aside of a file: for each rule, how many lines and which."""
    tally, copy = cleaned(path)
    assert len(copy) == tally.kept
    assert tally.kept + sum(one.count for one in tally.aside.values()) == tally.lines
    return {rule: (one.count, one.lines) for rule, one in tally.aside.items()}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["Unix", "Windows"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not ended"])
def test_each_line_is_copied_after_its_number_whatever_ends_it(
    tmp_path: Path, end: bytes, last: bool
) -> None:
    content = end.join([b"a,b,c", b"1,2,3", b'4,"5, 6",7']) + (end if last else b"")
    tally, copy = cleaned(write(tmp_path, content))
    assert copy == ["2,1,2,3,,", '3,4,"5, 6",7,,']
    assert (tally.lines, tally.kept, tally.aside) == (2, 2, {})


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
        (b'1,"2"x,3\n', {"stray_quote": (1, [2])}),
        (b'1,2"x"2,3\n', {"stray_quote": (1, [2])}),
        (b'1,"2""x",3\n', {}),
        (b'1,=HYPERLINK("x","y"),3\n', {"formula_in_cell": (1, [2])}),
        (b'=A1&"x",2,3\n', {"formula_in_cell": (1, [2])}),
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_is_set_aside_under_one_rule(
    tmp_path: Path, content: bytes, found: dict[str, tuple[int, list[int]]]
) -> None:
    assert aside(write(tmp_path, HEAD + content)) == found


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
def test_an_open_quote_is_named_once_with_the_line_where_it_opens_and_what_it_breaks(
    tmp_path: Path, content: bytes, count: int
) -> None:
    assert aside(write(tmp_path, HEAD + content)) == {"unclosed_quote": (count, [2])}


def test_a_fault_of_another_kind_after_an_open_quote_is_named_by_itself(tmp_path: Path) -> None:
    assert set(aside(write(tmp_path, HEAD + b'1,"2,3\n1,\xe9,3\n'))) == {
        "unclosed_quote",
        "encoding",
    }


def test_the_numbers_of_the_first_lines_are_kept_and_the_rest_counted(tmp_path: Path) -> None:
    assert aside(write(tmp_path, HEAD + b"1\n" * 9)) == {"cell_count": (9, [2, 3, 4, 5, 6])}


def test_a_line_too_long_to_be_a_record_refuses_the_file_and_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + b"1,2,3\n" * 30_000 + b"1,2," + b"3" * 3 * LONGEST)
    with pytest.raises(ExtractError, match=r"^sound\.csv line 30,002 is longer than 65,536 bytes"):
        cleaned(path)


def test_lines_that_lie_across_blocks_keep_their_numbers(tmp_path: Path) -> None:
    count = 3 * LONGEST // 10
    path = write(
        tmp_path, "a,b,c\n" + "".join(f"{number},é,{number}\n" for number in range(2, count))
    )
    _, copy = cleaned(path)
    assert copy == [f"{number},{number},é,{number},," for number in range(2, count)]


def test_progress_is_told_every_so_many_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "STEP", 10_000)
    told: list[str] = []
    path = write(tmp_path, HEAD + b"1,2,3\n" * 40_000)
    lines.clean(path, ABC, to=tmp_path / "copy", progress=told.append)
    assert len(told) >= 3
    assert all(one.startswith("sound.csv: ") and one.endswith(" lines read") for one in told)


@given(content=st.text(st.sampled_from('ab1,;"\r\n\0= é\udcff'), max_size=60))
def test_whatever_a_file_holds_no_line_of_it_gets_lost(content: str) -> None:
    raw = HEAD + content.encode("utf-8", errors="surrogateescape")
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), raw)
        aside(path)
        assert cleaned(path)[0].lines == raw.removesuffix(b"\n").count(b"\n")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@settings(max_examples=examples(30))
@given(
    rows=st.lists(
        st.tuples(CELL, CELL, CELL).filter(lambda row: any(cell.strip(' ,"') for cell in row)),
        max_size=5,
    )
)
def test_what_a_writer_of_csv_writes_is_kept_and_reads_the_same(
    rows: list[tuple[str, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([ABC.columns, *rows])
        tally, copy = cleaned(path)
        assert tally.aside == {}
        assert [tuple(row[1:4]) for row in csv.reader(copy)] == rows


# Layout.


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_the_delimiter_and_the_byte_order_mark_are_found_in_the_header(
    tmp_path: Path, delimiter: str, mark: str
) -> None:
    path = write(tmp_path, f"{mark}{HEADER}\n{line()}\n".replace(",", delimiter))
    assert file_format.read(path) == Layout(tuple(HEADER.split(",")), delimiter, has_bom=bool(mark))


@pytest.mark.parametrize(
    "header", [f'"{HEADER}"'.replace(",", '","'), HEADER.upper(), HEADER.replace(",", " , ")]
)
def test_names_of_columns_may_be_quoted_spaced_and_in_capitals(tmp_path: Path, header: str) -> None:
    assert file_format.read(write(tmp_path, [], header=header)).columns == tuple(HEADER.split(","))


def test_columns_stand_in_any_order(tmp_path: Path) -> None:
    names = [*reversed(HEADER.split(",")), "channel"]
    assert file_format.read(write(tmp_path, [], header=",".join(names))).columns == tuple(names)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (HEADER.replace(",sex", ""), "missing columns: sex. Correct the header."),
        (
            HEADER.replace("sex", "sexe"),
            'missing columns: sex; columns that an extract does not have: "sexe" (did you mean sex?)',
        ),
        (HEADER + ",notes", 'columns that an extract does not have: "notes". Correct'),
        (HEADER + ",", "columns that an extract does not have: one without a name."),
        (HEADER + ",age,age", "columns named twice: age."),
    ],
)
def test_what_is_wrong_with_a_header_is_said_in_one_sentence(
    tmp_path: Path, header: str, says: str
) -> None:
    with pytest.raises(ExtractError) as refused:
        file_format.read(write(tmp_path, [line()], header=header))
    assert str(refused.value).startswith(f"sound.csv line 1: {says}")


def test_a_file_without_a_header_is_refused_and_its_first_record_is_not_quoted(
    tmp_path: Path,
) -> None:
    with pytest.raises(
        ExtractError,
        match=r"line 1 is no header of an extract\. It must name the columns referral_id",
    ) as refused:
        file_format.read(write(tmp_path, line(7734) + "\n"))
    assert "7734" not in str(refused.value)
    assert "kent" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04\x14", "an Excel workbook or another ZIP file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (b"PAR1\x15", "a Parquet file"),
        (b"\x1f\x8b\x08", "a gzip file"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (HEADER.encode("utf-16"), "a UTF-16 text file"),
        (HEADER.encode("utf-16-le"), "a binary file or UTF-16 text"),
        (b"\x00\x01\x02", "a binary file or UTF-16 text"),
        (b'[{"referral_id": 1}]', "a JSON file"),
        (b"<html>", "an XML or HTML file"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_the_name_of_its_kind(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    with pytest.raises(ExtractError) as refused:
        file_format.read(write(tmp_path, content))
    assert str(refused.value) == f"sound.csv is {kind}, and not CSV. Export it as CSV in UTF-8."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (HEADER.encode() + b"\xe9\n", "the header is not UTF-8"),
        (f"{HEADER}\r{line()}\r".encode(), "ends its lines as old Macs did"),
        (b'"' + HEADER.encode() + b"\n", "line 1 is no header"),
    ],
)
def test_a_file_without_a_header_that_can_be_read_is_refused(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(ExtractError, match=says):
        file_format.read(write(tmp_path, content))


def test_a_folder_a_missing_file_and_a_device_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="is a folder"):
        file_format.read(tmp_path)
    with pytest.raises(ExtractError, match="does not exist"):
        file_format.read(tmp_path / "gone.csv")
    with pytest.raises(ExtractError, match="is not a regular file"):
        file_format.read(Path("/dev/null"))
