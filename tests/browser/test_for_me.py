"""The page /for-me and the way to help lines, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from referrals.content.sitemap import every_page
from referrals.content.standalone_pages import heads as standalone_heads
from referrals.reference.helplines import helplines
from tests.browser.servers import DESKTOP, NARROWEST

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
HARMLESS: Final = "https://www.bbc.co.uk/weather"
CARD_FACE: Final = (85, 54)
"""Millimetres of one face of the card to print: the size of a bank card."""

PIXELS_PER_MM: Final = 96 / 25.4
FIRST_CHARITY: Final = next(row["number"] for row in helplines() if row["need"] != "danger")
ADDRESSES: Final = (
    *(page.path for page in every_page()),
    *(head.path for head in standalone_heads()),
    *("/lite/", "/lite/sex", "/lite/for-me", "/s/E002", "/nationality/VNM", "/no-such-page"),
)

TAPPED: Final = ("/sex", "/lite/sex", "/no-such-page")
"""An address of each kind: `make test` taps there, and follows the link of the others."""

HELP_LINK: Final = re.compile(r'<a class="vr-help" href="([^"]*)"')
HELP: Final = {"/safeguarding", "/safeguarding#get-help", "/lite/safeguarding#get-help"}
"""The addresses of the help lines."""

IS_ON_THE_FIRST_SCREEN: Final = """
number => {
  const links = [...document.querySelectorAll('a.telephone')];
  const link = links.find((each) => each.textContent === number && each.checkVisibility());
  const bar = document.getElementById('vr-exit');
  if (!link || !bar) return false;
  const place = link.getBoundingClientRect();
  return place.top >= 0 && place.bottom <= bar.getBoundingClientRect().top;
}
"""

RULES: Final = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}

FAKE_VOICES: Final = """
window.spoken = [];
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => VOICES,
  speak: (utterance) => window.spoken.push(utterance),
  cancel: () => window.spoken.push('cancel'),
  addEventListener: () => {},
}});
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""
LOCAL: Final = "{ localService: true, lang: 'en-GB' }"
REMOTE: Final = "{ localService: false, lang: 'en-GB' }"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of a reader who has stored nothing, on a phone. Outside pages are answered for."""
    opened = browser.new_context(viewport=PHONE)
    opened.route(re.compile("^https:"), answer_for_outside)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, dashboard: str) -> Page:
    page = context.new_page()
    page.goto(f"{dashboard}/for-me")
    return page


def answer_for_outside(route: Route) -> None:
    route.fulfill(content_type="text/html", body="<title>Weather</title>Sunny")


def violations(page: Page) -> list[str]:
    return [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=() if path in TAPPED else pytest.mark.slow) for path in ADDRESSES],
)
def test_a_help_line_that_is_not_the_police_is_one_tap_and_one_screen_away(
    shared: BrowserContext, dashboard: str, path: str
) -> None:
    page = shared.new_page()
    page.set_viewport_size(PHONE)
    page.goto(dashboard + path)
    page.locator("#vr-exit .vr-help").click()
    page.wait_for_url(re.compile("/safeguarding"))
    assert page.wait_for_function(IS_ON_THE_FIRST_SCREEN, arg=FIRST_CHARITY).json_value()
    page.close()


@pytest.mark.slow
def test_every_page_links_to_the_same_help_lines_beside_the_exit(dashboard: str) -> None:
    with httpx.Client(base_url=dashboard, timeout=60) as client:
        links = {path: HELP_LINK.findall(client.get(path).text) for path in ADDRESSES}
    assert {path: found for path, found in links.items() if len(found) != 1} == {}
    assert {urljoin(path, found) for path, (found,) in links.items()} <= HELP


def test_what_happens_to_my_details_is_one_tap_from_home(
    shared: BrowserContext, dashboard: str
) -> None:
    page = shared.new_page()
    page.set_viewport_size(PHONE)
    for home in ("/", "/lite/"):
        page.goto(dashboard + home)
        page.locator("main a", has_text="What happens to my details?").first.click()
        page.wait_for_url(re.compile("/for-me$"))
        expect(page.locator("h1")).to_have_text("What happens to my details")
    page.close()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_the_page_is_accessible_and_fits_every_screen(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert violations(page) == []
    for width in (NARROWEST, PHONE["width"], DESKTOP):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_reader_leaves_in_one_touch_when_the_server_is_dead(page: Page) -> None:
    page.context.route(re.compile("^http:"), lambda route: route.abort())
    page.locator("#vr-exit [data-vr-exit]").click()
    page.wait_for_url(HARMLESS)
    expect(page).to_have_title("Weather")


def test_three_presses_of_shift_leave_and_back_does_not_return(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(HARMLESS)
    page.go_back()
    assert "/for-me" not in page.url


def test_hiding_gives_a_neutral_title_and_clears_what_the_site_stored(page: Page) -> None:
    page.evaluate(
        """async () => {
            localStorage.setItem('a', '1');
            sessionStorage.setItem('a', '1');
            await caches.open('a');
        }"""
    )
    page.get_by_role("button", name="Hide what this page is").click()
    expect(page.locator("#tools-status")).to_contain_text("may still list the address")
    assert page.title() == "Notes"
    assert page.locator("link[rel=icon]").get_attribute("href") == "data:,"
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("caches.keys()") == []
    page.get_by_role("button", name="Show the title again").click()
    assert page.title().startswith("What happens to my details")


def test_moves_leave_no_entries_in_the_history_while_the_page_is_hidden(
    page: Page, dashboard: str
) -> None:
    page.get_by_role("button", name="Hide what this page is").click()
    before = page.evaluate("history.length")
    page.locator("main a", has_text="I am a victim of crime").last.click()
    assert page.evaluate("history.length") == before
    assert page.url == f"{dashboard}/for-me"
    assert page.evaluate("document.activeElement.id") == "i-am-a-victim-of-crime"
    page.locator("main a", has_text="All help lines").click()
    page.wait_for_url(re.compile("/safeguarding"))
    assert page.evaluate("history.length") == before


def test_a_telephone_number_still_dials_while_the_page_is_hidden(page: Page) -> None:
    page.get_by_role("button", name="Hide what this page is").click()
    prevented = page.evaluate(
        """() => {
            const link = document.querySelector('a.telephone');
            const event = new MouseEvent('click', { bubbles: true, cancelable: true });
            let isPrevented;
            addEventListener('click', (seen) => {
                isPrevented = seen.defaultPrevented;
                seen.preventDefault();
            });
            link.dispatchEvent(event);
            return isPrevented;
        }"""
    )
    assert prevented is False


@pytest.mark.parametrize("voices", [f"[{REMOTE}]", "[]"])
def test_without_a_voice_on_the_device_nothing_offers_to_read(
    context: BrowserContext, dashboard: str, voices: str
) -> None:
    page = context.new_page()
    page.add_init_script(FAKE_VOICES.replace("VOICES", voices))
    page.goto(f"{dashboard}/for-me")
    assert page.locator(".listen").count() == 0


def test_a_section_is_read_by_the_local_voice_until_it_is_stopped(
    context: BrowserContext, dashboard: str
) -> None:
    page = context.new_page()
    page.add_init_script(FAKE_VOICES.replace("VOICES", f"[{REMOTE}, {LOCAL}]"))
    page.goto(f"{dashboard}/for-me")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator(".listen").count() == page.locator("main h2").count()
    listen = page.locator("#i-saw-a-crime + .listen")
    listen.click()
    spoken = page.evaluate("spoken.filter((one) => one.text).map((one) => one.text)")
    assert spoken[0] == "I saw a crime"
    assert spoken[1] == "The same rules are for people who saw a crime."
    assert "I am a friend" not in spoken
    assert page.evaluate("spoken.filter((one) => one.text).every((one) => one.voice.localService)")
    expect(listen).to_have_text("Stop")
    listen.click()
    expect(listen).to_have_text("Listen")
    assert page.evaluate("spoken.at(-1)") == "cancel"
    assert asked == []


def test_the_card_prints_alone_in_the_size_of_a_bank_card(page: Page) -> None:
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="Print the card").click()
    page.emulate_media(media="print")
    assert not page.locator("h1").is_visible()
    assert not page.locator("header").is_visible()
    for face in page.locator(".wallet .face").all():
        box = face.bounding_box()
        assert box is not None
        size = (box["width"] / PIXELS_PER_MM, box["height"] / PIXELS_PER_MM)
        assert size == pytest.approx(CARD_FACE, abs=0.6)
        assert face.evaluate("face => face.scrollHeight <= face.clientHeight + 1")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("h1").is_visible()


def test_without_a_script_the_page_is_whole_and_offers_nothing_that_needs_one(
    browser: Browser, dashboard: str
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{dashboard}/for-me")
    assert page.get_by_role("button").all_inner_texts() in ([], ["Ask"])
    assert page.locator("#vr-exit [data-vr-exit]").get_attribute("href") == HARMLESS
    assert page.locator("h2", has_text="What we cannot promise").is_visible()
    context.close()
