"""The first screen of each topic page answers: measured in pixels, before and after Streamlit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from referrals.cards.card import PATHS
from tests.browser.servers import Picture, open_page

EXAMPLE = "?release=example"
TOPICS = [path + query for path in PATHS.values() for query in ("", EXAMPLE)]

DESKTOP, PHONE, TABLET = (1280, 800), (360, 740), (768, 1024)
CHART_TOP = {DESKTOP: 300, PHONE: 420}
"""How far down the bars of the answer may begin, in pixels, by the size of the window."""

MOST_SHIFT = 0.02
MOST_MOVED = 5
"""How far a part of the answer may move as Streamlit takes over: layout shift, and pixels."""

PARTS = {
    "heading": "h1",
    "finding": ".finding",
    "views": ".st-key-controls, .vr-controls",
    "bars": ".chart .bars",
    "source": ".foot .source",
}

COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[tuple[int, int], BrowserContext]]:
    opened = {
        size: browser.new_context(viewport={"width": size[0], "height": size[1]})
        for size in (DESKTOP, PHONE, TABLET)
    }
    yield opened
    for context in opened.values():
        context.close()


def open_live(page: Page, address: str) -> None:
    """Open a page and wait until Streamlit's has taken the place of the first paint."""
    open_page(page, address)
    page.locator("body > .vr-static").wait_for(state="detached")


def places(page: Page) -> dict[str, dict[str, float]]:
    """Where each part of the answer is."""
    found: dict[str, Any] = {}
    for name, selector in PARTS.items():
        found[name] = page.locator(selector).first.bounding_box()
    return found


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", TOPICS)
def test_the_answer_begins_high_and_stays_in_place_as_streamlit_takes_over(
    dashboard: str, contexts: dict[Any, BrowserContext], path: str, size: tuple[int, int]
) -> None:
    page = contexts[size].new_page()
    page.route_web_socket("**/_stcore/stream*", lambda _: None)  # no session is opened
    page.goto(dashboard + path, wait_until="commit")
    page.locator(".vr-static .page-end").wait_for(state="attached")
    first = places(page)
    page.close()
    page = contexts[size].new_page()
    page.add_init_script(COUNT_SHIFTS)
    open_live(page, dashboard + path)
    live = places(page)
    assert page.evaluate("window.shift") < MOST_SHIFT
    moved = {name: abs(live[name]["y"] - first[name]["y"]) for name in PARTS}
    assert {name: by for name, by in moved.items() if by > MOST_MOVED} == {}
    assert live["bars"]["y"] <= CHART_TOP[size]
    if size == DESKTOP:
        assert live["source"]["y"] + live["source"]["height"] <= DESKTOP[1]
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    page.close()


@pytest.mark.parametrize("path", [PATHS["sex"], PATHS["nationality"] + EXAMPLE])
def test_a_choice_changes_the_finding_in_view_and_announces_it(
    dashboard: str, contexts: dict[Any, BrowserContext], path: str
) -> None:
    page = contexts[DESKTOP].new_page()
    open_live(page, dashboard + path)
    before = page.locator(".finding").first.inner_text()
    page.get_by_role("combobox", name="Crime type").click()
    page.get_by_role("option", name="Modern slavery").click()
    finding = page.locator(".finding").first
    expect(finding).not_to_have_text(before)
    expect(finding).to_be_in_viewport()
    expect(page.locator("#vr-status")).to_have_text(finding.inner_text())
    page.close()


def test_a_fold_stays_open_when_a_filter_changes(
    dashboard: str, contexts: dict[Any, BrowserContext]
) -> None:
    page = contexts[DESKTOP].new_page()
    open_live(page, f"{dashboard}/sex")
    page.get_by_text("Notes (", exact=False).first.click()
    page.get_by_role("radio", name="Share").click()
    expect(page.locator(".chart .unit").first).to_contain_text("Share")
    expect(page.locator(".foot details[data-fold=notes]").first).to_have_attribute("open", "")
    page.close()


def test_on_a_phone_one_button_opens_the_filters_and_names_what_is_chosen(
    dashboard: str, contexts: dict[Any, BrowserContext]
) -> None:
    page = contexts[PHONE].new_page()
    open_live(page, f"{dashboard}/crime-type?sex=F")
    field = page.get_by_role("combobox", name="Sex")
    expect(field).to_be_hidden()
    page.get_by_text("Filters (1): Female").click()
    expect(field).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(f"{dashboard}/crime-type")
    expect(page.locator("summary", has_text="Filters").first).to_have_text("Filters")
    expect(field).to_be_visible()  # the fold stays open
    page.close()


def test_links_between_topic_pages_keep_the_release_the_filters_and_the_view(
    dashboard: str, contexts: dict[Any, BrowserContext]
) -> None:
    page = contexts[DESKTOP].new_page()
    chosen = "crime_type=MS&release=example&view=table"
    open_live(page, f"{dashboard}/sex?{chosen}&sort=size")
    page.locator("#vr-nav").get_by_role("link", name="Age").click()
    expect(page).to_have_url(f"{dashboard}/age?{chosen}")
    expect(page.locator(".finding").first).to_contain_text("modern slavery")
    page.locator("#vr-nav").get_by_role("link", name="Overview").click()
    expect(page).to_have_url(f"{dashboard}/")
    page.close()


def test_plotly_is_requested_for_lines_over_time_and_not_before(
    dashboard: str, contexts: dict[Any, BrowserContext]
) -> None:
    page = contexts[DESKTOP].new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    open_live(page, f"{dashboard}/sex{EXAMPLE}")
    assert not any("PlotlyChart" in url for url in requested)
    page.get_by_role("radio", name="Over time").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert any("PlotlyChart" in url for url in requested)
    page.close()


def test_a_chosen_option_is_marked_in_forced_colours_by_more_than_its_background(
    dashboard: str, browser: Browser, picture: Picture
) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    open_live(page, f"{dashboard}/sex")
    picture(page, "sex-forced-colours")
    styles = [
        page.get_by_role("radio", name=name).evaluate(
            "(option) => getComputedStyle(option).outlineStyle"
        )
        for name in ("Chart", "Table")
    ]
    assert styles == ["solid", "none"]
    context.close()


def test_the_first_paint_is_a_whole_page_without_scripts(dashboard: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{dashboard}/crime-type")
    page.get_by_role("combobox", name="Sex").select_option("Female")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".finding").first).to_contain_text("females")
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator(".chart table.data")).to_be_visible()
    assert "sex=F" in page.url
    context.close()
