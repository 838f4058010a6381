"""What every test shares: how hard Hypothesis tries, which tests a worker gets together, and whether screenshots are kept."""

from __future__ import annotations

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.fixtures.examples import CI_EXAMPLES, DEV_EXAMPLES

# No test asserts how long anything takes: on a busy machine a deadline fails for the wrong reason.
settings.register_profile("dev", deadline=None, max_examples=DEV_EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=CI_EXAMPLES)
settings.load_profile("dev")  # `--hypothesis-profile=ci` comes after it


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this suite."""
    parser.addoption(
        "--screenshots", action="store_true", help="keep pictures of the pages in build/screenshots"
    )


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Gives a worker a file at a time, whose tests share what its fixtures made, and the browser tests all to one worker.

    Two browsers at once on two cores are too slow for what they wait for. (`--dist loadgroup` of pytest-xdist 3.8 groups
    nothing under pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return (
            "browser" if nodeid.startswith("tests/browser/") else str(super()._split_scope(nodeid))
        )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Have every run on several workers scheduled like that."""
    return ByFile(config, log)
