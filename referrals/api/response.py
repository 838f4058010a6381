"""Finished responses: headers and bytes, plain and gzipped, computed once and sent many times."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Final

from cachetools import LRUCache
from starlette.types import Scope, Send

from referrals.api.problems import Problem
from referrals.api.resource import Content
from referrals.release import metadata
from referrals.web.http import problem as problem_document
from referrals.web.http import security_headers
from referrals.web.http.cache_control import NO_STORE
from referrals.web.http.content_encoding import choose
from referrals.web.http.etags import is_listed

READ_METHODS: Final = "GET, HEAD, OPTIONS"
CORS: Final = {
    **security_headers.OPEN_TO_ALL,
    "access-control-expose-headers": "content-disposition, etag, last-modified, link, repr-digest, "
    "retry-after, x-release, x-release-status, x-total-count",
}
PREFLIGHT: Final = {
    **CORS,
    "access-control-allow-methods": READ_METHODS,
    "access-control-allow-headers": "accept, if-none-match, if-modified-since",
    "access-control-max-age": "86400",
    "allow": READ_METHODS,
}
SHORT_CACHE: Final = "public, max-age=15, stale-if-error=86400"
"""Everyone sees a new release within 15 seconds; a shared cache may serve an old one while the
server fails."""

PERMANENT_CACHE: Final = "public, max-age=31536000, immutable"
MIN_COMPRESSED_BYTES: Final = 500
"""Smaller bodies are not compressed."""

MAX_COMPRESSED_BYTES: Final = 7 * 1024 * 1024
"""Larger bodies are not compressed: they would not fit the cache, so each request would compress
them again."""

MAX_CACHE_SHARE: Final = 4
"""A response that takes more than a quarter of the cache is not cached: it would evict too many
others."""

OVERHEAD_BYTES: Final = 4096
"""The size of a cached response besides its bodies: its headers, and its key, which is not much
longer than a query string."""

COMPRESSED_MEDIA_TYPES: Final = frozenset(
    {
        "application/gzip",
        "application/zip",
        "application/vnd.apache.parquet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
"""Media types that gzip does not make smaller."""

REQUEST_HEADERS: Final = frozenset({b"accept-encoding", b"if-none-match"})
"""The request headers that decide how a finished response is sent."""

BODY_HEADERS: Final = frozenset(
    {
        b"content-length",
        b"content-encoding",
        b"content-type",
        b"content-disposition",
        b"repr-digest",
    }
)
"""Headers that a response without a body (304) lacks."""

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Representation:
    """A response in one content encoding, with its ETag ('' if it has none)."""

    status: int
    headers: RawHeaders
    body: bytes
    etag: str

    @cached_property
    def not_modified_headers(self) -> RawHeaders:
        """The headers of a 304 response."""
        return [(name, value) for name, value in self.headers if name not in BODY_HEADERS]

    def is_known(self, request_headers: Mapping[bytes, str]) -> bool:
        """Return whether the client has this body already.

        Only the ETag identifies an edition: two editions of a release can have the same date.
        """
        return bool(self.etag) and is_listed(request_headers.get(b"if-none-match", ""), self.etag)


@dataclass(frozen=True)
class Response:
    """A response as it is and, unless that is pointless, gzipped."""

    plain: Representation
    gzipped: Representation | None = None

    @property
    def size(self) -> int:
        """The size in the cache, in bytes."""
        gzipped_size = len(self.gzipped.body) if self.gzipped else 0
        return OVERHEAD_BYTES + len(self.plain.body) + gzipped_size

    async def send(self, scope: Scope, send: Send) -> None:
        """Send the representation that the client accepts, or 304 if it has that already."""
        headers = {
            name: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in REQUEST_HEADERS
        }
        chosen = self.plain
        if self.gzipped and choose(headers.get(b"accept-encoding", ""), ("gzip",)):
            chosen = self.gzipped
        is_known = chosen.is_known(headers)
        await send(
            {
                "type": "http.response.start",
                "status": HTTPStatus.NOT_MODIFIED if is_known else chosen.status,
                # A copy, because middleware appends to the list that it is given.
                "headers": list(chosen.not_modified_headers if is_known else chosen.headers),
            }
        )
        has_body = not is_known and scope["method"] != "HEAD"
        await send({"type": "http.response.body", "body": chosen.body if has_body else b""})


Cache = LRUCache[Hashable, Response]


def cache(max_bytes: int) -> Cache:
    """Return an empty cache of responses that evicts the least recently used beyond `max_bytes`."""
    return LRUCache(max_bytes, getsizeof=lambda response: response.size)


def store(cache: Cache, key: Hashable, response: Response) -> None:
    """Add a response to a cache, unless it would take more than its share."""
    if response.size <= cache.maxsize // MAX_CACHE_SHARE:
        cache[key] = response


def from_content(content: Content, *, is_negotiated: bool = False) -> Response:
    """Return the response with a content.

    The ETag is a digest of the bytes, so it changes with our code as well as with the release.
    `Last-Modified` is the date of the release. It informs people and is never compared.
    """
    headers = {
        "content-type": content.media_type,
        "cache-control": PERMANENT_CACHE if content.is_immutable else SHORT_CACHE,
        "vary": "accept, accept-encoding" if is_negotiated else "accept-encoding",
        **CORS,
        **_disposition(content),
        **_release_headers(content),
        **content.headers,
    }
    plain = _represent(content.status, headers, content.body, content.sha256)
    is_compressible = MIN_COMPRESSED_BYTES <= len(content.body) <= MAX_COMPRESSED_BYTES
    if not is_compressible or content.media_type in COMPRESSED_MEDIA_TYPES:
        return Response(plain)
    gzipped = gzip.compress(content.body, 6, mtime=0)
    encoded = {**headers, "content-encoding": "gzip"}
    return Response(plain, _represent(content.status, encoded, gzipped))


def from_problem(problem: Problem) -> Response:
    """Return the response with a problem document."""
    body = problem_document.body(problem.document())
    headers = {
        "content-type": problem_document.MEDIA_TYPE,
        "cache-control": NO_STORE,
        **CORS,
        **problem.headers,
        "content-length": str(len(body)),
    }
    return Response(Representation(problem.status, _raw(headers), body, ""))


def preflight() -> Response:
    """Return the response to a CORS preflight request."""
    return Response(Representation(HTTPStatus.NO_CONTENT, _raw(PREFLIGHT), b"", ""))


def _disposition(content: Content) -> dict[str, str]:
    if not content.file_name:
        return {}
    kind = "attachment" if content.is_attachment else "inline"
    return {"content-disposition": f'{kind}; filename="{content.file_name}"'}


def _release_headers(content: Content) -> dict[str, str]:
    if content.release is None:
        return {}
    about = content.release.about
    return {
        "x-release": about.release_id,
        "x-release-status": about.status,
        "last-modified": format_datetime(metadata.changed(content.release), usegmt=True),
    }


def _represent(
    status: int, headers: Mapping[str, str], body: bytes, sha256: str = ""
) -> Representation:
    """Return a response in one encoding. `sha256` is that of the body, if it is known already."""
    digest = bytes.fromhex(sha256) if sha256 else hashlib.sha256(body).digest()
    # The empty bodies of redirects are all alike, so an ETag could not distinguish their targets.
    etag = f'"{digest[:16].hex()}"' if status == HTTPStatus.OK else ""
    all_headers = {
        **headers,
        "repr-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
        "content-length": str(len(body)),
    }
    if etag:
        all_headers["etag"] = etag
    return Representation(status, _raw(all_headers), body, etag)


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
