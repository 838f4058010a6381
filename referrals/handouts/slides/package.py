"""The PowerPoint file as bytes: the same slides always make the same ones.

python-pptx writes the time into every entry, and starts from a template of its own: its font may be
missing on another computer, its language is American, and its preview picture is of an empty slide.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from pptx.presentation import Presentation

from referrals.i18n import languages
from referrals.language import current, is_right_to_left
from referrals.spreadsheets import workbook

FONT: Final = "Arial"
"""A font that every computer has, or one of the same widths."""

PREVIEW: Final = "docProps/thumbnail.jpeg"
RELATIONSHIPS: Final = "_rels/.rels"
_PREVIEW_LINK: Final = re.compile(rb'<Relationship [^>]*Target="docProps/thumbnail\.jpeg"[^>]*/>')
_REPLACED: Final = {
    b'typeface="Calibri"': f'typeface="{FONT}"'.encode(),
    b'<a:hlink><a:srgbClr val="0000FF"/>': b'<a:hlink><a:srgbClr val="12436D"/>',
}
_TEXTS: Final = ("ppt/slides/", "ppt/notesSlides/")
"""The entries with texts of slides. Charts run from left to right in every language."""

_PARAGRAPH: Final = re.compile(rb"<a:p>(?!<a:pPr)|<a:pPr[^>]*>")
_ALIGNMENT: Final = re.compile(rb' algn="\w+"')


def to_bytes(presentation: Presentation) -> bytes:
    """Return a presentation as a file."""
    stream = io.BytesIO()
    presentation.save(stream)
    with zipfile.ZipFile(stream) as packed:
        entries = {name: packed.read(name) for name in packed.namelist() if name != PREVIEW}
    return workbook.archive({name: _ours(name, content) for name, content in entries.items()})


def _ours(name: str, content: bytes) -> bytes:
    """Return the content of an entry in our font and language, without a link to the preview."""
    if name == RELATIONSHIPS:
        return _PREVIEW_LINK.sub(b"", content)
    if name.endswith(".xml"):
        own = {**_REPLACED, b'lang="en-US"': f'lang="{languages.tag(current())}"'.encode()}
        for theirs, ours in own.items():
            content = content.replace(theirs, ours)
    if is_right_to_left() and name.startswith(_TEXTS):
        return _PARAGRAPH.sub(_from_right, content)
    return content


def _from_right(found: re.Match[bytes]) -> bytes:
    """Return the beginning of a paragraph that runs from right to left."""
    properties = b'<a:pPr algn="r" rtl="1"'
    if found[0] == b"<a:p>":
        return found[0] + properties + b"/>"
    return _ALIGNMENT.sub(b"", found[0]).replace(b"<a:pPr", properties, 1)
