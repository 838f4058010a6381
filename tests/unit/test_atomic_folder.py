"""The light pages as a folder: whole or not at all, never in the place of something else, and checkable."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from referrals import atomic_folder
from referrals.errors import ReferralsError, ReleaseError
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site.__main__ import main

FILES = {"index.html": b"one", "data/a.csv": b"two"}


def test_a_folder_holds_every_file_and_a_sum_of_each_that_the_usual_tool_checks(
    tmp_path: Path,
) -> None:
    atomic_folder.write(tmp_path / "site", FILES)
    assert {
        str(one.relative_to(tmp_path / "site")) for one in (tmp_path / "site").rglob("*.*")
    } == set(FILES)
    command = ["/usr/bin/sha256sum", "-c", "--strict", atomic_folder.SUMS]
    subprocess.run(command, cwd=tmp_path / "site", capture_output=True, check=True)


def test_an_older_folder_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    atomic_folder.write(tmp_path / "site", {"gone.html": b"old"})
    atomic_folder.write(tmp_path / "site", FILES)
    assert not (tmp_path / "site" / "gone.html").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ReferralsError, match=r"holds no SHA256SUMS\. Name another folder"):
        atomic_folder.write(tmp_path, FILES)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_fault_in_the_middle_leaves_the_old_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic_folder.write(tmp_path / "site", FILES)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_folder, "_flushed", full)
    with pytest.raises(OSError, match="No space"):
        atomic_folder.write(tmp_path / "site", {"index.html": b"new"})
    assert (tmp_path / "site" / "index.html").read_bytes() == b"one"
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_a_fault_between_the_two_moves_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic_folder.write(tmp_path / "site", FILES)
    move = Path.rename

    def second_fails(one: Path, target: Path) -> Path:
        if one.name.endswith(".building"):
            raise OSError(5, "Input/output error")
        return move(one, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(OSError, match="Input/output"):
        atomic_folder.write(tmp_path / "site", {"index.html": b"new"})
    assert (tmp_path / "site" / "index.html").read_bytes() == b"one"


@pytest.fixture
def stands(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, ()))


@pytest.mark.usefixtures("stands")
def test_the_command_writes_a_site_and_says_where_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--to", str(tmp_path / "site"), "--base", "https://example.org/"]) == 0
    assert f"Open {tmp_path}/site/index.html." in capsys.readouterr().out
    assert 'href="https://example.org/age">Full version' in (
        tmp_path / "site" / "age.html"
    ).read_text(encoding="utf-8")


@pytest.mark.usefixtures("stands")
@pytest.mark.parametrize(
    "base",
    ["example.org", "ftp://example.org", "https://", "https://example.org/path", "https://a.org?b"],
)
def test_a_base_that_is_no_address_of_a_site_is_refused(tmp_path: Path, base: str) -> None:
    with pytest.raises(SystemExit):
        main(["build", "--to", str(tmp_path / "site"), "--base", base])


@pytest.mark.usefixtures("stands")
def test_a_fault_is_one_sentence_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["build", "--to", str(tmp_path / "file" / "site")]) == 1
    assert "cannot be written: Not a directory." in capsys.readouterr().err


def test_a_missing_release_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone() -> Served:
        raise ReleaseError("There is no published release in releases/.")

    monkeypatch.setattr(catalogue, "served", gone)
    assert main(["build", "--to", str(tmp_path / "site")]) == 1
    assert capsys.readouterr().err == "There is no published release in releases/.\n"
