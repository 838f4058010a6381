"""The pages that a run of the script offers to `st.navigation`."""

from __future__ import annotations

from copy import copy

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from referrals.caching import kept
from referrals.content.sitemap import AT, PAGES


def pages() -> list[StreamlitPage]:
    """Return every page of the site.

    Every run offers every page, and making one asks the file system ten times where its file is: that is done once. Each run
    has copies, because it marks the page that it draws.
    """
    return [copy(page) for page in _made()]


@kept(1, {})
def _made() -> tuple[StreamlitPage, ...]:
    return tuple(
        st.Page(PAGES[head], title=head.title, url_path=path, default=not path)
        for path, head in AT.items()
    )
