"""A small site inside the real shell, for tests that slow their server down or kill it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from referrals.paths import ROOT
from referrals.web import settings
from tests.browser.servers import Site, serve

APP = """
import time

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals.i18n import messages
from referrals.page_meta import FirstPaint, PageHead, Version, page_title
from referrals.web.shell.html import Frame
from referrals.web.shell.middleware import Shell

SITE = "Small site: for tests"
LOW_DATA = Version(
    "Low-data version",
    {
        "/": "/lite/",
        "/words": "/lite/words",
        "/words?release=other": "/lite/other/words",
    },
)


def overview() -> None:
    st.title("Overview of the figures", anchor=False)
    st.text_input("Find", key="find")
    if st.button("Work for a long time"):
        time.sleep(30)
    st.html(
        "<p><a href='/words?letter=b#bail'>What bail means</a></p>"
        "<p><a href='https://example.org/x'>Elsewhere</a></p>"
        "<details><summary>More</summary><p>Kept for print</p></details>"
        + "<p>A paragraph that makes the page long.</p>" * 40
        + "<p id='last'>The last words.</p>"
    )


def words() -> None:
    st.title("Words", anchor=False)
    st.selectbox("Letter", ["a", "b"], key="letter", bind="query-params")
    time.sleep(0.3)
    st.html(
        "<p>A word and its meaning.</p>" * 40
        + "<h2 id='bail'>Bail</h2><p>Freedom with conditions.</p>"
    )


def first_paint(path: str, query: str) -> FirstPaint:
    head = next(head for head in PAGES if head.path == path)
    return FirstPaint(f"<h1>{head.title}</h1><p>{head.description}</p>")


PAGES = {
    PageHead("/", "Overview of the figures", "How many.", "Statistics", "Overview"): overview,
    PageHead("/words", "Words", "What words mean.", "About"): words,
}

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        __file__,
        middleware=[
            Middleware(
                Shell,
                frame=lambda: Frame(tuple(PAGES), SITE, messages.text),
                first_paint=first_paint,
                versions=lambda: [LOW_DATA],
            )
        ],
    )
else:
    pages = [
        st.Page(draw, title=head.title, url_path=head.path.strip("/"), default=head.path == "/")
        for head, draw in PAGES.items()
    ]
    chosen = st.navigation(pages, position="hidden")
    head = next(head for head in PAGES if head.path.strip("/") == chosen.url_path)
    st.set_page_config(page_title=page_title(head, SITE), layout="wide")
    chosen.run()
"""


FRAMING = "https://framing.example"
"""Another site, which may show the small site in a frame."""


@contextmanager
def serve_small_site(folder: Path) -> Iterator[Site]:
    """Serve the small site from a folder, with the real settings, until the block ends."""
    (folder / ".streamlit").mkdir()
    shutil.copy(ROOT / ".streamlit" / "config.toml", folder / ".streamlit")
    (folder / "app.py").write_text(APP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings.FRAME_ANCESTORS, FRAMING)
        with serve(folder) as site:
            yield site
