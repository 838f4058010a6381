"""The publisher's commands end to end: messages, exit codes, and no trace of a bad extract."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Final

import duckdb
import pytest

from referrals.publishing.cli import main
from referrals.publishing.history import history
from tests.fixtures import published_releases

LINES: Final = tuple(
    published_releases.record(number, random.Random(number)) for number in range(40)
)
COLUMNS: Final = published_releases.HEADER.split(",")
WRONG_LINE: Final = 6
"""The line of the extract that gets an error. The header is line 1."""


def text(*lines: str, header: str = published_releases.HEADER) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def wrong(column: str, value: str) -> bytes:
    """Return an extract with one wrong cell."""
    cells = LINES[WRONG_LINE - 2].split(",")
    cells[COLUMNS.index(column)] = value
    return text(*LINES[: WRONG_LINE - 2], ",".join(cells), *LINES[WRONG_LINE - 1 :])


def without(column: str) -> bytes:
    place = COLUMNS.index(column)
    rows = [line.split(",") for line in (published_releases.HEADER, *LINES)]
    header, *lines = (",".join(cells[:place] + cells[place + 1 :]) for cells in rows)
    return text(*lines, header=header)


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


BAD: Final = {
    "a duplicated id": (
        text(*LINES, LINES[0]),
        "lines 2, 42: referral_id is on another line too",
    ),
    "an unclosed quote": (
        wrong("police_force", '"kent'),
        "a quotation mark is opened but not closed",
    ),
    "a CP1252 name": (
        wrong("police_force", "Zoë").decode().encode("cp1252"),
        "line 6: police_force (a text of 3 characters, not shown",
    ),
    "an age of 212": (wrong("age", "212"), 'line 6: age "212" is not a whole number from 0 to 120'),
    "31 February": (
        wrong("referred_on", "2022-02-31"),
        'line 6: referred_on "2022-02-31" is not a day of the calendar',
    ),
    "the USSR": (wrong("nationality", "USSR"), 'line 6: nationality "USSR"'),
    "Korean": (
        wrong("nationality", "Korean"),
        'line 6: nationality "Korean" could mean any of KOR South Korea, PRK North',
    ),
    "a formula": (wrong("outcome", "=HYPERLINK(1)"), 'line 6: outcome starts with "="'),
    "a missing column": (without("crime_type"), "missing columns: crime_type"),
    "no records": (text(), "has a header but no records"),
    "no bytes": (b"", "bad.csv is empty"),
    "a workbook": (workbook(), "is a damaged workbook"),
    "a Parquet file": (b"PAR1" + bytes(range(256)), "is a damaged Parquet file"),
    "half a letter of UTF-16": (
        text(*LINES).decode().encode("utf-16") + b"x",
        "is not valid UTF-16",
    ),
}


def refused(path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Check and publish an unusable extract, without a trace, and return the messages."""
    before = published_releases.contents(tmp_path)
    checked = main(["check", str(path)])
    report = capfd.readouterr().out
    command = published_releases.command(path, tmp_path / "out", tmp_path / "private")
    assert (checked, main(command)) == (1, 1)
    streams = capfd.readouterr()
    after = published_releases.contents(tmp_path)
    assert streams.out == ""
    assert not (tmp_path / "private" / "staging").exists()
    assert {name: after[name] for name in after if not name.startswith("private/")} == before
    assert not [name for name in after if name.endswith(".json")]  # no history was written
    assert "Traceback" not in streams.err
    return report + streams.err


KINDS: Final = (
    "a duplicated id",
    "an unclosed quote",
    "a CP1252 name",
    "Korean",
    "a missing column",
    "no bytes",
)
"""A fault of each kind. The tests of `extract.validate` have every other message."""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(*fault, id=name, marks=() if name in KINDS else pytest.mark.slow)
        for name, fault in BAD.items()
    ],
)
def test_a_bad_extract_is_refused_with_one_message_and_leaves_nothing(
    content: bytes, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    messages = refused(path, tmp_path, capfd)
    assert messages.count(message) == 2  # once by check, once by publish
    assert messages.count("1 kind of error") == 2
    assert "SECRET" not in messages


@pytest.mark.parametrize(
    ("name", "message"), [("folder", "is a folder"), ("nowhere.csv", "does not exist")]
)
def test_a_path_that_is_not_a_file_is_refused(
    name: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    assert refused(tmp_path / name, tmp_path, capfd).count(message) == 2


@pytest.mark.parametrize("release", ["../up", "Up", "", "a/b", ".hidden"])
def test_an_invalid_release_name_is_refused(
    release: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = published_releases.extract(tmp_path / "sound.csv")
    assert (
        main(
            published_releases.command(
                path, tmp_path / "out", tmp_path / "private", release=release
            )
        )
        == 1
    )
    assert "is not a valid release name" in capfd.readouterr().err
    assert [found.name for found in tmp_path.iterdir()] == ["sound.csv"]


def test_too_few_records_are_refused_and_leave_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = published_releases.extract(tmp_path / "few.csv", records=9)
    assert main(published_releases.command(path, tmp_path / "out", tmp_path / "private")) == 1
    assert "SECRET" not in capfd.readouterr().err
    assert not (tmp_path / "private" / "staging").exists()


@pytest.mark.slow
def test_invented_records_are_checked_published_and_audited(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "invented.csv"
    made = [
        "synthesise",
        "--seed",
        "9",
        "--year",
        published_releases.YEAR,
        "--records",
        "1000",
        "--to",
        str(path),
    ]
    assert main(made) == 0
    assert main(["check", str(path)]) == 0
    folder = published_releases.publish(
        path, tmp_path / "out", tmp_path / "private", options=["--nationalities", "1"]
    )
    assert main(["audit", str(folder)]) == 0
    streams = capfd.readouterr()
    assert "FAILS" not in streams.out
    assert "All 12 checks hold." in streams.out


@pytest.mark.parametrize("command", [["audit"], ["diff", "."]])
def test_a_folder_that_is_not_a_release_is_refused(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(tmp_path)]) == 1
    assert "there is no release here" in capfd.readouterr().err


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, duckdb.IOException])
def test_a_stopped_publisher_does_not_claim_that_nothing_was_written(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stopped: type[BaseException],
) -> None:
    def stop(*_: object) -> None:
        raise stopped

    monkeypatch.setattr(history.ReleaseHistory, "resolve", stop)
    assert (
        main(
            published_releases.command(
                published_releases.extract(tmp_path / "x.csv"),
                tmp_path / "out",
                tmp_path / "private",
            )
        )
        == 1
    )
    message = capfd.readouterr().err
    assert "Nothing was written" not in message
    assert message.endswith("No file is half written: each is as it was before, or new.\n")
