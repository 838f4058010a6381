"""What a publisher remembers of a place: which releases stand there, and what they were made from.

One publisher is at work at a time, with a private folder and in a folder of releases: two at once would not see each other's
release, and would lose the memory of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from referrals.errors import DisclosureError, ReleaseError
from referrals.publishing.audit import public_release
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.history import private_store
from referrals.publishing.history.private_store import Keeper, Kept
from referrals.publishing.storage import locks
from referrals.publishing.tabulation.counts import Codes
from referrals.release.release import MANIFEST

OFFICIAL: Final = "official"


class Made(Protocol):
    """One year as it will be published: its codes, its true finest counts, and the finest cells that are shown."""

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""

    @property
    def true(self) -> Mapping[Codes, int]:
        """The true finest counts."""

    @property
    def shown(self) -> Mapping[Codes, int]:
        """The finest cells that are shown."""


@contextmanager
def alone(private: Path, to: Path) -> Iterator[None]:
    """Hold the only right to publish with a private folder, and into a folder of releases. A kill gives it back.

    Raises:
        DisclosureError: another publisher has it.
    """
    private_store.make(private)
    with ExitStack() as held:
        for folder in (private, to):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                held.enter_context(locks.alone(folder, waits=False))
            except (
                BlockingIOError,
                FileNotFoundError,
            ):  # who ends now may remove a folder that is empty
                raise DisclosureError(
                    f"Another publisher is at work with {folder}. Start again when it has ended. Nothing was written."
                ) from None
            held.callback(_tidy, folder)
        yield


def _tidy(folder: Path) -> None:
    """Remove a folder that is empty: nothing was published to it."""
    with suppress(OSError):
        folder.rmdir()


@dataclass(frozen=True)
class Memory:
    """What is kept of the releases of one status that were published to a folder."""

    keeper: Keeper
    to: Path
    status: str

    def kept(self, year: str) -> Kept | None:
        """Return what the last release of a year was made from, or None where there was none."""
        return self.keeper.kept(year, status=self.status, where=self._where)

    def prepare(self, year: str, kept: Kept) -> None:
        """Keep what a year is about to be published from, until it is settled whether it was."""
        self.keeper.prepare(year, kept, status=self.status, where=self._where)

    def refuse_elsewhere(self, years: Sequence[str]) -> None:
        """Refuse real records of a year that has a second place: what was decided in the first would be decided anew here.

        Invented records are published wherever somebody tries it out.

        Raises:
            DisclosureError: a year was published in another folder, or was about to be.
        """
        for year in years if self.status == OFFICIAL else ():
            if other := self.keeper.elsewhere(year, status=self.status, where=self._where):
                raise DisclosureError(
                    f"{year} was published before, or about to be, as {other.release_id}, in {other.where}, and not in "
                    f"{self.to}. Read together the two could tell who was counted. Publish in the same folder; where it was "
                    "moved, move it back."
                )

    def settle(self, years: Sequence[str]) -> None:
        """Bring what is kept into step with what stands: a publisher that was killed may have left the two apart.

        Raises:
            DisclosureError: what may have been published last cannot be read.
        """
        for year in years:
            self.keeper.settle(
                year,
                status=self.status,
                where=self._where,
                is_published=partial(self._stands, year=year),
            )

    @contextmanager
    def settling(self, years: Sequence[str]) -> Iterator[None]:
        """Settle what the block prepares, also where it fails: else it would count as published wherever it is tried next.

        Raises:
            DisclosureError: the block did its work, and what it published cannot be read.
        """
        try:
            yield
        except BaseException:
            with suppress(DisclosureError, OSError):
                self.settle(years)
            raise
        self.settle(years)

    def standing(self, years: Sequence[str], *, but: str) -> list[PublicRelease]:
        """Return the releases of the same records that stand already, the one that will be replaced included.

        A folder that holds no release made of protected counts is passed over, and so is one named `but` that cannot be read:
        publishing again is how it is mended.

        Raises:
            DisclosureError: another release cannot be read, and so cannot be attacked together with this one.
        """
        found = []
        for folder in sorted(self.to.glob("[!.]*/")):
            try:
                release = public_release.read(folder)
            except ReleaseError as error:
                if folder.name != but and _is_protected(folder):
                    raise DisclosureError(
                        f"{folder} cannot be read, and readers may have copies of it. Restore it, or move it out of {self.to}."
                    ) from error
                continue
            if release.status == self.status and release.years.keys() & set(years):
                found.append(release)
        return found

    @property
    def _where(self) -> str:
        return str(self.to.resolve())

    def _stands(self, kept: Kept, year: str) -> bool:
        """Return whether a release shows what was prepared for it. One that cannot be read, or was altered, may be the one."""
        folder = self.to / kept.release_id
        try:
            release = public_release.read(folder)
            is_shown = year in release.years and release.years[year].cells == kept.table
            is_in_doubt = not is_shown and bool(release.problems)
        except ReleaseError:
            is_shown, is_in_doubt = (
                False,
                _is_protected(folder) or (folder.exists() and not (folder / MANIFEST).exists()),
            )
        if is_in_doubt:
            raise DisclosureError(
                f"{folder} is damaged, and it may be what {year} was last published as. Restore it from a copy: what it was "
                "made from is remembered only with it."
            )
        return is_shown


def to_keep(
    made: Made,
    before: Kept | None,
    *,
    release_id: str,
    shape: str,
    recoding: Mapping[tuple[str, str], str],
) -> Kept:
    """Return what to keep of a year, with every table that was published of it and is not this one."""
    tables = [*before.older, before.table] if before else []
    return Kept(
        release_id=release_id,
        shape=shape,
        categories={name: tuple(codes) for name, codes in made.categories.items()},
        recoding=recoding,
        true=made.true,
        table=made.shown,
        older=tuple(table for table in tables if table != made.shown),
        revises=revised(before, release_id) if before else "",
    )


def revised(before: Kept, release_id: str) -> str:
    """Return the release that one of this name revises: publishing under the same name again revises what that revised."""
    return before.revises if before.release_id == release_id else before.release_id


def _is_protected(folder: Path) -> bool:
    """Return whether the manifest of a release, which cannot be read, speaks of protected counts."""
    manifest = folder / MANIFEST
    return manifest.is_file() and b"disclosure_control" in manifest.read_bytes()
