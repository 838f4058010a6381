"""Every link in the first bytes of every page: to an address that answers, and to a place on it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Match

from app import SITE
from referrals.api.endpoint import NotFound
from referrals.cards.exports.export import FOLDER as CARD_FILES
from referrals.content import standalone_pages
from referrals.language import ENGLISH, using
from referrals.localised_html import localised
from referrals.query.document import published_numbers
from referrals.release import catalogue
from referrals.static_site import pages as static_pages
from referrals.static_site.app import SEARCH_PAGE
from referrals.static_site.links import FOLDER as LIGHT_PAGES
from referrals.static_site.links import SERVED
from referrals.web.direct_routes import DirectRoutes
from referrals.web.shell.language_prefix import LanguagePrefix
from tests.fixtures.asgi_client import Client, scope_of

FRAME = SITE.frame()
LANGUAGES = {language.code for language in SITE.languages} - {ENGLISH}
ORIGIN = "http://test"
WITH_CHOICES = (
    *("/sex?crime_type=DA&view=table", "/nationality?release=example", "/age?view=time"),
    *("/table?rows=age_band", "/trends?series=police", "/ask?q=how+many+women"),
    *("/search?q=he+hits+me", "/search?q=how+many+women"),
)
NUMBERS = ("/s/E024", "/s/D06", "/s/R01", "/s/C0001", "/s/E999")
IN_OTHER_LANGUAGES = tuple(
    f"/{code}{path}"
    for code in sorted(LANGUAGES)[:1]  # the first stands for all of them
    for path in ("/", "/sex", "/for-me", "/surgeries", "/search?q=help", "/s/E024")
)
PROFILES = ("/nationality/VNM", "/nationality/SOM", "/nationality/XXX")
FILES = (
    *(CARD_FILES, "/releases/", "/api/", "/feed.atom", "/releases.ics"),
    *("/briefing/", "/present/"),
)
"""Addresses that are not pages. Other tests request them."""


class Parsed(HTMLParser):
    """The links of a page, the places on it, and the links that say nothing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: list[str] = []
        self.nameless: list[str] = []
        self._open, self._name = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._name += given.get("alt", "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            self._open, self._name = given["href"], given.get("aria-label", "")
        if tag == "form" and given.get("action"):
            self.links.append(given["action"])
        if "id" in given:
            self.places.append(given["id"])

    def handle_data(self, data: str) -> None:
        self._name += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and not self._name.strip():
            self.nameless.append(self._open)


class Pages:
    """The pages of the site as they are first sent, each requested once and parsed if needed."""

    def __init__(self) -> None:
        languages = Middleware(LanguagePrefix, languages=LANGUAGES)
        routes = Middleware(DirectRoutes, routes=[*SITE.routes])
        app = Starlette(middleware=[languages, routes])
        self._get = Client(app).get
        self._drawn = {head.path for head in FRAME.heads}
        self._html: dict[str, str | None] = {}
        self._parsed: dict[str, Parsed | None] = {}
        self._numbers = published_numbers.numbers(catalogue.served().published).keys()
        stems = (key.stem for key in static_pages.page_heads(catalogue.served()))
        self.light = {SEARCH_PAGE, *(f"{LIGHT_PAGES}{SERVED.file(stem)}" for stem in stems)}

    def answers(self, address: str) -> bool:
        """Return whether there is a page at an address. A page in every language is one page.

        The pages of single numbers are alike: it is enough that the number exists.
        """
        whole, question, query = address.partition("?")
        _, path = _language(whole)
        is_number = path.removeprefix(standalone_pages.NUMBERS) in self._numbers
        return is_number or self._sent(f"{path}{question}{query}") is not None

    def parsed(self, address: str) -> Parsed | None:
        """Return a page; None if nothing answers at its address. A file is a page without links."""
        if address not in self._parsed:
            html = self._sent(address)
            self._parsed[address] = None if html is None else Parsed(html)
        return self._parsed[address]

    def _sent(self, address: str) -> str | None:
        if address not in self._html:
            self._html[address] = self._request(address)
        return self._html[address]

    def _request(self, address: str) -> str | None:
        whole, _, query = address.partition("?")
        language, path = _language(whole)
        if path in self._drawn:
            with using(language):
                return localised(SITE.first_paint(path, query).html)
        if path.startswith(FILES):
            return "" if _is_routed(path) else None
        answer = self._get(address)
        if answer.status >= 400 and address not in {"/s/E999", "/nationality/XXX"}:
            return None
        return answer.body.decode()


def _language(path: str) -> tuple[str, str]:
    """Return the language of a path, and the path without it."""
    first, _, rest = path.removeprefix("/").partition("/")
    return (first, f"/{rest}") if first in LANGUAGES else (ENGLISH, path)


def _is_routed(path: str) -> bool:
    for route in SITE.routes:
        match, _ = route.matches(scope_of(path))
        if match is Match.FULL:
            return not isinstance(getattr(route, "endpoint", None), NotFound)
    return False


def broken(pages: Pages, here: str) -> Iterator[str]:
    """Yield each link of a page that leads nowhere, or not to a place on its page."""
    page = pages.parsed(here)
    assert page is not None, here
    for link in dict.fromkeys(page.links):
        absolute = urlsplit(urljoin(ORIGIN + here, link))
        if f"{absolute.scheme}://{absolute.netloc}" != ORIGIN:
            if absolute.scheme not in {"http", "https", "tel", "mailto"}:
                yield link
            continue
        path = absolute.path or "/"
        address = f"{path}?{absolute.query}" if absolute.query else path
        if path.startswith(LIGHT_PAGES):  # their own test follows the links between them
            if path not in pages.light:
                yield link
            continue
        if not absolute.fragment:
            leads_somewhere = address == here or pages.answers(address)
        else:
            leads_to = page if address == here else pages.parsed(address)
            leads_somewhere = leads_to is not None and unquote(absolute.fragment) in leads_to.places
        if not leads_somewhere:
            yield link


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


@pytest.mark.parametrize(
    "here",
    [
        *(head.path for head in FRAME.menu if head.path != standalone_pages.NUMBERS),
        pytest.param(standalone_pages.NUMBERS, marks=pytest.mark.slow),
        *WITH_CHOICES,
        *NUMBERS,
        *PROFILES,
        *IN_OTHER_LANGUAGES,
    ],
)
def test_every_link_of_a_page_leads_to_a_page_and_to_a_place_on_it(pages: Pages, here: str) -> None:
    assert list(broken(pages, here)) == []


@pytest.mark.parametrize(
    "here", [*(head.path for head in FRAME.menu), *WITH_CHOICES, *NUMBERS, *PROFILES]
)
def test_every_link_of_a_page_has_a_name(pages: Pages, here: str) -> None:
    page = pages.parsed(here)
    assert page is not None
    assert page.nameless == []


def test_a_link_without_a_name_is_noticed() -> None:
    assert Parsed('<a href="/a"> <b></b></a><a href="/b"><img alt="B"></a>').nameless == ["/a"]


@pytest.mark.parametrize("here", [head.path for head in FRAME.menu])
def test_no_two_places_of_a_page_have_one_name(pages: Pages, here: str) -> None:
    page = pages.parsed(here)
    assert page is not None
    assert len(page.places) == len(set(page.places))


@pytest.mark.parametrize(
    "link",
    ["/nowhere", "/s/E9999", "/sex#nowhere", "#nowhere", "/lite/nowhere", "javascript:alert(1)"],
)
def test_a_link_that_leads_nowhere_is_noticed(pages: Pages, link: str) -> None:
    pages._parsed["/planted"] = Parsed(f'<a href="{link}"></a><a href="/sex"></a>')
    assert list(broken(pages, "/planted")) == [link]


def test_every_page_outside_the_dashboard_is_among_them() -> None:
    assert set(standalone_pages.PATHS) <= {head.path for head in FRAME.menu}
