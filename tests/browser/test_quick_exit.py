"""The exit in a real browser: immediate, in every state of the page, the server and the browser."""

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.servers import Site, drawn, open_page
from tests.browser.small_site import FRAMING, serve_small_site

HARMLESS = "https://www.bbc.co.uk/weather"
OUTSIDE = re.compile("^https:")
WEATHER = "<title>Weather</title>Sunny spells"
SOON = 3_000
"""Milliseconds within which the reader must have left."""


@pytest.fixture
def page(shared: BrowserContext) -> Iterator[Page]:
    opened = open_on_phone(shared)
    yield opened
    opened.close()


@pytest.fixture
def still(home_page: Page) -> Iterator[Page]:
    """A page that tests do not leave. A key that is not Shift ends the count of presses."""
    home_page.locator("h1").click()
    yield home_page
    home_page.keyboard.press("Escape")


def open_on_phone(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    _answer_for_outside(page)
    return page


def _answer_for_outside(page: Page) -> None:
    """Answer for every outside address that a page opens, as `_fake_outside` does.

    Playwright's own routes would switch the cache off, so each test would compile the scripts.
    """
    browser = page.context.new_cdp_session(page)

    def answer(paused: dict[str, Any]) -> None:
        browser.send(
            "Fetch.fulfillRequest",
            {
                "requestId": paused["requestId"],
                "responseCode": 200,
                "responseHeaders": [{"name": "Content-Type", "value": "text/html"}],
                "body": b64encode(WEATHER.encode()).decode(),
            },
        )

    browser.on("Fetch.requestPaused", answer)
    browser.send("Fetch.enable", {"patterns": [{"urlPattern": "https://*"}]})


def _fake_outside(context: BrowserContext) -> None:
    """Answer for every outside address with a page about the weather."""
    context.route(OUTSIDE, lambda route: route.fulfill(content_type="text/html", body=WEATHER))


def never(_: Route) -> None:
    """Leave a request unanswered, as a slow network does."""


def press_shift(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("Shift")


def expect_gone(page: Page) -> None:
    expect(page).to_have_url(HARMLESS, timeout=SOON)


def test_one_click_leaves(page: Page, home: str) -> None:
    open_page(page, home)
    page.locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)


def test_three_presses_of_shift_leave(page: Page, home: str) -> None:
    open_page(page, home)
    press_shift(page, 3)
    expect_gone(page)


@pytest.mark.parametrize(
    "path",
    [
        "ask?q=how+many+women",
        *(
            pytest.param(path, marks=pytest.mark.slow)
            for path in ("ask", "claims", "nationality/VNM", "nationality/XXX", "present")
        ),
    ],
)
def test_three_presses_of_shift_leave_a_page_outside_the_dashboard(
    page: Page, dashboard: str, path: str
) -> None:
    page.goto(f"{dashboard}/{path}")
    press_shift(page, 3)
    expect_gone(page)


def test_each_press_of_shift_is_announced(still: Page) -> None:
    count = still.locator("#vr-exit-count")
    assert count.get_attribute("role") == "status"
    press_shift(still, 1)
    expect(count).to_have_text("Press Shift 2 more times to leave")
    press_shift(still, 1)
    expect(count).to_have_text("Press Shift 1 more time to leave")


def test_presses_of_shift_expire_after_five_seconds(browser: Browser, home: str) -> None:
    context = browser.new_context()  # all of its pages have the clock
    context.clock.install()
    page = context.new_page()
    page.goto(f"{home}/nowhere")
    count = page.locator("#vr-exit-count")
    press_shift(page, 2)
    context.clock.run_for(3_000)
    expect(count).to_have_text("Press Shift 1 more time to leave")
    context.clock.run_for(2_000)
    expect(count).to_be_empty()
    press_shift(page, 2)
    expect(count).to_have_text("Press Shift 1 more time to leave")
    context.close()


def test_capital_letters_do_not_leave(still: Page, home: str) -> None:
    field = still.get_by_label("Find")
    field.focus()
    for letter in "ABCDEF":
        still.keyboard.press(f"Shift+{letter}")
    expect(field).to_have_value("ABCDEF")
    press_shift(still, 2)
    still.keyboard.press("g")
    press_shift(still, 2)
    assert still.url.startswith(home)


def test_shift_leaves_from_inside_a_text_field(page: Page, small_site: Site) -> None:
    open_page(page, small_site.address)
    page.get_by_label("Find").focus()
    press_shift(page, 3)
    expect_gone(page)


def test_page_and_title_are_hidden_before_the_next_page_loads(page: Page, home: str) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    open_page(page, home)
    page.evaluate(
        "() => addEventListener('beforeunload', () => console.log("
        "`${document.title} ${getComputedStyle(document.querySelector('h1')).visibility}`))"
    )
    page.locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)
    assert messages[-1] == "Weather hidden"


def test_back_does_not_return_to_the_site(page: Page, home: str) -> None:
    page.goto("about:blank")
    open_page(page, home)
    page.evaluate("() => [...document.querySelectorAll('#vr-nav a')].at(-1).click()")
    page.wait_for_function("() => history.length === 3")
    drawn(page)
    press_shift(page, 3)
    expect_gone(page)
    page.go_back()
    expect(page).to_have_url(HARMLESS, timeout=10_000)


def test_leaving_clears_the_browsers_storage(page: Page, home: str) -> None:
    open_page(page, home)
    page.evaluate(
        "() => { localStorage.setItem('theme', 'x'); sessionStorage.setItem('seen', 'x'); }"
    )
    page.locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)
    page.goto(f"{home}/nowhere")
    assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.context.cookies() == []


def test_leaving_works_before_streamlit_has_loaded(page: Page, home: str) -> None:
    page.route("**/static/**", never)
    page.goto(home, wait_until="commit")
    page.locator("#vr-exit [data-vr-exit]").click(timeout=SOON, no_wait_after=True)
    expect_gone(page)


def test_shift_works_before_streamlit_has_loaded(page: Page, home: str) -> None:
    page.route("**/static/**", never)
    page.goto(home, wait_until="commit")
    page.locator("#vr-exit [data-vr-exit]").wait_for()
    press_shift(page, 3)
    expect_gone(page)


@pytest.mark.slow
def test_leaving_works_while_the_server_is_busy(page: Page, small_site: Site) -> None:
    open_page(page, small_site.address)
    page.get_by_role("button", name="Work for a long time").click()
    page.locator("[data-test-script-state=running]").wait_for(state="attached")
    page.locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)


either_way = pytest.mark.parametrize(
    "way", ["click", pytest.param("shift", marks=pytest.mark.slow)]
)
"""A mark of tests that leave by the button and, in `make test-slow`, by the key."""


@either_way
def test_leaving_works_when_the_server_is_gone_and_the_page_is_inert(
    page: Page, tmp_path: Path, way: str
) -> None:
    with serve_small_site(tmp_path) as site:
        open_page(page, site.address)
        site.end()
        page.get_by_role("dialog", name="Connection error").wait_for(timeout=30_000)
        assert page.locator("#root").evaluate("element => element.inert")
        if way == "click":
            page.locator("#vr-exit [data-vr-exit]").click(timeout=SOON)
        else:
            press_shift(page, 3)
        expect_gone(page)


def test_leaving_works_without_script(browser: Browser, home: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    _fake_outside(context)
    page = context.new_page()
    page.goto(home)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#vr-nav a").first).to_be_visible()
    page.locator("#vr-exit [data-vr-exit]").click(timeout=SOON)
    expect_gone(page)
    context.close()


def test_leaving_works_on_the_404_page(page: Page, home: str) -> None:
    page.goto(f"{home}/nowhere")
    press_shift(page, 3)
    expect_gone(page)


def test_the_exit_button_is_outside_the_body(still: Page) -> None:
    assert still.locator("#vr-exit").evaluate(
        "element => element.parentNode === document.documentElement"
    )


def test_the_exit_button_is_in_view_at_every_width_and_covers_no_text(still: Page) -> None:
    for width in (320, 360, 768, 1280):
        still.set_viewport_size({"width": width, "height": 640})
        for scroll in ("scrollTo(0, 0)", "scrollTo(0, document.documentElement.scrollHeight)"):
            still.evaluate(scroll)
            expect(still.locator("#vr-exit [data-vr-exit]")).to_be_in_viewport(ratio=1)
        button = still.locator("#vr-exit").bounding_box()
        words = still.locator("#last").bounding_box()
        assert button is not None
        assert words is not None
        assert button["height"] >= 44
        under = words["y"] >= button["y"] + button["height"]
        assert words["y"] + words["height"] <= button["y"] or under, width


def test_the_exit_button_describes_its_effect(still: Page) -> None:
    button = still.locator("#vr-exit [data-vr-exit]")
    expect(button).to_have_accessible_name("Leave this page")
    expect(button).to_have_accessible_description(
        re.compile("does not clear your browser’s history")
    )


LOCAL = ["local-network-access"]
"""The permission that an outside page needs to frame one from this machine."""


def open_framed(browser: Browser, home: str, *, sandbox: str = "", **named: Any) -> Page:
    """Open a page of the site that may frame ours, and does."""
    context = browser.new_context(permissions=LOCAL, **named)
    _fake_outside(context)
    html = f'<iframe src="{home}" width="360" height="600"{sandbox}></iframe>'
    context.route(f"{FRAMING}/", lambda route: route.fulfill(content_type="text/html", body=html))
    page = context.new_page()
    page.goto(FRAMING)
    page.frame_locator("iframe").locator("h1").first.wait_for(timeout=30_000)
    return page


@either_way
@pytest.mark.slow
def test_leaving_leaves_the_page_that_frames_ours(browser: Browser, home: str, way: str) -> None:
    page = open_framed(browser, home)
    inside = page.frame_locator("iframe")
    if way == "click":
        inside.locator("#vr-exit [data-vr-exit]").click()
    else:
        inside.locator("h1").first.click()
        press_shift(page, 3)
    expect_gone(page)
    page.context.close()


@pytest.mark.slow
def test_in_a_sandboxed_frame_our_page_leaves_alone(browser: Browser, home: str) -> None:
    page = open_framed(browser, home, sandbox=' sandbox="allow-scripts allow-same-origin"')
    page.frame_locator("iframe").locator("#vr-exit [data-vr-exit]").click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text(
        "Sunny spells", timeout=SOON
    )
    page.context.close()


def test_leaving_without_script_leaves_the_page_that_frames_ours(
    browser: Browser, home: str
) -> None:
    page = open_framed(browser, home, java_script_enabled=False)
    page.frame_locator("iframe").locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)
    page.context.close()
