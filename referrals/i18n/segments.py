"""The segments of a Markdown text: the paragraphs, headings, list items and cells to translate.

A translation keeps no Markdown file of its own. `content/pages` parses the English text and puts
the translation of each segment in its place, so boxes, links between sections and figures are the
same in every language, and a segment whose English changed is shown in English while the others
stay translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin

BOXES: Final = ("key", "help", "note", "since-2021", "sheet")
"""The containers with a frame. A sheet begins on a new sheet of paper when the page is printed."""

LISTS: Final = ("steps", "timeline", "ways")
"""The containers around one list, which gets their name as its class."""

PICTURE: Final = "picture"
CONTAINERS: Final = (*BOXES, *LISTS, PICTURE)
"""The names behind `:::` in a text."""

DEEPEST_ANCHOR: Final = 4
_BLOCK: Final = re.compile(r"\{[a-z-]+(?::[\w-]+)?\}")


@dataclass(frozen=True)
class Segment:
    """One piece of inline Markdown, and the anchor of its section ('' before the first one)."""

    source: str
    section: str


def parser() -> MarkdownIt:
    """Return a parser of texts, to which a caller may add how containers are drawn."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return markdown.use(anchors_plugin, max_level=DEEPEST_ANCHOR)


def is_block(source: str) -> bool:
    """Return whether a paragraph only names a block made from data, such as `{helplines}`."""
    return bool(_BLOCK.fullmatch(source))


def segments(markdown: str) -> list[Segment]:
    r"""Return the segments of a text in order.

    >>> [each.source for each in segments("## Help\n\n- One\n- Two\n\n{helplines}")]
    ['Help', 'One', 'Two']
    """
    return list(_segments(_plain().parse(markdown)))


def structure(markdown: str) -> list[str]:
    """Return the kinds of a text's parts in order, a segment as 'inline'.

    Boxes and blocks made from data have their names, so that two texts with the same structure
    differ in their words alone.
    """
    return [_kind(token) for token in _plain().parse(markdown)]


def sections(markdown: str) -> list[str]:
    r"""Return the parts of a text, cut before each second-level heading.

    If a heading is inside a box, the cut is before the box.

    >>> sections("One\n\n## Two\n\n### Three\n")
    ['One\n\n', '## Two\n\n### Three\n']
    """
    lines = markdown.splitlines(keepends=True)
    starts = {0, len(lines)}
    outermost = 0
    for token in _plain().parse(markdown):
        if token.level == 0 and token.map:
            outermost = token.map[0]
        if token.type == "heading_open" and token.tag == "h2":
            starts.add(outermost)
    return ["".join(lines[start:end]) for start, end in pairwise(sorted(starts))]


def _kind(token: Token) -> str:
    if token.type == "inline" and is_block(token.content):
        return token.content
    if token.type.startswith("container_"):
        return f"{token.type} {token.info.strip()}"
    return f"{token.type} {token.tag}" if token.type == "heading_open" else token.type


def _segments(tokens: Sequence[Token]) -> Iterator[Segment]:
    section = ""
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            section = str(token.attrGet("id"))
        if token.type == "inline" and token.content and not is_block(token.content):
            yield Segment(token.content, section)


@cache
def _plain() -> MarkdownIt:
    markdown = parser()
    for name in CONTAINERS:
        markdown.use(container_plugin, name)
    return markdown
