"""Charts in a real browser: no text below 12 px at any width, and numbers at the end of bars."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.servers import open_page

SMALLEST = 12
"""The least size of a text in a chart, in pixels."""

WIDTHS = (360, 768, 1280)

NARROW = 400
"""The most width of a chart, in pixels, at which its labels are above its bars."""

TEXT_SIZES = """
selector => [...document.querySelectorAll(selector)]
  .filter(e => e.textContent.trim() && e.getBoundingClientRect().width)
  .map(e => {
    const scale = e.getScreenCTM ? e.getScreenCTM().a : 1;
    return [e.textContent.trim(), parseFloat(getComputedStyle(e).fontSize) * scale];
  })
"""

ENDS = """
() => [...document.querySelectorAll('.bars li')].map(row => {
  const fill = row.querySelector('.fill'), text = row.querySelector('.at');
  return fill ? [fill.getBoundingClientRect().right, text.getBoundingClientRect().left] : null;
}).filter(Boolean)
"""


@pytest.mark.parametrize(
    "width", [360, *(pytest.param(width, marks=pytest.mark.slow) for width in (768, 1280))]
)
def test_no_text_of_a_chart_over_time_is_below_12_px(
    page: Page, dashboard: str, width: int
) -> None:
    """Labels shrank to 3 to 5 px, and the axis of the crimes began at -6.57 and was cut."""
    set_width(page, width)
    open_page(page, f"{dashboard}/trends?series=domestic_abuse")
    plots = page.locator(".js-plotly-plot .main-svg .xaxislayer-above")
    expect(plots).to_have_count(1, timeout=20_000)
    texts = page.evaluate(TEXT_SIZES, ".js-plotly-plot text")
    assert len(texts) > 8
    assert [text for text in texts if text[1] < SMALLEST] == []
    lowest = page.locator(".js-plotly-plot .ytick:first-child text").all_text_contents()
    assert lowest == ["0"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    turned = page.locator('.js-plotly-plot .xtick text[transform*="rotate(-"]')
    assert turned.count() == 0


def test_a_number_stands_right_at_the_end_of_its_bar(sex_page: Page) -> None:
    expect(sex_page.locator(".bars .at").first).to_be_visible()
    for width in WIDTHS:
        set_width(sex_page, width)
        texts = sex_page.evaluate(TEXT_SIZES, ".bars li *")
        assert [text for text in texts if text[1] < SMALLEST] == [], width
        ends = sex_page.evaluate(ENDS)
        assert len(ends) >= 2
        assert all(-1 <= text - bar <= 12 for bar, text in ends), width


def test_labels_are_beside_bars_if_there_is_room_and_above_them_on_a_phone(
    page: Page, dashboard: str
) -> None:
    open_page(page, f"{dashboard}/crime-type")
    narrow = {}
    for width in WIDTHS:
        set_width(page, width)
        row = page.locator(".bars li").first
        label, track = row.locator(".of").bounding_box(), row.locator(".track").bounding_box()
        height = row.bounding_box()
        assert label
        assert track
        assert height
        narrow[width] = bars_width(page) <= NARROW
        if narrow[width]:
            assert label["y"] + label["height"] <= track["y"] + 1, width
        else:
            assert label["x"] + label["width"] <= track["x"], width
            assert 28 <= height["height"] <= 34, width
    assert narrow[min(WIDTHS)]
    assert not narrow[max(WIDTHS)]


def test_quarters_below_lines_are_no_larger_than_the_years_below_them(
    page: Page, dashboard: str
) -> None:
    page.goto(f"{dashboard}/nationality/VNM")
    sizes = page.locator(".lines :is(.period, .year):visible").evaluate_all(
        "texts => texts.map(text => getComputedStyle(text).fontSize)"
    )
    assert len(sizes) > 4
    assert len(set(sizes)) == 1


def set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})


def bars_width(page: Page) -> float:
    box = page.locator(".bars").first.bounding_box()
    return box["width"] if box else 0


def test_paper_keeps_bars_with_their_heads_and_has_each_number_once(
    page: Page, dashboard: str
) -> None:
    page.set_viewport_size({"width": 794, "height": 1123})
    page.goto(f"{dashboard}/lite/sex")
    page.emulate_media(media="print")
    bars = page.locator(".bars").first
    expect(bars).to_be_visible()
    assert bars.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
    head = page.locator(".card .finding").first
    assert head.evaluate("e => getComputedStyle(e).breakAfter") == "avoid"
    assert "706" in bars.inner_text()
    table = page.locator(".card").first.locator("table")
    expect(table).to_be_hidden()


def test_forced_colours_leave_bars_and_ranges_visible(page: Page, dashboard: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(f"{dashboard}/lite/sex")
    seen = page.evaluate(
        "() => [getComputedStyle(document.querySelector('.fill')).backgroundColor,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    assert seen[0] != seen[1]
