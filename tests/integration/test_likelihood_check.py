"""Publishing with the likelihood check, which the other tests of this folder leave out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.rounding import likelihood
from tests.fixtures import published_releases


def refuse(*_: object, **__: object) -> None:
    raise DisclosureError("somebody who runs the program could rule out all but a narrow range")


def test_a_year_that_fails_the_check_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(likelihood, "require", refuse)
    extract = published_releases.extract(tmp_path / "x.csv")
    arguments = published_releases.command(extract, tmp_path / "out", tmp_path / "private")
    assert published_releases.run(arguments) == 1
    assert "could rule out all but a narrow range" in capsys.readouterr().err
    assert not published_releases.draft(tmp_path / "private").exists()


@pytest.mark.slow
def test_a_sound_year_passes_the_check_and_is_published(tmp_path: Path) -> None:
    extract = published_releases.extract(tmp_path / "x.csv")
    arguments = published_releases.command(extract, tmp_path / "out", tmp_path / "private")
    subprocess.run([sys.executable, "-m", "referrals.publishing", *arguments], check=True)
    assert published_releases.draft(tmp_path / "private").is_dir()
