"""The addresses of statements, profiles, questions and claims: pages made for one request.

Neither questions nor texts are stored. A question is in the address, so its answer is not cached;
a text comes in the body of a POST, which the gateway lets through for this address alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from referrals.caching import cached
from referrals.content import standalone_pages as pages
from referrals.errors import ReferralsError, WithdrawnError
from referrals.i18n import messages
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import PublishedNumber
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.static_site import layout, number_pages, profile_pages, questions, standalone
from referrals.static_site.responses import NO_SCRIPT, ONE_MINUTE
from referrals.web import settings
from referrals.web.http import security_headers
from referrals.web.http.content_encoding import choose, compress
from referrals.web.http.etags import is_listed
from referrals.web.http.negotiation import preferences

LOG: Final = logging.getLogger(__name__)

LARGEST_BODY: Final = 65_536
"""Bytes of a posted text: 20,000 characters, most of them escaped as three bytes each."""

FORMS: Final = {pages.CLAIMS: LARGEST_BODY}
"""The addresses that take a form, with the largest body of each, for the gateway."""

HTML: Final = "text/html"
JSON: Final = "application/json"
JSON_ENDING: Final = ".json"
NO_STORE: Final = "no-store"
QUALITY: Final = 5
"""Brotli's quality for an answer that is sent once: twenty times as fast as the best."""

WITH_FORM: Final = NO_SCRIPT.replace("form-action 'none'", "form-action 'self'")

CHECKING: Final = asyncio.Semaphore(1)
"""Held while a text is checked: a long one takes most of a second of one core."""

PATIENCE: Final = 10.0
"""Seconds for which a text waits for others to be checked."""

Make = Callable[[Served], tuple[HTTPStatus, str]]


def routes(base: str = "") -> list[Route]:
    """Return the routes of these pages. `base` is the origin of the site, '' if it is unknown."""
    return [
        Route(pages.NUMBERS, partial(_listing, base), methods=["GET"]),
        Route(f"{pages.NUMBERS}{{number}}", partial(_number, base), methods=["GET"]),
        Route(f"{pages.PROFILES}{{code}}", partial(_profile, base), methods=["GET"]),
        Route(pages.ASK, partial(_ask, base), methods=["GET"]),
        Route(pages.CLAIMS, partial(_claims, base), methods=["GET", "POST"]),
    ]


async def _listing(base: str, request: Request) -> Response:
    canonical = f"{_origin(base, request)}{pages.NUMBERS}"
    return await _page(
        request, lambda served: (HTTPStatus.OK, _listing_page(served, canonical)), ONE_MINUTE
    )


async def _number(base: str, request: Request) -> Response:
    """Answer with the page of a number, or with its content as JSON."""
    name = request.path_params["number"]
    number_id = name.removesuffix(JSON_ENDING)
    origin = _origin(base, request)
    address = f"{origin}{pages.number_address(number_id)}"

    def make(served: Served) -> tuple[HTTPStatus, str]:
        if number_id not in published_numbers.numbers(served.published):
            return HTTPStatus.NOT_FOUND, number_pages.unknown(served)
        return HTTPStatus.OK, _number_page(served, number_id, address)

    is_named = name.endswith(JSON_ENDING)
    if is_named or _prefers_json(request.headers.get("accept", "")):
        number = await _find(number_id)
        if number is not None:
            return _json(request, number)
    return await _page(request, make, ONE_MINUTE)


async def _profile(base: str, request: Request) -> Response:
    """Answer with the profile of a nationality, or with those that exist."""
    code = request.path_params["code"].upper()
    canonical = f"{_origin(base, request)}{pages.profile_address(code)}"

    def make(served: Served) -> tuple[HTTPStatus, str]:
        head = profile_pages.heads(served).get(code)
        if head is None:
            unknown = profile_pages.unknown(served)
            html = standalone.document(served, profile_pages.unknown_head(), unknown)
            return HTTPStatus.NOT_FOUND, html
        return HTTPStatus.OK, _profile_page(served, code, canonical)

    return await _page(request, make, ONE_MINUTE)


async def _ask(base: str, request: Request) -> Response:
    question = request.query_params.get("q", "")
    canonical = f"{_origin(base, request)}{pages.ASK}"
    return await _page(
        request, lambda served: (HTTPStatus.OK, questions.ask(served, question, canonical))
    )


async def _claims(base: str, request: Request) -> Response:
    canonical = f"{_origin(base, request)}{pages.CLAIMS}"
    if request.method != "POST":
        return await _page(
            request, lambda served: (HTTPStatus.OK, questions.check(served, None, canonical))
        )
    body = await _body(request)
    if body is None:
        return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=8)
    text = fields.get("text", [""])[0].replace("\r\n", "\n")
    try:
        async with asyncio.timeout(PATIENCE):
            await CHECKING.acquire()
    except TimeoutError:
        return _unavailable(ReferralsError(messages.text("claims.busy")))
    try:
        return await _page(
            request, lambda served: (HTTPStatus.OK, questions.check(served, text, canonical))
        )
    finally:
        CHECKING.release()


async def _body(request: Request) -> bytes | None:
    """Return the body of a request, None if it is larger than it may be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body


async def _page(request: Request, make: Make, cache: str = NO_STORE) -> Response:
    """Return a page made in a thread, or the page that says why there is none."""
    try:
        status, html = await asyncio.to_thread(lambda: make(catalogue.served()))
    except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
        return _unavailable(error)
    caching = NO_STORE if status is not HTTPStatus.OK else cache
    return _encoded(request, html.encode(), HTML, caching, status)


async def _find(number_id: str) -> PublishedNumber | None:
    try:
        served = await asyncio.to_thread(catalogue.served)
        return published_numbers.numbers(served.published).get(number_id)
    except ReferralsError:
        return None  # the page explains it


def _json(request: Request, number: PublishedNumber) -> Response:
    """Return the content of a number, with a link to the newest printing if there is a later one.

    Any page may read it, like the API.
    """
    response = _encoded(request, number.canonical, JSON, ONE_MINUTE)
    response.headers.update(security_headers.OPEN_TO_ALL)
    if number.later:
        newest = pages.number_address(number.later[-1])
        response.headers["link"] = f'<{newest}>; rel="successor-version"'
    return response


def _encoded(
    request: Request, body: bytes, media_type: str, cache: str, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    encoding = choose(request.headers.get("accept-encoding", ""))
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}{encoding and f"-{encoding}"}"'
    headers = {
        **security_headers.HEADERS,
        "cache-control": cache,
        "content-security-policy": WITH_FORM,
        "vary": "accept, accept-encoding",
    }
    if encoding:
        headers["content-encoding"] = encoding
    if cache != NO_STORE:
        headers["etag"] = etag
        if is_listed(request.headers.get("if-none-match", ""), etag):
            headers.pop("content-encoding", None)
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    packed = compress(body, encoding, quality=QUALITY) if encoding else body
    return Response(packed, status, headers, media_type=media_type)


def _unavailable(error: Exception) -> Response:
    reason = (
        str(error) if isinstance(error, ReferralsError) else messages.text("errors.static_site")
    )
    if not isinstance(error, ReferralsError):
        # Without the text of the error: it could hold words of a reader.
        LOG.warning("A page of a question or a number failed (%s).", type(error).__name__)
    is_withdrawn = isinstance(error, WithdrawnError)
    status = HTTPStatus.GONE if is_withdrawn else HTTPStatus.SERVICE_UNAVAILABLE
    headers = {
        **security_headers.HEADERS,
        "cache-control": NO_STORE,
        "content-security-policy": NO_SCRIPT,
    }
    return Response(layout.unavailable(reason), status, headers, HTML)


def _origin(base: str, request: Request) -> str:
    return base or settings.request_origin(request.scope)


def _prefers_json(accept: str) -> bool:
    """Return whether a client would rather have JSON than a page.

    >>> _prefers_json("application/json"), _prefers_json("text/html, */*"), _prefers_json("*/*")
    (True, False, False)
    """
    for name, weight in preferences(accept):
        if weight > 0 and name in {JSON, HTML}:
            return name == JSON
    return False


@cached(1024, {Served: lambda served: served.version})
def _number_page(served: Served, number_id: str, address: str) -> str:
    number = published_numbers.numbers(served.published)[number_id]
    return number_pages.page(served, number, address)


@cached(4, {Served: lambda served: served.version})
def _listing_page(served: Served, canonical: str) -> str:
    return number_pages.listing(served, canonical)


@cached(64, {Served: lambda served: served.version})
def _profile_page(served: Served, code: str, canonical: str) -> str:
    head, main = profile_pages.heads(served)[code], profile_pages.main(served, code)
    return standalone.document(served, head, main, canonical=canonical)
