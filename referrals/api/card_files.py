"""Downloads of single cards: a table and a picture, each at an address of its own.

An address names the edition of the release that its page showed, so that a downloaded file holds
the figures of the page. If they have been replaced since, the answer says so.
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
from referrals.api.endpoint import FAILURES, check_method_and_length, problem_response
from referrals.api.problems import Problem, quoted
from referrals.api.resource import Content
from referrals.api.response import Response
from referrals.api.single_flight import SingleFlight
from referrals.cards import context_series, registry
from referrals.cards.card import Card
from referrals.cards.exports import text
from referrals.content import outline
from referrals.query.selection import RELEASE, Selection, read_address
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.files import SHORT
from referrals.release.release import Release
from referrals.web import origins

FOLDER: Final = "/take-away/"
PICTURE: Final = "svg"
CACHE_BYTES: Final = 8 * 1024 * 1024
"""The size of the cache of finished files."""

Writing = Callable[[Card, str], str]


@dataclass(frozen=True)
class Form:
    """A file format of a card: the label of its link, its media type, and its serialiser."""

    label: str
    media_type: str
    write: Writing


FORMS: Final[Mapping[str, Form]] = {
    "csv": Form("Table (CSV)", "text/csv; charset=utf-8; header=present", text.csv),
    PICTURE: Form("Picture (SVG)", "image/svg+xml", text.picture),
}
"""The file formats by their endings."""


@dataclass(frozen=True)
class Subject:
    """How a card is made, and the dimension whose page offers its filters, '' if it has none.

    `is_of_release` tells whether a release must be chosen (True), must not be (False), or may be
    (None).
    """

    make: Callable[[Release, Selection], Card]
    dimension: str = ""
    is_of_release: bool | None = None


def _subjects() -> dict[str, Subject]:
    """Return every card of the pages by its name."""
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
    """Return the site-relative address of a card's file, with its edition and selection."""
    chosen = f"?{urlencode(card.address)}" if card.address else ""
    return f"{FOLDER}{card.about.edition[:SHORT]}/{card.name}.{ending}{chosen}"


def endings(card: Card) -> list[str]:
    """Return the file endings of a card: one without bars has no picture."""
    return [ending for ending in FORMS if ending != PICTURE or card.bars]


def routes(site_url: str = "") -> list[Route]:
    """Return the routes of every file.

    `site_url` is the public address of the site, '' to use that of each request.
    """
    flight = SingleFlight(response.cache(CACHE_BYTES))
    return [
        Route(f"{FOLDER}{{edition}}/{{card}}.{ending}", _CardFile(ending, flight, site_url))
        for ending in FORMS
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
        site_url = self._site_url or origins.of_request(scope)
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
        card, form = SUBJECTS[name].make(release, selection), FORMS[self._ending]
        if self._ending not in endings(card):
            raise Problem(
                "no-such-address", "There is no picture of this figure. Its table has every number."
            )
        body = form.write(card, site_url).encode()
        file_name = f"{card.file_name}.{self._ending}"
        return Content(body, form.media_type, release, file_name, is_attachment=True)


def read(served: Served, name: str, query: str) -> tuple[Release, Selection]:
    """Return the release and the selection of a file's address, as its page would read them.

    Raises:
        Problem: there is no such card, or its page does not offer the selection.
    """
    subject = SUBJECTS.get(name)
    if subject is None:
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
    if subject.dimension:
        offer = {**registry.offer(release, subject.dimension)[0], RELEASE: list(releases)}
    selection, unmet = read_address(parameters, offer)
    for parameter in unmet:
        raise Problem(
            "unknown-code",
            f"{quoted(f'{parameter}={parameters[parameter]}')} cannot be chosen for this figure.",
        )
    if subject.is_of_release not in {None, bool(selection.release)}:
        raise Problem(
            "unknown-code", "This release has no such figure. Take it from the page that shows it."
        )
    return release, selection
