"""The public API: data, downloads, feed, calendar, their description and docs page."""

from __future__ import annotations

from starlette.routing import Route

from referrals.api.docs_page import DOCS
from referrals.api.downloads import DOWNLOADS, FOLDER, PAGE
from referrals.api.endpoint import NotFound, Redirect, routes_of
from referrals.api.formats.feeds import FEEDS
from referrals.api.history.release_changes import HISTORY
from referrals.api.history.verification_page import VERIFICATION
from referrals.api.openapi import SPECIFICATION
from referrals.api.resources import RESOURCES


def routes(site_url: str = "") -> list[Route]:
    """Return the routes of the API. An unknown address below them answers 404.

    `site_url` is the public address of the site, such as `https://example.org`, '' if it is not
    known. With it, addresses in rows of tables and in the feed are absolute.
    """
    redirects = {"/api": DOCS.path, "/api/": DOCS.path, f"{PAGE}/": PAGE}
    unknown = ("/api/{rest:path}", f"{PAGE}/{{rest:path}}")
    resources = (SPECIFICATION, DOCS, *RESOURCES, *HISTORY, FOLDER, *DOWNLOADS, *FEEDS)
    return [
        # First, because its address looks like that of a file. It has a queue of its own.
        *routes_of((VERIFICATION,), site_url),
        *routes_of(resources, site_url),
        *(Route(path, Redirect(target)) for path, target in redirects.items()),
        *(Route(path, NotFound()) for path in unknown),
    ]
