"""The navigation of the site: app.py calls it in every run of a session."""

from __future__ import annotations

import streamlit as st

from referrals.content.sitemap import AT, PAGES, SITE
from referrals.dashboard import page as dashboard_page
from referrals.page_meta import page_title


def draw() -> None:
    """Draw the page that the address asks for."""
    pages = [
        st.Page(PAGES[head], title=head.title, url_path=path, default=not path)
        for path, head in AT.items()
    ]
    page = st.navigation(pages, position="hidden")
    head = AT[page.url_path]
    st.set_page_config(page_title=page_title(head, SITE), layout="wide")
    dashboard_page.guarded(page.run, head.path)
