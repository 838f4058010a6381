"""The shell in a real browser: links, focus, announcements, fragments, menu and print."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.servers import drawn, open_page


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context for all pages, which compiles Streamlit's scripts once. Nothing here is stored."""
    opened = browser.new_context(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    yield opened
    opened.close()


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


def test_the_low_data_link_follows_the_current_page(page: Page, home: str) -> None:
    open_page(page, home)
    link = page.get_by_role("link", name="Low-data version")
    expect(link).to_have_attribute("href", "/lite/")
    page.locator(".vr-sections").get_by_text("About").click()
    drawn(page, "Words")
    expect(link).to_have_attribute("href", "/lite/words")


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


def test_a_control_click_opens_a_new_tab(page: Page, home: str) -> None:
    open_page(page, home)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="What bail means").click(modifiers=["Control"])
    assert opened.value.url.endswith("/words?letter=b#bail")
    assert page.url.rstrip("/") == home


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


def test_the_menu_on_a_phone_opens_and_closes_by_keyboard(page: Page, home: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    open_page(page, home)
    button, menu = (
        page.get_by_role("button", name="Menu"),
        page.get_by_role("navigation", name="Pages"),
    )
    expect(menu).not_to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).not_to_be_visible()
    expect(button).to_be_focused()


@pytest.mark.parametrize("path", ["", "/words", "/nowhere"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_page_never_scrolls_sideways_and_targets_are_44_pixels_high(
    page: Page, home: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(home + path)
    page.locator("h1:visible").first.wait_for()
    if page.locator(".vr-menu").is_visible():
        page.locator(".vr-menu").click()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    sizes = page.locator(
        ".vr-bar a:visible, .vr-menu:visible, #vr-nav a:visible, #vr-exit [data-vr-exit]"
    ).evaluate_all("links => links.map(link => link.getBoundingClientRect().height)")
    assert min(sizes) >= 44


def test_print_expands_details_and_states_address_and_date(page: Page, home: str) -> None:
    open_page(page, home)
    details = page.locator(".stHtml details")
    expect(details).to_be_visible()
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(details).to_have_attribute("open", "")
    expect(page.locator(".vr-print-end")).to_contain_text(f"from {home}/")
    for chrome in (".vr-bar", "#vr-nav", "#vr-exit", "[data-testid=stHeader]"):
        expect(page.locator(chrome)).not_to_be_visible()
    printed_address = page.locator("a[href^='https']", has_text="Elsewhere").evaluate(
        "link => getComputedStyle(link, '::after').content"
    )
    assert "(" in printed_address
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert details.get_attribute("open") is None


def test_the_page_makes_no_outside_requests_and_obeys_its_policy(page: Page, home: str) -> None:
    requested: list[str] = []
    messages: list[str] = []

    def note_request(request: Request) -> None:
        requested.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        messages.append(message.text)

    page.on("request", note_request)
    page.on("console", note_message)
    for path in ("", "/words"):
        open_page(page, home + path)
        page.wait_for_load_state("networkidle")
    assert [
        url for url in requested if not url.startswith((home, home.replace("http", "ws"), "data:"))
    ] == []
    assert [url for url in requested if ".woff" in url] == []
    assert [text for text in messages if "Content Security Policy" in text] == []
    assert page.context.cookies() == []


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
    ("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")]
)
def test_shell_and_streamlit_follow_the_light_or_dark_preference(
    browser: Browser, home: str, scheme: str, background: str
) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    open_page(page, home)
    for part in (".vr-bar", ".stApp"):
        expect(page.locator(part)).to_have_css("background-color", background)
    context.close()


# The WebSocket


def sockets_of(page: Page) -> list[str]:
    """Return a list that fills with the addresses of the sockets that a page opens."""
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    return opened


def test_a_page_opens_one_websocket(page: Page, home: str) -> None:
    opened = sockets_of(page)
    open_page(page, home)
    assert opened == [f"{home.replace('http', 'ws')}/_stcore/stream"]


def test_a_404_page_opens_no_websocket(page: Page, home: str) -> None:
    opened = sockets_of(page)
    page.goto(f"{home}/no-such-page")
    expect(page.locator("h1")).to_have_text("Page not found")
    assert opened == []
