"""What stands on the shelf while folders of releases come, change, spoil and go under a running site."""

from __future__ import annotations

import gc
import logging
import os
import resource
import shutil
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, current_thread
from threading import enumerate as enumerate_threads
from time import monotonic, sleep
from typing import Any

import duckdb
import pytest

from referrals.errors import ReleaseError, WithdrawnError
from referrals.release import catalogue as shelves
from referrals.release.catalogue import Shelf
from referrals.release.release import Release, open_release
from tests.integration.conftest import put

SmallRelease = Callable[..., Path]


@pytest.fixture
def small(tmp_path: Path, copy_of_small: SmallRelease) -> SmallRelease:
    """Return a function that puts a small release in its place, as a publisher does, in a folder of releases."""
    return lambda name="2020-21", **asked: copy_of_small(tmp_path / "releases" / name, **asked)


@pytest.fixture
def folder(small: SmallRelease) -> Path:
    """A small published release in a folder of releases."""
    return small(value=1)


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    """A shelf that looks at that folder whenever it is asked."""
    return Shelf(folder.parent, look_every=0)


def value(release: Release) -> Any:
    return release._connection.cursor().execute("select value from cells").fetchall()[0][0]


def ids(shelf: Shelf) -> list[str]:
    return list(shelf.standing().offered())


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


# What comes, changes and goes


def test_what_stands_stays_the_same_object_until_something_changes(shelf: Shelf) -> None:
    assert shelf.standing() is shelf.standing()
    assert ids(shelf) == ["2020-21"]
    assert shelf.refused() == {}


def test_a_release_that_is_replaced_stands_with_its_new_figures_and_another_version(
    shelf: Shelf, small: SmallRelease
) -> None:
    before = shelf.standing()
    small(value=2)
    after = shelf.standing()
    assert (value(before.published), value(after.published)) == (1, 2)
    assert before.version != after.version
    assert before.editions().isdisjoint(after.editions())


def test_a_release_that_is_added_stands_and_one_that_is_taken_away_stands_no_more(
    shelf: Shelf, small: SmallRelease
) -> None:
    before = shelf.standing()
    folder = small("invented", status="illustrative")
    assert ids(shelf) == ["2020-21", "invented"]
    assert shelf.standing().published is before.published, (
        "what did not change was not opened again"
    )
    shutil.rmtree(folder)
    assert ids(shelf) == ["2020-21"]
    assert shelf.standing().version == before.version


def test_a_newer_published_release_is_the_one_shown_first(
    shelf: Shelf, small: SmallRelease
) -> None:
    small("2021-22", value=2)
    small("2022-23", value=3, status="illustrative")
    assert ids(shelf) == ["2021-22", "2020-21", "2022-23"]


def test_the_others_stand_the_newest_first(
    shelf: Shelf, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"a": "2024-01-01", "b": "2026-01-01", "c": "2024-01-01", "2020-21": "2021-12-15"}

    def opened(folder: Path) -> Release:
        release = open_release(folder)
        release.about = replace(release.about, published_on=days[folder.name])
        return release

    monkeypatch.setattr(shelves, "open_release", opened)
    for name in ("c", "a", "b"):
        small(name, status="illustrative")
    assert ids(shelf) == ["2020-21", "b", "a", "c"], "those of one day by name"


def test_what_is_no_folder_of_a_release_is_passed_over(shelf: Shelf, folder: Path) -> None:
    (folder.parent / "notes.txt").write_text("no release", encoding="utf-8")
    (folder.parent / ".2021-22.building").mkdir()
    assert ids(shelf) == ["2020-21"]
    assert shelf.refused() == {}


def test_a_folder_that_is_only_touched_is_not_another_release(shelf: Shelf, folder: Path) -> None:
    before = shelf.standing()
    os.utime(folder / "cells.csv", (0, 0))
    assert shelf.standing() is before


def test_a_shelf_looks_again_only_when_its_time_has_come(
    folder: Path, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(shelves, "monotonic", lambda: now[0])
    shelf = Shelf(folder.parent)
    shelf.standing()
    small(value=2)
    assert value(shelf.standing().published) == 1
    now[0] += shelves.LOOK_EVERY
    assert value(shelf.standing().published) == 2


# What is refused


def cut(folder: Path) -> None:
    path = folder / "release.duckdb"
    os.truncate(path, path.stat().st_size - 4096)


def flip(folder: Path) -> None:
    content = bytearray((folder / "release.duckdb").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "release.duckdb").write_bytes(content)


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def link(path: Path) -> None:
    """Put a link in the place of a file or folder, which is elsewhere then."""
    elsewhere = path.rename(path.parents[1] / ".elsewhere")
    path.symlink_to(elsewhere)


SPOILT: dict[str, Callable[[Path], Any]] = {
    "the last 4 kB of the database are cut": cut,
    "one bit of the database is another": flip,
    "the database is garbage": lambda folder: (folder / "release.duckdb").write_bytes(
        b"garbage!" * 1000
    ),
    "a file is missing": lambda folder: (folder / "statements.csv").unlink(),
    "the manifest is missing": lambda folder: (folder / "datapackage.json").unlink(),
    "the manifest is no JSON": lambda folder: (folder / "datapackage.json").write_text(
        "{", encoding="utf-8"
    ),
    "the manifest is of another version": lambda folder: (folder / "datapackage.json").write_text(
        '{"contract": 2}', encoding="utf-8"
    ),
    "a file is a link": lambda folder: link(folder / "cells.csv"),
    "a file stands there that the manifest does not list": lambda folder: (
        folder / "more.csv"
    ).write_text("", encoding="utf-8"),
    "the folder is empty": empty,
    "the folder is a link": link,
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_release_that_is_spoilt_in_place_is_refused_once_and_the_last_good_one_stays(
    shelf: Shelf, folder: Path, small: SmallRelease, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    before = shelf.standing()
    SPOILT[fault](folder)
    for _ in range(3):
        assert shelf.standing() is before
    assert value(before.published) == 1
    (said,) = warnings(caplog)
    assert said.startswith("A release is refused. ")
    assert said.endswith(" The one that was opened before stays.")
    assert list(shelf.refused()) == ["2020-21"]
    assert str(folder.parent) not in said
    folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)
    small(value=2)
    assert value(shelf.standing().published) == 2
    assert shelf.refused() == {}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_site_that_starts_with_a_spoilt_release_shows_the_others(
    shelf: Shelf, small: SmallRelease, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    SPOILT[fault](small("2021-22", value=2))
    assert ids(shelf) == ["2020-21"]
    assert len(warnings(caplog)) == 1
    assert list(shelf.refused()) == ["2021-22"]


def test_a_release_of_an_older_schema_is_refused_and_the_last_good_one_stays(
    shelf: Shelf, small: SmallRelease
) -> None:
    before = shelf.standing()
    small(without="cells.status")
    assert shelf.standing() is before
    assert "lacks cells.status" in shelf.refused()["2020-21"]


def test_a_copy_of_a_release_under_another_name_does_not_take_its_place(
    shelf: Shelf, folder: Path
) -> None:
    # A backup left in the folder sorts after the release, and would be shown in its place.
    shutil.copytree(folder, folder.with_name("2020-21.old"))
    assert ids(shelf) == ["2020-21"]
    assert shelf.refused() == {
        "2020-21.old": "The folder 2020-21.old holds the release 2020-21. Give the folder the name of its release."
    }


def test_a_release_that_is_copied_file_by_file_stands_when_its_last_file_has_come(
    shelf: Shelf, small: SmallRelease, tmp_path: Path
) -> None:
    before = shelf.standing()
    whole = small("2021-22", value=2).rename(tmp_path / "2021-22")
    target = before.published.folder.with_name("2021-22")
    target.mkdir()
    for path in sorted(whole.iterdir()):
        assert shelf.standing() is before
        shutil.copy(path, target)
    assert ids(shelf) == ["2021-22", "2020-21"]
    assert shelf.refused() == {}


def test_the_last_published_release_stays_when_its_folder_is_gone_and_goes_when_another_comes(
    shelf: Shelf, folder: Path, small: SmallRelease, caplog: pytest.LogCaptureFixture
) -> None:
    small("invented", status="illustrative")
    before = shelf.standing()
    shutil.rmtree(folder)
    for _ in range(3):
        assert shelf.standing() is before
    assert shelf.refused() == {
        "2020-21": "The folder of the release 2020-21 is gone, and no other is published."
    }
    assert len(warnings(caplog)) == 1
    small("2021-22", value=2)
    assert ids(shelf) == ["2021-22", "invented"]
    assert shelf.refused() == {}


# What is withdrawn


def mark(folder: Path, kind: str = "file") -> Path:
    """Mark the release in a folder as withdrawn."""
    marker = folder.with_name(f"{folder.name}.withdrawn")
    marker.mkdir() if kind == "folder" else marker.touch()
    return marker


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize(
    "left", [shutil.rmtree, str], ids=["its folder is gone", "its folder is there"]
)
def test_a_release_that_is_withdrawn_goes_though_no_other_is_published(
    shelf: Shelf,
    small: SmallRelease,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    left: Callable[[Path], object],
) -> None:
    folder = small(value=1)
    small("invented", status="illustrative")
    held = shelf.standing()
    mark(folder, kind)
    left(folder)
    for _ in range(3):
        with pytest.raises(WithdrawnError, match="have been withdrawn"):
            shelf.standing()
    assert shelf.has_withdrawn(held)
    assert warnings(caplog) == ["The release 2020-21 is withdrawn."]
    assert shelf.refused() == {}


def test_a_release_among_others_that_is_withdrawn_is_the_only_one_to_go(
    shelf: Shelf, small: SmallRelease
) -> None:
    folder = small("invented", status="illustrative")
    newer = small("2021-22", value=2)
    held = shelf.standing()
    mark(folder)
    assert ids(shelf) == ["2021-22", "2020-21"]
    assert shelf.has_withdrawn(held)
    mark(newer)
    assert ids(shelf) == ["2020-21"], "an earlier one is shown first again"
    assert not shelf.has_withdrawn(shelf.standing())


def test_a_site_that_starts_with_a_withdrawn_release_says_so_and_opens_nothing_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(folder)
    monkeypatch.setattr(shelves, "open_release", None)
    with pytest.raises(WithdrawnError):
        Shelf(folder.parent).standing()


def test_a_site_that_starts_where_the_mark_is_the_folder_under_another_name_says_so(
    folder: Path,
) -> None:
    folder.rename(folder.with_name(f"{folder.name}.withdrawn"))
    with pytest.raises(WithdrawnError):
        Shelf(folder.parent).standing()


@pytest.mark.parametrize(
    "left", [shutil.rmtree, str], ids=["nothing of it is left", "its folder is there"]
)
def test_a_mark_that_is_left_over_is_not_taken_for_why_a_site_cannot_start(
    folder: Path, small: SmallRelease, left: Callable[[Path], object]
) -> None:
    flip(small("2021-22", value=2))
    mark(folder)
    left(folder)
    with pytest.raises(ReleaseError) as raised:
        Shelf(folder.parent).standing()
    assert not isinstance(raised.value, WithdrawnError)
    assert "2021-22" in str(raised.value)


def test_a_mark_without_a_folder_does_not_explain_a_folder_of_releases_that_is_empty(
    folder: Path,
) -> None:
    mark(folder)
    shutil.rmtree(folder)
    with pytest.raises(ReleaseError) as raised:
        Shelf(folder.parent).standing()
    assert not isinstance(raised.value, WithdrawnError)


def test_what_is_refused_beside_it_does_not_hide_that_the_release_that_stood_was_withdrawn(
    shelf: Shelf, folder: Path, small: SmallRelease
) -> None:
    shelf.standing()
    flip(small("2021-22", value=2))
    mark(folder)
    for _ in range(2):
        with pytest.raises(WithdrawnError):
            shelf.standing()


def test_a_release_goes_before_anything_else_is_opened(
    folder: Path, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    small("invented", status="illustrative")
    newer = small("2021-22", value=2)
    shelf = Shelf(folder.parent, look_every=0)
    held = shelf.standing()
    seen: list[object] = []

    def opened(folder: Path) -> Release:
        seen.extend([shelf._standing and [*shelf._standing.offered()], shelf.has_withdrawn(held)])
        return open_release(folder)

    monkeypatch.setattr(shelves, "open_release", opened)
    mark(newer)
    small("invented", status="illustrative", value=3)
    shelf.standing()
    assert seen == [["2020-21", "invented"], True]


def test_a_correction_in_the_place_of_a_withdrawn_release_stands_and_the_old_editions_stay_withdrawn(
    shelf: Shelf, folder: Path, small: SmallRelease
) -> None:
    first = shelf.standing()
    small(value=2)
    second = shelf.standing()
    marker = mark(folder)
    with pytest.raises(WithdrawnError):
        shelf.standing()
    small(value=3)
    marker.unlink()
    assert value(shelf.standing().published) == 3
    assert shelf.has_withdrawn(first)
    assert shelf.has_withdrawn(second)
    assert not shelf.has_withdrawn(shelf.standing())


def test_a_release_that_was_withdrawn_by_mistake_stands_again(shelf: Shelf, folder: Path) -> None:
    held = shelf.standing()
    marker = mark(folder)
    with pytest.raises(WithdrawnError):
        shelf.standing()
    marker.unlink()
    assert value(shelf.standing().published) == 1
    assert not shelf.has_withdrawn(held)


def test_what_was_replaced_or_taken_away_is_not_withdrawn(
    shelf: Shelf, small: SmallRelease
) -> None:
    folder = small("invented", status="illustrative")
    held = shelf.standing()
    small(value=2)
    shutil.rmtree(folder)
    shelf.standing()
    assert not shelf.has_withdrawn(held)


# What the system cannot do


@pytest.mark.parametrize(
    "fault",
    [OSError(24, "Too many open files"), MemoryError(), ReleaseError("cells.csv cannot be read: Too many open files."),
     ReleaseError("The release cannot be opened (IOException).")],
    ids=["no handle left", "no memory left", "no handle left to read", "no handle left to open"],
)  # fmt: skip
def test_what_the_system_could_not_do_is_tried_again_though_the_folder_does_not_change(
    shelf: Shelf,
    small: SmallRelease,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    before = shelf.standing()
    small(value=2)

    def failing(_: Path) -> Release:
        cause = {"cells": OSError(24, ""), "The r": duckdb.IOException("")}.get(str(fault)[:5])
        raise fault from cause

    with monkeypatch.context() as patch:
        patch.setattr(shelves, "open_release", failing)
        for _ in range(3):
            assert shelf.standing() is before
        assert list(shelf.refused()) == ["2020-21"]
        assert len(warnings(caplog)) == 1, "said once, however often it is tried"
    assert value(shelf.standing().published) == 2
    assert shelf.refused() == {}


def test_a_process_without_a_handle_left_keeps_what_stands_and_opens_the_rest_when_it_has_some(
    shelf: Shelf, small: SmallRelease
) -> None:
    before = shelf.standing()
    small(value=2)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        assert shelf.standing() is before
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert value(shelf.standing().published) == 2


def test_everything_stays_while_the_folder_of_releases_cannot_be_read(
    shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    before = shelf.standing()
    folder.parent.rename(tmp_path / "away")
    assert shelf.standing() is before
    assert list(shelf.refused()) == ["releases"]
    (tmp_path / "away").rename(folder.parent)
    assert shelf.standing() is before
    assert shelf.refused() == {}


def test_without_a_release_it_is_said_and_one_that_comes_later_stands(
    tmp_path: Path, small: SmallRelease
) -> None:
    shelf = Shelf(tmp_path / "releases", look_every=0)
    for _ in range(2):
        with pytest.raises(
            ReleaseError, match=r"^There is no published release in releases/\. .*make data"
        ):
            shelf.standing()
    small()
    assert ids(shelf) == ["2020-21"]


def test_where_every_release_is_refused_it_is_said_why(folder: Path) -> None:
    flip(folder)
    with pytest.raises(
        ReleaseError,
        match=r"^There is no published release in releases/\. release\.duckdb of the release",
    ):
        Shelf(folder.parent).standing()


def test_a_release_that_is_exchanged_while_it_is_opened_is_not_refused(
    shelf: Shelf, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.standing()
    small(value=2)
    swaps = iter([3])

    def opened(folder: Path) -> Release:
        for number in swaps:
            small(value=number)
            raise ReleaseError("half of one, half of the other")
        return open_release(folder)

    monkeypatch.setattr(shelves, "open_release", opened)
    assert value(shelf.standing().published) == 3
    assert shelf.refused() == {}


# Many at once, and for long


def test_whoever_asks_while_another_opens_a_release_is_answered_from_what_stands(
    shelf: Shelf, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shelf.standing()
    small(value=2)
    begun, finish = Event(), Event()

    def slowly(folder: Path) -> Release:
        begun.set()
        finish.wait(30)
        return open_release(folder)

    monkeypatch.setattr(shelves, "open_release", slowly)
    with ThreadPoolExecutor(1) as opener:
        asked = opener.submit(shelf.standing)
        begun.wait(30)
        assert shelf.standing() is before
        finish.set()
        assert value(asked.result().published) == 2


def test_while_a_thread_looks_whoever_asks_opens_nothing_and_soon_has_what_is_new(
    folder: Path, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    openers: list[str] = []

    def opened(folder: Path) -> Release:
        openers.append(current_thread().name)
        return open_release(folder)

    shelf = Shelf(folder.parent, look_every=0.01)
    with shelf.looking():
        monkeypatch.setattr(shelves, "open_release", opened)
        small(value=2)
        assert within(30, lambda: value(shelf.standing().published) == 2)
        small("2021-22", value=3)
        assert within(30, lambda: ids(shelf) == ["2021-22", "2020-21"])
    assert set(openers) == {"shelf"}
    assert "shelf" not in [thread.name for thread in enumerate_threads()]


def test_the_thread_that_looks_goes_on_after_a_fault(
    folder: Path,
    small: SmallRelease,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shelf = Shelf(folder.parent, look_every=0.01)
    with shelf.looking():
        with monkeypatch.context() as patch:
            patch.setattr(shelves, "_found", None)
            assert within(30, lambda: "could not be looked at (TypeError)" in caplog.text)
        small(value=2)
        assert within(30, lambda: value(shelf.standing().published) == 2)


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Return whether something becomes true within some seconds."""
    limit = monotonic() + seconds
    while not (so := is_so()) and monotonic() < limit:
        sleep(0.01)
    return so


def test_all_who_ask_first_share_what_one_of_them_opened(folder: Path) -> None:
    shelf = Shelf(folder.parent)
    with ThreadPoolExecutor(8) as threads:
        assert (
            len({id(standing) for standing in threads.map(lambda _: shelf.standing(), range(16))})
            == 1
        )


def test_nobody_is_refused_or_answered_from_a_mixture_during_twenty_swaps(
    folder: Path, small: SmallRelease
) -> None:
    shelf = Shelf(folder.parent, look_every=0.01)
    editions = [
        shutil.copytree(small(value=number), folder.parent.parent / f"edition-{number}")
        for number in (1, 2)
    ]
    done = Event()

    def ask() -> Iterator[tuple[str, int]]:
        while not done.wait(0.002):
            standing = shelf.standing()
            yield standing.version, value(standing.published)

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(lambda: set(ask())) for _ in range(4)]
        try:
            for number in range(20):
                put(editions[number % 2], folder)
                assert within(30, partial(shows, shelf, 1 + number % 2))
        finally:
            done.set()
        answers = set().union(*(reader.result(30) for reader in readers))
    assert sorted(number for _, number in answers) == [1, 2]
    assert shelf.refused() == {}


def shows(shelf: Shelf, number: int) -> bool:
    return bool(value(shelf.standing().published) == number)


def test_a_release_is_closed_when_the_last_who_holds_it_lets_go(
    shelf: Shelf, small: SmallRelease
) -> None:
    gc.disable()
    try:
        held = shelf.standing()
        old = weakref.ref(held.published)
        small(value=2)
        assert value(shelf.standing().published) == 2
        assert value(held.published) == 1
        del held
        assert old() is None, (
            "nothing waits for a collection of garbage, which the site does rarely"
        )
    finally:
        gc.enable()


def test_the_site_asks_one_shelf_of_the_releases_of_this_checkout() -> None:
    assert shelves.standing() is shelves.SHELF.standing()
    assert shelves.refused() == shelves.SHELF.refused()
