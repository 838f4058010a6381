"""The published release with its caches filled, as a process that has started has them."""

from __future__ import annotations

import pytest

from referrals.questions import answer
from referrals.release.release import Release


@pytest.fixture(scope="session")
def warm(release: Release) -> Release:
    answer.warm(release)
    return release
