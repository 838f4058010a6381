"""The language of a request: the first part of its path, as in `/vi/age`.

The middleware removes it from the path, so that a page has one address for everything behind it,
and makes it the current language. The language is in the address so that it survives links, Back
and reloads without a cookie.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referrals.language import using
from referrals.localised_html import address, has_language
from referrals.web.http import security_headers

READ: Final = ("GET", "HEAD")


class LanguagePrefix:
    """Middleware that answers paths below `/<code>/` in the language of that code.

    Other ways to write a code, such as `/VI/` and `/zh/`, redirect to the right one. Addresses of
    data and files have no language, so there is nothing at `/vi/api`.
    """

    def __init__(self, app: ASGIApp, *, languages: Iterable[str]) -> None:
        self._app = app
        self._codes = codes_by_name(languages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        first, slash, rest = scope["path"].removeprefix("/").partition("/")
        code, path = self._codes.get(first.lower()), f"/{rest}"
        if code is None or not has_language(path):
            await self._app(scope, receive, send)
        elif (first != code or not slash) and scope["method"] in READ:
            redirect = _redirect(f"/{code}{path}", scope["query_string"])
            await redirect(scope, receive, send)
        else:
            inner = {**scope, "path": path, "raw_path": path.encode()}
            with using(code):
                await self._app(inner, receive, _with_language(send, code))


def codes_by_name(codes: Iterable[str]) -> dict[str, str]:
    """Return the code of each language by every way to write it, in lower case.

    >>> codes_by_name(["vi", "zh-Hans"])
    {'vi': 'vi', 'zh': 'zh-Hans', 'zh-hans': 'zh-Hans'}
    """
    found = {}
    for code in codes:
        found[code.partition("-")[0].lower()] = code
        found[code.lower()] = code
    return found


def without_language(path: str, codes: dict[str, str]) -> str:
    """Return a path without the part that names its language."""
    first, _, rest = path.removeprefix("/").partition("/")
    return f"/{rest}" if first.lower() in codes else path


def _with_language(send: Send, code: str) -> Send:
    """Return a `send` that puts a language back into a redirect to a page of the site.

    Streamlit redirects an address that ends in a slash, and does not know the part that was
    removed from it. Our own redirects may have the language already.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            location = headers.get("location", "")
            if location.startswith("/") and not location.startswith(f"/{code}/"):
                headers["location"] = address(location, code)
                message = {**message, "headers": headers.raw}
        await send(message)

    return sending


def _redirect(path: str, query: bytes) -> RedirectResponse:
    address = f"{path}?{query.decode('latin-1')}" if query else path
    return RedirectResponse(address, HTTPStatus.PERMANENT_REDIRECT, security_headers.HEADERS)
