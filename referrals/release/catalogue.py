"""The shelf: the releases that are served now, to screens, programs and static pages alike.

A site that is served looks at the folder of releases every second, in a thread of its own (`looking`); elsewhere whoever asks
looks. What changed is opened there and then; everyone else is answered from what stands. A folder that is not a whole release
is refused and the log says why, once; what was last opened whole under that name stays. A release whose folder is gone stands
no more, but for the last that is published: its folder may have gone by accident.

A release that must go at once is withdrawn: by a file or a folder beside it with its name and `.withdrawn`, whether its own
folder is there or not. It then stands no more, even where nothing is left to show, and no session keeps it. It goes before
anything else is opened. A mark that is left over, of which no folder is there, is no reason for a site that shows nothing.
"""

from __future__ import annotations

import hashlib
import logging
import os
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
from referrals.release.contract import REBUILD
from referrals.release.release import PUBLISHED, Release, open_release

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the folder. A look that finds nothing new costs as much as listing its files."""

ATTEMPTS: Final = 3
"""How often a folder that changes while it is opened is opened again at once."""

WITHDRAWN: Final = ".withdrawn"
"""What the name of the mark beside a release adds to its own, where the release is withdrawn."""

LOG: Final = logging.getLogger(__name__)

Trace = tuple[object, ...]
"""What tells whether anything in a folder has changed: names, numbers, sizes and times of its files, without their content."""


@dataclass(frozen=True)
class Standing:
    """Every release that can be asked for at one moment.

    `version` changes whenever a release is added, replaced or taken away. `published` is the one that is shown first, and
    `others` are the rest, the newest first.
    """

    version: str
    published: Release
    others: tuple[Release, ...]

    def offered(self) -> dict[str, Release]:
        """Return every release by its id, the published one first."""
        return {one.about.release_id: one for one in (self.published, *self.others)}

    def editions(self) -> frozenset[str]:
        """Return what tells each release from every other, and from itself when it is replaced."""
        return frozenset(one.digest for one in (self.published, *self.others))


class Shelf:
    """The releases in one folder, each opened once for everyone who asks. Many threads may ask at once."""

    def __init__(self, folder: Path, *, look_every: float = LOOK_EVERY) -> None:
        """Take the folder of the releases, and the seconds between two looks at it. Nothing is opened yet."""
        self._folder = folder
        self._look_every = look_every
        self._next_look = 0.0
        self._looking = Lock()
        self._has_looker = False
        self._standing: Standing | None = None
        self._open: dict[str, Release] = {}
        self._traces: dict[str, Trace] = {}
        self._refused: dict[str, str] = {}
        self._marked: Mapping[str, bool] = {}
        self._taken: frozenset[str] = frozenset()
        self._editions: dict[str, set[str]] = {}
        self._withdrawn: set[str] = set()

    def standing(self) -> Standing:
        """Return the releases that stand now, opened and verified.

        Raises:
            WithdrawnError: none is left to show, because one was withdrawn.
            ReleaseError: there is no whole published release, and has been none since the process started.
        """
        # Only the very first have to wait: after that, whoever comes while another is looking takes what is known.
        if not self._is_known() and self._looking.acquire(blocking=not self._next_look):
            try:
                self._look()
            finally:
                self._looking.release()
        if self._standing is not None:
            return self._standing
        if self._taken or (any(self._marked.values()) and not self._refused):
            raise WithdrawnError(
                "These figures have been withdrawn by those who publish them, and are not shown any more."
            )
        reasons = list(self._refused.values()) or [REBUILD]
        raise ReleaseError(
            " ".join([f"There is no published release in {self._folder.name}/.", *reasons[:3]])
        )

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look now, and then in a thread until the block ends: nobody who asks meanwhile waits for a release to be opened."""
        ended = Event()
        looker = Thread(target=self._look_until, args=(ended,), name="shelf", daemon=True)
        with self._looking:
            self._look()
        self._has_looker = True
        looker.start()
        try:
            yield
        finally:
            ended.set()
            looker.join()
            self._has_looker = False

    def has_withdrawn(self, held: Standing) -> bool:
        """Return whether one of the releases that stood together once has been withdrawn since, as of the last look."""
        if not self._marked and not self._withdrawn:
            return False  # as nearly always: every page asks, several times
        return not self._marked.keys().isdisjoint(held.offered()) or not self._withdrawn.isdisjoint(
            held.editions()
        )

    def refused(self) -> dict[str, str]:
        """Return why each folder that was refused was refused, by its name. What was open under that name still stands."""
        return dict(self._refused)

    def _is_known(self) -> bool:
        return self._has_looker or monotonic() < self._next_look

    def _look_until(self, ended: Event) -> None:
        while not ended.wait(self._look_every):
            try:
                with self._looking:
                    self._look()
            except Exception as error:  # a thread that ends is a site that never sees a new release
                LOG.exception(
                    "The folder of releases could not be looked at (%s).", type(error).__name__
                )

    def _look(self) -> None:
        """Let go of what is withdrawn, then open what is new or has changed, and let go of what is gone."""
        if monotonic() < self._next_look:
            return
        try:
            traces, marked = _found(self._folder)
        except OSError as error:
            self._refuse(
                self._folder.name,
                f"The folder {self._folder.name} cannot be read: {error.strerror}. {REBUILD}",
            )
        else:
            self._withdraw(marked)
            self._arrange()  # to open what has changed can take long
            changed = [
                name for name, trace in sorted(traces.items()) if trace != self._traces.get(name)
            ]
            self._traces = traces | {name: self._open_again(name) for name in changed}
            self._let_go(traces)
            self._arrange()
        finally:
            self._next_look = monotonic() + self._look_every

    def _open_again(self, name: str) -> Trace:
        """Open one folder, and return its trace from before. One that is exchanged meanwhile is neither the old nor the new."""
        for _ in range(ATTEMPTS):
            before = _trace(self._folder / name)
            error = self._opened(name)
            if _trace(self._folder / name) == before:
                break
        if error is None:
            return before
        self._refuse(
            name, str(error) if isinstance(error, ReleaseError) else _unforeseen(name, error)
        )
        # What the system could not do now it may do the next time: the folder need not change for that.
        return () if _may_pass(error) else before

    def _opened(self, name: str) -> Exception | None:
        """Put the release in a folder among those that are open. Return why not, where that cannot be done."""
        try:
            opened = open_release(self._folder / name)
        except Exception as error:
            return error
        if opened.about.release_id != name:
            held = opened.about.release_id
            return ReleaseError(
                f"The folder {name} holds the release {held}. Give the folder the name of its release."
            )
        self._refused.pop(name, None)
        if name not in self._open or self._open[name].digest != opened.digest:
            self._open[name] = opened
            self._editions.setdefault(name, set()).add(opened.digest)
            self._withdrawn.discard(opened.digest)
            LOG.info("The release %s stands now, edition %s.", name, opened.digest[:12])
        return None

    def _refuse(self, name: str, reason: str) -> None:
        if self._refused.get(name) != reason:
            stays = " The one that was opened before stays." if name in self._open else ""
            LOG.warning("A release is refused. %s%s", reason, stays)
        self._refused[name] = reason

    def _withdraw(self, marked: Mapping[str, bool]) -> None:
        """Let go of the releases that are marked as withdrawn, and take note of every edition that somebody may still hold."""
        published = {name for name, one in self._open.items() if one.about.status == PUBLISHED}
        self._taken = frozenset((self._taken | published) & marked.keys())
        for name in sorted(marked):
            if name not in self._marked:
                LOG.warning("The release %s is withdrawn.", name)
            self._withdrawn |= self._editions.pop(name, set())
            self._open.pop(name, None)
        self._marked = marked

    def _let_go(self, present: Collection[str]) -> None:
        """Forget the releases whose folders are gone, but for the last that is published: the site does not go dark."""
        is_dark = _published(one for name, one in self._open.items() if name in present) is None
        kept = self._standing.published.about.release_id if self._standing and is_dark else None
        for name in sorted((self._open.keys() | self._refused.keys()) - set(present)):
            if name == kept:
                self._refuse(
                    name, f"The folder of the release {name} is gone, and no other is published."
                )
                continue
            self._refused.pop(name, None)
            if self._open.pop(name, None):
                LOG.info("The release %s stands no more.", name)

    def _arrange(self) -> None:
        """Say anew what stands, where that is not what stood before."""
        if not (published := _published(self._open.values())):
            self._standing = None
            return
        others = [one for _, one in sorted(self._open.items()) if one is not published]
        others.sort(key=lambda one: one.about.published_on, reverse=True)
        version = hashlib.sha256(
            "".join(one.digest for one in (published, *others)).encode()
        ).hexdigest()
        if self._standing is None or self._standing.version != version:
            self._standing = Standing(version, published, tuple(others))


def _published(releases: Iterable[Release]) -> Release | None:
    """Return the newest published release, by its name, or None."""
    published = [one for one in releases if one.about.status == PUBLISHED]
    return max(published, key=lambda one: one.about.release_id, default=None)


def _found(folder: Path) -> tuple[dict[str, Trace], dict[str, bool]]:
    """Return the trace of every folder that could be a release, by name, and of those withdrawn whether they are there.

    Where the mark is a folder itself, it is the release under another name.
    """
    with os.scandir(folder) as entries:
        names = {
            one.name: one.is_dir()
            for one in entries
            if one.name.isprintable() and not one.name.startswith(".")
        }
    marks = {
        name.removesuffix(WITHDRAWN): is_dir
        for name, is_dir in names.items()
        if name.endswith(WITHDRAWN)
    }
    marked = {name: is_dir or names.get(name, False) for name, is_dir in marks.items()}
    could_be = [
        name
        for name, is_dir in names.items()
        if is_dir and not name.endswith(WITHDRAWN) and name not in marked
    ]
    return {name: _trace(folder / name) for name in could_be}, marked


def _may_pass(error: Exception) -> bool:
    """Return whether a release could be opened later though nothing in its folder changes: no handles left, no memory."""
    cause = error.__cause__ if isinstance(error, ReleaseError) else error
    return cause is not None and (
        not isinstance(cause, duckdb.Error) or isinstance(cause, duckdb.IOException)
    )


def _unforeseen(name: str, error: Exception) -> str:
    return f"The release {name} could not be opened ({type(error).__name__})."


def _trace(folder: Path) -> Trace:
    try:
        with os.scandir(folder) as entries:
            files = sorted(
                (entry.name, *_stamp(entry.stat(follow_symlinks=False))) for entry in entries
            )
        return (*_stamp(folder.lstat()), *files)
    except OSError as error:
        return (error.errno,)


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


SHELF: Final = Shelf(RELEASES)
"""The shelf of this process."""


def standing() -> Standing:
    """Return the releases that stand now, opened and verified; a change on disk shows within a second or two.

    Raises:
        WithdrawnError: none is left to show, because one was withdrawn.
        ReleaseError: there is no whole published release, and has been none since the process started.
    """
    return SHELF.standing()


def digests() -> dict[str, str]:
    """Return the digest of every release that stands, by its id.

    Raises:
        WithdrawnError: none is left to show, because one was withdrawn.
        ReleaseError: there is no whole published release, and has been none since the process started.
    """
    return {name: one.digest for name, one in standing().offered().items()}


def refused() -> Mapping[str, str]:
    """Return why each folder of releases that was refused was refused, by its name, as of the last look."""
    return SHELF.refused()


def has_withdrawn(held: Standing) -> bool:
    """Return whether one of the releases that stood together once has been withdrawn since, as of the last look."""
    return SHELF.has_withdrawn(held)


def looking() -> AbstractContextManager[None]:
    """Look at the folder of releases in a thread until the block ends: while a site is served."""
    return SHELF.looking()
