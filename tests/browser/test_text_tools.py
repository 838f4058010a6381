"""Copying a request and searching the glossary, with a script and without."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.test_every_page import collect_problems, open_complete


def test_a_request_is_copied_whole_and_nothing_is_sent(dashboard: str, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_complete(page, f"{dashboard}/gaps")
    found = collect_problems(page, dashboard)
    request = page.locator(".requests details").first
    request.locator("summary").click()
    sent: list[str] = []
    # Looking for a role lays out the closed menu of languages, which loads the fonts of its names.
    page.on("request", lambda each: sent.append(each.resource_type))
    request.get_by_role("button", name="Copy").click()
    expect(request.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == request.locator("pre").text_content()
    assert copied.startswith("This is a request under the Freedom of Information Act 2000.")
    assert ({*sent} - {"font"}, found) == (set(), [])


def test_a_request_can_be_read_without_a_script(dashboard: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("/gaps", "/lite/gaps"):
        page.goto(dashboard + path)
        request = page.locator(".requests details").first
        request.locator("summary").click()
        expect(request.locator("pre")).to_be_visible()
        expect(request.locator("button")).to_be_hidden()
    context.close()


def test_the_glossary_shows_the_entries_with_the_typed_letters(dashboard: str, page: Page) -> None:
    open_complete(page, f"{dashboard}/glossary")
    entries = page.locator(".stHtml h2:visible")
    every = entries.count()
    box = page.get_by_label("Find a word in this list")
    box.fill("witness")
    expect(page.get_by_role("heading", name="Witness", exact=True)).to_be_visible()
    assert 0 < entries.count() < every
    box.fill("zzz")
    expect(page.get_by_text("No entry has these letters.")).to_be_visible()
    assert entries.count() == 0
    box.fill("")
    assert entries.count() == every


def test_the_glossary_is_a_plain_list_without_a_script(dashboard: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("/glossary", "/lite/glossary"):
        page.goto(dashboard + path)
        expect(page.get_by_role("heading", name="Witness", exact=True)).to_be_visible()
        expect(page.locator("#section-filter")).to_be_hidden()
    context.close()
