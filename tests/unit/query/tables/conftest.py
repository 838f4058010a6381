"""The three kinds of release, and what each can put into a table."""

from __future__ import annotations

import pytest

from referrals.release.release import Release, open_release
from tests.fixtures import suppressed_release


@pytest.fixture(scope="session")
def suppressed(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(suppressed_release.small(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def every_kind(release: Release, invented: Release, suppressed: Release) -> tuple[Release, ...]:
    """A transcribed, a rounded and a suppressed release."""
    return release, invented, suppressed
