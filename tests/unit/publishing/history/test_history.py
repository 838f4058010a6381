"""The history of one folder of releases: which releases bind, and where a year may be published."""

from __future__ import annotations

from contextlib import nullcontext as does_not_raise
from pathlib import Path

import pytest

from referrals.errors import DisclosureError
from referrals.publishing import approval
from referrals.publishing.audit import public_release
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Year
from referrals.publishing.history import drafts
from referrals.publishing.history.drafts import Draft
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore, StoredYear

YEAR = "2020-21"
CELL = ("2020-Q2", "VNM", "20-29", "F", "MS", "NFA")


def release(folder: Path, *years: str, status: str = "official") -> PublicRelease:
    return PublicRelease(
        folder=folder,
        release_id=folder.name,
        status=status,
        method="rounding",
        years={year: Year(year, {}, {}, ()) for year in years},
        published={},
        largest_error={},
        revises="",
        problems=(),
    )


def published_in(folder: Path, *, status: str = "official") -> PrivateStore:
    """Return the store of a publisher who has published the year in a folder."""
    store = PrivateStore(folder.parent / "private")
    series = {"status": status, "releases": str(folder.resolve())}
    store.prepare(YEAR, stored(folder), **series)
    store.resolve(YEAR, **series, is_published=lambda _: True)
    return store


def stored(folder: Path) -> StoredYear:
    return StoredYear(
        release_id="first",
        shape="",
        categories={"quarter": ("2020-Q2",)},
        recoding={},
        true={CELL: 3},
        table={CELL: 5},
        older=(),
        revises="",
        releases=str(folder.resolve()),
    )


def draft(folder: Path, *, status: str = "official", is_being_approved: bool = False) -> Draft:
    return Draft(
        release_id="first",
        status=status,
        staged=folder.parent / "staging" / "first",
        releases=folder,
        edition="1f",
        base={},
        questions={},
        years={YEAR: stored(folder)},
        is_being_approved=is_being_approved,
    )


@pytest.mark.parametrize(
    ("status", "is_refused"), [("official", True), ("synthetic", False), ("example", False)]
)
def test_only_real_records_of_a_year_are_refused_in_a_second_folder(
    tmp_path: Path, status: str, is_refused: bool
) -> None:
    store = published_in(tmp_path / "out", status=status)
    second = ReleaseHistory(store, tmp_path / "second", status)
    refusal = pytest.raises(DisclosureError, match="was published before")
    with refusal if is_refused else does_not_raise():
        second.refuse_second_folder([YEAR])
    second.refuse_second_folder(["2021-22"])
    ReleaseHistory(store, tmp_path / "out", status).refuse_second_folder([YEAR])


def test_a_draft_for_a_second_folder_is_refused_though_nothing_changed_in_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = published_in(tmp_path / "out")
    monkeypatch.setattr(public_release, "read", lambda folder: release(folder, YEAR))
    monkeypatch.setattr(drafts, "edition", lambda _: "1f")
    with pytest.raises(DisclosureError, match="The two releases could be compared"):
        approval._refuse_outdated(draft(tmp_path / "second"), store)


def test_a_draft_of_the_same_numbers_as_a_release_is_not_taken_for_that_release(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    store = published_in(out)
    assert draft(out, is_being_approved=True).was_approved(store)
    assert not draft(out).was_approved(store)
    assert not draft(tmp_path / "second", is_being_approved=True).was_approved(store)


def test_a_year_is_attacked_beside_the_releases_of_its_own_status_and_years(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {
        "both": (("2020-21", "2021-22"), "official"),
        "invented": ((YEAR,), "synthetic"),
        "later": (("2021-22",), "official"),
        "same": ((YEAR,), "official"),
    }
    for name in (*made, ".hidden"):
        (tmp_path / "out" / name).mkdir(parents=True)

    def read(folder: Path) -> PublicRelease:
        years, status = made[folder.name]
        return release(folder, *years, status=status)

    monkeypatch.setattr(public_release, "read", read)
    history = ReleaseHistory(PrivateStore(tmp_path / "private"), tmp_path / "out", "official")
    found = history.published([YEAR], replacing="new")
    assert [each.release_id for each in found] == ["both", "same"]
