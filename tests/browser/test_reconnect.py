"""The first choice after a server was replaced: it opens a new session, and is kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from referrals.paths import ROOT
from tests.browser.servers import free_port, open_page, serve

LIVE = "body:not(:has(> .vr-static))"
APP = "[data-testid=stApp]"


@pytest.mark.slow
def test_the_first_choice_after_the_server_was_replaced_is_kept(browser: Browser) -> None:
    """After a reconnection nothing runs until a reader chooses, so that choice opens the session.

    The page in the address would otherwise override it.
    """
    port = free_port()
    page = browser.new_page()
    with serve(ROOT, port=port) as site:
        open_page(page, f"{site.address}/sex?crime_type=DA")
        page.locator(LIVE).wait_for(state="attached")
    _wait_for(page, "DISCONNECTED|PINGING_SERVER|CONNECTING")
    with serve(ROOT, port=port) as site:
        _wait_for(page, "CONNECTED")
        page.get_by_role("radio", name="Share").click()
        expect(page).to_have_url(f"{site.address}/sex?crime_type=DA&measure=share")
        expect(page.get_by_role("radio", name="Share")).to_be_checked()
        expect(page.locator(".chart .unit").first).to_contain_text("Share of")
    page.close()


def _wait_for(page: Page, states: str) -> None:
    selector = ", ".join(
        f"{APP}[data-test-connection-state={state}]" for state in states.split("|")
    )
    page.locator(selector).wait_for(state="attached", timeout=60_000)
