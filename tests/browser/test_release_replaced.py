"""A new release on a running site: an open page keeps its figures until it is reloaded."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from referrals.paths import ROOT
from referrals.release.catalogue import REFRESH_SECONDS
from tests.browser.servers import open_page, serve
from tests.fixtures.second_edition import REVISED, revise

NEWER = "New figures have been published since you opened this page."


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout with the published release alone."""
    shutil.copy(ROOT / "app.py", tmp_path)
    for name in ("pages", "referrals", "sql", "data", ".streamlit"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "example"),
        )
    return tmp_path


@pytest.fixture
def site(checkout: Path) -> Iterator[str]:
    with serve(checkout) as served:
        yield served.address


def served_editions(site: str) -> list[dict[str, str]]:
    """The releases that a site serves, each with its digest."""
    found: list[dict[str, str]] = httpx.get(f"{site}/readyz").json()["releases"]
    return found


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until, "the site has not noticed the new edition"
        time.sleep(REFRESH_SECONDS / 4)


@pytest.mark.slow  # tests/pages/test_release_replaced.py shows the same without a browser
def test_an_open_page_keeps_its_release_and_links_to_the_new_one(
    site: str, checkout: Path, browser: Browser
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        open_page(page, f"{site}/sex", "Sex")
        before = served_editions(site)
        revise(checkout / "data" / "releases")
        wait_until(lambda: served_editions(site) != before)
        page.get_by_role("radio", name="Share").check(force=True)
        notice = page.get_by_role("status").filter(has_text=NEWER)
        expect(notice).to_be_visible(timeout=30_000)
        assert page.get_by_text(REVISED).count() == 0
        page.evaluate("window.isTheSamePage = true")
        notice.get_by_role("link", name="Reload to see them").click()
        expect(page.get_by_text(REVISED).first).to_be_visible(timeout=30_000)
        assert page.evaluate("window.isTheSamePage") is None
        assert page.url == f"{site}/sex?measure=share"
        assert page.get_by_text(NEWER).count() == 0
