"""Opening the file of an extract: unpacked, its type recognised, its text converted to UTF-8.

Called by `reading`. Whatever has to be unpacked or converted goes to the private scratch folder. A
type that cannot be read is refused by its name, with the way to save it as one that can.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Literal, cast

from referrals.errors import ExtractError
from referrals.publishing.extract.formats import encodings
from referrals.publishing.extract.formats.encodings import Encoding

Kind = Literal["text", "workbook", "parquet"]

MAX_UNPACKED_BYTES: Final = 8 << 30
"""The largest file that is unpacked: 50 million records. A larger one is taken for an attack."""

COPY_BYTES: Final = 1 << 20
SIGNATURE_BYTES: Final = 4096

_UNREADABLE_TYPES: Final = (
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"%PDF", "a PDF file"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
    (b"<", "an XML or HTML file, whatever its name says"),
)
"""The first bytes of file types that people send and that cannot be read."""

_COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_READABLE: Final = "Export it as CSV in UTF-8, or save it as .xlsx, .ods or Parquet."
_SYSTEM_FILES: Final = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """An extract that is ready to be read.

    `path` is the file as it was given, or a copy in the scratch folder; `name` is that of the file
    given. `steps` are sentences about what was done to it; `encoding` is None for a workbook or
    Parquet.
    """

    name: str
    path: Path
    kind: Kind
    encoding: Encoding | None = None
    steps: tuple[str, ...] = ()


def open_source(path: Path, folder: Path, *, encoding: str | None = None) -> Source:
    """Return an extract that is ready to be read, with copies in `folder` if they are needed.

    Args:
        path: the extract: text, a workbook or Parquet, perhaps in gzip or in a ZIP file.
        folder: a private folder.
        encoding: the encoding that a mapping states. By default it is detected.

    Raises:
        ExtractError: the file is missing, empty, protected, or of a type that cannot be read.
    """
    _refuse_other_than_file(path)
    name, steps = path.name, []
    start = _start(path, name)
    if start.startswith(b"\x1f\x8b"):
        path = _unpack_gzip(path, folder, name)
        steps.append("Unpacked from gzip.")
        start = _start(path, name)
    elif start.startswith(b"PK") and not _is_workbook(path, name):
        path = _unpack_zip(path, folder, name)
        steps.append("Unpacked from a ZIP file with this one file in it.")
        start = _start(path, name)
    if start.startswith(b"PK"):
        if not _is_workbook(path, name):
            raise ExtractError(f"{name} holds a ZIP file in another. Unpack it first.")
        return Source(name, path, "workbook", steps=tuple(steps))
    if start.startswith(b"PAR1"):
        return Source(name, path, "parquet", steps=tuple(steps))
    _refuse_type(path, start, name)
    return _text_source(path, folder, name, encoding, steps)


def _refuse_other_than_file(path: Path) -> None:
    if not path.exists():
        raise ExtractError(f"{path} does not exist. Check the name and the folder.")
    if path.is_dir():
        raise ExtractError(f"{path} is a folder. Name one file.")
    if not path.is_file():
        raise ExtractError(f"{path} is not a regular file. Name one file.")


def _start(path: Path, name: str) -> bytes:
    with path.open("rb") as stream:
        start = stream.read(SIGNATURE_BYTES)
    if not start.removeprefix(encodings.BYTE_ORDER_MARK).strip():
        raise ExtractError(f"{name} is empty. Export the extract again.")
    return start


def _refuse_type(path: Path, start: bytes, name: str) -> None:
    if start.startswith(_COMPOUND_FILE):
        if _ENCRYPTED in path.read_bytes():
            raise ExtractError(
                f"{name} is protected with a password. Open it, remove the password, and save it."
            )
        raise ExtractError(
            f"{name} is an old Excel workbook (.xls), in which cells with an error look blank. "
            "Open it and save it as .xlsx."
        )
    content = start.removeprefix(encodings.BYTE_ORDER_MARK).lstrip()
    for signature, file_type in _UNREADABLE_TYPES:
        if content.startswith(signature):
            raise ExtractError(f"{name} is {file_type}, which cannot be read. {_READABLE}")


def _text_source(
    path: Path, folder: Path, name: str, stated: str | None, steps: list[str]
) -> Source:
    encoding = encodings.detect(path, stated)
    is_unchanged = encoding.name == encodings.UTF_8 and not encoding.has_lone_cr
    if is_unchanged:
        _refuse_binary(path, name)
        return Source(name, path, "text", encoding, tuple(steps))
    copy = folder / "text.csv"
    encodings.to_utf_8(path, encoding, to=copy, name=name)
    if encoding.has_lone_cr:
        steps.append("Its line ends are those of old Macs (CR), and were read as line ends.")
    return Source(name, copy, "text", encoding, tuple(steps))


def _refuse_binary(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        line = stream.readline(SIGNATURE_BYTES)
    if b"\0" in line:
        raise ExtractError(f"{name} is a binary file of an unknown type. {_READABLE}")


def _unpack_gzip(path: Path, folder: Path, name: str) -> Path:
    unpacked = folder / "unpacked"
    try:
        with gzip.open(path, "rb") as stream:
            _copy(cast("BinaryIO", stream), unpacked, name)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ExtractError(f"{name} is a damaged gzip file. Export or copy it again.") from error
    return unpacked


def _unpack_zip(path: Path, folder: Path, name: str) -> Path:
    unpacked = folder / "unpacked"
    try:
        with zipfile.ZipFile(path) as archive:
            member = _only_member(archive, name)
            with archive.open(member) as stream:
                _copy(cast("BinaryIO", stream), unpacked, name)
    except (EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise ExtractError(f"{name} is a damaged ZIP file. Export or copy it again.") from error
    return unpacked


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return the one file of an archive, apart from what operating systems add."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _SYSTEM_FILES.search(member.filename)
    ]
    if len(members) != 1:
        raise ExtractError(
            f"{name} is a ZIP file with {len(members)} files in it, not one. "
            "Unpack it, and name the extract."
        )
    if members[0].flag_bits & 1:
        raise ExtractError(f"{name} is protected with a password. Unpack it, and name the extract.")
    return members[0]


def _copy(stream: BinaryIO, to: Path, name: str) -> None:
    size = 0
    with to.open("wb") as copy:
        while block := stream.read(COPY_BYTES):
            size += len(block)
            if size > MAX_UNPACKED_BYTES:
                raise ExtractError(
                    f"{name} unpacks to more than {MAX_UNPACKED_BYTES >> 30} GB. "
                    "Export the extract in parts."
                )
            copy.write(block)


def _is_workbook(path: Path, name: str) -> bool:
    """Return whether a ZIP file is a workbook that can be read.

    Raises:
        ExtractError: it is damaged, or another kind of document.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ExtractError(f"{name} is a damaged ZIP file or workbook. Copy it again.") from error
    if "xl/workbook.xml" in names or kind.startswith(b"application/vnd.oasis.opendocument.spread"):
        return True
    if "xl/workbook.bin" in names:
        raise ExtractError(
            f"{name} is a binary Excel workbook (.xlsb), in which cells with an error look blank. "
            "Open it and save it as .xlsx."
        )
    if kind or "[Content_Types].xml" in names:
        suffix = PurePosixPath(name).suffix or "document"
        raise ExtractError(f"{name} is a {suffix} file and not a workbook. {_READABLE}")
    return False
