"""Publishing over a release that stands, killed at chosen moments: what is left must open, and a stranger must confirm it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from referrals.publishing import public
from referrals.release import open_release
from tests.release import published

PYTHON = (sys.executable, "-m", "referrals.publishing")
LATE = 0.6
"""The part of the moments that lie in the last third of a run, where the release is written, attacked and put in its place."""

MOST = 0.8
"""The part of the runs that must have been killed: a run that ends before its moment comes tests nothing."""

SOONER = 0.8
TURNS = 6
"""How much sooner a run is killed than the one before that had ended, and how often that is tried."""


def extracts(folder: Path, more: int) -> tuple[Path, Path]:
    """Write the records of a small release and of its revision, which has some more, and return where they are."""
    return published.extract(folder / "x.csv"), published.extract(folder / "more.csv", records=published.RECORDS + more)


def seconds(command: list[str]) -> float:
    """Return how long a run takes that nobody kills."""
    start = time.monotonic()
    subprocess.run([*PYTHON, *command], check=True, capture_output=True)
    return time.monotonic() - start


def moments(count: int, whole: float) -> Iterator[float]:
    """Yield so many moments of a run, most of them towards its end."""
    late = round(count * LATE)
    yield from (whole * 0.67 * (place + 0.5) / (count - late) for place in range(count - late))
    yield from (whole * (0.67 + 0.33 * (place + 0.5) / late) for place in range(late))


def killed_in_time(command: list[str], after: float) -> bool:
    """Kill a run after so many seconds, or sooner where it had ended by then, and return whether one was killed.

    How long a run takes changes with what else the machine does: the moments were chosen by one that may have been slower.
    """
    return any(kill(command, after * SOONER**turn) for turn in range(TURNS))


def kill(command: list[str], after: float) -> bool:
    """Run a command, kill it after so many seconds, and return whether it was still running."""
    process = subprocess.Popen([*PYTHON, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def faults(folder: Path) -> list[str]:
    """Return what is wrong with a release that was left behind: nothing is, of one that is whole."""
    problems = list(public.read(folder).problems)
    if open_release(folder).about.release_id != folder.name:
        problems.append("it has another name")
    ran = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)], capture_output=True, text=True, check=False
    )
    return problems if ran.returncode == 0 else [*problems, ran.stderr]


def survived(folder: Path, count: int, *, more: int) -> tuple[int, list[str]]:
    """Publish two states of the records in turn over one release, killed each time; return how many were, and what broke.

    `more` is how many records the second state has more. Two are held back, which takes no time.
    """
    first, second = extracts(folder, more)
    to, private = folder / "out", folder / "private"
    release = published.publish(first, to, private)
    whole = min(seconds(published.command(one, to, private)) for one in (second, first))
    killed, found = 0, []
    for number, after in enumerate(moments(count, whole)):
        killed += killed_in_time(published.command((first, second)[number % 2], to, private), after)
        found += [f"after {after:.2f} s: {fault}" for fault in faults(release)]
    for last in (first, second):
        subprocess.run([*PYTHON, *published.command(last, to, private)], check=True, capture_output=True)
        found += faults(release)
    return killed, found
