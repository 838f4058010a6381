"""The application round Streamlit: the order of the middleware, and the lifespan of the server.

Called by app.py, the only module that imports both the pages and the server:
`app = st.App(__file__, **application.options(...))`. The call of `st.App` is in app.py because
`streamlit run` looks for it in the text of that file before running anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from referrals.language import ENGLISH
from referrals.localised_html import address
from referrals.page_meta import FirstPaint, Language, Version
from referrals.web import health, settings
from referrals.web.direct_routes import DirectRoutes
from referrals.web.gateway.middleware import Gateway
from referrals.web.logging import json_log
from referrals.web.logging.access_log import AccessLog
from referrals.web.shell.html import Frame
from referrals.web.shell.language_prefix import LanguagePrefix
from referrals.web.shell.middleware import Shell
from referrals.web.static.streamlit_files import StaticFiles
from referrals.web.streamlit import client_messages, garbage_collection, setup
from referrals.web.streamlit.startup_check import StartupCheck

in_session: Final = setup.in_session


@dataclass(frozen=True, kw_only=True)
class Site:
    """The site as values and callables, so that this package does not import its data.

    Attributes:
        frame: returns the pages that Streamlit draws, the menu and the messages, in the current
            language.
        languages: the languages that readers can choose, English first.
        routes: the addresses that are answered without Streamlit.
        first_paint: returns the main part of the page at a path and with a query string as HTML,
            which is shown until Streamlit has drawn it.
        versions: returns the other versions of the pages in the current language: static, and for
            search engines in other languages.
        releases: returns the digest of each release by id, or raises the error for `/readyz`.
        rejected_releases: returns the names of the releases that are not served.
        watch_releases: is entered before the first request, and looks for new releases.
        forms: the paths that take a form by POST, each with the largest body in bytes.
        prebuild_static_pages: is entered when the server starts, and builds the static pages.
    """

    frame: Callable[[], Frame]
    languages: Sequence[Language]
    routes: Sequence[BaseRoute]
    first_paint: Callable[[str, str], FirstPaint]
    versions: Callable[[], Sequence[Version]]
    releases: Callable[[], Mapping[str, str]]
    rejected_releases: Callable[[], Collection[str]]
    watch_releases: Callable[[], AbstractContextManager[object]]
    forms: Mapping[str, int]
    prebuild_static_pages: Callable[[], AbstractAsyncContextManager[object]]


def options(site: Site) -> dict[str, Any]:
    """Return the arguments of `st.App`, after patching Streamlit in this process.

    Raises:
        SystemExit: a wrong setting stops the site from starting.
    """
    json_log.set_up()
    missing = setup.patch_modules()
    startup_check = StartupCheck()
    health_routes = health.routes(
        site.releases, site.rejected_releases, lambda: startup_check.problem
    )
    direct_routes = [*site.routes, *health_routes]

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        runtime = setup.runtime()
        missing_now = [*missing, *setup.patch_runtime(runtime)]
        async with (
            garbage_collection.running(site.watch_releases),
            startup_check.running(runtime, missing_now),
            site.prebuild_static_pages(),
        ):
            yield

    return {"middleware": _middleware(site, direct_routes), "lifespan": lifespan}


def _middleware(site: Site, direct_routes: Sequence[BaseRoute]) -> list[Middleware]:
    """Return the middleware, outermost first.

    The access log is outermost so that refusals are logged. The gateway comes before anything that
    reads a request, and static files are innermost so that the shell adds its headers to them.
    """
    paths = [head.path for head in site.frame().heads]
    codes = [language.code for language in site.languages if language.code != ENGLISH]
    forms = {
        address(path, language): size
        for path, size in site.forms.items()
        for language in (ENGLISH, *codes)
    }
    return [
        Middleware(AccessLog, pages=paths, routes=direct_routes, languages=codes),
        Middleware(
            Gateway,
            messages=client_messages.RULES,
            hosts=settings.require(settings.hosts),
            forms=forms,
        ),
        Middleware(LanguagePrefix, languages=codes),
        Middleware(DirectRoutes, routes=direct_routes),
        Middleware(
            Shell,
            frame=site.frame,
            first_paint=site.first_paint,
            versions=site.versions,
        ),
        Middleware(StaticFiles),
    ]
