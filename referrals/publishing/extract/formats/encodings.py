"""The encoding of a text extract: detected by strict decoding, and converted to UTF-8.

Called by `extract_file`. An encoding is accepted only if every byte of the file is valid in it.
UTF-8 is tried first: text in another encoding is practically never valid UTF-8. CP1252 accepts
almost any byte, so it is refused if the file has UTF-8 sequences too, and the report announces it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError

UTF_8: Final = "utf-8"
CP1252: Final = "cp1252"
NAMES: Final = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows text (CP1252)",
}
"""The encodings that are read, as reports name them."""

BLOCK_BYTES: Final = 1 << 20
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_UTF_8_SEQUENCE: Final = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
"""A character outside ASCII in UTF-8. In CP1252 it would be two or more odd characters in a row."""

_UTF_16_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
"""The byte order marks of UTF-16."""


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file.

    `has_bom` says whether it starts with a byte order mark, `has_lone_cr` whether its lines end
    with carriage returns alone, as those of old Macs.
    """

    name: str
    has_bom: bool = False
    has_lone_cr: bool = False

    def __str__(self) -> str:
        """Return the encoding as reports name it."""
        mark = " with a byte order mark" if self.has_bom else ""
        return f"{NAMES[self.name]}{mark}"


def detect(path: Path, stated: str | None = None) -> Encoding:
    """Return the encoding of a text file. If no encoding fits the whole file, it is UTF-8.

    Lines that are not UTF-8 are then rejected one by one. A file is never read in the `stated`
    encoding if it has the byte order mark of another one, or if all of it is valid UTF-8.
    """
    with path.open("rb") as stream:
        start = stream.read(BLOCK_BYTES)
    name = _UTF_16_MARKS.get(start[:2])
    if name is not None:
        return Encoding(name, has_bom=True, has_lone_cr=_has_lone_cr(start.decode(name, "ignore")))
    name = _utf_16_without_mark(start)
    if name is not None:
        return Encoding(name, has_lone_cr=_has_lone_cr(start.decode(name, "ignore")))
    has_bom = start.startswith(BYTE_ORDER_MARK)
    is_cp1252 = not has_bom and not _is_valid(path, UTF_8)
    if is_cp1252 and stated != CP1252:
        is_cp1252 = stated is None and _is_cp1252(path)
    return Encoding(
        CP1252 if is_cp1252 else UTF_8,
        has_bom=has_bom,
        has_lone_cr=_has_lone_cr(start.decode("latin-1")),
    )


def to_utf_8(path: Path, encoding: Encoding, *, to: Path, name: str) -> None:
    """Copy a text file in UTF-8 without a byte order mark. Line ends of old Macs become LF.

    Raises:
        ExtractError: the file is not valid in the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="strict")
    mark = b"" if not encoding.has_bom else "\ufeff".encode(encoding.name)
    try:
        with path.open("rb") as stream, to.open("w", encoding=UTF_8, newline="") as copy:
            stream.seek(len(mark))
            while block := stream.read(BLOCK_BYTES):
                copy.write(_with_line_feeds(decoder.decode(block), encoding))
            copy.write(decoder.decode(b"", final=True))
    except UnicodeDecodeError as error:
        raise ExtractError(
            f"{name} is not valid {NAMES[encoding.name]}. Save it as CSV in UTF-8."
        ) from error


def _with_line_feeds(text: str, encoding: Encoding) -> str:
    return text.replace("\r", "\n") if encoding.has_lone_cr else text


def _has_lone_cr(start: str) -> bool:
    return "\r" in start and "\n" not in start


def _utf_16_without_mark(start: bytes) -> str | None:
    """Return the encoding of UTF-16 text without a mark, else None.

    In such text, nearly every other byte is NUL.
    """
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > 0.9 * pairs and not start[::2].count(0):
        return "utf-16-le"
    if pairs and start[::2].count(0) > 0.9 * pairs and not start[1::2].count(0):
        return "utf-16-be"
    return None


def _is_valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_cp1252(path: Path) -> bool:
    """Return whether every byte is valid in CP1252, and none looks like part of UTF-8."""
    if not _is_valid(path, "cp1252"):
        return False
    with path.open("rb") as stream:
        last = b""
        while block := stream.read(BLOCK_BYTES):
            if b"\0" in block or _UTF_8_SEQUENCE.search(last + block):
                return False
            last = block[-3:]
    return True
