"""The worked example in a real browser: pages, files, and what other origins can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.servers import DESKTOP, PHONE, Picture, drawn
from tests.browser.test_every_page import (
    collect_problems,
    fits,
    open_complete,
    violations,
)

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
"""True if the page has kept its height for 0.7 seconds."""
BROKEN_BY_AN_OPEN_LIST = ("aria-hidden-focus", "page-has-heading-one", "region")
"""Rules broken while a list is open, as Streamlit then hides the rest from screen readers."""

WITHOUT_FIGURES = {"verify.py", "verify.sql"}
"""Files of a release that are the same for all, and so need no mark."""

BANNER = "Worked example: invented figures, do not quote"


@pytest.fixture(scope="module")
def client(dashboard: str) -> Iterator[httpx.Client]:
    """A client of another origin. One for all, as each would read the system's certificates."""
    with httpx.Client(
        base_url=dashboard, headers={"origin": "https://elsewhere.example"}
    ) as opened:
        yield opened


on_a_phone = pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["phone"])


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


@on_a_phone
@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        (TOPICS[0], "light"),
        # Pages of the same kind, and all of them in the dark.
        *(pytest.param(path, "light", marks=pytest.mark.slow) for path in TOPICS[1:]),
        *(pytest.param(path, "dark", marks=pytest.mark.slow) for path in TOPICS),
    ],
)
def test_an_example_page_is_accessible_keeps_to_itself_and_fits_its_screen(
    dashboard: str, page: Page, path: str, scheme: str, picture: Picture
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = collect_problems(page, dashboard)
    open_complete(page, f"{dashboard}{path}?{EXAMPLE}")
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


@on_a_phone
def test_filters_on_a_phone_change_the_finding_and_the_address(dashboard: str, page: Page) -> None:
    open_complete(page, f"{dashboard}/sex")
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


@on_a_phone
@pytest.mark.slow
def test_an_open_list_is_accessible(dashboard: str, page: Page) -> None:
    open_complete(page, f"{dashboard}/sex?{EXAMPLE}")
    expect(open_list(page, "Nationality", "Country A")).to_be_visible()
    assert [rule for rule in violations(page) if not rule.startswith(BROKEN_BY_AN_OPEN_LIST)] == []
    page.keyboard.press("Escape")
    assert violations(page) == []


@pytest.mark.slow  # tests/integration/test_example.py has the marks of every file of a card
def test_files_of_the_example_release_are_marked_in_name_and_content(
    dashboard: str, page: Page, tmp_path: Path
) -> None:
    open_complete(page, f"{dashboard}/age?{EXAMPLE}&sex=F")
    page.get_by_text("Download, copy, cite or link").first.click()
    for name, ending in (("Table (CSV)", ".csv"), ("Picture (SVG)", ".svg")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).first.click()
        assert waiting.value.suggested_filename == f"victim-referrals-example-age-band-f{ending}"
        waiting.value.save_as(tmp_path / f"card{ending}")
        assert "Worked example" in (tmp_path / f"card{ending}").read_text(encoding="utf-8")
    expect(page.locator("pre.copy").first).to_contain_text(f"Release example ({BANNER})")


def test_an_example_page_prints_banner_marks_and_every_row_without_controls(
    dashboard: str, page: Page
) -> None:
    open_complete(page, f"{dashboard}/nationality?{EXAMPLE}")
    show_all = page.get_by_text(re.compile(r"^Show all \d+$"))
    after_the_first_rows = page.locator("#root .chart-rows").first.locator("> li").nth(9)
    expect(show_all).to_be_visible()
    expect(after_the_first_rows).to_be_hidden()
    page.emulate_media(media="print")
    expect(show_all).to_be_hidden()
    expect(after_the_first_rows).to_be_visible()
    page.emulate_media(media="screen")
    show_all.click()
    expect(after_the_first_rows).to_be_visible()
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
    client: httpx.Client, path: str, status: int, request_options: dict[str, Any]
) -> None:
    answer = client.request(url=path, **request_options)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "no-store"
    page = client.request(url="/age", **request_options)
    assert "access-control-allow-origin" not in page.headers


@pytest.mark.parametrize(
    ("width", "scheme"),
    [pytest.param(DESKTOP, "light", marks=pytest.mark.slow), (PHONE, "dark")],
)
def test_the_api_page_is_accessible_and_has_the_exit(
    dashboard: str, page: Page, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = collect_problems(page, dashboard)
    page.goto(f"{dashboard}/api/")
    assert page.url == f"{dashboard}/api/v1/docs"
    assert violations(page) == []
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Tab")
    expect(page.locator(".vr-skip").first).to_be_focused()
    expect(page.get_by_role("link", name="Leave this page").last).to_be_in_viewport()


@on_a_phone
def test_an_example_file_is_listed_and_saved_under_a_marked_name(
    dashboard: str, page: Page
) -> None:
    open_complete(page, f"{dashboard}/releases")
    listed = page.locator("#release-example ~ .scroll a")
    assert listed.count() > 0
    names = {str(link.get_attribute("href")).rpartition("/")[2] for link in listed.all()}
    assert {name for name in names if "example" not in name} == WITHOUT_FIGURES
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Every cell, as CSV").last.click()
    assert waiting.value.url.endswith("/releases/example/cells-example.csv")
