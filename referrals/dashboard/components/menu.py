"""The pages that a run of the script offers to `st.navigation`."""

from __future__ import annotations

from copy import copy

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from referrals.kept import kept


def page(file: str, *, title: str, path: str) -> StreamlitPage:
    """Return a page by its file, title and path in the address; '' is the path of the first one.

    Every run offers every page, and making one asks the file system ten times where its file is: that is done once. Each run
    has a copy, because it marks the page that it draws.
    """
    return copy(_made(file, title, path))


@kept(128, {})
def _made(file: str, title: str, path: str) -> StreamlitPage:
    return st.Page(file, title=title, url_path=path, default=not path)
