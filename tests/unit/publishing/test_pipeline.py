"""The sentences of `publish` about what to do next."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from referrals.paths import RELEASES
from referrals.publishing import pipeline
from referrals.publishing.options import Options, private_folder


def options(releases: Path, private: Path) -> Options:
    return Options("small", releases, private, date(2026, 11, 30))


def test_the_next_command_names_the_folders_that_publish_was_given(tmp_path: Path) -> None:
    releases, private = tmp_path / "out", tmp_path / "my keys"
    named = pipeline.folder_options(options(releases, private))
    assert named == f" --to {releases} --private '{private}'"


def test_the_next_command_leaves_the_default_folders_out() -> None:
    assert pipeline.folder_options(options(RELEASES, private_folder())) == ""
