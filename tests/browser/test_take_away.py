"""Things taken from a page in a browser: files, links, and a card in a frame on another site."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

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


@pytest.mark.slow
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


FRAMES = {
    "sex": "62% were male and 38% female",
    "sex?release=example": "Worked example: Females were the largest group",
    "sex?crime_type=DA&release=2020-21": "domestic abuse",
    "nationality-over-time?release=example&nationality=XAA,XAB": "Country A",
    "nrm-quarters-by-group-alb": "Albanian nationals fell from 1,294",
    "table?rows=crime_type&columns=sex": "447 of 1,336",
}
"""Addresses of frames, and words of the figure that each shows."""

OF_A_KIND = ("sex?crime_type=DA&release=2020-21", "nrm-quarters-by-group-alb")
"""A frame of our figures and one of a series: the others are opened by `make test-slow`."""


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param(*frame, marks=() if frame[0] in OF_A_KIND else pytest.mark.slow)
        for frame in FRAMES.items()
    ],
)
def test_a_frame_shows_its_figure_without_scripts_and_links_to_its_page(
    browser: Browser, dashboard: str, address: str, words: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 500})
    page = context.new_page()
    page.goto(f"{dashboard}/embed/{address}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    link = page.locator("a[href*='://']").last.get_attribute("href") or ""
    is_fixed = "release=" in link
    assert is_fixed == ("nrm-" not in address), "a series of others has no release"
    found = page.goto(link)
    assert found is not None
    assert found.status == 200
    expect(page.locator("main")).to_contain_text(words)
    context.close()


def test_a_frame_of_an_unknown_figure_says_so_and_leads_to_the_site(
    browser: Browser, dashboard: str
) -> None:
    page = browser.new_page()
    answer = page.goto(f"{dashboard}/embed/unknown")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("body")).to_contain_text("There is no such figure")
    expect(page.get_by_role("link")).to_have_count(1)
    page.close()


@pytest.mark.slow
def test_a_link_fixed_to_a_release_opens_it_and_a_link_to_the_latest_figures_the_same_view(
    page: Page, dashboard: str
) -> None:
    for query in ("crime_type=DA&release=2020-21", "crime_type=DA"):
        open_page(page, f"{dashboard}/sex?{query}")
        expect(page.locator("#root .finding").first).to_contain_text("domestic abuse")
        expect(page.get_by_role("radio", name="Real figures")).to_be_checked()
    fold = page.locator("#root .take-away").first
    fold.locator("summary").first.click()
    links = fold.locator(".group a[href^=http]").evaluate_all(
        "links => links.map(link => link.href)"
    )
    assert links == [
        f"{dashboard}/sex?crime_type=DA",
        f"{dashboard}/sex?crime_type=DA&release=2020-21",
    ]


@pytest.mark.slow  # tests/unit/api/test_card_files.py opens every file of every series
def test_a_series_is_taken_away_as_workbooks_and_as_one_archive(page: Page, dashboard: str) -> None:
    open_page(page, f"{dashboard}/trends?series=nationality")
    fold = page.locator("#root .take-away").first
    fold.locator("summary").first.click()
    for name in ("Excel (XLSX)", "OpenDocument (ODS)", "Everything (ZIP)"):
        with page.expect_download() as download:
            fold.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.startswith("context-series-nrm-quarters-by-group.")
        with zipfile.ZipFile(download.value.path()) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) > 4
