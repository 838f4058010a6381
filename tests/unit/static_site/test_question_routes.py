"""Statements, questions and claims over HTTP: the pages, their limits, and what is not kept."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from referrals.query import published_numbers
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import number_pages, question_routes
from referrals.web.direct_routes import DirectRoutes
from referrals.web.gateway.middleware import Gateway
from referrals.web.logging.access_log import AccessLog
from referrals.web.streamlit import client_messages

LARGEST_PAGE = 8_000


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
    routes = question_routes.routes("https://example.org")
    gateway = Middleware(Gateway, messages=client_messages.RULES, forms=question_routes.FORMS)
    log = Middleware(AccessLog, pages=[], routes=routes)
    return FormClient(Starlette(middleware=[log, gateway, Middleware(DirectRoutes, routes=routes)]))


def test_every_page_of_a_number_is_small_and_has_no_script(release: Release) -> None:
    served = Served("one", release, ())
    for number_id, number in published_numbers.numbers(release).items():
        page = number_pages.page(
            served, number, f"https://victim-referrals.example.org/s/{number_id}"
        )
        assert len(page.encode()) <= LARGEST_PAGE
        assert "<script" not in page


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
    ("content", "headers", "status"),
    [
        (b"text=" + b"a" * question_routes.LARGEST_BODY, {}, 413),
        (b"text=1", {"content-type": "text/plain"}, 415),
        (b"text=1", {"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_a_form_that_is_too_large_or_no_form_is_refused(
    client: FormClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", **headers}
    assert client.post("/claims", content=content, headers=form).status_code == status


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
    assert "<script" not in page.text


@pytest.mark.parametrize("code", ["XXX", "France", "_OTH", "%3Cb%3E"])
def test_a_profile_that_does_not_exist_is_404_and_lists_those_that_do(
    client: FormClient, code: str
) -> None:
    answer = client.get(f"/nationality/{code}")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert 'href="/nationality/VNM"' in answer.text
    assert "<b>" not in answer.text.lower().replace("<b>at", "")
