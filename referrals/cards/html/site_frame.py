"""The frame of the full site, for pages of presenters other than the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from referrals.content import sitemap, standalone_pages
from referrals.i18n import languages, messages
from referrals.page_meta import PageHead
from referrals.web.shell import html as shell_html
from referrals.web.shell.html import Frame

POLICY: Final = shell_html.POLICY
"""The Content-Security-Policy of these pages."""


def frame(embedding: Callable[[str], str] = shell_html.no_embedding) -> Frame:
    """Return the parts that all pages share, in the current language.

    `embedding` is as in `Frame`.
    """
    return Frame(
        sitemap.drawn_by_streamlit(),
        sitemap.site(),
        messages.text,
        search=standalone_pages.SEARCH,
        menu=(*sitemap.every_page(), *standalone_pages.heads()),
        languages=languages.offered(),
        embedding=embedding,
    )


def framed(
    head: PageHead, main: Markup, *, canonical: str = "", embedding: str = "", query: str = ""
) -> str:
    """Return a page with header, menu and exit. Search engines list it if it has an address.

    `embedding` is the address of the oEmbed description of its figure, '' if it has none. `query`
    is the query string of the page's own address.
    """
    own = replace(frame(), query=query)
    return shell_html.document(head, main, own, canonical=canonical, embedding=embedding)
