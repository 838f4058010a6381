"""Problem documents (RFC 9457): the JSON body of every error answer.

The gateway and the health endpoints send `problem` as it is. The API stores answers as bytes, so
it takes `document` and `body`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from referrals.web.http import security_headers
from referrals.web.http.cache_control import NO_STORE

MEDIA_TYPE: Final = "application/problem+json"


def document(
    status: int, title: str, detail: str, *, type_: str = "about:blank", **members: Any
) -> dict[str, Any]:
    """Return a problem document: the four members of RFC 9457, then any `members` of our own.

    >>> document(404, "Not Found", "There is nothing at this address.")["type"]
    'about:blank'
    """
    return {"type": type_, "title": title, "status": int(status), "detail": detail, **members}


def body(members: Mapping[str, Any]) -> bytes:
    """Return a problem document as UTF-8 JSON. Lone surrogates, which have no UTF-8, become `?`."""
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """Return a problem as an uncached response with the headers common to all answers."""
    all_headers = {
        **security_headers.HEADERS,
        "content-security-policy": security_headers.DEFAULT,
        "cache-control": NO_STORE,
        **(headers or {}),
    }
    content = body(document(status, title, detail, **members))
    return Response(content, int(status), all_headers, media_type=MEDIA_TYPE)


@dataclass(frozen=True)
class Refusal:
    """The reason for which the gateway rejects a request or a WebSocket.

    `reason` is the word in the log and `detail` the sentence in the answer. Neither holds a value
    of the request.
    """

    status: HTTPStatus
    reason: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, path: str = "") -> Response:
        """Return the problem; if pages of other origins may read `path`, they may read this."""
        shared = security_headers.OPEN_TO_ALL if security_headers.is_open_to_all(path) else {}
        return problem(
            self.status, self.status.phrase, self.detail, headers={**shared, **self.headers}
        )
