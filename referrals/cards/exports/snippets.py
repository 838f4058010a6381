"""The query behind a card as a program: Python, R and SQL, which read the release's public file.

A program returns the numbers of the card's cells: as listed in the file or, in a release whose
finest cells add up to everything, as sums of those. The ranges of such sums are in the card's table
only, because they depend on the other numbers of the view.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.exports.export import Export, file_address, lasting_link
from referrals.cards.exports.notes import notes
from referrals.i18n import messages
from referrals.query.labels import quarters_of
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release import files, metadata

PERIOD_COLUMNS: Final = ("period_code", "quarter")
"""The columns of a card's rows that hold the code of their period."""

ALL: Final = "all"
"""The period of a cell that covers all periods of its release."""


@dataclass(frozen=True)
class Cell:
    """A cell of a card: its label, its period with the quarters in it, and its codes."""

    label: str
    period: str
    quarters: Sequence[str]
    codes: Sequence[str]


def python(export: Export) -> str:
    """Return the query as a program for Python with pandas."""
    return _render("query.py.txt", export)


def r(export: Export) -> str:
    """Return the query as a program for R, which needs no package."""
    return _render("query.r.txt", export)


def duckdb_sql(export: Export) -> str:
    """Return the query as a statement for DuckDB."""
    return _render("query.sql.txt", export)


def _render(template: str, export: Export) -> str:
    card = export.card
    is_context = card.is_context
    found = [] if is_context else _cells(export)
    drawn = templates.render(
        f"exports/{template}",
        title=_line(card.finding),
        unit=_line(card.unit),
        notes=[_line(note) for note in [*notes(card), *_open_ends(card)]],
        release=card.about.release_id,
        status=card.about.mark or card.about.status,
        link=lasting_link(card, export.base),
        table=f"{export.base}{file_address(card, 'csv')}",
        dimensions=DIMENSIONS,
        total=TOTAL,
        cells=found,
        quarters=sorted({quarter for cell in found for quarter in cell.quarters}),
        periods=list({cell.period: cell for cell in found}.values()),
        chosen_csv=_csv(found),
        adds_up=card.about.is_additive,
        address=_context_address(export) if is_context else _file(export, "cells.csv"),
        parquet="" if is_context else _file(export, "cells.parquet"),
        is_context=is_context,
        observations=[row["observation_id"] for row in card.data] if is_context else [],
        text=_text,
        r_lines=_r_lines,
        sql_text=_sql_text,
    )
    return f"{drawn}\n"


def _open_ends(card: Card) -> list[str]:
    """Return the note on ranges without an upper end: the file of the release gives one."""
    is_open = any(row.get("lower") is not None and row["upper"] is None for row in card.data)
    return [messages.text("exports.open_end")] if is_open else []


def _cells(export: Export) -> list[Cell]:
    quarters = quarters_of(export.release)
    return [_cell(row, quarters) for row in export.card.data]


def _cell(row: Mapping[str, Any], quarters: Mapping[str, Sequence[str]]) -> Cell:
    period = next(str(row[name]) for name in PERIOD_COLUMNS if name in row)
    codes = [str(row[name]) for name in DIMENSIONS]
    within = quarters.get(period, [period])
    return Cell(str(row["label"]), period or ALL, within, codes)


def _csv(cells: Sequence[Cell]) -> str:
    """Return cells as CSV without a header."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([cell.label, cell.period, *cell.codes] for cell in cells)
    return file.getvalue()


def _file(export: Export, name: str) -> str:
    """Return the permanent address of a file of the release."""
    release = export.release
    served = next(file.name for file in files.listed(release).values() if file.own_name == name)
    version = files.version(release)
    return f"{export.base}/releases/{release.about.release_id}/{version}/{served}"


def _context_address(export: Export) -> str:
    """Return the address of all context series in the API, because a card can combine several."""
    return f"{export.base}{metadata.path(export.release)}/context?format=csv"


def _line(text: str) -> str:
    """Return a text in one line, for a comment."""
    return " ".join(text.split())


def _text(value: object) -> str:
    """Return a text, or a list of texts, as Python and R write it."""
    return json.dumps(value, ensure_ascii=False)


def _r_lines(text: str) -> str:
    """Return lines of text as R writes them, one below the other."""
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'\n{quoted}'"


def _sql_text(text: str) -> str:
    """Return a text as SQL writes it.

    >>> _sql_text("Don't know")
    "'Don''t know'"
    """
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
