"""A parsed text in the current language, and one with the English of each section beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from referrals import templates
from referrals.i18n import messages, states
from referrals.i18n.segments import is_block
from referrals.i18n.states import Standing
from referrals.i18n.translations import Entry
from referrals.language import ISOLATE, POP_ISOLATE, is_english

Fill = Callable[[str], str]
"""Returns Markdown with its figures and citations filled in."""

SECTION: Final = "h2"


def translated(tokens: Sequence[Token], markdown: MarkdownIt, context: str, fill: Fill) -> Standing:
    """Fill in the segments of a text in place, in the current language or in English.

    A segment that falls back to English is between the controls of `language.in_english`.
    """
    found: list[Entry | None] = []
    for token in _segments(tokens):
        entry = None if is_english() else messages.find(context, token.content)
        found.append(entry)
        token.children = _inline(markdown, fill(entry.forms[0] if entry else token.content))
        if not entry and not is_english():
            token.children = [_text(ISOLATE), *token.children, _text(POP_ISOLATE)]
    return Standing() if is_english() else states.standing(found)


def with_english(
    tokens: Sequence[Token], english: Sequence[Token], render: Callable[[Sequence[Token]], Markup]
) -> list[Token]:
    """Return a translated text with the English of each section after it, folded.

    `english` has the same text, filled in. `render` returns tokens as HTML.
    """
    found: list[Token] = []
    for start, end in _sections(tokens):
        found += tokens[start:end]
        copy = [_without_anchor(token) for token in _words(english[start:end])]
        if any(token.type == "inline" for token in copy):
            html = templates.render(
                "content/english_beside.html",
                summary=messages.text("translation.english_beside"),
                english=render(copy),
            )
            found.append(Token("html_block", "", 0, content=html))
    return found


def _segments(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "inline" and token.content and not is_block(token.content):
            yield token


def _inline(markdown: MarkdownIt, source: str) -> list[Token]:
    return markdown.parseInline(source)[0].children or []


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _sections(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each section. The first is the part before any heading."""
    starts = [
        place
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == SECTION
    ]
    yield from zip([0, *starts], [*starts, len(tokens)], strict=True)


def _words(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens of a section without its heading and without blocks made from data."""
    found = list(tokens)
    while found and found[0].type == "heading_open":
        del found[:3]  # heading_open, inline, heading_close
    blocks = [place for place, token in enumerate(found) if is_block(token.content)]
    for place in reversed(blocks):
        del found[place - 1 : place + 2]  # paragraph_open, inline, paragraph_close
    return found


def _without_anchor(token: Token) -> Token:
    """Return a token without its id, which the translated heading has."""
    return replace(
        token, attrs={name: value for name, value in token.attrs.items() if name != "id"}
    )
