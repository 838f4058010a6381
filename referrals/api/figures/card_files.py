"""Single cards as files and for frames on other sites, each at an address of its own.

The address of a file names the edition of the release that its page showed, so that a downloaded
file holds the figures of the page. If they have been replaced since, the answer says so.
"""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from starlette.routing import Route
from starlette.types import Scope

from referrals.api import response
from referrals.api.endpoint import FAILURES, problem_of, problem_response
from referrals.api.figures.figure_endpoint import FigureEndpoint
from referrals.api.problems import Problem, quoted
from referrals.api.resource import Content
from referrals.api.response import Response
from referrals.api.single_flight import SingleFlight
from referrals.cards import built_table, registry, table
from referrals.cards.card import Card
from referrals.cards.exports import embed
from referrals.cards.exports.export import EMBEDDED, FOLDER, Export
from referrals.cards.exports.formats import FORMATS, endings
from referrals.cards.wording import table as words
from referrals.i18n import messages
from referrals.language import current
from referrals.query.parameters import ours
from referrals.query.selection import NAMES, RELEASE, Selection, read_address
from referrals.query.tables import table_request
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.files import SHORT
from referrals.release.release import Release
from referrals.web.http import security_headers
from referrals.web.http.cache_control import NO_STORE

CACHE_BYTES: Final = 8 * 1024 * 1024
"""The size of the cache of finished files."""

HTML: Final = "text/html; charset=utf-8"
FRAME_HEADERS: Final = {"content-security-policy": security_headers.EMBEDDABLE}


def routes(site_url: str = "") -> list[Route]:
    """Return the routes of every file.

    `site_url` is the public address of the site, '' to use that of each request. It is part of the
    cache key, because files contain it. A stranger cannot fill the cache with made-up host names,
    because the gateway answers only for those of the operator; the cache size bounds made-up ports.
    """
    flight = SingleFlight(response.cache(CACHE_BYTES))
    return [
        Route(f"{FOLDER}{{edition}}/{{card}}.{ending}", _CardFile(ending, flight, site_url))
        for ending in sorted(FORMATS, key=len, reverse=True)  # `social.svg` before `svg`
    ] + [Route(f"{EMBEDDED}{{card}}", _Frame(flight, site_url))]


Parameters = tuple[tuple[str, str], ...]
"""The parameters of an address that are ours or misspellings of ours, in order."""


class _CardFile(FigureEndpoint):
    """The endpoint of one file format."""

    def __init__(self, ending: str, flight: SingleFlight, site_url: str) -> None:
        super().__init__(flight, site_url)
        self._ending = ending

    async def answer(self, scope: Scope, site_url: str) -> Response:
        """Return the file of a card, or the problem that it does not exist."""
        served = catalogue.served()
        edition, name = scope["path_params"]["edition"], scope["path_params"]["card"]
        query = read_parameters(name, scope["query_string"].decode("latin-1"))
        key = (current(), served.version, edition, name, self._ending, query, site_url)
        compute = partial(self._compute, served, edition, name, query, site_url)
        return await self._flight.response(key, compute)

    def _compute(
        self, served: Served, edition: str, name: str, query: Parameters, site_url: str
    ) -> Response:
        try:
            return response.from_content(self._content(served, edition, name, query, site_url))
        except FAILURES as error:
            return problem_response(error)

    def _content(
        self, served: Served, edition: str, name: str, query: Parameters, site_url: str
    ) -> Content:
        release, card = find(served, name, query)
        if edition != release.about.edition[:SHORT]:
            raise _problem("unknown-version", "replaced")
        file_format = FORMATS[self._ending]
        if self._ending not in endings(card):
            raise _problem("no-such-address", "no_picture")
        body = file_format.write(Export(card, release, site_url))
        file_name = f"{card.file_name}.{self._ending}"
        return Content(body, file_format.media_type, release, file_name, is_attachment=True)


class _Frame(FigureEndpoint):
    """The endpoint of cards for frames on other sites.

    An address names no edition: a frame shows the current figures, as its page does. A failure is
    a page as well, because a frame does not display a problem document.
    """

    async def answer(self, scope: Scope, site_url: str) -> Response:
        """Return the page of a card, or of the reason why there is none."""
        served = catalogue.served()
        name = scope["path_params"]["card"]
        query = read_parameters(name, scope["query_string"].decode("latin-1"))
        key = (current(), served.version, EMBEDDED, name, query, site_url)
        return await self._flight.response(key, partial(_frame, served, name, query, site_url))

    def failure(self, error: Exception, site_url: str) -> Response:
        """Return the page of a failure."""
        return _failed_frame(error, site_url)


def _frame(served: Served, name: str, query: Parameters, site_url: str) -> Response:
    """Return the response with a card for a frame."""
    try:
        release, card = find(served, name, query)
        content = Content(embed.page(card, site_url).encode(), HTML, release, headers=FRAME_HEADERS)
        return response.from_content(content)
    except FAILURES as error:
        return _failed_frame(error, site_url)


def _failed_frame(error: Exception, site_url: str) -> Response:
    """Return the response with a page that says why a card cannot be shown.

    It is not cached, because the card may be available a moment later. It has the headers of the
    problem, such as `Retry-After`.
    """
    problem = problem_of(error)
    reason = str(error) if isinstance(error, Problem) else messages.text("exports.embed.replaced")
    body = embed.unavailable(reason, site_url).encode()
    headers = {**FRAME_HEADERS, "cache-control": NO_STORE, **problem.headers}
    return response.from_content(Content(body, HTML, status=problem.status, headers=headers))


def find(served: Served, name: str, query: Parameters) -> tuple[Release, Card]:
    """Return the release and the card of a file's address.

    Raises:
        Problem: the card does not exist, or its page does not offer the selection.
    """
    if name == table.NAME:
        return _table(served, query)
    release, selection = read(served, name, query)
    return release, registry.card(name, release, selection)


def _table(served: Served, query: Parameters) -> tuple[Release, Card]:
    """Return the release and the card of the table that an address asks for."""
    release, request, problems = built_table.read(query, served.by_id())
    for problem in problems:
        raise Problem("unknown-code", words.problem(problem))
    return release, built_table.built(release, request).card


def read_parameters(name: str, query: str) -> Parameters:
    """Return the parameters of a card's address, without those that other sites add to links."""
    names = table_request.NAMES if name == table.NAME else NAMES
    return tuple(ours(parse_qsl(query, keep_blank_values=True), names))


def read(served: Served, name: str, query: Parameters) -> tuple[Release, Selection]:
    """Return the release and the selection of a file's address, as its page would read them.

    Raises:
        Problem: the card does not exist, or its page does not offer the selection.
    """
    parameters = dict(query)
    releases = served.by_id()
    release = releases.get(parameters.get(RELEASE, ""), served.published)
    entry = registry.find(name, release)
    if entry is None:
        raise _problem("no-such-address", "no_figure")
    if len(parameters) < len(query):
        raise _problem("repeated-parameter", "repeated")
    offer = {}
    if entry.dimension:
        offer = {**registry.filters(release, entry.dimension)[0], RELEASE: list(releases)}
    selection, unmet = read_address(parameters, offer, own=entry.dimension)
    for parameter in unmet:
        value = quoted(f"{parameter}={parameters[parameter]}")
        raise _problem("unknown-code", "not_offered", value=value)
    if not entry.is_offered(release, selection):
        raise _problem("unknown-code", "not_of_release")
    return release, selection


def _problem(kind: str, key: str, **values: str) -> Problem:
    return Problem(kind, messages.text(f"exports.problem.{key}", **values))
