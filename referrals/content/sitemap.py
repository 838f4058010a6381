"""Every page of the site, in the order of the menu.

Titles, descriptions and sections come from `data/content/en/pages.csv` alone; the address, the
script and the composition follow from the page's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from referrals.content import outline
from referrals.i18n import languages, messages
from referrals.i18n.languages import ENGLISH
from referrals.page_meta import PageHead

SITE: Final = messages.text("layout.site")


@dataclass(frozen=True)
class Page(PageHead):
    """One page: its texts in the tab, in search results and in the menu, and its script."""

    script: str = ""

    @property
    def key(self) -> str:
        """The name of the page in code: its path without the slash, or `overview`."""
        return key_of(self.path)

    @property
    def url_path(self) -> str:
        """The path as `st.Page` takes it: without slashes, and '' for the first page."""
        return self.path.strip("/")


def key_of(path: str) -> str:
    """Return the key of the page at a path.

    >>> key_of("/"), key_of("/crime-type")
    ('overview', 'crime-type')
    """
    return path.strip("/") or outline.OVERVIEW


def _page(head: PageHead) -> Page:
    key = key_of(head.path)
    return Page(
        path=head.path,
        title=head.title,
        description=head.description,
        section=head.section,
        label=head.label,
        draws_charts=outline.has_charts(key),
        has_controls=outline.has_filters(key),
        script=f"pages/{key.replace('-', '_')}.py",
    )


PAGES: Final = tuple(_page(head) for head in languages.heads(ENGLISH))

BY_KEY: Final[Mapping[str, Page]] = {page.key: page for page in PAGES}
