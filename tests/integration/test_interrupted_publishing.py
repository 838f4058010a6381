"""A publisher that is killed, or runs out of disk space, leaves the old release or the new one."""

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
from referrals import atomic_folder
from referrals.publishing import cli

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_after(function):
    return lambda *arguments: (function(*arguments), kill())

{planted}
cli.main({command})
"""
PLANTED = {
    "before the new release is put in its place": "atomic_folder._put_in_place = kill",
    "after the new release was put in its place": (
        "atomic_folder._put_in_place = killed_after(atomic_folder._put_in_place)"
    ),
    "between the two moves of a system that cannot exchange": (
        "atomic_folder._exchange = lambda *_: False; Path.rename = killed_after(Path.rename)"
    ),
}


SLOW = pytest.mark.slow


@pytest.mark.parametrize("moment", PLANTED)
def test_a_publisher_killed_around_the_exchange_leaves_a_release_that_can_be_revised(
    small_place: Path, moment: str
) -> None:
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + 200
    )
    even_more = published_releases.extract(
        small_place / "even_more.csv", records=published_releases.RECORDS + 202
    )
    command = published_releases.command(more, small_place / "out", small_place / "private")
    ran = subprocess.run(
        [sys.executable, "-c", KILLED.format(planted=PLANTED[moment], command=command)], check=False
    )
    assert ran.returncode == -signal.SIGKILL
    release = published_releases.publish(even_more, small_place / "out", small_place / "private")
    assert killed_publisher.faults(release) == []
    assert [path.name for path in release.parent.iterdir()] == [release.name]
    assert {path.suffix for path in (small_place / "private").iterdir() if path.is_file()} == {
        ".key",
        ".json",
    }


@pytest.mark.slow
def test_a_publisher_killed_at_any_of_five_moments_leaves_a_release_that_verifies(
    tmp_path: Path,
) -> None:
    killed, faults = killed_publisher.survived(tmp_path, 5, more=2)
    assert faults == []
    assert killed >= 5 * killed_publisher.MIN_KILLED_SHARE


@pytest.mark.parametrize(
    "bytes_left", [pytest.param(100, marks=SLOW), 60_000, pytest.param(300_000, marks=SLOW)]
)
def test_a_publisher_over_the_file_size_limit_leaves_the_old_release_with_a_message(
    small_place: Path, bytes_left: int
) -> None:
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + 200
    )
    before = published_releases.contents(small_place / "out" / "small")
    ran = subprocess.run(
        [
            *killed_publisher.PYTHON,
            *published_releases.command(more, small_place / "out", small_place / "private"),
        ],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, bytes_left)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    message = ran.stderr.splitlines()[-1]
    assert "Is the disk full?" in message or "too large" in message
    assert published_releases.contents(small_place / "out" / "small") == before
    assert [path.name for path in (small_place / "out").iterdir()] == ["small"]


PAGE = 4_096
FOLDERS = 4 * PAGE
"""The smallest size of a file on a small disk, and the size of its folders, in bytes."""

IN_OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
ON_A_SMALL_DISK = """
mount -t tmpfs -o "size=$1" none "$2" && cp -a "$3/." "$2" || exit 99
disk=$2; left=$4; shift 4
"$@"; code=$?
cp -a "$disk" "$left"; exit $code
"""


@pytest.mark.parametrize(
    "bytes_left", [pytest.param(8_192, marks=SLOW), 120_000, pytest.param(600_000, marks=SLOW)]
)
def test_a_publisher_on_a_full_disk_leaves_the_old_release_with_a_message(
    small_place: Path, bytes_left: int
) -> None:
    disk, left = small_place / "disk", small_place / "left"
    disk.mkdir()
    if subprocess.run(
        [*IN_OWN_MOUNTS, 'mount -t tmpfs none "$0"', disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("this system does not let users mount a small disk")
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + 200
    )
    before = published_releases.contents(small_place / "out" / "small")
    size = (
        sum(-(-len(content) // PAGE) * PAGE for content in before.values()) + FOLDERS + bytes_left
    )
    publish = [
        *killed_publisher.PYTHON,
        *published_releases.command(more, disk, small_place / "private"),
    ]
    ran = subprocess.run(
        [
            *IN_OWN_MOUNTS,
            ON_A_SMALL_DISK,
            "sh",
            str(size),
            str(disk),
            str(small_place / "out"),
            str(left),
            *publish,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Is the disk full?" in ran.stderr.splitlines()[-1]
    assert published_releases.contents(left / "small") == before
    assert [path.name for path in left.iterdir()] == ["small"]
