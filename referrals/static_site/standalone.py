"""The frame of pages that are made for one request: statements, questions and claims.

They look like the static pages and link to them, but lie at addresses of their own.
"""

from __future__ import annotations

from markupsafe import Markup

from referrals.i18n.languages import ENGLISH
from referrals.page_meta import PageHead
from referrals.release.catalogue import Served
from referrals.static_site import layout, site
from referrals.static_site.links import FOLDER, SERVED, PageKey


def document(served: Served, head: PageHead, main: Markup, *, canonical: str = "") -> str:
    """Return a whole page. Search engines list it if it has a canonical address."""
    menu = {
        page_head: f"{FOLDER}{SERVED.file(key.stem)}"
        for key, page_head in site.page_heads(served).items()
        if key.language == ENGLISH and not key.release
    }
    frame = layout.Frame(
        language=ENGLISH,
        home=f"{FOLDER}{SERVED.file(PageKey('/').stem)}",
        stylesheet=f"{FOLDER}{site.STYLESHEET}",
        canonical=canonical,
        full="/",
        menu=menu,
        languages={},
        alternates={},
    )
    return layout.document(head, main, frame)
