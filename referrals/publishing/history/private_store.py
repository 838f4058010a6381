"""What the publisher keeps and never publishes: a secret key, and what each release was made from.

The key seeds the search and keys the hash of the extracts, so that neither can be used to test a guess. The counts behind a
release are kept so that its next revision changes only what changed. They are prepared before the release is put in its
place and taken over afterwards, so that a kill leaves the two in step. The folder is for its owner alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from referrals import atomic_folder
from referrals.errors import DisclosureError
from referrals.publishing.tabulation.counts import Codes

KEY: Final = "secret.key"
OWNER_ONLY: Final = 0o700
BLOCK: Final = 1 << 20
KEPT: Final = ".json"
PREPARED: Final = ".prepared"
PARTIAL: Final = ".partial"
"""The endings of what is kept of a year: settled, about to be published, and half written."""


@dataclass(frozen=True)
class Kept:
    """What one published year was made from: its recoding, the true finest counts that it describes, its protected table.

    `older` holds the tables that were published of the year before this one, and `revises` names the release before it.
    `where` is the folder of releases that it is kept for.
    """

    release_id: str
    shape: str
    categories: Mapping[str, tuple[str, ...]]
    recoding: Mapping[tuple[str, str], str]
    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    older: tuple[Mapping[Codes, int], ...] = ()
    revises: str = ""
    where: str = ""


class Keeper:
    """The publisher's private folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, made where it is missing, and its key, drawn where there is none."""
        self._folder = folder
        make(folder)
        folder.chmod(OWNER_ONLY)
        self._key = self._read_key()

    def seed(self, *about: str) -> int:
        """Return a secret seed for one purpose; the same purpose has the same seed."""
        return int.from_bytes(hmac.digest(self._key, "|".join(about).encode(), "sha256")[:8], "big")

    def digest(self, paths: list[Path]) -> str:
        """Return a keyed hash of extracts: without the key it cannot be used to test what they might hold."""
        total = hmac.new(self._key, digestmod=hashlib.sha256)
        for path in paths:
            total.update(path.stat().st_size.to_bytes(8, "big"))
            with path.open("rb") as stream:
                while block := stream.read(BLOCK):
                    total.update(block)
        return total.hexdigest()

    def kept(self, year: str, *, status: str, where: str) -> Kept | None:
        """Return what the last release of a year was made from, or None where there was none.

        `where` names the place that releases are published to: what is published elsewhere is another series.

        Raises:
            DisclosureError: what was kept cannot be read.
        """
        path = self._path(year, status, where)
        return self._read(path, year) if path.exists() else None

    def _read(self, path: Path, year: str) -> Kept:
        try:
            return _kept(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DisclosureError(
                f"What was kept of {year} cannot be read ({type(error).__name__}). Restore the private folder from its backup: "
                "without it a revision would let the two releases be compared."
            ) from error

    def elsewhere(self, year: str, *, status: str, where: str) -> Kept | None:
        """Return what a year was published from in another place with this folder, or None where there is none.

        What was prepared there and never settled counts as published: its publisher was killed, and the release may stand.
        """
        here = {self._path(year, status, where), self._prepared(year, status, where)}
        every = {
            path
            for ending in (KEPT, PREPARED)
            for path in self._folder.glob(f"{status}-{year}-*{ending}")
        }
        others = sorted(every - here)
        return self._read(others[0], year) if others else None

    def prepare(self, year: str, kept: Kept, *, status: str, where: str) -> None:
        """Keep what a year is about to be published from beside what it was published from: a kill may come between."""
        _write_private(
            self._prepared(year, status, where), json.dumps(_record(kept, where), sort_keys=True)
        )

    def settle(
        self, year: str, *, status: str, where: str, is_published: Callable[[Kept], bool]
    ) -> None:
        """Take what was prepared for a year in place of what was kept where it was published, and else forget it."""
        prepared = self._prepared(year, status, where)
        if not prepared.exists():
            return
        if is_published(self._read(prepared, year)):
            prepared.replace(self._path(year, status, where))
        else:
            prepared.unlink()
        atomic_folder.flush(self._folder)

    def _prepared(self, year: str, status: str, where: str) -> Path:
        return self._path(year, status, where).with_suffix(PREPARED)

    def _path(self, year: str, status: str, where: str) -> Path:
        return (
            self._folder
            / f"{status}-{year}-{hashlib.sha256(where.encode()).hexdigest()[:12]}{KEPT}"
        )

    def _read_key(self) -> bytes:
        path = self._folder / KEY
        if not path.exists():
            _write_private(path, secrets.token_hex(32))
        if not (key := path.read_bytes().strip()):
            raise DisclosureError(
                f"{path} is empty, and a key that is known is no secret. Restore it from its backup."
            )
        return key


def make(folder: Path) -> None:
    """Make a private folder where it is missing, and have its name on the disk before a key lies in it."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    for one in missing:
        atomic_folder.flush(one.parent)


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner could ever read, whole and on the disk or not at all."""
    beside = path.with_suffix(PARTIAL)
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    atomic_folder.flush(beside)
    beside.replace(path)
    atomic_folder.flush(path.parent)


def _record(kept: Kept, where: str) -> dict[str, Any]:
    return {
        "release_id": kept.release_id,
        "shape": kept.shape,
        "categories": {name: list(codes) for name, codes in kept.categories.items()},
        "recoding": [[*key, code] for key, code in kept.recoding.items()],
        "true": _rows(kept.true),
        "table": _rows(kept.table),
        "older": [_rows(table) for table in kept.older],
        "revises": kept.revises,
        "where": where,
    }


def _kept(record: Mapping[str, Any]) -> Kept:
    return Kept(
        release_id=record["release_id"],
        shape=record["shape"],
        categories={name: tuple(codes) for name, codes in record["categories"].items()},
        recoding={(dimension, code): into for dimension, code, into in record["recoding"]},
        true=_cells(record["true"]),
        table=_cells(record["table"]),
        older=tuple(_cells(table) for table in record.get("older", ())),
        revises=record.get("revises", ""),
        where=record.get("where", "another folder"),
    )


def _rows(cells: Mapping[Codes, int]) -> list[list[str | int]]:
    return [[*codes, value] for codes, value in cells.items()]


def _cells(rows: Iterable[Sequence[Any]]) -> dict[Codes, int]:
    return {tuple(row[:-1]): row[-1] for row in rows}
