"""The oEmbed endpoint (oembed.com), by which other sites embed the figure of one of our pages.

An editing program sends the address that its author pasted, and gets the HTML of a frame, or of a
quotation if the page is that of a single number. Only addresses of this site are answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from starlette.routing import Route
from starlette.types import Scope

from referrals import templates
from referrals.api import response
from referrals.api.endpoint import FAILURES, problem_response
from referrals.api.figures import card_files
from referrals.api.figures.figure_endpoint import FigureEndpoint
from referrals.api.problems import Problem, quoted
from referrals.api.resource import Content
from referrals.api.response import Response
from referrals.api.single_flight import SingleFlight
from referrals.cards import context_series, registry, table
from referrals.cards.card import Card
from referrals.cards.context_series import SERIES
from referrals.cards.exports import embed
from referrals.cards.exports.export import OEMBED, file_address
from referrals.cards.exports.formats import endings
from referrals.cards.exports.pictures import social
from referrals.content import outline, sitemap, standalone_pages
from referrals.content.sitemap import key_of
from referrals.formatting import day
from referrals.i18n import languages, messages
from referrals.language import ENGLISH, current
from referrals.query.document import context_series as published_series
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import PublishedNumber
from referrals.query.selection import Selection
from referrals.questions import facts
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.web.shell.language_prefix import codes_by_name, without_language

JSON, XML = "json", "xml"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    JSON: "application/json",
    XML: "text/xml; charset=utf-8",
}
CACHE_BYTES: Final = 1024 * 1024
CACHE_AGE: Final = 3600
"""The seconds for which another site may keep an answer, whose picture is that of one edition."""

QUOTE_HEIGHT: Final = 240
"""The height of a quotation in pixels, on a page with letters of the usual size."""

PREVIEW: Final = "social.png"
VIEW, TIME = "view", "time"
"""The parameter of a topic page that is not part of a selection, and its value for a time series.
"""

PORTS: Final = {"http": 80, "https": 443}

Members = dict[str, str | int]
"""The members of an answer by name, in order."""


@dataclass(frozen=True)
class Query:
    """The parameters of a request: an address, a format, and the largest size in pixels."""

    url: str
    format: str
    max_width: int | None
    max_height: int | None

    def fitted(self, width: int, height: int) -> tuple[int, int]:
        """Return a width and a height, each limited to the largest that was asked for."""
        return min(width, self.max_width or width), min(height, self.max_height or height)


def routes(site_url: str = "") -> list[Route]:
    """Return the route. `site_url` is the site's public address, '' to use that of each request."""
    return [Route(OEMBED, _Endpoint(SingleFlight(response.cache(CACHE_BYTES)), site_url))]


class _Endpoint(FigureEndpoint):
    """The endpoint of every address."""

    async def answer(self, scope: Scope, site_url: str) -> Response:
        """Return the description of the figure at an address."""
        query = read(scope["query_string"].decode("latin-1"))
        served = catalogue.served()
        key = (current(), served.version, query, site_url)
        return await self._flight.response(key, partial(_answer, served, query, site_url))


def read(query: str) -> Query:
    """Return the oEmbed parameters in a query string. Others are ignored.

    Raises:
        Problem: the address is missing, a size is not a number, or the format is not offered.
    """
    given = dict(reversed(parse_qsl(query)))
    if "url" not in given:
        raise _problem("missing-parameter", "no_url")
    chosen = given.get("format", JSON)
    if chosen not in MEDIA_TYPES:
        raise _problem("not-implemented", "no_format")
    sizes = {name: _size(given.get(name, "")) for name in ("maxwidth", "maxheight")}
    return Query(given["url"], chosen, sizes["maxwidth"], sizes["maxheight"])


def _size(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value)):
        raise _problem("not-a-size", "not_a_size", value=quoted(value))
    return int(value)


def _answer(served: Served, query: Query, site_url: str) -> Response:
    try:
        members = _members(served, query, site_url)
    except FAILURES as error:
        return problem_response(error)
    if query.format == XML:
        body = str(templates.render("exports/oembed.xml", members=members))
    else:
        body = json.dumps(members, ensure_ascii=False)
    return response.from_content(Content(body.encode(), MEDIA_TYPES[query.format]))


def _members(served: Served, query: Query, site_url: str) -> Members:
    """Return the members of the answer for an address.

    Raises:
        Problem: the address is not one of ours, or its page has no figure.
    """
    address = _our_address(query.url, site_url)
    path = without_language(unquote(address.path), _language_codes())
    if path.startswith(standalone_pages.NUMBERS):
        number_id = path.removeprefix(standalone_pages.NUMBERS)
        number = published_numbers.numbers(served.published).get(number_id)
        if number is None:
            raise _not_ours()
        return _quotation(served, number, query, site_url)
    return _frame(_card(served, path, address.query), query, site_url)


@cache
def _language_codes() -> dict[str, str]:
    """Return the languages that a path can begin with. English has no part of the path."""
    return codes_by_name(code for code in languages.languages() if code != ENGLISH)


def _our_address(url: str, site_url: str) -> SplitResult:
    """Return an address in parts.

    Raises:
        Problem: it is not an address of this site.
    """
    try:
        asked, ours = urlsplit(url), urlsplit(site_url)
        is_ours = _host(asked) == _host(ours)
    except ValueError:
        is_ours = False
    if not is_ours or asked.scheme not in PORTS or "@" in asked.netloc:
        raise _not_ours()
    return asked


def _host(address: SplitResult) -> tuple[str, int]:
    """Return the host name and the port of an address, 0 for the default port of either scheme."""
    port = address.port or PORTS.get(address.scheme, 0)
    return address.hostname or "", 0 if port in PORTS.values() else port


def _card(served: Served, path: str, query: str) -> Card:
    """Return the card that the page at a path shows.

    Raises:
        Problem: the page has no figure, or does not offer the selection in its address.
    """
    if path.startswith(standalone_pages.PROFILES):
        return _of_profile(served, path.removeprefix(standalone_pages.PROFILES).upper())
    key = key_of(path)
    if path not in {page.path for page in sitemap.every_page()}:
        raise _not_ours()
    pairs = dict(parse_qsl(query))
    if outline.has_series(key):
        name = pairs.get(SERIES, next(iter(context_series.DESIGNS)))
        if name not in context_series.DESIGNS:
            raise _not_ours()
        card_name = context_series.DESIGNS[name].card_name
        return registry.card(card_name, served.published, Selection())
    name = table.NAME if outline.has_table(key) else _of_topic(key)
    parameters = card_files.read_parameters(name, query)
    try:
        release, card = card_files.find(served, name, parameters)
        if pairs.get(VIEW) == TIME and _has_quarters(key, release):
            over_time = registry.over_time_name(name)
            _, card = card_files.find(served, over_time, parameters)
    except Problem as problem:
        # By the specification, 404 means that there is nothing to embed at the address.
        raise Problem("no-such-address", str(problem)) from None
    return card


def _has_quarters(key: str, release: Release) -> bool:
    return any(isinstance(block, outline.Quarters) for block in outline.blocks(key, release.about))


def _of_topic(key: str) -> str:
    """Return the name of the card of a topic page."""
    for topic in outline.TOPICS:
        if topic.key == key:
            return registry.dimension_name(topic.dimension)
    raise _not_ours()


def _of_profile(served: Served, code: str) -> Card:
    profile = published_series.profiled(served.published).get(code)
    if profile is None:
        raise _not_ours()
    if not profile.is_printed:
        return context_series.of_nationality(served.published, code)[0]
    _, card = card_files.find(served, "nationality", (("nationality", code),))
    return card


def _frame(card: Card, query: Query, site_url: str) -> Members:
    width, height = query.fitted(embed.WIDTH, embed.HEIGHT)
    html = embed.frame(card, site_url, width=width, height=height)
    members = _rich(card.title, html, width, height, site_url)
    size = social.WIDTH, social.HEIGHT
    if PREVIEW in endings(card) and query.fitted(*size) == size:
        members["thumbnail_url"] = f"{site_url}{file_address(card, PREVIEW)}"
        members["thumbnail_width"], members["thumbnail_height"] = size
    return members


def _quotation(served: Served, number: PublishedNumber, query: Query, site_url: str) -> Members:
    """Return the answer for the page of a number: its sentence, or how it was worked out."""
    width, height = query.fitted(embed.WIDTH, QUOTE_HEIGHT)
    name = messages.text(
        "exports.embed.number",
        id=number.number_id,
        title=facts.title(served.published, number),
        shown=number.shown,
    )
    document = number.document
    source = messages.text(
        "sources.name_dated" if document.published_on else "sources.name",
        publisher=document.publisher,
        title=document.title,
        date=day(document.published_on),
    )
    html = templates.render(
        "exports/embed_quote.html",
        address=f"{site_url}{standalone_pages.number_address(number.number_id)}",
        text=number.sentence or number.working,
        name=name,
        source=source,
    )
    return _rich(name, html, width, height, site_url)


def _rich(title: str, html: str, width: int, height: int, site_url: str) -> Members:
    """Return the members that every answer has."""
    return {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": messages.text("exports.site"),
        "provider_url": f"{site_url}/",
        "cache_age": CACHE_AGE,
        "html": html,
        "width": width,
        "height": height,
    }


def _not_ours() -> Problem:
    return _problem("no-such-address", "not_ours")


def _problem(kind: str, key: str, **values: str) -> Problem:
    return Problem(kind, messages.text(f"exports.problem.{key}", **values))
