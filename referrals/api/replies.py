"""Finished answers: bytes and headers, plain and packed, made once and sent many times."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope, Send

from referrals.api import problems
from referrals.api.problems import Problem
from referrals.api.resources import Content
from referrals.server.encodings import choose
from referrals.server.tags import has_it

READ: Final = "GET, HEAD, OPTIONS"
OPEN_TO_ALL: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-expose-headers": "content-disposition, etag, last-modified, link, repr-digest, x-release, "
    "x-release-status, x-total-count",
}
PREFLIGHT: Final = {
    **OPEN_TO_ALL,
    "access-control-allow-methods": READ,
    "access-control-allow-headers": "accept, if-none-match, if-modified-since",
    "access-control-max-age": "86400",
    "allow": READ,
}
SOON: Final = "public, max-age=15, stale-if-error=86400"
"""A new release is seen by everyone within a quarter of a minute; a cache may help out while nobody answers."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
SMALL: Final = 500
"""An answer of fewer bytes is not packed."""

BESIDES: Final = 4096
"""What an answer takes besides its bytes: its headers, and the query that asks for it, which is not longer than that."""

PACKED_ALREADY: Final = "application/gzip"
WITHOUT_A_BODY: Final = frozenset(
    {b"content-length", b"content-encoding", b"content-type", b"content-disposition", b"repr-digest"}
)

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Form:
    """An answer in one encoding: its headers with everything about its bytes, and its ETag."""

    status: int
    headers: RawHeaders
    body: bytes
    tag: str

    @cached_property
    def unchanged(self) -> RawHeaders:
        """The headers of an answer that says that nothing has changed."""
        return [(name, value) for name, value in self.headers if name not in WITHOUT_A_BODY]


@dataclass(frozen=True)
class Reply:
    """An answer as it is, and under gzip where that is smaller."""

    plain: Form
    packed: Form | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes to keep."""
        return BESIDES + len(self.plain.body) + (len(self.packed.body) if self.packed else 0)

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it to whoever asked: packed to those who can read that, and only its headers to those who have it."""
        asked = Headers(scope=scope)
        form = self.packed if self.packed and choose(asked.get("accept-encoding", ""), ("gzip",)) else self.plain
        is_known = bool(form.tag) and has_it(asked.get("if-none-match", ""), form.tag)
        status, headers = (HTTPStatus.NOT_MODIFIED, form.unchanged) if is_known else (form.status, form.headers)
        # A copy: middleware on the way out writes into the list that it is given.
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"" if is_known or scope["method"] == "HEAD" else form.body})


class Shelved:
    """Replies kept by what was asked, the longest unasked given up first, within so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[tuple[str, ...], Reply] = OrderedDict()
        self.bytes = 0

    def find(self, key: tuple[str, ...]) -> Reply | None:
        """Return the reply that is kept for a key, if any."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: tuple[str, ...], reply: Reply) -> None:
        """Keep a reply, unless it alone would take a quarter of the room."""
        if key in self._kept or reply.size > self._most // 4:
            return
        self._kept[key] = reply
        self.bytes += reply.size
        while self.bytes > self._most:
            self.bytes -= self._kept.popitem(last=False)[1].size


def of_content(content: Content) -> Reply:
    """Return the reply with a content: what it says of itself in its headers, and a tag that changes when it does.

    The tag is of the bytes, so that a new version of our code is noticed as a new release is. `Last-Modified` is the day of
    publication, which is no proof that nothing has changed since: only the tag is, and only it is asked.
    """
    headers = {
        "content-type": content.media_type,
        "cache-control": FOR_EVER if content.is_final else SOON,
        "vary": "accept, accept-encoding",
        **OPEN_TO_ALL,
        **_named(content),
        **_of_release(content),
        **content.headers,
    }
    return _reply(content.status, headers, content.body)


def of_problem(problem: Problem) -> Reply:
    """Return the reply that says what is wrong."""
    headers = {"content-type": problems.MEDIA_TYPE, "cache-control": "no-store", **OPEN_TO_ALL, **problem.headers}
    body = json.dumps(problem.document(), ensure_ascii=False).encode("utf-8", "replace")
    return Reply(Form(problem.status, _raw(headers | {"content-length": str(len(body))}), body, ""))


def of_preflight() -> Reply:
    """Return the reply to a browser that asks whether it may ask."""
    return Reply(Form(204, _raw(PREFLIGHT), b"", ""))


def http_date(day: str) -> str:
    """Return the beginning of an ISO day as HTTP writes it.

    >>> http_date("2021-12-15")
    'Wed, 15 Dec 2021 00:00:00 GMT'
    """
    return format_datetime(datetime.combine(date.fromisoformat(day), time(), UTC), usegmt=True)


def _named(content: Content) -> dict[str, str]:
    how = "attachment" if content.is_attachment else "inline"
    return {"content-disposition": f'{how}; filename="{content.file_name}"'} if content.file_name else {}


def _of_release(content: Content) -> dict[str, str]:
    if content.release is None:
        return {}
    about = content.release.about
    return {
        "x-release": about.release_id,
        "x-release-status": about.status,
        "last-modified": http_date(about.published_on),
    }


def _reply(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    plain = _form(status, headers, body)
    if len(body) < SMALL or headers["content-type"] == PACKED_ALREADY:
        return Reply(plain)
    return Reply(plain, _form(status, {**headers, "content-encoding": "gzip"}, gzip.compress(body, 6, mtime=0)))


def _form(status: int, headers: Mapping[str, str], body: bytes) -> Form:
    digest = hashlib.sha256(body).digest()
    # What leads elsewhere has no bytes of its own that could tell one place from another.
    tag = f'"{digest[:16].hex()}"' if status == HTTPStatus.OK else ""
    about = {"repr-digest": f"sha-256=:{base64.b64encode(digest).decode()}:", "content-length": str(len(body))}
    about |= {"etag": tag} if tag else {}
    return Form(status, _raw({**headers, **about}), body, tag)


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
