"""Every page in a real browser: on desktop and phone, in light, dark and print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from referrals.content.sitemap import PAGES
from referrals.paths import ROOT
from referrals.web.shell.html import FETCHED_EARLY
from tests.browser.servers import Picture, open_page, serve

PATHS = tuple(head.path for head in PAGES)
DESKTOP, PHONE, NARROWEST = 1280, 360, 320
KINDS = ("/", "/sex", "/figures-check")
"""Pages of each kind (overview, charts with filters, long tables), checked on a phone too."""

WITHOUT_A_SCRIPT = ("/ask", "/claims", "/s/E024", "/nationality/VNM")
"""Pages outside the dashboard, answered without Streamlit."""

TABLE = "/table"

DARK_TOO = ("/", "/trends", "/safeguarding")
"""Pages that are also looked at in dark, but not in every run: others of their kind are."""

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Without it, axe also describes every element that passes.
    "resultTypes": ["violations"],
}


@pytest.fixture(
    params=[
        pytest.param(DESKTOP, id="desktop"),
        pytest.param(PHONE, id="phone", marks=pytest.mark.slow),
    ]
)
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": request.param, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def collect_problems(page: Page, address: str) -> list[str]:
    """Return a list that fills with console errors, failed and outside requests of a page."""
    found: list[str] = []
    page.on(
        "console",
        lambda message: (
            found.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "response",
        lambda answer: (
            found.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None if is_ours(request.url, address) else found.append(f"outside: {request.url}")
        ),
    )
    return found


def is_ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def violations(page: Page) -> list[str]:
    """Return each axe rule that the page breaks, with the first element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['html'][:200]}" for rule in found
    ]


def fits(page: Page, width: int) -> bool:
    """Return whether a page, in a window of this width, is no wider than it."""
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def open_complete(page: Page, address: str) -> None:
    """Open a page and wait until its end is drawn, and its charts with it."""
    open_page(page, address)
    page.locator(".page-end").wait_for(state="attached")
    for chart in page.locator("[data-testid=stPlotlyChart]").all():
        chart.locator(".main-svg").first.wait_for(state="attached")


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[BrowserContext]:
    """A context for the tests of many pages, which compiles Streamlit's scripts once for all."""
    opened = browser.new_context(viewport={"width": DESKTOP, "height": 800})
    yield opened
    opened.close()


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_accessible_self_contained_and_fits_its_screen(
    dashboard: str, shared: BrowserContext, path: str, picture: Picture
) -> None:
    page = shared.new_page()
    found = collect_problems(page, dashboard)
    open_complete(page, dashboard + path)
    name = path.strip("/") or "overview"
    picture(page, f"{name}-{DESKTOP}")
    assert violations(page) == []
    assert page.locator("h1").count() == 1
    for width in (DESKTOP, PHONE, NARROWEST):
        assert fits(page, width), width
    picture(page, f"{name}-{NARROWEST}")
    assert found == []
    assert page.context.cookies() == []
    page.close()


@pytest.mark.parametrize("path", KINDS)
def test_a_page_opened_on_a_phone_is_accessible_and_fits_its_screen(
    dashboard: str, shared: BrowserContext, path: str
) -> None:
    page = shared.new_page()
    page.set_viewport_size({"width": PHONE, "height": 800})
    found = collect_problems(page, dashboard)
    open_complete(page, dashboard + path)
    assert violations(page) == []
    assert found == []
    assert fits(page, PHONE)
    page.close()


@pytest.mark.parametrize("width", [DESKTOP, PHONE, NARROWEST])
def test_pages_made_for_one_address_are_accessible_and_have_help_beside_the_exit(
    dashboard: str, shared: BrowserContext, width: int, picture: Picture
) -> None:
    page = shared.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    found = collect_problems(page, dashboard)
    broken = {}
    for path in (*WITHOUT_A_SCRIPT, TABLE):
        if path == TABLE:
            open_complete(page, dashboard + path)
        else:
            page.goto(dashboard + path)
        picture(page, f"{path.strip('/').replace('/', '-')}-{width}")
        broken[path] = violations(page)
        assert fits(page, width), path
        help_link = page.get_by_role("link", name="Get help", exact=True)
        exit_link = page.get_by_role("link", name="Leave this page").last  # a hidden one is first
        expect(help_link).to_be_in_viewport(ratio=1)
        expect(exit_link).to_be_in_viewport(ratio=1)
        assert beside(help_link, exit_link), path
    assert {path: rules for path, rules in broken.items() if rules} == {}
    assert found == []
    page.close()


def beside(left: Locator, right: Locator) -> bool:
    """Return whether two links are in one line, the second next to the first and as high."""
    one, other = left.bounding_box(), right.bounding_box()
    if one is None or other is None:
        return False
    gap = other["x"] - one["x"] - one["width"]
    return 0 < gap < 44 and abs(one["y"] - other["y"]) < 1 and one["height"] == other["height"]


def test_the_checks_of_a_page_detect_planted_problems(dashboard: str, page: Page) -> None:
    found = collect_problems(page, dashboard)
    open_complete(page, f"{dashboard}/about")
    page.evaluate(
        """() => {
            const image = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">';
            document.body.insertAdjacentHTML('beforeend', image);
            console.error('planted');
            fetch('http://127.0.0.1:9/elsewhere').catch(() => null);
        }"""
    )
    assert any(rule.startswith("image-alt") for rule in violations(page))
    assert "planted" in found
    assert any(
        problem.startswith("outside: ") or "Content Security Policy" in problem for problem in found
    )


@pytest.mark.parametrize(
    "path",
    ["/sex", "/figures-check", *(pytest.param(path, marks=pytest.mark.slow) for path in DARK_TOO)],
)
def test_a_page_is_accessible_in_dark_mode(
    dashboard: str, shared: BrowserContext, path: str, picture: Picture
) -> None:
    page = shared.new_page()
    page.emulate_media(color_scheme="dark")
    open_complete(page, dashboard + path)
    picture(page, f"{path.strip('/') or 'overview'}-dark")
    assert violations(page) == []
    page.close()


def test_the_overview_has_the_published_figures_with_their_sections(
    dashboard: str, page: Page
) -> None:
    open_complete(page, dashboard)
    text = page.locator("[data-testid=stMain]").inner_text()
    for figure in ("1,336", "126,453", "1.1%", "145", "706", "425", "194"):
        assert re.search(rf"(?<![\d,]){re.escape(figure)}(?![\d,]*\d)", text), figure
    for nationality, count in (("Vietnam", "237"), ("Albania", "168"), ("China", "109")):
        row = page.get_by_role("listitem").filter(has_text=re.compile(f"^{nationality} "))
        expect(row).to_contain_text(count)
    for section in ("2.1", "3.3.2", "3.6.2", "3.8.2"):
        assert f"section {section}" in text or f", {section}" in text, section


def test_the_overview_has_its_figures_without_javascript(dashboard: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(dashboard)
    text = page.locator("body").inner_text()
    for figure in ("1,336", "126,453", "237", "168", "109", "145", "706", "425", "Get help"):
        assert figure in text
    context.close()


def _open_filters(page: Page) -> None:
    """Open the filters, which are behind a button on a phone."""
    button = page.locator(".choices summary").first
    if button.is_visible():
        button.click()


def test_a_filter_changes_finding_and_address_and_the_link_restores_it(
    dashboard: str, page: Page
) -> None:
    open_complete(page, f"{dashboard}/sex")
    _open_filters(page)
    page.get_by_role("combobox", name="Crime type").click()
    page.get_by_role("option", name="Domestic abuse").click()
    expect(page).to_have_url(f"{dashboard}/sex?crime_type=DA")
    page.get_by_role("radio", name="Share").click()
    expect(page).to_have_url(f"{dashboard}/sex?crime_type=DA&measure=share")
    finding = page.locator("h2.finding").first
    expect(finding).to_contain_text("Of the 192 domestic abuse referrals")
    text = finding.inner_text()
    open_complete(page, page.url)
    _open_filters(page)
    expect(page.get_by_role("combobox", name="Crime type")).to_have_value("Domestic abuse")
    expect(page.locator("h2.finding").first).to_have_text(text)


def test_a_tampered_address_shows_a_notice_and_the_unfiltered_page(
    dashboard: str, page: Page
) -> None:
    open_complete(
        page, f"{dashboard}/sex?crime_type=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&measure=share"
    )
    expect(
        page.get_by_role("status").filter(has_text="Part of this link could not be used")
    ).to_contain_text("crime_type")
    _open_filters(page)
    expect(page.get_by_role("combobox", name="Crime type")).to_have_value("All crime types")
    expect(page.get_by_role("radio", name="Share")).to_be_checked()
    assert page.locator("img[src=x]").count() == 0


def test_the_low_data_version_keeps_the_release_and_links_back(dashboard: str, page: Page) -> None:
    open_complete(page, f"{dashboard}/age?release=example&sex=F")
    if page.locator(".vr-menu").is_visible():
        page.locator(".vr-menu").click()
    page.get_by_role("link", name="Low-data version").click()
    expect(page).to_have_url(f"{dashboard}/lite/example/age")
    expect(page.get_by_text("Worked example: invented figures").first).to_be_visible()
    page.get_by_role("link", name="Full version").click()
    expect(page).to_have_url(f"{dashboard}/age?release=example")


def test_the_witnesses_are_added_up_at_a_click_on_a_page_that_is_accessible_in_dark_too(
    dashboard: str, shared: BrowserContext
) -> None:
    page = shared.new_page()
    found = collect_problems(page, dashboard)
    open_complete(page, f"{dashboard}/releases")
    page.get_by_role("link", name="Add up the witnesses now").click(timeout=40_000)
    result = page.get_by_text(re.compile(r"^[\d,]{5,} witnesses were added up again; all agree\.$"))
    expect(result).to_be_visible(timeout=40_000)
    expect(page.get_by_role("link", name="Leave this page")).to_be_in_viewport()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    for width in (DESKTOP, PHONE, NARROWEST):
        assert fits(page, width), width
    assert found == []
    page.get_by_role("link", name="Back to releases and downloads").click()
    expect(page).to_have_url(f"{dashboard}/releases")
    page.close()


def test_a_card_can_be_downloaded_as_csv_svg_and_text(
    dashboard: str, page: Page, tmp_path: Path
) -> None:
    open_complete(page, f"{dashboard}/nationality")
    page.get_by_text("Download, copy, cite or link").first.click()
    for name, ending, words in (
        ("Table (CSV)", ".csv", "Vietnam"),
        ("Picture (SVG)", ".svg", "<svg"),
    ):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).first.click()
        assert (
            waiting.value.suggested_filename
            == f"victim-referrals-2020-21-published-nationality{ending}"
        )
        waiting.value.save_as(tmp_path / f"card{ending}")
        assert words in (tmp_path / f"card{ending}").read_text(encoding="utf-8")
    expect(page.locator("pre.copy").first).to_contain_text("Release 2020-21 (published)")


def test_a_printed_page_has_its_text_and_no_controls(dashboard: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": DESKTOP, "height": 800})
    page = context.new_page()
    open_complete(page, f"{dashboard}/sex")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_text("The gender of the individual being referred").first).to_be_visible()
    expect(page.get_by_role("radio", name="Share")).to_be_hidden()
    expect(page.get_by_text("Download, copy, cite or link").first).to_be_hidden()
    expect(page.locator("#vr-exit")).to_be_hidden()
    context.close()


def test_the_endpoints_that_streamlit_waits_for_are_requested_once_and_early(
    dashboard: str, page: Page
) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url.removeprefix(dashboard)))
    open_complete(page, f"{dashboard}/nationality")
    # The last of the links in the page.
    last = next(number for number, path in enumerate(requested) if "Multiselect" in path)
    for path in FETCHED_EARLY:
        assert requested.count(path) == 1
        assert requested.index(path) < last


def test_a_missing_page_is_a_404_with_links(dashboard: str, page: Page) -> None:
    answer = page.goto(f"{dashboard}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    assert violations(page) == []
    page.get_by_role("link", name="Safeguarding and support").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Safeguarding and support")


@pytest.mark.parametrize("path", ["/crime-type", pytest.param("/sex", marks=pytest.mark.slow)])
def test_the_first_request_to_a_new_server_may_be_an_inner_page(
    browser: Browser, path: str
) -> None:
    """Until st.navigation has run, Streamlit takes a folder named `pages` for old-style pages."""
    with serve(ROOT) as new_server:
        page = browser.new_page()
        open_page(page, new_server.address + path)
        name = path.strip("/").replace("-", " ").capitalize()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(f"{name} - Victim referrals")
        page.close()
