"""Every page in a real browser: on desktop and phone, in light, dark and print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from referrals.content.sitemap import drawn_by_streamlit
from referrals.paths import ROOT
from referrals.web.shell.html import FETCHED_EARLY
from tests.browser import servers
from tests.browser.servers import (
    DESKTOP,
    NARROWEST,
    PHONE,
    Picture,
    drawn,
    on_desktop_and_phone,
    open_page,
    serve,
)

PATHS = tuple(head.path for head in drawn_by_streamlit())
KINDS = ("/", "/sex", "/trends", "/safeguarding")
"""A page of each kind: overview, a card with filters, charts over time, text."""

EVERY_PATH = [pytest.param(path, marks=() if path in KINDS else pytest.mark.slow) for path in PATHS]
"""Every page, in `make test` one of each kind."""

ON_A_PHONE = (
    "/sex",
    *(pytest.param(path, marks=pytest.mark.slow) for path in ("/", "/figures-check")),
)
"""Pages that are opened on a phone too, where menu and filters are behind buttons."""

IN_THE_DARK = (
    "/sex",
    *(
        pytest.param(path, marks=pytest.mark.slow)
        for path in ("/", "/trends", "/safeguarding", "/figures-check", "/table", "/releases")
    ),
)

TABLE = "/table"
FOR_ONE_ADDRESS = (
    *("/search?q=he+hits+me", "/search?q=how+many+women", "/a-to-z"),
    *("/ask", "/claims", "/s/E024", "/nationality/VNM", "/api/v1/docs", TABLE),
)
"""Pages outside the dashboard, answered without Streamlit, and the one that builds a table."""

ONE_OF_A_KIND = ("/search?q=he+hits+me", "/nationality/VNM", TABLE)

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Without it, axe also describes every element that passes.
    "resultTypes": ["violations"],
}


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


def open_folds(page: Page) -> None:
    """Open every fold below the header: axe does not look into closed ones, nor are they wide."""
    folds = "document.querySelectorAll(':is(main, #stMain) details')"
    page.evaluate(f"{folds}.forEach((fold) => {{ fold.open = true; }})")


def fits(page: Page, width: int) -> bool:
    """Return whether a page, in a window of this width, is no wider than it."""
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def open_complete(page: Page, address: str) -> None:
    """Open a page and wait until its end is drawn, and its charts with it."""
    open_page(page, address)
    complete(page)


def complete(page: Page) -> None:
    """Wait until the end of a page is drawn, and its charts with it."""
    page.locator(".page-end").wait_for(state="attached")
    for chart in page.locator("[data-testid=stPlotlyChart]").all():
        chart.locator(".main-svg").first.wait_for(state="attached")


@pytest.mark.parametrize("path", EVERY_PATH)
def test_every_page_is_accessible_self_contained_and_fits_its_screen(
    dashboard: str, page: Page, path: str, picture: Picture
) -> None:
    found = collect_problems(page, dashboard)
    open_complete(page, dashboard + path)
    name = path.strip("/") or "overview"
    picture(page, f"{name}-{DESKTOP}")
    open_folds(page)
    assert violations(page) == []
    assert page.locator("h1").count() == 1
    for width in (DESKTOP, PHONE, NARROWEST):
        assert fits(page, width), width
    picture(page, f"{name}-{NARROWEST}")
    assert found == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("paths", [KINDS, pytest.param(PATHS, marks=pytest.mark.slow)])
def test_a_reader_who_goes_from_page_to_page_finds_no_fault_and_none_too_wide(
    dashboard: str, page: Page, paths: tuple[str, ...]
) -> None:
    found = collect_problems(page, dashboard)
    open_complete(page, dashboard)
    for head in (head for head in drawn_by_streamlit()[1:] if head.path in paths):
        page.locator(f"#vr-nav a[href='{head.path}']").evaluate("link => link.click()")
        expect(page).to_have_url(dashboard + head.path)
        page.locator("h1", has_text=head.title).wait_for()
        drawn(page)
        complete(page)
        assert page.locator("h1").count() == 1
        for width in (DESKTOP, NARROWEST):
            assert fits(page, width), (head.path, width)
    assert found == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ON_A_PHONE)
def test_a_page_opened_on_a_phone_is_accessible_and_fits_its_screen(
    dashboard: str, page: Page, path: str
) -> None:
    page.set_viewport_size({"width": PHONE, "height": 800})
    found = collect_problems(page, dashboard)
    open_complete(page, dashboard + path)
    assert violations(page) == []
    assert found == []
    assert fits(page, PHONE)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path in ONE_OF_A_KIND else pytest.mark.slow)
        for path in FOR_ONE_ADDRESS
    ],
)
def test_a_page_made_for_one_address_is_accessible_and_has_help_beside_the_exit(
    dashboard: str, page: Page, path: str, picture: Picture
) -> None:
    found = collect_problems(page, dashboard)
    open_page_of_one_address(page, dashboard, path)
    for width in (DESKTOP, PHONE, NARROWEST):
        assert fits(page, width), width
        picture(page, f"{path.strip('/').replace('/', '-')}-{width}")
        # The page can link to a section of this name, and a hidden exit is first.
        help_link = page.get_by_role("link", name="Get help", exact=True).last
        exit_link = page.get_by_role("link", name="Leave this page").last
        expect(help_link).to_be_in_viewport(ratio=1)
        expect(exit_link).to_be_in_viewport(ratio=1)
        assert beside(help_link, exit_link), width
    open_folds(page)
    assert violations(page) == []
    assert fits(page, NARROWEST)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", FOR_ONE_ADDRESS)
def test_a_page_made_for_one_address_is_accessible_on_wider_screens_and_in_the_dark_too(
    dashboard: str, page: Page, path: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    open_page_of_one_address(page, dashboard, path)
    for width in (DESKTOP, PHONE):
        assert fits(page, width), width
        assert violations(page) == [], width


def open_page_of_one_address(page: Page, dashboard: str, path: str) -> None:
    if path == TABLE:
        open_complete(page, dashboard + path)
    else:
        page.goto(dashboard + path)


def beside(left: Locator, right: Locator) -> bool:
    """Return whether two links are in one line, the second next to the first and as high."""
    one, other = left.bounding_box(), right.bounding_box()
    if one is None or other is None:
        return False
    gap = other["x"] - one["x"] - one["width"]
    return 0 < gap < 44 and abs(one["y"] - other["y"]) < 1 and one["height"] == other["height"]


def test_the_checks_of_a_page_detect_planted_problems(dashboard: str, page: Page) -> None:
    found = collect_problems(page, dashboard)
    page.goto(f"{dashboard}/ask")
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


@pytest.mark.parametrize("path", IN_THE_DARK)
def test_a_page_is_accessible_in_dark_mode(
    dashboard: str, page: Page, path: str, picture: Picture
) -> None:
    page.emulate_media(color_scheme="dark")
    open_complete(page, dashboard + path)
    picture(page, f"{path.strip('/') or 'overview'}-dark")
    assert violations(page) == []


@on_desktop_and_phone
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


@on_desktop_and_phone
def test_a_filter_changes_finding_and_address_and_the_link_restores_it(
    dashboard: str, page: Page
) -> None:
    open_complete(page, f"{dashboard}/sex")
    _open_filters(page)
    servers.press(page, "Crime type", "Domestic abuse")
    expect(page).to_have_url(f"{dashboard}/sex?crime_type=DA")
    page.get_by_role("radio", name="Share").click()
    expect(page).to_have_url(f"{dashboard}/sex?crime_type=DA&measure=share")
    finding = page.locator("h2.finding").first
    expect(finding).to_contain_text("Of the 192 domestic abuse referrals")
    text = finding.inner_text()
    open_complete(page, page.url)
    _open_filters(page)
    expect(page.get_by_role("radio", name="Domestic abuse")).to_be_checked()
    expect(page.locator("h2.finding").first).to_have_text(text)


@on_desktop_and_phone
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
    every = page.get_by_role("radiogroup", name="Crime type").get_by_role("radio", name="All")
    expect(every).to_be_checked()
    expect(page.get_by_role("radio", name="Share")).to_be_checked()
    assert page.locator("img[src=x]").count() == 0


@on_desktop_and_phone
def test_the_low_data_version_keeps_the_release_and_links_back(dashboard: str, page: Page) -> None:
    open_complete(page, f"{dashboard}/age?release=example&sex=F")
    if page.locator(".vr-menu").is_visible():
        page.locator(".vr-menu").click()
    page.get_by_role("link", name="Low-data version").click()
    expect(page).to_have_url(f"{dashboard}/lite/example/age")
    expect(page.get_by_text("Worked example: invented figures").first).to_be_visible()
    page.get_by_role("link", name="Full version").click()
    expect(page).to_have_url(f"{dashboard}/age?release=example")


@pytest.mark.slow
def test_the_witnesses_are_added_up_at_a_click_on_a_page_that_is_accessible_in_dark_too(
    dashboard: str, page: Page
) -> None:
    found = collect_problems(page, dashboard)
    open_complete(page, f"{dashboard}/releases")
    page.get_by_role("link", name="Add up the witnesses now").click(timeout=40_000)
    result = page.get_by_text(re.compile(r"^[\d,]{5,} witnesses were added up again; all agree\.$"))
    expect(result).to_be_visible(timeout=40_000)
    expect(page.get_by_role("link", name="Leave this page").last).to_be_in_viewport()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    for width in (DESKTOP, PHONE, NARROWEST):
        assert fits(page, width), width
    assert found == []
    page.get_by_role("link", name="Back to releases and downloads").click()
    expect(page).to_have_url(f"{dashboard}/releases")


@on_desktop_and_phone
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


def test_a_printed_page_has_its_text_and_no_controls(sex_page: Page) -> None:
    sex_page.emulate_media(media="print")
    sex_page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(
        sex_page.get_by_text("The gender of the individual being referred").first
    ).to_be_visible()
    expect(sex_page.get_by_role("radio", name="Share")).to_be_hidden()
    expect(sex_page.get_by_text("Download, copy, cite or link").first).to_be_hidden()
    expect(sex_page.locator("#vr-exit")).to_be_hidden()
    sex_page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_the_endpoints_that_streamlit_waits_for_are_requested_once_and_early(
    dashboard: str, browser: Browser
) -> None:
    page = browser.new_page()  # with nothing in its cache
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url.removeprefix(dashboard)))
    open_complete(page, f"{dashboard}/nationality")
    # The last of the links in the page.
    last = next(number for number, path in enumerate(requested) if "ButtonGroup" in path)
    for path in FETCHED_EARLY:
        assert requested.count(path) == 1
        assert requested.index(path) < last
    page.close()


@on_desktop_and_phone
def test_a_missing_page_is_a_404_with_links(dashboard: str, page: Page) -> None:
    answer = page.goto(f"{dashboard}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    assert violations(page) == []
    page.get_by_role("link", name="Safeguarding and support").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Safeguarding and support")


@pytest.mark.slow  # the dashboard of all these tests is asked for such a page first, too
@pytest.mark.parametrize("path", ["/crime-type", "/sex"])
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
