"""The door: what is asked over HTTP goes in, one reply comes out, and nothing that goes wrong comes out as anything else."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final

import duckdb
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.api import response
from referrals.api.problems import Problem
from referrals.api.request import LONGEST_QUERY, Asked, Question, named, preferred, read_query
from referrals.api.resource import FORMS, PERMANENT_REDIRECT, Resource
from referrals.api.response import READ, Reply, Shelved
from referrals.api.single_flight import Making
from referrals.errors import ReferralsError, WithdrawnError
from referrals.release import catalogue
from referrals.release.release import Release

ROOM: Final = 64 * 1024 * 1024
"""How many bytes of finished answers a process keeps."""

READ_BEFORE: Final = 100
"""How many queries are known by their text, at each address."""

WRONG: Final = (ReferralsError, duckdb.Error, OSError)
"""What can go wrong and is said: a problem of the request, or a release that cannot be asked."""


class Door:
    """One address. Its answers are kept for as long as the same releases stand, and made in another thread."""

    def __init__(self, resource: Resource, making: Making, site: str) -> None:
        self._resource = resource
        self._making = making
        self._site = site
        self._forms = {form: FORMS[form].partition(";")[0] for form in resource.forms}
        self._read: dict[tuple[str, bytes], Asked] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            reply = await self._reply(scope)
        except WRONG as error:
            reply = _said(error)
        await reply.send(scope, send)

    async def _reply(self, scope: Scope) -> Reply:
        if scope["method"] == "OPTIONS":
            return response.of_preflight()
        refuse_what_is_not_reading(scope)
        question = await self._question(scope)
        return await self._making.reply(question.key, partial(self._made, question))

    async def _question(self, scope: Scope) -> Question:
        """Return what a request asks. Raises Problem where that cannot be answered."""
        standing = catalogue.served()
        parts: dict[str, str] = scope["path_params"]
        release = (
            named(standing, parts["release_id"]) if "release_id" in parts else standing.published
        )
        codes, numbers, form = await self._asked(release, scope["query_string"])
        is_negotiated = len(self._forms) > 1 and not form
        if is_negotiated and not (form := _liked(_accept(scope), tuple(self._forms.items()))):
            raise Problem(
                "no-such-format",
                "None of the formats in the Accept header is one of this address. See choices.",
                headers={"vary": "accept"},
                choices=self._forms,
            )
        form = form or next(iter(self._forms), "")
        return Question(
            scope["path"],
            standing,
            release,
            parts,
            codes,
            numbers,
            form,
            is_negotiated=is_negotiated,
            site=self._site,
        )

    async def _asked(self, release: Release, query: bytes) -> Asked:
        """Return what a query asks of a release. One that was read before is known by its text."""
        if not query:
            return {}, {}, ""
        if not (asked := self._read.get((release.digest, query))):
            # In a thread: the codes of a release may have to wait until what others want is made.
            text, forms = query.decode("latin-1"), tuple(self._forms)
            asked = await run_in_threadpool(
                read_query, text, self._resource.parameters, forms, release
            )
            if len(self._read) >= READ_BEFORE:
                self._read.clear()
            self._read[release.digest, query] = asked
        return asked

    def _made(self, question: Question) -> Reply:
        try:
            return response.of_content(
                self._resource.make(question), is_negotiated=question.is_negotiated
            )
        except WRONG as error:
            return _said(error)


class Nowhere:
    """Every address below ours that is none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say that there is nothing, to whatever method."""
        problem = Problem(
            "no-such-address",
            "There is nothing at this address. /api/v1 lists every one that there is.",
        )
        await response.of_problem(problem).send(scope, send)


class Elsewhere:
    """An address that people try, which leads to the page that they want."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead there."""
        headers = {"cache-control": response.SOON, **response.OPEN_TO_ALL}
        await RedirectResponse(self._address, PERMANENT_REDIRECT, headers)(scope, receive, send)


def doors(resources: tuple[Resource, ...], site: str = "") -> list[Route]:
    """Return a route for each resource. Addresses from outside begin with `site`.

    All share one store of finished answers. Those that take long wait in a line of their own, and keep nobody from a file.
    """
    kept = Shelved(ROOM)
    lines = {takes_long: Making(kept) for takes_long in (True, False)}
    return [
        Route(resource.path, Door(resource, lines[resource.takes_long], site))
        for resource in resources
    ]


def refuse_what_is_not_reading(scope: Scope) -> None:
    """Raise a Problem for a method that would change something, or a query longer than is read."""
    if scope["method"] not in {"GET", "HEAD"}:
        detail = f"Nothing here can be changed. Use {READ}."
        raise Problem("method-not-allowed", detail, headers={"allow": READ})
    if len(scope["query_string"]) > LONGEST_QUERY:
        raise Problem(
            "address-too-long",
            f"The query is longer than {LONGEST_QUERY} bytes. Ask for fewer codes at once.",
        )


def not_ready(error: Exception) -> Problem:
    """Return the problem of a release that cannot be asked: our own words of it, and never a database's.

    One that was withdrawn is gone, rather than not ready: a cache may hand out old copies for a fault of the server.
    """
    if isinstance(error, WithdrawnError):
        return Problem("withdrawn", str(error))
    said = (
        str(error)
        if isinstance(error, ReferralsError)
        else "A release cannot be read. Ask again in a moment."
    )
    return Problem("not-ready", said, headers={"retry-after": "5"})


def _said(error: Exception) -> Reply:
    return response.of_problem(error if isinstance(error, Problem) else not_ready(error))


def _accept(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"accept"]
    return b",".join(found).decode("latin-1")


@lru_cache(maxsize=256)
def _liked(accept: str, forms: tuple[tuple[str, str], ...]) -> str:
    return preferred(accept, dict(forms))
