"""Answers on their way out: a finished page, and the gate that every answer of the app passes through."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Send

from referrals.web.http import security_headers
from referrals.web.http.content_encoding import Encoded, choose
from referrals.web.http.etags import is_listed


@dataclass(frozen=True)
class Page:
    """A page of HTML that is finished and will be sent many times."""

    html: str
    csp: str

    @cached_property
    def content(self) -> Encoded:
        """Return the bytes of the page in every form that they can be sent in."""
        return Encoded(self.html.encode())

    @cached_property
    def tag(self) -> str:
        """Return the stem of the page's ETag, which changes whenever a byte of it does."""
        return hashlib.sha256(self.content.plain).hexdigest()[:24]

    def response(self, request: Headers, *, status: int = HTTPStatus.OK) -> Response:
        """Return the page, compressed for a reader that can read that, or 304 for one that has it already."""
        encoding = choose(request.get("accept-encoding", ""))
        etag = f'"{self.tag}{f"-{encoding}" if encoding else ""}"'
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


class Gate:
    """A `send` that holds HTML back to be looked at, and lets every other answer through with our headers."""

    def __init__(self, send: Send, *, without_body: bool) -> None:
        self._send = send
        self._without_body = without_body
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of the app's answer."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is None:
            await self.let_through(message)
        else:
            self._body += message.get("body", b"")

    @property
    def holds_html(self) -> bool:
        """Return whether an answer is waiting to be framed or released."""
        return self._start is not None

    @property
    def held_html(self) -> str:
        """Return the text of a successful HTML answer, empty for any other."""
        if self._start is None or self._start["status"] != HTTPStatus.OK:
            return ""
        packed = Headers(raw=self._start["headers"]).get("content-encoding") == "gzip"
        return (gzip.decompress(self._body) if packed else self._body).decode("utf-8", "replace")

    async def release(self) -> None:
        """Send what was held as it came."""
        if self._start is not None:
            await self.let_through(self._start)
            await self.let_through({"type": "http.response.body", "body": self._body})

    async def let_through(self, message: Message) -> None:
        """Send one message: with the headers of `policy`, without cookies, and with a body only if one was asked for."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(
                raw=[
                    item for item in message.get("headers", []) if item[0].lower() != b"set-cookie"
                ]
            )
            headers.update(security_headers.HEADERS)
            headers.setdefault("content-security-policy", security_headers.DEFAULT)
            message = {**message, "headers": headers.raw}
        elif message["type"] == "http.response.body" and self._without_body:
            message = {**message, "body": b""}
        await self._send(message)


def _is_html(message: Message) -> bool:
    return Headers(raw=message.get("headers", [])).get("content-type", "").startswith("text/html")
