"""What serves the site: middleware in its order, the addresses beside Streamlit, and what runs while it is served.

Called by app.py, which alone knows both the pages and the server: `app = st.App(__file__, **application.options(...))`.
The call of `st.App` stands in app.py, because `streamlit run` looks for it in the text of that file before it runs anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from referrals.page_meta import PageHead, Version
from referrals.web import health, settings
from referrals.web.direct_routes import Beside
from referrals.web.gateway.middleware import Gateway
from referrals.web.logging import json_log
from referrals.web.logging.access_log import Watch
from referrals.web.shell.middleware import Shell
from referrals.web.static import assets
from referrals.web.static.streamlit_files import StaticFiles
from referrals.web.streamlit import client_messages, setup
from referrals.web.streamlit.garbage_collection import collecting
from referrals.web.streamlit.startup_check import StartupCheck

in_session: Final = setup.in_session


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the server is told of the site: nothing of the figures, only where to ask."""

    name: str
    heads: Sequence[PageHead]
    routes: Sequence[BaseRoute]
    """The addresses that Streamlit does not answer for."""
    noscript_html: Callable[[str], str]
    """Returns what the page at a path shows a browser that runs no script."""
    versions: Callable[[], Sequence[Version]]
    """Returns the other forms of the pages."""
    releases: Callable[[], Mapping[str, str]]
    """Returns the digest of every release by its id, or raises what `/readyz` then answers."""
    refused: Callable[[], Collection[str]]
    """Returns the names of the releases that are not shown."""
    looking: Callable[[], AbstractContextManager[object]]
    """Entered before the first reader comes: looks for new releases."""
    drawn_ahead: Callable[[], AbstractAsyncContextManager[object]]
    """Entered when the server has started: draws the static pages."""


def options(site: Site) -> dict[str, Any]:
    """Return the arguments of `st.App`, having patched this process for it.

    Raises:
        SystemExit: a setting stops the site from starting.
    """
    json_log.set_up()
    missing = setup.patch_modules()
    check = StartupCheck()
    beside = [
        *site.routes,
        *assets.routes(),
        *health.routes(site.releases, site.refused, lambda: check.problem),
    ]

    @asynccontextmanager
    async def lifespan(application: object) -> AsyncIterator[None]:
        runtime = setup.runtime()
        gone = [*missing, *setup.patch_runtime(runtime)]
        async with (
            collecting(site.looking)(application),
            check.running(runtime, gone),
            site.drawn_ahead(),
        ):
            yield

    return {
        "middleware": [
            Middleware(Watch, pages=[head.path for head in site.heads], routes=beside),
            Middleware(
                Gateway, messages=client_messages.MESSAGES, hosts=settings.require(settings.hosts)
            ),
            Middleware(Beside, routes=beside),
            Middleware(
                Shell,
                heads=tuple(site.heads),
                site=site.name,
                noscript_html=site.noscript_html,
                versions=site.versions,
            ),
            Middleware(StaticFiles),
        ],
        "lifespan": lifespan,
    }
