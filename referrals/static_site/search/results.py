"""The page of results: help lines if they may be needed, an answer, and the documents found.

The text of a reader is in the address alone. It is never a cache key, and not in the title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from referrals import templates
from referrals.content import helpline_lists, standalone_pages
from referrals.i18n import messages
from referrals.page_meta import PageHead
from referrals.questions import reply as replies
from referrals.questions.reply import ANSWERED, Reply, Verdict
from referrals.questions.vocabulary import Role
from referrals.release.catalogue import Served
from referrals.search import help_line_order, marked_text, matching
from referrals.search.documents import Document, DocumentKind
from referrals.search.marked_text import Fragment
from referrals.search.matching import LONGEST_QUERY, Found
from referrals.static_site.search import site_documents
from referrals.web.shell.html import HELP

BEST: Final = 3
"""The documents that come before the lists by kind."""

LISTED: Final = 3
"""The documents that a list by kind begins with."""

MOST_LISTED: Final = 20
"""The documents that the list of one kind shows: more would be a page of over 15 kB."""

EMERGENCY: Final = "999"
"""The telephone number of the emergency services, which are not a charity."""

EXPLAINED: Final = "/for-me"
"""The page for a reader who asks about the police and immigration."""

_ASKING: Final = (Role.COUNT, Role.SHARE, Role.TREND, Role.RANK, Role.COMPARE)
"""The roles of words that make a text a question about figures."""

Address = Callable[[str], str]


@dataclass(frozen=True)
class Asked:
    """The words of a reader, and the kind of results that they want more of, if any."""

    text: str
    kind: str = ""

    @staticmethod
    def read(pairs: Iterable[tuple[str, str]]) -> Asked:
        """Return the text and the kind in the parameters of an address."""
        given = dict(pairs)
        return Asked(given.get("q", "")[:LONGEST_QUERY].strip(), given.get("kind", ""))


@dataclass(frozen=True)
class Results:
    """The main part of the page, with site-relative links, and its head."""

    head: PageHead
    html: Markup


@dataclass(frozen=True)
class Result:
    """A document as it is shown: title and passage in parts, with the words that match marked."""

    kind: DocumentKind
    address: str
    title: Sequence[Fragment]
    page: str
    passage: Sequence[Fragment]
    telephone: str


@dataclass(frozen=True)
class Group:
    """The results of a kind, and the address of all of them if there are more."""

    kind: DocumentKind
    results: Sequence[Result]
    total: int
    more: str = ""


def warm(served: Served) -> None:
    """Build the index, so that no reader waits for it."""
    page(served, Asked("how many women were referred"), action=standalone_pages.SEARCH)


def page(served: Served, asked: Asked, *, action: str, address: Address = str) -> Results:
    """Return the page for a query: its form alone if the query is empty.

    `action` is the address of the search. `address` maps the address of a static page to a link.
    """
    found = matching.find(site_documents.index(served), asked.text)
    show = _Shown(found, address)
    kind = DocumentKind(asked.kind) if asked.kind in set(DocumentKind) else None
    reply = None if kind else _reply(served, asked.text, found)
    helpers = _help_first(served, found) if _needs_help(asked, found) and not kind else []
    guide = _guide(served) if found.concern.is_on_sharing and not kind else []
    box: list[Document] = []
    if helpers:
        # Readers who name a harm see its help lines first, others the page that they ask for.
        box = [*helpers, *guide] if found.concern.needs else [*guide, *helpers]
    is_shown = {*box, *_emergency(found, helpers)}
    others = [each for each in dict.fromkeys([*guide, *found.documents]) if each not in is_shown]
    best = [] if kind else _one_of_each_page(others)[:BEST]
    total = len({*found.documents, *guide})
    search = f"{action}?{urlencode({'q': asked.text})}"
    html = templates.render(
        "static_site/search.html",
        words=messages.text,
        action=action,
        text=asked.text,
        longest=LONGEST_QUERY,
        total=total,
        urgent=found.concern.is_urgent,
        corrections=found.corrections,
        suggestion=found.suggestion,
        suggestion_address=f"{action}?{urlencode({'q': found.suggestion})}",
        reply=reply,
        verdict=_verdict(reply),
        asks=f"{standalone_pages.ASK}?{urlencode({'q': asked.text})}",
        help=HELP,
        danger=helpline_lists.danger(),
        warning=helpline_lists.warning(),
        help_lines=[show.result(document) for document in box],
        best=[show.result(document) for document in best],
        groups=_all_of(found, show, kind)
        if kind
        else _groups(found, show, search, {*is_shown, *best}),
        only=kind,
        back=search,
        most=MOST_LISTED,
        a_to_z=standalone_pages.head(standalone_pages.A_TO_Z),
    )
    head = standalone_pages.head(standalone_pages.SEARCH)
    title = messages.text("search.page_title", n=total) if asked.text else head.title
    return Results(replace(head, title=title), html)


@dataclass(frozen=True)
class _Shown:
    """The results on the page: documents with the words that match marked."""

    found: Found
    address: Address

    def result(self, document: Document) -> Result:
        """Return a document as it is shown: a term with its beginning, which defines it."""
        is_term = document.kind is DocumentKind.TERM
        words = self.found.words
        return Result(
            document.kind,
            f"{self.address(document.path)}{document.anchor}",
            marked_text.marked(document.title, words),
            document.page,
            marked_text.passage(document.text, words, from_start=is_term),
            document.telephone,
        )


def _reply(served: Served, text: str, found: Found) -> Reply | None:
    """Return the answer to a question about figures, None if a text is not one."""
    if not text:
        return None
    reply = replies.reply(served.published, text)
    is_question = any(reply.question.has(role) for role in _ASKING)
    if reply.checked and found.concern.is_urgent and not is_question:
        return None  # 999 is a number to call
    if reply.kind in ANSWERED:
        return reply
    is_group = reply.question.is_understood and bool(reply.question.codes.get("nationality"))
    return reply if reply.kind is Verdict.NOT_PUBLISHED and (is_question or is_group) else None


def _verdict(reply: Reply | None) -> str:
    if reply is None or not reply.checked:
        return ""
    return messages.text(f"claims.name.{reply.checked[0].mark}")


def _needs_help(asked: Asked, found: Found) -> bool:
    """Return whether help lines come first: in an urgent case, or if nothing else was found."""
    return found.concern.is_urgent or bool(asked.text and not found.documents)


def _help_first(served: Served, found: Found) -> list[Document]:
    """Return the first help lines for a reader in need.

    The emergency number has a line of its own above them.
    """
    every = [each for each in site_documents.documents(served) if each.kind is DocumentKind.HELP]
    lines = [document for document in every if document.telephone != EMERGENCY]
    return help_line_order.ranked(lines, found.concern)[:BEST]


def _guide(served: Served) -> list[Document]:
    """Return the page on sharing by the police, if the site has it."""
    return [each for each in site_documents.documents(served) if each.address == EXPLAINED]


def _emergency(found: Found, shown: Sequence[Document]) -> list[Document]:
    """Return the emergency number among the documents found, if it is above the help lines."""
    if not shown:
        return []
    return [each for each in found.documents if each.telephone == EMERGENCY]


def _one_of_each_page(documents: Iterable[Document]) -> list[Document]:
    """Return documents with only the best of each page and its sections."""
    kept: list[Document] = []
    paths: set[str] = set()
    for document in documents:
        if document.kind is not DocumentKind.PAGE or document.path not in paths:
            kept.append(document)
        if document.kind is DocumentKind.PAGE:
            paths.add(document.path)
    return kept


def _groups(found: Found, show: _Shown, search: str, shown: set[Document]) -> list[Group]:
    """Return the rest of the documents by kind, with a link if a kind has more."""
    groups = []
    for kind in DocumentKind:
        every = found.of_kind(kind)
        rest = [document for document in every if document not in shown]
        listed = _one_of_each_page(rest)[:LISTED]
        more = f"{search}&{urlencode({'kind': kind})}" if len(rest) > len(listed) else ""
        if listed:
            groups.append(Group(kind, [show.result(each) for each in listed], len(every), more))
    return groups


def _all_of(found: Found, show: _Shown, kind: DocumentKind) -> list[Group]:
    every = found.of_kind(kind)
    return [Group(kind, [show.result(each) for each in every[:MOST_LISTED]], len(every))]
