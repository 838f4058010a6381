"""Which requests come in: an allow-list of methods, sizes and addresses, looked at before anything reads them."""

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from referrals.web.gateway.limits import Limits
from referrals.web.http.problem import Refusal

METHODS: Final = ("GET", "HEAD", "OPTIONS")
STREAM: Final = "/_stcore/stream"
HEALTH: Final = frozenset({"/healthz", "/readyz"})
"""Asked for by machines that know this process by its number on the network, not by its name."""

OPEN: Final = frozenset({"/_stcore/health", "/_stcore/host-config"})
"""All that the front end asks of Streamlit's inside, over HTTP: seen in a browser on every page."""

CLOSED: Final = frozenset({"_stcore", "component", "auth", "oauth2callback"})
"""Where Streamlit keeps uploads, metrics, sign-in, components, and its door for programs."""

UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\\%\ufffd\ud800-\udfff]|(?:^|/)\.\.?(?:/|$)|^[^/]|^//")
"""What no address of ours holds once it is decoded: control characters, a second encoding, bytes that are no text, steps up."""

BAD_ADDRESS: Final = Refusal(HTTPStatus.BAD_REQUEST, "address", "The address is not well formed.")
TOO_LONG: Final = Refusal(
    HTTPStatus.REQUEST_URI_TOO_LONG, "address-size", "The address is too long."
)
TOO_MANY: Final = Refusal(
    HTTPStatus.BAD_REQUEST, "parameters", "The address has too many parameters."
)
HEADERS_TOO_BIG: Final = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header-size", "The request has too many headers."
)
NO_BODY: Final = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "body",
    "Nothing is uploaded here: send the request without a body.",
)
NOT_FOUND: Final = Refusal(HTTPStatus.NOT_FOUND, "closed", "There is nothing at this address.")
OTHER_HOST: Final = Refusal(
    HTTPStatus.MISDIRECTED_REQUEST,
    "host",
    "This server does not answer for the name that was asked for.",
)
OTHER_ORIGIN: Final = Refusal(
    HTTPStatus.FORBIDDEN, "origin", "Pages of other sites cannot open a session here."
)
BAD_METHOD: Final = Refusal(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method",
    "This site is only read: use GET or HEAD.",
    {"allow": ", ".join(METHODS)},
)


def objection(scope: Scope, limits: Limits, hosts: Collection[str] = ()) -> Refusal | None:
    """Return why a request or a socket may not come in, or None. No `hosts` means that any name of this server will do."""
    if scope["type"] == "http" and scope["method"] not in METHODS:
        return BAD_METHOD
    headers = Headers(scope=scope)
    return (
        _size(scope, limits)
        or (BAD_ADDRESS if UNSAFE.search(scope["path"]) else None)
        or (NO_BODY if _has_body(headers) else None)
        or (
            OTHER_HOST
            if hosts
            and scope["path"] not in HEALTH
            and _hostname(headers.get("host", "")) not in hosts
            else None
        )
        or _place(scope, headers)
    )


def _size(scope: Scope, limits: Limits) -> Refusal | None:
    path, query = (
        scope.get("raw_path") or scope["path"].encode("utf-8", "replace"),
        scope["query_string"],
    )
    if len(path) > limits.path_bytes or len(path) + len(query) > limits.address_bytes:
        return TOO_LONG
    if query.count(b"&") + query.count(b";") >= limits.parameters:
        return TOO_MANY
    headers = scope["headers"]
    if (
        len(headers) > limits.headers
        or sum(len(name) + len(value) for name, value in headers) > limits.header_bytes
    ):
        return HEADERS_TOO_BIG
    return None


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _place(scope: Scope, headers: Headers) -> Refusal | None:
    if scope["type"] == "websocket":
        if scope["path"] != STREAM:
            return NOT_FOUND
        return None if _same_site(headers.get("origin"), headers.get("host", "")) else OTHER_ORIGIN
    closed = not CLOSED.isdisjoint(scope["path"].split("/"))
    return NOT_FOUND if closed and scope["path"] not in OPEN else None


def _same_site(origin: str | None, host: str) -> bool:
    """Return whether a page of this site opens the socket. A browser always says whose page it is; a program need not.

    Streamlit itself would let pages of any server on the reader's own machine in, and, to find out whether an origin is its
    own outside address, asks a third party for it: an origin that is not ours must never reach it.
    """
    if origin is None:
        return True
    theirs = origin.partition("://")[2].lower()
    ours = host.lower()
    # A proxy may have taken the port off.
    return theirs == ours or (ours == _hostname(ours) == _hostname(theirs))


def _hostname(host: str) -> str:
    """Return a host without its port.

    >>> _hostname("Example.org:8501"), _hostname("[::1]:8501"), _hostname("[::1]")
    ('example.org', '[::1]', '[::1]')
    """
    return re.sub(r":\d*$", "", host.lower()).rstrip(".")
