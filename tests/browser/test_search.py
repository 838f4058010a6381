"""The search from the header of a page: type, Enter, a result, a click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.servers import PHONE, open_page


def test_a_reader_types_into_the_header_and_opens_a_result(dashboard: str, page: Page) -> None:
    open_page(page, f"{dashboard}/sex")
    field = page.get_by_role("searchbox", name="Search, or ask for a figure")
    field.fill("trafiking")
    field.press("Enter")
    expect(page).to_have_title(re.compile(r"^\d+ results - Search"))
    expect(page.get_by_role("status").first).to_contain_text("was read as “trafficking”")
    page.get_by_role("link", name="Human trafficking").first.click()
    expect(page).to_have_url(re.compile(r"/glossary#human-trafficking$"))
    expect(page.locator("#human-trafficking").first).to_be_visible()


def test_a_frightened_reader_on_a_phone_has_a_number_on_the_first_screen(
    dashboard: str, page: Page
) -> None:
    page.set_viewport_size({"width": PHONE, "height": 740})
    page.goto(f"{dashboard}/search?q=i+am+scared")
    expect(page.get_by_role("link", name="999", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="08 08 16 89 111")).to_be_in_viewport(ratio=1)


def test_the_search_works_without_a_script(dashboard: str, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{dashboard}/lite/sex")
    field = plain.get_by_role("searchbox")
    field.fill("NCCU")
    field.press("Enter")
    plain.get_by_role("link", name="NCCU", exact=True).first.click()
    expect(plain).to_have_url(re.compile(r"/lite/glossary#nccu$"))
    context.close()


@pytest.mark.slow
def test_marks_are_told_from_the_text_in_forced_colours(dashboard: str, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{dashboard}/search?q=domestic+abuse")
    marks, text = (
        page.locator(name).first.evaluate("found => getComputedStyle(found).backgroundColor")
        for name in (".found mark", "body")
    )
    assert marks != text
    page.emulate_media(forced_colors="none")
