"""The title, description and place of each page, for everything that links to pages.

The shell needs them before Streamlit has drawn anything, so they are plain values that the content
and the web half share.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PageHead:
    """The address, the title and the place in the menu of one page.

    Attributes:
        path: the site-relative address.
        title: the title in the browser's tab and in search results.
        description: one sentence for search results.
        section: the section of the menu; a page without one is in no menu.
        label: the name in the menu, if that is not the title.
        draws_charts: whether the page needs Plotly, which is then fetched at once.
        has_controls: whether its reader chooses what it shows. Links between such pages keep what
            was chosen.
    """

    path: str
    title: str
    description: str
    section: str = ""
    label: str = ""
    draws_charts: bool = False
    has_controls: bool = False

    @property
    def name(self) -> str:
        """Return the name of the page in the menu: its label, or its title."""
        return self.label or self.title


@dataclass(frozen=True)
class FirstPaint:
    """The main part of a page as HTML, shown until Streamlit has drawn it.

    A page that `repeats_address`, as it explains a part that it cannot use, is for one reader only,
    and is not cached: anybody could write any number of such addresses. `figure` is the
    site-relative address of the figure that it shows, '' if it shows none or several.
    """

    html: str
    repeats_address: bool = False
    figure: str = ""


@dataclass(frozen=True)
class Version:
    """The pages of the site in another form: with less to load, or in another language.

    `pages` maps the address of a page to the address of its version; the former may ask for a
    release. `base` makes these addresses absolute if the site's own address is known.

    >>> Version("Cymraeg", {"/age": "/lite/cy/age"}, "cy").of("/sex")
    ''
    """

    name: str
    pages: Mapping[str, str]
    language: str = ""
    base: str = ""

    def of(self, path: str) -> str:
        """Return the address of a page in this version; '' if it has none."""
        return self.pages.get(path, "")


@dataclass(frozen=True)
class Language:
    """A language that readers can choose.

    Attributes:
        code: its code, which begins the addresses of its pages.
        tag: its tag for the `lang` attribute.
        direction: `ltr` or `rtl`.
        name: its name for itself.
        offer: the sentence, in that language, that a page is also in it.
    """

    code: str
    tag: str
    direction: str
    name: str
    offer: str = ""


def page_title(head: PageHead, site: str) -> str:
    """Return the title of the browser's tab: the page before the site.

    >>> page_title(PageHead("/age", "Age", "Referrals by age"), "Victim referrals")
    'Age - Victim referrals'
    """
    return f"{head.title} - {site}"


def by_section(heads: Iterable[PageHead]) -> dict[str, tuple[PageHead, ...]]:
    """Return the pages of each section of the menu, in the order given."""
    sections: dict[str, tuple[PageHead, ...]] = {}
    for head in heads:
        if head.section:
            sections[head.section] = (*sections.get(head.section, ()), head)
    return sections
