"""The published release with its caches filled, as a process that has started has them."""

from __future__ import annotations

import pytest

from referrals.questions import reply as replies
from referrals.release.release import Release


@pytest.fixture(scope="session")
def warm(release: Release) -> Release:
    replies.warm(release)
    return release
