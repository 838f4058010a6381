"""The formats of a card's files and their groups: pages link to them, the API serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from referrals.cards.card import Card
from referrals.cards.exports import (
    archive,
    citations,
    csv,
    csvw,
    embed,
    snippets,
    spreadsheet,
    text,
)
from referrals.cards.exports.export import Export
from referrals.cards.exports.pictures import png, social, svg
from referrals.i18n import messages
from referrals.spreadsheets import excel, opendocument
from referrals.spreadsheets.formats import SPREADSHEETS

PLAIN: Final = "text/plain; charset=utf-8"
SVG, PNG = "image/svg+xml", "image/png"


@dataclass(frozen=True)
class Format:
    """A format of a card's files: its media type, and its writer.

    `is_picture` means that only a card with a chart has it.
    """

    media_type: str
    write: Callable[[Export], bytes]
    is_picture: bool = False


def _encoded(write: Callable[[Card, str], str]) -> Callable[[Export], bytes]:
    """Return a writer of an export as bytes from one of a card and a base address as text."""
    return lambda export: write(export.card, export.base).encode()


def _png(write: Callable[[Card, str], str], zoom: float) -> Callable[[Export], bytes]:
    return lambda export: png.write(write(export.card, export.base), zoom=zoom)


def _archive(export: Export) -> bytes:
    """Return the ZIP file of every other format of a card."""
    others = [ending for ending in endings(export.card) if ending != ARCHIVE]
    return archive.write(export, {ending: FORMATS[ending].write(export) for ending in others})


ARCHIVE: Final = "zip"
FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format(
        "text/csv; charset=utf-8; header=present", lambda export: csv.write(export.card).encode()
    ),
    csvw.ENDING: Format("application/csvm+json", lambda export: csvw.write(export).encode()),
    "xlsx": Format(
        SPREADSHEETS[".xlsx"][0],
        lambda export: excel.write(spreadsheet.workbook(export.card, export.base)),
    ),
    "ods": Format(
        SPREADSHEETS[".ods"][0],
        lambda export: opendocument.write(spreadsheet.workbook(export.card, export.base)),
    ),
    ARCHIVE: Format("application/zip", _archive),
    "svg": Format(SVG, _encoded(svg.write), is_picture=True),
    "png": Format(PNG, _png(svg.write, png.ZOOM), is_picture=True),
    "social.svg": Format(SVG, _encoded(social.write), is_picture=True),
    "social.png": Format(PNG, _png(social.write, 1), is_picture=True),
    "txt": Format(PLAIN, _encoded(text.write)),
    "bib": Format("application/x-bibtex; charset=utf-8", _encoded(citations.bibtex)),
    "html": Format("text/html; charset=utf-8", _encoded(embed.snippet)),
    "py": Format(PLAIN, lambda export: snippets.python(export).encode()),
    "R": Format(PLAIN, lambda export: snippets.r(export).encode()),
    "sql": Format(PLAIN, lambda export: snippets.duckdb_sql(export).encode()),
}
"""The formats by the ending of their files."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "download": ("csv", csvw.ENDING, "xlsx", "ods", ARCHIVE),
    "picture": ("png", "svg", "social.png", "social.svg"),
    "cite": ("txt", "bib"),
    "embed": ("html",),
    "query": ("py", "R", "sql"),
}
"""The endings that a page lists together, by the name of their group."""


def label(ending: str) -> str:
    """Return the label of the link to a card's file."""
    return messages.text(f"exports.format.{ending.replace('.', '_')}")


def endings(card: Card) -> list[str]:
    """Return the endings of a card's files. A card without a chart has no picture."""
    has_chart = bool(card.bars or card.lines)
    return [ending for ending, written in FORMATS.items() if has_chart or not written.is_picture]
