"""Options of every test run: Hypothesis profiles, distribution to workers, and screenshots."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.fixtures.examples import CI_EXAMPLES, DEV_EXAMPLES

# No test asserts a duration: on a busy machine a deadline fails for the wrong reason.
settings.register_profile("dev", deadline=None, max_examples=DEV_EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=CI_EXAMPLES)
settings.load_profile("dev")  # `--hypothesis-profile=ci` comes after it


gc.disable()  # until the tests are collected: a fifth of the time would go on it


def pytest_collection_finish() -> None:
    """Leave modules and tests, which stay to the end, out of every garbage collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # by default, 4% of the time goes on collections
    gc.enable()


def pytest_unconfigure() -> None:
    """Let the interpreter free everything at its end."""
    gc.unfreeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this suite."""
    parser.addoption(
        "--screenshots", action="store_true", help="keep pictures of the pages in build/screenshots"
    )


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A scheduler that gives a worker one file at a time, and one worker all browser tests.

    Tests of a file share its fixtures. Two browsers at once on two cores run into their timeouts.
    (`--dist loadgroup` of pytest-xdist 3.8 groups nothing under pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return (
            "browser" if nodeid.startswith("tests/browser/") else str(super()._split_scope(nodeid))
        )


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than there are cores.

    The worker of the browser tests mostly waits for the browser and the server; on two cores the
    run takes a fifth less time with a third worker.
    """
    return len(os.sched_getaffinity(0)) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Return the scheduler of runs on several workers."""
    return ByFile(config, log)
