"""HTML in the current language: its links lead to pages in that language, and its parts are marked.

Cards, texts and notices are made without knowing the address of the page that they are put into.
Whatever sends HTML to a reader calls `localised` last. English HTML is returned as it is.
"""

from __future__ import annotations

import re
from typing import Final

from referrals.language import ENGLISH, ISOLATE, POP_ISOLATE, current, is_english

_WITHOUT_LANGUAGE: Final = re.compile(
    r"//|/(?:api|lite)(?:[/?#]|$)|/(?:embed|media|releases|static|_stcore)/"
    r"|/(?:feed\.atom|releases\.ics|robots\.txt)$"
    r"|/(?:healthz|readyz|oembed)(?:[?#]|$)"
)
"""The beginnings of addresses that are the same in every language: data, files, checks."""

_LINK: Final = re.compile(r'<(?:a|form)\b[^>]*?\s(?:href|action)="(/[^"]*)"[^>]*>')
_TAG: Final = re.compile(r"(<[^>]*>)")
_AS_TEXT: Final = re.compile(r"<(title|option|script|style|textarea)\b")
_CONTROL: Final = re.compile(f"([{ISOLATE}{POP_ISOLATE}])")
_END_OF_BLOCK: Final = re.compile(
    r"</(?:article|aside|body|button|caption|details|div|dd|dl|dt|figcaption|figure|footer|form"
    r"|h[1-6]|header|label|legend|li|main|nav|ol|p|section|summary|table|tbody|td|th|thead|tr|ul)>"
)
_LETTER: Final = re.compile(r"[A-Za-z]")
_ENTITY: Final = re.compile(r"&#?\w+;")


def localised(html: str) -> str:
    """Return HTML for a page in the current language.

    Links and forms that lead to pages of the site keep the language, and what `language` has
    isolated becomes an element that says so, except in attributes, titles and options, where
    Unicode's own controls stay.
    """
    if is_english():
        return html
    return marked(_LINK.sub(_localised_link, html))


def _localised_link(found: re.Match[str]) -> str:
    """Return the tag of a link to the current language, unless the link names its own."""
    tag, path = found[0], found[1]
    return tag if "hreflang=" in tag else tag.replace(f'"{path}"', f'"{address(path)}"', 1)


def has_language(path: str) -> bool:
    """Return whether an address of the site differs by language.

    >>> has_language("/age"), has_language("/releases"), has_language("/releases/2020-21/cells.csv")
    (True, True, False)
    """
    return not _WITHOUT_LANGUAGE.match(path)


def address(path: str, language: str = "") -> str:
    """Return the address of a site-relative path in a language, by default the current one.

    >>> address("/age?sex=F", "vi"), address("/api/v1", "vi"), address("/age", "en")
    ('/vi/age?sex=F', '/api/v1', '/age')
    """
    code = language or current()
    return path if code == ENGLISH or not has_language(path) else f"/{code}{path}"


def marked(html: str) -> str:
    """Return HTML with isolated text as elements. Text with letters is English, or it is a number.

    What is not closed in its paragraph, cell or other block ends with it.

    >>> marked(f"<p>{ISOLATE}1 to 2{POP_ISOLATE}</p>")
    '<p><bdi lang="en-GB" dir="ltr">1 to 2</bdi></p>'
    >>> marked(f"<p>{ISOLATE}15%{POP_ISOLATE}</p>")
    '<p><bdi dir="ltr">15%</bdi></p>'
    """
    if ISOLATE not in html:
        return html
    found: list[str] = []
    inside = ""  # the element whose content is text alone
    isolate = _Isolate(found)
    for part in _TAG.split(html):
        opening = _AS_TEXT.match(part)
        if opening:
            inside = opening[1]
        elif inside and part.startswith(f"</{inside}"):
            inside = ""
        if _END_OF_BLOCK.match(part):
            isolate.end()
        if part.startswith("<") or inside:
            found.append(part)
        else:
            isolate.add(part)
    return "".join(found)


class _Isolate:
    """The isolate that is open while HTML is read: nested ones are part of the outermost."""

    def __init__(self, found: list[str]) -> None:
        self._found = found
        self._depth = 0
        self._is_open = False
        self._start = 0
        self._text = ""

    def add(self, text: str) -> None:
        """Add a text between tags, with the tags of the isolates that begin or end in it."""
        for piece in _CONTROL.split(text):
            if piece == ISOLATE:
                self._open()
            elif piece == POP_ISOLATE:
                self._close()
            else:
                self._text += piece
                self._found.append(piece)

    def _open(self) -> None:
        if self._depth == 0:
            self._start, self._text = len(self._found), ""
            self._found.append("")
            self._is_open = True
        self._depth += 1

    def end(self) -> None:
        """Close the isolates that are still open: a reader may have typed one."""
        self._depth = 0
        self._mark()

    def _close(self) -> None:
        self._depth = max(self._depth - 1, 0)  # a reader may have typed one
        self._mark()

    def _mark(self) -> None:
        """Put the text of the outermost isolate into an element if it is closed."""
        if self._depth == 0 and self._is_open:
            self._is_open = False
            is_words = _LETTER.search(_ENTITY.sub("", self._text))
            language = ' lang="en-GB"' if is_words else ""
            self._found[self._start] = f'<bdi{language} dir="ltr">'
            self._found.append("</bdi>")
