"""The first screen of each topic page answers: measured in pixels, before and after Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from referrals.cards.card import PATHS
from tests.browser.servers import Picture, drawn, open_page, press

EXAMPLE = "?release=example"

WINDOWS = {"desktop": (1280, 800), "phone": (360, 740)}
CHART_TOP = {"desktop": 300, "phone": 420}
"""The lowest place of the top of the bars of the answer, in pixels, by the kind of window."""

MOST_SHIFT = 0.02
MOST_MOVED = 5
"""The most that a part of the answer moves as Streamlit takes over: layout shift, and pixels."""

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


VIEWS = list(product(("", EXAMPLE), WINDOWS))
"""Releases and windows: `make test` looks at a topic page in the first, and at another in the last.

Between them they have both releases, both windows, buttons and lists.
"""

TOPICS = [
    pytest.param(
        path + query,
        window,
        marks=() if number == VIEWS.index((query, window)) in {0, 3} else pytest.mark.slow,
    )
    for number, path in enumerate(PATHS.values())
    for query, window in VIEWS
]


def open_live(page: Page, address: str) -> None:
    """Open a page and wait until Streamlit's has taken the place of the first paint."""
    open_page(page, address)
    page.locator("body > .vr-static").wait_for(state="detached")


def before_and_after(
    page: Page, address: str, places: Callable[[Page], Any]
) -> tuple[Any, Any, float]:
    """Return places on the first paint, the same on Streamlit's page, and the layout shift."""
    first: list[Any] = []

    def look(session: WebSocketRoute) -> None:
        page.wait_for_load_state()
        first.append(places(page))
        session.connect_to_server()

    page.route_web_socket("**/_stcore/stream*", look)  # until then there is nothing to draw
    page.add_init_script(COUNT_SHIFTS)
    open_live(page, address)
    return first[0], places(page), page.evaluate("window.shift")


def places(page: Page) -> dict[str, dict[str, float]]:
    """Return the place of each part of the answer."""
    found: dict[str, Any] = {}
    for name, selector in PARTS.items():
        found[name] = page.locator(selector).first.bounding_box()
    return found


@pytest.mark.parametrize(("path", "window"), TOPICS)
def test_the_answer_begins_high_and_stays_in_place_as_streamlit_takes_over(
    dashboard: str, page: Page, path: str, window: str
) -> None:
    width, height = WINDOWS[window]
    page.set_viewport_size({"width": width, "height": height})
    first, live, shift = before_and_after(page, dashboard + path, places)
    assert shift < MOST_SHIFT
    moved = {name: abs(live[name]["y"] - first[name]["y"]) for name in PARTS}
    assert {name: by for name, by in moved.items() if by > MOST_MOVED} == {}
    assert live["bars"]["y"] <= CHART_TOP[window]
    if window == "desktop":
        assert live["source"]["y"] + live["source"]["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    "path",
    [PATHS["sex"], pytest.param(PATHS["nationality"] + EXAMPLE, marks=pytest.mark.slow)],
)
def test_a_choice_changes_the_finding_in_view_and_announces_it(
    dashboard: str, page: Page, path: str
) -> None:
    open_live(page, dashboard + path)
    before = page.locator(".finding").first.inner_text()
    press(page, "Crime type", "Modern slavery")
    finding = page.locator(".finding").first
    expect(finding).not_to_have_text(before)
    expect(finding).to_be_in_viewport()
    expect(page.locator("#vr-status")).to_have_text(finding.inner_text())


def test_several_options_are_compared_by_pressing_their_buttons(dashboard: str, page: Page) -> None:
    open_live(page, f"{dashboard}/nationality")
    group = page.get_by_role("toolbar", name="Nationality (choose up to 4)")
    for name, codes in {"Vietnam": "VNM", "Albania": "VNM%2CALB"}.items():
        button = group.get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page).to_have_url(f"{dashboard}/nationality?nationality={codes}")
    expect(page.locator(".finding").first).to_contain_text(
        "237 from Vietnam (18%) and 168 from Albania"
    )


def test_a_choice_on_a_page_that_a_link_led_to_is_answered(dashboard: str, page: Page) -> None:
    """The browser then sends every control of the page, also those of which nothing is chosen."""
    open_live(page, dashboard)
    page.locator("#vr-nav").get_by_role("link", name="Nationality").click()
    expect(page.locator("#root h1")).to_have_text("Nationality")
    drawn(page)
    finding = page.locator("#root .finding").first
    vietnam = page.get_by_role("button", name="Vietnam", exact=True)
    vietnam.click()
    expect(finding).to_have_text("Of 1,336 victim referrals: 237 from Vietnam (18%).")
    vietnam.click()
    expect(finding).to_contain_text("Vietnam, Albania and China made up 38%")
    page.get_by_role("radio", name="Worked example").click()
    expect(finding).to_contain_text("Worked example")


def test_a_fold_stays_open_when_a_filter_changes(dashboard: str, page: Page) -> None:
    open_live(page, f"{dashboard}/sex")
    page.get_by_text("Notes (", exact=False).first.click()
    page.get_by_role("radio", name="Share").click()
    expect(page.locator(".chart .unit").first).to_contain_text("Share")
    expect(page.locator(".foot details[data-fold=notes]").first).to_have_attribute("open", "")


def test_on_a_phone_one_button_opens_the_filters_and_names_what_is_chosen(
    dashboard: str, page: Page
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    open_live(page, f"{dashboard}/crime-type?sex=F")
    field = page.get_by_role("radiogroup", name="Sex")
    expect(field).to_be_hidden()
    page.get_by_text("Filters (1): Female").click()
    expect(field).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(f"{dashboard}/crime-type")
    expect(page.locator("summary", has_text="Filters").first).to_have_text("Filters")
    expect(field).to_be_visible()  # the fold stays open


def test_links_between_topic_pages_keep_the_release_the_filters_and_the_view(
    dashboard: str, page: Page
) -> None:
    chosen = "crime_type=MS&release=example&view=table"
    open_live(page, f"{dashboard}/sex?{chosen}&sort=size")
    page.locator("#vr-nav").get_by_role("link", name="Age").click()
    expect(page).to_have_url(f"{dashboard}/age?{chosen}")
    expect(page.locator(".finding").first).to_contain_text("modern slavery")
    page.locator("#vr-nav").get_by_role("link", name="Overview").click()
    expect(page).to_have_url(f"{dashboard}/")


def test_plotly_is_requested_for_lines_over_time_and_not_before(dashboard: str, page: Page) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    open_live(page, f"{dashboard}/sex{EXAMPLE}")
    assert not any("PlotlyChart" in url for url in requested)
    page.get_by_role("radio", name="Over time").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=30_000)
    assert any("PlotlyChart" in url for url in requested)


def test_the_chart_over_time_begins_in_the_first_screen_of_a_phone(
    dashboard: str, page: Page
) -> None:
    width, height = WINDOWS["phone"]
    page.set_viewport_size({"width": width, "height": height})
    open_live(page, f"{dashboard}/nationality{EXAMPLE}&view=time")
    chart = page.locator("#root .js-plotly-plot").first.bounding_box()
    assert chart is not None
    assert chart["y"] <= CHART_TOP["phone"] + MOST_MOVED
    expect(page.locator("#root .rest-of-finding")).to_contain_text("no clear change for Country C")


def test_a_chosen_option_is_marked_in_forced_colours_by_more_than_its_background(
    sex_page: Page, picture: Picture
) -> None:
    sex_page.emulate_media(forced_colors="active")
    picture(sex_page, "sex-forced-colours")
    styles = [
        sex_page.get_by_role("radio", name=name).evaluate(
            "(option) => getComputedStyle(option).outlineStyle"
        )
        for name in ("Chart", "Table")
    ]
    assert styles == ["solid", "none"]


def test_the_first_paint_is_a_whole_page_without_scripts(dashboard: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{dashboard}/crime-type")
    page.get_by_role("list", name="Sex").get_by_role("link", name="Female").click()
    expect(page.locator(".finding").first).to_contain_text("females")
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator(".chart table.data")).to_be_visible()
    assert "sex=F" in page.url
    context.close()


WIDTHS = (1280, 412, 360)
KINDS: dict[str, int | None] = {
    "/": 360,
    "/safeguarding": 1280,
    "/equality": None,
    "/table": 412,
    "/trends": 360,
    PATHS["sex"] + EXAMPLE + "&view=time": None,
    PATHS["sex"]: None,
    PATHS["nationality"] + EXAMPLE: None,
}
"""A page of each kind, and the width in which `make test` looks at it.

They are figures, text, a table, series, and topics with lines, buttons and lists. In `make test`,
series have the lines, and the test of the topic pages above looks at buttons and lists.
"""

LOADED = [
    pytest.param(path, width, marks=() if width == first else pytest.mark.slow)
    for path, first in KINDS.items()
    for width in WIDTHS
]

PLACES = """
[...document.querySelectorAll(
  ':is(.vr-static, #root) :is(h1, h2, h3, .bars, table, .page-end), #vr-nav a'
)]
  .filter((part) => part.checkVisibility())
  .map((part) => [
    `${part.tagName} ${part.textContent.trim().slice(0, 30)}`,
    Math.round(part.getBoundingClientRect().top),
  ])
"""


TEXT_SIZES = """
() => {
  const found = {};
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim();
    const parent = texts.currentNode.parentElement;
    // A picture of lines is replaced by a live chart, which has a size of its own.
    if (!text || !parent.checkVisibility()) continue;
    if (parent.closest('script, style, svg, .lines')) continue;
    (found[text] ||= new Set()).add(getComputedStyle(parent).fontSize);
  }
  const sorted = Object.entries(found).map(([text, sizes]) => [text, [...sizes].sort()]);
  return Object.fromEntries(sorted);
}
"""


@pytest.mark.parametrize(("path", "width"), LOADED)
def test_no_page_moves_as_it_loads(dashboard: str, page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    (first, sizes), (live, live_sizes), shift = before_and_after(
        page, dashboard + path, lambda shown: (shown.evaluate(PLACES), shown.evaluate(TEXT_SIZES))
    )
    in_both = sizes.keys() & live_sizes.keys()
    assert {text: sizes[text] for text in in_both} == {text: live_sizes[text] for text in in_both}
    assert [name for name, _ in first] == [name for name, _ in live]
    assert max(abs(before - now) for (_, before), (_, now) in zip(first, live, strict=True)) <= (
        MOST_MOVED
    )
    assert shift <= MOST_SHIFT


def resize(page: Page, window: str) -> None:
    width, height = WINDOWS[window]
    page.set_viewport_size({"width": width, "height": height})


def expect_high_table(page: Page, window: str) -> None:
    box = page.locator("table.built").bounding_box()
    assert box is not None
    assert box["y"] <= CHART_TOP[window]


TABLES = ("/table", "/table?release=example&rows=nationality&columns=crime_type,sex&chart=heat")


@pytest.mark.parametrize("path", TABLES)
@pytest.mark.slow
def test_a_built_table_begins_high_and_shows_that_it_goes_on_sideways(
    dashboard: str, page: Page, path: str
) -> None:
    open_live(page, dashboard + path)
    for window in WINDOWS:
        resize(page, window)
        expect_high_table(page, window)
        expect_sideways_table(page)


def expect_sideways_table(page: Page) -> None:
    """Expect shadows at the edges behind which a table goes on, and a first column that stays."""
    region = page.locator(".scroll:has(> table.built)")
    assert region.get_attribute("tabindex") == "0"
    assert region.get_attribute("aria-label")
    more = "(region) => region.scrollWidth - region.clientWidth"
    if region.evaluate(more) == 0:
        expect_shadows(region, before=0, after=0)
        return
    expect_shadows(region, before=0, after=1)
    label = page.locator("table.built tbody th[scope=row]").first
    place = label.bounding_box()
    region.evaluate("(region) => { region.scrollLeft = region.scrollWidth; }")
    expect_shadows(region, before=1, after=0)
    assert label.bounding_box() == place, "the first column stays"
    region.evaluate("(region) => { region.scrollLeft = 0; }")


def expect_shadows(region: Locator, *, before: int, after: int) -> None:
    """Expect a shadow at the edge before a table, or none, and one at the edge after it."""
    expect(region).to_have_css("opacity", str(before), pseudo="before")
    expect(region).to_have_css("opacity", str(after), pseudo="after")


@pytest.mark.parametrize(
    ("path", "window"),
    [
        (TABLES[0], "phone"),
        (TABLES[1], "desktop"),
        pytest.param(TABLES[0], "desktop", marks=pytest.mark.slow),
        pytest.param(TABLES[1], "phone", marks=pytest.mark.slow),
    ],
)
def test_the_table_of_the_light_page_begins_high_and_its_form_is_folded(
    dashboard: str, page: Page, path: str, window: str
) -> None:
    resize(page, window)
    page.goto(f"{dashboard}/lite{path}")
    expect_high_table(page, window)
    expect(page.get_by_label("Show", exact=True)).to_be_hidden()
    page.get_by_text("Change the table or chart").click()
    expect(page.get_by_label("Show", exact=True)).to_be_visible()


def test_the_first_figure_of_the_overview_is_in_view_on_a_phone(dashboard: str, page: Page) -> None:
    width, height = WINDOWS["phone"]
    page.set_viewport_size({"width": width, "height": height})
    open_live(page, dashboard)
    figure = page.locator(".box-key strong").first
    bar = page.locator("#vr-exit").bounding_box()
    box = figure.bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]


CUT = """() => {
  const pen = document.createElement('canvas').getContext('2d');
  const width = (text, style) => { pen.font = style.font; return pen.measureText(text).width; };
  return [...document.querySelectorAll('input, select')].filter((field) => {
    const style = getComputedStyle(field);
    const text = field.selectedOptions?.[0]?.textContent ?? (field.value || field.placeholder);
    const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    return field.checkVisibility() && field.clientWidth > 2 && text
      && width(text, style) > field.clientWidth - padding + 1;
  }).map((field) => field.value || field.placeholder);
}"""


@pytest.mark.parametrize("path", ["/sex", f"/nationality{EXAMPLE}", "/table"])
@pytest.mark.slow
def test_no_field_cuts_its_text_at_any_width(dashboard: str, page: Page, path: str) -> None:
    open_live(page, dashboard + path)
    cut = {}
    for width in (1280, 1248, 1088, 1024, 768, 412, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        cut[width] = page.evaluate(CUT)
    assert {width: texts for width, texts in cut.items() if texts} == {}
