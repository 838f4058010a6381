"""The private store: readable by its owner only, and what was stored is loaded unchanged."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from referrals.errors import DisclosureError
from referrals.publishing.history.private_store import KEY, PrivateStore, Series, StoredYear

YEAR = "2020-21"
CELL = ("2020-Q2", "VNM", "20-29", "F", "MS", "NFA")
STORED = StoredYear(
    release_id="first",
    shape="nationalities=10 by_region=False",
    categories={"quarter": ("2020-Q2",), "sex": ("M", "F")},
    recoding={("nationality", "GBR"): "_OTH", ("age_band", "60+"): "50+"},
    true={CELL: 3},
    table={CELL: 5},
    older=({CELL: 6}, {}),
    revises="draft",
    releases="here",
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Let new files be readable by everyone, as on some systems."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "private"


def extract(folder: Path, text: str, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def commit(
    store: PrivateStore,
    stored: StoredYear = STORED,
    *,
    status: str = "official",
    releases: str = "here",
) -> None:
    store.prepare(YEAR, stored, status=status, releases=releases)
    store.resolve(YEAR, status=status, releases=releases, is_published=lambda _: True)


def committed_file(folder: Path) -> Path:
    (path,) = folder.glob("*.json")
    return path


@pytest.mark.usefixtures("open_umask")
def test_the_folder_and_all_its_files_are_private(folder: Path) -> None:
    commit(PrivateStore(folder))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(modes) == 2
    assert set(modes.values()) == {0o600}


def test_a_key_is_drawn_once_and_has_256_bits(folder: Path) -> None:
    PrivateStore(folder)
    drawn = (folder / KEY).read_bytes()
    PrivateStore(folder)
    assert (folder / KEY).read_bytes() == drawn
    assert len(bytes.fromhex(drawn.decode())) == 32


def test_the_same_key_gives_the_same_digest_and_seed(folder: Path, tmp_path: Path) -> None:
    path = extract(tmp_path, "one")
    assert PrivateStore(folder).digest([path]) == PrivateStore(folder).digest([path])
    assert PrivateStore(folder).seed("rounding", YEAR) == PrivateStore(folder).seed(
        "rounding", YEAR
    )


def test_different_keys_give_different_digests_and_seeds(folder: Path, tmp_path: Path) -> None:
    path = extract(tmp_path, "one")
    first, second = PrivateStore(folder), PrivateStore(tmp_path / "other")
    assert first.digest([path]) != second.digest([path])
    assert first.seed("rounding", YEAR) != second.seed("rounding", YEAR)


def test_one_changed_byte_changes_the_digest(folder: Path, tmp_path: Path) -> None:
    store = PrivateStore(folder)
    assert store.digest([extract(tmp_path, "one")]) != store.digest([extract(tmp_path, "onf")])


def test_each_purpose_has_its_own_seed(folder: Path) -> None:
    store = PrivateStore(folder)
    seeds = {store.seed("rounding", "official", year) for year in ("2020-21", "2021-22", "2022-23")}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**64 for seed in seeds)


def test_the_key_is_not_in_any_digest_or_stored_year(folder: Path, tmp_path: Path) -> None:
    store = PrivateStore(folder)
    commit(store)
    key = (folder / KEY).read_text(encoding="utf-8")
    assert key not in committed_file(folder).read_text(encoding="utf-8")
    assert store.digest([extract(tmp_path, "")]) != key


def test_a_committed_year_is_loaded_unchanged(folder: Path) -> None:
    commit(PrivateStore(folder))
    assert PrivateStore(folder).load(YEAR, status="official", releases="here") == STORED


def test_a_year_that_was_never_published_is_not_stored(folder: Path) -> None:
    assert PrivateStore(folder).load(YEAR, status="official", releases="here") is None


@pytest.mark.parametrize(
    ("year", "status", "releases"),
    [
        ("2021-22", "official", "here"),
        (YEAR, "synthetic", "here"),
        (YEAR, "official", "elsewhere"),
    ],
)
def test_another_year_status_or_folder_of_releases_is_another_series(
    folder: Path, year: str, status: str, releases: str
) -> None:
    store = PrivateStore(folder)
    commit(store)
    assert store.load(year, status=status, releases=releases) is None


LATER = replace(STORED, release_id="second", true={CELL: 4}, table={CELL: 5})
SERIES = Series("official", YEAR, "here")


def test_a_later_release_replaces_the_earlier_one_which_is_kept(folder: Path) -> None:
    store = PrivateStore(folder)
    commit(store)
    commit(store, LATER)
    stored = store.load(YEAR, status="official", releases="here")
    assert stored == LATER
    assert store.is_in_past("first", stored, year=YEAR)
    assert not store.is_in_past("second", stored, year=YEAR)
    assert {path.suffix for path in folder.iterdir()} == {".key", ".json", ".earlier"}


def test_a_forgotten_release_leaves_the_one_before_it_and_then_nothing(folder: Path) -> None:
    store = PrivateStore(folder)
    for stored in (STORED, LATER, LATER):
        commit(store, stored)
    assert store.published_in("here") == [SERIES]
    store.forget("first", SERIES)
    assert store.load(YEAR, status="official", releases="here") == LATER
    store.forget("second", SERIES)
    assert store.load(YEAR, status="official", releases="here") == STORED
    store.forget("first", SERIES)
    assert [path.name for path in folder.iterdir()] == [KEY]


def test_a_discarded_year_leaves_no_file(folder: Path) -> None:
    store = PrivateStore(folder)
    commit(store)
    before = sorted(folder.iterdir())
    store.prepare(YEAR, LATER, status="official", releases="here")
    store.resolve(YEAR, status="official", releases="here", is_published=lambda _: False)
    assert sorted(folder.iterdir()) == before


def test_a_missing_key_is_made_anew_only_without_a_history_or_if_asked(folder: Path) -> None:
    commit(PrivateStore(folder))
    (folder / KEY).unlink()
    with pytest.raises(DisclosureError, match="has a history of releases"):
        PrivateStore(folder)
    assert not (folder / KEY).exists()
    assert PrivateStore(folder, new_key=True).has_new_key
    assert not PrivateStore(folder).has_new_key


def test_an_interrupted_commit_leaves_the_earlier_year_stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PrivateStore(folder)
    commit(store)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        commit(store, StoredYear("second", "", {}, {}, {}, {}))
    assert store.load(YEAR, status="official", releases="here") == STORED


def test_a_prepared_year_is_discarded_if_its_release_was_not_published(folder: Path) -> None:
    store = PrivateStore(folder)
    commit(store)
    store.prepare(
        YEAR, StoredYear("second", "", {}, {}, {}, {}), status="official", releases="here"
    )
    store.resolve(
        YEAR,
        status="official",
        releases="here",
        is_published=lambda year: year.release_id == "first",
    )
    assert store.load(YEAR, status="official", releases="here") == STORED
    assert len(list(folder.iterdir())) == 2


def test_a_prepared_year_is_not_loaded_before_it_is_resolved(folder: Path) -> None:
    store = PrivateStore(folder)
    store.prepare(YEAR, STORED, status="official", releases="here")
    assert store.load(YEAR, status="official", releases="here") is None


def test_a_prepared_year_counts_as_published_elsewhere(folder: Path) -> None:
    store = PrivateStore(folder)
    store.prepare(YEAR, STORED, status="official", releases="here")
    assert store.load_elsewhere(YEAR, status="official", releases="there") == STORED
    assert store.load_elsewhere(YEAR, status="official", releases="here") is None
    assert store.load_elsewhere(YEAR, status="synthetic", releases="there") is None


def test_stored_files_are_flushed_to_disk_at_each_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def recording_fsync(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    store = PrivateStore(folder)
    assert flushed == [folder.parent.name, "secret.partial", "private"]
    store.prepare(YEAR, STORED, status="official", releases="here")
    assert [Path(name).suffix for name in flushed[3:]] == [".partial", ""]
    store.resolve(YEAR, status="official", releases="here", is_published=lambda _: True)
    assert flushed[5:] == ["private"]


def test_a_file_of_the_first_version_without_later_keys_is_read(folder: Path) -> None:
    commit(PrivateStore(folder))
    record = json.loads(committed_file(folder).read_text(encoding="utf-8"))
    del record["older"], record["revises"], record["where"]
    committed_file(folder).write_text(json.dumps(record), encoding="utf-8")
    stored = PrivateStore(folder).load(YEAR, status="official", releases="here")
    assert stored is not None
    assert (stored.older, stored.revises, stored.releases, stored.table) == (
        (),
        "",
        "another folder",
        STORED.table,
    )


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "null", "{}", '{"release_id": "first"}', "\x00"]
)
def test_a_damaged_file_is_refused_with_advice(folder: Path, damaged: str) -> None:
    store = PrivateStore(folder)
    commit(store)
    committed_file(folder).write_text(damaged, encoding="utf-8")
    with pytest.raises(
        DisclosureError, match=r"The stored counts of 2020-21 cannot be read .* backup"
    ):
        store.load(YEAR, status="official", releases="here")


def test_the_message_about_a_damaged_file_has_no_count(folder: Path) -> None:
    store = PrivateStore(folder)
    commit(store)
    record = json.loads(committed_file(folder).read_text(encoding="utf-8"))
    committed_file(folder).write_text(json.dumps({**record, "true": 8_675_309}), encoding="utf-8")
    with pytest.raises(DisclosureError) as refusal:
        store.load(YEAR, status="official", releases="here")
    assert "8675309" not in str(refusal.value)
