"""Links from the first use of each term on a page to the glossary.

`data/content/en/terms.csv` lists the words that texts use for each term. Words with another
everyday sense, such as "leave", are not in it: texts link those themselves, and so do translations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from markdown_it.token import Token

from referrals.language import ENGLISH
from referrals.paths import CONTENT
from referrals.reference import table_schema

GLOSSARY: Final = "glossary"
_ADDRESS: Final = f"/{GLOSSARY}#"


def link_first_uses(tokens: Sequence[Token]) -> None:
    """Link the first use of each term, outside headings, other links and words to copy."""
    anchors = dict(_anchors())
    left_out = 0
    for token in tokens:
        if token.type.startswith(("heading_", "blockquote_")):
            left_out += token.nesting
        if token.type == "inline" and not left_out:
            token.children = _linked(token.children or [], anchors)


def words_of(anchor: str) -> tuple[str, ...]:
    """Return the words that texts use for a term, given by its anchor."""
    return tuple(words for words, other in _anchors().items() if other == anchor)


@cache
def _anchors() -> Mapping[str, str]:
    """Return the anchor of each term by its words in lower case."""
    rows = table_schema.read(CONTENT / ENGLISH / "terms.csv")
    return {row["words"].lower(): row["anchor"] for row in rows}


def _linked(children: Sequence[Token], anchors: dict[str, str]) -> list[Token]:
    """Return the parts of a line with terms linked; a linked term leaves `anchors`."""
    found: list[Token] = []
    in_link = False
    for child in children:
        if child.type == "link_open":
            in_link = True
            _remove(anchors, str(child.attrGet("href") or "").removeprefix(_ADDRESS))
        if child.type == "link_close":
            in_link = False
        if child.type == "text" and not in_link:
            found += _split(child.content, anchors)
        else:
            found.append(child)
    return found


def _split(text: str, anchors: dict[str, str]) -> list[Token]:
    """Return a piece of text as tokens, with a link round each term in `anchors`."""
    found: list[Token] = []
    while anchors and (match := _pattern(tuple(anchors)).search(text)):
        anchor = anchors[match[0].lower()]
        opening = Token("link_open", "a", 1, attrs={"href": _ADDRESS + anchor})
        before, text = text[: match.start()], text[match.end() :]
        found += [_text(before), opening, _text(match[0]), Token("link_close", "a", -1)]
        _remove(anchors, anchor)
    return [*found, _text(text)]


def _remove(anchors: dict[str, str], anchor: str) -> None:
    for words in [words for words, other in anchors.items() if other == anchor]:
        del anchors[words]


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
