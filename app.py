"""The frame: what pages there are, and the application that serves them.

`streamlit run app.py` and `uvicorn app:app` both serve this file. Without a session it makes the application; within one it
draws the page that was asked for.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime import app_session, get_instance
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.runtime_util import serialize_forward_msg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from referrals import api, static_site
from referrals.api import card_files
from referrals.content.sitemap import AT, PAGES, SITE
from referrals.dashboard import navigation as dashboard_navigation
from referrals.dashboard import page as dashboard_page
from referrals.paths import ROOT
from referrals.release import catalogue
from referrals.server.batches import Apart, batched
from referrals.turns import TURN
from referrals.web import health, settings
from referrals.web.direct_routes import Beside
from referrals.web.gateway.middleware import Gateway
from referrals.web.logging import json_log
from referrals.web.logging.access_log import Watch
from referrals.web.shell.middleware import Shell, page_title, routes
from referrals.web.static.streamlit_files import StaticFiles
from referrals.web.streamlit import client_messages, theme_cache
from referrals.web.streamlit.garbage_collection import collecting
from referrals.web.streamlit.session_manager import Speaking


def digests() -> dict[str, str]:
    """Return the digest of every release that stands, by its id."""
    return {name: one.digest for name, one in catalogue.standing().offered().items()}


def is_served(session_id: str) -> bool:
    """Return whether what a session is sent goes through this application: in a test of a page nothing does."""
    return isinstance(get_instance().get_client(session_id), StarletteSessionClient)


in_batches = partial(batched, to_bytes=serialize_forward_msg)


def run() -> None:
    """Draw the page that the address asks for."""
    page = st.navigation(dashboard_navigation.pages(), position="hidden")
    head = AT[page.url_path]
    st.set_page_config(page_title=page_title(head, SITE), layout="wide")
    dashboard_page.guarded(page.run, head.path)


@asynccontextmanager
async def beside(application: object) -> AsyncIterator[None]:
    """Do, while the site is served, what nobody asks for: look for releases, collect garbage, draw the light pages ahead."""
    served = get_instance()
    served._session_mgr = Speaking(served._session_mgr)  # noqa: SLF001 - where the loop that sends asks for sessions
    async with collecting(catalogue.looking)(application), TWIN.drawn_ahead():
        yield


CONTEXT = get_script_run_ctx(suppress_warning=True)
if CONTEXT is None:
    # Streamlit takes a folder named `pages` for pages of its old kind, drawn without this frame, until st.navigation has run.
    PagesManager.uses_pages_directory = False
    json_log.set_up()
    # Two functions of Streamlit's own, which a new Streamlit may rename: tests/unit/web/streamlit/test_theme_cache.py would say so.
    for part in ("_populate_config_msg", "_populate_theme_msg"):
        setattr(app_session, part, theme_cache.once(getattr(app_session, part)))
    ADDRESS = settings.insist(settings.base)
    TWIN = static_site.Twin(ADDRESS)
    BESIDE = [
        *api.routes(ADDRESS),
        *card_files.routes(ADDRESS),
        *TWIN.routes(),
        *routes(),
        *health.routes(digests, catalogue.refused),
    ]
    app = st.App(
        __file__,
        middleware=[
            Middleware(Watch, pages=[head.path for head in PAGES], routes=BESIDE),
            Middleware(
                Gateway, messages=client_messages.MESSAGES, hosts=settings.insist(settings.hosts)
            ),
            Middleware(Apart),
            Middleware(Beside, routes=BESIDE),
            Middleware(
                Shell,
                heads=tuple(PAGES),
                site=SITE,
                noscript_html=dashboard_page.without_script,
                versions=TWIN.versions,
            ),
            Middleware(StaticFiles),
        ],
        lifespan=beside,
    )
    settings.insist(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
else:
    with (
        TURN.taken(),
        theme_cache.together(
            CONTEXT, batched=in_batches if is_served(CONTEXT.session_id) else iter
        ),
    ):
        run()
