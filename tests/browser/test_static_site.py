"""The static site opened from a folder, without network, JavaScript or a wide screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from referrals import atomic_folder
from referrals.content import pages
from referrals.i18n import languages
from referrals.paths import CONTENT
from referrals.release import catalogue as release_catalogue
from referrals.static_site import site
from referrals.static_site.links import in_folder
from tests.browser.servers import Picture

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Without it, axe also describes every element that passes.
    "resultTypes": ["violations"],
}
NARROWEST, PHONE, DESKTOP = 320, 360, 1280
PICTURED = ("index", "sex", "safeguarding", "example/age", "releases")
KINDS = (*PICTURED, "trends", "nationality/VNM", "data-sharing", "figures-check", "glossary")
"""One page of each kind: cards, long tables, help lines, steps, calculations, many sections."""


@pytest.fixture(scope="module")
def folder_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folder") / "site"
    atomic_folder.write(folder, site.files(release_catalogue.served(), in_folder(None)))
    return folder


@pytest.fixture(scope="module")
def addresses(folder_site: Path) -> list[str]:
    """The address of every page in the folder, except the 404 page, which is for web servers."""
    return [
        path.as_uri() for path in sorted(folder_site.rglob("*.html")) if path.name != "404.html"
    ]


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without network or JavaScript."""
    opened = browser.new_context(
        offline=True, java_script_enabled=False, viewport={"width": PHONE, "height": 800}
    )
    yield opened
    opened.close()


def test_every_static_page_is_reachable_by_links_without_network_or_javascript(
    offline: BrowserContext, folder_site: Path, addresses: list[str]
) -> None:
    page = offline.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else failed.append(request.url)
        ),
    )
    unseen, seen = [(folder_site / "index.html").as_uri()], set[str]()
    while unseen:
        address = unseen.pop()
        seen.add(address)
        page.goto(address)
        unseen += [link for link in hrefs(page) if link not in seen and link not in unseen]
    assert seen == set(addresses)
    assert failed == []


def hrefs(page: Page) -> list[str]:
    """Return the address of each static page that a page links to, without fragment."""
    found = page.locator("a[href$='.html'], a[href*='.html#']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    folder = Path(page.url.removeprefix("file://")).parent
    return list(
        {
            (folder / link.partition("#")[0]).resolve().as_uri()
            for link in found
            if not link.startswith("http")
        }
    )


def test_a_link_between_static_pages_works(offline: BrowserContext, folder_site: Path) -> None:
    page = offline.new_page()
    page.goto((folder_site / "index.html").as_uri())
    page.get_by_role("link", name="More on sex").click()
    assert page.locator("h1").inner_text() == "Sex"
    assert page.url == (folder_site / "sex.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_static_pages_are_accessible(
    browser: Browser, folder_site: Path, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": NARROWEST, "height": 800}, color_scheme=scheme)
    broken = {}
    for name in KINDS if scheme == "light" else PICTURED:
        page.goto((folder_site / f"{name}.html").as_uri())
        found = Axe().run(page, options=RULES).response["violations"]
        broken[name] = [f"{rule['id']} {rule['nodes'][0]['html'][:120]}" for rule in found]
    assert {name: found for name, found in broken.items() if found} == {}
    page.close()


def test_no_static_page_is_wider_than_the_narrowest_screen(
    browser: Browser, addresses: list[str]
) -> None:
    page = browser.new_page(viewport={"width": NARROWEST, "height": 800})
    widths = {}
    for address in addresses:
        page.goto(address)
        widths[address] = page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in widths.items() if width > NARROWEST} == {}
    page.close()


def test_the_exit_stays_in_view_on_a_phone_while_scrolling(
    offline: BrowserContext, folder_site: Path
) -> None:
    page = offline.new_page()
    page.goto((folder_site / "glossary.html").as_uri())
    page.mouse.wheel(0, 5000)
    box = page.get_by_role("link", name="Leave this page").bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 800 - box["height"]
    assert box["height"] >= 44


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static page in Arabic, without translated layout messages."""
    folder = tmp_path_factory.mktemp("arabic")
    texts = folder / "content"
    shutil.copytree(CONTENT, texts)
    (texts / "ar").mkdir()
    shutil.copy(texts / "en" / "pages.schema.json", texts / "ar")
    (texts / "ar" / "pages.csv").write_text(
        "path,section,label,title,description\n/,أ,,ب,ج\n", encoding="utf-8"
    )
    (texts / "ar" / "overview.md").write_text(
        "# الضحايا\n\nفي {cell:sex=_NK} حالة.\n\n{helplines}\n", encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        for module in (languages, pages):
            patch.setattr(module, "CONTENT", texts)
        files = site.files(release_catalogue.served(), in_folder(None))
        atomic_folder.write(folder / "site", files)
    return folder / "site" / "ar" / "index.html"


@pytest.mark.parametrize("width", [DESKTOP, NARROWEST])
def test_a_right_to_left_page_shows_exit_and_numbers_correctly(
    browser: Browser, arabic: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(arabic.as_uri())
    exit_link, name = (
        page.get_by_text("Leave this page", exact=True),
        page.get_by_text("Victim referrals", exact=True),
    )
    for element in (exit_link, name):
        box = element.bounding_box()
        assert box is not None
        assert box["width"] > 80
        assert box["height"] < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lefts = page.locator("main > p").first.evaluate(
        """paragraph => ['194', '205'].map(number => {
            const text = paragraph.firstChild;
            const start = text.data.indexOf(number);
            const range = document.createRange();
            range.setStart(text, start);
            range.setEnd(text, start + 3);
            return range.getBoundingClientRect().left;
        })"""
    )
    assert lefts[0] < lefts[1]
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.close()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_text_of_a_page_is_in_one_column_without_overlap(
    browser: Browser, folder_site: Path, width: int, picture: Picture
) -> None:
    """Each part of a page begins below the end of the previous one. Screenshots are for review."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    for name in PICTURED:
        page.goto((folder_site / f"{name}.html").as_uri())
        picture(page, f"lite-{name.replace('/', '-')}-{width}")
        boxes = page.locator("main > *").evaluate_all(
            "all => all.map(part => part.getBoundingClientRect()).filter(box => box.height)"
        )
        assert len(boxes) > 3
        assert [box for box, next_box in pairwise(boxes) if next_box["top"] < box["bottom"]] == []
        assert all(0 <= box["left"] < box["right"] <= width for box in boxes)
    page.close()


def test_a_printed_static_page_has_open_details_and_no_menus(
    browser: Browser, folder_site: Path
) -> None:
    page = browser.new_page()
    page.goto((folder_site / "sex.html").as_uri())
    page.emulate_media(media="print")
    assert page.get_by_text("62% (706) were male").first.is_visible()
    assert not page.get_by_role("link", name="Leave this page").is_visible()
    assert not page.locator("footer").is_visible()
    page.close()
