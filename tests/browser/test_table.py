"""Build a table in a real browser: choices, the announcement of a swap, and a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.servers import open_page

PHONE, DESKTOP = 360, 1280


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    yield context.new_page()
    context.close()


def test_swapping_rows_and_columns_is_announced_and_kept_in_the_address(
    page: Page, dashboard: str
) -> None:
    open_page(page, f"{dashboard}/table?rows=crime_type&columns=sex")
    summary = page.locator("#root .choices summary")
    if summary.is_visible():
        summary.click()
    page.get_by_role("link", name="Swap rows and columns").click()
    expect(page.locator("#vr-status")).to_contain_text("Rows: sex. Columns: crime type.")
    expect(page).to_have_url(f"{dashboard}/table?rows=sex&columns=crime_type")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_choice_of_a_chart_draws_it_above_the_table(page: Page, dashboard: str) -> None:
    open_page(page, f"{dashboard}/table")
    page.get_by_role("radio", name="Bars", exact=True).click()
    expect(page.locator("#root .bars")).to_be_visible()
    expect(page.locator("#root table.built")).to_be_visible()
    assert page.url.endswith("rows=crime_type&columns=sex&chart=bars")


def test_the_light_page_answers_its_form_without_a_script(browser: Browser, dashboard: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{dashboard}/lite/table")
    page.get_by_label("Show").select_option("share_of_row")
    page.get_by_role("button", name="Show the table").click()
    expect(page.locator("h2.finding")).to_contain_text("share of each row")
    assert "measure=share_of_row" in page.url
    context.close()
