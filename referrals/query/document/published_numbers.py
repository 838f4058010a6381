"""Every number with a page of its own: statements, derived numbers, checks and context figures.

An id never changes and is never used again: `E…` is a printed statement, `D…` a number worked out
from statements, `R…` a check of statements against each other, `C…` a figure of another series.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from referrals.caching import cached
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.files import BY_EDITION
from referrals.release.release import Release

EDITIONS: Final = 2
"""The releases whose numbers are cached: the served one, and the one that replaces it."""

Codes = Mapping[str, str]
Row = Mapping[str, Any]


class Origin(StrEnum):
    """The origin of a number, which decides the form of its page."""

    STATEMENT = "statement"
    DERIVED = "derived"
    CHECK = "check"
    CONTEXT = "context"


@dataclass(frozen=True)
class Document:
    """The publication that prints a number. `published_on` is an ISO date, month or ''."""

    title: str
    publisher: str
    published_on: str
    address: str
    section: str = ""


@dataclass(frozen=True)
class Superseded:
    """A number that was shown until a correction."""

    superseded_on: str
    shown: str
    reason: str


@dataclass(frozen=True)
class PublishedNumber:
    """One number or statement with its evidence.

    `shown` is the number as text, `lower` and `upper` the bounds of a count (None if it is not a
    count of victim referrals). `later` are the ids of newer printings of the same figure, and
    `checks` the checks that use it.
    """

    number_id: str
    origin: Origin
    title: str
    shown: str
    document: Document
    sentence: str = ""
    period: tuple[str, str] = ("", "")
    unit: str = ""
    precision: str = ""
    codes: Codes = field(default_factory=dict)
    share_of: str = ""
    lower: int | None = None
    upper: int | None = None
    open_ended: bool = False
    working: str = ""
    assumes: str = ""
    note: str = ""
    rests_on: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    history: tuple[Superseded, ...] = ()
    subject: str = ""
    value: str = ""
    period_label: str = ""

    @property
    def is_range(self) -> bool:
        """Return whether this site shows a range, and not the one number that was printed."""
        return self.lower != self.upper or self.open_ended

    @property
    def canonical(self) -> bytes:
        """The content as JSON in UTF-8 with sorted keys: the same bytes until it is corrected.

        Its history and its links to other numbers are not part of it, because they grow.
        """
        document = self.document
        content = {
            "id": self.number_id,
            "origin": self.origin,
            "title": self.title,
            "number": self.shown,
            "lower": self.lower,
            "upper": self.upper,
            "open_ended": self.open_ended,
            "unit": self.unit,
            "precision": self.precision,
            "period_start": self.period[0],
            "period_end": self.period[1],
            "group": dict(self.codes),
            "share_of": self.share_of,
            "sentence": self.sentence,
            "section": document.section,
            "document": document.title,
            "publisher": document.publisher,
            "published_on": document.published_on,
            "address": document.address,
            "working": self.working,
            "assumes": self.assumes,
            "rests_on": list(self.rests_on),
            "note": self.note,
        }
        known = {name: value for name, value in content.items() if value not in ("", None, [], {})}
        text = json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True)
        return f"{text}\n".encode()

    @property
    def digest(self) -> str:
        """The SHA-256 of `canonical`, in hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()


Numbers = Mapping[str, PublishedNumber]


@cached(EDITIONS, BY_EDITION, has_words=False)
def numbers(release: Release) -> Numbers:
    """Return every number of the published release by its id, in the order of the ledger."""
    relations = release.rows("query/relations")
    superseded = _superseded(release.rows("query/superseded"))
    statements = [_statement(row) for row in release.rows("query/statement_details")]
    total = next(statement for statement in statements if statement.lower is not None)
    own = replace(total.document, section="")
    found = [
        *statements,
        *(_derived(row, own, total.period) for row in release.rows("query/derivation_details")),
        *(_check(row, own) for row in relations),
        *_context(release.rows("query/context_details")),
    ]
    by_id = {number.number_id: number for number in sorted(found, key=_order)}
    checks = _used_in(relations)
    return {
        number_id: replace(
            number,
            checks=tuple(checks.get(number_id, ())),
            history=tuple(superseded.get(number_id, ())),
        )
        for number_id, number in by_id.items()
    }


def id_of_cell(found: Numbers, codes: Codes) -> str:
    """Return the id of the number of a cell, '' if none is published.

    A derived number comes before the statement that prints the same cell. `codes` has the code of
    each dimension; totals make no difference.
    """
    chosen = {name: code for name, code in codes.items() if code != TOTAL}
    counts = [
        number.number_id
        for number in found.values()
        if number.lower is not None and number.subject and dict(number.codes) == chosen
    ]
    derived = [number_id for number_id in counts if found[number_id].origin is Origin.DERIVED]
    return next(iter([*derived, *counts]), "")


def _order(number: PublishedNumber) -> tuple[int, str]:
    return list(Origin).index(number.origin), number.number_id


def _codes(row: Row) -> dict[str, str]:
    """Return the codes of a row that are not the total, keyed by dimension."""
    return {name: row[name] for name in DIMENSIONS if row.get(name, TOTAL) != TOTAL}


def _document(row: Row, section: str = "") -> Document:
    return Document(
        row["source_title"], row["publisher"], row["published_on"], row["address"], section
    )


def _statement(row: Row) -> PublishedNumber:
    return PublishedNumber(
        number_id=row["statement_id"],
        origin=Origin.STATEMENT,
        title=row["measure"],
        shown=row["printed"],
        document=_document(row, row["section"]),
        sentence=row["quotation"],
        period=(row["period_start"], row["period_end"]),
        unit=row["unit"],
        precision=row["precision"],
        codes=_codes(row),
        share_of=row["share_of"],
        lower=row["lower"],
        upper=row["upper"],
        note=row["note"],
        subject=row["subject"],
        value=row["value"] or "",
    )


def _derived(row: Row, document: Document, period: tuple[str, str]) -> PublishedNumber:
    return PublishedNumber(
        number_id=row["derivation_id"],
        origin=Origin.DERIVED,
        title=row["title"],
        shown=row["shown"],
        document=document,
        period=period,
        codes=_codes(row),
        lower=row["lower"],
        upper=row["upper"],
        open_ended=row["open_ended"],
        working=row["working"],
        assumes=row["assumes"],
        rests_on=tuple(row["statement_ids"]),
        subject="victim_referrals",
    )


def _check(row: Row, document: Document) -> PublishedNumber:
    return PublishedNumber(
        number_id=row["relation_id"],
        origin=Origin.CHECK,
        title=row["title"],
        shown=row["result"],
        document=document,
        sentence=row["says"],
        working=row["working"],
        note=row["shown"],
        rests_on=tuple(row["statement_ids"]),
        precision=row["kind"],
    )


def _context(rows: Sequence[Row]) -> list[PublishedNumber]:
    """Return the figures of other series, each with the ids of its newer printings."""
    printings: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        printings.setdefault(_figure(row), []).append(row["observation_id"])
    found = []
    for row in rows:
        number_id, same = row["observation_id"], printings[_figure(row)]
        found.append(
            PublishedNumber(
                number_id=number_id,
                origin=Origin.CONTEXT,
                title=row["title"],
                shown=f"{row['value']:,}",
                document=_document(row),
                sentence=row["quotation"],
                period=(row["period_start"], row["period_end"]),
                unit=row["unit"],
                period_label=row["period_label"],
                codes=_category(row),
                assumes=row["why_not_comparable"],
                note=" ".join(part for part in (row["scope"], row["note"]) if part),
                later=tuple(same[same.index(number_id) + 1 :]),
            )
        )
    return found


def _figure(row: Row) -> tuple[Any, ...]:
    """Return the key of the figure that is printed in a row, the same in all its printings."""
    names = ("series_id", "scope", "period_start", "period_end", "dimension", "category")
    return tuple(row[name] for name in names)


def _category(row: Row) -> dict[str, str]:
    return {} if row["category"] == TOTAL else {row["dimension"]: row["category"]}


def _superseded(rows: Iterable[Row]) -> dict[str, list[Superseded]]:
    found: dict[str, list[Superseded]] = {}
    for row in rows:
        entry = Superseded(row["superseded_on"], row["shown"], row["reason"])
        found.setdefault(row["number_id"], []).append(entry)
    return found


def _used_in(relations: Iterable[Row]) -> dict[str, list[str]]:
    """Return the ids of the checks that use each statement."""
    found: dict[str, list[str]] = {}
    for row in relations:
        for statement_id in row["statement_ids"]:
            found.setdefault(statement_id, []).append(row["relation_id"])
    return found
