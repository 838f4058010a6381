"""The frame: what pages there are, and the application that serves them.

`streamlit run app.py` and `uvicorn app:app` both serve this file. Without a session it makes the application; within one it
draws the page that was asked for.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime import app_session
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals import api, lite, shelf
from referrals.dashboard import components, files
from referrals.dashboard.components import menu
from referrals.places import ROOT
from referrals.server import health, logs, protocol, runs, settings
from referrals.server.beside import Beside
from referrals.server.collecting import collecting
from referrals.server.gateway import Gateway
from referrals.server.shell import PageHead, Shell, page_title, routes
from referrals.server.static_files import StaticFiles
from referrals.server.watching import Watch

SITE = "Victim referrals"
STATISTICS, UNDERSTANDING, ABOUT = "Statistics", "Understanding", "About the data"

PAGES = {
    PageHead(
        "/",
        "Victims of crime referred to Immigration Enforcement",
        "How many victims of crime UK police referred to Home Office Immigration Enforcement, who they were, and what is "
        "not known.",
        STATISTICS,
        "Overview",
    ): "pages/overview.py",
    PageHead(
        "/nationality",
        "Nationality",
        "Victim referrals by nationality, April 2020 to March 2021.",
        STATISTICS,
        draws_charts=True,
    ): "pages/nationality.py",
    PageHead(
        "/age", "Age", "Victim referrals by age, April 2020 to March 2021.", STATISTICS, draws_charts=True
    ): "pages/age.py",
    PageHead(
        "/sex", "Sex", "Victim referrals by sex, and by sex and crime type.", STATISTICS, draws_charts=True
    ): "pages/sex.py",
    PageHead(
        "/crime-type",
        "Crime type",
        "Victim referrals by crime type: modern slavery, domestic abuse and other.",
        STATISTICS,
        draws_charts=True,
    ): "pages/crime_type.py",
    PageHead(
        "/trends",
        "Trends and context",
        "Other official figures over time, and why none of them counts the same thing as victim referrals.",
        STATISTICS,
        draws_charts=True,
    ): "pages/trends.py",
    PageHead(
        "/data-sharing",
        "How data sharing works",
        "What happens when police pass on the details of a victim, as the Home Office described it in 2021.",
        UNDERSTANDING,
    ): "pages/data_sharing.py",
    PageHead(
        "/safeguarding",
        "Safeguarding and support",
        "Help lines, and what each part of the system must do.",
        UNDERSTANDING,
    ): "pages/safeguarding.py",
    PageHead(
        "/equality", "Equality", "What the assessment says for each protected characteristic.", UNDERSTANDING
    ): "pages/equality.py",
    PageHead(
        "/gaps", "What is not known", "What the published figures leave out, and who to ask.", UNDERSTANDING
    ): "pages/gaps.py",
    PageHead(
        "/figures-check",
        "Do the figures add up?",
        "Every piece of arithmetic between the published figures, with its working.",
        ABOUT,
    ): "pages/figures_check.py",
    PageHead(
        "/releases",
        "Releases and downloads",
        "Every release with its files, the data for programs, and how to hear of new releases.",
        ABOUT,
    ): "pages/releases.py",
    PageHead(
        "/disclosure",
        "How we protect people",
        "Why small numbers are protected, how, and how anyone can check it.",
        ABOUT,
    ): "pages/disclosure.py",
    PageHead("/glossary", "Glossary", "What the words and symbols mean.", ABOUT): "pages/glossary.py",
    PageHead("/about", "About this site", "Methods, accessibility, privacy, licence and corrections.", ABOUT): "pages/about.py",
}


def digests() -> dict[str, str]:
    """Return the digest of every release that stands, by its id."""
    return {name: one.digest for name, one in shelf.standing().offered().items()}


def run() -> None:
    """Draw the page that the address asks for."""
    pages = [menu.page(file, title=head.title, path=head.path.strip("/")) for head, file in PAGES.items()]
    page = st.navigation(pages, position="hidden")
    head = next(head for head in PAGES if head.path.strip("/") == page.url_path)
    st.set_page_config(page_title=page_title(head, SITE), layout="wide")
    components.guarded(page.run, head.path)


@asynccontextmanager
async def beside(application: object) -> AsyncIterator[None]:
    """Do, while the site is served, what nobody asks for: look for releases, collect garbage, draw the light pages ahead."""
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
            Middleware(Beside, routes=BESIDE),
            Middleware(Shell, heads=tuple(PAGES), site=SITE, noscript_html=components.without_script, versions=TWIN.versions),
            Middleware(StaticFiles),
        ],
        lifespan=beside,
    )
    settings.insist(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
else:
    with runs.together(CONTEXT):
        run()
