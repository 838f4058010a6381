"""A card as a CSV file."""

from __future__ import annotations

import csv
import io
from typing import Final

from referrals.cards.card import Card
from referrals.cards.exports.notes import notes, source
from referrals.csv_safety import safe_cell

BYTE_ORDER_MARK: Final = "\ufeff"


def write(card: Card, base: str) -> str:
    """Return a card as a CSV file (RFC 4180) of tidy rows, each of which can be read alone.

    Cells are written so that no tool takes them for others (`csv_safety`). Links begin with `base`.
    The file begins with a byte order mark: readers open it in a spreadsheet, which would
    otherwise take it for Windows-1252.
    """
    shared = {
        "title": card.title,
        "period": card.period,
        "release": card.about.release_id,
        "release_status": card.about.status,
        "notes": " ".join(notes(card)),
        "source": source(card),
        "link": f"{base}{card.link}",
    }
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow({**card.data[0], **shared})
    for row in card.data:
        cells = {**row, **shared}
        writer.writerow([safe_cell(column, cell) for column, cell in cells.items()])
    return f"{BYTE_ORDER_MARK}{file.getvalue()}"
