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

from referrals import api, lite, shelf
from referrals.dashboard import components, files
from referrals.dashboard.components import menu
from referrals.dashboard.sitemap import AT, PAGES, SITE
from referrals.places import ROOT
from referrals.server import health, logs, protocol, runs, settings
from referrals.server.batches import Apart, batched
from referrals.server.beside import Beside
from referrals.server.collecting import collecting
from referrals.server.gateway import Gateway
from referrals.server.shell import Shell, page_title, routes
from referrals.server.speaking import Speaking
from referrals.server.static_files import StaticFiles
from referrals.server.watching import Watch
from referrals.turns import TURN


def digests() -> dict[str, str]:
    """Return the digest of every release that stands, by its id."""
    return {name: one.digest for name, one in shelf.standing().offered().items()}


def is_served(session_id: str) -> bool:
    """Return whether what a session is sent goes through this application: in a test of a page nothing does."""
    return isinstance(get_instance().get_client(session_id), StarletteSessionClient)


in_batches = partial(batched, to_bytes=serialize_forward_msg)


def run() -> None:
    """Draw the page that the address asks for."""
    page = st.navigation(menu.pages(), position="hidden")
    head = AT[page.url_path]
    st.set_page_config(page_title=page_title(head, SITE), layout="wide")
    components.guarded(page.run, head.path)


@asynccontextmanager
async def beside(application: object) -> AsyncIterator[None]:
    """Do, while the site is served, what nobody asks for: look for releases, collect garbage, draw the light pages ahead."""
    served = get_instance()
    served._session_mgr = Speaking(served._session_mgr)  # noqa: SLF001 - where the loop that sends asks for sessions
    async with collecting(shelf.looking)(application), TWIN.drawn_ahead():
        yield


CONTEXT = get_script_run_ctx(suppress_warning=True)
if CONTEXT is None:
    # Streamlit takes a folder named `pages` for pages of its old kind, drawn without this frame, until st.navigation has run.
    PagesManager.uses_pages_directory = False
    logs.set_up()
    # Two functions of Streamlit's own, which a new Streamlit may rename: tests/unit/test_runs.py would say so.
    for part in ("_populate_config_msg", "_populate_theme_msg"):
        setattr(app_session, part, runs.once(getattr(app_session, part)))
    ADDRESS = settings.insist(settings.base)
    TWIN = lite.Twin(ADDRESS)
    BESIDE = [*api.routes(ADDRESS), *files.routes(ADDRESS), *TWIN.routes(), *routes(), *health.routes(digests, shelf.refused)]
    app = st.App(
        __file__,
        middleware=[
            Middleware(Watch, pages=[head.path for head in PAGES], routes=BESIDE),
            Middleware(Gateway, messages=protocol.MESSAGES, hosts=settings.insist(settings.hosts)),
            Middleware(Apart),
            Middleware(Beside, routes=BESIDE),
            Middleware(Shell, heads=tuple(PAGES), site=SITE, noscript_html=components.without_script, versions=TWIN.versions),
            Middleware(StaticFiles),
        ],
        lifespan=beside,
    )
    settings.insist(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
else:
    with TURN.taken(), runs.together(CONTEXT, batched=in_batches if is_served(CONTEXT.session_id) else iter):
        run()
