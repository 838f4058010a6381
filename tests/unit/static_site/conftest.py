"""Shared fixtures: the static site of the published release alone, drawn once."""

from __future__ import annotations

import pytest

from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import site


@pytest.fixture(scope="session")
def served(release: Release) -> Served:
    """The published release alone."""
    return Served("one", release, ())


@pytest.fixture(scope="session")
def files(release: Release) -> dict[str, bytes]:
    """The pages and tables of its site, by name."""
    return site.files(Served("one", release, ()))
