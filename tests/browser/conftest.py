"""Shared fixtures: a browser for each file, one dashboard and one small site for the whole run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from referrals.paths import ROOT
from tests.browser.servers import Picture, Site, chromium, serve
from tests.browser.small_site import serve_small_site

SCREENSHOTS = ROOT / "build" / "screenshots"
"""The folder of `--screenshots`, which git ignores."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for a file of tests, closed after it.

    While it is open this thread has an event loop, and tests of other folders need their own.
    """
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


@pytest.fixture(scope="session")
def picture(request: pytest.FixtureRequest) -> Picture:
    """Return a function that saves a named screenshot of a page if `--screenshots` is given."""

    def taken(page: Page, name: str) -> None:
        if request.config.getoption("--screenshots"):
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return taken
