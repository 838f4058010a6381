"""The releases for programs: API, feed, calendar and downloads."""

from __future__ import annotations

from starlette.routing import Route

from referrals.api.docs import DOCS
from referrals.api.door import Nowhere, doors
from referrals.api.downloads import DOWNLOADS
from referrals.api.feeds import FEEDS
from referrals.api.openapi import SPECIFICATION
from referrals.api.resources import RESOURCES


def routes() -> list[Route]:
    """Return every address that answers programs, for `st.App(routes=...)`; what is below them and is none, answers 404."""
    nowhere = [Route(path, Nowhere()) for path in ("/api", "/api/{rest:path}", "/releases/{rest:path}")]
    return [*doors((SPECIFICATION, DOCS, *RESOURCES, *DOWNLOADS, *FEEDS)), *nowhere]
