"""The pages of single statements and numbers, their list, and the page for an unknown id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

import segno
from markupsafe import Markup

from referrals import localised_html, templates
from referrals.cards.exports.citations import tex
from referrals.content import standalone_pages as pages
from referrals.formatting import day
from referrals.i18n import messages
from referrals.page_meta import PageHead
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import (
    Numbers,
    Origin,
    PublishedNumber,
    Superseded,
)
from referrals.questions import facts
from referrals.release.catalogue import Served
from referrals.static_site import standalone

QR_MODULE: Final = 3
"""Pixels of a module of a QR code, which is then 3 cm wide on paper: readable at arm's length."""

OURS: Final = frozenset({Origin.DERIVED, Origin.CHECK})
"""The origins of numbers that the source does not print: we worked them out."""

VICTIMS: Final = "victim_referrals"
REVISED: Final = ("superseded", "gap")
"""The kind and the result of a check that found a later printing of a figure."""


def page(served: Served, number: PublishedNumber, address: str) -> str:
    """Return the page of a number, at most 8 kB. `address` is its own, absolute if known."""
    found = published_numbers.numbers(served.published)
    name = facts.title(served.published, number)
    title = f"{number.number_id}: {name}"
    description = _text("page_description", title=name, shown=number.shown)
    main = templates.render(
        "questions/number.html",
        number=number,
        name=name,
        words=_text,
        origin=_text(f"origin.{number.origin}"),
        is_check=number.origin is Origin.CHECK,
        superseded=[*_superseded(number, found)],
        same_sentence=_same_sentence(number, found),
        facts=[*_facts(number)],
        source=_source(number),
        view=_view(served, number),
        history=[_was(earlier) for earlier in number.history],
        apa=_apa(number, name, address),
        bibtex=_bibtex(number, name, address),
        digest=number.digest,
        hash_how=_text("hash_how", address=f"{address}.json"),
        qr=_qr(address),
        this_page=_text("this_page", address=address),
    )
    path = pages.number_address(number.number_id)
    head = PageHead(path, title, description)
    # The address to cite is the same in every language, and search engines list each of them.
    canonical = f"{address.removesuffix(path)}{localised_html.address(path)}"
    return standalone.document(served, head, main, canonical=canonical)


def listing(served: Served, canonical: str) -> str:
    """Return the page with every statement and number."""
    main = _list(served, is_unknown=False)
    return standalone.document(served, pages.head(pages.NUMBERS), main, canonical=canonical)


def unknown(served: Served) -> str:
    """Return the page for an id that does not exist, which leads to the list of those that do."""
    main = _list(served, is_unknown=True)
    head = PageHead(pages.NUMBERS, _text("unknown"), _text("unknown"))
    return standalone.document(served, head, main)


def _list(served: Served, *, is_unknown: bool) -> Markup:
    found = {} if is_unknown else published_numbers.numbers(served.published)
    groups = groupby(found.values(), key=lambda number: number.origin)
    listed = [(_text(f"list.{origin}"), _listed(served, numbers)) for origin, numbers in groups]
    return templates.render(
        "questions/numbers.html",
        unknown=_text("unknown") if is_unknown else "",
        advice=_text("unknown_advice"),
        title=_text("title"),
        lead=_text("lead"),
        groups=listed,
    )


def _listed(served: Served, numbers: Iterable[PublishedNumber]) -> list[dict[str, str]]:
    return [
        {
            "id": number.number_id,
            "title": facts.title(served.published, number),
            "shown": _shown(number),
        }
        for number in numbers
    ]


def _shown(number: PublishedNumber) -> str:
    """Return a number as it is in the list: with its period, or the result of a check."""
    if number.period_label:
        return _text("listed_period", shown=number.shown, period=number.period_label)
    if number.origin is Origin.CHECK:
        return messages.text(f"relations.result.{number.shown}")
    return number.shown


def _facts(number: PublishedNumber) -> Iterator[tuple[str, str]]:
    """Yield the facts about a number, each as its name and its text."""
    if number.origin is Origin.CHECK:
        yield _text("says"), number.sentence
        yield _text("result"), messages.text(f"relations.result.{number.shown}")
        yield _text("working"), number.working
        yield _text("shows"), number.note
        return
    name = "derived_range" if number.is_range and number.origin is Origin.DERIVED else "number"
    yield _text(name), number.shown
    if number.origin is Origin.STATEMENT and number.lower != number.upper:
        yield _text("range"), _range(number)
    if number.unit:
        yield _text("unit"), _unit(number)
    if number.origin is Origin.STATEMENT:
        yield _text("precision"), _text(f"precise.{number.precision}")
    start, end = map(day, number.period)
    if start or end:
        both = _text("to", start=start, end=end) if start and end else start or end
        yield _text("period"), both
    if number.working:
        yield _text("working"), number.working
    if number.assumes:
        is_context = number.origin is Origin.CONTEXT
        yield _text("not_comparable" if is_context else "assumes"), number.assumes
    if number.note:
        yield _text("note"), number.note


def _range(number: PublishedNumber) -> str:
    return messages.text("wording.number.range", lower=number.lower, upper=number.upper)


def _unit(number: PublishedNumber) -> str:
    return number.unit if number.origin is Origin.CONTEXT else _text(f"units.{number.unit}")


def _superseded(number: PublishedNumber, found: Numbers) -> Iterator[Markup]:
    """Yield the notes on later printings of a number: their ids, or the checks that found one."""
    if number.later:
        yield messages.html("numbers.later", ids=_links(number.later))
    revised = [check for check in number.checks if _is_revision(found[check])]
    if revised and number.subject != VICTIMS:
        yield messages.html("numbers.revised", ids=_links(revised))


def _was(earlier: Superseded) -> str:
    date = day(earlier.superseded_on)
    return _text("was", date=date, shown=earlier.shown, reason=earlier.reason)


def _is_revision(check: PublishedNumber) -> bool:
    return (check.precision, check.shown) == REVISED


def _same_sentence(number: PublishedNumber, found: Numbers) -> list[str]:
    """Return the ids of the other numbers that the sentence of a statement prints."""
    if number.origin is not Origin.STATEMENT:
        return []
    place = (number.sentence, number.document)
    return [
        other.number_id
        for other in found.values()
        if (other.sentence, other.document) == place and other.number_id != number.number_id
    ]


def _links(ids: Sequence[str]) -> Markup:
    links = [
        Markup('<a href="{}">{}</a>').format(pages.number_address(number_id), number_id)
        for number_id in ids
    ]
    return Markup(", ").join(links)


def _source(number: PublishedNumber) -> str:
    document = number.document
    key = "sources.name_dated" if document.published_on else "sources.name"
    values = {"publisher": document.publisher, "title": document.title}
    name = messages.text(key, **values, date=day(document.published_on))
    return f"{name}{_place(number)}"


def _place(number: PublishedNumber) -> str:
    section = number.document.section
    return _text("place", section=section) if section else ""


def _view(served: Served, number: PublishedNumber) -> str:
    """Return the page that shows a number among others, '' if it does not count referrals."""
    if number.subject != VICTIMS:
        return ""
    return facts.view(served.published, number.codes)


def _apa(number: PublishedNumber, name: str, address: str) -> str:
    """Return a citation: of the source for a printed number, of this page for a derived one."""
    document = number.document
    if number.origin in OURS:
        return _text(
            "apa_derived",
            site=messages.text("exports.site"),
            number=number.number_id,
            name=name,
            origin=_derived_from(number),
            address=address,
        )
    return _text(
        "apa",
        publisher=document.publisher,
        date=_apa_date(document.published_on),
        title=document.title,
        place=_place(number),
        address=document.address,
    ).strip()


def _apa_date(published_on: str) -> str:
    """Return an ISO date, month or year as APA writes it.

    >>> _apa_date("2021-12-15"), _apa_date("2020-11"), _apa_date("")
    ('2021, December 15', '2020, November', 'n.d.')
    """
    if not published_on:
        return _text("undated")
    year, _, rest = published_on.partition("-")
    if not rest:
        return year
    written = day(published_on).removesuffix(f" {year}").split()
    return f"{year}, {' '.join(reversed(written))}"


def _derived_from(number: PublishedNumber) -> str:
    document = number.document
    return messages.text(
        "exports.origin",
        publisher=document.publisher,
        year=document.published_on[:4] or _text("undated"),
        titles=document.title,
    )


def _bibtex(number: PublishedNumber, name: str, address: str) -> str:
    """Return a BibTeX entry: of this page for a derived number, of the source for a printed one."""
    document = number.document
    if number.origin in OURS:
        derived = {
            "author": f"{{{tex(messages.text('exports.site'))}}}",
            "title": tex(f"{number.number_id}: {name}"),
            "year": _text("undated"),
            "url": address,
            "note": tex(messages.text("exports.derived_from", origin=_derived_from(number))),
        }
        return _entry("misc", number.number_id, derived)
    year = document.published_on[:4]
    fields = {
        "author": f"{{{tex(document.publisher)}}}",
        "title": tex(document.title),
        "year": year,
        "url": document.address,
        "note": tex(f"{number.number_id}{_place(number)}, {address}"),
    }
    return _entry("techreport", f"{number.number_id}{year}", fields)


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return ",\n".join([f"@{kind}{{{key}", *lines]) + "\n}"


def _qr(address: str) -> Markup:
    """Return the QR code of an address as an inline picture, dark on light in every scheme."""
    code = segno.make(address, error="l", micro=False)
    svg = code.svg_inline(scale=QR_MODULE, border=2, light="#fff", title=_text("qr"), svgclass="qr")
    return Markup(svg)  # noqa: S704 - made by segno, and an address in it is modules


def _text(key: str, **values: object) -> str:
    return messages.text(f"numbers.{key}", **values)
