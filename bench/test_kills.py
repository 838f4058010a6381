"""Fifty kills of a publisher, spread over whole runs: `make kills`. Five of them are among the tests that always run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures import killed_publisher

MOMENTS = 50


def test_a_publisher_killed_at_fifty_moments_leaves_a_release_that_opens_and_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed, faults = killed_publisher.survived(tmp_path, MOMENTS, more=200)
    with capsys.disabled():
        print(
            f"\n{killed} of {MOMENTS} runs were killed before they ended; {len(faults)} releases were not whole."
        )
    assert faults == []
    assert killed >= MOMENTS * killed_publisher.MOST
