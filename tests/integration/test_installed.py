"""The installed package: a command for any folder, with its data and statements in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from referrals.paths import ROOT

PARTS = ("referrals", "data", "sql", "pyproject.toml", "setup.py", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as pip installs it, without its dependencies."""
    source, target = (tmp_path_factory.mktemp(name) for name in ("source", "target"))
    for name in PARTS:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "releases")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            shutil.copyfile(ROOT / name, source / name)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", *options, "--target", target, source],
        check=True,
        capture_output=True,
    )
    return target


@pytest.mark.slow  # pip takes ten seconds
def test_an_installed_package_makes_and_checks_an_extract_in_any_folder(
    installed: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed), "COLUMNS": "400"}
    program = [sys.executable, str(installed / "bin" / "referrals-publishing")]

    def run(*arguments: str) -> str:
        ran = subprocess.run(
            [*program, *arguments],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout

    run("synthesise", "--year", "EY1", "--records", "100", "--to", "x.csv")
    assert "x.csv: sound." in run("check", "x.csv")
    assert str(tmp_path / "releases") in run("approve", "--help")
    assert not (installed / "referrals" / "bundle" / "data" / "releases").exists()
