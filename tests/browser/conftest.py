"""Shared fixtures: one browser, one dashboard and one small site per test run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from referrals.paths import ROOT
from tests.browser.servers import Site, chromium, serve
from tests.browser.small_site import serve_small_site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def dashboard() -> Iterator[str]:
    """The address of the dashboard, served from this checkout."""
    with serve(ROOT) as site:
        yield site.address


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_small_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def home(small_site: Site) -> str:
    """The address of the small site."""
    return small_site.address
