"""The documents to search, made from the pages of the site as they are drawn, and from its data.

A page that is added to the site is found without a change here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final

from referrals.caching import cached
from referrals.content import glossary_links, helpline_lists, outline, sitemap, standalone_pages
from referrals.i18n import messages
from referrals.language import ENGLISH, using
from referrals.page_meta import PageHead
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import Origin, PublishedNumber
from referrals.questions import facts, vocabulary
from referrals.questions.vocabulary import Role
from referrals.reference.helplines import helplines, needs
from referrals.release.catalogue import Served
from referrals.search import html_sections, search_index, search_words
from referrals.search.documents import Document, DocumentKind
from referrals.search.html_sections import Section
from referrals.search.search_index import Index
from referrals.static_site import pages, profile_pages
from referrals.static_site.links import PageKey
from referrals.web.shell.html import HELP

EDITIONS: Final = 2
"""The releases whose index is kept: the served ones, and those that replace them."""

BY_VERSION: Final = {Served: lambda served: served.version}

NUMBER_WEIGHT: Final = 0.8
"""The weight of a statement or number: most readers mean the page that shows it."""

CONTEXT_WEIGHT, REPEATED_WEIGHT = 0.4, 0.4
"""The weights of a figure of another publisher, whose series has a page, and of a figure that the
assessment has printed before."""

NO_NATION: Final = frozenset({"uk", "and"})
"""The words in the nations of help lines that are not names of nations."""

_WEIGHTS: Final = {Origin.CONTEXT: CONTEXT_WEIGHT}
_TOPICS: Final = {f"/{topic.key}": topic.dimension for topic in outline.TOPICS}


@cached(EDITIONS, BY_VERSION, has_words=False)
def index(served: Served) -> Index:
    """Return the index of everything that can be found on the site, which is in English."""
    with using(ENGLISH):
        return search_index.build([*documents(served), *_numbers(served)])


@cached(EDITIONS, BY_VERSION, has_words=False)
def documents(served: Served) -> tuple[Document, ...]:
    """Return help lines, pages with their sections, terms and profiles, in the order of the site.

    Statements and numbers, which have a list of their own, are only in the index.
    """
    with using(ENGLISH):
        return (*_help_lines(), *_pages(served))


def _help_lines() -> Iterator[Document]:
    for row in helplines():
        yield Document(
            DocumentKind.HELP,
            row["name"],
            HELP,
            helpline_lists.service(row),
            also=(row["number"], row["notes"], row["need"].replace("_", " ")),
            telephone=row["number"],
            needs=tuple(needs(row)),
            nations=frozenset(search_words.words(row["nations"])) - NO_NATION,
            callers=frozenset(search_words.words(row["serves"])),
        )


def _pages(served: Served) -> Iterator[Document]:
    outside = {head.path: head for head in standalone_pages.heads()}
    for head in pages.heads(served):
        if code := profile_pages.code_of(head.path):
            names = _names("nationality", code)
            yield Document(
                DocumentKind.PROFILE, head.title, head.path, head.description, also=names
            )
        elif head.path not in outside:
            yield from _page(served, head)
    for head in outside.values():
        if head.path != standalone_pages.SEARCH:
            yield Document(DocumentKind.PAGE, head.title, head.path, head.description)


def _page(served: Served, head: PageHead) -> Iterator[Document]:
    """Yield a page and each of its sections, which are terms on the page of the glossary."""
    body = pages.body(served.published, served, PageKey(head.path))
    opening, *sections = html_sections.sections(body.html)
    names = _names(_TOPICS[head.path]) if head.path in _TOPICS else ()
    text = f"{head.description} {opening.text}"
    yield Document(
        DocumentKind.PAGE, head.title, head.path, text, also=(head.label, head.path, *names)
    )
    is_glossary = sitemap.key_of(head.path) == glossary_links.GLOSSARY
    for section in sections:
        yield _term(head, section) if is_glossary else _section(head, section)


def _section(head: PageHead, section: Section) -> Document:
    address = f"{head.path}#{section.anchor}"
    return Document(DocumentKind.PAGE, section.heading, address, section.text, page=head.title)


def _term(head: PageHead, section: Section) -> Document:
    address = f"{head.path}#{section.anchor}"
    names = glossary_links.words_of(section.anchor)
    return Document(DocumentKind.TERM, section.heading, address, section.text, also=names)


def _names(dimension: str, code: str = "") -> tuple[str, ...]:
    """Return the words with which questions name a code, or any code of a dimension."""
    return tuple(
        " ".join(phrase)
        for phrase, meaning in vocabulary.of().phrases.items()
        if meaning.role in {Role.CODE, Role.DIMENSION}
        and meaning.dimension == dimension
        and code in {"", meaning.value}
    )


def _numbers(served: Served) -> Iterator[Document]:
    printed: set[Hashable] = set()
    for number in published_numbers.numbers(served.published).values():
        figure = (number.subject, number.unit, number.shown, *sorted(number.codes.items()))
        weight = (
            REPEATED_WEIGHT if figure in printed else _WEIGHTS.get(number.origin, NUMBER_WEIGHT)
        )
        printed.add(figure)
        yield Document(
            DocumentKind.NUMBER,
            f"{number.number_id}: {facts.title(served.published, number)}",
            standalone_pages.number_address(number.number_id),
            _text(number),
            also=(number.shown,),
            weight=weight,
        )


def _text(number: PublishedNumber) -> str:
    """Return the number with its period, its sentence and its working."""
    shown = number.shown
    if number.origin is Origin.CHECK:
        shown = messages.text(f"relations.result.{number.shown}")
    parts = (shown, number.period_label, number.sentence, number.working)
    return ". ".join(part.rstrip(".") for part in parts if part)
