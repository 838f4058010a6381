"""Two questions of machines: is the process alive, and can it show every release."""

import logging
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from referrals.errors import ReferralsError, WithdrawnError
from referrals.web.http.problem import problem

LOG: Final = logging.getLogger(__name__)

MARK: Final = "victim-referrals"
"""The value of `service` in both bodies. A check looks for it: Streamlit's index.html is a 200 as well."""

NOT_READY: Final = "The releases cannot be shown. The log says why."


def nothing() -> Collection[str]:
    """Return no names."""
    return ()


def no_problem() -> str:
    """Return no problem."""
    return ""


def routes(
    releases: Callable[[], Mapping[str, str]],
    refused: Callable[[], Collection[str]] = nothing,
    startup_problem: Callable[[], str] = no_problem,
) -> list[Route]:
    """Return `/healthz` and `/readyz`.

    `releases` returns the id and digest of each, once all are opened and verified; `refused` the names of the folders that
    are not shown, or not as they are now. A process whose figures were withdrawn is ready: it says so to readers, with the
    help lines, and would say nothing if it were sent none. `startup_problem` returns why no page could be drawn when the
    process started, empty where one was.
    """

    async def alive(_: Request) -> Response:
        return _answer({"service": MARK, "status": "alive"})

    async def ready(_: Request) -> Response:
        if problem_found := startup_problem():
            return _not_ready(problem_found)
        try:
            # In a thread: to open and verify releases takes a while, and the process is alive meanwhile.
            standing = await run_in_threadpool(releases)
        except WithdrawnError as error:
            return _ready("withdrawn", {}, refused(), detail=str(error))
        except ReferralsError as error:
            return _not_ready(str(error))
        except Exception as error:
            LOG.exception("The releases cannot be shown (%s).", type(error).__name__)
            return _not_ready(NOT_READY)
        return _ready("ready", standing, refused()) if standing else _not_ready(NOT_READY)

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


def _ready(
    status: str, releases: Mapping[str, str], refused: Collection[str], **more: str
) -> Response:
    listed = [{"id": name, "digest": digest} for name, digest in releases.items()]
    return _answer(
        {"service": MARK, "status": status, "releases": listed, "refused": sorted(refused), **more}
    )


def _answer(body: Mapping[str, object]) -> Response:
    return JSONResponse(body, headers={"cache-control": "no-store"})


def _not_ready(detail: str) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return problem(status, status.phrase, detail, headers={"retry-after": "5"})
