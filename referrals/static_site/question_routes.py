"""The routes of pages made for each request: search, numbers, profiles, questions, claims, /for-me.

Neither questions nor texts are stored. A question is in the address, so its answer is not cached;
a text comes in the body of a POST, which the gateway lets through for this address alone.

The pages are not cached, only the cards in them: unless the operator has set the site's address, a
page contains that of the Host header of its request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from referrals.cards.exports.export import oembed_address
from referrals.cards.html import card as card_html
from referrals.cards.html import site_frame
from referrals.content import outline, sitemap
from referrals.content import standalone_pages as pages
from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.language import current
from referrals.localised_html import address
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import PublishedNumber
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.static_site import (
    layout,
    number_pages,
    profile_pages,
    questions,
    responses,
    standalone,
)
from referrals.static_site import pages as static_pages
from referrals.static_site.links import FOLDER, PageKey
from referrals.static_site.responses import HTML, NO_SCRIPT, WITH_SCRIPT
from referrals.static_site.search import a_to_z, results, site_documents
from referrals.static_site.search.results import Asked
from referrals.web import settings
from referrals.web.http import security_headers
from referrals.web.http.cache_control import NO_STORE, ONE_MINUTE
from referrals.web.http.negotiation import preferences

LARGEST_BODY: Final = 65_536
"""Bytes of a posted text: 20,000 characters, most of them escaped as three bytes each."""

MOST_FIELDS: Final = 8
"""The most fields of a posted form. That of claims has one, and browsers add none."""

FORMS: Final = {pages.CLAIMS: LARGEST_BODY}
"""The addresses that take a form, with the largest body of each, for the gateway."""

FOR_ME: Final = f"/{outline.FOR_ME}"

JSON: Final = "application/json"
PAGE: Final = "text/html"
JSON_ENDING: Final = ".json"
VARY: Final = "accept, accept-encoding"

CHECKING: Final = asyncio.Semaphore(1)
"""Held while a text is checked: a long one takes most of a second of one core."""

LONGEST_WAIT: Final = 10.0
"""The seconds that a text waits for its turn to be checked."""

Make = Callable[[Served], tuple[HTTPStatus, str]]


def routes(base: str = "") -> list[Route]:
    """Return the routes of these pages. `base` is the origin of the site, '' if it is unknown."""
    return [
        Route(FOR_ME, partial(_for_me, base), methods=["GET"]),
        Route(pages.NUMBERS, partial(_listing, base), methods=["GET"]),
        Route(f"{pages.NUMBERS}{{number}}", partial(_number, base), methods=["GET"]),
        Route(f"{pages.PROFILES}{{code}}", partial(_profile_page, base), methods=["GET"]),
        Route(pages.SEARCH, _search, methods=["GET"]),
        Route(pages.A_TO_Z, partial(_a_to_z, base), methods=["GET"]),
        Route(pages.ASK, partial(_ask, base), methods=["GET"]),
        Route(pages.CLAIMS, partial(_claims, base), methods=["GET", "POST"]),
    ]


async def _for_me(base: str, request: Request) -> Response:
    """Answer with the page for frightened readers, which no browser may store."""
    stem = PageKey(FOR_ME, current()).stem
    canonical = f"{_origin(base, request)}{FOLDER}{stem}"

    def make(served: Served) -> tuple[HTTPStatus, str]:
        main = static_pages.body(served.published, served, PageKey(FOR_ME)).html
        data = layout.script(f"{FOLDER}{layout.SCRIPT}")
        html = standalone.document(
            served, sitemap.page(outline.FOR_ME), main, canonical=canonical, data=data
        )
        return HTTPStatus.OK, html

    return await _page(request, make, policy=WITH_SCRIPT)


async def _listing(base: str, request: Request) -> Response:
    canonical = f"{_origin(base, request)}{address(pages.NUMBERS)}"
    return await _page(
        request,
        lambda served: (HTTPStatus.OK, number_pages.listing(served, canonical)),
        ONE_MINUTE,
        policy=NO_SCRIPT,
    )


async def _number(base: str, request: Request) -> Response:
    """Answer with the page of a number, or with its content as JSON."""
    name = request.path_params["number"]
    number_id = name.removesuffix(JSON_ENDING)
    origin = _origin(base, request)
    own = f"{origin}{pages.number_address(number_id)}"

    def make(served: Served) -> tuple[HTTPStatus, str]:
        number = published_numbers.numbers(served.published).get(number_id)
        if number is None:
            return HTTPStatus.NOT_FOUND, number_pages.unknown(served)
        return HTTPStatus.OK, number_pages.page(served, number, own)

    is_named = name.endswith(JSON_ENDING)
    if is_named or _prefers_json(request.headers.get("accept", "")):
        number = await _find(number_id)
        if number is not None:
            return _json(request, number)
    response = await _page(request, make, ONE_MINUTE, policy=NO_SCRIPT)
    if origin and response.status_code == HTTPStatus.OK:
        # Not in the head: the page is at most 8 kB.
        embedding = oembed_address(pages.number_address(number_id), origin)
        response.headers["link"] = f'<{embedding}>; rel="alternate"; type="application/json+oembed"'
    return response


async def _profile_page(base: str, request: Request) -> Response:
    """Answer with the profile of a nationality, or with the list of profiles."""
    code = request.path_params["code"].upper()
    origin = _origin(base, request)
    canonical = f"{origin}{address(pages.profile_address(code))}"

    def make(served: Served) -> tuple[HTTPStatus, str]:
        head = profile_pages.heads(served).get(code)
        if head is None:
            unknown = profile_pages.unknown(served)
            html = site_frame.framed(profile_pages.unknown_head(), unknown)
            return HTTPStatus.NOT_FOUND, html
        in_section = replace(head, section=sitemap.page(sitemap.key_of(pages.PROFILES)).section)
        main = profile_pages.main(served, code, lambda card: card_html.take_away(card, origin))
        embedding = oembed_address(head.path, origin)
        html = site_frame.framed(in_section, main, canonical=canonical, embedding=embedding)
        return HTTPStatus.OK, html

    return await _page(request, make, ONE_MINUTE)


async def _search(request: Request) -> Response:
    """Answer with the results of a search. Search engines do not list them."""
    asked = Asked.read(request.query_params.items())

    def make(served: Served) -> tuple[HTTPStatus, str]:
        shown = results.page(served, asked, action=pages.SEARCH, address=_full_address)
        query = urlencode(dict(request.query_params))
        return HTTPStatus.OK, site_frame.framed(shown.head, shown.html, query=query)

    return await _page(request, make)


async def _a_to_z(base: str, request: Request) -> Response:
    canonical = f"{_origin(base, request)}{address(pages.A_TO_Z)}"

    def make(served: Served) -> tuple[HTTPStatus, str]:
        main = a_to_z.main(site_documents.documents(served), _full_address)
        return HTTPStatus.OK, site_frame.framed(pages.head(pages.A_TO_Z), main, canonical=canonical)

    return await _page(request, make, ONE_MINUTE)


def _full_address(path: str) -> str:
    """Return the address of the full version of a static page."""
    return PageKey(path).full


async def _ask(base: str, request: Request) -> Response:
    question = request.query_params.get("q", "")
    canonical = f"{_origin(base, request)}{address(pages.ASK)}"
    return await _page(
        request, lambda served: (HTTPStatus.OK, questions.ask(served, question, canonical))
    )


async def _claims(base: str, request: Request) -> Response:
    canonical = f"{_origin(base, request)}{address(pages.CLAIMS)}"
    if request.method != "POST":
        return await _page(
            request, lambda served: (HTTPStatus.OK, questions.check(served, None, canonical))
        )
    body = await _body(request)
    if body is None:
        return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        fields = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:  # more fields than the form can have
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    text = fields.get("text", [""])[0].replace("\r\n", "\n")
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await CHECKING.acquire()
    except TimeoutError:
        return responses.unavailable(ReferralsError(messages.text("claims.busy")))
    try:
        return await _page(
            request, lambda served: (HTTPStatus.OK, questions.check(served, text, canonical))
        )
    finally:
        CHECKING.release()


async def _body(request: Request) -> bytes | None:
    """Return the body of a request, None if it is larger than it may be, or its sender has gone."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return None
    except ClientDisconnect:  # nobody reads the answer, and it is not a fault of ours
        return None
    return body


async def _page(
    request: Request, make: Make, cache: str = NO_STORE, *, policy: str = site_frame.POLICY
) -> Response:
    """Return a page made in a thread, or the error page with the reason.

    `policy` is its content security policy. By default the shell's script may run, for the exit.
    """
    try:
        status, html = await asyncio.to_thread(lambda: make(catalogue.served()))
    except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
        return responses.unavailable(error)
    caching = NO_STORE if status is not HTTPStatus.OK else cache
    response = _made(request, html.encode(), HTML, caching, status)
    response.headers["content-security-policy"] = policy
    return response


async def _find(number_id: str) -> PublishedNumber | None:
    """Return a number by its id, None if it does not exist or the figures cannot be read."""

    def find() -> PublishedNumber | None:
        return published_numbers.numbers(catalogue.served().published).get(number_id)

    try:
        return await asyncio.to_thread(find)
    except Exception:  # noqa: BLE001 - the page that is sent instead gives the reason
        return None


def _json(request: Request, number: PublishedNumber) -> Response:
    """Return the content of a number, with a link to the newest printing if there is a later one.

    Any page may read it, like the API.
    """
    response = _made(request, number.canonical, JSON, ONE_MINUTE)
    response.headers.update(security_headers.OPEN_TO_ALL)
    if number.later:
        newest = pages.number_address(number.later[-1])
        response.headers["link"] = f'<{newest}>; rel="successor-version"'
    return response


def _made(
    request: Request, body: bytes, media_type: str, cache: str, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    headers = {"content-type": media_type, "cache-control": cache, "vary": VARY}
    return responses.made(request.scope, body, headers, status)


def _origin(base: str, request: Request) -> str:
    return base or settings.request_origin(request.scope)


def _prefers_json(accept: str) -> bool:
    """Return whether a client would rather have JSON than a page.

    >>> _prefers_json("application/json"), _prefers_json("text/html, */*"), _prefers_json("*/*")
    (True, False, False)
    """
    for name, weight in preferences(accept):
        if weight > 0 and name in {JSON, PAGE}:
            return name == JSON
    return False
