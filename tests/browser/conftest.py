"""Shared fixtures: a browser, a context, a dashboard and a small site for all files."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from referrals.paths import ROOT
from tests.browser.servers import DESKTOP, UVICORN, Picture, Site, chromium, open_page, serve
from tests.browser.small_site import serve_small_site

SCREENSHOTS = ROOT / "build" / "screenshots"
"""The folder of `--screenshots`, which git ignores."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all files, closed after the last of them.

    While it is open this thread has an event loop, and tests of other folders need their own.
    """
    # Pages of a site then share compiled scripts, which are most of a page's cost.
    with chromium("--process-per-site") as opened:
        yield opened


@pytest.fixture(scope="package")
def shared(browser: Browser) -> Iterator[BrowserContext]:
    """A context for tests that store nothing and stay on the site.

    It fetches and compiles the scripts of each site once for all of them.
    """
    opened = browser.new_context(viewport={"width": DESKTOP, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def page(shared: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the shared context, as wide as a parameter says or as a desktop."""
    opened = shared.new_page()
    opened.set_viewport_size({"width": getattr(request, "param", DESKTOP), "height": 800})
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def dashboard_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The dashboard, served as the image serves it, with the log of all that was asked of it."""
    log = tmp_path_factory.mktemp("dashboard") / "log.jsonl"
    with serve(ROOT, command=UVICORN, log=log) as site:
        yield site


@pytest.fixture(scope="package")
def kept_sex_page(dashboard_site: Site, shared: BrowserContext) -> Page:
    """A page that stays open, and with it the compiled scripts of the dashboard."""
    return open_in(shared, f"{dashboard_site.address}/sex?measure=share")


@pytest.fixture
def sex_page(kept_sex_page: Page) -> Iterator[Page]:
    """The page on sex, with shares, for tests that change nothing but how it is looked at."""
    kept_sex_page.bring_to_front()  # behind another, a page is drawn once a second
    yield kept_sex_page
    look_as_before(kept_sex_page)


@pytest.fixture(scope="package")
def dashboard(dashboard_site: Site, kept_sex_page: Page) -> str:
    """The address of the dashboard."""
    return dashboard_site.address


@pytest.fixture(scope="package")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_small_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="package")
def kept_home_page(small_site: Site, shared: BrowserContext) -> Page:
    """A page that stays open, and with it the compiled scripts of the small site."""
    return open_in(shared, small_site.address)


@pytest.fixture
def home_page(kept_home_page: Page) -> Iterator[Page]:
    """The first page of the small site, for tests that change nothing but how it is looked at."""
    kept_home_page.bring_to_front()
    yield kept_home_page
    look_as_before(kept_home_page)


@pytest.fixture(scope="package")
def home(small_site: Site, kept_home_page: Page) -> str:
    """The address of the small site."""
    return small_site.address


def open_in(context: BrowserContext, address: str) -> Page:
    """Return a new page at an address, when Streamlit has drawn it."""
    page = context.new_page()
    open_page(page, address)
    return page


def look_as_before(page: Page) -> None:
    """Undo what a test set to look at a page in another way."""
    page.emulate_media(media="null", color_scheme="light", forced_colors="none")
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    page.evaluate("scrollTo(0, 0)")


@pytest.fixture(scope="session")
def picture(request: pytest.FixtureRequest) -> Picture:
    """Return a function that saves a named screenshot of a page if `--screenshots` is given."""

    def taken(page: Page, name: str) -> None:
        if request.config.getoption("--screenshots"):
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return taken
