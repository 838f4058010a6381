"""The composition of every page as data: its texts, cards and lists, in order.

The dashboard and the static site interpret the same lists, so that neither shows anything that the
other leaves out. How a block is drawn is up to the interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from referrals.i18n.languages import FIRST_TEXT
from referrals.release.release import About

OVERVIEW: Final = FIRST_TEXT
FOR_ME: Final = "for-me"


class Only(Enum):
    """The kinds of release that a block is for."""

    ANY = "any release"
    PUBLISHED = "the release of printed figures"
    FROM_RECORDS = "a release that was built from records"


@dataclass(frozen=True)
class Heading:
    """The page's title as a heading, its lead sentence (message `leads.<key>`) and its status.

    Pages that show several releases, or none, have no status line. `filters` is the dimension of a
    page whose reader can choose a release and filter the other dimensions, '' for other pages.
    """

    has_status: bool = True
    filters: str = ""
    only: Only = Only.ANY


@dataclass(frozen=True)
class Text:
    """A Markdown text of `data/content`, with its own title as the page's heading or without it."""

    name: str
    has_title: bool = True
    only: Only = Only.ANY


@dataclass(frozen=True)
class Card:
    """The card of one dimension."""

    dimension: str
    only: Only = Only.ANY


@dataclass(frozen=True)
class Quarters:
    """The card of every quarter, on the page of a dimension."""

    dimension: str
    only: Only = Only.FROM_RECORDS


@dataclass(frozen=True)
class Crossed:
    """The card of one dimension within each code of another."""

    dimension: str
    by: str
    only: Only = Only.PUBLISHED


@dataclass(frozen=True)
class ContextSeries:
    """The card of a series from another publication."""

    name: str
    only: Only = Only.ANY


@dataclass(frozen=True)
class SeriesList:
    """Links to the context series of the page. The dashboard shows one series at a time."""

    only: Only = Only.ANY


@dataclass(frozen=True)
class Summaries:
    """Short cards of several dimensions; each ends with the message `more.<dimension>`."""

    dimensions: tuple[str, ...]
    only: Only = Only.ANY


@dataclass(frozen=True)
class Relations:
    """Every relation between printed figures, then every number that follows from them."""

    only: Only = Only.ANY


@dataclass(frozen=True)
class Releases:
    """Every release with its files."""

    only: Only = Only.ANY


@dataclass(frozen=True)
class TableBuilder:
    """A table whose rows, columns, filters and measure the reader chooses."""

    only: Only = Only.ANY


@dataclass(frozen=True)
class PageEnd:
    """The end of every page: any `relation`, given by its id, then the unit of count, and help."""

    relation: str = ""
    only: Only = Only.ANY


CardBlock = Card | Quarters | Crossed | ContextSeries
HtmlBlock = Heading | Text | Relations | Releases | PageEnd
Block = HtmlBlock | CardBlock | Summaries | TableBuilder | SeriesList

PAGES: Final[Mapping[str, tuple[Block, ...]]] = {
    OVERVIEW: (
        Text("overview"),
        Summaries(("nationality", "crime_type", "sex", "age_band")),
        Text("overview-care", has_title=False),
        PageEnd(),
    ),
    "nationality": (
        Heading(filters="nationality"),
        Card("nationality"),
        Quarters("nationality"),
        PageEnd("R11", only=Only.PUBLISHED),
        PageEnd(only=Only.FROM_RECORDS),
    ),
    "age": (
        Heading(filters="age_band"),
        Card("age_band"),
        Quarters("age_band"),
        PageEnd(),
    ),
    "sex": (
        Heading(filters="sex"),
        Card("sex"),
        Quarters("sex"),
        Crossed("sex", by="crime_type"),
        PageEnd("R01", only=Only.PUBLISHED),
        PageEnd(only=Only.FROM_RECORDS),
    ),
    "crime-type": (
        Heading(filters="crime_type"),
        Card("crime_type"),
        Quarters("crime_type"),
        Crossed("crime_type", by="sex"),
        PageEnd(),
    ),
    "table": (Heading(), TableBuilder(), PageEnd()),
    "trends": (
        Heading(has_status=False),
        SeriesList(),
        ContextSeries("quarters"),
        ContextSeries("years"),
        ContextSeries("nationality"),
        ContextSeries("nationality_years"),
        ContextSeries("sex"),
        ContextSeries("sex_quarters"),
        ContextSeries("quarters_by_age"),
        ContextSeries("police"),
        ContextSeries("duty_to_notify"),
        ContextSeries("duty_quarters"),
        ContextSeries("domestic_abuse"),
        ContextSeries("commissioner"),
        PageEnd(),
    ),
    FOR_ME: (Text(FOR_ME),),
    "data-sharing": (Text("data-sharing"), PageEnd()),
    "safeguarding": (Text("safeguarding"), PageEnd()),
    "equality": (Text("equality"), PageEnd()),
    "timeline": (Text("timeline"), PageEnd()),
    "promises": (Text("promises"), PageEnd()),
    "gaps": (Text("gaps"), PageEnd()),
    "surgeries": (Text("surgeries"), PageEnd()),
    "figures-check": (Heading(), Relations(), PageEnd()),
    "releases": (
        Heading(has_status=False),
        Releases(),
        Text("releases", has_title=False),
        PageEnd(),
    ),
    "disclosure": (Text("disclosure"), PageEnd()),
    "methods": (Text("methods"), PageEnd()),
    "dictionary": (Text("dictionary"), PageEnd()),
    "quality": (Text("quality"), PageEnd()),
    "mistakes": (Text("mistakes"), PageEnd()),
    "glossary": (Text("glossary"), PageEnd()),
    "accessibility": (Text("accessibility"), PageEnd()),
    "privacy": (Text("privacy"), PageEnd()),
    "about": (Text("about"), PageEnd()),
}
"""The blocks of each page by its key: its path without the slash, or `overview`."""


WITHOUT_STREAMLIT: Final = frozenset({FOR_ME})
"""The pages that are served without Streamlit, complete in the first response.

They are for readers who are frightened, on a slow phone or without scripts: no WebSocket, nothing
that Streamlit stores, and no copy in the browser's cache.
"""


def blocks(key: str, about: About) -> tuple[Block, ...]:
    """Return the blocks of a page that apply to the release that it shows."""
    left_out = Only.PUBLISHED if about.is_from_records else Only.FROM_RECORDS
    return tuple(block for block in PAGES[key] if block.only is not left_out)


def has_filters(key: str) -> bool:
    """Return whether a page has filters."""
    return any(isinstance(block, Heading) and block.filters for block in PAGES[key])


def has_table(key: str) -> bool:
    """Return whether the reader of a page builds a table."""
    return any(isinstance(block, TableBuilder) for block in PAGES[key])


def has_text(key: str) -> bool:
    """Return whether a page begins with a text, which has its own notice on its translation."""
    return any(isinstance(block, Text) and block.has_title for block in PAGES[key])


def has_series(key: str) -> bool:
    """Return whether a page shows context series, one at a time in the dashboard."""
    return any(isinstance(block, ContextSeries) for block in PAGES[key])


def has_charts(key: str) -> bool:
    """Return whether the dashboard draws a chart of a page with Plotly from the start."""
    return has_series(key)


@dataclass(frozen=True)
class Topic:
    """The page of one dimension; `crossed_by` is the dimension of its second card, or ''."""

    key: str
    dimension: str
    crossed_by: str = ""


def _topics() -> tuple[Topic, ...]:
    found = []
    for key, page in PAGES.items():
        crossed_by = "".join(block.by for block in page if isinstance(block, Crossed))
        found += [
            Topic(key, block.dimension, crossed_by) for block in page if isinstance(block, Card)
        ]
    return tuple(found)


TOPICS: Final = _topics()
