"""The static site opened from a folder, without network, JavaScript or a wide screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from referrals import atomic_folder
from referrals.i18n import messages
from referrals.language import using
from referrals.release import catalogue as release_catalogue
from referrals.static_site import site
from referrals.static_site.links import in_folder
from tests.browser.servers import DESKTOP, NARROWEST, PHONE, Picture

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Without it, axe also describes every element that passes.
    "resultTypes": ["violations"],
}
PICTURED = ("index", "sex", "safeguarding", "example/age", "releases")
KINDS = {
    "light": ("index", "figures-check"),
    "dark": ("sex",),
}
"""One page of each kind: the front page, long tables, cards."""

MORE_PAGES = {
    "light": (
        *("sex", "glossary", "safeguarding", "example/age", "releases"),
        *("trends", "nationality/VNM", "data-sharing"),
    ),
    "dark": ("index", "safeguarding", "example/age", "releases"),
}


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


@dataclass(frozen=True)
class Crawl:
    """The widths and failed requests of pages of the folder."""

    widths: dict[str, int] = field(default_factory=dict)
    """By the address of a page, its width on the narrowest screen."""

    failed: list[str] = field(default_factory=list)
    """The requests that failed, or that were for anything outside the folder."""


def crawl(browser: Browser, start: Sequence[str], *, further: bool) -> Crawl:
    """Open pages without network or JavaScript, and if wanted follow every link from them."""
    context = browser.new_context(
        offline=True, java_script_enabled=False, viewport={"width": NARROWEST, "height": 800}
    )
    page = context.new_page()
    found = Crawl()
    page.on("requestfailed", lambda request: found.failed.append(request.url))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else found.failed.append(request.url)
        ),
    )
    unseen = set(start)
    while unseen:
        address = unseen.pop()
        page.goto(address)
        found.widths[address] = page.evaluate("document.documentElement.scrollWidth")
        if further:
            unseen |= hrefs(page) - found.widths.keys()
    context.close()
    return found


def too_wide(crawled: Crawl) -> list[str]:
    return [page for page, width in crawled.widths.items() if width > NARROWEST]


def test_a_static_page_of_each_kind_needs_no_network_and_fits_the_narrowest_screen(
    browser: Browser, folder_site: Path
) -> None:
    pages = [(folder_site / f"{name}.html").as_uri() for name in PICTURED]
    crawled = crawl(browser, pages, further=False)
    assert crawled.failed == []
    assert too_wide(crawled) == []


@pytest.mark.slow
def test_every_static_page_is_reachable_without_network_and_fits_the_narrowest_screen(
    browser: Browser, folder_site: Path, addresses: list[str]
) -> None:
    crawled = crawl(browser, [(folder_site / "index.html").as_uri()], further=True)
    assert crawled.widths.keys() == set(addresses)
    assert crawled.failed == []
    assert too_wide(crawled) == []


def hrefs(page: Page) -> set[str]:
    """Return the address of each static page that a page links to, without fragment."""
    found = page.locator("a[href$='.html'], a[href*='.html#']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    folder = Path(page.url.removeprefix("file://")).parent
    return {
        (folder / link.partition("#")[0]).resolve().as_uri()
        for link in found
        if not link.startswith("http")
    }


def test_a_link_between_static_pages_works(offline: BrowserContext, folder_site: Path) -> None:
    page = offline.new_page()
    page.goto((folder_site / "index.html").as_uri())
    page.get_by_role("link", name="More on sex").click()
    assert page.locator("h1").inner_text() == "Sex"
    assert page.url == (folder_site / "sex.html").as_uri()


@pytest.mark.parametrize(
    ("scheme", "names"),
    [
        *KINDS.items(),
        *(pytest.param(*pages, marks=pytest.mark.slow) for pages in MORE_PAGES.items()),
    ],
)
def test_static_pages_are_accessible(
    browser: Browser, folder_site: Path, scheme: Literal["light", "dark"], names: tuple[str, ...]
) -> None:
    page = browser.new_page(viewport={"width": NARROWEST, "height": 800}, color_scheme=scheme)
    broken = {}
    for name in names:
        page.goto((folder_site / f"{name}.html").as_uri())
        found = Axe().run(page, options=RULES).response["violations"]
        broken[name] = [f"{rule['id']} {rule['nodes'][0]['html'][:120]}" for rule in found]
    assert {name: found for name, found in broken.items() if found} == {}
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


@pytest.mark.parametrize("width", [NARROWEST, pytest.param(DESKTOP, marks=pytest.mark.slow)])
def test_a_right_to_left_page_shows_exit_and_numbers_correctly(
    browser: Browser, folder_site: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((folder_site / "ur" / "safeguarding.html").as_uri())
    with using("ur"):
        exit_link = page.get_by_text(messages.text("layout.leave"), exact=True)
        name = page.get_by_text(messages.text("layout.site"), exact=True)
    for element in (exit_link, name):
        box = element.bounding_box()
        assert box is not None
        assert box["width"] > 80
        assert box["height"] < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lefts = page.locator("a.telephone", has_text="0808 2000 247").first.evaluate(
        """link => ['0808', '247'].map(number => {
            const texts = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
            const text = texts.nextNode();
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


@pytest.mark.parametrize("width", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.slow)])
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
