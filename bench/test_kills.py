"""Kill a publisher at fifty moments of a run: `make kills`. The test suite does five."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures import killed_publisher

MOMENTS = 50


def test_a_publisher_killed_at_any_of_fifty_moments_leaves_a_valid_release(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed, faults = killed_publisher.survived(tmp_path, MOMENTS, more=200)
    with capsys.disabled():
        print(
            f"\n{killed} of {2 * MOMENTS} runs were killed before they ended; "
            f"{len(faults)} releases were not valid."
        )
    assert faults == []
    assert killed >= 2 * MOMENTS * killed_publisher.MIN_KILLED_SHARE
