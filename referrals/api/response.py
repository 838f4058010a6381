"""Finished answers: bytes and headers, plain and packed, made once and sent many times."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Final

from starlette.types import Scope, Send

from referrals.api import problems
from referrals.api.problems import Problem
from referrals.api.resource import Content
from referrals.release import metadata
from referrals.web.http import security_headers
from referrals.web.http.content_encoding import choose
from referrals.web.http.etags import is_listed

READ: Final = "GET, HEAD, OPTIONS"
OPEN_TO_ALL: Final = {
    **security_headers.OPEN_TO_ALL,
    "access-control-expose-headers": "content-disposition, etag, last-modified, link, repr-digest, retry-after, x-release, "
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

LARGE: Final = 7 * 1024 * 1024
"""An answer of more bytes is not packed: it would be too large to keep, and packed again for everyone who asks."""

BESIDES: Final = 4096
"""What an answer takes besides its bytes: its headers, and the query that asks for it, which is not longer than that."""

PACKED_ALREADY: Final = frozenset(
    {
        "application/gzip",
        "application/vnd.apache.parquet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
"""The media types of what gets no smaller."""

ASKED: Final = frozenset({b"accept-encoding", b"if-none-match"})
"""The headers of a request that a finished answer is sent by."""

WITHOUT_A_BODY: Final = frozenset(
    {
        b"content-length",
        b"content-encoding",
        b"content-type",
        b"content-disposition",
        b"repr-digest",
    }
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

    def is_known(self, asked: Mapping[bytes, str]) -> bool:
        """Return whether whoever asks has it: by its tag alone, as two editions of a release can be of the same date."""
        return bool(self.tag) and is_listed(asked.get(b"if-none-match", ""), self.tag)


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
        asked = {name: value.decode("latin-1") for name, value in scope["headers"] if name in ASKED}
        form = (
            self.packed
            if self.packed and choose(asked.get(b"accept-encoding", ""), ("gzip",))
            else self.plain
        )
        is_known = form.is_known(asked)
        status, headers = (
            (HTTPStatus.NOT_MODIFIED, form.unchanged) if is_known else (form.status, form.headers)
        )
        # A copy: middleware on the way out writes into the list that it is given.
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send(
            {
                "type": "http.response.body",
                "body": b"" if is_known or scope["method"] == "HEAD" else form.body,
            }
        )


class Shelved:
    """Replies kept by what was asked, the longest unasked given up first, within so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, Reply] = OrderedDict()
        self.bytes = 0

    def find(self, key: Hashable) -> Reply | None:
        """Return the reply that is kept for a key, if any."""
        if reply := self._kept.get(key):
            self._kept.move_to_end(key)
        return reply

    def keep(self, key: Hashable, reply: Reply) -> None:
        """Keep a reply, unless it alone would take a quarter of the room."""
        if key in self._kept or reply.size > self._most // 4:
            return
        self._kept[key] = reply
        self.bytes += reply.size
        while self.bytes > self._most:
            self.bytes -= self._kept.popitem(last=False)[1].size


def of_content(content: Content, *, is_negotiated: bool = False) -> Reply:
    """Return the reply with a content: what it says of itself in its headers, and a tag that changes when it does.

    The tag is of the bytes, so that a new version of our code is noticed as a new release is. The date is that of the release
    alone, and tells people how fresh it is.
    """
    headers = {
        "content-type": content.media_type,
        "cache-control": FOR_EVER if content.is_final else SOON,
        "vary": "accept, accept-encoding" if is_negotiated else "accept-encoding",
        **OPEN_TO_ALL,
        **_named(content),
        **_of_release(content),
        **content.headers,
    }
    plain = _form(content.status, headers, content.body, content.sha256)
    if not SMALL <= len(content.body) <= LARGE or content.media_type in PACKED_ALREADY:
        return Reply(plain)
    packed = gzip.compress(content.body, 6, mtime=0)
    return Reply(plain, _form(content.status, {**headers, "content-encoding": "gzip"}, packed))


def of_problem(problem: Problem) -> Reply:
    """Return the reply that says what is wrong."""
    headers = {
        "content-type": problems.MEDIA_TYPE,
        "cache-control": "no-store",
        **OPEN_TO_ALL,
        **problem.headers,
    }
    body = json.dumps(problem.document(), ensure_ascii=False).encode("utf-8", "replace")
    return Reply(Form(problem.status, _raw(headers | {"content-length": str(len(body))}), body, ""))


def of_preflight() -> Reply:
    """Return the reply to a browser that asks whether it may ask."""
    return Reply(Form(204, _raw(PREFLIGHT), b"", ""))


def _named(content: Content) -> dict[str, str]:
    how = "attachment" if content.is_attachment else "inline"
    return (
        {"content-disposition": f'{how}; filename="{content.file_name}"'}
        if content.file_name
        else {}
    )


def _of_release(content: Content) -> dict[str, str]:
    if content.release is None:
        return {}
    about = content.release.about
    return {
        "x-release": about.release_id,
        "x-release-status": about.status,
        "last-modified": format_datetime(metadata.changed(content.release), usegmt=True),
    }


def _form(status: int, headers: Mapping[str, str], body: bytes, sha256: str = "") -> Form:
    """Return an answer in one encoding; `sha256` is that of the body where it is known already."""
    digest = bytes.fromhex(sha256) if sha256 else hashlib.sha256(body).digest()
    # What leads elsewhere has no bytes of its own that could tell one place from another.
    tag = f'"{digest[:16].hex()}"' if status == HTTPStatus.OK else ""
    about = {
        "repr-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
        "content-length": str(len(body)),
    }
    about |= {"etag": tag} if tag else {}
    return Form(status, _raw({**headers, **about}), body, tag)


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
