"""The transcribed release: its answers, the effect of planted errors, and when it is rebuilt."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
import shutil
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import duckdb
import pytest

from referrals.errors import LedgerError
from referrals.paths import PUBLISHED, REFERENCE, ROOT, SPREADSHEET_TEMPLATES, SQL
from referrals.publishing import cli, transcribe, transcription
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.release_builder import folder as release_folder
from referrals.reference.codelists import DIMENSIONS
from referrals.release.release import Release, open_release

SETTINGS: Final = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))
Codes = tuple[str, ...]
Answer = tuple[int | None, int | None, int | None, str]
Plant = Callable[..., None]

NATIONALITY, QUOTED = "VNM,_T,_T,_T,,237,people", "Vietnam (237)"
REMAINDER, REMAINING = "_T,_T,_NK,_T,,194,referrals", "in the remaining 194 referrals"


def cell(**codes: str) -> Codes:
    """Return the codes of a cell in the order of dimensions, the total unless given."""
    return tuple(codes.get(dimension, "_T") for dimension in DIMENSIONS)


# Everything that the assessment prints, or that follows from it: (value, lower, upper, status).
ANSWERS: Final[Mapping[Codes, Answer]] = {
    cell(): (1336, 1336, 1336, ""),
    cell(nationality="VNM"): (237, 237, 237, ""),
    cell(nationality="ALB"): (168, 168, 168, ""),
    cell(nationality="CHN"): (109, 109, 109, ""),
    cell(nationality="_TOP3"): (514, 514, 514, "d"),
    cell(nationality="_OTH"): (822, 822, 822, "d"),
    cell(age_band="0-17"): (145, 145, 145, ""),
    cell(age_band="18+_NK"): (1191, 1191, 1191, "d"),
    cell(age_band="20-39"): (None, 669, 1191, "e"),
    cell(sex="M"): (706, 706, 706, ""),
    cell(sex="F"): (425, 425, 425, ""),
    cell(sex="_R"): (1131, 1131, 1131, "d"),
    cell(sex="_NK"): (194, 194, 205, "u"),
    cell(crime_type="DA"): (None, 210, 212, "e"),
    cell(crime_type="MS"): (None, 778, 786, "e"),
    cell(crime_type="OTH"): (None, 338, 348, "e"),
    cell(sex="M", crime_type="DA"): (45, 45, 45, ""),
    cell(sex="F", crime_type="DA"): (147, 147, 147, ""),
    cell(sex="_R", crime_type="DA"): (192, 192, 192, "d"),
    cell(sex="_R", crime_type="MS"): (657, 657, 657, "d"),
    cell(sex="_R", crime_type="OTH"): (282, 282, 282, "d"),
    cell(sex="_NK", crime_type="DA"): (None, 18, 20, "e"),
    cell(sex="M", crime_type="MS"): (447, 447, 447, ""),
    cell(sex="F", crime_type="MS"): (210, 210, 210, ""),
    cell(sex="_NK", crime_type="MS"): (None, 121, 129, "e"),
    cell(sex="M", crime_type="OTH"): (214, 214, 214, "d"),
    cell(sex="F", crime_type="OTH"): (68, 68, 68, "d"),
    cell(sex="_NK", crime_type="OTH"): (None, 45, 66, "e"),
    cell(nationality="_TOP3", crime_type="MS"): (None, 430, 434, "e"),
    cell(nationality="_OTH", crime_type="MS"): (None, 344, 356, "e"),
}
UNKNOWN: Final[Answer] = (None, None, None, "x")


def cells(folder: Path) -> dict[Codes, Answer]:
    """Return the cells of a release's CSV file by their codes, each of which may occur once."""
    with (folder / "cells.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    read = {tuple(row[dimension] for dimension in DIMENSIONS): _answer(row) for row in rows}
    assert len(read) == len(rows)
    assert {row["period"] for row in rows} == {"2020-21"}
    return read


def _answer(row: Mapping[str, str]) -> Answer:
    value, lower, upper = (
        int(row[name]) if row[name] else None for name in ("value", "lower", "upper")
    )
    return value, lower, upper, row["status"]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def copy_inputs(folder: Path, patch: pytest.MonkeyPatch) -> Plant:
    """Build from a copy of `data/published`, and return a function that plants an error in it."""
    inputs = shutil.copytree(PUBLISHED, folder / "published")
    patch.setattr(transcribe, "PUBLISHED", inputs)
    patch.setattr(transcription, "PUBLISHED", inputs)
    patch.setattr(ledgers.load, "__defaults__", (inputs,))

    def plant(old: str, new: str, *, name: str = "statements.csv", times: int = 1) -> None:
        path = inputs / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == times
        path.write_text(text.replace(old, new), encoding="utf-8")

    return plant


def coarsen(plant: Plant) -> None:
    """Use no finer age bands than the statements do: the answers are the same, but found sooner."""
    fine, coarse = ('"18-19", "20-29", "30-39", "40-49", "50-59", "60+", "_NK"]', '"20-29", "_NK"]')
    plant(f'age_band = ["0-17", {fine}', f'age_band = ["0-17", {coarse}', name="release.toml")


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    return copy_inputs(tmp_path, monkeypatch)


@pytest.fixture
def folder(tmp_path: Path, built: Path) -> Path:
    """A folder with a complete release in it."""
    shutil.copytree(built, tmp_path / "releases" / built.name)
    return tmp_path / "releases"


def refusal(folder: Path) -> str:
    """Return the message of a build that fails, having written nothing."""
    before = contents(folder)
    with pytest.raises(LedgerError) as refused:
        transcribe.build(folder=folder)
    assert contents(folder) == before
    assert [path.name for path in folder.iterdir()] == ["2020-21"]
    assert str(refused.value).endswith("No release was written.")
    return str(refused.value)


def test_a_release_has_every_answer_of_the_assessment_and_otherwise_x(built: Path) -> None:
    read = cells(built)
    assert {codes: answer for codes, answer in read.items() if answer != UNKNOWN} == ANSWERS


def test_the_revision_is_raised_whenever_a_cell_changes(built: Path) -> None:
    # If this fails, raise the revision in release.toml and say what changed; then mend the digest.
    digest = hashlib.sha256((built / "cells.csv").read_bytes()).hexdigest()
    manifest = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))
    assert (manifest["revision"], digest[:12]) == (2, "1085ac67a168")


def test_a_release_has_a_row_for_every_combination_of_up_to_three_dimensions(built: Path) -> None:
    combinations = itertools.product(*(SETTINGS["codes"][name] for name in DIMENSIONS))
    assert set(cells(built)) == {
        codes for codes in combinations if sum(code != "_T" for code in codes) <= 3
    }


def test_no_figure_is_by_outcome(built: Path) -> None:
    outcomes = {
        codes[-1]: answer for codes, answer in cells(built).items() if codes[:-1] == ("_T",) * 4
    }
    assert outcomes == {
        "_T": ANSWERS[cell()],
        **{code: UNKNOWN for code in SETTINGS["codes"]["outcome"] if code != "_T"},
    }
    assert {answer for codes, answer in cells(built).items() if codes[-1] != "_T"} == {UNKNOWN}


def inconsistent(read: Mapping[Codes, Answer]) -> list[Codes]:
    """Return the cells with a value, bounds and status that contradict each other."""

    def is_consistent(value: int | None, lower: int | None, upper: int | None, status: str) -> bool:
        if status == "x":
            return (value, lower, upper) == (None, None, None)
        if lower is None or upper is None or status not in {"", "d", "e", "u"}:
            return False
        if value is None:
            return status == "e" and lower < upper
        return lower <= value <= upper and status != "e" and (status == "u" or lower == upper)

    return [codes for codes, answer in read.items() if not is_consistent(*answer)]


def test_bounds_contain_every_value_and_are_missing_only_for_unknown_cells(built: Path) -> None:
    assert inconsistent(cells(built)) == []


@pytest.mark.parametrize(
    "answer",
    [
        (1, None, None, "x"),
        (None, None, None, ""),
        (None, 1, None, "e"),
        (None, 1, 1, "e"),
        (1, 1, 1, "e"),
        (None, 1, 2, "d"),
        (None, 1, 2, ""),
        (3, 1, 2, "u"),
        (1, 1, 2, ""),
        (1, 1, 1, "z"),
        (0, None, None, ""),
    ],
)
def test_a_cell_that_contradicts_itself_is_found(answer: Answer) -> None:
    assert inconsistent({cell(sex="M"): answer}) == [cell(sex="M")]


def test_database_parquet_and_csv_have_the_same_cells(built: Path, release: Release) -> None:
    with duckdb.connect() as outside:
        parquet = outside.read_parquet(str(built / "cells.parquet")).fetchall()
    assert release._connection.execute("select * from cells").fetchall() == parquet
    assert {row[1:6]: row[6:] for row in parquet} == cells(built)


def texts(folder: Path) -> dict[str, str]:
    """Return the text of every table and every file of a release, by name."""
    opened = open_release(folder)  # keep a reference: the release closes with the last
    connection = opened._connection
    tables = [
        str(name)
        for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
    ]
    files = {
        path.name: path.read_bytes().decode("utf-8", errors="replace") for path in folder.iterdir()
    }
    return {name: str(connection.table(name).fetchall()) for name in tables} | files


def test_the_lowest_and_the_highest_age_are_not_in_the_release(built: Path) -> None:
    # Either can describe one person. They are in the ledger only, for completeness.
    found = {
        name
        for name, text in texts(built).items()
        if re.search("E017|E018|youngest age|oldest age|ranged between", text)
    }
    assert found == set()


def test_the_search_finds_a_statement_that_is_shown(built: Path) -> None:
    found = {name for name, text in texts(built).items() if "E016" in text}
    assert {"statements", "statements.csv", "evidence"} <= found


def test_every_figure_in_a_text_is_filled_in(built: Path) -> None:
    assert [name for name, text in texts(built).items() if re.search(r"\{(E\d|cell:)", text)] == []


def test_a_wrong_value_stops_the_build_and_names_its_quotation(plant: Plant, folder: Path) -> None:
    coarsen(plant)
    plant(NATIONALITY, NATIONALITY.replace("237", "238"))
    message = refusal(folder)
    assert message.startswith(
        "statements.csv contradicts itself. These statements cannot all be true:"
    )
    assert (
        'E024 (section 3.6.2) says 238: "Vietnam (237); Albania (168); and China (109)"' in message
    )
    assert "E023 (section 3.6.2) says 38%:" in message
    assert (
        "These values are not in their quotations:\n"
        "  E024 (section 3.6.2) says 238, and its quotation does not" in message
    )


def test_a_wrong_value_with_a_matching_quotation_stops_the_build_too(
    plant: Plant, folder: Path
) -> None:
    coarsen(plant)
    plant(NATIONALITY, NATIONALITY.replace("237", "238"))
    plant(QUOTED, "Vietnam (238)", times=3)
    message = refusal(folder)
    assert (
        'E024 (section 3.6.2) says 238: "Vietnam (238); Albania (168); and China (109)"' in message
    )
    assert "E023 (section 3.6.2) says 38%:" in message
    assert "not in their quotations" not in message


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        # 46 agrees with every other figure, so only its quotation contradicts it.
        (
            "_T,_T,M,DA,,45,",
            "_T,_T,M,DA,,46,",
            "E037 (section 3.8.2) says 46, and its quotation does not",
        ),
        # A remainder may be corrected only to what the others leave, 205.
        (
            REMAINDER,
            REMAINDER.replace("194", "195"),
            "E036 (section 3.8.2) says 195, and its quotation does not",
        ),
    ],
)
def test_a_value_that_only_its_quotation_contradicts_stops_the_build(
    plant: Plant, folder: Path, old: str, new: str, fault: str
) -> None:
    coarsen(plant)
    plant(old, new)
    message = refusal(folder)
    assert message.startswith("statements.csv differs from its sources:")
    assert fault in message
    assert message.count("and its quotation does not") == 1


def test_the_command_fails_with_a_message_and_no_traceback(
    plant: Plant, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # If the fault is missed, the release is written here and not in the repository.
    monkeypatch.setattr(transcribe.build, "__kwdefaults__", {"folder": folder, "force": False})
    plant("ecia-2021,2.1,core,police_referrals", "ecia-2020,2.1,core,police_referrals")
    before = contents(folder)
    assert cli.main(["transcribe", "--force"]) == 1
    assert (
        capsys.readouterr().err
        == "statements.csv names sources that sources.csv does not list: ecia-2020.\n"
    )
    assert contents(folder) == before


@pytest.fixture(
    scope="module",
    params=[
        "the value alone",
        pytest.param("the value and the quotation", marks=pytest.mark.slow),
    ],
)
def corrected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with 205 in place of 194: the misprint, if it is one, corrected."""
    folder = tmp_path_factory.mktemp("corrected")
    with pytest.MonkeyPatch.context() as patch:
        plant = copy_inputs(folder, patch)
        coarsen(plant)
        plant(REMAINDER, REMAINDER.replace("194", "205"))
        if request.param == "the value and the quotation":
            plant(REMAINING, REMAINING.replace("194", "205"))
        assert transcribe.build(folder=folder)
    return folder / "2020-21"


def test_a_corrected_remainder_is_exact_and_changes_no_other_count(corrected: Path) -> None:
    exact = {codes: answer for codes, answer in cells(corrected).items() if answer != UNKNOWN}
    remainder = exact.pop(cell(sex="_NK"))
    # A value that is not in its quotation is marked as revised.
    assert remainder in {(205, 205, 205, "r"), (205, 205, 205, "")}
    others = {codes: answer for codes, answer in ANSWERS.items() if codes != cell(sex="_NK")}
    assert exact == {**others, cell(sex="_NK", crime_type="OTH"): (None, 56, 66, "e")}


def test_with_a_corrected_remainder_the_sexes_add_up_and_need_no_explanation(
    corrected: Path,
) -> None:
    release = open_release(corrected)
    first = release.rows("query/relations")[0]
    assert (first["relation_id"], first["result"]) == ("R01", "consistent")
    assert "706 + 425 + 205 = 1,336" in first["working"]
    assert release.rows("query/explanations") == []


def test_with_a_corrected_remainder_no_working_doubts_a_number(
    corrected: Path,
) -> None:
    assert "If the 205 not recorded is right instead" not in texts(corrected)["evidence"]


def test_a_release_is_rebuilt_only_if_an_input_changes_and_then_to_the_same_bytes(
    plant: Plant, folder: Path
) -> None:
    before = contents(folder)
    assert transcribe.build(folder=folder) is False
    assert contents(folder) == before
    plant(
        "# The codes a reader can ask for",
        "# These codes a reader can ask for",
        name="release.toml",
    )
    assert transcribe.build(folder=folder) is True
    after = contents(folder)
    assert after["2020-21/datapackage.json"] != before["2020-21/datapackage.json"]
    for name in ("2020-21/cells.csv", "2020-21/statements.csv"):
        assert after[name] == before[name]
    assert transcribe.build(folder=folder) is False


def test_the_inputs_of_a_release_are_its_data_statements_templates_and_our_code() -> None:
    inputs = set(transcribe._inputs())
    for folder in (
        PUBLISHED,
        REFERENCE,
        SPREADSHEET_TEMPLATES,
        SQL / "release_builder",
        SQL / "spreadsheets",
        SQL / "query",
    ):
        assert set(folder.iterdir()) <= inputs
    package = ROOT / "referrals"
    assert {package / "formatting.py", package / "publishing" / "ledger" / "bounds.py"} <= inputs


def test_a_damaged_release_is_rebuilt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "2020-21" / "cells.csv").write_text("", encoding="utf-8")
    targets: list[Path] = []
    monkeypatch.setattr(transcribe, "Transcription", lambda *_: SimpleNamespace(fill=None))
    monkeypatch.setattr(release_folder, "write", lambda target, **_: targets.append(target))
    assert transcribe.build(folder=folder) is True
    assert targets == [folder / "2020-21"]
