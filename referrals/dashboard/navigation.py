"""The navigation of the site: app.py calls it in every run of a session."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from referrals.cards.html import notices
from referrals.content import pages
from referrals.content.sitemap import PAGES, SITE
from referrals.dashboard import page_url, session
from referrals.dashboard.ready_html import ReadyHtml
from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.page_meta import page_title


def draw() -> None:
    """Draw the page that the address asks for."""
    by_url_path = {page.url_path: page for page in PAGES}
    navigation = st.navigation(
        [
            st.Page(
                page.script, title=page.title, url_path=page.url_path, default=not page.url_path
            )
            for page in PAGES
        ],
        position="hidden",
    )
    page = by_url_path[navigation.url_path]
    st.set_page_config(page_title=page_title(page, SITE), layout="wide")
    run(navigation.run, page.path)


def run(draw_page: Callable[[], None], path: str) -> None:
    """Run the script of a page. If the figures cannot be shown, say why and give the help lines."""
    st.session_state[page_url.PATH] = path
    try:
        with session.run():
            draw_page()
    except ReferralsError as error:
        st.html(ReadyHtml(notices.heading(messages.text("errors.heading"))))
        st.error(str(error))
        st.html(ReadyHtml(pages.helplines_with_heading()))
