"""Pages in other languages in a real browser: the way in, the way around, and how they look."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from referrals.i18n import languages, messages
from referrals.language import using
from tests.browser.servers import DESKTOP, PHONE, Picture, drawn, open_page
from tests.browser.test_every_page import fits, open_folds, violations
from tests.fixtures.pseudo_languages import english_left

LOOKED_AT = ("ur", "zh-Hans", "vi")
"""A language from right to left, one without spaces, and one with many accents."""

NOT_TRANSLATED = frozenset(
    {
        *("Skip to main content", "BibTeX", "Python"),
        *("Childline", "Rape Crisis England & Wales", "Rape Crisis Scotland"),
    }
)
"""Streamlit's own words, names of formats and of organisations, as decision 0013 lists them."""

OTHERWISE = re.compile("[\u0600-\u06ff]|^https?:")
"""Urdu that has an English name in it, or an address."""

MOST_LINES = 2
HIGHEST_BAR = 64
"""The height of the header in pixels at most: its own, with labels of two lines."""

pytestmark = pytest.mark.slow


@pytest.fixture
def vietnamese(browser: Browser) -> Iterator[BrowserContext]:
    """A cold browser of somebody who reads Vietnamese, on a phone."""
    context = browser.new_context(locale="vi-VN", viewport={"width": PHONE, "height": 740})
    yield context
    context.close()


def test_a_reader_of_vietnamese_has_a_help_line_after_two_taps(
    dashboard: str, vietnamese: BrowserContext
) -> None:
    page = vietnamese.new_page()
    page.goto(dashboard)
    page.locator(".vr-offer a").click()
    page.wait_for_url("**/vi/**")
    page.locator("#vr-exit .vr-help").click()
    page.wait_for_url("**/vi/safeguarding*")
    expect(page.locator("a.telephone").first).to_be_in_viewport(timeout=30_000)
    assert page.locator("html").get_attribute("lang") == "vi"


@pytest.mark.parametrize("path", ["/", "/sex", "/safeguarding"])
def test_no_english_is_left_unmarked_but_what_is_listed(
    dashboard: str, page: Page, path: str
) -> None:
    """In Urdu, as its letters tell its words from English ones. Every language has the same."""
    open_page(page, f"{dashboard}/ur{path}")
    with using("ur"):
        found = english_left(page.content())
    english = [text for text in found if not OTHERWISE.search(text)]
    assert set(english) <= NOT_TRANSLATED


def test_the_language_is_kept_over_ten_links_back_and_reload(dashboard: str, page: Page) -> None:
    open_page(page, f"{dashboard}/vi/")
    names = ["nationality", "age", "sex", "crime-type"]
    for name in [*names, *names, *names][:10]:
        page.locator(f"#vr-nav a[href*='/vi/{name}']").first.click()
        page.wait_for_url(f"**/vi/{name}*")
        drawn(page)
        assert page.locator("html").get_attribute("lang") == "vi"
    page.go_back()
    page.wait_for_url("**/vi/nationality*", wait_until="commit")
    page.reload()
    drawn(page)
    assert page.url.startswith(f"{dashboard}/vi/nationality")
    assert page.locator("html").get_attribute("lang") == "vi"


def test_an_english_reader_loads_fonts_only_after_opening_the_menu_of_languages(
    dashboard: str, page: Page
) -> None:
    fonts: list[str] = []
    page.on("request", lambda request: fonts.append(request.url))
    page.goto(f"{dashboard}/lite/sex")
    page.wait_for_load_state("networkidle")
    assert [url for url in fonts if ".woff" in url] == []
    page.locator(".vr-languages summary").click()
    expect(page.locator(".vr-languages [lang=bn]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len([url for url in fonts if ".woff" in url]) <= len(LOOKED_AT)


@pytest.mark.parametrize("language", LOOKED_AT)
@pytest.mark.parametrize("page", [DESKTOP, PHONE], indirect=True)
@pytest.mark.parametrize("path", ["/", "/sex", "/safeguarding"])
def test_a_page_is_accessible_and_fits_its_screen(
    dashboard: str, page: Page, language: str, path: str, picture: Picture
) -> None:
    width = page.viewport_size["width"] if page.viewport_size else DESKTOP
    open_page(page, f"{dashboard}/{language}{path}")
    picture(page, f"{language}{path.replace('/', '-')}-{width}")
    open_folds(page)
    assert violations(page) == []
    assert fits(page, width)
    direction = languages.direction(language)
    assert page.evaluate("getComputedStyle(document.body).direction") == direction


@pytest.mark.parametrize("language", languages.languages())
def test_the_header_on_a_desktop_is_one_row(dashboard: str, page: Page, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    page.goto(f"{dashboard}{prefix}/sex", wait_until="domcontentloaded")
    found = page.evaluate(
        """() => {
            const box = (name) => document.querySelector(name).getBoundingClientRect();
            const links = [...document.querySelectorAll('.vr-sections a, .vr-wordmark')];
            const lines = links.map((link) => {
                const text = document.createRange();
                text.selectNodeContents(link);
                return new Set([...text.getClientRects()].map((each) => Math.round(each.top))).size;
            });
            const [exit, picker] = [box('#vr-exit'), box('.vr-languages')];
            const apart = exit.left >= picker.right - 1 || exit.right <= picker.left + 1;
            return { lines: Math.max(...lines), height: box('.vr-bar').height, apart };
        }"""
    )
    assert found["lines"] <= MOST_LINES
    assert found["height"] <= HIGHEST_BAR
    assert found["apart"], "the exit covers the choice of a language"


def test_every_language_offers_itself_in_its_own_words() -> None:
    offers = {code: messages.of(code).text("languages.offer") for code in languages.languages()}
    assert len(set(offers.values())) == len(offers)
