"""What is said to a request that is not let in: one sentence for a person, one word for the log, and nothing of the request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.responses import Response

from referrals.web.http import security_headers


@dataclass(frozen=True)
class Refusal:
    """Why a request or a socket is turned away: `why` is the word in the log, `detail` the sentence in the answer."""

    status: HTTPStatus
    why: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, path: str = "") -> Response:
        """Return the answer, a problem as RFC 9457 describes them, with the headers that every answer at that path carries."""
        shared = security_headers.OPEN_TO_ALL if security_headers.is_open_to_all(path) else {}
        return problem(self.status, self.detail, {**shared, **self.headers})


def problem(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as `application/problem+json` (RFC 9457), which nothing keeps."""
    body = json.dumps(
        {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    )
    always = {
        **security_headers.HEADERS,
        "content-security-policy": security_headers.DEFAULT,
        "cache-control": "no-store",
    }
    return Response(
        body, status, {**always, **(headers or {})}, media_type="application/problem+json"
    )
