"""The ASGI endpoint of a resource: parse, negotiate, answer.

Every failure becomes an RFC 9457 problem.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache, partial
from typing import Final

import duckdb
from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.api import response
from referrals.api.problems import Problem
from referrals.api.request import (
    MAX_QUERY_BYTES,
    Query,
    Request,
    find_release,
    our_parameters,
    preferred_format,
    read_query,
)
from referrals.api.resource import MEDIA_TYPES, PERMANENT_REDIRECT, Resource
from referrals.api.response import READ_METHODS, Response
from referrals.api.single_flight import SingleFlight
from referrals.errors import ReferralsError, WithdrawnError
from referrals.release import catalogue
from referrals.release.release import Release

CACHE_BYTES: Final = 64 * 1024 * 1024
"""The size of the cache of finished responses."""

PARSED_QUERIES: Final = 100
"""The number of parsed query strings that each endpoint remembers."""

FAILURES: Final = (ReferralsError, duckdb.Error, OSError)
"""The exceptions that become a problem: an invalid request, or a release that cannot be read."""


class Endpoint:
    """One address.

    Responses are computed in another thread, and cached while the same releases are served.
    """

    def __init__(self, resource: Resource, flight: SingleFlight, site_url: str) -> None:
        self._resource = resource
        self._flight = flight
        self._site_url = site_url
        self._media_types = {name: MEDIA_TYPES[name].partition(";")[0] for name in resource.formats}
        self._queries: LRUCache[Hashable, Query] = LRUCache(PARSED_QUERIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one request."""
        try:
            answer = await self._answer(scope)
        except FAILURES as error:
            answer = problem_response(error)
        await answer.send(scope, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["method"] == "OPTIONS":
            return response.preflight()
        check_method_and_length(scope)
        request = await self._request(scope)
        return await self._flight.response(request.key, partial(self._compute, request))

    async def _request(self, scope: Scope) -> Request:
        """Return the checked request.

        The release is looked up first: of two faults, an unknown release is the one to report.

        Raises:
            Problem: the request cannot be answered.
        """
        served = catalogue.served()
        path_parameters: dict[str, str] = scope["path_params"]
        release = served.published
        if "release_id" in path_parameters:
            release = find_release(served, path_parameters["release_id"])
        query = await self._query(release, scope["query_string"])
        is_negotiated = len(self._media_types) > 1 and not query.format
        chosen_format = query.format or next(iter(self._media_types), "")
        if is_negotiated:
            chosen_format = self._negotiate(_accept_header(scope))
        return Request(
            path=scope["path"],
            served=served,
            release=release,
            path_parameters=path_parameters,
            codes=query.codes,
            numbers=query.numbers,
            flags=query.flags,
            format=chosen_format,
            is_negotiated=is_negotiated,
            site_url=self._site_url,
        )

    async def _query(self, release: Release, text: bytes) -> Query:
        parameters = our_parameters(text.decode("latin-1"))
        if not parameters:
            return Query()
        key = (release.digest, parameters)
        query = self._queries.get(key)
        if query is None:
            # In a thread: the codes of a release are cached, and may wait for another computation.
            query = await run_in_threadpool(
                read_query,
                parameters,
                self._resource.parameters,
                tuple(self._media_types),
                release,
            )
            self._queries[key] = query
        return query

    def _negotiate(self, accept: str) -> str:
        chosen = _preferred_format(accept, tuple(self._media_types.items()))
        if not chosen:
            raise Problem(
                "no-such-format",
                "This address has none of the formats in the Accept header. See choices.",
                headers={"vary": "accept"},
                choices=self._media_types,
            )
        return chosen

    def _compute(self, request: Request) -> Response:
        try:
            content = self._resource.answer(request)
            return response.from_content(content, is_negotiated=request.is_negotiated)
        except FAILURES as error:
            return problem_response(error)


class NotFound:
    """Every unknown address below those of the API."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer any method with a problem."""
        problem = Problem(
            "no-such-address",
            "There is nothing at this address. /api/v1 lists every address.",
        )
        await response.from_problem(problem).send(scope, send)


class Redirect:
    """An address that people guess. It redirects to the page that they probably want."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect permanently."""
        headers = {"cache-control": response.SHORT_CACHE, **response.CORS}
        await RedirectResponse(self._address, PERMANENT_REDIRECT, headers)(scope, receive, send)


def routes_of(resources: tuple[Resource, ...], site_url: str = "") -> list[Route]:
    """Return a route for each resource. `site_url` makes the addresses in answers absolute.

    All share one cache. Slow resources have a queue of their own, so that a file never waits
    behind them.
    """
    cache = response.cache(CACHE_BYTES)
    flights = {is_slow: SingleFlight(cache) for is_slow in (True, False)}
    return [
        Route(resource.path, Endpoint(resource, flights[resource.is_slow], site_url))
        for resource in resources
    ]


def check_method_and_length(scope: Scope) -> None:
    """Raise a Problem if the method is not GET or HEAD, or the query string is too long."""
    if scope["method"] not in {"GET", "HEAD"}:
        detail = f"Nothing here can be changed. Use {READ_METHODS}."
        raise Problem("method-not-allowed", detail, headers={"allow": READ_METHODS})
    if len(scope["query_string"]) > MAX_QUERY_BYTES:
        raise Problem(
            "address-too-long",
            f"The query is longer than {MAX_QUERY_BYTES} bytes. Ask for fewer codes at once.",
        )


def problem_response(error: Exception) -> Response:
    """Return the response to a failure."""
    return response.from_problem(problem_of(error))


def problem_of(error: Exception) -> Problem:
    """Return the problem of a failure.

    It never repeats the message of a database or of the operating system.

    Withdrawn figures are gone (410) rather than unavailable (503): a cache may serve old copies
    when a server fails.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, WithdrawnError):
        return Problem("withdrawn", str(error))
    detail = "A release cannot be read. Try again in a moment."
    if isinstance(error, ReferralsError):
        detail = str(error)
    return Problem("not-ready", detail, headers={"retry-after": "5"})


def _accept_header(scope: Scope) -> str:
    values = [value for name, value in scope["headers"] if name == b"accept"]
    return b",".join(values).decode("latin-1")


@lru_cache(maxsize=256)
def _preferred_format(accept: str, media_types: tuple[tuple[str, str], ...]) -> str:
    return preferred_format(accept, dict(media_types))
