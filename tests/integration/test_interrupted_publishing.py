"""A publisher that is killed, or finds the disk full, leaves the old release or the new one, whole."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures import killed_publisher, published_releases

KILLED = """
import os, signal
from pathlib import Path
from referrals.publishing import cli, package
from referrals.publishing.history.private_store import Keeper

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_after(work):
    return lambda *given: (work(*given), kill())

{planted}
cli.main({command})
"""
PLANTED = {
    "before the new release is put in its place": "package._exchange = kill",
    "after the new release was put in its place": "package._exchange = killed_after(package._exchange)",
    "between the two moves of a system that cannot exchange": (
        "package._swapped = lambda *_: False; Path.rename = killed_after(Path.rename)"
    ),
}


SLOW = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small release and its publisher's folder, to be changed."""
    published_releases.copy_place(
        published_releases.small(tmp_path_factory.getbasetemp()).parent.parent, tmp_path
    )
    return tmp_path


@pytest.mark.parametrize("moment", PLANTED)
def test_a_kill_around_the_exchange_leaves_a_release_that_the_next_revision_goes_on_from(
    place: Path, moment: str
) -> None:
    more = published_releases.extract(place / "more.csv", records=published_releases.RECORDS + 100)
    even_more = published_releases.extract(
        place / "even_more.csv", records=published_releases.RECORDS + 102
    )
    command = published_releases.command(more, place / "out", place / "private")
    ran = subprocess.run(
        [sys.executable, "-c", KILLED.format(planted=PLANTED[moment], command=command)], check=False
    )
    assert ran.returncode == -signal.SIGKILL
    release = published_releases.publish(even_more, place / "out", place / "private")
    assert killed_publisher.faults(release) == []
    assert [path.name for path in release.parent.iterdir()] == [release.name]
    assert {path.suffix for path in (place / "private").iterdir() if path.is_file()} == {
        ".key",
        ".json",
    }


@pytest.mark.slow
def test_a_publisher_killed_at_five_moments_leaves_a_release_that_opens_and_verifies(
    tmp_path: Path,
) -> None:
    killed, faults = killed_publisher.survived(tmp_path, 5, more=2)
    assert faults == []
    assert killed >= 5 * killed_publisher.MOST


@pytest.mark.parametrize(
    "room", [pytest.param(100, marks=SLOW), 60_000, pytest.param(300_000, marks=SLOW)]
)
def test_a_limit_on_files_leaves_the_old_release_and_is_one_clear_message(
    place: Path, room: int
) -> None:
    more = published_releases.extract(place / "more.csv", records=published_releases.RECORDS + 200)
    before = published_releases.contents(place / "out" / "small")
    ran = subprocess.run(
        [
            *killed_publisher.PYTHON,
            *published_releases.command(more, place / "out", place / "private"),
        ],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    said = ran.stderr.splitlines()[-1]
    assert "room" in said or "too large" in said
    assert published_releases.contents(place / "out" / "small") == before
    assert [path.name for path in (place / "out").iterdir()] == ["small"]


PAGE = 4_096
FOLDERS = 4 * PAGE
"""What a file on a small disk takes at least, and what the folders and the disk itself may take."""

IN_OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
ON_A_SMALL_DISK = """
mount -t tmpfs -o "size=$1" none "$2" && cp -a "$3/." "$2" || exit 99
disk=$2; left=$4; shift 4
"$@"; code=$?
cp -a "$disk" "$left"; exit $code
"""


@pytest.mark.parametrize(
    "room", [pytest.param(8_192, marks=SLOW), 120_000, pytest.param(600_000, marks=SLOW)]
)
def test_a_full_disk_leaves_the_old_release_and_is_one_clear_message(
    place: Path, room: int
) -> None:
    disk, left = place / "disk", place / "left"
    disk.mkdir()
    if subprocess.run(
        [*IN_OWN_MOUNTS, 'mount -t tmpfs none "$0"', disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    more = published_releases.extract(place / "more.csv", records=published_releases.RECORDS + 200)
    before = published_releases.contents(place / "out" / "small")
    size = sum(-(-len(content) // PAGE) * PAGE for content in before.values()) + FOLDERS + room
    publish = [*killed_publisher.PYTHON, *published_releases.command(more, disk, place / "private")]
    ran = subprocess.run(
        [
            *IN_OWN_MOUNTS,
            ON_A_SMALL_DISK,
            "sh",
            str(size),
            str(disk),
            str(place / "out"),
            str(left),
            *publish,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "room" in ran.stderr.splitlines()[-1]
    assert published_releases.contents(left / "small") == before
    assert [path.name for path in left.iterdir()] == ["small"]
