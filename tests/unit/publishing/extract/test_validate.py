"""The checks of an extract: every line is accounted for, no record leaks, only sound ones load."""

from __future__ import annotations

import json
import stat
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.errors import DataError, ExtractError
from referrals.publishing.extract import spellings, staged_checks, validate
from referrals.publishing.extract.formats import lines
from referrals.publishing.extract.formats.file_format import MAX_LINE_BYTES
from referrals.publishing.extract.formats.lines import Tally
from referrals.publishing.extract.report import Report
from referrals.publishing.storage import scratch
from referrals.reference.codelists import codelist
from referrals.release.release import MARKS
from tests.fixtures.examples import examples
from tests.fixtures.extracts import HEADER, TODAY, line, write

pytestmark = pytest.mark.publishing

SOUND = (line(1), line(2), line(3, nationality="Albanian"))


def checked(folder: Path, rows: Sequence[str] | str | bytes, **options: Any) -> Report:
    """Return the report on an extract, after checking that it accounts for every line."""
    header = options.pop("header", HEADER)
    report = validate.check(write(folder, rows, header=header), today=TODAY, **options)
    assert report.loaded + report.rejected + report.skipped == report.lines
    return report


def errors(report: Report) -> list[tuple[str, int, tuple[int, ...]]]:
    assert report.ok is not bool(report.errors)
    return [(finding.rule, finding.count, finding.lines) for finding in report.errors]


def test_an_extract_without_faults_is_sound(tmp_path: Path) -> None:
    report = checked(tmp_path, [*SOUND, line(4, referred_on="2021-03-31")])
    assert report.ok
    assert (report.lines, report.loaded, report.rejected) == (4, 4, 0)
    assert (report.errors, report.warnings, report.status) == ((), (), "official")
    assert (report.first_date, report.last_date) == (date(2020, 4, 1), date(2021, 3, 31))


FAULTS: Sequence[tuple[dict[str, str], str]] = [
    ({"age": "212"}, "age_invalid"),
    ({"age": "20-29"}, "age_invalid"),
    ({"age": "-1"}, "age_invalid"),
    ({"age": "34.0"}, "age_invalid"),
    ({"age": "thirty"}, "age_invalid"),
    ({"referred_on": "2021-02-31"}, "date_impossible"),
    ({"referred_on": "2021-02-29"}, "date_impossible"),
    ({"referred_on": "0000-01-01"}, "date_impossible"),
    ({"referred_on": "1899-12-31"}, "date_impossible"),
    ({"referred_on": "01/04/2020"}, "date_not_iso"),
    ({"referred_on": "2020-4-1"}, "date_not_iso"),
    ({"referred_on": "2020-04-01T00:00"}, "date_not_iso"),
    ({"referred_on": "20200401"}, "date_not_iso"),
    ({"referred_on": "not recorded"}, "date_not_iso"),
    ({"referred_on": "2021-07-01"}, "date_future"),
    ({"nationality": "USSR"}, "nationality_former_state"),
    ({"nationality": "east german"}, "nationality_former_state"),
    ({"nationality": "Korean"}, "nationality_ambiguous"),
    ({"nationality": "Guinea"}, "nationality_ambiguous"),
    ({"nationality": "Vietnamees"}, "unknown_code"),
    ({"nationality": "_OTH"}, "unknown_code"),
    ({"sex": "X"}, "unknown_code"),
    ({"crime_type": "murder"}, "unknown_code"),
    ({"outcome": "deported"}, "unknown_code"),
    ({"police_force": "Atlantis"}, "unknown_code"),
    ({"police_force": "-"}, "unknown_code"),
    ({"nationality": '"=HYPERLINK(""http://x.example"",""y"")"'}, "formula_in_cell"),
    ({"nationality": '=HYPERLINK("http://x.example","y")'}, "formula_in_cell"),
    ({"nationality": "=HYPERLINK(1)"}, "formula_in_cell"),
    ({"outcome": "+cmd|x"}, "formula_in_cell"),
    ({"outcome": "-cmd"}, "formula_in_cell"),
    ({"referral_id": "@R9"}, "formula_in_cell"),
    ({"sex": '"\tF"'}, "formula_in_cell"),
    ({"sex": " =F"}, "formula_in_cell"),
    ({"nationality": ""}, "value_blank"),
    ({"nationality": "  "}, "value_blank"),
    ({"age": '""'}, "value_blank"),
    ({"referral_id": ""}, "value_blank"),
    ({"referred_on": ""}, "value_blank"),
]
"""Cells with a fault, and the rule that each breaks."""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report on an extract with a line for each fault, between sound ones."""
    lines = [line(100 + number, **cells) for number, (cells, _) in enumerate(FAULTS)]
    return checked(tmp_path_factory.mktemp("faulty"), [*SOUND, *lines, line(10)])


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=lambda number: str(FAULTS[number][0]))
def test_a_fault_is_exactly_one_error_on_its_line(faulty: Report, number: int) -> None:
    place = 2 + len(SOUND) + number
    found = [finding.rule for finding in faulty.errors if place in finding.lines]
    assert found == [FAULTS[number][1]]


def test_faults_reject_their_own_lines_alone(faulty: Report) -> None:
    assert (faulty.loaded, faulty.rejected) == (len(SOUND) + 1, len(FAULTS))
    assert sum(finding.count for finding in faulty.errors) == len(FAULTS)
    assert faulty.warnings == ()


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"age": "212"}, "age_invalid"),
        ({"police_force": '"kent'}, "unclosed_quote"),
        ({"police_force": '"kent"s'}, "stray_quote"),
        ({"police_force": "kent,surrey"}, "cell_count"),
        ({"police_force": "ke\0nt"}, "nul"),
    ],
)
def test_a_fault_is_one_line_of_the_report_and_loses_no_other_record(
    tmp_path: Path, cells: dict[str, str], rule: str
) -> None:
    report = checked(tmp_path, [*SOUND, line(9, **cells), line(10)])
    assert errors(report) == [(rule, 1, (5,))]
    assert report.warnings == ()
    assert (report.lines, report.loaded, report.rejected) == (5, 4, 1)
    assert len(report.as_text().splitlines()) == 5


def test_values_just_inside_a_rule_are_sound(tmp_path: Path) -> None:
    edges = [
        {"age": "0"},
        {"age": "120"},
        {"age": "not recorded"},
        {"nationality": "Unknown"},
        {"nationality": " côte d’ivoire "},
        {"nationality": "Co\u0302te d'Ivoire"},
        {"sex": "NK"},
        {"police_force": "NOT STATED"},
        {"referred_on": "2021-06-30"},
        {"referred_on": "2020-02-29"},
        {"referral_id": "-12"},
        {"crime_type": '"Other or unstated crime"'},
    ]
    report = checked(tmp_path, [line(number, **cells) for number, cells in enumerate(edges)])
    assert report.errors == ()
    assert report.loaded == len(edges)


def test_a_repeated_referral_id_is_an_error_on_all_its_lines(tmp_path: Path) -> None:
    report = checked(tmp_path, [*SOUND, line(9, referral_id="R2"), line(10, referral_id=" R2 ")])
    assert errors(report) == [("duplicate_id", 3, (3, 5, 6))]


def test_blank_referral_ids_are_not_repeated_ones(tmp_path: Path) -> None:
    report = checked(tmp_path, [line(1, referral_id=""), line(2, referral_id=""), line(3)])
    assert errors(report) == [("value_blank", 2, (2, 3))]


def test_a_line_that_repeats_another_except_for_its_id_is_a_warning(tmp_path: Path) -> None:
    report = checked(tmp_path, [*SOUND, line(9, age="2")])
    assert report.ok
    assert [(finding.rule, finding.lines) for finding in report.warnings] == [
        ("duplicate_row", (3, 5))
    ]
    assert report.loaded == 4


def test_lines_with_different_person_ids_are_not_repeated_lines(tmp_path: Path) -> None:
    rows = [line(1, age="2") + ",P1", line(2, age="2") + ",P2"]
    assert checked(tmp_path, rows, header=f"{HEADER},person_id").warnings == ()


def test_blank_lines_are_a_warning_and_count_as_skipped(tmp_path: Path) -> None:
    report = checked(tmp_path, [*SOUND, "", ",,,,,,,"])
    assert report.ok
    assert (report.lines, report.loaded, report.rejected, report.skipped) == (5, 3, 0, 2)
    assert "3 loaded, 0 rejected, 2 skipped." in report.as_text()
    assert [(finding.rule, finding.lines) for finding in report.warnings] == [
        ("blank_line", (5, 6))
    ]


def test_a_line_with_several_faults_has_an_error_for_each_and_is_rejected_once(
    tmp_path: Path,
) -> None:
    report = checked(tmp_path, [*SOUND, line(9, age="212", sex="X", nationality="Korean")])
    assert [finding.rule for finding in report.errors] == [
        "age_invalid",
        "nationality_ambiguous",
        "unknown_code",
    ]
    assert (report.loaded, report.rejected) == (3, 1)


def test_faults_are_grouped_by_value_with_a_count_and_first_line_numbers(
    tmp_path: Path,
) -> None:
    rows = [
        *(line(number, nationality="USSR") for number in range(7)),
        line(8, nationality="Yugoslavia"),
    ]
    report = checked(tmp_path, rows)
    assert [(finding.value, finding.count, finding.lines) for finding in report.errors] == [
        ("USSR", 7, (2, 3, 4, 5, 6)),
        ("Yugoslavia", 1, (9,)),
    ]
    assert (
        '  lines 2, 3, 4, 5, 6 and 2 more: nationality "USSR" is that of a former state.'
        in report.as_text()
    )


def test_values_that_may_not_be_shown_share_one_line(tmp_path: Path) -> None:
    rows = [
        line(number, age="1", outcome=f"x{number}")
        for number in range(staged_checks.MAX_VALUES_LISTED + 5)
    ]
    report = checked(tmp_path, [*rows, line(90, outcome="x14")])
    assert errors(report) == [("unknown_code", len(rows) + 1, (2, 3, 4, 5, 6))]
    assert f"outcome (any of {len(rows)} values, not shown) is not in" in report.as_text()


def test_a_value_with_a_similar_name_has_a_line_of_its_own(tmp_path: Path) -> None:
    report = checked(
        tmp_path,
        [line(1, nationality="Vietnamees"), *(line(n, nationality=f"q{n}") for n in (2, 3))],
    )
    assert [finding.count for finding in report.errors] == [1, 2]
    assert "did you mean Vietnamese or Vietnam?" in report.errors[0].message


def test_only_the_most_frequent_values_that_break_a_rule_are_listed(tmp_path: Path) -> None:
    words = spellings.codes("police_force")[: staged_checks.MAX_VALUES_LISTED + 5]
    rows = [line(number, outcome=word) for number, word in enumerate([*words, words[-1]])]
    report = checked(tmp_path, rows)
    assert len(report.errors) == staged_checks.MAX_VALUES_LISTED + 1
    assert (report.errors[0].value, report.errors[0].count) == (words[-1], 2)
    assert (report.errors[-1].value, report.errors[-1].count) == (None, 5)
    assert "any of 5 values, not shown" in report.errors[-1].message


@pytest.mark.parametrize("number", [2, 190])
def test_many_wrong_dates_are_one_line_with_the_form_that_they_fit(
    tmp_path: Path, number: int
) -> None:
    days = [f"{13 + place % 15}/{1 + place % 12:02}/2020" for place in range(number)]
    report = checked(tmp_path, [line(place, referred_on=day) for place, day in enumerate(days)])
    (finding,) = report.errors
    assert finding.count == number
    assert "They fit dd/mm/yyyy: if that is meant, state it as dates.form" in finding.message


def test_the_order_of_day_and_month_is_asked_and_never_guessed(tmp_path: Path) -> None:
    report = checked(tmp_path, [line(n, referred_on=f"0{n}/04/2020") for n in range(1, 6)])
    assert "fits dd/mm/yyyy and mm/dd/yyyy: find out which is meant" in report.errors[0].message


def test_a_name_in_the_wrong_column_is_not_in_the_report(tmp_path: Path) -> None:
    fields = ("referred_on", "police_force", "nationality", "age", "sex", "crime_type", "outcome")
    misplaced = [
        line(9 + place, **{field: "Jane Smith b. 12/03/1984"}) for place, field in enumerate(fields)
    ]
    report = checked(tmp_path, [*SOUND, *misplaced])
    assert {finding.field: (finding.count, finding.lines) for finding in report.errors} == {
        field: (1, (5 + place,)) for place, field in enumerate(fields)
    }
    assert "Smith" not in report.as_text() + str(report.as_json())


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        ("2020-21", ["2020-04-01", "2021-03-31"], ["2020-03-31", "2021-04-01"]),
        pytest.param("1999-00", ["1999-12-31"], [], marks=pytest.mark.slow),
        pytest.param("2020-Q2", ["2020-06-30"], ["2020-07-01"], marks=pytest.mark.slow),
        ("EY1", [], ["2020-07-01"]),
        pytest.param(None, ["1990-01-01"], [], marks=pytest.mark.slow),
    ],
)
def test_a_date_outside_the_requested_period_is_an_error(
    tmp_path: Path, period: str | None, inside: list[str], outside: list[str]
) -> None:
    days = [*inside, *outside]
    rows = [line(number, referred_on=day) for number, day in enumerate(days)]
    report = checked(tmp_path, rows, period=period)
    assert {finding.rule for finding in report.errors} <= {"date_outside_period"}
    wrong = [number for finding in report.errors for number in finding.lines]
    assert sorted(wrong) == [2 + days.index(day) for day in outside]


@pytest.mark.parametrize(
    "period", ["2020", "2020-22", "2020-2021", "2020-Q5", "2020-04", "EY0", "EY1-Q5", ""]
)
def test_an_invalid_period_is_refused(tmp_path: Path, period: str) -> None:
    with pytest.raises(DataError, match=f"^'{period}' is not a valid period"):
        checked(tmp_path, SOUND, period=period)


def test_synthetic_records_are_reported_as_such(tmp_path: Path) -> None:
    report = checked(tmp_path, [f"{row},Synthetic" for row in SOUND], header=f"{HEADER},channel")
    assert report.ok
    assert report.status == "synthetic"
    assert MARKS["synthetic"] in report.as_text()


def test_synthetic_records_of_version_1_never_pass_for_real(tmp_path: Path) -> None:
    rows = [f"{row},Illustrative" for row in SOUND]
    assert checked(tmp_path, rows, header=f"{HEADER},channel").status == "synthetic"


OF_EXAMPLE = {"nationality": "Country A", "referred_on": "0001-04-01"}


def test_records_of_the_example_are_reported_as_such(tmp_path: Path) -> None:
    rows = [f"{line(1, **OF_EXAMPLE)},example"]
    report = checked(tmp_path, rows, header=f"{HEADER},channel", period="EY1-Q2")
    assert report.ok
    assert report.status == "example"


@pytest.mark.parametrize(
    "cells",
    [
        {"nationality": "VNM"},
        pytest.param({"nationality": "Albanian"}, marks=pytest.mark.slow),
        {"referred_on": "2020-04-01"},
    ],
)
def test_a_real_nationality_or_day_in_the_example_is_an_error(
    tmp_path: Path, cells: dict[str, str]
) -> None:
    rows = [f"{line(1, **OF_EXAMPLE)},example", f"{line(2, **OF_EXAMPLE | cells)},example"]
    report = checked(tmp_path, rows, header=f"{HEADER},channel")
    assert errors(report) == [("real_in_example", 1, (3,))]


@pytest.mark.parametrize(
    "channel",
    [
        "",
        pytest.param("synthetic", marks=pytest.mark.slow),
        pytest.param("telephone", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("field", ["nationality", "referred_on"])
def test_a_country_or_day_of_the_example_in_other_records_is_an_error(
    tmp_path: Path, channel: str, field: str
) -> None:
    rows = [f"{line(1)},{channel}", f"{line(2, **{field: OF_EXAMPLE[field]})},{channel}"]
    report = checked(tmp_path, rows, header=f"{HEADER},channel")
    assert errors(report) == [("example_in_other_records", 1, (3,))]


def test_the_nationality_of_an_example_record_may_be_unknown(tmp_path: Path) -> None:
    rows = [f"{line(1, **OF_EXAMPLE | {'nationality': 'not recorded'})},example"]
    assert checked(tmp_path, rows, header=f"{HEADER},channel").ok


@pytest.mark.parametrize("other", [pytest.param("", marks=pytest.mark.slow), "telephone"])
def test_synthetic_records_among_others_are_an_error(tmp_path: Path, other: str) -> None:
    rows = [f"{line(1)},synthetic", f"{line(2)},{other}", f"{line(3)},synthetic"]
    report = checked(tmp_path, rows, header=f"{HEADER},channel")
    assert errors(report) == [("invented_mixed_with_real", 2, (2, 4))]
    assert report.status == "official"


def test_person_id_and_channel_may_be_blank(tmp_path: Path) -> None:
    rows = [f"P1,{line(1)},letter", f",{line(2)},"]
    assert checked(tmp_path, rows, header=f"person_id,{HEADER},channel").ok


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "sound.csv is empty."),
        pytest.param(
            HEADER.encode(), "sound.csv has a header but no records.", marks=pytest.mark.slow
        ),
        pytest.param(
            f"{HEADER}\n\n\n".encode(),
            "sound.csv has a header but no records.",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            b"PK\x03\x04",
            "sound.csv is a damaged ZIP file or workbook.",
            marks=pytest.mark.slow,
        ),
        (HEADER.replace(",sex", "").encode(), "sound.csv line 1: missing columns: sex."),
        (
            f"{HEADER}\n".encode() + b"x" * 3 * MAX_LINE_BYTES,
            "sound.csv line 2 is longer than 65,536 bytes",
        ),
    ],
)
def test_an_unreadable_file_has_one_error(tmp_path: Path, content: bytes, message: str) -> None:
    report = checked(tmp_path, content)
    assert [finding.rule for finding in report.errors] == ["file"]
    assert report.errors[0].message.startswith(message)


def test_windows_text_is_read_and_announced(tmp_path: Path) -> None:
    rows = "\n".join([HEADER, *SOUND, line(9, nationality="Côte d'Ivoire")])
    report = checked(tmp_path, rows.encode("cp1252"))
    assert report.ok
    assert [finding.rule for finding in report.warnings] == ["encoding_cp1252"]
    assert "Windows text (CP1252), separated by commas" in report.as_text()


def test_a_file_of_mixed_encodings_is_not_taken_for_windows_text(tmp_path: Path) -> None:
    rows = [HEADER, *SOUND, line(9, nationality="Côte d'Ivoire")]
    mixed = "\n".join(rows).encode() + b"\n" + line(10, police_force="\xe9").encode("cp1252")
    assert errors(checked(tmp_path, mixed)) == [("encoding", 1, (6,))]


@pytest.mark.parametrize("name", ["gone.csv", "."])
def test_a_missing_file_and_a_folder_are_errors_of_the_report(tmp_path: Path, name: str) -> None:
    report = validate.check(tmp_path / name, today=TODAY)
    assert not report.ok
    assert (report.lines, len(report.errors)) == (0, 1)


def test_the_report_has_no_value_of_a_record_except_an_offending_code(tmp_path: Path) -> None:
    rows = [
        line(1, referral_id="=SECRET1", sex="Q"),
        line(2, referral_id="SECRET2", police_force='"SECRET3') + ",SECRET4,SECRET5",
        line(3, referral_id="SECRET6") + ",SECRET7,synthetic",
        line(3, referral_id="SECRET6", outcome="SECRET8 in " + "words" * 20) + ",SECRET9,SECRETA",
        line(4, police_force="é" + "SECRETB") + ",,",
        line(5) + ",SECRETC",
    ]
    content = "\n".join([f"{HEADER},person_id,channel", *rows]).encode("latin-1")
    report = checked(tmp_path, content)
    assert len(report.errors) >= 6
    assert "SECRET" not in report.as_text()
    assert "SECRET" not in report.as_json()
    assert "é" not in report.as_text()


def test_the_json_report_has_the_findings_and_is_reproducible(
    tmp_path: Path,
) -> None:
    report = checked(tmp_path, [*SOUND, line(9, age="212")])
    content = json.loads(report.as_json())
    assert (content["extract"], content["ok"], content["loaded"], content["first_date"]) == (
        "sound.csv",
        False,
        3,
        "2020-04-01",
    )
    assert content["errors"] == [
        {
            "rule": "age_invalid",
            "says": (
                'age "212" is not a whole number from 0 to 120. '
                'Correct it, or write "not recorded".'
            ),
            "count": 1,
            "lines": [5],
            "field": "age",
            "value": "212",
        }
    ]
    assert checked(tmp_path, [*SOUND, line(9, age="212")]).as_json() == report.as_json()


# Temporary files and failures.


def test_files_are_written_only_to_a_private_folder_that_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, source = tmp_path / "temporary", tmp_path / "source"
    temporary.mkdir()
    source.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    private = scratch.default_home()
    monkeypatch.setattr(lines, "PROGRESS_INTERVAL", 1)
    monkeypatch.chdir(source)
    seen: list[int] = []
    validate.check(
        write(source, SOUND),
        today=TODAY,
        progress=lambda _: seen.extend(
            stat.S_IMODE(path.stat().st_mode) for path in (private, *private.iterdir())
        ),
    )
    assert set(seen) == {0o700}
    assert [path.name for path in source.iterdir()] == ["sound.csv"]
    assert list(private.iterdir()) == []
    assert list(temporary.iterdir()) == [private]


def test_a_file_with_a_line_lost_in_between_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = lines.clean

    def losing(path: Path, layout: Any, *, to: Path, **others: Any) -> Tally:
        tally = clean(path, layout, to=to, **others)
        to.write_text(
            "".join(to.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8"
        )
        return tally

    monkeypatch.setattr(lines, "clean", losing)
    report = validate.check(write(tmp_path, SOUND), today=TODAY)
    assert [finding.message for finding in report.errors] == [
        (
            "sound.csv: 2 lines loaded, 0 rejected and 0 skipped do not add up to 3. "
            "This is a fault of the program: publish nothing, and report it."
        )
    ]


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (duckdb.ConversionException, ("SECRET",)),
        (OSError, (5, "Input/output error", "SECRET")),
    ],
)
def test_the_message_of_a_failing_tool_is_not_passed_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    arguments: tuple[object, ...],
) -> None:
    def failing(*_: object) -> None:
        raise error(*arguments)

    monkeypatch.setattr(staged_checks, "stage", failing)
    report = validate.check(write(tmp_path, SOUND), today=TODAY)
    assert [finding.rule for finding in report.errors] == ["file"]
    assert "SECRET" not in report.as_text()


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "SECRET"),
        duckdb.IOException('Could not write file "SECRET": No space left on device'),
    ],
)
def test_a_full_disk_is_not_a_fault_of_the_extract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(staged_checks, "stage", failing)
    with pytest.raises(OSError, match="No space left") as raised:
        validate.check(write(tmp_path, SOUND), today=TODAY)
    assert raised.value.filename == str(scratch.default_home())


CELLS = {
    "nationality": st.sampled_from(["VNM", "Korean", "USSR", "", "=x", "nonsense", "NK"]),
    "age": st.sampled_from(["0", "212", "", "x", "NK"]),
    "referred_on": st.sampled_from(["2020-04-01", "2021-02-31", "", "2030-01-01"]),
    "sex": st.sampled_from(["F", '"F"', '"F', "F,F", "\u00e9", "\0", ""]),
    "referral_id": st.sampled_from(["R1", "R2", "R3", ""]),
}


@settings(max_examples=examples(10), deadline=None)
@given(
    rows=st.lists(st.fixed_dictionaries(CELLS), max_size=6),
    encoding=st.sampled_from(["utf-8", "cp1252"]),
)
def test_every_line_of_any_extract_is_either_loaded_or_rejected(
    rows: list[dict[str, str]], encoding: str
) -> None:
    content = "\n".join(
        [HEADER, *(line(number, **cells) for number, cells in enumerate(rows))]
    ).encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        report = checked(Path(folder), content)
    assert report.lines == len(rows)
    assert report.ok is (report.rejected == 0 and report.lines > 0)


# Loading.


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        str(name) for (name,) in connection.sql("select table_name from duckdb_tables()").fetchall()
    ]


def test_records_are_loaded_in_codes_of_the_code_lists(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    first = write(
        tmp_path,
        [
            line(
                1, nationality="Vietnamese", age="17", police_force="Kent Police", outcome="unknown"
            )
        ],
    )
    second = write(
        tmp_path, [line(2, referred_on="2021-03-31", sex="Male", age="NK")], name="more.csv"
    )
    reports = validate.load([first, second], connection, today=TODAY)
    assert [(report.name, report.loaded) for report in reports] == [
        ("sound.csv", 1),
        ("more.csv", 1),
    ]
    assert connection.table("records").order("referral_id").fetchall() == [
        (
            "R1",
            date(2020, 4, 1),
            "2020-21",
            "2020-Q2",
            "kent",
            "VNM",
            "0-17",
            "F",
            "MS",
            "_NK",
            None,
        ),
        (
            "R2",
            date(2021, 3, 31),
            "2020-21",
            "2021-Q1",
            "kent",
            "VNM",
            "_NK",
            "M",
            "MS",
            "NFA",
            None,
        ),
    ]
    assert tables_of(connection) == ["records"]


def test_a_date_has_its_year_to_march_and_calendar_quarter(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    days = {
        "1999-04-01": ("1999-00", "1999-Q2"),
        "2020-02-29": ("2019-20", "2020-Q1"),
        "2020-03-31": ("2019-20", "2020-Q1"),
        "2020-04-01": ("2020-21", "2020-Q2"),
        "2020-05-31": ("2020-21", "2020-Q2"),
        "2020-12-31": ("2020-21", "2020-Q4"),
    }
    validate.load(
        [write(tmp_path, [line(number, referred_on=day) for number, day in enumerate(days)])],
        connection,
        today=TODAY,
    )
    found = connection.sql(
        "select referred_on, year, quarter from records order by referred_on"
    ).fetchall()
    assert {day.isoformat(): placed for day, *placed in found} == {
        day: list(placed) for day, placed in days.items()
    }


def test_every_age_has_exactly_one_band(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    rows = [line(age, age=str(age)) for age in range(121)]
    validate.load([write(tmp_path, rows)], connection, today=TODAY)
    counted = dict(
        connection.sql("select age_band, count(*) from records group by age_band").fetchall()
    )
    assert counted == {
        "0-17": 18,
        "18-19": 2,
        "20-29": 10,
        "30-39": 10,
        "40-49": 10,
        "50-59": 10,
        "60+": 61,
    }
    assert set(counted) < set(codelist("age_band").codes)


def test_a_referral_in_two_extracts_is_an_error_and_nothing_is_loaded(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    paths = [write(tmp_path, SOUND), write(tmp_path, [line(7), line(2, age="50")], name="more.csv")]
    with pytest.raises(
        ExtractError,
        match=r"more\.csv: not fit.*\n.*\n.*\nErrors:\n  line 3: referral_id is in another",
    ):
        validate.load(paths, connection, today=TODAY)
    assert tables_of(connection) == []


def test_errors_of_all_extracts_are_reported_and_nothing_is_loaded(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    paths = [
        write(tmp_path, [line(1, age="212")]),
        write(tmp_path, [line(2, age="213")], name="more.csv"),
    ]
    with pytest.raises(ExtractError) as error:
        validate.load(paths, connection, today=TODAY)
    assert 'age "212"' in str(error.value)
    assert 'age "213"' in str(error.value)
    assert tables_of(connection) == []


def test_an_extract_with_warnings_is_loaded(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    (report,) = validate.load(
        [write(tmp_path, [*SOUND, "", line(9, age="1")])], connection, today=TODAY
    )
    assert [finding.rule for finding in report.warnings] == ["blank_line", "duplicate_row"]
    assert connection.table("records").count("*").fetchall() == [(4,)]


def test_synthetic_and_real_extracts_are_not_loaded_together(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    synthetic = write(
        tmp_path, [f"{line(7)},synthetic"], header=f"{HEADER},channel", name="made-up.csv"
    )
    with pytest.raises(ExtractError, match=r"made-up\.csv is synthetic\. Never mix"):
        validate.load([write(tmp_path, SOUND), synthetic], connection, today=TODAY)
    assert tables_of(connection) == []
    assert validate.load([synthetic], connection, today=TODAY)[0].status == "synthetic"
