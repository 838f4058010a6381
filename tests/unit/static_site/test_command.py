"""The command `python -m referrals.static_site build`."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.errors import ReleaseError
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site.__main__ import main


@pytest.fixture
def published(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, ()))


@pytest.mark.usefixtures("published")
def test_build_writes_a_site_and_prints_its_first_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--to", str(tmp_path / "site"), "--base", "https://example.org/"]) == 0
    assert f"Open {tmp_path}/site/index.html." in capsys.readouterr().out
    page = (tmp_path / "site" / "age.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/age">Full version' in page


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
