"""A document of the search index: a page, a section, a term, a number, a profile or a help line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    """The kinds of documents, in the order in which a page lists them."""

    HELP = "help"
    PAGE = "page"
    TERM = "term"
    PROFILE = "profile"
    NUMBER = "number"


@dataclass(frozen=True)
class Document:
    """One thing that can be found.

    Attributes:
        address: site-relative, with an anchor if it is a section.
        page: the title of the page that a section is on, '' for other documents.
        text: plain text; results show a passage of it.
        also: other names, which are searched and not shown.
        telephone: the number of a help line.
        needs: the needs that a help line serves, the main one first.
        nations: the words for its nations, none for the UK.
        callers: the words for the people that a help line serves.
        weight: below 1 for documents that are rarely meant.
    """

    kind: DocumentKind
    title: str
    address: str
    text: str
    page: str = ""
    also: tuple[str, ...] = ()
    telephone: str = ""
    needs: tuple[str, ...] = ()
    nations: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    weight: float = 1.0

    @property
    def path(self) -> str:
        """Return the address without its anchor."""
        return self.address.partition("#")[0]

    @property
    def anchor(self) -> str:
        """Return the anchor with its sign, '' if there is none."""
        return self.address.removeprefix(self.path)
