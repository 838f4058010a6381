"""The shell's own script, stylesheet and icon, served at addresses that hold a content hash.

The script is written in parts and served as one file, because one request is quicker than five and
the page must not be painted before the exit works.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from referrals.templates import charts_stylesheet
from referrals.web.http.content_encoding import Encoded, choose

FOLDER: Final = Path(__file__).parents[1] / "shell" / "assets"
MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
NAMES: Final = ("logo.svg", "shell.css", "shell.js")
SCRIPT_PARTS: Final = (
    "exit.js",
    "connection.js",
    "first_paint.js",
    "menu.js",
    "links.js",
    "answer.js",
    "copy_and_print.js",
)
"""The parts of `shell.js`, in one function scope, the exit first: it must work if others fail."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file with its address, read once and compressed once per coding."""

    address: str
    media_type: str
    content: Encoded


@cache
def asset(name: str) -> Asset:
    """Return the asset of a file name: `shell.css` is served at `/assets/shell.<hash>.css`."""
    stem, _, suffix = name.rpartition(".")
    made = {"shell.js": _script, "shell.css": _stylesheet}.get(name)
    body = made() if made else (FOLDER / name).read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(
        address=f"/assets/{stem}.{digest}.{suffix}",
        media_type=MEDIA_TYPES[f".{suffix}"],
        content=Encoded(body),
    )


def routes() -> list[Route]:
    """Return one route per asset."""
    return [_route(asset(name)) for name in NAMES]


def _script() -> bytes:
    parts = b"\n".join((FOLDER / name).read_bytes() for name in SCRIPT_PARTS)
    return b"(() => {\n'use strict';\n\n" + parts + b"})();\n"


def _stylesheet() -> bytes:
    return (FOLDER / "shell.css").read_bytes() + charts_stylesheet()


def _route(item: Asset) -> Route:
    async def serve(request: Request) -> Response:
        encoding = choose(request.headers.get("accept-encoding", ""))
        headers = {"cache-control": IMMUTABLE, "vary": "accept-encoding"}
        if encoding:
            headers["content-encoding"] = encoding
        return Response(item.content.body(encoding), media_type=item.media_type, headers=headers)

    return Route(item.address, serve, methods=["GET"])
