"""The shell's own script, stylesheet and icon, served under names that change when their content does."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from referrals.web.http.content_encoding import Encoded, choose

FOLDER = Path(__file__).parents[1] / "shell" / "assets"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, read once and compressed once."""

    address: str
    media_type: str
    content: Encoded


@cache
def asset(name: str) -> Asset:
    """Return the asset of a file name, such as `shell.css`, at its address `/assets/shell.<hash>.css`."""
    path = FOLDER / name
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(
        address=f"/assets/{path.stem}.{digest}{path.suffix}",
        media_type=MEDIA_TYPES[path.suffix],
        content=Encoded(body),
    )


def routes() -> list[Route]:
    """Return one route for each asset, for `st.App(routes=...)`."""
    names = sorted(path.name for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES)
    return [_route(asset(name)) for name in names]


def _route(item: Asset) -> Route:
    async def serve(request: Request) -> Response:
        encoding = choose(request.headers.get("accept-encoding", ""))
        headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
        if encoding:
            headers["content-encoding"] = encoding
        return Response(item.content.body(encoding), media_type=item.media_type, headers=headers)

    return Route(item.address, serve, methods=["GET"])
