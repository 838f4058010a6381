"""The language in an address: what is taken off, redirected, and left alone."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from referrals.language import current
from referrals.web.shell.language_prefix import LanguagePrefix, without_language
from tests.fixtures.asgi_client import Client


async def says_what_it_got(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the language and the path of a request."""
    await PlainTextResponse(f"{current()} {scope['path']}")(scope, receive, send)


CLIENT = Client(LanguagePrefix(says_what_it_got, languages=["vi", "zh-Hans"]))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/age", "en /age"),
        ("/vi/", "vi /"),
        ("/vi/age", "vi /age"),
        ("/vi/nationality/VNM", "vi /nationality/VNM"),
        ("/zh-Hans/for-me", "zh-Hans /for-me"),
        ("/fr/age", "en /fr/age"),
        ("/video", "en /video"),
        ("/vi/api/v1/cells", "en /vi/api/v1/cells"),
        ("/vi/lite/age", "en /vi/lite/age"),
        ("/vi/oembed?url=a", "en /vi/oembed"),
        ("/vi/healthz", "en /vi/healthz"),
        ("/vi/readyz", "en /vi/readyz"),
        ("/vi/static/js/index.js", "en /vi/static/js/index.js"),
    ],
)
def test_a_request_is_answered_in_the_language_of_its_path(path: str, answer: str) -> None:
    assert CLIENT.get(path).text == answer


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/vi", "/vi/"),
        ("/vi?release=example", "/vi/?release=example"),
        ("/VI/age?sex=F", "/vi/age?sex=F"),
        ("/zh/age", "/zh-Hans/age"),
        ("/zh-hans", "/zh-Hans/"),
    ],
)
def test_other_ways_to_write_a_language_lead_to_the_right_one(path: str, right: str) -> None:
    answer = CLIENT.get(path)
    assert (answer.status, answer.headers["location"]) == (308, right)
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("location", "right"),
    [
        ("/for-me", "/vi/for-me"),
        ("/sex?sex=F", "/vi/sex?sex=F"),
        ("/vi/present?card=sex", "/vi/present?card=sex"),
        ("/releases/2020-21/cells.csv", "/releases/2020-21/cells.csv"),
        ("https://example.org/age", "https://example.org/age"),
    ],
)
def test_a_redirect_to_a_page_keeps_the_language(location: str, right: str) -> None:
    client = Client(LanguagePrefix(RedirectResponse(location), languages=["vi"]))
    assert client.get("/vi/for-me/").headers["location"] == right


def test_a_redirect_in_english_is_left_as_it_is() -> None:
    client = Client(LanguagePrefix(RedirectResponse("/for-me"), languages=["vi"]))
    assert client.get("/for-me/").headers["location"] == "/for-me"


def test_the_language_of_one_request_is_not_that_of_the_next() -> None:
    assert CLIENT.get("/vi/age").text == "vi /age"
    assert CLIENT.get("/age").text == "en /age"


def test_a_form_is_not_redirected() -> None:
    assert CLIENT.get("/VI/claims", method="POST").text == "vi /claims"


def test_the_log_has_one_name_for_a_page_in_every_language() -> None:
    codes = {"vi": "vi"}
    assert without_language("/vi/age", codes) == without_language("/age", codes) == "/age"
