"""Lines of an extract that is read through a mapping: each is copied or counted under one rule."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import ExtractError
from referrals.publishing.extract.columns import COLUMNS, REQUIRED
from referrals.publishing.extract.formats.lines import Tally
from referrals.publishing.extract.formats.rows import Row
from referrals.publishing.extract.mappings import mapped_lines
from referrals.publishing.extract.mappings.date_forms import DateReader
from referrals.publishing.extract.mappings.mapping import EACH_LINE, Mapping

PLAIN = Mapping(
    {name: (name.upper(),) for name in REQUIRED},
    skipped=("Total", "Source*"),
    dates=DateReader(("dd/mm/yyyy",)),
    sha256="x",
)
HEADER = [name.upper() for name in REQUIRED]
RECORD = ["R1", "01/04/2020", "kent", "VNM", "34", "F", "MS", "NFA"]


def copied(
    folder: Path, rows: list[Row], mapping: Mapping = PLAIN, header: list[str] | None = None
) -> tuple[Tally, list[list[str]]]:
    to = folder / "lines.csv"
    found = iter([Row(1, header or HEADER), *rows])
    tally, _ = mapped_lines.copy(found, mapping, to=to, name="x.csv", progress=print)
    with to.open(encoding="utf-8", newline="") as stream:
        return tally, list(csv.reader(stream))


def test_a_record_is_copied_in_our_columns(tmp_path: Path) -> None:
    order = [HEADER[-1], *HEADER[:-1]]
    row = Row(2, [RECORD[-1], *RECORD[:-1]])
    tally, copy = copied(tmp_path, [row], header=order)
    assert copy == [["2", *RECORD, "", ""]]
    assert (tally.lines, tally.copied, tally.rejected) == (1, 1, {})


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (["", " ", ""], "blank_line"),
        (["Total", "36"], "summary_line"),
        (["Source: our system"], "summary_line"),
        (["Grand total", "36", *[""] * 6], "summary_not_named"),
        (HEADER, "repeated_header"),
        (RECORD[:-1], "cell_count"),
        ([*RECORD, "x"], "cell_count"),
    ],
)
def test_a_row_that_is_no_record_is_counted_under_its_rule(
    tmp_path: Path, cells: list[str], rule: str
) -> None:
    tally, copy = copied(tmp_path, [Row(2, cells), Row(3, RECORD)])
    assert {name: found.lines for name, found in tally.rejected.items()} == {rule: [2]}
    assert len(copy) == 1


def test_a_record_that_starts_like_a_summary_is_a_record(tmp_path: Path) -> None:
    wrong_date = ["Source K1", "soon", *RECORD[2:]]
    tally, _ = copied(tmp_path, [Row(2, ["Total", *RECORD[1:]]), Row(3, wrong_date)])
    assert (tally.copied, tally.rejected) == (2, {})


def test_blank_cells_after_the_header_are_no_fault(tmp_path: Path) -> None:
    assert copied(tmp_path, [Row(2, [*RECORD, "", " "])])[0].copied == 1


def test_a_value_under_no_name_is_a_fault(tmp_path: Path) -> None:
    rows = [Row(2, [*RECORD, "x"]), Row(3, [*RECORD, ""])]
    tally, copy = copied(tmp_path, rows, header=[*HEADER, ""])
    assert tally.rejected["value_without_column"].lines == [2]
    assert len(copy) == 1


def test_several_columns_can_identify_a_referral(tmp_path: Path) -> None:
    mapping = replace(PLAIN, columns={**PLAIN.columns, "referral_id": ("POLICE_FORCE", "AGE")})
    names = ["#", *HEADER[1:]]
    mapping = replace(mapping, ignored=("#",))
    assert copied(tmp_path, [Row(2, RECORD)], mapping, names)[1][0][1] == "kent/34"


def test_each_line_can_be_a_referral(tmp_path: Path) -> None:
    columns = {**PLAIN.columns, "referral_id": (EACH_LINE,)}
    mapping = replace(PLAIN, columns=columns, ignored=("REFERRAL_ID",))
    assert copied(tmp_path, [Row(7, RECORD)], mapping)[1][0][1] == "x.csv line 7"


@pytest.mark.parametrize(
    "columns", [{"person_id": (EACH_LINE,)}, {"referral_id": (EACH_LINE, "URN")}]
)
def test_each_line_is_no_person_and_no_part_of_an_identifier(
    columns: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    wrong = replace(PLAIN, columns={**PLAIN.columns, **columns})
    with pytest.raises(ExtractError, match=r'has no column.* "each line"'):
        copied(tmp_path, [Row(2, RECORD)], wrong)


def test_a_constant_is_on_every_line(tmp_path: Path) -> None:
    columns = {name: names for name, names in PLAIN.columns.items() if name != "sex"}
    mapping = replace(PLAIN, columns=columns, constants={"sex": "F"}, ignored=("SEX",))
    row = Row(2, [*RECORD[:5], "ignored", *RECORD[6:]])
    assert copied(tmp_path, [row], mapping)[1][0][1 + COLUMNS.index("sex")] == "F"


def test_the_lines_of_a_cell_with_line_breaks_are_announced(tmp_path: Path) -> None:
    cells = ["R1", *RECORD[1:3], "VNM", "34", "F", "MS", "No\nfurther action"]
    tally, copy = copied(tmp_path, [Row(2, cells, lines=3)])
    assert (tally.lines, tally.copied) == (3, 1)
    assert tally.rejected["continued_line"].count == 2
    assert copy[0][8] == "No further action"


def test_a_nul_byte_in_a_cell_of_a_workbook_is_a_fault(tmp_path: Path) -> None:
    tally, copy = copied(tmp_path, [Row(2, [*RECORD[:-1], "NF\0A"]), Row(3, RECORD)])
    assert tally.rejected["nul"].lines == [2]
    assert len(copy) == 1


def test_a_line_break_in_a_cell_of_a_workbook_is_a_space(tmp_path: Path) -> None:
    _, copy = copied(tmp_path, [Row(2, [*RECORD[:-1], "No\r\nfurther action"])])
    assert copy[0][8] == "No further action"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["a"] * 8, "State the line of the header as file.header_row"),
        ([*HEADER[:-1], "x"], 'has no column "OUTCOME". Correct the mapping'),
        ([*HEADER, "Officer"], 'does not mention the column "Officer"'),
        ([*HEADER, "AGE"], 'has 2 columns "AGE". Write "#5" or "#9"'),
    ],
)
def test_a_header_that_disagrees_with_the_mapping_is_refused(
    tmp_path: Path, header: list[str], message: str
) -> None:
    with pytest.raises(ExtractError) as error:
        copied(tmp_path, [], header=header)
    assert message in str(error.value)


def test_a_row_that_is_no_header_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ExtractError) as error:
        copied(tmp_path, [], header=["Quillfeather", *RECORD[1:]])
    assert "Quillfeather" not in str(error.value)


CELLS = st.lists(st.sampled_from(["", "R1", "Total", "01/04/2020", "x", *HEADER[:2]]), max_size=10)


@given(
    rows=st.lists(
        st.builds(
            Row,
            number=st.just(2),
            cells=CELLS,
            lines=st.integers(1, 4),
            fault=st.sampled_from([None, None, "nul"]),
        ),
        max_size=8,
    )
)
def test_every_line_is_copied_or_counted(
    rows: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tally, copy = copied(tmp_path_factory.mktemp("any"), rows)
    counted = sum(found.count for found in tally.rejected.values())
    assert len(copy) == tally.copied
    assert tally.copied + counted == tally.lines == sum(row.lines for row in rows)
