"""The files that a card can be taken away in, served beside the pages: a table and a picture, each at an address of its own.

An address names the edition of the release that its page was drawn from, so that a reader who takes a file away has the figures
that stood on the page, or is told that they have been replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.api import response
from referrals.api.endpoint import WRONG, not_ready, refuse_what_is_not_reading
from referrals.api.problems import Problem, quoted
from referrals.api.resource import Content
from referrals.api.response import Reply, Shelved
from referrals.api.single_flight import Making
from referrals.cards import context_series, registry
from referrals.cards.card import Card
from referrals.cards.exports import text
from referrals.content import outline
from referrals.query.selection import RELEASE, Selection, read_address
from referrals.release import catalogue
from referrals.release.catalogue import Standing
from referrals.release.files import SHORT
from referrals.release.release import Release
from referrals.web import settings

FOLDER: Final = "/take-away/"
PICTURE: Final = "svg"
ROOM: Final = 8 * 1024 * 1024
"""How many bytes of finished files a process keeps."""

Writing = Callable[[Card, str], str]


@dataclass(frozen=True)
class Form:
    """One way to take a card away: what its link says, its media type, and what writes it."""

    label: str
    media_type: str
    write: Writing


FORMS: Final[Mapping[str, Form]] = {
    "csv": Form("Table (CSV)", "text/csv; charset=utf-8; header=present", text.csv),
    PICTURE: Form("Picture (SVG)", "image/svg+xml", text.picture),
}
"""The forms by the ending of their files."""


@dataclass(frozen=True)
class Subject:
    """What a card is about: how it is made, and the dimension whose page offers what can be chosen, '' where nothing can be.

    `is_of_release` says whether the card stands where a release was chosen (True), where none was (False), or on both (None).
    """

    make: Callable[[Release, Selection], Card]
    dimension: str = ""
    is_of_release: bool | None = None


def _subjects() -> dict[str, Subject]:
    """Return every card that stands on a page of figures, by its name."""
    found: dict[str, Subject] = {}
    for topic in outline.TOPICS:
        own = topic.dimension
        named = own.replace("_", "-")
        found[named] = Subject(partial(_of_dimension, own), own)
        found[f"quarters-of-{named}"] = Subject(partial(_of_quarters, own), own, is_of_release=True)
        if topic.crossed_by:
            by = topic.crossed_by.replace("_", "-")
            found[f"{named}-by-{by}"] = Subject(
                partial(_of_cross, own, topic.crossed_by), is_of_release=False
            )
    return found | {
        look.series_id: Subject(partial(_of_context, name), is_of_release=False)
        for name, look in context_series.LOOKS.items()
    }


def _of_dimension(dimension: str, opened: Release, selection: Selection) -> Card:
    return registry.of_dimension(opened, dimension, selection)


def _of_quarters(dimension: str, opened: Release, selection: Selection) -> Card:
    return registry.of_quarters(opened, dimension, selection)


def _of_cross(dimension: str, by: str, opened: Release, selection: Selection) -> Card:
    return registry.of_cross(opened, dimension, by, selection.measure)


def _of_context(name: str, opened: Release, _: Selection) -> Card:
    return registry.of_context(opened, name)


SUBJECTS: Final[Mapping[str, Subject]] = _subjects()


def address(card: Card, ending: str) -> str:
    """Return the site-relative address of a card as a file: of the edition that it was drawn from, with what was chosen."""
    chosen = f"?{urlencode(card.address)}" if card.address else ""
    return f"{FOLDER}{card.about.edition[:SHORT]}/{card.name}.{ending}{chosen}"


def endings(card: Card) -> list[str]:
    """Return the endings of the files that a card can be taken away in: one without bars has no picture."""
    return [ending for ending in FORMS if ending != PICTURE or card.bars]


def routes(site: str = "") -> list[Route]:
    """Return the routes of every file. `site` is the address that readers know the site by, '' where each request says it."""
    making = Making(Shelved(ROOM))
    return [
        Route(f"{FOLDER}{{edition}}/{{card}}.{ending}", _File(ending, making, site))
        for ending in FORMS
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
        standing, base = catalogue.standing(), self._site or settings.request_origin(scope)
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
        card, form = SUBJECTS[name].make(opened, selection), FORMS[self._ending]
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
    subject = SUBJECTS.get(name)
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
        {**registry.offer(opened, subject.dimension)[0], RELEASE: list(offered)}
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
