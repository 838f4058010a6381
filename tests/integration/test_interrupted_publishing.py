"""A publisher that is killed, or runs out of disk space, leaves the old release or the new one."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from referrals.publishing.history import audit_log
from referrals.publishing.options import STAGING
from tests.fixtures import killed_publisher, published_releases

KILLED = """
import os, signal
from pathlib import Path
from referrals import atomic_folder
from referrals.publishing import cli
from referrals.publishing.history import drafts

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_after(function):
    return lambda *arguments: (function(*arguments), kill())

{planted}
cli.main({command})
assert False
"""
PLANTED = {
    "before the new release is put in its place": "atomic_folder._put_in_place = kill",
    "after its history was committed": "drafts.remove = kill",
    "after the new release was put in its place": (
        "atomic_folder._put_in_place = killed_after(atomic_folder._put_in_place)"
    ),
    "between the two moves of a system that cannot exchange": (
        "atomic_folder._exchange = lambda *_: False; Path.rename = killed_after(Path.rename)"
    ),
}


SLOW = pytest.mark.slow

HARDEST = "after the new release was put in its place"
"""The moment of `make test`, when the history lags behind the release.

Before it nothing has changed, and the tests of `atomic_folder` repair what two moves leave.
"""

MORE = 20
"""The records that a revision adds. All are held back: to select some to show takes seconds."""


@pytest.mark.parametrize(
    "moment",
    [pytest.param(moment, marks=() if moment == HARDEST else SLOW) for moment in PLANTED],
)
@pytest.mark.slow
def test_a_publisher_killed_around_the_exchange_leaves_a_release_that_can_be_revised(
    small_place: Path, moment: str
) -> None:
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + MORE
    )
    even_more = published_releases.extract(
        small_place / "even_more.csv", records=published_releases.RECORDS + 2 * MORE
    )
    to, private = small_place / "out", small_place / "private"
    assert published_releases.run(published_releases.command(more, to, private)) == 0
    approve = published_releases.approval(to, private)
    ran = subprocess.run(
        [sys.executable, "-c", KILLED.format(planted=PLANTED[moment], command=approve)], check=False
    )
    assert ran.returncode == -signal.SIGKILL
    release = published_releases.publish(even_more, to, private)
    assert killed_publisher.faults(release) == []
    assert [path.name for path in to.iterdir()] == [release.name]
    assert not list((private / "drafts").iterdir()) + list((private / "staging").iterdir())
    suffixes = {path.suffix for path in private.iterdir() if path.is_file()}
    assert suffixes == {".key", ".json", ".log", ".earlier"}


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.slow
def test_an_approval_that_was_killed_is_completed_or_begun_again_by_the_same_command(
    small_place: Path, approved: bool
) -> None:
    to, private = small_place / "out", small_place / "private"
    moment = HARDEST if approved else "before the new release is put in its place"
    path = small_place / "small.csv"
    assert published_releases.run(published_releases.command(path, to, private, release="b")) == 0
    approve = published_releases.approval(to, private, release="b")
    script = KILLED.format(planted=PLANTED[moment], command=approve)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode < 0
    assert (to / "b").exists() == approved
    assert published_releases.run(approve) == 0
    assert killed_publisher.faults(to / "b") == []
    actions = [entry["action"] for entry in audit_log.entries(private)]
    assert actions[-2:] == (["approve", "approved"])
    assert not published_releases.draft(private, release="b").exists()


@pytest.mark.slow
def test_a_publisher_killed_at_any_of_five_moments_leaves_a_release_that_verifies(
    tmp_path: Path,
) -> None:
    killed, faults = killed_publisher.survived(tmp_path, 5, more=2)
    assert faults == []
    assert killed >= 2 * 5 * killed_publisher.MIN_KILLED_SHARE


@pytest.mark.parametrize(
    "bytes_left", [pytest.param(100, marks=SLOW), 60_000, pytest.param(300_000, marks=SLOW)]
)
def test_a_publisher_over_the_file_size_limit_leaves_the_old_release_with_a_message(
    small_place: Path, bytes_left: int
) -> None:
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + MORE
    )
    to, private = small_place / "out", small_place / "private"
    before = published_releases.contents(to / "small")
    ran = subprocess.run(
        [*killed_publisher.PYTHON, *published_releases.command(more, to, private)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, bytes_left)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    message = ran.stderr.splitlines()[-1]
    assert "limited" in message or "too large" in message
    assert published_releases.contents(to / "small") == before
    assert not published_releases.draft(private).exists()


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


def bytes_on_disk(folder: Path) -> int:
    contents = published_releases.contents(folder).values()
    return sum(-(-len(content) // PAGE) * PAGE for content in contents) + FOLDERS


def run_on_a_small_disk(
    command: list[str], disk: Path, *, bytes_left: int, left: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command while `disk` has only some bytes left, and copy what it holds to `left`.

    Skip the test if this system does not let users mount disks.
    """
    probe = [*IN_OWN_MOUNTS, 'mount -t tmpfs none "$0"', str(disk)]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("this system does not let users mount a small disk")
    shutil.copytree(disk, left / "before")
    size = bytes_on_disk(disk) + bytes_left
    places = [str(size), str(disk), str(left / "before"), str(left / "after")]
    return subprocess.run(
        [*IN_OWN_MOUNTS, ON_A_SMALL_DISK, "sh", *places, *killed_publisher.PYTHON, *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("doing", ["publish", "approve"])
@pytest.mark.parametrize(
    "bytes_left", [pytest.param(size, marks=SLOW) for size in (8_192, 120_000, 400_000)]
)
def test_a_publisher_on_a_full_disk_leaves_the_old_release_and_says_that_it_is_full(
    small_place: Path, doing: str, bytes_left: int
) -> None:
    to, private = small_place / "out", small_place / "private"
    old = published_releases.command(small_place / "small.csv", to, private, release="draft")
    assert published_releases.run(old) == 0
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + MORE
    )
    command, disk = {
        "publish": (
            published_releases.command(more, to, private, release="draft"),
            private / STAGING,
        ),
        "approve": (published_releases.approval(to, private, release="draft"), to),
    }[doing]
    left = small_place / "left"
    ran = run_on_a_small_disk(command, disk, bytes_left=bytes_left, left=left)
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "No space left on the disk of " in ran.stderr.splitlines()[-1]
    before = published_releases.contents(left / "before")
    assert published_releases.contents(left / "after") == before
