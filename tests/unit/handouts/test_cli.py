"""The commands `show`, `slides` and `stick`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pptx import Presentation

from referrals import atomic_folder
from referrals.content import sheet_pack
from referrals.content.sheet_pack import PackedSheet
from referrals.errors import DataError
from referrals.handouts.cli import main
from referrals.handouts.stick import stick_files
from referrals.release import catalogue, files
from referrals.release.catalogue import Served
from referrals.release.release import Release

BASE = ("--base", "https://example.org")


@pytest.fixture(autouse=True)
def published(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFERRALS_BASE", raising=False)
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, ()))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A pack of a contents sheet and of one sheet on two papers."""
    folder = tmp_path / "packs"
    listed = []
    for file, paper in (
        ("contents.pdf", "A4"),
        ("en/a-2020-21.pdf", "A4"),
        ("en/b-2020-21.pdf", "A5"),
    ):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.encode())
        digest = hashlib.sha256(file.encode()).hexdigest()
        title, subject = f"Title of {file}", f"Subject of {file}"
        listed.append(PackedSheet(file, title, subject, "", "community", "en", paper, "", digest))
    (folder / sheet_pack.MANIFEST).write_bytes(sheet_pack.written(listed))
    return folder


@pytest.fixture
def site(release: Release, tmp_path: Path) -> Path:
    """A static site of one page, with the data of the release."""
    about = release.about
    data = {
        f"releases/{about.release_id}/{file.name}": files.content(release, file)
        for file in files.listed(release).values()
        if file.name in {"datapackage.json", "cells.csv"}
    }
    atomic_folder.write(tmp_path / "site", {"index.html": b"<h1>Site</h1>", **data})
    return tmp_path / "site"


def stick_of(stick: Path, site: Path, packs: Path, *options: str) -> int:
    """Run the command `stick`, and return its exit code."""
    places = ("--to", str(stick), "--site", str(site), "--packs", str(packs))
    return main(["stick", *places, *options])


@pytest.mark.parametrize("command", ["show.html", "slides.pptx"])
def test_a_command_writes_the_same_file_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    name, _, ending = command.partition(".")
    first, second = (tmp_path / f"{number}.{ending}" for number in ("one", "two"))
    for path in (first, second):
        assert main([name, "--to", str(path), *BASE]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert capsys.readouterr().out.startswith(f"{first}: ")


def test_a_command_takes_slides_as_the_address_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "slides.pptx"
    assert main(["slides", "--slides", "sex,total", "--to", str(path)]) == 0
    assert len(Presentation(str(path)).slides) == 2
    assert main(["slides", "--slides", "sex,outcome", "--to", str(path)]) == 1
    assert "There is no slide called outcome. The slides are: total," in capsys.readouterr().err
    assert main(["show", "--slides", "", "--to", str(tmp_path / "show.html")]) == 1
    assert "names no slide" in capsys.readouterr().err


def test_the_address_of_the_site_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFERRALS_BASE", "https://stats.example")
    assert main(["show", "--to", str(tmp_path / "show.html")]) == 0
    assert "https://stats.example/sex" in (tmp_path / "show.html").read_text(encoding="utf-8")


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["show", "--to", str(tmp_path / "show.html"), "--base", "example.org"])


@pytest.mark.parametrize(("command", "file", "reason"), [
    ("slides", ".", "is a folder. Name the file to write, with its ending (.pptx)."),
    ("slides", "slides.ppt", "has to end in .pptx."),
    ("show", "show", "has to end in .html."),
    ("briefing", "sheet.png", "has to end in .pdf."),
    ("briefing", "nowhere/sheet.pdf", "nowhere does not exist. Make it first"),
])  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, file: str, reason: str
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--to", str(tmp_path / file)])
    assert reason in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_stick_has_everything_and_checks_itself(
    tmp_path: Path, site: Path, packs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    assert stick_of(stick, site, packs, *BASE) == 0
    assert f"Open {stick / 'START-HERE.html'}." in capsys.readouterr().out
    assert (stick / "site" / "index.html").read_bytes() == b"<h1>Site</h1>"
    start = (stick / stick_files.START).read_text(encoding="utf-8")
    sheets = ("sheets/contents.pdf", "sheets/en/a-2020-21.pdf")
    for name in ("show.html", "slides.pptx", "site/index.html", "data/cells.csv", *sheets):
        assert f'href="{name}"' in start
        assert (stick / name).is_file()
    for command in (
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"],
        [sys.executable, "check.py"],
    ):
        assert subprocess.run(command, cwd=stick, check=False).returncode == 0
    data = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(data, cwd=stick / "data", check=False).returncode == 0


def test_a_stick_says_which_file_was_changed_lost_or_added(
    tmp_path: Path, site: Path, packs: Path
) -> None:
    stick = tmp_path / "stick"
    stick_of(stick, site, packs)
    (stick / "show.html").write_text("changed", encoding="utf-8")
    (stick / "slides.pptx").unlink()
    (stick / "virus.exe").write_bytes(b"")
    run = subprocess.run(
        [sys.executable, "check.py"], cwd=stick, check=False, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert run.stdout.splitlines()[:3] == [
        "changed: show.html",
        "missing: slides.pptx",
        "added: virus.exe",
    ]


def test_the_sheets_on_a4_are_listed_by_their_subjects(release: Release, packs: Path) -> None:
    pack = sheet_pack.load(packs)
    one = stick_files.files(release, {}, pack, base="")
    start = one[stick_files.START].decode()
    assert '<a href="sheets/en/a-2020-21.pdf">Subject of en/a-2020-21.pdf</a>' in start
    assert "b-2020-21.pdf" not in start
    assert one["sheets/en/b-2020-21.pdf"] == b"en/b-2020-21.pdf"
    assert stick_files.files(release, {}, pack, base="") == one


def test_sheets_that_are_missing_or_changed_are_refused(
    tmp_path: Path, site: Path, packs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stick_of(tmp_path / "stick", site, tmp_path) == 1
    assert "has no briefing sheets. Write them with: python -m" in capsys.readouterr().err
    (packs / "en" / "a-2020-21.pdf").write_bytes(b"changed")
    assert stick_of(tmp_path / "stick", site, packs) == 1
    assert "a-2020-21.pdf is missing or was changed" in capsys.readouterr().err


def test_sheets_of_another_release_are_refused(
    tmp_path: Path, site: Path, packs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "en/briefing-country-a-community-en-a4-example-invented-figures.pdf"
    (packs / "en" / "a-2020-21.pdf").rename(packs / name)
    contents, invented, other = sheet_pack.read(packs)
    listed = [contents, replace(invented, file=name), other]
    (packs / sheet_pack.MANIFEST).write_bytes(sheet_pack.written(listed))
    assert stick_of(tmp_path / "stick", site, packs) == 1
    assert f"{packs / name} is not of the release 2020-21" in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()


@pytest.mark.parametrize("file", ["/etc/hostname", "../a.pdf", "en/../../a.pdf", "C:\\a.pdf", ""])
def test_a_list_that_names_a_file_outside_its_folder_is_refused(packs: Path, file: str) -> None:
    listed = [replace(sheet, file=file) for sheet in sheet_pack.read(packs)[:1]]
    (packs / sheet_pack.MANIFEST).write_bytes(sheet_pack.written(listed))
    with pytest.raises(DataError, match="names a file that is not below its folder"):
        sheet_pack.read(packs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("SHA256SUMS", "is not the folder of a static site. Write it with: python -m"),
        ("index.html", "is missing, or differs from"),
    ],
)
def test_a_site_that_is_not_complete_is_refused(
    tmp_path: Path, site: Path, capsys: pytest.CaptureFixture[str], change: str, message: str
) -> None:
    (site / change).unlink()
    assert stick_of(tmp_path / "stick", site, tmp_path) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()


def test_a_site_of_other_figures_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, manifest in enumerate([b"{}", None]):
        site = tmp_path / f"site-{number}"
        held = {"releases/2020-21/datapackage.json": manifest} if manifest else {}
        atomic_folder.write(site, {"index.html": b"", **held})
        assert stick_of(tmp_path / "stick", site, tmp_path) == 1
        assert "does not hold the release 2020-21 as it is now" in capsys.readouterr().err
