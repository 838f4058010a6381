"""Build a table in a real browser: choices, the announcement of a swap, and a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.servers import on_desktop_and_phone, open_page


def open_choices(page: Page) -> None:
    """Open the choices, which are behind a button on a phone."""
    summary = page.locator("#root .choices summary")
    if summary.is_visible():
        summary.click()


@on_desktop_and_phone
@pytest.mark.slow
def test_swapping_rows_and_columns_is_announced_and_kept_in_the_address(
    page: Page, dashboard: str
) -> None:
    open_page(page, f"{dashboard}/table?rows=crime_type&columns=sex")
    open_choices(page)
    page.get_by_role("link", name="Swap rows and columns").click()
    expect(page.locator("#vr-status")).to_contain_text("Rows: sex. Columns: crime type.")
    expect(page).to_have_url(f"{dashboard}/table?rows=sex&columns=crime_type")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@on_desktop_and_phone
def test_a_choice_of_a_chart_draws_it_above_the_table(page: Page, dashboard: str) -> None:
    open_page(page, f"{dashboard}/table")
    open_choices(page)
    page.get_by_role("radio", name="Bars", exact=True).click()
    expect(page.locator("#root .bars")).to_be_visible()
    expect(page.locator("#root table.built")).to_be_visible()
    assert page.url.endswith("rows=crime_type&columns=sex&chart=bars")


PAPER = 1_032
"""The width of a printed page, A4 sideways without its margins, in pixels."""


def test_a_table_of_many_columns_fits_the_paper_without_the_controls(
    page: Page, dashboard: str
) -> None:
    page.set_viewport_size({"width": PAPER, "height": 700})
    open_page(page, f"{dashboard}/table?release=example&rows=nationality&columns=crime_type,sex")
    expect(page.locator("#root .st-key-charts")).to_be_visible()
    page.emulate_media(media="print")
    table = page.locator("#root table.built")
    assert table.locator("tbody tr").first.locator("td").count() == 20
    box = table.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PAPER
    expect(page.get_by_role("radio")).to_have_count(0)


def test_the_light_page_answers_its_form_without_a_script(browser: Browser, dashboard: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{dashboard}/lite/table")
    expect(page.get_by_label("Show")).to_be_hidden()
    page.get_by_text("Change the table or chart").click()
    page.get_by_label("Show").select_option("share_of_row")
    page.get_by_role("button", name="Show the table").click()
    expect(page.locator("h2.finding")).to_contain_text("share of each row")
    assert "measure=share_of_row" in page.url
    context.close()
