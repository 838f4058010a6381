"""The addresses of the show, of its files, and of any card as one slide.

A show is made for each request: it takes some milliseconds. If the site has no address of its own,
its codes name the host that the request was sent to, or the source document if that host is this
machine, which nobody else in the room can reach.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from referrals.cards.exports.export import CARD
from referrals.cards.html import notices, site_frame
from referrals.cards.wording.phrases import comma_separated
from referrals.content import helpline_lists, sitemap, standalone_pages
from referrals.content.standalone_pages import PRESENT, PROFILES
from referrals.errors import ReferralsError, WithdrawnError
from referrals.handouts.file_queue import BusyError, FileQueue
from referrals.handouts.presentation import card_slide, choice, show, story
from referrals.handouts.presentation.choice import Choice
from referrals.handouts.presentation.show import Show
from referrals.handouts.slides import deck
from referrals.i18n import messages
from referrals.language import current, using
from referrals.localised_html import address
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.files import stem
from referrals.web import settings
from referrals.web.http import content_encoding
from referrals.web.http.cache_control import NO_STORE, ONE_MINUTE

LOG: Final = logging.getLogger(__name__)

VIEW, SLIDE = "view", "slide"
"""`view=slide` on the page of a card leads to the card as a slide."""

HTML: Final = "text/html; charset=utf-8"
POWERPOINT: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
RETRY_AFTER: Final = "2"

CACHE_BYTES: Final = 2 * 1024 * 1024
"""The size of the cache of PowerPoint files: about twenty-five."""

MOST_WAITING: Final = 6
"""The most different PowerPoint files that may wait. One takes a third of a second of one core, so
nobody waits for more than two seconds."""

Make = Callable[[Served, str], Response]
"""Makes a response of the served releases and the origin of the site."""


def routes(base: str = "") -> list[Route]:
    """Return the routes. `base` is the origin of the site, '' if it is unknown."""
    queue = FileQueue(CACHE_BYTES, MOST_WAITING)
    with_cards = [
        head.path for head in sitemap.every_page() if card_slide.card_of_page(head.path, ())
    ]
    return [
        Route(PRESENT, partial(_present, base), methods=["GET"]),
        Route(show.PPTX, partial(_slides, queue, base), methods=["GET"]),
        Route(show.OFFLINE, partial(_offline, base), methods=["GET"]),
        *(_SlideOfPage(path, _to_slide) for path in with_cards),
        _SlideOfPage(PROFILES + "{code}", partial(_profile_to_slide, base)),
    ]


class _SlideOfPage(Route):
    """The route of the page of a card, if its address asks for a slide."""

    def __init__(self, path: str, redirect: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, redirect, methods=["GET"])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return a match only for an address with `view=slide`."""
        if f"{VIEW}={SLIDE}" not in scope.get("query_string", b"").decode("latin-1").split("&"):
            return Match.NONE, {}
        return super().matches(scope)


async def _to_slide(request: Request) -> Response:
    """Redirect from the page of a card to its slide, with the same selection."""
    pairs = request.query_params.multi_items()
    kept = [(name, value) for name, value in pairs if name not in {VIEW, CARD}]
    named = request.query_params.get(CARD, "")
    name = named or card_slide.card_of_page(request.url.path, kept)
    return _slide_at([(CARD, name), *kept])


async def _profile_to_slide(base: str, request: Request) -> Response:
    """Redirect from the profile of a nationality to its first card as a slide."""
    code = request.path_params["code"].upper()

    def make(served: Served, _: str) -> Response:
        return _slide_at(card_slide.of_profile(served.published, code))

    return await _answer(base, request, make)


def _slide_at(pairs: list[tuple[str, str]]) -> Response:
    query = urlencode(pairs, safe=choice.SEPARATOR)
    return RedirectResponse(address(f"{PRESENT}?{query}"), HTTPStatus.TEMPORARY_REDIRECT)


async def _present(base: str, request: Request) -> Response:
    pairs = request.query_params.multi_items()

    def make(served: Served, origin: str) -> Response:
        card = _of_card(served, pairs)
        own = base or settings.request_origin(request.scope)
        canonical = "" if pairs else f"{own}{address(PRESENT)}"
        chosen = card or _of_story(served, pairs)
        html = show.page(Show(chosen, origin, is_story=card is None, canonical=canonical))
        return _html(request, html, {"content-security-policy": show.policy()})

    return await _answer(base, request, make)


async def _offline(base: str, request: Request) -> Response:
    pairs = request.query_params.multi_items()

    def make(served: Served, origin: str) -> Response:
        html = show.offline(Show(_of_story(served, pairs), origin))
        return _html(request, html, _as_file(served, "html"))

    return await _answer(base, request, make)


async def _slides(queue: FileQueue, base: str, request: Request) -> Response:
    """Answer with the slides for PowerPoint."""
    pairs = request.query_params.multi_items()
    origin = base or settings.shared_origin(request.scope)

    language = current()

    def choose() -> tuple[Served, Choice]:
        served = catalogue.served()
        return served, _of_story(served, pairs)

    def make() -> bytes:
        with using(language):  # the queue has a thread of its own
            return deck.write(chosen.slides, base=origin, about=served.published.about)

    try:
        served, chosen = await asyncio.to_thread(choose)
        key = (served.version, language, origin, *(slide.name for slide in chosen.slides))
        body = await queue.file(key, make, busy=messages.text("present.busy"))
    except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
        return _unavailable(error)
    headers = {"cache-control": ONE_MINUTE, **_as_file(served, "pptx")}
    return Response(body, headers=headers, media_type=POWERPOINT)


def _of_story(served: Served, pairs: list[tuple[str, str]]) -> Choice:
    """Return the slides of the story that an address asks for, with a message on the others."""
    chosen = choice.read(pairs, story.slides(served.published))
    if name := _card_name(pairs):
        problem = messages.text("present.problem.card", name=name[: choice.LONGEST_NAME])
        return replace(chosen, problem=f"{problem} {chosen.problem}".strip())
    return chosen


def _card_name(pairs: list[tuple[str, str]]) -> str:
    return next((value for parameter, value in pairs if parameter == CARD), "")


def _of_card(served: Served, pairs: list[tuple[str, str]]) -> Choice | None:
    """Return the slide of the card that an address names, None if it names none that exists."""
    name = _card_name(pairs)
    parameters = [pair for pair in pairs if pair[0] not in {CARD, VIEW}]
    card, unused = card_slide.find(served, name, parameters)
    if card is None:
        return None
    listed = comma_separated(unused)[: 4 * choice.LONGEST_NAME]
    problem = messages.text("present.problem.selection", parameters=listed) if unused else ""
    return Choice((card_slide.slide(card),), problem=problem)


async def _answer(base: str, request: Request, make: Make) -> Response:
    """Return a response made in a thread, or the page that says why there is none."""
    origin = base or settings.shared_origin(request.scope)
    try:
        return await asyncio.to_thread(lambda: make(catalogue.served(), origin))
    except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
        return _unavailable(error)


def _unavailable(error: Exception) -> Response:
    """Return the page for when there is no show: the reason and the help lines."""
    reason = messages.text("present.unavailable")
    if isinstance(error, ReferralsError):
        reason = str(error)
    else:  # the text of an error that is not ours could hold anything
        LOG.warning("The show cannot be made (%s).", type(error).__name__)
    heading = notices.heading(messages.text("errors.heading"))
    main = heading + notices.box(reason) + helpline_lists.with_heading()
    is_withdrawn = isinstance(error, WithdrawnError)
    status = HTTPStatus.GONE if is_withdrawn else HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"cache-control": NO_STORE, "content-security-policy": site_frame.POLICY}
    if isinstance(error, BusyError):
        headers["retry-after"] = RETRY_AFTER
    html = site_frame.framed(standalone_pages.head(PRESENT), main)
    return Response(html, status, headers, HTML)


def _html(request: Request, html: str, headers: dict[str, str]) -> Response:
    """Return a page, in an encoding that the client accepts."""
    encoding = content_encoding.choose(request.headers.get("accept-encoding", ""))
    body = html.encode()
    headers = {"cache-control": ONE_MINUTE, "vary": "accept-encoding", **headers}
    if encoding:
        body = content_encoding.compress(body, encoding, quality=content_encoding.QUICK)
        headers["content-encoding"] = encoding
    return Response(body, headers=headers, media_type=HTML)


def _as_file(served: Served, ending: str) -> dict[str, str]:
    """Return the header that names a file by its release."""
    name = f"{stem(served.published)}-slides.{ending}"
    return {"content-disposition": f'attachment; filename="{name}"'}
