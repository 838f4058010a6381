"""What the Containerfile makes, made without a container: the files it takes, the steps it runs, the user and the command."""

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
SAID = IMAGE.read_text(encoding="utf-8").replace("\\\n", "")
GONE = 'raise ModuleNotFoundError("This is not in the image.")\n'


def words_after(start: str) -> list[str]:
    """Return the words that follow these in the Containerfile, as far as the next command."""
    return SAID.partition(start)[2].partition("&&")[0].partition("\n")[0].split()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that everybody may read, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory(prefix="referrals-image-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def built(place: Path) -> Path:
    """The folder /site of the image, writable by nobody."""
    site = place / "site"
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
    if (
        ROOT / "build" / "static"
    ).is_dir():  # the same for the same Streamlit, and it takes half a minute
        shutil.copytree(ROOT / "build" / "static", site / "build" / "static")
    for module in re.findall(r"\.venv/bin/python -m (referrals\.\w+(?: \w+|\.\w+))", SAID):
        subprocess.run(
            [sys.executable, "-m", *module.split()],
            cwd=site,
            env=environment(place),
            check=True,
            capture_output=True,
        )
    for name in words_after("rm -rf "):
        shutil.rmtree(site / name, ignore_errors=True)
    without = place / "without"
    without.mkdir()
    for name in words_after("pip uninstall --quiet --yes "):
        (without / f"{name}.py").write_text(GONE)
    for path in [site, *site.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return site


def environment(place: Path) -> dict[str, str]:
    """Return the environment of the image; what it has not installed is not found."""
    temporary = {name: str(place / "tmp") for name in ("HOME", "TMPDIR")}
    return {
        **temporary,
        "PATH": os.defpath,
        "PYTHONPATH": str(place / "without"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def as_nobody() -> list[str]:
    """Return what stands before a command that somebody without privilege is to run."""
    if os.geteuid() != 0:
        return []
    before = [
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--no-new-privs",
    ]
    if subprocess.run(
        [*before, sys.executable, "-c", "import uvicorn"], check=False, capture_output=True
    ).returncode:
        pytest.skip("only root can read this Python")
    return before


@pytest.fixture(scope="module")
def served(place: Path, built: Path) -> Iterator[str]:
    """The address of the site, served as the image does it."""
    temporary = place / "tmp"
    temporary.mkdir(exist_ok=True)
    temporary.chmod(0o1777)
    (port,) = free_ports(1)
    with (place / "log").open("wb") as log:
        command = [*as_nobody(), *command_of_the_image(port)]
        process = subprocess.Popen(
            command, cwd=built, env=environment(place), stdout=log, stderr=log
        )
    url = f"http://{HOST}:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until and not is_alive(url):
            time.sleep(0.1)
        assert process.poll() is None, (place / "log").read_text()
        yield url
    finally:
        stop(process)


def test_the_image_is_ready_with_every_release_that_ships(served: str) -> None:
    said = httpx.get(f"{served}/readyz", timeout=60).json()
    assert said["status"] == "ready"
    assert {one["id"] for one in said["releases"]} == {"2020-21", "illustrative"}


def test_the_image_draws_a_page_and_its_light_version(served: str) -> None:
    async def drawn() -> int:
        async with await Tab.at(served, "/sex") as tab:
            return (await tab.load()).messages

    assert asyncio.run(drawn()) > 5
    assert "1,336" in httpx.get(f"{served}/lite/", timeout=60).text


def test_the_image_holds_nothing_that_makes_releases_and_nothing_is_written_into_it(
    served: str, built: Path
) -> None:
    assert served
    assert not (built / "referrals" / "publishing").exists()
    assert not (built / "sql" / "tabulation").exists()
    assert (built / "sql" / "query").is_dir()
    made = {path for path in built.rglob("*") if path.stat().st_uid == NOBODY and os.geteuid() == 0}
    assert not made
    assert not list(built.rglob("__pycache__"))


def test_what_the_image_leaves_behind_would_be_missed_if_it_were_needed(
    built: Path, place: Path
) -> None:
    needing = [sys.executable, "-c", "import highspy"]
    said = subprocess.run(
        needing, cwd=built, env=environment(place), check=False, capture_output=True, text=True
    )
    assert "This is not in the image." in said.stderr
