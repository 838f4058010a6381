"""The release history of a folder: its approved releases, and the counts behind them.

Used by `protected_counts` and `pipeline`, which read it, and by `approval`, which adds to it. Only
one publisher works at a time with a private folder, and in a folder of releases. Two at once would
not see each other's release, and one would overwrite the other's history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from referrals.errors import DisclosureError, ReleaseError
from referrals.publishing.audit import public_release
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.history import private_store
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.publishing.storage import locks
from referrals.publishing.tabulation.counts import Codes
from referrals.release.release import MANIFEST, OFFICIAL


class ProtectedYear(Protocol):
    """One year as it will be published, by either disclosure method."""

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""

    @property
    def true(self) -> Mapping[Codes, int]:
        """The true finest counts."""

    @property
    def shown(self) -> Mapping[Codes, int]:
        """The finest counts that are published."""


@contextmanager
def lock(private: Path, releases: Path) -> Iterator[None]:
    """Lock a private folder and a folder to write releases to. A kill releases both locks.

    Folders that are missing are made, and removed again if nothing was written to them.

    Raises:
        DisclosureError: another publisher holds one of the locks.
    """
    private_store.make_durable(private)
    with ExitStack() as stack:
        for folder in (private, releases):
            was_missing = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            try:
                stack.enter_context(locks.reentrant(folder, blocking=False))
            except (BlockingIOError, FileNotFoundError):
                # Not found: another publisher has just ended, and removed the empty folder.
                raise DisclosureError(
                    f"Another publisher is using {folder}. Nothing was written. "
                    "Try again when it has finished."
                ) from None
            if was_missing:
                stack.callback(_remove_if_empty, folder)
        yield


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


@dataclass(frozen=True)
class ReleaseHistory:
    """The history of releases with one status in one folder of releases."""

    store: PrivateStore
    releases: Path
    status: str

    def latest(self, year: str) -> StoredYear | None:
        """Return the counts behind a year's last release, or None if it was never published."""
        return self.store.load(year, status=self.status, releases=self._releases_path)

    def prepare(self, year: str, stored: StoredYear) -> None:
        """Store the counts behind a release in the making, for `resolve` to commit or discard."""
        self.store.prepare(year, stored, status=self.status, releases=self._releases_path)

    def state(self, years: Sequence[str], earlier: Sequence[PublicRelease]) -> dict[str, str]:
        """Return the digests of the history that a release of some years is computed against.

        They are those of the counts behind each year's last release, and of the manifests of the
        earlier releases with which it is attacked.
        """
        state = {
            f"year {year}": self.store.fingerprint(
                year, status=self.status, releases=self._releases_path
            )
            for year in years
        }
        for release in earlier:
            manifest = (release.folder / MANIFEST).read_bytes()
            state[f"release {release.folder.name}"] = hashlib.sha256(manifest).hexdigest()
        return state

    def refuse_second_folder(self, years: Sequence[str]) -> None:
        """Refuse to publish real records of a year in a second folder.

        The second release would be protected independently, and the two could be compared.
        Invented records may be published anywhere: people try things out with them.

        Raises:
            DisclosureError: a year was published in another folder, or was about to be.
        """
        if self.status != OFFICIAL:
            return
        for year in years:
            other = self.store.load_elsewhere(
                year, status=self.status, releases=self._releases_path
            )
            if other:
                raise DisclosureError(
                    f"{year} was published before, or was about to be, as {other.release_id} in "
                    f"{other.releases}, not in {self.releases}. The two releases could be compared "
                    "to work out who was counted. Publish in the same folder; if it was moved, "
                    "move it back."
                )

    def resolve(self, years: Sequence[str]) -> None:
        """Commit each year's prepared counts if its release exists; otherwise discard them.

        Raises:
            DisclosureError: a folder that may be the last release cannot be read.
        """
        for year in years:
            self.store.resolve(
                year,
                status=self.status,
                releases=self._releases_path,
                is_published=partial(self._is_published, year=year),
            )

    @contextmanager
    def transaction(self, years: Sequence[str]) -> Iterator[None]:
        """Commit or roll back the counts that the block prepared.

        Without the rollback, the next attempt would treat them as published.

        Raises:
            DisclosureError: the block succeeded, but its release cannot be read.
        """
        try:
            yield
        except BaseException:
            with suppress(DisclosureError, OSError):
                self.resolve(years)
            raise
        self.resolve(years)

    def published(self, years: Sequence[str], *, replacing: str) -> list[PublicRelease]:
        """Return the existing releases of any of the years, including one to be replaced.

        Folders that hold no protected release are skipped. So is the one to be replaced if it
        cannot be read: publishing again mends it.

        Raises:
            DisclosureError: another release cannot be read, so it cannot be attacked together with
                the new one.
        """
        found = []
        for folder in sorted(self.releases.glob("[!.]*/")):
            try:
                release = public_release.read(folder)
            except ReleaseError as error:
                if folder.name != replacing and _is_protected(folder):
                    raise DisclosureError(
                        f"{folder} cannot be read, but readers may have copies of it. "
                        f"Restore it, or move it out of {self.releases}."
                    ) from error
                continue
            if release.status == self.status and release.years.keys() & set(years):
                found.append(release)
        return found

    @property
    def _releases_path(self) -> str:
        return str(self.releases.resolve())

    def _is_published(self, stored: StoredYear, year: str) -> bool:
        """Return whether a release shows the table that was prepared for it.

        Raises:
            DisclosureError: the release is unreadable or was altered, so it may be the one.
        """
        folder = self.releases / stored.release_id
        try:
            release = public_release.read(folder)
        except ReleaseError:
            is_shown = False
            has_lost_manifest = folder.exists() and not (folder / MANIFEST).exists()
            is_in_doubt = _is_protected(folder) or has_lost_manifest
        else:
            is_shown = year in release.years and release.years[year].cells == stored.table
            is_in_doubt = not is_shown and bool(release.problems)
        if is_in_doubt:
            raise DisclosureError(
                f"{folder} is damaged, and may be the last release of {year}. Restore it from a "
                "copy: without it, the history of that year cannot be completed."
            )
        return is_shown


def stored_year(
    new: ProtectedYear,
    previous: StoredYear | None,
    *,
    release_id: str,
    shape: str,
    recoding: Mapping[tuple[str, str], str],
) -> StoredYear:
    """Return the record to store for a year, with every earlier table published for it."""
    tables = [*previous.older, previous.table] if previous else []
    return StoredYear(
        release_id=release_id,
        shape=shape,
        categories={name: tuple(codes) for name, codes in new.categories.items()},
        recoding=recoding,
        true=new.true,
        table=new.shown,
        older=tuple(table for table in tables if table != new.shown),
        revises=revised_release(previous, release_id) if previous else "",
    )


def revised_release(previous: StoredYear, release_id: str) -> str:
    """Return the id of the release that a new one revises.

    Publishing under the same id again replaces a release, and revises the one that it revised.
    """
    if previous.release_id == release_id:
        return previous.revises
    return previous.release_id


def _is_protected(folder: Path) -> bool:
    """Return whether the manifest of an unreadable release mentions disclosure control."""
    manifest = folder / MANIFEST
    return manifest.is_file() and b"disclosure_control" in manifest.read_bytes()
