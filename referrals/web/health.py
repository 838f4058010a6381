"""Health endpoints: `/healthz` (the process is alive) and `/readyz` (it can show every release)."""

import logging
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from referrals.errors import ReferralsError, WithdrawnError
from referrals.web.http.cache_control import NO_STORE
from referrals.web.http.problem import problem

LOG: Final = logging.getLogger(__name__)

SERVICE: Final = "victim-referrals"
"""The value of `service` in both bodies. Probes check it: Streamlit's index.html is a 200 too."""

NOT_READY: Final = "The releases cannot be shown. The log says why."


def no_names() -> Collection[str]:
    """Return no release names."""
    return ()


def no_problem() -> str:
    """Return no problem."""
    return ""


def routes(
    releases: Callable[[], Mapping[str, str]],
    rejected: Callable[[], Collection[str]] = no_names,
    startup_problem: Callable[[], str] = no_problem,
) -> list[Route]:
    """Return the routes `/healthz` and `/readyz`.

    `releases` returns the digest of each release by its id, once all are opened and verified.
    `rejected` returns the names of release folders that are not shown, or not in their latest
    state. `startup_problem` returns why the start-up check failed, '' if it passed.

    A process whose figures were withdrawn is ready: its pages still show the notice and the help
    lines, and a load balancer must not take them away.
    """

    async def alive(_: Request) -> Response:
        return _uncached({"service": SERVICE, "status": "alive"})

    async def ready(_: Request) -> Response:
        if problem_at_start := startup_problem():
            return _not_ready(problem_at_start)
        try:
            # In a thread: opening and verifying releases takes a while, and `/healthz` must answer.
            served = await run_in_threadpool(releases)
        except WithdrawnError as error:
            return _ready("withdrawn", {}, rejected(), detail=str(error))
        except ReferralsError as error:
            return _not_ready(str(error))
        except Exception as error:
            LOG.exception("The releases cannot be shown (%s).", type(error).__name__)
            return _not_ready(NOT_READY)
        if not served:
            return _not_ready(NOT_READY)
        return _ready("ready", served, rejected())

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


def _ready(
    status: str, releases: Mapping[str, str], rejected: Collection[str], **more: str
) -> Response:
    listed = [{"id": name, "digest": digest} for name, digest in releases.items()]
    body = {"service": SERVICE, "status": status, "releases": listed, "refused": sorted(rejected)}
    return _uncached({**body, **more})


def _uncached(body: Mapping[str, object]) -> Response:
    return JSONResponse(body, headers={"cache-control": NO_STORE})


def _not_ready(detail: str) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return problem(status, status.phrase, detail, headers={"retry-after": "5"})
