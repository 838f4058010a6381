"""The sections of a page as plain text, read from its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

HEADINGS: Final = frozenset({"h2", "h3", "h4"})
LEFT_OUT: Final = frozenset({"nav", "script", "style", "svg", "title", "h1", "form"})
LEFT_OUT_CLASSES: Final = frozenset(
    {"contents", "helplines", "margin", "page-end", "routes", "source"}
)
"""Parts that repeat what is elsewhere: lists of sections, help lines, questions, sources, the end.
"""

CARD: Final = "card"
"""The class of a card of figures, whose table has only numbers."""

NO_SECTION: Final = frozenset({"finding"})
"""The headings of cards, which change with the figures."""

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
INLINE: Final = frozenset({"a", "abbr", "b", "bdi", "cite", "code", "em", "i", "mark", "small"})
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Section:
    """A part of a page: its anchor and its heading, both '' before the first heading."""

    anchor: str
    heading: str
    text: str


def sections(html: str) -> list[Section]:
    """Return the sections of a page in order: the text before the first heading comes first.

    A heading without an anchor begins no section. Its words belong to the text round it.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [Section(part.anchor, _plain(part.heading), _plain(part.text)) for part in reader.parts]


@dataclass
class _Part:
    anchor: str = ""
    heading: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Element:
    """An element that is open."""

    tag: str
    is_left_out: bool
    is_card: bool


class _Reader(HTMLParser):
    """A reader that sorts text into sections."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = [_Part()]
        self._open: list[_Element] = []
        self._heading = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a section at a heading with an anchor."""
        if tag not in INLINE:
            self._add(" ")
        if tag in VOID:
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        is_left_out = tag in LEFT_OUT or bool(classes & LEFT_OUT_CLASSES)
        if tag == "table" and any(element.is_card for element in self._open):
            is_left_out = True
        self._open.append(_Element(tag, is_left_out, CARD in classes))
        begins = tag in HEADINGS and given.get("id") and not classes & NO_SECTION
        if begins and not self._is_left_out:
            self.parts.append(_Part(given["id"] or ""))
            self._heading = tag

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those inside that need no end tag."""
        if tag not in INLINE:
            self._add(" ")
        if not any(tag == element.tag for element in self._open):
            return
        while self._open.pop().tag != tag:
            pass
        if tag == self._heading:
            self._heading = ""

    def handle_data(self, data: str) -> None:
        """Add text to the section that is open."""
        if not self._is_left_out:
            self._add(data)

    @property
    def _is_left_out(self) -> bool:
        return any(element.is_left_out for element in self._open)

    def _add(self, text: str) -> None:
        part = self.parts[-1]
        (part.heading if self._heading else part.text).append(text)


def _plain(texts: list[str]) -> str:
    return _SPACE.sub(" ", "".join(texts)).strip()
