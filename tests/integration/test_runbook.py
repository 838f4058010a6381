"""The commands in docs/runbook.md have their documented effects, on a copy of the releases."""

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
    """A folder of releases like that of the site."""
    shutil.copytree(RELEASES / ID, tmp_path / "releases" / ID)
    shutil.copytree(RELEASES / "example", tmp_path / "releases" / "example")
    return tmp_path / "releases"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A second edition of the published release."""
    shutil.copytree(RELEASES / ID, tmp_path / "new" / ID)
    revise(tmp_path / "new")
    return tmp_path / "new" / ID


def run(name: str, folder: Path, new: Path, release: str = ID) -> None:
    """Run commands of the page in a shell."""
    environment = {"PATH": "/usr/bin:/bin", "FOLDER": str(folder), "ID": release, "NEW": str(new)}
    subprocess.run(["bash", "-euc", PRINTED[name]], check=True, env=environment)


def period(folder: Path) -> str:
    """Return the period of the published release, which must open."""
    return open_release(folder / ID).about.period_label


def test_a_swap_installs_the_new_release_and_a_rollback_the_old_one(
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


def test_a_swap_keeps_the_modification_time_of_the_release(folder: Path, new: Path) -> None:
    os.utime(new / "datapackage.json", (1e9, 1e9))
    run("swap", folder, new)
    assert (folder / ID / "datapackage.json").stat().st_mtime == 1e9


def test_the_page_restores_the_replicas_of_the_autoscaler() -> None:
    """Nothing else does: the manifest names no number, and 0 replicas disable the autoscaler."""
    manifest = (ROOT / "deploy" / "kubernetes" / "autoscaling.yaml").read_text()
    least = yaml.safe_load(manifest)["spec"]["minReplicas"]
    assert "scale deployment/nginx statefulset/replica --replicas=0" in PAGE
    assert f"scale statefulset/replica --replicas={least}" in PAGE


def test_a_swap_can_be_repeated(folder: Path, new: Path) -> None:
    run("swap", folder, new)
    run("swap", folder, new)
    assert period(folder) == REVISED


def test_a_swap_also_adds_a_new_release(folder: Path, new: Path) -> None:
    shutil.rmtree(folder / ID)
    run("swap", folder, new)
    assert period(folder) == REVISED


def test_an_exchange_by_mv_replaces_a_release_in_one_step(folder: Path, new: Path) -> None:
    mv = subprocess.run(["mv", "--help"], capture_output=True, text=True, check=True)
    if "--exchange" not in mv.stdout:
        pytest.skip("this mv cannot exchange two folders")
    shutil.copytree(new, folder / f".{ID}.new")
    run("exchange", folder, new)
    assert period(folder) == REVISED


def test_a_withdrawn_release_is_no_longer_offered(folder: Path, new: Path) -> None:
    catalogue = Catalogue(folder, refresh_seconds=0)
    assert "example" in catalogue.served().by_id()
    run("withdraw", folder, new, "example")
    assert list(catalogue.served().by_id()) == [ID]


def test_a_correction_of_a_withdrawn_release_is_shown_once_it_is_restored(
    folder: Path, new: Path
) -> None:
    catalogue = Catalogue(folder, refresh_seconds=0)
    before = catalogue.served()
    run("withdraw", folder, new)
    with pytest.raises(WithdrawnError):
        catalogue.served()
    run("swap", folder, new)
    with pytest.raises(WithdrawnError):
        catalogue.served()
    run("restore", folder, new)
    assert catalogue.served().published.about.period_label == REVISED
    assert catalogue.has_withdrawn(before)


def test_the_page_empties_the_cache_that_nginx_fills() -> None:
    command = COMPOSE["services"]["nginx"]["command"]
    folder = command[command.index("-p") + 1]
    assert f"exec nginx find {folder} -path '{folder}/cache-*' -type f -delete" in PAGE
    nginx = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text()
    caches = re.findall(r"proxy_cache_path (\S+)", nginx)
    assert caches
    assert all(cache.startswith("cache-") for cache in caches)
