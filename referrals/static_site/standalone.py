"""The frame of pages outside the static site that look like its pages: numbers and /for-me.

They link to the static pages, but have addresses of their own.
"""

from __future__ import annotations

from markupsafe import Markup

from referrals import language_fonts
from referrals.content import standalone_pages
from referrals.i18n import languages
from referrals.language import current, is_english
from referrals.localised_html import address, localised
from referrals.page_meta import PageHead
from referrals.release.catalogue import Served
from referrals.static_site import layout, pages, site
from referrals.static_site.links import FOLDER, SERVED, PageKey


def document(
    served: Served,
    head: PageHead,
    main: Markup,
    *,
    canonical: str = "",
    data: str = "",
) -> str:
    """Return a whole page. Search engines list it if it has a canonical address.

    `data` is HTML for the end of its head. A page that is not in the menu, such as that of a
    number, stays small: its own menu is short.
    """
    code = current()
    menu = {
        page_head: f"{FOLDER}{SERVED.file(key.stem)}"
        for key, page_head in pages.page_heads(served).items()
        if key.language == code and not key.release
    }
    own_style = language_fonts.stylesheet_name(code)
    frame = layout.Frame(
        home=f"{FOLDER}{SERVED.file(PageKey('/', code).stem)}",
        stylesheet=f"{FOLDER}{site.STYLESHEET}",
        language_stylesheet=f"{FOLDER}{own_style}" if own_style else "",
        canonical=canonical,
        full="/",
        menu=menu,
        languages={each: address(head.path, each) for each in languages.languages()},
        alternates={},
        search=f"{FOLDER}{site.SEARCH}" if is_english() else standalone_pages.SEARCH,
        has_whole_menu=bool(head.section),
    )
    return localised(layout.document(head, main, frame, data=data))
