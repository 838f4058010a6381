"""The Containerfile, run without a container: its files, build steps, user and start command."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.load.reader import Tab
from bench.servers.cluster import IMAGE, command_of_the_image
from bench.servers.nginx import HOST, PATIENCE, is_alive, stop
from referrals.paths import ROOT
from tests.fixtures.nginx_proxy import free_ports

pytestmark = pytest.mark.slow

NOBODY = 65_534
TEXT = IMAGE.read_text(encoding="utf-8").replace("\\\n", "")
MISSING_MODULE = 'raise ModuleNotFoundError("This is not in the image.")\n'


def words_after(start: str) -> list[str]:
    """Return the words after these in the Containerfile, up to the next command."""
    return TEXT.partition(start)[2].partition("&&")[0].partition("\n")[0].split()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder readable by every user, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="referrals-image-") as created:
        Path(created).chmod(0o755)
        yield Path(created)


@pytest.fixture(scope="module")
def built(folder: Path) -> Path:
    """The folder /site of the image, read-only."""
    site = folder / "site"
    site.mkdir()
    for name in re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE):
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name,
                site / name,
                ignore=shutil.ignore_patterns("__pycache__", "2020-21", ".building*"),
            )
        else:
            shutil.copy(ROOT / name, site)
    # Reused if it exists, as compressing takes half a minute.
    if (ROOT / "build" / "static").is_dir():
        shutil.copytree(ROOT / "build" / "static", site / "build" / "static")
    for module in re.findall(r"\.venv/bin/python -m (referrals(?:\.\w+)+(?: \w+)?)", TEXT):
        subprocess.run(
            [sys.executable, "-m", *module.split()],
            cwd=site,
            env=environment(folder),
            check=True,
            capture_output=True,
        )
    for name in words_after("rm -rf "):
        shutil.rmtree(site / name, ignore_errors=True)
    without = folder / "without"
    without.mkdir()
    for name in words_after("pip uninstall --quiet --yes "):
        (without / f"{name}.py").write_text(MISSING_MODULE)
    for path in [site, *site.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return site


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the image, in which uninstalled packages cannot be imported."""
    temporary = {name: str(folder / "tmp") for name in ("HOME", "TMPDIR")}
    return {
        **temporary,
        "PATH": os.defpath,
        "PYTHONPATH": str(folder / "without"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def as_nobody() -> list[str]:
    """Return the command prefix that drops all privileges."""
    if os.geteuid() != 0:
        return []
    prefix = [
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--no-new-privs",
    ]
    if subprocess.run(
        [*prefix, sys.executable, "-c", "import uvicorn"], check=False, capture_output=True
    ).returncode:
        pytest.skip("only root can read this Python")
    return prefix


@pytest.fixture(scope="module")
def served(folder: Path, built: Path) -> Iterator[str]:
    """The address of the site, served by the command of the image."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    temporary.chmod(0o1777)
    (port,) = free_ports(1)
    with (folder / "log").open("wb") as log:
        command = [*as_nobody(), *command_of_the_image(port)]
        process = subprocess.Popen(
            command, cwd=built, env=environment(folder), stdout=log, stderr=log
        )
    url = f"http://{HOST}:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until and not is_alive(url):
            time.sleep(0.1)
        assert process.poll() is None, (folder / "log").read_text()
        yield url
    finally:
        stop(process)


def test_the_image_is_ready_with_every_release_that_ships(served: str) -> None:
    body = httpx.get(f"{served}/readyz", timeout=60).json()
    assert body["status"] == "ready"
    assert {release["id"] for release in body["releases"]} == {"2020-21", "example"}


def test_the_image_draws_a_page_and_its_static_version(served: str) -> None:
    async def drawn() -> int:
        async with await Tab.at(served, "/sex") as tab:
            return (await tab.load()).messages

    assert asyncio.run(drawn()) > 5
    assert "1,336" in httpx.get(f"{served}/lite/", timeout=60).text


def test_the_image_has_no_publishing_code_and_stays_unchanged(served: str, built: Path) -> None:
    assert served
    assert not (built / "referrals" / "publishing").exists()
    assert not (built / "sql" / "tabulation").exists()
    assert (built / "sql" / "query").is_dir()
    written = {
        path for path in built.rglob("*") if path.stat().st_uid == NOBODY and os.geteuid() == 0
    }
    assert not written
    assert not list(built.rglob("__pycache__"))


def test_importing_a_package_missing_from_the_image_fails(built: Path, folder: Path) -> None:
    command = [sys.executable, "-c", "import highspy"]
    ran = subprocess.run(
        command, cwd=built, env=environment(folder), check=False, capture_output=True, text=True
    )
    assert "This is not in the image." in ran.stderr
