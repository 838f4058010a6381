"""What the publisher keeps is for the publisher alone, and comes back as it was put there."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from referrals.errors import DisclosureError
from referrals.publishing.history.private_store import KEY, Keeper, Kept

YEAR = "2020-21"
CELL = ("2020-Q2", "VNM", "20-29", "F", "MS", "NFA")
KEPT = Kept(
    release_id="first",
    shape="nationalities=10 by_region=False",
    categories={"quarter": ("2020-Q2",), "sex": ("M", "F")},
    recoding={("nationality", "GBR"): "_OTH", ("age_band", "60+"): "50+"},
    true={CELL: 3},
    table={CELL: 5},
    older=({CELL: 6}, {}),
    revises="draft",
    where="here",
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Let new files be readable by all, as some systems do."""
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


def keep(
    keeper: Keeper, kept: Kept = KEPT, *, status: str = "official", where: str = "here"
) -> None:
    keeper.prepare(YEAR, kept, status=status, where=where)
    keeper.settle(YEAR, status=status, where=where, is_published=lambda _: True)


def kept_file(folder: Path) -> Path:
    (path,) = folder.glob("*.json")
    return path


@pytest.mark.usefixtures("open_umask")
def test_the_folder_and_all_its_files_are_for_their_owner_alone(folder: Path) -> None:
    keep(Keeper(folder))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(modes) == 2
    assert set(modes.values()) == {0o600}


def test_a_key_is_drawn_once_and_has_256_bits(folder: Path) -> None:
    Keeper(folder)
    drawn = (folder / KEY).read_bytes()
    Keeper(folder)
    assert (folder / KEY).read_bytes() == drawn
    assert len(bytes.fromhex(drawn.decode())) == 32


def test_the_same_key_gives_the_same_digest_and_seed(folder: Path, tmp_path: Path) -> None:
    path = extract(tmp_path, "one")
    assert Keeper(folder).digest([path]) == Keeper(folder).digest([path])
    assert Keeper(folder).seed("rounding", YEAR) == Keeper(folder).seed("rounding", YEAR)


def test_another_key_gives_another_digest_and_seed(folder: Path, tmp_path: Path) -> None:
    path = extract(tmp_path, "one")
    one, other = Keeper(folder), Keeper(tmp_path / "other")
    assert one.digest([path]) != other.digest([path])
    assert one.seed("rounding", YEAR) != other.seed("rounding", YEAR)


def test_one_changed_byte_changes_the_digest(folder: Path, tmp_path: Path) -> None:
    keeper = Keeper(folder)
    assert keeper.digest([extract(tmp_path, "one")]) != keeper.digest([extract(tmp_path, "onf")])


def test_each_purpose_has_a_seed_of_its_own(folder: Path) -> None:
    keeper = Keeper(folder)
    seeds = {
        keeper.seed("rounding", "official", year) for year in ("2020-21", "2021-22", "2022-23")
    }
    assert len(seeds) == 3
    assert all(0 <= seed < 2**64 for seed in seeds)


def test_the_key_is_in_no_digest_and_no_kept_file(folder: Path, tmp_path: Path) -> None:
    keeper = Keeper(folder)
    keep(keeper)
    key = (folder / KEY).read_text(encoding="utf-8")
    assert key not in kept_file(folder).read_text(encoding="utf-8")
    assert keeper.digest([extract(tmp_path, "")]) != key


def test_what_was_kept_comes_back_as_it_was(folder: Path) -> None:
    keep(Keeper(folder))
    assert Keeper(folder).kept(YEAR, status="official", where="here") == KEPT


def test_nothing_is_kept_of_a_year_that_was_never_published(folder: Path) -> None:
    assert Keeper(folder).kept(YEAR, status="official", where="here") is None


@pytest.mark.parametrize(
    ("year", "status", "where"),
    [
        ("2021-22", "official", "here"),
        (YEAR, "illustrative", "here"),
        (YEAR, "official", "elsewhere"),
    ],
)
def test_another_year_status_or_place_is_another_series(
    folder: Path, year: str, status: str, where: str
) -> None:
    keeper = Keeper(folder)
    keep(keeper)
    assert keeper.kept(year, status=status, where=where) is None


def test_a_later_release_takes_the_place_of_the_earlier_one(folder: Path) -> None:
    keeper = Keeper(folder)
    keep(keeper)
    later = Kept(
        "second", KEPT.shape, KEPT.categories, KEPT.recoding, {CELL: 4}, {CELL: 5}, where="here"
    )
    keep(keeper, later)
    assert keeper.kept(YEAR, status="official", where="here") == later
    assert len(list(folder.iterdir())) == 2


def test_a_write_that_was_cut_short_leaves_what_was_kept_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(folder)
    keep(keeper)

    def cut_short(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", cut_short)
    with pytest.raises(KeyboardInterrupt):
        keep(keeper, Kept("second", "", {}, {}, {}, {}))
    assert keeper.kept(YEAR, status="official", where="here") == KEPT


def test_what_was_prepared_for_a_release_that_never_stood_is_forgotten(folder: Path) -> None:
    keeper = Keeper(folder)
    keep(keeper)
    keeper.prepare(YEAR, Kept("second", "", {}, {}, {}, {}), status="official", where="here")
    keeper.settle(
        YEAR, status="official", where="here", is_published=lambda kept: kept.release_id == "first"
    )
    assert keeper.kept(YEAR, status="official", where="here") == KEPT
    assert len(list(folder.iterdir())) == 2


def test_what_was_prepared_is_not_taken_for_what_was_published(folder: Path) -> None:
    keeper = Keeper(folder)
    keeper.prepare(YEAR, KEPT, status="official", where="here")
    assert keeper.kept(YEAR, status="official", where="here") is None


def test_what_was_prepared_elsewhere_counts_as_published_there(folder: Path) -> None:
    keeper = Keeper(folder)
    keeper.prepare(YEAR, KEPT, status="official", where="here")
    assert keeper.elsewhere(YEAR, status="official", where="there") == KEPT
    assert keeper.elsewhere(YEAR, status="official", where="here") is None
    assert keeper.elsewhere(YEAR, status="illustrative", where="there") is None


def test_what_is_kept_is_on_the_disk_before_it_is_gone_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    keeper = Keeper(folder)
    assert flushed == [folder.parent.name, "secret.partial", "private"]
    keeper.prepare(YEAR, KEPT, status="official", where="here")
    assert [Path(name).suffix for name in flushed[3:]] == [".partial", ""]
    keeper.settle(YEAR, status="official", where="here", is_published=lambda _: True)
    assert flushed[5:] == ["private"]


def test_a_record_kept_before_older_tables_were_is_read(folder: Path) -> None:
    keep(Keeper(folder))
    record = json.loads(kept_file(folder).read_text(encoding="utf-8"))
    del record["older"], record["revises"], record["where"]
    kept_file(folder).write_text(json.dumps(record), encoding="utf-8")
    kept = Keeper(folder).kept(YEAR, status="official", where="here")
    assert kept is not None
    assert (kept.older, kept.revises, kept.where, kept.table) == (
        (),
        "",
        "another folder",
        KEPT.table,
    )


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "null", "{}", '{"release_id": "first"}', "\x00"]
)
def test_a_damaged_record_is_refused_with_what_to_do(folder: Path, damaged: str) -> None:
    keeper = Keeper(folder)
    keep(keeper)
    kept_file(folder).write_text(damaged, encoding="utf-8")
    with pytest.raises(DisclosureError, match=r"What was kept of 2020-21 cannot be read .* backup"):
        keeper.kept(YEAR, status="official", where="here")


def test_a_damaged_record_is_refused_without_a_count_in_the_message(folder: Path) -> None:
    keeper = Keeper(folder)
    keep(keeper)
    record = json.loads(kept_file(folder).read_text(encoding="utf-8"))
    kept_file(folder).write_text(json.dumps({**record, "true": 8_675_309}), encoding="utf-8")
    with pytest.raises(DisclosureError) as refusal:
        keeper.kept(YEAR, status="official", where="here")
    assert "8675309" not in str(refusal.value)
