"""What the shell must know of a page before Streamlit has said anything about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PageHead:
    """One page: its address, its words in the browser's tab and in search results, and its place in the menu.

    `draws_charts` says that it needs Plotly, which is then fetched at once.
    """

    path: str
    title: str
    description: str
    section: str = ""
    label: str = ""
    draws_charts: bool = False

    @property
    def name(self) -> str:
        """Return the name of the page in the menu: the label, or the title where there is none."""
        return self.label or self.title


@dataclass(frozen=True)
class Version:
    """Pages in another form: less to load, or in another language, and then named in it.

    `pages` are their addresses by those of the pages that they are forms of, which may ask for a release. `base` makes whole
    addresses of them, where the address of the site is known.

    >>> Version("Cymraeg", {"/age": "/lite/cy/age"}, "cy").of("/sex")
    ''
    """

    name: str
    pages: Mapping[str, str]
    language: str = ""
    base: str = ""

    def of(self, path: str) -> str:
        """Return the address of a page in this form, '' where it has none."""
        return self.pages.get(path, "")


def page_title(head: PageHead, site: str) -> str:
    """Return the words of the browser's tab, the page before the site.

    >>> page_title(PageHead("/age", "Age", "Referrals by age"), "Victim referrals: England and Wales")
    'Age - Victim referrals: England and Wales'
    """
    return f"{head.title} - {site}"


def by_section(heads: Iterable[PageHead]) -> dict[str, tuple[PageHead, ...]]:
    """Return the pages of each section in the order given; a page without a section is in no menu."""
    sections: dict[str, tuple[PageHead, ...]] = {}
    for head in heads:
        if head.section:
            sections[head.section] = (*sections.get(head.section, ()), head)
    return sections
