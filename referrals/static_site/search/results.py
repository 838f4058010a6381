"""The page of results: help lines if they may be needed, an answer, and what was found.

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
from referrals.search import marked_text, matching
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

USUAL_NEEDS: Final = ("any_crime", "domestic_abuse", "modern_slavery")
"""The needs whose first help lines are shown to a reader in danger who names none."""

RISING: Final = (
    "domestic_abuse",
    "any_crime",
    "children",
    "modern_slavery",
    "lgbt",
    "sexual_violence",
    "distress",
)
"""The needs: if as many words of a query point to two, the later one comes first."""

MEN, SEX = frozenset({"men"}), "sex"
"""The callers of a help line for men, and the word by which one is for those sold for sex."""

EXPLAINED: Final = "/for-me"
"""The page for a reader who asks about the police and immigration."""

_ASKING: Final = (Role.COUNT, Role.SHARE, Role.TREND, Role.RANK, Role.COMPARE)
"""The roles of words by which a text is a question about figures."""

Address = Callable[[str], str]


@dataclass(frozen=True)
class Asked:
    """The words of a reader, and the kind of results that they want more of, if any."""

    text: str
    kind: str = ""

    @staticmethod
    def read(pairs: Iterable[tuple[str, str]]) -> Asked:
        """Return what the query of an address asks for."""
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

    `action` is the address of the search, `address` gives the one of a page from its static one.
    """
    found = matching.find(site_documents.index(served), asked.text)
    show = _Shown(found, address)
    kind = DocumentKind(asked.kind) if asked.kind in set(DocumentKind) else None
    reply = None if kind else _reply(served, asked.text, found)
    help_lines = _help_first(served, found) if _needs_help(asked, found) and not kind else []
    is_shown = {*help_lines, *_emergency(found, help_lines)}
    guide = _guide(served) if found.concern.is_on_sharing and not kind else []
    if help_lines:
        # A reader who names a harm sees its help lines first; others the page that they ask for.
        help_lines = [*help_lines, *guide] if found.concern.needs else [*guide, *help_lines]
        is_shown |= {*guide}
        others = [document for document in found.documents if document not in is_shown]
    else:
        others = list(dict.fromkeys([*guide, *found.documents]))
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
        help_lines=[show.result(document) for document in help_lines],
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
    """The form of documents on the page of what was found."""

    found: Found
    address: Address

    def result(self, document: Document) -> Result:
        """Return a document as it is shown: of a term, the beginning, which defines it."""
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
    """Return whether help lines come first: also if nothing was found, as the site has no more."""
    return found.concern.is_urgent or bool(asked.text and not found.documents)


def _help_first(served: Served, found: Found) -> list[Document]:
    """Return help lines: those of the needs that a reader names, then the first of each need.

    The emergency number has a line of its own above them.
    """
    every = [each for each in site_documents.documents(served) if each.kind is DocumentKind.HELP]
    lines = [document for document in every if document.telephone != EMERGENCY]
    lines.sort(key=lambda document: -_suits(document, found))
    fitting = [document for document in lines if _fit(document, found)]
    fitting.sort(key=lambda document: -_fit(document, found))
    first = {document.needs[0]: document for document in reversed(lines)}
    usual = [first[need] for need in USUAL_NEEDS if need in first]
    return list(dict.fromkeys([*fitting, *usual, *lines]))[:BEST]


def _suits(document: Document, found: Found) -> int:
    """Return how well a help line suits a reader, whatever they need.

    It may be for men, be in the nation that they name, or be for those who were sold for sex.
    """
    concern = found.concern
    is_for_him = concern.is_of_man and document.callers == MEN
    is_in_nation = not document.nations.isdisjoint(concern.words)
    is_on_sex = SEX in document.callers and SEX not in concern.words
    return 4 * is_for_him + 2 * is_in_nation - is_on_sex


def _fit(document: Document, found: Found) -> float:
    """Return how far a help line serves the needs of a query, 0 if it serves none."""
    main, *others = (_pull(need, found) for need in document.needs)
    return max([main, *(pull / 2 for pull in others)])


def _pull(need: str, found: Found) -> float:
    words = found.concern.needs.get(need, 0)
    return words and words + RISING.index(need) / 100


def _guide(served: Served) -> list[Document]:
    """Return the page that explains what the police may share, if the site has it."""
    return [each for each in site_documents.documents(served) if each.address == EXPLAINED]


def _emergency(found: Found, help_lines: Sequence[Document]) -> list[Document]:
    """Return the emergency number among what was found if it is shown above help lines."""
    if not help_lines:
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
