"""A card as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final

from referrals.cards.card import Card
from referrals.csv_safety import safe_cell

BYTE_ORDER_MARK: Final = "\ufeff"


def write(card: Card) -> str:
    """Return a card as a CSV file (RFC 4180) of tidy rows.

    Every row has its period, release and status, and a mark if its figures are invented, so that no
    such row is taken for a real one. Notes, source and link are in the file of metadata beside it
    (`csvw`). Cells are written so that no program can misread them (`csv_safety`). The file begins
    with a byte order mark, without which a spreadsheet would read it as Windows-1252.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    found = rows(card)
    writer.writerow(found[0])
    for row in found:
        writer.writerow([safe_cell(column, cell) for column, cell in row.items()])
    return f"{BYTE_ORDER_MARK}{file.getvalue()}"


def rows(card: Card) -> list[Mapping[str, object]]:
    """Return the rows of a card's files, each with its period, release and status."""
    shared = {
        "period": card.period,
        "release": card.about.release_id,
        "release_status": card.about.status,
    }
    if card.about.is_invented:
        shared["mark"] = card.banner
    return [{**row, **shared} for row in card.data]
