"""The common part of the endpoints of single figures: their methods, limits and failures.

`card_files` and `oembed` say what they answer. Answers are computed in another thread and cached.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from starlette.types import Receive, Scope, Send

from referrals.api import response
from referrals.api.endpoint import FAILURES, check_method_and_length, problem_response
from referrals.api.response import Response
from referrals.api.single_flight import SingleFlight
from referrals.web import settings


class FigureEndpoint(ABC):
    """An endpoint that any site may read. `site_url` is '' to use the address of each request."""

    def __init__(self, flight: SingleFlight, site_url: str) -> None:
        self._flight = flight
        self._site_url = site_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await response.preflight().send(scope, send)
            return
        site_url = self._site_url or settings.request_origin(scope)
        try:
            check_method_and_length(scope)
            answer = await self.answer(scope, site_url)
        except FAILURES as error:
            answer = self.failure(error, site_url)
        await answer.send(scope, send)

    @abstractmethod
    async def answer(self, scope: Scope, site_url: str) -> Response:
        """Return the response to a request, computed or from the cache."""

    def failure(self, error: Exception, _site_url: str) -> Response:
        """Return the response to a failure: a problem document."""
        return problem_response(error)
