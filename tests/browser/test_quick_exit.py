"""The exit in a real browser: immediate, in every state of the page, the server and the browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from referrals.web import settings
from tests.browser.servers import Site, drawn, open_page
from tests.browser.small_site import serve_small_site

HARMLESS = "https://www.bbc.co.uk/weather"
OUTSIDE = re.compile("^https:")
SOON = 3_000
"""Milliseconds within which the reader must have left."""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 360, "height": 640})
    _fake_outside(opened)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def _fake_outside(context: BrowserContext) -> None:
    """Answer for every outside address with a page about the weather."""
    context.route(
        OUTSIDE,
        lambda route: route.fulfill(
            content_type="text/html", body="<title>Weather</title>Sunny spells"
        ),
    )


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


def test_each_press_of_shift_is_announced(page: Page, home: str) -> None:
    open_page(page, home)
    count = page.locator("#vr-exit-count")
    assert count.get_attribute("role") == "status"
    press_shift(page, 1)
    expect(count).to_have_text("Press Shift 2 more times to leave")
    press_shift(page, 1)
    expect(count).to_have_text("Press Shift 1 more time to leave")


def test_presses_of_shift_expire_after_five_seconds(page: Page, home: str) -> None:
    open_page(page, home)
    press_shift(page, 2)
    expect(page.locator("#vr-exit-count")).to_be_empty(timeout=7_000)
    press_shift(page, 2)
    expect(page.locator("#vr-exit-count")).to_have_text("Press Shift 1 more time to leave")


def test_capital_letters_do_not_leave(page: Page, small_site: Site) -> None:
    open_page(page, small_site.address)
    field = page.get_by_label("Find")
    field.focus()
    for letter in "ABCDEF":
        page.keyboard.press(f"Shift+{letter}")
    expect(field).to_have_value("ABCDEF")
    press_shift(page, 2)
    page.keyboard.press("g")
    press_shift(page, 2)
    assert page.url.startswith(small_site.address)


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


def test_leaving_works_while_the_server_is_busy(page: Page, small_site: Site) -> None:
    open_page(page, small_site.address)
    page.get_by_role("button", name="Work for a long time").click()
    page.locator("[data-test-script-state=running]").wait_for(state="attached")
    page.locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)


def test_leaving_works_when_the_server_is_gone_and_the_page_is_inert(
    context: BrowserContext, tmp_path: Path
) -> None:
    clicked, pressed = context.new_page(), context.new_page()
    with serve_small_site(tmp_path) as site:
        for page in (clicked, pressed):
            open_page(page, site.address)
        site.end()
        for page in (clicked, pressed):
            page.bring_to_front()
            page.get_by_role("dialog", name="Connection error").wait_for(timeout=30_000)
            assert page.locator("#root").evaluate("element => element.inert")
        press_shift(pressed, 3)
        expect_gone(pressed)
        clicked.bring_to_front()
        clicked.locator("#vr-exit [data-vr-exit]").click(timeout=SOON)
        expect_gone(clicked)


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


def test_the_exit_button_is_outside_the_body(page: Page, home: str) -> None:
    open_page(page, home)
    assert page.locator("#vr-exit").evaluate(
        "element => element.parentNode === document.documentElement"
    )


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_exit_button_is_in_view_at_every_width_and_covers_no_text(
    page: Page, small_site: Site, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    open_page(page, small_site.address)
    for scroll in ("scrollTo(0, 0)", "scrollTo(0, document.documentElement.scrollHeight)"):
        page.evaluate(scroll)
        expect(page.locator("#vr-exit [data-vr-exit]")).to_be_in_viewport(ratio=1)
    button, words = page.locator("#vr-exit").bounding_box(), page.locator("#last").bounding_box()
    assert button is not None
    assert words is not None
    assert button["height"] >= 44
    assert (
        words["y"] + words["height"] <= button["y"] or words["y"] >= button["y"] + button["height"]
    )


def test_the_exit_button_describes_its_effect(page: Page, home: str) -> None:
    open_page(page, home)
    button = page.locator("#vr-exit [data-vr-exit]")
    expect(button).to_have_accessible_name("Leave this page")
    expect(button).to_have_accessible_description(
        re.compile("does not clear your browser’s history")
    )


FRAMING = "https://framing.example"
LOCAL = ["local-network-access"]
"""The permission that an outside page needs to frame one from this machine."""


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small site that another site may frame."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings.FRAME_ANCESTORS, FRAMING)
        with serve_small_site(tmp_path_factory.mktemp("framed")) as site:
            yield site.address


def open_framed(browser: Browser, framed: str, *, sandbox: str = "", **named: Any) -> Page:
    """Open a page of another site that frames ours."""
    context = browser.new_context(permissions=LOCAL, **named)
    _fake_outside(context)
    html = f'<iframe src="{framed}" width="360" height="600"{sandbox}></iframe>'
    context.route(f"{FRAMING}/", lambda route: route.fulfill(content_type="text/html", body=html))
    page = context.new_page()
    page.goto(FRAMING)
    page.frame_locator("iframe").locator("h1").first.wait_for(timeout=30_000)
    return page


@pytest.mark.parametrize("way", ["click", "shift"])
def test_leaving_leaves_the_page_that_frames_ours(browser: Browser, framed: str, way: str) -> None:
    page = open_framed(browser, framed)
    inside = page.frame_locator("iframe")
    if way == "click":
        inside.locator("#vr-exit [data-vr-exit]").click()
    else:
        inside.locator("h1").first.click()
        press_shift(page, 3)
    expect_gone(page)
    page.context.close()


def test_in_a_sandboxed_frame_our_page_leaves_alone(browser: Browser, framed: str) -> None:
    page = open_framed(browser, framed, sandbox=' sandbox="allow-scripts allow-same-origin"')
    page.frame_locator("iframe").locator("#vr-exit [data-vr-exit]").click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text(
        "Sunny spells", timeout=SOON
    )
    page.context.close()


def test_leaving_without_script_leaves_the_page_that_frames_ours(
    browser: Browser, framed: str
) -> None:
    page = open_framed(browser, framed, java_script_enabled=False)
    page.frame_locator("iframe").locator("#vr-exit [data-vr-exit]").click()
    expect_gone(page)
    page.context.close()
