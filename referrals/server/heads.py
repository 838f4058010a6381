"""What the shell must know of a page before Streamlit has said anything about it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class PageHead:
    """One page: its address, its words in the browser's tab and in search results, and its place in the menu.

    `draws_charts` says that it needs Plotly, which is then fetched at once. `has_twin` says that there is a low-data version.
    """

    path: str
    title: str
    description: str
    section: str = ""
    label: str = ""
    draws_charts: bool = False
    has_twin: bool = True

    @property
    def name(self) -> str:
        """Return the name of the page in the menu: the label, or the title where there is none."""
        return self.label or self.title


@dataclass(frozen=True)
class Version:
    """Every page in another form: less to load, or in another language, named in it. Its addresses begin alike.

    >>> Version("/lite/cy", "Cymraeg", "cy").of("/age")
    '/lite/cy/age'
    """

    address: str
    name: str
    language: str = ""

    def of(self, path: str) -> str:
        """Return the address of a page in this form."""
        return self.address + path


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
