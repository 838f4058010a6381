"""The addresses of the briefing sheets: the page that offers them, the PDF and its picture.

Typst gives back Python's global lock while it works, so that pages are answered while a sheet is
made.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from referrals.cards.html import site_frame
from referrals.content.standalone_pages import BRIEFING
from referrals.errors import ReferralsError, WithdrawnError
from referrals.handouts.briefing import briefing_page, sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import RequestError, SheetRequest
from referrals.handouts.file_queue import BusyError, FileQueue
from referrals.i18n import messages
from referrals.localised_html import address
from referrals.reference import helplines
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.web import settings
from referrals.web.http import content_encoding
from referrals.web.http.cache_control import NO_STORE, ONE_MINUTE
from referrals.web.http.etags import is_listed
from referrals.web.http.problem import problem

LOG: Final = logging.getLogger(__name__)

HTML: Final = "text/html; charset=utf-8"
RETRY_AFTER: Final = "2"

CACHE_BYTES: Final = 16 * 1024 * 1024
"""The size of the cache of finished sheets and pictures: about a hundred."""

MOST_WAITING: Final = 20
"""The most different sheets that may wait. One takes 0.05 s, so nobody waits more than a second."""

Make = Callable[[Served, SheetRequest, str], bytes]


@dataclass(frozen=True)
class FileFormat:
    """A format of a sheet: its ending, its media type, how it is made, and how it is delivered."""

    ending: str
    media_type: str
    make: Make
    disposition: str


FORMATS: Final = (
    FileFormat("pdf", "application/pdf", sheet_files.pdf, "attachment"),
    FileFormat("png", "image/png", sheet_files.png, "inline"),
)


def routes(base: str = "") -> list[Route]:
    """Return the routes. `base` is the origin of the site, '' to use that of each request."""
    queue = FileQueue(CACHE_BYTES, MOST_WAITING)
    return [
        Route(BRIEFING, partial(_page, base), methods=["GET"]),
        *(
            Route(
                briefing_page.file_path(file_format.ending),
                partial(_file, queue, file_format, base),
                methods=["GET"],
            )
            for file_format in FORMATS
        ),
    ]


async def _page(base: str, request: Request) -> Response:
    """Answer with the page that offers the sheets, and shows the one that its address asks for.

    An address that asks for a sheet that does not exist gets the page with the reason.
    """
    pairs = request.query_params.multi_items()
    origin = base or settings.request_origin(request.scope)

    def made() -> tuple[str, HTTPStatus]:
        served = catalogue.served()
        try:
            asked, fault, status = sheet_request.read(pairs, served), "", HTTPStatus.OK
        except RequestError as error:
            asked, fault, status = SheetRequest(), str(error), HTTPStatus.BAD_REQUEST
        is_usual = not fault and asked == sheet_request.read((), served)
        canonical = f"{origin}{address(BRIEFING)}" if is_usual else ""
        return briefing_page.page(served, asked, fault=fault, canonical=canonical), status

    try:
        html, status = await asyncio.to_thread(made)
    except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
        return _unavailable_page(error)
    return _html(request, html, status)


async def _file(queue: FileQueue, file_format: FileFormat, base: str, request: Request) -> Response:
    """Answer with a sheet, or with the problem that says why there is none."""
    origin = base or settings.shared_origin(request.scope)
    try:
        served = await asyncio.to_thread(catalogue.served)
        pairs = request.query_params.multi_items()
        asked = await asyncio.to_thread(sheet_request.read, pairs, served)
        key = (file_format.ending, served.version, helplines.overdue(), asked, origin)
        make = partial(file_format.make, served, asked, origin)
        body = await queue.file(key, make, busy=messages.text("briefing.problem.busy"))
    except RequestError as error:
        return problem(HTTPStatus.BAD_REQUEST, messages.text("briefing.problem.title"), str(error))
    except Exception as error:  # noqa: BLE001 - answered as a problem, and logged
        return _problem(error)
    release = sheet_request.shown(asked, served)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    name = f"{asked.file_name(release)}.{file_format.ending}"
    headers = {
        "cache-control": ONE_MINUTE,
        "content-disposition": f'{file_format.disposition}; filename="{name}"',
        "etag": etag,
        "x-release": release.about.release_id,
        "x-release-status": release.about.status,
    }
    if is_listed(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return _sent(request, body, HTTPStatus.OK, headers, file_format.media_type)


def _sent(
    request: Request, body: bytes, status: HTTPStatus, headers: Mapping[str, str], media_type: str
) -> Response:
    """Return a response that has no body if only its head was asked for."""
    sized = {**headers, "content-length": str(len(body))}
    return Response(b"" if request.method == "HEAD" else body, status, sized, media_type)


def _html(request: Request, html: str, status: HTTPStatus) -> Response:
    """Return the page in an encoding that the client accepts."""
    encoding = content_encoding.choose(request.headers.get("accept-encoding", ""))
    body = html.encode()
    headers = {
        "cache-control": ONE_MINUTE if status == HTTPStatus.OK else NO_STORE,
        "content-security-policy": site_frame.POLICY,
        "vary": "accept-encoding",
    }
    if encoding:
        body = content_encoding.compress(body, encoding, quality=content_encoding.QUICK)
        headers["content-encoding"] = encoding
    return _sent(request, body, status, headers, HTML)


def _unavailable_page(error: Exception) -> Response:
    """Return the page for when no sheet can be offered: the reason and the help lines."""
    html = briefing_page.unavailable(_reason(error))
    headers = {"cache-control": NO_STORE, "content-security-policy": site_frame.POLICY}
    return Response(html, _status(error), headers, HTML)


def _problem(error: Exception) -> Response:
    reason, status = _reason(error), _status(error)
    headers = {"retry-after": RETRY_AFTER} if isinstance(error, BusyError) else {}
    return problem(status, messages.text("briefing.problem.title"), reason, headers=headers)


def _reason(error: Exception) -> str:
    """Return the reason for a failure in our own words. Other errors are logged by type only."""
    if isinstance(error, ReferralsError):
        return str(error)
    LOG.warning("A briefing sheet cannot be made (%s).", type(error).__name__)
    return messages.text("briefing.problem.unknown")


def _status(error: Exception) -> HTTPStatus:
    is_withdrawn = isinstance(error, WithdrawnError)
    return HTTPStatus.GONE if is_withdrawn else HTTPStatus.SERVICE_UNAVAILABLE
