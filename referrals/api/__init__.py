"""The releases for programs: API, feed, calendar and downloads."""

from __future__ import annotations

from starlette.routing import Route

from referrals.api.docs_page import DOCS
from referrals.api.downloads import DOWNLOADS, FOLDER, PAGE
from referrals.api.endpoint import Elsewhere, Nowhere, doors
from referrals.api.formats.feeds import FEEDS
from referrals.api.openapi import SPECIFICATION
from referrals.api.resources import RESOURCES


def routes(site: str = "") -> list[Route]:
    """Return every address that answers programs, for `st.App(routes=...)`; what is below them and is none, answers 404.

    `site` is the address that readers know the site by, such as `https://example.org`, '' where it is not known. With it
    addresses are whole in what leaves the site alone: rows of tables, and entries of the feed.
    """
    leading = {"/api": DOCS.path, "/api/": DOCS.path, f"{PAGE}/": PAGE}
    nowhere = [Route(path, Nowhere()) for path in ("/api/{rest:path}", f"{PAGE}/{{rest:path}}")]
    resources = (SPECIFICATION, DOCS, *RESOURCES, FOLDER, *DOWNLOADS, *FEEDS)
    return [
        *doors(resources, site),
        *(Route(path, Elsewhere(to)) for path, to in leading.items()),
        *nowhere,
    ]
