"""Responses of the shell: a finished page, and the buffer that holds back Streamlit's HTML."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Send

from referrals.web.http import security_headers
from referrals.web.http.content_encoding import GOOD, QUICK, Encoded, choose
from referrals.web.http.etags import is_listed, of_coding

SCRIPTS: Final = ("text/javascript", "text/css")
"""The media types of files that are never documents."""


@dataclass(frozen=True)
class HtmlPage:
    """A finished HTML page with its Content-Security-Policy.

    A page that `is_reused` is sent to many readers, so it is worth compressing slowly.
    """

    html: str
    csp: str
    is_reused: bool = True

    @cached_property
    def content(self) -> Encoded:
        """The bytes of the page in each coding."""
        return Encoded(self.html.encode(), GOOD if self.is_reused else QUICK)

    @cached_property
    def tag(self) -> str:
        """The stem of the page's ETag, a digest of its bytes."""
        return hashlib.sha256(self.content.plain).hexdigest()[:24]

    def response(self, request: Headers, *, status: int = HTTPStatus.OK) -> Response:
        """Return the page in the best acceptable coding, or 304 if the client has it already."""
        encoding = choose(request.get("accept-encoding", ""))
        etag = of_coding(self.tag, encoding)
        headers = {
            "cache-control": "no-cache",
            "vary": "accept-encoding",
            "content-security-policy": self.csp,
        }
        if status == HTTPStatus.OK:
            headers["etag"] = etag
            if is_listed(request.get("if-none-match", ""), etag):
                return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if encoding:
            headers["content-encoding"] = encoding
        return Response(self.content.body(encoding), status, headers, media_type="text/html")


class HtmlBuffer:
    """A `send` that buffers HTML answers and passes all others on with our headers."""

    def __init__(self, send: Send, *, without_body: bool) -> None:
        self._send = send
        self._without_body = without_body
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of the application's answer."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is None:
            await self.pass_on(message)
        else:
            self._body += message.get("body", b"")

    @property
    def is_holding(self) -> bool:
        """Return whether an HTML answer is buffered."""
        return self._start is not None

    @property
    def html(self) -> str:
        """The text of a buffered HTML answer with status 200, '' otherwise."""
        if self._start is None or self._start["status"] != HTTPStatus.OK:
            return ""
        is_compressed = Headers(raw=self._start["headers"]).get("content-encoding") == "gzip"
        body = gzip.decompress(self._body) if is_compressed else self._body
        return body.decode("utf-8", "replace")

    async def flush(self) -> None:
        """Send the buffered answer unchanged."""
        if self._start is not None:
            await self.pass_on(self._start)
            await self.pass_on({"type": "http.response.body", "body": self._body})

    async def pass_on(self, message: Message) -> None:
        """Send one message: with security headers, without cookies, for HEAD without a body."""
        if message["type"] == "http.response.start":
            original = message.get("headers", [])
            without_cookies = [header for header in original if header[0].lower() != b"set-cookie"]
            headers = MutableHeaders(raw=without_cookies)
            if headers.get("content-type", "").startswith(SCRIPTS):
                headers.update(security_headers.SCRIPT_HEADERS)
            else:
                headers.update(security_headers.HEADERS)
                headers.setdefault("content-security-policy", security_headers.DEFAULT)
            message = {**message, "headers": headers.raw}
        elif message["type"] == "http.response.body" and self._without_body:
            message = {**message, "body": b""}
        await self._send(message)


def _is_html(message: Message) -> bool:
    return Headers(raw=message.get("headers", [])).get("content-type", "").startswith("text/html")
