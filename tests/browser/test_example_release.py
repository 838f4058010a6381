"""The worked example in a real browser: pages, files, and what other origins can read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from referrals.paths import ROOT
from tests.browser.servers import Picture, drawn, serve
from tests.browser.test_every_page import (
    DESKTOP,
    PHONE,
    collect_problems,
    fits,
    open_complete,
    violations,
)
from tests.fixtures import rounded_release

TOPICS = ("/nationality", "/age", "/sex", "/crime-type")
EXAMPLE = "release=example"
IS_SETTLED = """() => {
    const main = document.querySelector("[data-testid=stMain]");
    const height = document.body.scrollHeight + main.scrollHeight;
    if (height !== window.heightSeen) {
        window.heightSeen = height;
        window.heightSince = performance.now();
    }
    return performance.now() - window.heightSince > 700;
}"""
"""Whether the page has kept its height for 0.7 seconds."""
BROKEN_BY_AN_OPEN_LIST = ("aria-hidden-focus", "page-has-heading-one", "region")
"""Rules broken while a list is open, as Streamlit then hides the rest from screen readers."""

BANNER = "Worked example: invented figures, do not quote"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a copy of this checkout with a small worked example."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "app.py", folder)
    for name in ("pages", "referrals", "sql", "data", ".streamlit"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "example")
        )
    rounded_release.write(folder / "data" / "releases")
    with serve(folder) as served:
        yield served.address


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context for every test of this file, which compiles Streamlit's scripts once for all."""
    made = browser.new_context(viewport={"width": DESKTOP, "height": 800})
    yield made
    made.close()


@contextmanager
def opened(context: BrowserContext, width: int, *, scheme: str = "light") -> Iterator[Page]:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    yield page
    page.close()


def open_filters(page: Page) -> None:
    """Open the filters of a topic page, if a button hides them."""
    fold = page.locator("#root details.choices").first
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()


def open_list(page: Page, label: str, option: str) -> Locator:
    """Open a list and return one of its options.

    On a phone the lists are behind a button. A list closes if the page moves under it, so it is
    opened again.
    """
    drawn(page)
    open_filters(page)
    page.wait_for_function(IS_SETTLED, timeout=30_000)
    opener = page.get_by_role("combobox", name=label)
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(5):
        opener.scroll_into_view_if_needed()
        opener.click()
        try:
            wanted.wait_for(timeout=5000)
        except NotInTime:
            continue
        break
    return wanted


def choose(page: Page, label: str, option: str) -> None:
    open_list(page, label, option).click()


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        *((path, "light") for path in TOPICS[:2]),
        (TOPICS[0], "dark"),
        # Pages of the same kind as the second one.
        *(pytest.param(path, "light", marks=pytest.mark.slow) for path in TOPICS[2:]),
        *(pytest.param(path, "dark", marks=pytest.mark.slow) for path in TOPICS[1:]),
    ],
)
def test_an_example_page_is_accessible_keeps_to_itself_and_fits_its_screen(
    site: str, context: BrowserContext, path: str, scheme: str, picture: Picture
) -> None:
    with opened(context, PHONE, scheme=scheme) as page:
        found = collect_problems(page, site)
        open_complete(page, f"{site}{path}?{EXAMPLE}")
        charts = page.locator("#root .chart .bars")
        expect(charts).not_to_have_count(0, timeout=30_000)
        picture(page, f"{path.strip('/')}-example-{PHONE}-{scheme}")
        assert violations(page) == []
        assert fits(page, PHONE)
        assert fits(page, DESKTOP)
        if path == TOPICS[0]:  # the others are of the same kind
            assert violations(page) == []
        assert found == []
        strip = page.get_by_role("note").filter(has_text=BANNER)
        expect(strip).to_be_visible()
        charts.last.scroll_into_view_if_needed()
        expect(strip).to_be_in_viewport(ratio=0.9)
        for chart in charts.all():
            expect(chart.get_by_text("Worked example", exact=True)).to_be_visible()


def test_filters_on_a_phone_change_the_finding_and_the_address(
    site: str, context: BrowserContext
) -> None:
    with opened(context, PHONE) as page:
        open_complete(page, f"{site}/sex")
        expect(page.get_by_role("radio", name="Real figures")).to_be_checked()
        assert page.get_by_text(BANNER).count() == 0
        page.get_by_role("radio", name="Worked example").check(force=True)
        unit = page.locator("p.unit").first
        expect(page.get_by_role("note").filter(has_text=BANNER)).to_be_visible(timeout=30_000)
        for label, option in (
            ("Nationality", "Country A"),
            ("Period", "Example year 2, quarter 2"),
        ):
            choose(page, label, option)
        expect(unit).to_contain_text("Example year 2, quarter 2", timeout=30_000)
        drawn(page)
        choose(page, "Crime type", "Modern slavery")
        finding = page.locator("h2.finding").first
        expect(finding).to_contain_text("modern slavery referrals from Country A", timeout=30_000)
        for part in ("nationality=XAA", "crime_type=MS", "period=EY2-Q2", EXAMPLE):
            assert part in page.url
        text = finding.inner_text()
        open_complete(page, page.url)
        expect(finding).to_have_text(text)
        assert violations(page) == []


def test_an_open_list_is_accessible(site: str, context: BrowserContext) -> None:
    with opened(context, PHONE) as page:
        open_complete(page, f"{site}/sex?{EXAMPLE}")
        expect(open_list(page, "Nationality", "Country A")).to_be_visible()
        assert [
            rule for rule in violations(page) if not rule.startswith(BROKEN_BY_AN_OPEN_LIST)
        ] == []
        page.keyboard.press("Escape")
        assert violations(page) == []


def test_files_of_the_example_release_are_marked_in_name_and_content(
    site: str, context: BrowserContext, tmp_path: Path
) -> None:
    with opened(context, DESKTOP) as page:
        open_complete(page, f"{site}/age?{EXAMPLE}&sex=F")
        page.get_by_text("Download, copy, cite or link").first.click()
        for name, ending in (("Table (CSV)", ".csv"), ("Picture (SVG)", ".svg")):
            with page.expect_download() as waiting:
                page.get_by_role("link", name=name).first.click()
            assert (
                waiting.value.suggested_filename == f"victim-referrals-example-age-band-f{ending}"
            )
            waiting.value.save_as(tmp_path / f"card{ending}")
            assert "Worked example" in (tmp_path / f"card{ending}").read_text(encoding="utf-8")
        expect(page.locator("pre.copy").first).to_contain_text(f"Release example ({BANNER})")


def test_an_example_page_prints_banner_and_marks_without_controls(
    site: str, context: BrowserContext
) -> None:
    with opened(context, DESKTOP) as page:
        open_complete(page, f"{site}/nationality?{EXAMPLE}")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.get_by_role("note").filter(has_text=BANNER)).to_be_visible()
        expect(page.get_by_role("radio", name="Worked example")).to_be_hidden()
        expect(page.get_by_role("combobox", name="Period")).to_be_hidden()
        expect(page.locator(".choice")).to_be_hidden()
        mark = page.locator(".chart-mark").first
        expect(mark).to_be_visible()
        expect(mark).to_contain_text("Worked example")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/releases",
        "/releases/example/cells-example.csv",
        "/feed.atom",
        "/releases.ics",
    ],
)
@pytest.mark.parametrize(
    ("status", "request_options"),
    [
        (405, {"method": "POST"}),
        (413, {"method": "GET", "content": b"more"}),
        (414, {"method": "GET", "params": {"sex": "F" * 9000}}),
        (400, {"method": "GET", "params": [("sex", "F")] * 65}),
    ],
)
def test_refusals_of_data_can_be_read_by_other_origins(
    site: str, path: str, status: int, request_options: dict[str, Any]
) -> None:
    answer = httpx.request(
        url=f"{site}{path}", headers={"origin": "https://elsewhere.example"}, **request_options
    )
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "no-store"
    page = httpx.request(**{**request_options, "url": f"{site}/age"})
    assert "access-control-allow-origin" not in page.headers


@pytest.mark.parametrize(("width", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_the_api_page_is_accessible_and_has_the_exit(
    site: str, context: BrowserContext, width: int, scheme: str
) -> None:
    with opened(context, width, scheme=scheme) as page:
        found = collect_problems(page, site)
        page.goto(f"{site}/api/")
        assert page.url == f"{site}/api/v1/docs"
        assert violations(page) == []
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the main content")).to_be_focused()
        expect(page.get_by_role("link", name="Leave this page")).to_be_in_viewport()


def test_an_example_file_is_listed_and_saved_under_a_marked_name(
    site: str, context: BrowserContext
) -> None:
    with opened(context, PHONE) as page:
        open_complete(page, f"{site}/releases")
        listed = page.locator("#release-example ~ .scroll a")
        assert listed.count() > 0
        addresses = [str(link.get_attribute("href")) for link in listed.all()]
        assert [
            address for address in addresses if "example" not in address.rpartition("/")[2]
        ] == []
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Every cell, as CSV").last.click()
        assert waiting.value.url.endswith("/releases/example/cells-example.csv")
