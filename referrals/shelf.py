"""The shelf: the releases that are served now, to screens, programs and static pages alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from referrals.release import Release, beside, latest_published, open_release


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


@cache
def standing() -> Standing:
    """Return the releases that stand now, opened and verified.

    Raises:
        ReleaseError: there is no whole published release.
    """
    published = open_release(latest_published())
    others = beside(published)
    version = hashlib.sha256("".join(one.digest for one in (published, *others)).encode()).hexdigest()
    return Standing(version, published, others)
