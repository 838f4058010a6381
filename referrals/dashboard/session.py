"""The releases that a reader's session shows, and the notices about them.

A session keeps the releases that it began with until it is reloaded, whatever is published
meanwhile, so that the figures on a page never change under a reader. It gives them up only when
they are withdrawn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from referrals.cards.html import notices
from referrals.dashboard.ready_html import ReadyHtml
from referrals.query.selection import Selection
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release

RELEASES: Final = "releases"
"""The key of the session state that holds the releases of the session."""

WITHDRAWN: Final = "withdrawn"
"""The key of the session state that is set once releases of the session were withdrawn."""


class _Run(threading.local):
    """The releases that the current script run has looked up. Each run has a thread of its own."""

    releases: Served | None = None


_RUN: Final = _Run()


@contextmanager
def run() -> Iterator[None]:
    """Look the releases up once for a script run, and draw the notices about them.

    The releases are forgotten at the end: the thread may be reused for another run, whose callbacks
    are called before this function.

    Raises:
        ReleaseError: no release can be shown.
    """
    try:
        try:
            # Also if the catalogue has nothing to show: a withdrawn release must leave the session.
            current = catalogue.served()
        finally:
            _RUN.releases = _of_session()
        _draw_notices(_RUN.releases, current)
        yield
    finally:
        _RUN.releases = None


def releases() -> Served:
    """Return the releases of the session.

    Raises:
        ReleaseError: no release can be shown.
    """
    return _RUN.releases or _of_session()


def published() -> Release:
    """Return the published release."""
    return releases().published


def others() -> tuple[Release, ...]:
    """Return the other releases, the newest first."""
    return releases().others


def offered() -> dict[str, Release]:
    """Return every release that a reader can choose by its id, the published one first."""
    return {release.about.release_id: release for release in (published(), *others())}


def chosen(selection: Selection) -> Release:
    """Return the release that a reader chose; the published one if it is not served."""
    return offered().get(selection.release, published())


def _of_session() -> Served:
    own: Served | None = st.session_state.get(RELEASES)
    if own and catalogue.has_withdrawn(own):
        st.session_state[WITHDRAWN] = True
        own = None
    if own is None:
        st.session_state.pop(RELEASES, None)
        own = st.session_state[RELEASES] = catalogue.served()
    return own


def _draw_notices(shown: Served, current: Served) -> None:
    if WITHDRAWN in st.session_state:
        st.html(ReadyHtml(notices.withdrawn()))
    if current.version != shown.version:
        st.html(ReadyHtml(notices.changed(shown.editions(), current.editions())))
