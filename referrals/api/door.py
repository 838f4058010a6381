"""The door: what is asked over HTTP goes in, one reply comes out, and nothing that goes wrong comes out as anything else."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Final

import duckdb
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals import shelf
from referrals.api import replies
from referrals.api.problems import Problem
from referrals.api.questions import LONGEST_QUERY, Question, named, preferred, read_query
from referrals.api.replies import READ, Reply, Shelved
from referrals.api.resources import FORMS, Resource
from referrals.errors import ReferralsError
from referrals.shelf import Standing

ROOM: Final = 64 * 1024 * 1024
"""How many bytes of finished answers a process keeps."""

AT_ONCE: Final = 2
"""How many answers are made at one time. The others wait, so that screens keep their turn."""


class Door:
    """One address. Its answers are kept for as long as the same releases stand, and made in another thread."""

    def __init__(self, resource: Resource, shelved: Shelved, making: asyncio.Semaphore) -> None:
        self._resource = resource
        self._shelved = shelved
        self._making = making
        self._forms = {form: FORMS[form].partition(";")[0] for form in resource.forms}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - what ASGI calls it with
        """Answer one request."""
        try:
            reply = await self._reply(scope)
        except Problem as problem:
            reply = replies.of_problem(problem)
        except (ReferralsError, duckdb.Error, OSError) as error:
            reply = replies.of_problem(not_ready(error))
        await reply.send(scope, send)

    async def _reply(self, scope: Scope) -> Reply:
        if scope["method"] == "OPTIONS":
            return replies.of_preflight()
        refuse_what_is_not_reading(scope)
        standing = shelf.standing()
        query = scope["query_string"].decode("latin-1")
        liked = _liked(_accept(scope), tuple(self._forms.items())) if len(self._forms) > 1 else ""
        key = (standing.version, scope["path"], query, liked)
        if found := self._shelved.find(key):
            return found
        async with self._making:
            # Whoever waited for the same answer finds it made.
            if not (reply := self._shelved.find(key)):
                reply = await run_in_threadpool(self._made, standing, scope, query, liked)
                self._shelved.keep(key, reply)
        return reply

    def _made(self, standing: Standing, scope: Scope, query: str, liked: str) -> Reply:
        parts: dict[str, str] = scope["path_params"]
        release = named(standing, parts["release_id"]) if "release_id" in parts else standing.published
        codes, numbers, form = read_query(query, self._resource.parameters, tuple(self._forms), release)
        if not form and not liked and len(self._forms) > 1:
            raise Problem(
                "no-such-format",
                "None of the formats in the Accept header is one of this address. See choices.",
                choices=self._forms,
            )
        asked = Question(scope["path"], standing, release, parts, codes, numbers, form or liked or next(iter(self._forms), ""))
        return replies.of_content(self._resource.make(asked))


class Nowhere:
    """Every address below ours that is none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - what ASGI calls it with
        """Say that there is nothing, to whatever method."""
        problem = Problem("no-such-address", "There is nothing at this address. /api/v1 lists every one that there is.")
        await replies.of_problem(problem).send(scope, send)


def doors(resources: tuple[Resource, ...]) -> list[Route]:
    """Return a route for each resource; all share one store of finished answers."""
    shelved, making = Shelved(ROOM), asyncio.Semaphore(AT_ONCE)
    return [Route(resource.path, Door(resource, shelved, making)) for resource in resources]


def refuse_what_is_not_reading(scope: Scope) -> None:
    """Raise a Problem for a method that would change something, or a query longer than is read."""
    if scope["method"] not in {"GET", "HEAD"}:
        detail = f"Nothing here can be changed. Use {READ}."
        raise Problem("method-not-allowed", detail, headers={"allow": READ})
    if len(scope["query_string"]) > LONGEST_QUERY:
        raise Problem("address-too-long", f"The query is longer than {LONGEST_QUERY} bytes. Ask for fewer codes at once.")


def not_ready(error: Exception) -> Problem:
    """Return the problem of a release that cannot be asked: our own words of it, and never a database's."""
    said = str(error) if isinstance(error, ReferralsError) else "A release cannot be read. Ask again in a moment."
    return Problem("not-ready", said, headers={"retry-after": "5"})


def _accept(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"accept"]
    return b",".join(found).decode("latin-1")


@lru_cache(maxsize=256)
def _liked(accept: str, forms: tuple[tuple[str, str], ...]) -> str:
    return preferred(accept, dict(forms))
