"""Statements, questions and claims over HTTP: the pages, their limits, and what is not kept."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from html import unescape
from http import HTTPStatus
from typing import Any

import duckdb
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Message

from referrals import caching
from referrals.cards.exports.export import oembed_address
from referrals.content import sitemap
from referrals.content import standalone_pages as pages
from referrals.language import using
from referrals.query.document import published_numbers
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import number_pages, question_routes
from referrals.web.direct_routes import DirectRoutes
from referrals.web.gateway.middleware import Gateway
from referrals.web.logging.access_log import AccessLog
from referrals.web.shell.html import POLICY
from referrals.web.static import assets
from referrals.web.streamlit import client_messages
from tests.fixtures.asgi_client import scope_of
from tests.fixtures.nothing_to_compute import NothingToCompute

LARGEST_PAGE = 8_000
LARGEST_FOR_ME = 30_000
"""Bytes before compression: half a second on a slow phone."""
HOSTS = ("test", *(f"host{number}.example" for number in range(100)))


class FormClient:
    """A client that can post. The client of the fixtures only reads, as the rest of the site."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, **named: Any) -> httpx.Response:
        return self.send("GET", path, **named)

    def post(self, path: str, **named: Any) -> httpx.Response:
        return self.send("POST", path, **named)

    def send(self, method: str, path: str, **named: Any) -> httpx.Response:
        async def sending() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, **named)

        return asyncio.run(sending())


@pytest.fixture
def client(release: Release, monkeypatch: pytest.MonkeyPatch) -> FormClient:
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, ()))
    return client_of("https://example.org")


def client_of(base: str) -> FormClient:
    routes = question_routes.routes(base)
    gateway = Middleware(
        Gateway, messages=client_messages.RULES, hosts=HOSTS, forms=question_routes.FORMS
    )
    log = Middleware(AccessLog, pages=[], routes=routes)
    return FormClient(Starlette(middleware=[log, gateway, Middleware(DirectRoutes, routes=routes)]))


@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_every_page_of_a_number_is_small_and_has_no_script(release: Release, every: int) -> None:
    served = Served("one", release, ())
    numbers = list(published_numbers.numbers(release).values())[::every]
    assert {number.origin for number in numbers} == set(published_numbers.Origin)
    for number in numbers:
        page = number_pages.page(
            served, number, f"https://victim-referrals.example.org/s/{number.number_id}"
        )
        assert len(page.encode()) <= LARGEST_PAGE
        assert "<script" not in page


def test_what_happens_to_my_details_is_whole_in_its_first_bytes_and_leaves_no_copy(
    client: FormClient,
) -> None:
    answer = client.get("/for-me")
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].endswith("script-src 'self'")
    assert "etag" not in answer.headers
    assert "set-cookie" not in answer.headers
    for heading in ("I am a victim of crime", "I saw a crime", "What we cannot promise"):
        assert heading in answer.text
    assert answer.text.count('href="tel:') > 8
    assert len(answer.content) < LARGEST_FOR_ME


def test_every_control_that_needs_a_script_is_hidden_without_one(client: FormClient) -> None:
    buttons = re.findall(r'<button type="button"[^>]*>', client.get("/for-me").text)
    assert len(buttons) == 2
    assert all("hidden" in button for button in buttons)


def test_the_page_for_frightened_readers_says_that_it_is_not_tested_and_is_first_in_its_section(
    client: FormClient,
) -> None:
    text = client.get("/for-me").text
    assert "not yet tested with people" in text
    section = text.partition("<h2>Understanding</h2>")[2].partition("</ul>")[0]
    assert re.findall(r'href="([^"]+)"', section)[0] == "/lite/for-me"


def test_a_reader_can_compute_the_hash_of_a_number(client: FormClient) -> None:
    page, content = client.get("/s/D06"), client.get("/s/D06.json")
    assert hashlib.sha256(content.content).hexdigest() in page.text
    assert client.get("/s/D06", headers={"accept": "application/json"}).json() == content.json()


def test_a_derived_number_shows_its_working_its_assumptions_and_its_history(
    client: FormClient,
) -> None:
    page = unescape(client.get("/s/D13").text)
    assert "45 to 66" in page
    assert "No referral counts as both domestic abuse and modern slavery" in page
    assert "Until 23 November 2026 this was 56 to 66." in page


def test_a_citation_for_tex_escapes_a_percentage(client: FormClient) -> None:
    page = unescape(client.get("/s/R02").text)
    assert r"title = {R02: Are victim referrals 1.1\% of all police referrals?}" in page


@pytest.mark.parametrize(("number_id", "newer"), [("C0234", "C0235"), ("E048", "R18")])
def test_a_superseded_number_stays_and_says_so(
    client: FormClient, number_id: str, newer: str
) -> None:
    page = client.get(f"/s/{number_id}").text
    assert "Superseded" in page
    assert f'<a href="/s/{newer}">' in page


@pytest.mark.parametrize("number_id", ["E999", "E017", "e024", "x" * 200])
def test_an_unknown_or_withheld_number_is_not_found(client: FormClient, number_id: str) -> None:
    answer = client.get(f"/s/{number_id}")
    assert answer.status_code == 404
    assert "There is no statement or number called this." in answer.text
    assert number_id not in answer.text


def test_every_listed_number_has_its_page(client: FormClient) -> None:
    listed = set(re.findall(r'href="/s/([A-Z]\d+)"', client.get("/s/").text))
    assert listed == set(published_numbers.numbers(catalogue.served().published))


def test_a_question_is_answered_and_not_cached(client: FormClient) -> None:
    answer = client.get("/ask", params={"q": "how many women were referred?"})
    assert "425 victim referrals of females" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert 'href="/s/E033"' in answer.text


def test_the_text_of_a_reader_is_escaped(client: FormClient) -> None:
    hostile = '<img src=x onerror="alert(1)"> 237 Vietnamese'
    for answer in (
        client.get("/ask", params={"q": hostile}),
        client.post("/claims", data={"text": hostile}),
    ):
        assert "<img src=x" not in answer.text


def test_a_text_is_checked_and_neither_logged_nor_cached(
    client: FormClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "referrals")
    answer = client.post("/claims", data={"text": "238 Vietnamese zebras and 237 Vietnamese"})
    assert "Contradicted" in answer.text or "Not published" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    logged = str([vars(record) for record in caplog.records])
    assert "'path': '/claims'" in logged
    assert "zebras" not in logged


@pytest.mark.parametrize("path", ["/ask", "/s/E024", "/s/", "/", "/claims/"])
def test_a_form_is_accepted_at_no_other_address(client: FormClient, path: str) -> None:
    assert client.post(path, data={"text": "1"}).status_code == 405


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/claims", "GET, HEAD, OPTIONS, POST"), ("/ask", "GET, HEAD, OPTIONS")],
)
def test_a_refused_method_names_those_that_the_address_takes(
    client: FormClient, path: str, allowed: str
) -> None:
    answer = client.send("PUT", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert ("POST" in answer.text) == ("POST" in allowed)
    options = client.send("OPTIONS", path)
    assert (options.status_code, options.headers["allow"], options.text) == (204, allowed, "")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"text=" + b"a" * question_routes.LARGEST_BODY, {}, 413),
        (b"a=&" * question_routes.MOST_FIELDS + b"text=1", {}, 400),
        (b"text=1", {"content-type": "text/plain"}, 415),
        (b"text=1", {"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_a_form_that_is_too_large_or_no_form_is_refused(
    client: FormClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", **headers}
    assert client.post("/claims", content=content, headers=form).status_code == status


def test_the_numbers_of_a_release_are_read_once_for_all_languages(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_english = published_numbers.numbers(release)
    monkeypatch.setattr(caching, "COMPUTING", NothingToCompute())
    with using("vi"):
        assert published_numbers.numbers(release) is in_english


def test_a_reader_who_leaves_while_a_form_is_sent_is_not_a_fault() -> None:
    (route,) = (each for each in question_routes.routes() if each.path == pages.CLAIMS)
    sent: list[Message] = []

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(route.handle(scope_of(pages.CLAIMS, method="POST"), leave, send))
    assert sent[0]["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE  # which nobody reads


def test_a_form_of_unknown_length_is_refused(client: FormClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/claims", content=in_chunks(), headers=form)
    assert answer.status_code == 411


async def in_chunks() -> AsyncIterator[bytes]:
    yield b"text=1"


def test_a_profile_is_served_at_its_own_address_in_either_case(client: FormClient) -> None:
    page, small = client.get("/nationality/VNM"), client.get("/nationality/vnm")
    assert (page.status_code, small.status_code) == (200, 200)
    assert page.text == small.text
    assert '<link rel="canonical" href="https://example.org/nationality/VNM">' in page.text
    assert "Leave this page" in page.text


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=women", "/a-to-z", "/ask", "/claims", "/nationality/VNM"]
)
def test_a_page_outside_the_dashboard_has_its_header_and_the_exit_by_keyboard(
    client: FormClient, path: str
) -> None:
    page = client.get(path)
    assert f">{assets.script()}</script>" in page.text
    assert page.headers["content-security-policy"] == POLICY
    for head in sitemap.drawn_by_streamlit():
        assert f'href="{head.path}"' in page.text
    assert ('<form class="vr-search" action="/search"' in page.text) == (
        not path.startswith("/search")
    )


def test_the_page_of_a_number_names_itself_as_the_original_in_each_language(
    client: FormClient,
) -> None:
    with using("vi"):
        page = client.get("/s/E024").text
    assert '<link rel="canonical" href="https://example.org/vi/s/E024">' in page
    assert "https://example.org/s/E024" in page, "the address to cite"


def test_a_page_without_a_script_says_that_only_the_link_leaves(client: FormClient) -> None:
    page = client.get("/s/E024")
    assert "script-src" not in page.headers["content-security-policy"]
    assert '<p id="vr-exit-about">' in page.text, "it is in view"
    assert "Pressing Shift does nothing here" in page.text
    assert '<form class="vr-search" action="/lite/search"' in page.text
    sections = {head.section for head in sitemap.drawn_by_streamlit()}
    assert {name for name in sections if f">{name}</a></li>" in page.text} == sections


def test_a_page_of_a_figure_says_how_others_embed_it(client: FormClient) -> None:
    profile = client.get("/nationality/vnm").text.partition("</head>")[0]
    address = oembed_address("/nationality/VNM", "https://example.org").replace("&", "&amp;")
    assert f'<link rel="alternate" type="application/json+oembed" href="{address}">' in profile
    number = oembed_address("/s/E024", "https://example.org")
    assert client.get("/s/E024").headers["link"].startswith(f"<{number}>; ")
    assert "oembed" not in client.get("/nationality/XXX").text
    assert "link" not in client.get("/s/E999").headers


@pytest.mark.parametrize("code", ["XXX", "France", "_OTH", "%3Cb%3E"])
def test_a_profile_that_does_not_exist_is_404_and_lists_those_that_do(
    client: FormClient, code: str
) -> None:
    answer = client.get(f"/nationality/{code}")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert 'href="/nationality/VNM"' in answer.text
    assert "<b>" not in answer.text.lower().replace("<b>at", "")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/s/", marks=pytest.mark.slow),
        "/s/D06",
        pytest.param("/nationality/VNM", marks=pytest.mark.slow),
    ],
)
def test_a_site_without_an_address_caches_nothing_by_the_name_it_is_asked_by(
    client: FormClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    assert client.get(path).status_code == 200
    nameless = client_of("")
    monkeypatch.setattr(caching, "COMPUTING", NothingToCompute())
    for number in range(5):
        name = f"host{number}.example"
        answer = nameless.get(path, headers={"host": name})
        assert f'<link rel="canonical" href="http://{name}{path}">' in answer.text


def test_a_number_that_cannot_be_read_is_503_also_as_json(
    client: FormClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_release: Release) -> None:
        raise duckdb.IOException("A query failed.")

    monkeypatch.setattr(published_numbers, "numbers", broken)
    answer = client.get("/s/D06.json")
    assert answer.status_code == 503
    assert "A query failed" not in answer.text
