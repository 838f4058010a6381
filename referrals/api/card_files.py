"""The files that a card can be taken away in, served beside the pages: a table and a picture, each at an address of its own.

An address names the edition of the release that its page was drawn from, so that a reader who takes a file away has the figures
that stood on the page, or is told that they have been replaced.
"""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.api import response
from referrals.api.endpoint import WRONG, not_ready, refuse_what_is_not_reading
from referrals.api.problems import Problem, quoted
from referrals.api.resource import Content
from referrals.api.response import Reply, Shelved
from referrals.api.single_flight import Making
from referrals.cards import registry
from referrals.cards.exports.formats import FOLDER, FORMATS, endings
from referrals.query.selection import RELEASE, Selection, read_address
from referrals.release import catalogue
from referrals.release.catalogue import Standing
from referrals.release.files import SHORT
from referrals.release.release import Release
from referrals.web import origins

ROOM: Final = 8 * 1024 * 1024
"""How many bytes of finished files a process keeps."""


def routes(site: str = "") -> list[Route]:
    """Return the routes of every file. `site` is the address that readers know the site by, '' where each request says it."""
    making = Making(Shelved(ROOM))
    return [
        Route(f"{FOLDER}{{edition}}/{{card}}.{ending}", _File(ending, making, site))
        for ending in FORMATS
    ]


class _File:
    """The addresses of one form. Files are kept for as long as there is room, and made in another thread."""

    def __init__(self, ending: str, making: Making, site: str) -> None:
        self._ending = ending
        self._making = making
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            refuse_what_is_not_reading(scope)
            reply = await self._reply(scope)
        except WRONG as error:
            reply = _said(error)
        await reply.send(scope, send)

    async def _reply(self, scope: Scope) -> Reply:
        standing, base = catalogue.standing(), self._site or origins.of_request(scope)
        edition, name = scope["path_params"]["edition"], scope["path_params"]["card"]
        query = scope["query_string"].decode("latin-1")
        key = (standing.version, edition, name, self._ending, query, base)
        return await self._making.reply(
            key, partial(self._made, standing, edition, name, query, base)
        )

    def _made(self, standing: Standing, edition: str, name: str, query: str, base: str) -> Reply:
        try:
            return response.of_content(self._content(standing, edition, name, query, base))
        except WRONG as error:
            return _said(error)

    def _content(
        self, standing: Standing, edition: str, name: str, query: str, base: str
    ) -> Content:
        opened, selection = asked(standing, name, query)
        if edition != opened.about.edition[:SHORT]:
            raise Problem(
                "unknown-version",
                "These figures have been replaced since the page was opened. Open the page again, and take the file there.",
            )
        card, form = registry.card(name, opened, selection), FORMATS[self._ending]
        if self._ending not in endings(card):
            raise Problem(
                "no-such-address", "There is no picture of this figure. Its table has every number."
            )
        body = form.write(card, base).encode()
        return Content(
            body, form.media_type, opened, f"{card.file_name}.{self._ending}", is_attachment=True
        )


def _said(error: Exception) -> Reply:
    return response.of_problem(error if isinstance(error, Problem) else not_ready(error))


def asked(standing: Standing, name: str, query: str) -> tuple[Release, Selection]:
    """Return the release and the selection that the address of a file asks for, read as its page reads its own.

    Raises:
        Problem: there is no such card, or something is asked that its page does not offer.
    """
    subject = registry.CARDS.get(name)
    if subject is None:
        raise Problem("no-such-address", "There is no such figure to take away.")
    given = parse_qsl(query, keep_blank_values=True)
    parameters = dict(given)
    if len(parameters) < len(given):
        raise Problem(
            "repeated-parameter", "Something is asked for twice in this address. Give it once."
        )
    offered = standing.offered()
    opened = offered.get(parameters.get(RELEASE, ""), standing.published)
    offer = (
        {**registry.filters(opened, subject.dimension)[0], RELEASE: list(offered)}
        if subject.dimension
        else {}
    )
    selection, unmet = read_address(parameters, offer)
    for one in unmet:
        raise Problem(
            "unknown-code",
            f"{quoted(f'{one}={parameters[one]}')} cannot be chosen for this figure.",
        )
    if subject.is_of_release not in {None, bool(selection.release)}:
        raise Problem(
            "unknown-code", "This release has no such figure. Take it from the page that shows it."
        )
    return opened, selection
