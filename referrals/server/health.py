"""Two questions of machines: is the process alive, and can it show every release."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from referrals.errors import ReferralsError
from referrals.server.refusals import problem

LOG: Final = logging.getLogger(__name__)

MARK: Final = "victim-referrals"
"""The value of `service` in both bodies. A check looks for it: Streamlit's index.html is a 200 as well."""

NOT_READY: Final = "The releases cannot be shown. The log says why."


def routes(releases: Callable[[], Mapping[str, str]]) -> list[Route]:
    """Return `/healthz` and `/readyz`. `releases` returns the id and digest of each, once all are opened and verified."""

    async def alive(_: Request) -> Response:
        return _answer({"service": MARK, "status": "alive"})

    async def ready(_: Request) -> Response:
        try:
            # In a thread: to open and verify releases takes a while, and the process is alive meanwhile.
            standing = await run_in_threadpool(releases)
        except ReferralsError as error:
            return _not_ready(str(error))
        except Exception as error:
            LOG.exception("The releases cannot be shown (%s).", type(error).__name__)
            return _not_ready(NOT_READY)
        listed = [{"id": name, "digest": digest} for name, digest in standing.items()]
        return _answer({"service": MARK, "status": "ready", "releases": listed}) if listed else _not_ready(NOT_READY)

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


def _answer(body: Mapping[str, object]) -> Response:
    return JSONResponse(body, headers={"cache-control": "no-store"})


def _not_ready(detail: str) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"retry-after": "5"})
