"""The catalogue: the releases that are served now, by pages, API and static site alike.

While a site is served, a thread refreshes the catalogue every second (`refreshing`); otherwise
callers refresh it. A new or changed folder is opened and verified during the refresh, and everyone
else is answered from the releases already open. A folder that is not a valid release is refused
and logged once, and the last valid release of that name stays. A release whose folder is gone is
no longer served, except the last published one, whose folder may have been removed by accident.

A release is withdrawn by a file or folder beside it with its name and `.withdrawn`, whether its
own folder exists or not. It leaves the catalogue at once, before anything new is opened, even if
nothing remains to show, and open sessions drop it. A site may show nothing only if a withdrawal
explains it; a stale `.withdrawn` marker (no folder of that name) does not.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final

import duckdb

from referrals.errors import ReleaseError, WithdrawnError
from referrals.paths import RELEASES
from referrals.release import folder_scan
from referrals.release.contract import REBUILD
from referrals.release.folder_scan import Fingerprint
from referrals.release.release import PUBLISHED, SYNTHETIC, Release, open_release

REFRESH_SECONDS: Final = 1.0
"""Seconds between two refreshes. A refresh that finds no change costs as much as listing the
files."""

REPLACED: Final[Mapping[str, str]] = {"illustrative": "example"}
"""Releases of earlier versions of the site, each with the one that is there in its place."""

OPEN_ATTEMPTS: Final = 3
"""The times in a row that a folder is opened if it changes while it is being opened."""

MAX_REASONS: Final = 3
"""The most refused folders that an error message explains."""

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """The releases that are served at one moment.

    `version` changes whenever a release is added, replaced or removed. `published` is shown first;
    `others` are the rest, newest first. `withdrawn` are the names of releases that are no longer
    served because they were withdrawn.
    """

    version: str
    published: Release
    others: tuple[Release, ...]
    withdrawn: frozenset[str] = frozenset()

    def by_id(self) -> dict[str, Release]:
        """Return every release by its id, the published one first."""
        return {release.about.release_id: release for release in (self.published, *self.others)}

    def editions(self) -> frozenset[str]:
        """Return the digest of every release.

        Two editions of one release have different digests.
        """
        return frozenset(release.digest for release in (self.published, *self.others))


class Catalogue:
    """The releases in one folder, each opened once for all callers. Thread-safe."""

    def __init__(self, folder: Path, *, refresh_seconds: float = REFRESH_SECONDS) -> None:
        """Take the folder of releases and the interval between refreshes. Nothing is opened yet."""
        self._folder = folder
        self._refresh_seconds = refresh_seconds
        self._next_refresh = 0.0
        self._refresh_lock = Lock()
        self._has_thread = False
        self._served: Served | None = None
        self._open: dict[str, Release] = {}
        self._fingerprints: dict[str, Fingerprint] = {}
        self._refused: dict[str, str] = {}
        self._markers: Mapping[str, bool] = {}
        self._withdrawn_published: frozenset[str] = frozenset()
        self._editions: dict[str, set[str]] = {}
        self._withdrawn_editions: set[str] = set()

    def served(self) -> Served:
        """Return the releases that are served now, opened and verified.

        Raises:
            WithdrawnError: nothing can be shown because a release was withdrawn.
            ReleaseError: there has been no valid published release since the process started.
        """
        # Only the first caller waits. Later ones use the current releases while another refreshes.
        is_first = not self._next_refresh
        if not self._is_current() and self._refresh_lock.acquire(blocking=is_first):
            try:
                self._refresh()
            finally:
                self._refresh_lock.release()
        if self._served is not None:
            return self._served
        has_marked_folder = any(self._markers.values())
        if self._withdrawn_published or (has_marked_folder and not self._refused):
            raise WithdrawnError(
                "These figures have been withdrawn by those who publish them, "
                "and are not shown any more."
            )
        reasons = list(self._refused.values())[:MAX_REASONS] or [REBUILD]
        raise ReleaseError(
            " ".join([f"There is no published release in {self._folder.name}/.", *reasons])
        )

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """Refresh now, then in a thread until the block ends: no caller waits for it."""
        ended = Event()
        thread = Thread(
            target=self._refresh_until, args=(ended,), name="release-catalogue", daemon=True
        )
        with self._refresh_lock:
            self._refresh()
        self._has_thread = True
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._has_thread = False

    def has_withdrawn(self, earlier: Served) -> bool:
        """Return whether any of the earlier releases is withdrawn now, as of the last refresh."""
        # Nearly always the answer, and every page asks several times.
        if not self._markers and not self._withdrawn_editions:
            return False
        if not self._markers.keys().isdisjoint(earlier.by_id()):
            return True
        return not self._withdrawn_editions.isdisjoint(earlier.editions())

    def refused(self) -> dict[str, str]:
        """Return why each refused folder was refused, by name.

        An earlier release of that name may still be served.
        """
        return dict(self._refused)

    def _is_current(self) -> bool:
        return self._has_thread or monotonic() < self._next_refresh

    def _refresh_until(self, ended: Event) -> None:
        while not ended.wait(self._refresh_seconds):
            try:
                with self._refresh_lock:
                    self._refresh()
            except Exception as error:  # without its thread, the site would never see a new release
                LOG.exception(
                    "The folder of releases could not be refreshed (%s).", type(error).__name__
                )

    def _refresh(self) -> None:
        """Drop withdrawn releases, open new and changed ones, drop those that are gone."""
        if monotonic() < self._next_refresh:
            return
        try:
            fingerprints, markers = folder_scan.scan(self._folder)
        except OSError as error:
            self._refuse(
                self._folder.name,
                f"The folder {self._folder.name} cannot be read: {error.strerror}. {REBUILD}",
            )
        else:
            self._withdraw(markers)
            self._update_served()  # at once, because opening the changed releases can take long
            changed = [
                name
                for name, fingerprint in sorted(fingerprints.items())
                if fingerprint != self._fingerprints.get(name)
            ]
            opened = {name: self._reopen(name) for name in changed}
            self._fingerprints = fingerprints | opened
            self._drop_missing(fingerprints)
            self._update_served()
        finally:
            self._next_refresh = monotonic() + self._refresh_seconds

    def _reopen(self, name: str) -> Fingerprint:
        """Open one folder and return its fingerprint.

        A folder that is swapped meanwhile is opened again.
        """
        for _ in range(OPEN_ATTEMPTS):
            before = folder_scan.fingerprint(self._folder / name)
            error = self._open_folder(name)
            if folder_scan.fingerprint(self._folder / name) == before:
                break
        if error is None:
            return before
        is_known = isinstance(error, ReleaseError)
        self._refuse(name, str(error) if is_known else _unexpected(name, error))
        # A failure of the system may pass without any change of the folder, so it is tried again.
        return () if _is_temporary(error) else before

    def _open_folder(self, name: str) -> Exception | None:
        """Open the release in a folder and add it to the open ones.

        Return the error if it cannot be opened.
        """
        try:
            opened = open_release(self._folder / name)
        except Exception as error:  # noqa: BLE001 - whatever fails, the other releases are served
            return error
        release_id = opened.about.release_id
        if release_id != name:
            return ReleaseError(
                f"The folder {name} holds the release {release_id}. "
                "Give the folder the name of its release."
            )
        if opened.is_draft:
            return ReleaseError(
                f"The release {name} is a draft. Approve it (publishing's command approve), which "
                "puts it here, and do not copy it."
            )
        if opened.about.status == SYNTHETIC:
            return ReleaseError(
                f"The release {name} was made from synthetic records: invented figures with real "
                "nationalities and years. It is for trying the pipeline and is never shown. Move "
                "its folder out of the folder of releases."
            )
        self._refused.pop(name, None)
        if name not in self._open or self._open[name].digest != opened.digest:
            self._open[name] = opened
            self._editions.setdefault(name, set()).add(opened.digest)
            self._withdrawn_editions.discard(opened.digest)
            LOG.info("The release %s is served now, edition %s.", name, opened.digest[:12])
        return None

    def _refuse(self, name: str, reason: str) -> None:
        if self._refused.get(name) != reason:
            fallback = " The one that was opened before stays." if name in self._open else ""
            LOG.warning("A release is refused. %s%s", reason, fallback)
        self._refused[name] = reason

    def _withdraw(self, markers: Mapping[str, bool]) -> None:
        """Drop the marked releases and remember their editions: sessions may hold them."""
        published = {
            name for name, release in self._open.items() if release.about.status == PUBLISHED
        }
        self._withdrawn_published = frozenset(
            (self._withdrawn_published | published) & markers.keys()
        )
        for name in sorted(markers):
            if name not in self._markers:
                LOG.warning("The release %s is withdrawn.", name)
            self._withdrawn_editions |= self._editions.pop(name, set())
            self._open.pop(name, None)
        self._markers = markers

    def _drop_missing(self, present: Collection[str]) -> None:
        """Drop releases whose folders are gone.

        The last published one stays, so that the site never goes dark by accident.
        """
        remaining = (release for name, release in self._open.items() if name in present)
        keep = None
        if self._served and _newest_published(remaining) is None:
            keep = self._served.published.about.release_id
        for name in sorted((self._open.keys() | self._refused.keys()) - set(present)):
            if name == keep:
                self._refuse(
                    name, f"The folder of the release {name} is gone, and no other is published."
                )
                continue
            self._refused.pop(name, None)
            if self._open.pop(name, None):
                LOG.info("The release %s is no longer served.", name)

    def _update_served(self) -> None:
        """Replace `_served` if the open releases differ from it."""
        if not (published := _newest_published(self._open.values())):
            self._served = None
            return
        others = [release for _, release in sorted(self._open.items()) if release is not published]
        others.sort(key=lambda release: release.about.published_on, reverse=True)
        digests = "".join(release.digest for release in (published, *others))
        version = hashlib.sha256(digests.encode()).hexdigest()
        withdrawn = frozenset(name for name, has_folder in self._markers.items() if has_folder)
        current = self._served and (self._served.version, self._served.withdrawn)
        if current != (version, withdrawn):
            self._served = Served(version, published, tuple(others), withdrawn)


def _newest_published(releases: Iterable[Release]) -> Release | None:
    """Return the published release with the last id, or None."""
    published = [release for release in releases if release.about.status == PUBLISHED]
    return max(published, key=lambda release: release.about.release_id, default=None)


def _is_temporary(error: Exception) -> bool:
    """Return whether opening may succeed later: the system was out of file handles or memory."""
    cause = error.__cause__ if isinstance(error, ReleaseError) else error
    return isinstance(
        cause, (OSError, MemoryError, duckdb.IOException, duckdb.OutOfMemoryException)
    )


def _unexpected(name: str, error: Exception) -> str:
    return f"The release {name} could not be opened ({type(error).__name__})."


CATALOGUE: Final = Catalogue(RELEASES)
"""The catalogue of this process."""


def served() -> Served:
    """Return the releases that are served now, opened and verified.

    A change on disk shows within two seconds.

    Raises:
        WithdrawnError: nothing can be shown because a release was withdrawn.
        ReleaseError: there has been no valid published release since the process started.
    """
    return CATALOGUE.served()


def digests() -> dict[str, str]:
    """Return the digest of every served release by its id.

    Raises:
        WithdrawnError: nothing can be shown because a release was withdrawn.
        ReleaseError: there has been no valid published release since the process started.
    """
    return {name: release.digest for name, release in served().by_id().items()}


def refused() -> Mapping[str, str]:
    """Return why each refused folder was refused, by name, as of the last refresh."""
    return CATALOGUE.refused()


def has_withdrawn(earlier: Served) -> bool:
    """Return whether an earlier release is withdrawn now. See `Catalogue.has_withdrawn`."""
    return CATALOGUE.has_withdrawn(earlier)


def refreshing() -> AbstractContextManager[None]:
    """Refresh the catalogue in a thread until the block ends: while a site is served."""
    return CATALOGUE.refreshing()
