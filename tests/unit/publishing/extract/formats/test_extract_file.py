"""Opening an extract: its type by its first bytes, unpacked, and its text in UTF-8."""

from __future__ import annotations

import contextlib
import gzip
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import ExtractError
from referrals.publishing.extract.formats import encodings, extract_file
from tests.fixtures.extracts import HEADER, line, write

TEXT = f"{HEADER}\n{line(1, nationality='Côte d’Ivoire')}\n"


def opened(path: Path, encoding: str | None = None) -> extract_file.Source:
    """Return a source whose copies are in a folder of its own."""
    folder = path.parent / "copies"
    folder.mkdir(exist_ok=True)
    return extract_file.open_source(path, folder, encoding=encoding)


@pytest.mark.parametrize(
    ("content", "file_type"),
    [
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"ARROW1", "an Arrow file"),
        (b"BZh9", "a bzip2 file"),
        (b"%PDF", "a PDF file"),
        (b'[{"referral_id": 1}]', "a JSON file"),
        (b"  <html>", "an XML or HTML file, whatever its name says"),
    ],
)
def test_a_file_of_another_type_is_refused_by_the_name_of_its_type(
    tmp_path: Path, content: bytes, file_type: str
) -> None:
    with pytest.raises(ExtractError) as error:
        opened(write(tmp_path, content))
    assert str(error.value).startswith(f"sound.csv is {file_type}, which cannot be read. Export")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ExtractError, match="is empty"):
        opened(write(tmp_path, content))


def test_a_folder_a_missing_file_and_a_device_are_refused(tmp_path: Path) -> None:
    for path, message in [
        (tmp_path, "is a folder"),
        (tmp_path / "gone.csv", "does not exist"),
        (Path("/dev/null"), "is not a regular file"),
    ]:
        with pytest.raises(ExtractError, match=message):
            extract_file.open_source(path, tmp_path)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_text_of_any_encoding_becomes_utf_8(tmp_path: Path, encoding: str, name: str) -> None:
    source = opened(write(tmp_path, TEXT.encode(encoding)))
    assert source.encoding is not None
    assert source.encoding.name == name
    assert source.path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode() == TEXT


def test_plain_utf_8_is_read_where_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)
    assert opened(path).path == path


def test_text_with_characters_of_utf_8_is_not_taken_for_windows_text(tmp_path: Path) -> None:
    mixed = TEXT.encode() + "é\n".encode("cp1252")
    assert opened(write(tmp_path, mixed)).encoding == encodings.Encoding("utf-8")


def test_a_stated_encoding_is_used_if_the_file_is_not_utf_8(tmp_path: Path) -> None:
    mixed = TEXT.encode() + "é\n".encode("cp1252")
    source = opened(write(tmp_path, mixed), encoding="cp1252")
    assert source.encoding == encodings.Encoding("cp1252")


def test_line_ends_of_old_macs_are_announced(tmp_path: Path) -> None:
    source = opened(write(tmp_path, TEXT.replace("\n", "\r").encode()))
    assert source.path.read_text(encoding="utf-8") == TEXT
    assert "old Macs" in source.steps[0]


def test_a_zip_file_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", TEXT)
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.zip")
    with pytest.raises(ExtractError, match=r"outer\.zip holds a ZIP file in another"):
        opened(outer)


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract_file, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(ExtractError, match="unpacks to more than"):
        opened(write(tmp_path, gzip.compress(TEXT.encode()), name="a.gz"))


@given(content=st.binary(max_size=80))
def test_any_bytes_are_opened_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with contextlib.suppress(ExtractError):
        source = extract_file.open_source(write(folder, content), folder)
        assert source.path.exists()
