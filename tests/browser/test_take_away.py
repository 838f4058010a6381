"""What leaves a page in a real browser: files, links, and a card in a frame on another site."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.servers import open_page

GROUPS = ["Download", "Picture", "Copy and cite", "Link and embed", "Query"]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of another site, which has the files of `tmp_path`.

    It must be on this machine: browsers keep a page of the internet from framing one of ours.
    """
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_reader_takes_a_card_away_on_a_phone_and_another_site_frames_it(
    browser: Browser, dashboard: str, elsewhere: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    open_page(page, f"{dashboard}/sex")
    fold = page.locator(".stApp .take-away").first
    fold.locator("summary").first.click()
    expect(fold.locator(".group-name")).to_have_text(GROUPS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page, context=".stApp .take-away")
    assert found.response["violations"] == []

    with page.expect_download() as download:
        fold.get_by_role("link", name="Picture (PNG)").click()
    assert download.value.suggested_filename == "victim-referrals-2020-21-published-sex.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")

    fold.get_by_text("Code for a frame").click()
    code = fold.locator("pre.copy", has_text="<iframe").inner_text()
    page.emulate_media(media="print")
    expect(fold).to_be_hidden()
    context.close()

    other = browser.new_context(java_script_enabled=False)
    (tmp_path / "card.html").write_text(code, encoding="utf-8")
    (tmp_path / "page.html").write_text(code.replace("/embed/", "/lite/"), encoding="utf-8")
    page = other.new_page()
    heading = page.frame_locator("iframe").get_by_role("heading", level=1)
    page.goto(f"{elsewhere}/card.html")
    expect(heading).to_contain_text("62% were male")
    page.goto(f"{elsewhere}/page.html")
    expect(heading).to_have_count(0)
    other.close()
