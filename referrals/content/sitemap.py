"""Every page of the site, in the order of the menu and in the current language.

Titles, descriptions and sections come from `data/content/en/pages.csv`; the address, the
script and the composition follow from the page's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from referrals.content import outline
from referrals.i18n import languages, messages
from referrals.language import current
from referrals.page_meta import PageHead


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


def site() -> str:
    """Return the name of the site."""
    return messages.text("layout.site")


def every_page() -> tuple[Page, ...]:
    """Return the pages of the menu."""
    return _pages(current())


def page(key: str) -> Page:
    """Return the page of a key. Raises KeyError if there is none."""
    return _by_key(current())[key]


def exists(key: str) -> bool:
    """Return whether there is a page of a key."""
    return key in _by_key(current())


def drawn_by_streamlit() -> tuple[Page, ...]:
    """Return the pages that Streamlit draws. Each has a script."""
    return tuple(each for each in every_page() if each.key not in outline.WITHOUT_STREAMLIT)


@cache
def _pages(_language: str) -> tuple[Page, ...]:
    """Return the pages of the current language, which is the key of the cache."""
    return tuple(map(_page, languages.heads()))


@cache
def _by_key(language: str) -> Mapping[str, Page]:
    return {each.key: each for each in _pages(language)}
