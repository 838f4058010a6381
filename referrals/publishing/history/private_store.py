"""The publisher's private folder: a secret key, and the counts behind each published year.

Written by `history`, never published, readable by its owner only. The key seeds the search for a
protected table and keys the hash of the extracts, so that neither can be used to test a guess. The
counts are stored so that a revision leaves unchanged cells as they are.

Only an approved release is in the history. Writing has two phases: prepared before the release is
swapped in and committed after, so a crash never leaves the two inconsistent. The counts that a new
release takes the place of are kept, so that a release can be forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from referrals import atomic_folder
from referrals.errors import DisclosureError
from referrals.publishing.tabulation.counts import Codes

KEY: Final = "secret.key"
OWNER_ONLY: Final = 0o700
HASH_BLOCK_BYTES: Final = 1 << 20

COMMITTED: Final = ".json"
PREPARED: Final = ".prepared"
EARLIER: Final = ".earlier"
PARTIAL: Final = ".partial"
"""The suffixes of a stored year: its release is published, may be published, was the last one
before that, is being written."""

HISTORY: Final = (f"*{COMMITTED}", f"*{PREPARED}", f"*{EARLIER}", "drafts/*", "audit.log")
"""The files that a private folder with a history has, besides its key."""


@dataclass(frozen=True)
class StoredYear:
    """The counts and options behind one published year.

    Attributes:
        release_id: the release that published it.
        shape: the options that every revision of the year must share.
        categories: the published codes of each dimension.
        recoding: the published code by dimension and recorded code, for codes that were combined.
        true: the true finest counts that the release describes.
        table: the protected finest counts that it shows.
        older: the protected tables of earlier releases of the year.
        revises: the release that this one revises, or an empty string.
        releases: the folder of releases that it was published to.
        before: the file with the counts behind the year's previous release, or an empty string.
    """

    release_id: str
    shape: str
    categories: Mapping[str, tuple[str, ...]]
    recoding: Mapping[tuple[str, str], str]
    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    older: tuple[Mapping[Codes, int], ...] = ()
    revises: str = ""
    releases: str = ""
    before: str = field(default="", compare=False)


@dataclass(frozen=True)
class Series:
    """The releases of one year with one status in one folder of releases."""

    status: str
    year: str
    releases: str


class PrivateStore:
    """The publisher's private folder.

    Stored years are separate for each `status` (official, example or synthetic) and for each folder
    of releases: releases published to another folder are another series.
    """

    has_new_key = False

    def __init__(self, folder: Path, *, new_key: bool = False, read_only: bool = False) -> None:
        """Open a private folder, which is made, and given a key, if it is missing.

        A folder with a history is given a new key only if `new_key` asks for it. Read-only, nothing
        is made: a missing key is replaced by one for this object alone.

        Raises:
            DisclosureError: the key is missing or empty, and the folder has a history.
        """
        self.folder = folder
        if read_only:
            is_there = (folder / KEY).exists()
            self._key = self._read_key(may_be_new=False) if is_there else secrets.token_bytes(32)
            return
        make_durable(folder)
        folder.chmod(OWNER_ONLY)
        self._key = self._read_key(may_be_new=new_key or not self._has_history())

    def seed(self, *purpose: str) -> int:
        """Return a secret 64-bit seed, always the same for the same purpose."""
        digest = hmac.digest(self._key, "|".join(purpose).encode(), "sha256")
        return int.from_bytes(digest[:8], "big")

    def digest(self, paths: list[Path]) -> str:
        """Return a hash of extracts. Nobody without the key can test a guess of their content."""
        total = hmac.new(self._key, digestmod=hashlib.sha256)
        for path in paths:
            total.update(path.stat().st_size.to_bytes(8, "big"))
            with path.open("rb") as stream:
                while block := stream.read(HASH_BLOCK_BYTES):
                    total.update(block)
        return total.hexdigest()

    def load(self, year: str, *, status: str, releases: str) -> StoredYear | None:
        """Return the counts behind a year's last release, or None if it was never published.

        Raises:
            DisclosureError: the file cannot be read.
        """
        path = self._committed(year, status, releases)
        return self._read(path, year) if path.exists() else None

    def load_elsewhere(self, year: str, *, status: str, releases: str) -> StoredYear | None:
        """Return the counts behind a year's release in any other folder of releases, or None.

        A year that is still prepared there counts as published: its publisher was killed, and the
        release may exist.

        Raises:
            DisclosureError: the file cannot be read.
        """
        here = {self._committed(year, status, releases), self._prepared(year, status, releases)}
        stored = {
            path
            for suffix in (COMMITTED, PREPARED)
            for path in self.folder.glob(f"{status}-{year}-*{suffix}")
        }
        elsewhere = sorted(stored - here)
        return self._read(elsewhere[0], year) if elsewhere else None

    def prepare(self, year: str, stored: StoredYear, *, status: str, releases: str) -> None:
        """Store the counts behind a release in the making, beside the committed ones."""
        before = self._keep(self._committed(year, status, releases))
        content = json.dumps(to_json(replace(stored, before=before, releases=releases)))
        write_private(self._prepared(year, status, releases), content)

    def resolve(
        self, year: str, *, status: str, releases: str, is_published: Callable[[StoredYear], bool]
    ) -> None:
        """Commit the counts prepared for a year if it was published; otherwise discard them.

        Raises:
            DisclosureError: the file cannot be read.
        """
        prepared = self._prepared(year, status, releases)
        if not prepared.exists():
            return
        committed = self._committed(year, status, releases)
        stored = self._read(prepared, year)
        if is_published(stored):
            prepared.replace(committed)
        else:
            prepared.unlink()
            kept = self.folder / stored.before
            if stored.before and kept.exists() and kept.samefile(committed):
                kept.unlink()
        atomic_folder.flush(self.folder)

    def fingerprint(self, year: str, *, status: str, releases: str) -> str:
        """Return the SHA-256 of a year's committed counts, or '' if it was never published."""
        path = self._committed(year, status, releases)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""

    def published_in(self, releases: str) -> list[Series]:
        """Return the years of every status that were published to a folder of releases."""
        found = sorted(self.folder.glob(f"*-{_series(releases)}{COMMITTED}"))
        names = [path.stem.partition("-") for path in found]
        return [Series(status, rest.rpartition("-")[0], releases) for status, _, rest in names]

    def is_in_past(self, release_id: str, stored: StoredYear, *, year: str) -> bool:
        """Return whether a release of a year came before the one that is stored.

        Raises:
            DisclosureError: the file of an earlier release cannot be read.
        """
        while stored.before:
            stored = self._read(self.folder / stored.before, year)
            if stored.release_id == release_id:
                return True
        return False

    def forget(self, release_id: str, series: Series) -> None:
        """Restore the counts that a year had before a release, which must be its last.

        Raises:
            DisclosureError: the file cannot be read.
        """
        committed = self._committed(series.year, series.status, series.releases)
        while committed.exists():
            stored = self._read(committed, series.year)
            if stored.release_id != release_id:
                break
            if stored.before:
                (self.folder / stored.before).replace(committed)
            else:
                committed.unlink()
        atomic_folder.flush(self.folder)

    def clear_leftovers(self) -> None:
        """Remove the files that a killed publisher did not finish writing."""
        for path in self.folder.glob(f"*{PARTIAL}"):
            path.unlink()

    def _has_history(self) -> bool:
        return any(found for pattern in HISTORY for found in self.folder.glob(pattern))

    def _keep(self, committed: Path) -> str:
        """Give the committed counts a second name, and return it; '' if there are none."""
        if not committed.exists():
            return ""
        digest = hashlib.sha256(committed.read_bytes()).hexdigest()[:12]
        kept = committed.with_name(f"{committed.stem}-{digest}{EARLIER}")
        if not kept.exists():
            os.link(committed, kept)
        return kept.name

    def _read(self, path: Path, year: str) -> StoredYear:
        try:
            return from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # The error's own text could hold a count, so only its type is reported.
            raise DisclosureError(
                f"The stored counts of {year} cannot be read ({type(error).__name__}). "
                "Restore the private folder from its backup: without them, a revision could be "
                "compared with the release before it."
            ) from error

    def _prepared(self, year: str, status: str, releases: str) -> Path:
        return self._committed(year, status, releases).with_suffix(PREPARED)

    def _committed(self, year: str, status: str, releases: str) -> Path:
        return self.folder / f"{status}-{year}-{_series(releases)}{COMMITTED}"

    def _read_key(self, *, may_be_new: bool) -> bytes:
        path = self.folder / KEY
        if not path.exists() and not may_be_new:
            raise DisclosureError(
                f"{path} is missing, but this folder has a history of releases. Restore the key "
                "from its backup. If it is lost, add --new-key: published releases stay as they "
                "are, but nobody can make them again, and a draft made with the old key differs."
            )
        if not path.exists():
            write_private(path, secrets.token_hex(32))
            self.has_new_key = True
        if not (key := path.read_bytes().strip()):
            raise DisclosureError(f"{path} is empty. Restore the secret key from its backup.")
        return key


def _series(releases: str) -> str:
    return hashlib.sha256(releases.encode()).hexdigest()[:12]


def make_durable(folder: Path) -> None:
    """Make a private folder if it is missing, and flush its name to disk before a key is in it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    for path in missing:
        atomic_folder.flush(path.parent)


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only from the start."""
    partial = path.with_suffix(PARTIAL)
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    atomic_folder.flush(partial)
    partial.replace(path)
    atomic_folder.flush(path.parent)


def to_json(stored: StoredYear) -> dict[str, Any]:
    """Return a stored year as JSON."""
    return {
        "release_id": stored.release_id,
        "shape": stored.shape,
        "categories": {name: list(codes) for name, codes in stored.categories.items()},
        "recoding": [[*key, code] for key, code in stored.recoding.items()],
        "true": _rows(stored.true),
        "table": _rows(stored.table),
        "older": [_rows(table) for table in stored.older],
        "revises": stored.revises,
        "where": stored.releases,
        "before": stored.before,
    }


def from_json(record: Mapping[str, Any]) -> StoredYear:
    """Return the stored year that JSON describes."""
    # The first versions wrote none of the last four keys.
    return StoredYear(
        release_id=record["release_id"],
        shape=record["shape"],
        categories={name: tuple(codes) for name, codes in record["categories"].items()},
        recoding={(dimension, code): into for dimension, code, into in record["recoding"]},
        true=_cells(record["true"]),
        table=_cells(record["table"]),
        older=tuple(_cells(table) for table in record.get("older", ())),
        revises=record.get("revises", ""),
        releases=record.get("where", "another folder"),
        before=record.get("before", ""),
    )


def _rows(cells: Mapping[Codes, int]) -> list[list[str | int]]:
    return [[*codes, value] for codes, value in cells.items()]


def _cells(rows: Iterable[Sequence[Any]]) -> dict[Codes, int]:
    return {tuple(row[:-1]): row[-1] for row in rows}
