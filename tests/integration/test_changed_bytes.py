"""One changed byte in any public file: the audit and `verify.py` fail and name the file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from referrals.errors import ReleaseError
from referrals.publishing.audit import audit, public_release
from tests.fixtures import published_releases, suppressed_release
from tests.fixtures.stranger import Stranger

Tamper = Callable[[Path], None]

MANIFEST: Final = "datapackage.json"
PLACES: Final = (0.0, 0.5, 1.0)
"""The changed bytes of each file, from its first to its last."""

MORE_PLACES: Final = 4
SMALL: Final = {"rounding": published_releases.small, "suppression": suppressed_release.small}


@pytest.fixture(
    scope="module", params=["rounding", pytest.param("suppression", marks=pytest.mark.slow)]
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return SMALL[request.param](tmp_path_factory.getbasetemp())


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return published_releases.copied(made, tmp_path)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def change_byte(path: Path, place: float, *, bit: int = 1) -> None:
    """Change one bit of the byte at a place in a file, from 0 (first byte) to 1 (last)."""
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= bit
    path.write_bytes(content)


def faults(folder: Path) -> str:
    """Return the faults that an audit finds, or its refusal."""
    try:
        return "\n".join(check.fault for check in audit.audit([folder]) if not check.holds)
    except ReleaseError as error:
        return str(error)


def read_faults(folder: Path) -> str:
    """Return the faults that an audit finds before it looks into files."""
    try:
        return "\n".join(public_release.read(folder).problems)
    except ReleaseError as error:
        return str(error)


def unnamed(paths: Iterable[Path], found: str) -> list[str]:
    """Return the names of the files that a report does not name."""
    return [path.name for path in paths if path.name not in found]


@pytest.mark.parametrize("place", PLACES)
def test_changed_bytes_fail_and_each_file_is_named(
    made: Path, folder: Path, place: float, stranger: Stranger
) -> None:
    changed = [path for path in files(folder) if path.name != MANIFEST]
    for path in changed:
        change_byte(path, place)
    code, output = stranger.verify(folder, script=made / "verify.py")
    assert (code, unnamed(changed, output)) == (1, [])
    assert unnamed(changed, read_faults(folder)) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_changed_byte_of_the_manifest_fails_and_it_is_named(
    folder: Path, place: float, stranger: Stranger
) -> None:
    change_byte(folder / MANIFEST, place)
    code, output = stranger.verify(folder)
    assert (code, MANIFEST in output, MANIFEST in read_faults(folder)) == (1, True, True)


def test_the_audit_names_every_changed_file_though_it_cannot_read_some(folder: Path) -> None:
    changed = [path for path in files(folder) if path.name != MANIFEST]
    for path in changed:
        change_byte(path, 0.5)
    assert unnamed(changed, faults(folder)) == []


@pytest.mark.slow
def test_one_changed_byte_at_any_place_fails_and_its_file_is_named(
    made: Path, folder: Path, stranger: Stranger
) -> None:
    chance = random.Random(0)
    missed = []
    for path in files(folder):
        before = path.read_bytes()
        for place in [*PLACES, *(chance.random() for _ in range(MORE_PLACES))]:
            change_byte(path, place, bit=1 << chance.randrange(8))
            code, output = stranger.verify(folder, script=made / "verify.py")
            if code != 1 or path.name not in output or path.name not in faults(folder):
                missed.append((path.name, place))
            path.write_bytes(before)
    assert missed == []


def test_missing_files_fail_and_each_is_named(made: Path, folder: Path, stranger: Stranger) -> None:
    removed = [path for path in files(folder) if path.name != MANIFEST]
    for path in removed:
        path.unlink()
    code, output = stranger.verify(folder, script=made / "verify.py")
    assert (code, unnamed(removed, output), unnamed(removed, read_faults(folder))) == (1, [], [])


def test_a_missing_manifest_fails_and_it_is_named(folder: Path, stranger: Stranger) -> None:
    (folder / MANIFEST).unlink()
    code, output = stranger.verify(folder)
    assert (code, MANIFEST in output, MANIFEST in read_faults(folder)) == (1, True, True)


def test_extra_files_fail_and_each_is_named(folder: Path, stranger: Stranger) -> None:
    extra = [folder / name for name in ("true_counts.csv", ".hidden", "cells.csv.bak", "more")]
    for path in extra[:-1]:
        path.touch()
    extra[-1].mkdir()
    code, output = stranger.verify(folder)
    assert (code, unnamed(extra, output), unnamed(extra, read_faults(folder))) == (1, [], [])


# Changes of somebody who updates every SHA-256.


def in_text(name: str, old: str, new: str) -> Tamper:
    """Return a function that replaces the first occurrence of a text in a file."""

    def tamper(folder: Path) -> None:
        before = (folder / name).read_text(encoding="utf-8")
        assert old in before
        (folder / name).write_text(before.replace(old, new, 1), encoding="utf-8")

    return tamper


def in_manifest(**members: Any) -> Tamper:
    return lambda folder: published_releases.change_manifest(
        folder, lambda manifest: manifest.update(members)
    )


def in_database(statement: str) -> Tamper:
    def tamper(folder: Path) -> None:
        with duckdb.connect(folder / "release.duckdb") as connection:
            connection.execute(statement)
            connection.execute("checkpoint")

    return tamper


def with_parquet_metadata(**metadata: str) -> Tamper:
    """Return a function that writes the Parquet file again with other metadata."""

    def tamper(folder: Path) -> None:
        path = folder / "cells.parquet"
        entries = ", ".join(f"{name}: '{value}'" for name, value in metadata.items())
        with duckdb.connect() as connection:
            connection.execute(
                f"create table cells as from read_parquet('{path}');"
                f"copy cells to '{path}' (format parquet, kv_metadata {{{entries}}})"
            )

    return tamper


FORGED: Final[dict[str, tuple[Tamper, str]]] = {
    "a check of the certificate": (
        in_text("certificate.json", '"holds": true', '"holds": false'),
        "certificate.json",
    ),
    "the status in the certificate": (
        in_text("certificate.json", '"status": "', '"status": "un'),
        "certificate.json",
    ),
    "a count in the certificate to be read": (
        in_text("certificate.md", " | holds |", "0 | holds |"),
        "certificate.md",
    ),
    "a limit in the certificate to be read": (
        in_text("certificate.md", "one person may be several", "one person is one"),
        "certificate.md",
    ),
    "a statement": (in_text("statements.csv", "\n", "\n3,3\n"), "statements.csv"),
    "the status in the manifest": (in_manifest(status="official"), "status"),
    "the name in the manifest": (in_manifest(name="victim-referrals-2019-20"), "cells.parquet"),
    "the status in the database": (
        in_database("update release set status = 'official'"),
        "release.duckdb",
    ),
    "the metadata of the Parquet file": (
        with_parquet_metadata(name="victim-referrals-small", status="official"),
        "cells.parquet",
    ),
}

ONE_OF_EACH_FILE: Final = (
    "a check of the certificate",
    "a limit in the certificate to be read",
    "a statement",
    "the status in the manifest",
    "the status in the database",
    "the metadata of the Parquet file",
)

FORGED_IN_DATABASE: Final[dict[str, tuple[Tamper, str]]] = {
    "a table that should be empty": (
        in_database("insert into readings by name (select 3 as position)"),
        "release.duckdb has rows of readings",
    ),
    "a column": (
        in_database("alter table cells add column true_value integer"),
        "release.duckdb has other columns of cells",
    ),
    "a label": (
        in_database("update codes set label = 'Female' where code = 'M'"),
        "release.duckdb has other codes of sex",
    ),
}


@pytest.mark.parametrize(
    ("tamper", "name"),
    [
        pytest.param(*forged, id=what, marks=() if what in ONE_OF_EACH_FILE else pytest.mark.slow)
        for what, forged in FORGED.items()
    ],
)
def test_a_statement_of_a_release_about_itself_that_is_wrong_fails_though_it_was_signed(
    folder: Path, tamper: Tamper, name: str, stranger: Stranger
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    code, output = stranger.verify(folder)
    assert (code, output[:7], name in output) == (1, "WRONG: ", True)
    assert name in faults(folder)


@pytest.mark.parametrize(
    ("tamper", "fault"), FORGED_IN_DATABASE.values(), ids=FORGED_IN_DATABASE.keys()
)
def test_the_audit_fails_a_database_with_more_than_the_release(
    folder: Path, tamper: Tamper, fault: str
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    assert fault in faults(folder)
