"""Everything about a card in one ZIP file, with a README that describes each file.

The same card always makes the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

from referrals.cards.exports.export import Export
from referrals.cards.exports.notes import notes, release, source
from referrals.i18n import messages
from referrals.spreadsheets import workbook

README = "README.txt"


def write(export: Export, files: Mapping[str, bytes]) -> bytes:
    """Return files, given by their endings, and a README as a ZIP file with one folder."""
    stem = export.card.file_name
    named = {f"{stem}.{ending}": content for ending, content in files.items()}
    entries = {README: _readme(export, list(files)).encode(), **named}
    return workbook.archive({f"{stem}/{name}": content for name, content in entries.items()})


def _readme(export: Export, endings: list[str]) -> str:
    card = export.card
    listed = [
        messages.text(
            "exports.readme.file",
            name=f"{card.file_name}.{ending}",
            about=messages.text(f"exports.about.{ending.replace('.', '_')}"),
        )
        for ending in endings
    ]
    lines = [
        card.finding,
        messages.text("exports.caption_sentence", title=card.title, unit=card.unit),
        "",
        *notes(card),
        "",
        messages.text("sources.line", names=source(card)),
        release(card, export.base),
        card.about.attribution,
        "",
        messages.text("exports.readme.files"),
        *listed,
    ]
    return "\n".join(lines) + "\n"
