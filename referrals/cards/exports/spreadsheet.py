"""A card as a workbook: cover, notes and numbers, in the form of the spreadsheets of a release."""

from __future__ import annotations

from datetime import date
from typing import Final

from referrals.cards.card import Card
from referrals.cards.exports import csv
from referrals.cards.exports.export import fixed_link, latest_link
from referrals.cards.exports.notes import notes, source, symbols
from referrals.formatting import day
from referrals.i18n import code_labels, messages
from referrals.spreadsheets.workbook import Link, Sheet, Value, Workbook

COVER, NOTES, NUMBERS = "Cover", "Notes", "Numbers"
NO_VALUE: Final = "[z]"
"""In place of a cell without a value: the symbol for "not applicable" of the Government's
Analysis Function."""


def workbook(card: Card, base: str) -> Workbook:
    """Return the workbook of a card, whose links begin with `base`."""
    return Workbook(
        title=card.title,
        publisher=messages.text("exports.site"),
        keywords=card.banner,
        published_on=date.fromisoformat(card.about.published_on),
        sheets=[_cover(card, base), _notes(card), _numbers(card)],
    )


def _lines(card: Card, *lines: str | Link) -> list[str | Link]:
    return [*([card.banner] if card.banner else []), *lines]


def _cover(card: Card, base: str) -> Sheet:
    about = card.about
    items = {
        "title": card.title,
        "unit": card.unit,
        "period": card.period,
        "release": about.release_id,
        "status": code_labels.status(about.mark, about.status),
        "published": day(about.published_on),
        "source": source(card),
        "attribution": about.attribution,
        "latest": latest_link(card, base),
        "fixed": fixed_link(card, base),
    }
    rows = [[messages.text(f"exports.sheet.{name}"), text] for name, text in items.items() if text]
    return Sheet(
        name=COVER,
        title=card.finding,
        lines=_lines(
            card,
            Link(messages.text("exports.sheet.to_notes"), NOTES),
            Link(messages.text("exports.sheet.to_numbers"), NUMBERS),
        ),
        header=[messages.text("exports.sheet.item"), messages.text("exports.sheet.content")],
        rows=rows,
    )


def _notes(card: Card) -> Sheet:
    empty = messages.text("exports.sheet.no_value", symbol=NO_VALUE)
    texts = [*notes(card), *symbols(card), empty]
    return Sheet(
        name=NOTES,
        title=messages.text("exports.sheet.notes_title"),
        lines=_lines(card, messages.text("exports.sheet.notes_line")),
        header=[messages.text("exports.sheet.number"), messages.text("exports.sheet.note")],
        rows=[[number, text] for number, text in enumerate(texts, start=1)],
    )


def _numbers(card: Card) -> Sheet:
    rows = csv.rows(card)
    return Sheet(
        name=NUMBERS,
        title=card.title,
        lines=_lines(card, card.unit, messages.text("exports.sheet.numbers_line")),
        header=list(rows[0]),
        rows=[list(map(_value, row.values())) for row in rows],
    )


def _value(value: object) -> Value:
    """Return a value as a cell. Dates and booleans are texts, as in the CSV file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return value
    return NO_VALUE if value is None or value == "" else str(value)
