"""Downloads of single cards: a table and a picture, each at an address of its own.

An address names the edition of the release that its page showed, so that a downloaded file holds
the figures of the page. If they have been replaced since, the answer says so.
"""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.api import response
from referrals.api.endpoint import FAILURES, check_method_and_length, problem_response
from referrals.api.problems import Problem, quoted
from referrals.api.resource import Content
from referrals.api.response import Response
from referrals.api.single_flight import SingleFlight
from referrals.cards import registry
from referrals.cards.exports.formats import FOLDER, FORMATS, endings
from referrals.query.selection import RELEASE, Selection, read_address
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.files import SHORT
from referrals.release.release import Release
from referrals.web import settings

CACHE_BYTES: Final = 8 * 1024 * 1024
"""The size of the cache of finished files."""


def routes(site_url: str = "") -> list[Route]:
    """Return the routes of every file.

    `site_url` is the public address of the site, '' to use that of each request.
    """
    flight = SingleFlight(response.cache(CACHE_BYTES))
    return [
        Route(f"{FOLDER}{{edition}}/{{card}}.{ending}", _CardFile(ending, flight, site_url))
        for ending in FORMATS
    ]


class _CardFile:
    """The endpoint of one file format. Files are computed in another thread and cached."""

    def __init__(self, ending: str, flight: SingleFlight, site_url: str) -> None:
        self._ending = ending
        self._flight = flight
        self._site_url = site_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one request."""
        try:
            check_method_and_length(scope)
            answer = await self._answer(scope)
        except FAILURES as error:
            answer = problem_response(error)
        await answer.send(scope, send)

    async def _answer(self, scope: Scope) -> Response:
        served = catalogue.served()
        site_url = self._site_url or settings.request_origin(scope)
        edition, name = scope["path_params"]["edition"], scope["path_params"]["card"]
        query = scope["query_string"].decode("latin-1")
        key = (served.version, edition, name, self._ending, query, site_url)
        compute = partial(self._compute, served, edition, name, query, site_url)
        return await self._flight.response(key, compute)

    def _compute(
        self, served: Served, edition: str, name: str, query: str, site_url: str
    ) -> Response:
        try:
            return response.from_content(self._content(served, edition, name, query, site_url))
        except FAILURES as error:
            return problem_response(error)

    def _content(
        self, served: Served, edition: str, name: str, query: str, site_url: str
    ) -> Content:
        release, selection = read(served, name, query)
        if edition != release.about.edition[:SHORT]:
            raise Problem(
                "unknown-version",
                "These figures have been replaced since the page was opened. "
                "Open the page again, and take the file there.",
            )
        card = registry.card(name, release, selection)
        file_format = FORMATS[self._ending]
        if self._ending not in endings(card):
            raise Problem(
                "no-such-address", "There is no picture of this figure. Its table has every number."
            )
        body = file_format.write(card, site_url).encode()
        file_name = f"{card.file_name}.{self._ending}"
        return Content(body, file_format.media_type, release, file_name, is_attachment=True)


def read(served: Served, name: str, query: str) -> tuple[Release, Selection]:
    """Return the release and the selection of a file's address, as its page would read them.

    Raises:
        Problem: the card does not exist, or its page does not offer the selection.
    """
    entry = registry.CARDS.get(name)
    if entry is None:
        raise Problem("no-such-address", "There is no such figure to take away.")
    pairs = parse_qsl(query, keep_blank_values=True)
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        raise Problem(
            "repeated-parameter", "A parameter is given twice in this address. Give it once."
        )
    releases = served.by_id()
    release = releases.get(parameters.get(RELEASE, ""), served.published)
    offer = {}
    if entry.dimension:
        offer = {**registry.filters(release, entry.dimension)[0], RELEASE: list(releases)}
    selection, unmet = read_address(parameters, offer, own=entry.dimension)
    for parameter in unmet:
        raise Problem(
            "unknown-code",
            f"{quoted(f'{parameter}={parameters[parameter]}')} cannot be chosen for this figure.",
        )
    if entry.is_of_release not in {None, bool(selection.release)}:
        raise Problem(
            "unknown-code", "This release has no such figure. Take it from the page that shows it."
        )
    return release, selection
