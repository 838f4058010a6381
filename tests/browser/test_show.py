"""The show in a browser: from a file without a network, by every key, with notes and the exit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from referrals.handouts.presentation import choice, show, story
from referrals.handouts.presentation.show import Show
from referrals.release.release import latest_published, open_release
from tests.browser.servers import Picture

PROJECTOR: Final[ViewportSize] = {"width": 1280, "height": 720}
SMALL: Final[ViewportSize] = {"width": 1024, "height": 768}
LARGE: Final[ViewportSize] = {"width": 1920, "height": 1080}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
NAMES: Final = list(story.NAMES)

RULES: Final = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}

SMALLEST_TEXT: Final = """
() => {
  const slide = document.querySelector('.slide.now');
  const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  let least = Infinity;
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !parent.checkVisibility()) continue;
    least = Math.min(least, parseFloat(getComputedStyle(parent).fontSize));
  }
  return least;
}
"""
HIDDEN_PIXELS: Final = """
() => document.scrollingElement.scrollHeight - document.scrollingElement.clientHeight
"""
CUT_BUTTONS: Final = """
() => [...document.querySelectorAll('.bar button')]
  .filter((button) => button.scrollWidth > button.clientWidth)
  .map((button) => button.textContent.trim())
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the show as a file."""
    slides = story.slides(open_release(latest_published()))
    path: Path = tmp_path_factory.mktemp("stick") / "show.html"
    html = show.offline(Show(choice.read((), slides), "https://example.org"))
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a network."""
    opened = browser.new_context(viewport=PROJECTOR)
    opened.set_offline(True)
    yield opened
    opened.close()


@pytest.fixture
def asked(context: BrowserContext) -> list[str]:
    """Every address that a page asks for, and every error of it."""
    found: list[str] = []
    context.on("request", lambda request: found.append(request.url))
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on("console", lambda message: found.append(message.text))
    return found


def shown(page: Page) -> list[str]:
    seen = "all => all.filter((each) => each.checkVisibility()).map((each) => each.id)"
    return list(page.eval_on_selector_all(".slide", seen))


def violations(page: Page) -> list[str]:
    return [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]


def test_every_slide_of_the_file_plays_by_keyboard_without_a_request_or_a_fault(
    context: BrowserContext, asked: list[str], file: str, picture: Picture
) -> None:
    page = context.new_page()
    page.goto(file)
    for number, name in enumerate(NAMES, start=1):
        assert shown(page) == [name]
        expect(page.locator("#place")).to_have_text(f"{number} of 8")
        assert page.evaluate(SMALLEST_TEXT) >= 28
        assert page.evaluate(HIDDEN_PIXELS) <= 0, name
        page.set_viewport_size(LARGE)
        assert page.evaluate(SMALLEST_TEXT) >= 42
        assert page.evaluate(HIDDEN_PIXELS) <= 0, name
        page.set_viewport_size(SMALL)
        assert page.evaluate(SMALLEST_TEXT) >= 27
        assert page.evaluate(HIDDEN_PIXELS) <= 0, name
        assert page.evaluate(CUT_BUTTONS) == []
        page.set_viewport_size(PROJECTOR)
        assert page.evaluate(CUT_BUTTONS) == []
        picture(page, f"show-{number}-{name}")
        page.keyboard.press("ArrowRight")
    assert shown(page) == ["help"], "the last slide stays"
    assert page.evaluate("location.hash") == "#help"
    assert violations(page) == []
    page.evaluate("document.documentElement.classList.remove('showing')")
    assert len(shown(page)) == len(NAMES)
    assert violations(page) == []
    assert asked == [file]


def test_keys_clicker_and_buttons_move_the_slides(context: BrowserContext, file: str) -> None:
    page = context.new_page()
    page.goto(f"{file}#sex")
    assert shown(page) == ["sex"], "an address can name a slide"
    moves = {
        "PageDown": "age",
        "Space": "details",
        "PageUp": "age",
        "Shift+Space": "sex",
        "ArrowDown": "age",
        "ArrowUp": "sex",
        "ArrowLeft": "crime-type",
        "End": "help",
        "Home": "total",
    }
    for key, name in moves.items():
        page.keyboard.press(key)
        assert shown(page) == [name], key
    page.locator("#next").click()
    assert shown(page) == ["nationality"]
    expect(page.locator("#spoken")).to_have_text(re.compile("^Slide 2 of 8: Vietnam, Albania"))
    page.keyboard.press("b")
    assert not page.locator("main").is_visible()
    assert page.locator("#vr-exit [data-vr-exit]").is_visible(), "the exit stays in view"
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["crime-type"]
    expect(page.locator("#time")).not_to_have_text("0:00")


@pytest.mark.slow
def test_the_notes_follow_in_a_second_window_and_leave_with_the_first(
    context: BrowserContext, asked: list[str], file: str
) -> None:
    page = context.new_page()
    page.goto(f"{file}?slides=sex,total")
    with page.expect_popup() as opening:
        page.keyboard.press("n")
    notes = opening.value
    expect(notes.locator(".slide.now .speaker")).to_contain_text("62% (706) were male")
    expect(notes.locator("#following")).to_have_text(
        "Next: 1,336 victim referrals by UK police, April 2020 to March 2021"
    )
    notes.keyboard.press("PageDown")
    expect(page.locator(".slide.now")).to_have_id("total")
    page.locator("#previous").click()
    expect(notes.locator(".slide.now")).to_have_id("sex")
    page.reload()
    expect(page.locator(".slide.now")).to_have_id("sex")
    notes.wait_for_timeout(1_100)
    page.keyboard.press("ArrowRight")
    expect(notes.locator(".slide.now")).to_have_id("total")
    with notes.expect_event("close"):
        for _ in range(3):
            page.keyboard.press("Shift")
    expect(page).to_have_url("about:blank")
    assert {address.partition("?")[0] for address in asked} <= {file, "about:blank"}


def test_the_address_of_the_file_holds_the_choice_and_wrong_names_are_named(
    context: BrowserContext, file: str
) -> None:
    page = context.new_page()
    page.goto(f"{file}?slides=help,nobody,gaps")
    assert shown(page) == ["help"]
    expect(page.locator("#problem")).to_contain_text("There is no slide called nobody.")
    expect(page.locator("#place")).to_have_text("1 of 2")
    page.locator(".open-options").click()
    page.get_by_role("checkbox", name="What is not known").uncheck()
    page.get_by_role("checkbox", name="62% were male").check()
    page.locator("#choose [type=submit]").click()
    page.wait_for_url(re.compile(r"\?slides=help,sex$"))
    page.keyboard.press("End")
    assert shown(page) == ["sex"]


@pytest.mark.slow
def test_the_options_and_a_phone_are_accessible(
    context: BrowserContext, file: str, picture: Picture
) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme="dark")
    page.goto(file)
    page.locator(".open-options").click()
    expect(page.locator("#options")).to_be_visible()
    assert violations(page) == []
    picture(page, "show-options")
    page.keyboard.press("Escape")
    page.set_viewport_size(PHONE)
    for name in NAMES:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        picture(page, f"show-phone-{name}")
        page.keyboard.press("ArrowRight")


def test_without_a_script_all_slides_follow_one_another_and_on_paper_each_has_a_page(
    browser: Browser, file: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PROJECTOR)
    page = context.new_page()
    page.goto(file)
    for name in NAMES:
        assert page.locator(f"#{name} h2").is_visible()
    assert not page.locator("#next").is_visible()
    assert page.locator("#vr-exit [data-vr-exit]").get_attribute("href") == "about:blank"
    page.locator("#total .speaker summary").click()
    assert page.locator("#total .speaker p").first.is_visible()
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages == len(NAMES)
    context.close()
