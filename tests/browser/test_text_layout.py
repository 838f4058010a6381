"""Long texts: contents and figures beside them on a wide screen, above them on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.servers import drawn, open_page

INSIDE = """() => {
  const boxes = [...document.querySelectorAll('.helplines.short > li')].filter(
    box => box.checkVisibility()
  );
  return boxes.length >= 8 && boxes.every(box => {
    const number = box.querySelector('.telephone').getBoundingClientRect();
    return number.right <= box.getBoundingClientRect().right - 8;
  });
}"""
"""The test that each visible box of a help line holds its number, with some room beside it."""

PATHS = ["/data-sharing", "/lite/data-sharing"]
WIDTH, HEIGHT = 1280, 800


@pytest.fixture(scope="module", params=PATHS)
def page(shared: BrowserContext, dashboard: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A long text, opened once and looked at in windows of several widths."""
    opened = shared.new_page()
    if "/lite/" in request.param:
        opened.goto(dashboard + request.param)
    else:
        open_page(opened, dashboard + request.param)
    yield opened
    opened.close()


def test_contents_stay_in_view_in_the_right_third_of_a_wide_screen(page: Page) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.evaluate("scrollTo(0, 0)")
    contents = page.get_by_role("navigation", name="On this page")
    expect(contents).to_be_visible()
    expect(page.locator("details.contents")).to_be_hidden()
    box = contents.bounding_box()
    assert box is not None
    assert box["x"] > WIDTH * 0.6
    expect(page.locator(".margin-figures li").first).to_be_in_viewport()
    page.locator(".beside-margin h2").last.scroll_into_view_if_needed()
    expect(contents).to_be_in_viewport(ratio=1)
    header = page.locator("header").first.bounding_box()
    box = contents.bounding_box()
    assert box is not None
    assert header is not None
    assert box["y"] >= header["y"] + header["height"]


@pytest.mark.parametrize("width", [pytest.param(360, marks=pytest.mark.slow), 320])
def test_contents_are_folded_above_the_text_on_a_phone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.evaluate("scrollTo(0, 0)")
    expect(page.get_by_role("navigation", name="On this page")).to_be_hidden()
    fold = page.locator("details.contents")
    expect(fold).to_be_visible()
    text = page.locator(".beside-margin").bounding_box()
    box = fold.bounding_box()
    assert text is not None
    assert box is not None
    assert box["y"] + box["height"] <= text["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("path", ["/surgeries", "/for-me", "/lite/surgeries"])
def test_the_number_of_each_help_line_is_inside_its_box(
    shared: BrowserContext, dashboard: str, path: str
) -> None:
    page = shared.new_page()
    page.goto(dashboard + path)
    for width in (WIDTH, 1000, 360, 320):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        # Waited for, as Streamlit's page replaces the first paint meanwhile.
        assert page.wait_for_function(INSIDE).json_value()
    page.close()


@pytest.mark.parametrize("path", ["/about", "/for-me", "/surgeries"])
def test_the_search_is_beside_the_sections_of_the_menu(
    shared: BrowserContext, dashboard: str, path: str
) -> None:
    page = shared.new_page()
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(dashboard + path)
    last = page.locator(".vr-sections a").last.bounding_box()
    search = page.locator(".vr-search input").bounding_box()
    assert last is not None
    assert search is not None
    assert last["x"] + last["width"] + 4 <= search["x"]
    page.close()


@pytest.mark.parametrize("path", ["/safeguarding", "/lite/safeguarding"])
def test_a_telephone_number_is_never_broken_into_two_lines(
    shared: BrowserContext, dashboard: str, path: str
) -> None:
    page = shared.new_page()
    page.goto(dashboard + path)
    if "/lite/" not in path:
        drawn(page)
    numbers = page.locator(".helplines bdi:visible")
    numbers.first.wait_for()
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        lines = numbers.evaluate_all("all => all.map(one => one.getClientRects().length)")
        assert set(lines) == {1}, width
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()
