"""Request rules: an allow-list of methods, sizes, paths, hosts and origins.

Called by the gateway before anything else reads a request.
"""

import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from referrals.web.gateway.limits import Limits
from referrals.web.http.problem import Refusal

METHODS: Final = ("GET", "HEAD", "OPTIONS")
STREAM: Final = "/_stcore/stream"
HEALTH_PATHS: Final = frozenset({"/healthz", "/readyz"})
"""Probes ask for these by the IP address of the process, so they are exempt from the host rule."""

OPEN_STREAMLIT_PATHS: Final = frozenset({"/_stcore/health", "/_stcore/host-config"})
"""All that Streamlit's front end requests over HTTP, as seen in a browser on every page."""

CLOSED_SEGMENTS: Final = frozenset(
    {"_stcore", "component", "auth", "oauth2callback", "manifest.json"}
)
"""Path segments of Streamlit's uploads, metrics, sign-in, components, agent API and app manifest.

The manifest would offer to install this site under Streamlit's name and icon.
"""

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The hosts that are answered if no other is configured: those of this machine."""

UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\\%\ufffd\ud800-\udfff]|(?:^|/)\.\.?(?:/|$)|^[^/]|^//")
"""Sequences that no decoded path of ours contains.

Control characters, double encoding, bytes that are not UTF-8, and dot segments.
"""

BAD_ADDRESS: Final = Refusal(HTTPStatus.BAD_REQUEST, "address", "The address is not well formed.")
TOO_LONG: Final = Refusal(
    HTTPStatus.REQUEST_URI_TOO_LONG, "address-size", "The address is too long."
)
TOO_MANY_PARAMETERS: Final = Refusal(
    HTTPStatus.BAD_REQUEST, "parameters", "The address has too many parameters."
)
HEADERS_TOO_BIG: Final = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header-size", "The request has too many headers."
)
ACCEPT_TOO_BIG: Final = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "accept-size",
    "The Accept headers of the request are too long.",
)
NO_BODY: Final = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "body",
    "Nothing is uploaded here: send the request without a body.",
)
FORM_TYPE: Final = "application/x-www-form-urlencoded"
NO_LENGTH: Final = Refusal(
    HTTPStatus.LENGTH_REQUIRED, "form-length", "Send the form with its Content-Length."
)
FORM_TOO_BIG: Final = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "form-size", "The text is too long. Send less at a time."
)
NOT_A_FORM: Final = Refusal(
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "form-type", f"Send the form as {FORM_TYPE}."
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
NO_HOSTS: Final = Refusal(
    HTTPStatus.MISDIRECTED_REQUEST,
    "no-hosts",
    "This server answers on its own machine only, until REFERRALS_HOSTS lists its host names.",
)
BAD_METHOD: Final = Refusal(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method",
    "This site is read-only. Use GET or HEAD.",
    {"allow": ", ".join(METHODS)},
)
BAD_METHOD_FOR_FORM: Final = Refusal(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "method",
    "Use GET or HEAD, or POST to send the form.",
    {"allow": ", ".join((*METHODS, "POST"))},
)


def check(
    scope: Scope,
    limits: Limits,
    hosts: Collection[str] = (),
    forms: Mapping[str, int] = MappingProxyType({}),
) -> Refusal | None:
    """Return why a request or WebSocket is refused, or None.

    Without `hosts` only the names of this machine are answered. Otherwise a hostile page could
    point its own host name here (DNS rebinding), and a server on the internet would answer for
    every name.

    `forms` are the paths that take a form by POST, each with the largest body in bytes.
    """
    takes_form = scope["type"] == "http" and scope["path"] in forms
    is_form = takes_form and scope["method"] == "POST"
    if scope["type"] == "http" and scope["method"] not in METHODS and not is_form:
        return BAD_METHOD_FOR_FORM if takes_form else BAD_METHOD
    if refusal := _check_size(scope, limits):
        return refusal
    if UNSAFE.search(scope["path"]):
        return BAD_ADDRESS
    headers = Headers(scope=scope)
    largest = forms[scope["path"]] if is_form else 0
    if refusal := _check_body(headers, largest):
        return refusal
    if not _is_for_host(scope["path"], headers, hosts or LOOPBACK):
        return OTHER_HOST if hosts else NO_HOSTS
    return _check_path(scope, headers)


def _check_size(scope: Scope, limits: Limits) -> Refusal | None:
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    query = scope["query_string"]
    if len(path) > limits.path_bytes or len(path) + len(query) > limits.address_bytes:
        return TOO_LONG
    if query.count(b"&") + query.count(b";") >= limits.parameters:
        return TOO_MANY_PARAMETERS
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > limits.headers or size > limits.header_bytes:
        return HEADERS_TOO_BIG
    # The API sorts the choices in these headers by weight: 14 kB of them took 15 ms.
    accepted = sum(len(value) for name, value in headers if name.startswith(b"accept"))
    return ACCEPT_TOO_BIG if accepted > limits.accept_bytes else None


def _check_body(headers: Headers, largest: int) -> Refusal | None:
    """Return why a body is refused, or None. A form needs a Content-Length and has no files."""
    length = headers.get("content-length", "0")
    is_chunked = "transfer-encoding" in headers
    if not largest:
        return NO_BODY if length != "0" or is_chunked else None
    if is_chunked or not (length.isascii() and length.isdigit()):
        return NO_LENGTH
    if len(length) > len(str(largest)) or int(length) > largest:
        return FORM_TOO_BIG
    media_type, _, _ = headers.get("content-type", "").partition(";")
    return None if media_type.strip().lower() == FORM_TYPE else NOT_A_FORM


def _is_for_host(path: str, headers: Headers, hosts: Collection[str]) -> bool:
    return path in HEALTH_PATHS or _hostname(headers.get("host", "")) in hosts


def _check_path(scope: Scope, headers: Headers) -> Refusal | None:
    path = scope["path"]
    if scope["type"] == "websocket":
        if path != STREAM:
            return NOT_FOUND
        is_ours = _is_same_site(headers.get("origin"), headers.get("host", ""))
        return None if is_ours else OTHER_ORIGIN
    is_closed = not CLOSED_SEGMENTS.isdisjoint(path.split("/"))
    return NOT_FOUND if is_closed and path not in OPEN_STREAMLIT_PATHS else None


def _is_same_site(origin: str | None, host: str) -> bool:
    """Return whether a WebSocket is opened by a page of this site, or by a program (no origin).

    A browser always sends the origin of the page. Streamlit itself accepts pages from any server on
    the reader's own machine and, to compare an origin with its public address, asks a third party
    for that address: an origin that is not ours must never reach it.
    """
    if origin is None:
        return True
    theirs = origin.partition("://")[2].lower()
    ours = host.lower()
    # A proxy may have removed the port.
    return theirs == ours or (ours == _hostname(ours) == _hostname(theirs))


def _hostname(host: str) -> str:
    """Return a host without its port.

    >>> _hostname("Example.org:8501"), _hostname("[::1]:8501"), _hostname("[::1]")
    ('example.org', '[::1]', '[::1]')
    """
    return re.sub(r":\d*$", "", host.lower()).rstrip(".")
