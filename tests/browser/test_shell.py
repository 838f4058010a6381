"""The shell in a real browser: links, focus, announcements, fragments, menu and print."""

from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.servers import drawn, open_page

Modifier = Literal["Alt", "Control", "Meta", "Shift"]


def mark(page: Page) -> None:
    """Set a variable that a reload would clear."""
    page.evaluate("() => { window.marked = true; }")


def was_reloaded(page: Page) -> bool:
    return not page.evaluate("() => window.marked")


def test_a_menu_link_changes_the_page_without_a_reload_and_announces_it(
    page: Page, home: str
) -> None:
    open_page(page, home)
    mark(page)
    page.get_by_role("navigation", name="Sections").get_by_text("About").click()
    drawn(page, "Words")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("#vr-status")).to_have_text("Words")
    expect(page).to_have_title("Words - Small site: for tests")
    expect(page.locator("#vr-nav a[aria-current=page]")).to_have_text("Words")
    assert not was_reloaded(page)


def test_back_returns_to_the_previous_page_and_its_menu(page: Page, home: str) -> None:
    open_page(page, home)
    mark(page)
    page.locator(".vr-sections").get_by_text("About").click()
    drawn(page, "Words")
    page.go_back()
    drawn(page, "Overview")
    expect(page.locator("#vr-nav a[aria-current=page]")).to_have_text("Overview")
    assert not was_reloaded(page)


@pytest.mark.slow
def test_the_low_data_link_follows_the_current_page(page: Page, home: str) -> None:
    open_page(page, home)
    link = page.get_by_role("link", name="Low-data version")
    expect(link).to_have_attribute("href", "/lite/")
    page.locator(".vr-sections").get_by_text("About").click()
    drawn(page, "Words")
    expect(link).to_have_attribute("href", "/lite/words")


@pytest.mark.slow
def test_the_low_data_link_follows_the_selected_release(page: Page, home: str) -> None:
    open_page(page, f"{home}/words?release=other&letter=b", "Words")
    link = page.get_by_role("link", name="Low-data version")
    expect(link).to_have_attribute("href", "/lite/other/words")
    page.evaluate("() => history.replaceState({}, '', '/words?release=gone')")
    expect(link).to_have_attribute("href", "/lite/words")
    page.evaluate("() => history.replaceState({}, '', '/words?release=other')")
    expect(link).to_have_attribute("href", "/lite/other/words")


def test_a_link_in_the_text_keeps_its_query_and_fragment(page: Page, home: str) -> None:
    open_page(page, home)
    mark(page)
    page.get_by_role("link", name="What bail means").click()
    drawn(page, "Words")
    target = page.locator("#bail")
    expect(target).to_be_focused(timeout=10_000)
    expect(target).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Letter")).to_have_value("b")
    assert page.url == f"{home}/words?letter=b#bail"
    assert not was_reloaded(page)


def test_a_fragment_is_found_on_a_page_opened_directly(page: Page, home: str) -> None:
    open_page(page, f"{home}/words#bail", "Words")
    expect(page.locator("#bail")).to_be_focused(timeout=10_000)
    expect(page.locator("#bail")).to_be_in_viewport(ratio=1)


def was_left_to_the_browser(page: Page, modifier: Modifier | None) -> bool:
    """Click a link to another page and return whether the shell let the browser follow it.

    What the browser then does is not tested: with Control it opens a tab, but Chromium's headless
    shell often opens none.
    """
    page.evaluate(
        """() => addEventListener('click', (event) => {
            window.leftToTheBrowser = !event.defaultPrevented;
            event.preventDefault();
        }, { once: true })"""
    )
    link = page.get_by_role("link", name="What bail means")
    link.click(modifiers=[modifier] if modifier else [])
    return bool(page.evaluate("() => window.leftToTheBrowser"))


@pytest.mark.parametrize("modifier", ["Control", "Meta", "Shift", "Alt"])
def test_a_click_with_a_modifier_key_is_left_to_the_browser(
    page: Page, home: str, modifier: Modifier
) -> None:
    open_page(page, home)
    assert was_left_to_the_browser(page, modifier)
    assert page.url.rstrip("/") == home


def test_a_click_without_a_modifier_key_is_followed_by_the_shell(page: Page, home: str) -> None:
    open_page(page, home)
    assert not was_left_to_the_browser(page, None)
    expect(page).to_have_url(f"{home}/words?letter=b#bail")


def test_the_first_tab_stop_skips_to_the_heading(page: Page, home: str) -> None:
    open_page(page, home)
    expect(page.get_by_label("Find")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("*:focus")).to_have_text("Skip to the main content")
    expect(page.locator("*:focus")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Find")).to_be_focused()


def test_the_menu_on_a_phone_opens_and_closes_by_keyboard(home_page: Page) -> None:
    home_page.set_viewport_size({"width": 360, "height": 640})
    button, menu = (
        home_page.get_by_role("button", name="Menu"),
        home_page.get_by_role("navigation", name="Pages"),
    )
    expect(menu).not_to_be_visible()
    button.focus()
    home_page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    home_page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    home_page.keyboard.press("Escape")
    expect(menu).not_to_be_visible()
    expect(button).to_be_focused()


@pytest.mark.parametrize("path", ["", pytest.param("/words", marks=pytest.mark.slow), "/nowhere"])
def test_the_page_never_scrolls_sideways_and_targets_are_44_pixels_high(
    page: Page, home: str, path: str
) -> None:
    page.goto(home + path)
    page.locator("h1:visible").first.wait_for()
    menu = page.locator(".vr-menu")
    for width in (1280, 768, 360, 320):
        page.set_viewport_size({"width": width, "height": 640})
        if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
            menu.click()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        sizes = page.locator(
            ".vr-bar a:visible, .vr-menu:visible, #vr-nav a:visible, #vr-exit [data-vr-exit]"
        ).evaluate_all("links => links.map(link => link.getBoundingClientRect().height)")
        assert min(sizes) >= 44, width


def test_print_expands_details_and_states_address_and_date(home_page: Page, home: str) -> None:
    details = home_page.locator(".stHtml details")
    expect(details).to_be_visible()
    home_page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    home_page.emulate_media(media="print")
    expect(details).to_have_attribute("open", "")
    expect(home_page.locator(".vr-print-end")).to_contain_text(f"from {home}/")
    for chrome in (".vr-bar", "#vr-nav", "#vr-exit", "[data-testid=stHeader]"):
        expect(home_page.locator(chrome)).not_to_be_visible()
    printed_address = home_page.locator("a[href^='https']", has_text="Elsewhere").evaluate(
        "link => getComputedStyle(link, '::after').content"
    )
    assert "(" in printed_address
    home_page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert details.get_attribute("open") is None


@dataclass(frozen=True)
class Visit:
    """The WebSockets, requests and console messages of a visit to two pages."""

    requested: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def visit(shared: BrowserContext, home: str) -> Visit:
    made = Visit()
    page = shared.new_page()
    page.on("request", lambda request: made.requested.append(request.url))
    page.on("console", lambda message: made.messages.append(message.text))
    page.on("websocket", lambda socket: made.sockets.append(socket.url))
    open_page(page, home)
    page.wait_for_load_state("networkidle")
    page.locator(".vr-sections").get_by_text("About").click()
    drawn(page, "Words")
    page.wait_for_load_state("networkidle")
    page.close()
    return made


def test_the_page_makes_no_outside_requests_and_obeys_its_policy(
    visit: Visit, shared: BrowserContext, home: str
) -> None:
    ours = (home, home.replace("http", "ws"), "data:")
    assert home in {url.rstrip("/") for url in visit.requested}
    assert [url for url in visit.requested if not url.startswith(ours)] == []
    assert [url for url in visit.requested if ".woff" in url] == []
    assert [text for text in visit.messages if "Content Security Policy" in text] == []
    assert shared.cookies() == []


def test_two_pages_of_one_visit_open_one_websocket(visit: Visit, home: str) -> None:
    assert visit.sockets == [f"{home.replace('http', 'ws')}/_stcore/stream"]


def test_heading_description_and_menu_are_visible_before_streamlit_loads(
    page: Page, home: str
) -> None:
    page.route("**/static/**", lambda _: None)
    page.goto(f"{home}/words", wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Words")
    expect(page.get_by_text("What words mean.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Sections")).to_be_visible()
    property_of = "name => getComputedStyle(document.querySelector('#root')).getPropertyValue(name)"
    assert page.evaluate(property_of, "--vr-loading") == '"Loading…"'
    page.get_by_role("navigation", name="Sections").get_by_text("Statistics").click(
        no_wait_after=True
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview of the figures")


@pytest.mark.parametrize(
    ("scheme", "background"),
    [
        pytest.param("light", "rgb(255, 255, 255)", marks=pytest.mark.slow),
        ("dark", "rgb(20, 24, 29)"),
    ],
)
def test_shell_and_streamlit_follow_the_light_or_dark_preference(
    page: Page, home: str, scheme: str, background: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(page, home)
    for part in (".vr-bar", ".stApp"):
        expect(page.locator(part)).to_have_css("background-color", background)


def test_a_404_page_opens_no_websocket(page: Page, home: str) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{home}/no-such-page")
    expect(page.locator("h1")).to_have_text("Page not found")
    assert sockets == []
