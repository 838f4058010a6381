"""Packs: resumable, the same bytes twice, failures named, nothing foreign removed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from referrals.content import sheet_pack
from referrals.errors import DataError, ReferralsError
from referrals.handouts import cli, typesetting
from referrals.handouts.briefing import sheet_request
from referrals.handouts.briefing.sheet_request import RequestError, SheetRequest
from referrals.handouts.packs import pack
from referrals.paths import ROOT
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release

SITE = "https://figures.example"


@pytest.fixture(scope="module")
def served(release: Release, series: Release) -> Served:
    return Served("one", release, (series,))


@pytest.fixture(scope="module")
def wanted(served: Served) -> list[SheetRequest]:
    """Three sheets, which with the contents are few enough for one process."""
    return pack.requests(served, nationalities=["VNM"])[:3]


@pytest.fixture(scope="module")
def complete(
    served: Served, wanted: list[SheetRequest], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("pack") / "pack"
    pack.write(served, wanted, folder, SITE)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture
def folder(complete: dict[str, bytes], tmp_path: Path) -> Path:
    """A copy of a complete pack."""
    for name, body in complete.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return tmp_path


def test_a_pack_has_every_nationality_audience_and_paper(served: Served) -> None:
    every = pack.requests(served)
    languages = len(sheet_request.offered_languages())
    kinds = 2 * (3 * languages - (languages - 1))  # large print is in English alone
    assert len(every) == len(set(every)) == 8 * kinds
    assert {request.nationality for request in every} >= {"", "VNM", "ERI"}
    assert len(pack.requests(served, "example")) == 11 * kinds


def test_a_pack_of_an_unknown_nationality_is_refused(served: Served) -> None:
    with pytest.raises(RequestError, match="no sheet on “FRA”"):
        pack.requests(served, nationalities=["FRA"])


def test_a_pack_has_its_sheets_their_list_and_the_contents_sheet(
    complete: dict[str, bytes],
) -> None:
    name = "en/community/briefing-vietnam-community-en-{}-2020-21.pdf"
    sheets = [name.format(paper) for paper in ("a4", "a5", "large")]
    assert sorted(complete) == sorted(["contents.pdf", "manifest.json", *sheets])
    text = pypdfium2.PdfDocument(complete["contents.pdf"])[0].get_textpage().get_text_bounded()
    assert "Which sheet is for whom" in text
    assert "briefing-vietnam" in text
    assert "3 briefing sheets" in text


def test_the_same_pack_has_the_same_bytes(
    served: Served, wanted: list[SheetRequest], complete: dict[str, bytes], tmp_path: Path
) -> None:
    pack.write(served, wanted, tmp_path / "again", SITE)
    assert contents(tmp_path / "again") == complete


def test_what_is_complete_and_unchanged_is_kept(
    served: Served, wanted: list[SheetRequest], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise AssertionError("nothing is to be made")

    monkeypatch.setattr(typesetting, "pdf", fail)
    summary = pack.write(served, wanted, folder, SITE)
    assert (summary.made, summary.kept) == (0, 4)


def test_a_missing_and_a_changed_file_are_made_again(
    served: Served, wanted: list[SheetRequest], folder: Path, complete: dict[str, bytes]
) -> None:
    first, second, *_ = [name for name in complete if name.startswith("en/")]
    (folder / first).unlink()
    (folder / second).write_bytes(b"changed")
    summary = pack.write(served, wanted, folder, SITE)
    assert (summary.made, summary.kept) == (2, 2)
    assert contents(folder) == complete


def test_another_input_makes_every_sheet_again(
    served: Served, wanted: list[SheetRequest], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = pack.write(served, wanted, folder, "https://other.example")
    assert (summary.made, summary.kept) == (3, 1), "the contents sheet names no address"
    monkeypatch.setattr(pack, "LIBRARIES", ("typst",))
    assert pack.write(served, wanted, folder, "https://other.example").made == 4


def test_a_stopped_pack_goes_on_where_it_was(
    served: Served,
    wanted: list[SheetRequest],
    complete: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    folder = tmp_path / "pack"
    with pytest.raises(KeyboardInterrupt):
        pack.write(served, wanted, folder, SITE, stop)
    assert len(sheet_pack.read(folder)) == 2
    summary = pack.write(served, wanted, folder, SITE)
    assert (summary.made, summary.kept) == (2, 2)
    assert contents(folder) == complete


def test_a_pack_that_was_stopped_after_its_first_file_goes_on(
    served: Served,
    wanted: list[SheetRequest],
    complete: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put = pack._put

    def stop(path: Path, content: bytes) -> None:
        put(path, content)
        if path.suffix == ".pdf":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pack, "_put", stop)
        with pytest.raises(KeyboardInterrupt):
            pack.write(served, wanted, tmp_path / "pack", SITE)
    pack.write(served, wanted, tmp_path / "pack", SITE)
    assert contents(tmp_path / "pack") == complete


def test_sheets_that_are_no_longer_wanted_are_removed(
    served: Served, wanted: list[SheetRequest], folder: Path
) -> None:
    (folder / "notes.txt").write_text("mine")
    assert pack.write(served, wanted[:1], folder, SITE).removed == 2
    assert [name for name in contents(folder) if name.startswith("en/")] == [
        "en/community/briefing-vietnam-community-en-a4-2020-21.pdf"
    ]
    assert (folder / "notes.txt").is_file()


def test_the_command_says_how_many_sheets_it_removed(
    served: Served,
    wanted: list[SheetRequest],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: served)
    monkeypatch.setattr(pack, "requests", lambda *_given: wanted[:1])
    command = ["packs", "--base", SITE, "--to", str(folder)]
    assert cli.main(command) == 0
    removed = "2 files of an earlier pack are not part of this one, and were removed."
    assert removed in capsys.readouterr().out
    assert cli.main(command) == 0
    assert "earlier pack" not in capsys.readouterr().out


def test_a_folder_of_other_files_is_left_alone(
    served: Served, wanted: list[SheetRequest], tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ReferralsError, match="Name another folder"):
        pack.write(served, wanted, tmp_path, SITE)
    assert list(contents(tmp_path)) == ["letter.txt"]


def test_failures_are_listed_and_the_others_are_written(
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = typesetting.pdf

    def fail_on_a5(template: str, content: dict[str, dict[str, str]], *, date: str) -> bytes:
        if content["paper"]["code"] == "A5":
            raise DataError("It does not fit. Shorten it.")
        return made(template, content, date=date)

    monkeypatch.setattr(typesetting, "pdf", fail_on_a5)
    monkeypatch.setattr(catalogue, "served", lambda: served)
    monkeypatch.setattr(pack, "MOST_IN_THIS_PROCESS", 10)
    monkeypatch.setattr(sheet_request, "offered_languages", lambda: ("en",))
    code = cli.main(["packs", "--nationality", "VNM", "--to", str(tmp_path / "pack")])
    assert code == 1
    told = capsys.readouterr()
    name = "en/community/briefing-vietnam-community-en-a5-2020-21.pdf"
    assert f"{name}: It does not fit. Shorten it." in told.err
    assert "7 files (5 made, 0 unchanged, 2 failed)" in told.out
    assert len(sheet_pack.load(tmp_path / "pack").files) == 5


def test_a_list_that_cannot_be_read_is_refused(
    served: Served, wanted: list[SheetRequest], folder: Path
) -> None:
    (folder / "manifest.json").write_text("{")
    with pytest.raises(DataError, match=r"manifest\.json cannot be read"):
        pack.write(served, wanted, folder, SITE)


def test_a_changed_file_is_not_offered(folder: Path, complete: dict[str, bytes]) -> None:
    expected = {name: body for name, body in complete.items() if name != "manifest.json"}
    assert sheet_pack.load(folder).files == expected
    (folder / "contents.pdf").write_bytes(b"changed")
    with pytest.raises(DataError, match="was changed"):
        sheet_pack.load(folder)


def test_the_list_names_what_each_file_is(complete: dict[str, bytes]) -> None:
    sheets = json.loads(complete["manifest.json"])["sheets"]
    by_file = {sheet["file"]: sheet for sheet in sheets}
    own = by_file["en/community/briefing-vietnam-community-en-large-2020-21.pdf"]
    assert (own["nationality"], own["audience"], own["paper"]) == ("VNM", "community", "large")
    assert own["title"].startswith("Victims of crime from Vietnam")


@pytest.mark.slow
def test_sheets_are_made_in_several_processes(
    served: Served, complete: dict[str, bytes], tmp_path: Path
) -> None:
    wanted = pack.requests(served, nationalities=["VNM"])
    summary = pack.write(served, wanted, tmp_path / "pack", SITE)
    assert summary.made == len(wanted) + 1  # and the contents sheet
    found = contents(tmp_path / "pack")
    same = [name for name in complete if name.startswith("en/")]
    assert [found[name] for name in same] == [complete[name] for name in same]


def test_processes_that_make_sheets_leave_ctrl_c_to_the_command() -> None:
    before = signal.getsignal(signal.SIGINT)
    own = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT).name)"]
    with pack._ignoring_interrupts():
        started = subprocess.run(own, capture_output=True, text=True, check=True)
    assert started.stdout == "SIG_IGN\n"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Let programs that a test starts answer Ctrl-C, also if the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_a_pack_that_is_stopped_by_ctrl_c_says_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "referrals.handouts", "packs", "--to", str(tmp_path / "pack")]
    # In a process group of its own, as in a terminal: Ctrl-C reaches the workers as well.
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        while not (tmp_path / "pack" / "manifest.json").exists() and running.poll() is None:
            time.sleep(0.01)
        time.sleep(0.5)  # the workers are loading
        os.killpg(running.pid, signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 1
    assert told == "Stopped. Files that were complete are kept.\n"
