"""The true counts behind a release, for the publisher's own tools such as the attack panel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from referrals.publishing.audit import public_release
from referrals.publishing.history import drafts
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore
from referrals.publishing.tabulation.counts import Codes


def of_release(private: Path, folder: Path, year: str) -> Mapping[Codes, int] | None:
    """Return the true finest counts behind one year of a release, or None if they are not stored.

    The release is a draft or the last approved one of its year: counts of earlier ones are not
    looked up. Nothing is written: a folder that is not a private one stays as it is.

    Raises:
        DisclosureError: the private folder cannot be read.
        ReleaseError: the folder is not a release made of protected counts.
    """
    draft = drafts.load(private, folder.name)
    if draft is not None and draft.staged.resolve() == folder.resolve() and year in draft.years:
        return draft.years[year].true
    release = public_release.read(folder)
    history = ReleaseHistory(PrivateStore(private, read_only=True), folder.parent, release.status)
    stored = history.latest(year)
    if stored is None or stored.release_id != release.release_id:
        return None
    return stored.true
