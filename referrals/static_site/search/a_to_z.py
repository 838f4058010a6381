"""The list of every page, section, term and nationality by its first letter.

It needs no server, so it replaces the search in a folder of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.i18n import messages
from referrals.search import search_words
from referrals.search.documents import Document, DocumentKind

ARTICLES: Final = ("a ", "an ", "the ")
"""The beginnings of titles that are ignored in sorting."""

DIGITS: Final = "0"
"""In place of the letter of titles that do not begin with one."""


def main(documents: Iterable[Document], address: Callable[[str], str] = str) -> Markup:
    """Return the main part of the page. `address` maps the address of a static page to a link."""
    listed = [document for document in documents if document.kind is not DocumentKind.HELP]
    letters = [
        (letter, list(group)) for letter, group in groupby(sorted(listed, key=_order), key=_letter)
    ]
    return templates.render(
        "static_site/a_to_z.html",
        words=messages.text,
        letters=letters,
        digits=DIGITS,
        address=address,
    )


def _order(document: Document) -> tuple[str, Sequence[str]]:
    return _letter(document), (_sorted_by(document), document.page)


def _letter(document: Document) -> str:
    first = _sorted_by(document)[:1]
    return first if first.isalpha() else DIGITS


def _sorted_by(document: Document) -> str:
    title = " ".join(search_words.words(document.title))
    article = next((article for article in ARTICLES if title.startswith(article)), "")
    return title.removeprefix(article)
