"""Drafts: releases that are made but not approved, and the counts behind them.

A draft binds nothing. Its release lies in a staging folder; the counts behind it lie here, in the
private folder, and enter the history when `approval` approves the draft. `base` is the state of the
history that the draft was computed against: once another release of its years is approved, the
draft no longer fits and has to be made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from referrals.errors import DisclosureError
from referrals.publishing.history import private_store
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.release.release import MANIFEST

FOLDER: Final = "drafts"
"""The folder of drafts in the private folder, a file each."""

Base = Mapping[str, str]
"""The digest of each year's history, and of the manifest of each earlier release of the years."""


@dataclass(frozen=True)
class Draft:
    """A release that is made but not approved.

    `staged` is its folder, `releases` the folder of releases that it is meant for, `edition` the
    SHA-256 of its manifest. `questions` are the points that its approver should answer, by name.
    `is_being_approved` is set before its release is put in place: after a kill, the next publisher
    finishes the approval.
    """

    release_id: str
    status: str
    staged: Path
    releases: Path
    edition: str
    base: Base
    questions: Mapping[str, str]
    years: Mapping[str, StoredYear]
    is_being_approved: bool = False

    def history(self, store: PrivateStore) -> ReleaseHistory:
        """Return the history of the folder of releases that the draft is meant for."""
        return ReleaseHistory(store, self.releases, self.status)

    def was_approved(self, store: PrivateStore) -> bool:
        """Return whether an approval of the draft had begun, and has reached the history."""
        return self.is_being_approved and all(
            _is_same(new, self.history(store).latest(year)) for year, new in self.years.items()
        )


def edition(folder: Path) -> str:
    """Return the SHA-256 of the manifest of a release, or '' if it has none."""
    manifest = folder / MANIFEST
    return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else ""


def save(private: Path, draft: Draft) -> None:
    """Store a draft, in place of an older one of its name."""
    private_store.make_durable(private / FOLDER)
    record = {
        "release_id": draft.release_id,
        "status": draft.status,
        "staged": str(draft.staged.resolve()),
        "releases": str(draft.releases.resolve()),
        "edition": draft.edition,
        "base": dict(draft.base),
        "questions": dict(draft.questions),
        "is_being_approved": draft.is_being_approved,
        "years": {year: private_store.to_json(stored) for year, stored in draft.years.items()},
    }
    private_store.write_private(_path(private, draft.release_id), json.dumps(record))


def load(private: Path, release_id: str) -> Draft | None:
    """Return the draft of a name, or None.

    Raises:
        DisclosureError: its file cannot be read.
    """
    path = _path(private, release_id)
    if not path.exists():
        return None
    try:
        return _draft(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # The error's own text could hold a count, so only its type is reported.
        raise DisclosureError(
            f"The draft {release_id} cannot be read ({type(error).__name__}). Publish it again."
        ) from error


def readable(private: Path) -> list[Draft]:
    """Return the drafts whose files can be read.

    One that cannot must not stop the work on others, nor its own replacement: `load` refuses it
    once somebody names it.
    """
    found = []
    for name in names(private):
        with suppress(DisclosureError):
            if draft := load(private, name):
                found.append(draft)
    return found


def names(private: Path) -> list[str]:
    """Return the names of all drafts."""
    return sorted(path.stem for path in (private / FOLDER).glob("*.json"))


def remove(private: Path, release_id: str) -> None:
    """Remove the counts behind a draft."""
    _path(private, release_id).unlink(missing_ok=True)


def clear_leftovers(private: Path) -> None:
    """Remove half-written files, and the counts of drafts whose staged release was removed."""
    for path in (private / FOLDER).glob(f"*{private_store.PARTIAL}"):
        path.unlink()
    for draft in readable(private):
        if not draft.staged.exists():
            remove(private, draft.release_id)


def _is_same(new: StoredYear, stored: StoredYear | None) -> bool:
    return (
        stored is not None
        and stored.release_id == new.release_id
        and stored.true == new.true
        and stored.table == new.table
    )


def _path(private: Path, release_id: str) -> Path:
    return private / FOLDER / f"{release_id}.json"


def _draft(record: Mapping[str, Any]) -> Draft:
    return Draft(
        release_id=record["release_id"],
        status=record["status"],
        staged=Path(record["staged"]),
        releases=Path(record["releases"]),
        edition=record["edition"],
        base=record["base"],
        questions=record["questions"],
        years={year: private_store.from_json(stored) for year, stored in record["years"].items()},
        is_being_approved=record["is_being_approved"],
    )
