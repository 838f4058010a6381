"""The life of a release after it was made: approve, withdraw or forget it.

`publish` makes drafts, which bind nothing. Only an approved release enters the history, so that
later releases of its years are revisions of it. Each action is in the audit log of the private
folder before it happens. A kill at any moment leaves a draft that can be approved again, or an
approved release: `complete_interrupted` finishes what a killed publisher had begun.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from referrals import atomic_folder
from referrals.errors import DisclosureError, ReleaseError
from referrals.publishing.audit import public_release
from referrals.publishing.history import audit_log, drafts, history
from referrals.publishing.history.drafts import Draft
from referrals.publishing.history.private_store import PrivateStore
from referrals.publishing.options import STAGING, refuse_nested_folders
from referrals.publishing.release_builder.approval_mark import mark_approved
from referrals.release.folder_scan import WITHDRAWN_SUFFIX

NOTHING: Final = "Nothing was written."


@dataclass(frozen=True)
class Places:
    """The private folder and the folder of releases that readers see."""

    private: Path
    releases: Path

    def check(self) -> None:
        """Check the folders.

        Raises:
            DisclosureError: one of them lies in the other, or there is no private folder.
        """
        refuse_nested_folders(self.private, self.releases)
        if not self.private.is_dir():
            raise DisclosureError(f"There is no private folder {self.private}. Nothing was made.")


def approve(
    release_id: str, places: Places, *, by: str, reasons: Mapping[str, str], today: date
) -> Draft:
    """Move a draft into the folder of releases, and return it. From now on it binds.

    Raises:
        DisclosureError: there is no such draft, it is meant for another folder, it was changed,
            another release of its years was approved since it was made, or a reason answers no
            question. Nothing was written.
    """
    places.check()
    with history.lock(places.private, places.releases):
        store = PrivateStore(places.private)
        draft = _load(places.private, release_id)
        complete_interrupted(store)
        _refuse_another_folder(draft, places)
        if draft.was_approved(store):
            return draft
        _refuse_unknown_reasons(draft, reasons)
        _refuse_outdated(draft, store)
        drafts.save(places.private, replace(draft, is_being_approved=True))
        atomic_folder.clear_leftovers(places.releases)
        audit_log.append(
            places.private,
            "approve",
            release_id,
            by=by,
            reasons=dict(reasons),
            releases=str(places.releases.resolve()),
            edition=draft.edition,
        )
        _put_in_place(draft, store, reasons, today)
        _complete(draft, store)
    return draft


def complete_interrupted(store: PrivateStore) -> None:
    """Finish or undo the approvals that a killed publisher had begun, and remove its leftovers.

    Raises:
        DisclosureError: a release that may have been approved is damaged.
    """
    private = store.folder
    store.clear_leftovers()
    for draft in drafts.readable(private):
        if draft.is_being_approved:
            draft.history(store).resolve(list(draft.years))
        if draft.was_approved(store):
            _complete(draft, store)
    drafts.clear_leftovers(private)
    staging = private / STAGING
    if staging.exists():
        atomic_folder.clear_leftovers(staging)
        kept = {staging / name for name in drafts.names(private)}
        for folder in set(staging.iterdir()) - kept:
            shutil.rmtree(folder, ignore_errors=True)


def withdraw(release_id: str, places: Places, *, by: str, reason: str) -> None:
    """Mark a served release as withdrawn: sites stop showing it at once. It still binds.

    Raises:
        DisclosureError: there is no such release.
    """
    places.check()
    if not (places.releases / release_id).is_dir():
        raise DisclosureError(f"There is no release {release_id} in {places.releases}.")
    with history.lock(places.private, places.releases):
        audit_log.append(
            places.private,
            "withdraw",
            release_id,
            by=by,
            reason=reason,
            releases=str(places.releases.resolve()),
        )
        _marker(places.releases, release_id).touch()
        atomic_folder.flush(places.releases)


def forget(release_id: str, places: Places, *, by: str) -> None:
    """Remove a release that was never shared, so that it no longer binds: its folder as well.

    A draft of that name is removed too.

    Raises:
        DisclosureError: a later release of one of its years is a revision of it, or there is
            neither a release nor a draft of this name.
    """
    places.check()
    with history.lock(places.private, places.releases):
        store = PrivateStore(places.private)
        complete_interrupted(store)
        releases = str(places.releases.resolve())
        last = []
        for series in store.published_in(releases):
            stored = store.load(series.year, status=series.status, releases=releases)
            if stored is not None and stored.release_id == release_id:
                last.append(series)
            elif stored is not None and store.is_in_past(release_id, stored, year=series.year):
                raise DisclosureError(
                    f"{stored.release_id} is a later release of {series.year}, and was made to be "
                    f"safe beside {release_id}. Forget {stored.release_id} first. {NOTHING}"
                )
        draft = drafts.load(places.private, release_id)
        if not last and draft is None:
            raise DisclosureError(
                f"No release {release_id} was approved for {places.releases}, and there is no "
                f"draft of this name. {NOTHING}"
            )
        audit_log.append(places.private, "forget", release_id, by=by, releases=releases)
        if last:
            # A kill in between leaves a history that still binds, and the command can be repeated.
            atomic_folder.remove(places.releases / release_id)
            _marker(places.releases, release_id).unlink(missing_ok=True)
            for series in last:
                store.forget(release_id, series)
        if draft is not None:
            _remove_draft(draft, places.private)


def _load(private: Path, release_id: str) -> Draft:
    draft = drafts.load(private, release_id)
    if draft is None:
        others = ", ".join(drafts.names(private)) or "none"
        raise DisclosureError(
            f"There is no draft {release_id} in {private}. Drafts: {others}. Publish it first."
        )
    return draft


def _refuse_another_folder(draft: Draft, places: Places) -> None:
    """Refuse a folder of releases beside which the draft was not made to be safe."""
    if draft.releases.resolve() != places.releases.resolve():
        raise DisclosureError(
            f"The draft {draft.release_id} is meant for {draft.releases}, not for "
            f"{places.releases}. Approve it with --to {draft.releases}, or publish it again for "
            f"the other folder. {NOTHING}"
        )


def _refuse_unknown_reasons(draft: Draft, reasons: Mapping[str, str]) -> None:
    if unknown := sorted(reasons.keys() - draft.questions.keys()):
        asked = ", ".join(draft.questions) or "none"
        raise DisclosureError(
            f"{unknown[0]} is not a question of the draft {draft.release_id}. "
            f"Its questions: {asked}. {NOTHING}"
        )


def _refuse_outdated(draft: Draft, store: PrivateStore) -> None:
    """Refuse a draft whose files or whose history are not those that it was made with."""
    again = f"Publish {draft.release_id} again. {NOTHING}"
    try:
        staged = public_release.read(draft.staged)
    except ReleaseError as error:
        raise DisclosureError(f"The draft in {draft.staged} cannot be read. {again}") from error
    if staged.problems or drafts.edition(draft.staged) != draft.edition:
        raise DisclosureError(
            f"The draft in {draft.staged} is not as it was made: a file was changed. {again}"
        )
    releases = draft.history(store)
    years = list(draft.years)
    releases.resolve(years)
    releases.refuse_second_folder(years)
    now = releases.state(years, releases.published(years, replacing=draft.release_id))
    if now != draft.base:
        raise DisclosureError(
            f"Another release of {' or '.join(years)} was approved or removed since the draft "
            f"{draft.release_id} was made, and it was not tested together with that. {again}"
        )


def _put_in_place(
    draft: Draft, store: PrivateStore, reasons: Mapping[str, str], today: date
) -> None:
    """Copy the staged release beside its place, swap it in, and commit its history."""
    releases = draft.history(store)
    with releases.transaction(list(draft.years)):
        for year, stored in draft.years.items():
            releases.prepare(year, stored)
        with atomic_folder.replacement(draft.releases / draft.release_id) as building:
            for path in draft.staged.iterdir():
                shutil.copyfile(path, building / path.name)
            mark_approved(building, today, reasons)


def _complete(draft: Draft, store: PrivateStore) -> None:
    """Note that a draft was approved, and remove it: its release is in its place."""
    audit_log.append(store.folder, "approved", draft.release_id, edition=draft.edition)
    _remove_draft(draft, store.folder)


def _remove_draft(draft: Draft, private: Path) -> None:
    atomic_folder.remove(draft.staged)
    drafts.remove(private, draft.release_id)


def _marker(releases: Path, release_id: str) -> Path:
    return releases / f"{release_id}{WITHDRAWN_SUFFIX}"
