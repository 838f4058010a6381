"""The commands printed in docs/runbook.md do what the page says, on a copy of the releases."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from referrals.errors import WithdrawnError
from referrals.paths import RELEASES, ROOT
from referrals.release.catalogue import Catalogue
from referrals.release.release import open_release
from tests.fixtures.second_edition import REVISED, revise

PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
PRINTED = dict(re.findall(r"^```sh (\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
ID = "2020-21"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of releases as the site has it."""
    shutil.copytree(RELEASES / ID, tmp_path / "releases" / ID)
    shutil.copytree(RELEASES / "illustrative", tmp_path / "releases" / "illustrative")
    return tmp_path / "releases"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A second edition of the published release."""
    shutil.copytree(RELEASES / ID, tmp_path / "new" / ID)
    revise(tmp_path / "new")
    return tmp_path / "new" / ID


def run(name: str, folder: Path, new: Path, release: str = ID) -> None:
    """Run commands of the page, as somebody does who copies them into a shell."""
    environment = {"PATH": "/usr/bin:/bin", "FOLDER": str(folder), "ID": release, "NEW": str(new)}
    subprocess.run(["bash", "-euc", PRINTED[name]], check=True, env=environment)


def period(folder: Path) -> str:
    """Return what the published release says of its period; it must be whole."""
    return open_release(folder / ID).about.period_label


def test_a_swap_puts_the_new_release_where_the_old_one_stood_and_a_rollback_puts_it_back(
    folder: Path, new: Path
) -> None:
    before = period(folder)
    run("swap", folder, new)
    assert period(folder) == REVISED
    assert sorted(path.name for path in (folder / ID).iterdir()) == sorted(
        path.name for path in new.iterdir()
    )
    run("rollback", folder, new)
    assert period(folder) == before


def test_a_swap_keeps_when_the_release_was_written(folder: Path, new: Path) -> None:
    os.utime(new / "datapackage.json", (1e9, 1e9))
    run("swap", folder, new)
    assert (folder / ID / "datapackage.json").stat().st_mtime == 1e9


def test_the_site_in_kubernetes_is_brought_back_as_large_as_it_was() -> None:
    """Nothing else starts replicas again: the manifest names no number of them, and the autoscaler leaves none alone."""
    least = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "autoscaling.yaml").read_text())[
        "spec"
    ]["minReplicas"]
    assert "scale deployment/nginx statefulset/replica --replicas=0" in PAGE
    assert f"scale statefulset/replica --replicas={least}" in PAGE


def test_a_swap_can_be_done_again_and_again(folder: Path, new: Path) -> None:
    run("swap", folder, new)
    run("swap", folder, new)
    assert period(folder) == REVISED


def test_a_release_that_is_new_is_added_by_the_same_commands(folder: Path, new: Path) -> None:
    shutil.rmtree(folder / ID)
    run("swap", folder, new)
    assert period(folder) == REVISED


def test_one_step_does_instead_of_both_where_mv_can(folder: Path, new: Path) -> None:
    if (
        "--exchange"
        not in subprocess.run(["mv", "--help"], capture_output=True, text=True, check=True).stdout
    ):
        pytest.skip("this mv cannot exchange two folders")
    shutil.copytree(new, folder / f".{ID}.new")
    run("exchange", folder, new)
    assert period(folder) == REVISED


def test_a_release_that_was_withdrawn_stands_no_more(folder: Path, new: Path) -> None:
    catalogue = Catalogue(folder, refresh_seconds=0)
    assert "illustrative" in catalogue.served().by_id()
    run("withdraw", folder, new, "illustrative")
    assert list(catalogue.served().by_id()) == [ID]


def test_the_last_published_release_is_withdrawn_too_and_a_correction_stands_once_the_mark_is_gone(
    folder: Path, new: Path
) -> None:
    catalogue = Catalogue(folder, refresh_seconds=0)
    held = catalogue.served()
    run("withdraw", folder, new)
    with pytest.raises(WithdrawnError):
        catalogue.served()
    run("swap", folder, new)
    with pytest.raises(WithdrawnError):
        catalogue.served()
    run("restore", folder, new)
    assert catalogue.served().published.about.period_label == REVISED
    assert catalogue.has_withdrawn(held)


def test_the_cache_that_the_page_empties_is_the_one_that_nginx_fills() -> None:
    command = COMPOSE["services"]["nginx"]["command"]
    assert f"exec nginx find {command[command.index('-p') + 1]}/cache -type f -delete" in PAGE
    assert "proxy_cache_path cache " in (ROOT / "deploy" / "nginx" / "nginx.conf").read_text()
