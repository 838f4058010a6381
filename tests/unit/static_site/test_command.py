"""The command `python -m referrals.static_site build`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from referrals.content import sheet_pack
from referrals.content.sheet_pack import MANIFEST, PackedSheet
from referrals.errors import ReleaseError
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import site
from referrals.static_site.__main__ import main


@pytest.fixture
def published(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, ()))


@pytest.mark.usefixtures("published")
def test_build_writes_a_site_with_its_sheets_and_prints_its_first_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, built = packed(tmp_path / "pack"), tmp_path / "site"
    options = ["--base", "https://example.org/", "--sheets", str(folder)]
    assert main(["build", "--to", str(built), *options]) == 0
    assert f"Open {built}/index.html." in capsys.readouterr().out
    page = (built / "age.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/age">Full version' in page
    expect_sheets(built, folder)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "base",
    ["example.org", "ftp://example.org", "https://", "https://example.org/path", "https://a.org?b"],
)
def test_a_base_that_is_not_the_address_of_a_site_is_refused(tmp_path: Path, base: str) -> None:
    with pytest.raises(SystemExit):
        main(["build", "--to", str(tmp_path / "site"), "--base", base])


@pytest.mark.usefixtures("published")
def test_an_error_is_one_sentence_without_a_traceback(
    tmp_path: Path,
    files: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(site, "files", lambda *_: files)
    (tmp_path / "file").write_text("not a folder")
    assert main(["build", "--to", str(tmp_path / "file" / "site")]) == 1
    assert "cannot be written: File exists." in capsys.readouterr().err


def test_a_missing_release_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Served:
        raise ReleaseError("There is no published release in releases/.")

    monkeypatch.setattr(catalogue, "served", missing)
    assert main(["build", "--to", str(tmp_path / "site")]) == 1
    assert capsys.readouterr().err == "There is no published release in releases/.\n"


def packed(folder: Path) -> Path:
    """A small pack of sheets. The command that writes one is another presenter."""
    listed = [
        ("contents.pdf", "", ""),
        ("en/community/vietnam-a4.pdf", "Vietnam", "community"),
        ("en/partner/vietnam-a4.pdf", "Vietnam", "partner"),
    ]
    sheets = []
    for file, subject, audience in listed:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.encode())
        digest = hashlib.sha256(file.encode()).hexdigest()
        sheets.append(PackedSheet(file, file, subject, "", audience, "en", "A4", "", digest))
    (folder / MANIFEST).write_bytes(sheet_pack.written(sheets))
    return folder


def expect_sheets(built: Path, folder: Path) -> None:
    """Expect a site to offer each sheet of a pack, and to have its file."""
    page = (built / "briefing.html").read_text(encoding="utf-8")
    links = [link for link in re.findall(r'href="([^"#:]+)"', page) if link.startswith("sheets/")]
    assert links == [f"sheets/{sheet.file}" for sheet in sheet_pack.read(folder)]
    assert all((built / link).is_file() for link in links)
    assert "Communities: plain words" in page


@pytest.mark.usefixtures("published")
@pytest.mark.slow  # the first test has the sheets beside pages of a known full site
def test_sheets_that_are_put_beside_the_pages_are_offered(tmp_path: Path) -> None:
    folder, built = packed(tmp_path / "pack"), tmp_path / "site"
    assert main(["build", "--to", str(built), "--sheets", str(folder)]) == 0
    expect_sheets(built, folder)


@pytest.mark.usefixtures("published")
@pytest.mark.slow
def test_without_sheets_the_page_says_how_to_get_them_and_has_no_dead_link(tmp_path: Path) -> None:
    assert main(["build", "--to", str(tmp_path / "alone")]) == 0
    alone = (tmp_path / "alone" / "briefing.html").read_text(encoding="utf-8")
    assert "This copy of the site has no sheets" in alone
    assert "make packs" in alone
    assert "sheet.pdf" not in alone
    assert main(["build", "--to", str(tmp_path / "site"), "--base", "https://example.org"]) == 0
    page = (tmp_path / "site" / "briefing.html").read_text(encoding="utf-8")
    link = "https://example.org/briefing?paper=A4"
    assert f'<a href="{link}">Make a sheet on the full site</a>' in page
    assert "has no sheets" not in page


@pytest.mark.usefixtures("published")
def test_a_folder_without_a_pack_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--to", str(tmp_path / "site"), "--sheets", str(tmp_path)]) == 1
    assert "has no briefing sheets. Write them with:" in capsys.readouterr().err
