"""The navigation of the site: app.py calls it in every run of a session."""

from __future__ import annotations

import streamlit as st

from referrals.content import sitemap
from referrals.dashboard import page_url
from referrals.language import using
from referrals.page_meta import page_title


def draw() -> None:
    """Draw the page that the address asks for, in its language."""
    pages = sitemap.drawn_by_streamlit()
    by_url_path = {page.url_path: page for page in pages}
    navigation = st.navigation(
        [
            st.Page(
                page.script, title=page.title, url_path=page.url_path, default=not page.url_path
            )
            for page in pages
        ],
        position="hidden",
    )
    page = by_url_path[navigation.url_path]
    with using(page_url.language()):
        title = page_title(sitemap.page(page.key), sitemap.site())
    st.set_page_config(page_title=title, layout="wide")
    st.session_state[page_url.PATH] = page.path
    navigation.run()
