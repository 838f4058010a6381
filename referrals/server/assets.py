"""The shell's own script, stylesheet and icon, served under names that change when their content does."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).with_name("assets")
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, read once and compressed once."""

    address: str
    media_type: str
    body: bytes
    compressed: bytes


@cache
def asset(name: str) -> Asset:
    """Return the asset of a file name, such as `shell.css`, at its address `/assets/shell.<hash>.css`."""
    path = FOLDER / name
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(
        address=f"/assets/{path.stem}.{digest}{path.suffix}",
        media_type=MEDIA_TYPES[path.suffix],
        body=body,
        compressed=gzip.compress(body, mtime=0),
    )


def routes() -> list[Route]:
    """Return one route for each asset, for `st.App(routes=...)`."""
    names = sorted(path.name for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES)
    return [_route(asset(name)) for name in names]


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether an `Accept-Encoding` header allows gzip.

    >>> accepts_gzip("gzip, deflate, br"), accepts_gzip("br, gzip;q=0"), accepts_gzip("")
    (True, False, False)
    """
    offers = (offer.replace(" ", "").lower() for offer in accept_encoding.split(","))
    return any(offer.split(";")[0] == "gzip" and not offer.endswith(";q=0") for offer in offers)


def _route(item: Asset) -> Route:
    async def serve(request: Request) -> Response:
        headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
        if not accepts_gzip(request.headers.get("accept-encoding", "")):
            return Response(item.body, media_type=item.media_type, headers=headers)
        headers["content-encoding"] = "gzip"
        return Response(item.compressed, media_type=item.media_type, headers=headers)

    return Route(item.address, serve, methods=["GET"])
