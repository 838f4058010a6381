"""The catalogue while folders of releases are added, replaced, spoilt, withdrawn and removed."""

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
from referrals.release import catalogue as release_catalogue
from referrals.release import folder_scan
from referrals.release.catalogue import Catalogue
from referrals.release.release import Release, open_release
from tests.integration.conftest import put

SmallRelease = Callable[..., Path]


@pytest.fixture
def folder(small: SmallRelease) -> Path:
    """A small published release in a folder of releases."""
    return small(value=1)


@pytest.fixture
def catalogue(folder: Path) -> Catalogue:
    """A catalogue of that folder that is refreshed at every call."""
    return Catalogue(folder.parent, refresh_seconds=0)


def value(release: Release) -> Any:
    return release._connection.cursor().execute("select value from cells").fetchall()[0][0]


def ids(catalogue: Catalogue) -> list[str]:
    return list(catalogue.served().by_id())


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


# Added, replaced, removed


def test_the_catalogue_returns_the_same_object_until_something_changes(
    catalogue: Catalogue,
) -> None:
    assert catalogue.served() is catalogue.served()
    assert ids(catalogue) == ["2020-21"]
    assert catalogue.refused() == {}


def test_a_replaced_release_is_served_with_its_new_figures_and_another_version(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    before = catalogue.served()
    small(value=2)
    after = catalogue.served()
    assert (value(before.published), value(after.published)) == (1, 2)
    assert before.version != after.version
    assert before.editions().isdisjoint(after.editions())


def test_an_added_release_is_served_and_a_removed_one_is_not(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    before = catalogue.served()
    folder = small("invented", status="official")
    assert ids(catalogue) == ["2020-21", "invented"]
    assert catalogue.served().published is before.published, (
        "an unchanged release is not opened again"
    )
    shutil.rmtree(folder)
    assert ids(catalogue) == ["2020-21"]
    assert catalogue.served().version == before.version


def test_a_release_of_synthetic_records_is_never_served(
    catalogue: Catalogue, small: SmallRelease, caplog: pytest.LogCaptureFixture
) -> None:
    small("made-up", status="synthetic")
    assert ids(catalogue) == ["2020-21"]
    assert "real nationalities and years" in catalogue.refused()["made-up"]
    assert "never shown" in warnings(caplog)[0]


def test_a_served_release_is_not_kept_if_synthetic_records_replace_it(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    small("series", status="official", value=3)
    assert ids(catalogue) == ["2020-21", "series"]
    small("series", status="synthetic", value=4)
    shown = catalogue.served().by_id()["series"]
    assert (shown.about.status, value(shown)) == ("official", 3)


def test_the_newest_published_release_comes_first(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    small("2021-22", value=2)
    small("2022-23", value=3, status="official")
    assert ids(catalogue) == ["2021-22", "2020-21", "2022-23"]


def test_the_other_releases_come_newest_first(
    catalogue: Catalogue, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"a": "2024-01-01", "b": "2026-01-01", "c": "2024-01-01", "2020-21": "2021-12-15"}

    def opened(folder: Path) -> Release:
        release = open_release(folder)
        release.about = replace(release.about, published_on=days[folder.name])
        return release

    monkeypatch.setattr(release_catalogue, "open_release", opened)
    for name in ("c", "a", "b"):
        small(name, status="official")
    assert ids(catalogue) == ["2020-21", "b", "a", "c"], "in order of name within a day"


def test_files_and_hidden_folders_are_ignored(catalogue: Catalogue, folder: Path) -> None:
    (folder.parent / "notes.txt").write_text("no release", encoding="utf-8")
    (folder.parent / ".2021-22.building").mkdir()
    assert ids(catalogue) == ["2020-21"]
    assert catalogue.refused() == {}


def test_a_touched_folder_is_the_same_release(catalogue: Catalogue, folder: Path) -> None:
    before = catalogue.served()
    os.utime(folder / "cells.csv", (0, 0))
    assert catalogue.served() is before


def test_the_catalogue_is_refreshed_only_after_its_interval(
    folder: Path, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(release_catalogue, "monotonic", lambda: now[0])
    catalogue = Catalogue(folder.parent)
    catalogue.served()
    small(value=2)
    assert value(catalogue.served().published) == 1
    now[0] += release_catalogue.REFRESH_SECONDS
    assert value(catalogue.served().published) == 2


# Refused


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
    """Replace a file or folder by a link to it."""
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
    "the manifest is not JSON": lambda folder: (folder / "datapackage.json").write_text(
        "{", encoding="utf-8"
    ),
    "the manifest is of another version": lambda folder: (folder / "datapackage.json").write_text(
        '{"contract": 2}', encoding="utf-8"
    ),
    "a file is a link": lambda folder: link(folder / "cells.csv"),
    "a file that the manifest does not list": lambda folder: (folder / "more.csv").write_text(
        "", encoding="utf-8"
    ),
    "the folder is empty": empty,
    "the folder is a link": link,
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_release_spoilt_in_place_is_refused_once_and_the_last_good_one_stays(
    catalogue: Catalogue,
    folder: Path,
    small: SmallRelease,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    before = catalogue.served()
    SPOILT[fault](folder)
    for _ in range(3):
        assert catalogue.served() is before
    assert value(before.published) == 1
    (message,) = warnings(caplog)
    assert message.startswith("A release is refused. ")
    assert message.endswith(" The one that was opened before stays.")
    assert list(catalogue.refused()) == ["2020-21"]
    assert str(folder.parent) not in message
    folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)
    small(value=2)
    assert value(catalogue.served().published) == 2
    assert catalogue.refused() == {}


AT_START = ("one bit of the database is another", "the manifest is missing", "the folder is a link")
"""The faults of which `make test` starts a site: what one fault refuses is tested above."""


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, marks=() if fault in AT_START else pytest.mark.slow) for fault in SPOILT],
)
def test_a_site_that_starts_with_a_spoilt_release_serves_the_others(
    catalogue: Catalogue, small: SmallRelease, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    SPOILT[fault](small("2021-22", value=2))
    assert ids(catalogue) == ["2020-21"]
    assert len(warnings(caplog)) == 1
    assert list(catalogue.refused()) == ["2021-22"]


def test_a_release_of_an_older_schema_is_refused_and_the_last_good_one_stays(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    before = catalogue.served()
    small(without="cells.status")
    assert catalogue.served() is before
    assert "lacks cells.status" in catalogue.refused()["2020-21"]


def test_a_copy_of_a_release_under_another_name_is_refused(
    catalogue: Catalogue, folder: Path
) -> None:
    # A backup left in the folder sorts after the release, so it would replace it.
    shutil.copytree(folder, folder.with_name("2020-21.old"))
    assert ids(catalogue) == ["2020-21"]
    assert catalogue.refused() == {
        "2020-21.old": "The folder 2020-21.old holds the release 2020-21. "
        "Give the folder the name of its release."
    }


def test_a_release_copied_file_by_file_is_served_once_it_is_complete(
    catalogue: Catalogue, small: SmallRelease, tmp_path: Path
) -> None:
    before = catalogue.served()
    whole = small("2021-22", value=2).rename(tmp_path / "2021-22")
    target = before.published.folder.with_name("2021-22")
    target.mkdir()
    for path in sorted(whole.iterdir()):
        assert catalogue.served() is before
        shutil.copy(path, target)
    assert ids(catalogue) == ["2021-22", "2020-21"]
    assert catalogue.refused() == {}


def test_the_last_published_release_outlives_its_folder_until_another_is_published(
    catalogue: Catalogue, folder: Path, small: SmallRelease, caplog: pytest.LogCaptureFixture
) -> None:
    small("invented", status="official")
    before = catalogue.served()
    shutil.rmtree(folder)
    for _ in range(3):
        assert catalogue.served() is before
    assert catalogue.refused() == {
        "2020-21": "The folder of the release 2020-21 is gone, and no other is published."
    }
    assert len(warnings(caplog)) == 1
    small("2021-22", value=2)
    assert ids(catalogue) == ["2021-22", "invented"]
    assert catalogue.refused() == {}


# Withdrawn


def withdraw(folder: Path, kind: str = "file") -> Path:
    """Withdraw the release in a folder."""
    marker = folder.with_name(f"{folder.name}.withdrawn")
    marker.mkdir() if kind == "folder" else marker.touch()
    return marker


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize(
    "left", [shutil.rmtree, str], ids=["its folder is gone", "its folder is there"]
)
def test_a_withdrawn_release_is_dropped_even_if_no_other_is_published(
    catalogue: Catalogue,
    small: SmallRelease,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    left: Callable[[Path], object],
) -> None:
    folder = small(value=1)
    small("invented", status="official")
    earlier = catalogue.served()
    withdraw(folder, kind)
    left(folder)
    for _ in range(3):
        with pytest.raises(WithdrawnError, match="have been withdrawn"):
            catalogue.served()
    assert catalogue.has_withdrawn(earlier)
    assert warnings(caplog) == ["The release 2020-21 is withdrawn."]
    assert catalogue.refused() == {}


def test_withdrawing_a_release_drops_no_other(catalogue: Catalogue, small: SmallRelease) -> None:
    folder = small("invented", status="official")
    newer = small("2021-22", value=2)
    earlier = catalogue.served()
    withdraw(folder)
    assert ids(catalogue) == ["2021-22", "2020-21"]
    assert catalogue.served().withdrawn == {"invented"}
    assert catalogue.has_withdrawn(earlier)
    withdraw(newer)
    assert ids(catalogue) == ["2020-21"], "an earlier one comes first again"
    assert catalogue.served().withdrawn == {"invented", "2021-22"}
    assert not catalogue.has_withdrawn(catalogue.served())


def test_a_site_that_starts_with_a_withdrawn_release_reports_it_without_opening_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdraw(folder)
    monkeypatch.setattr(release_catalogue, "open_release", None)
    with pytest.raises(WithdrawnError):
        Catalogue(folder.parent).served()


def test_a_folder_renamed_to_its_marker_counts_as_withdrawn_at_start(
    folder: Path,
) -> None:
    folder.rename(folder.with_name(f"{folder.name}.withdrawn"))
    with pytest.raises(WithdrawnError):
        Catalogue(folder.parent).served()


@pytest.mark.parametrize(
    "left", [shutil.rmtree, str], ids=["nothing of it is left", "its folder is there"]
)
def test_a_stale_marker_does_not_explain_why_a_site_cannot_start(
    folder: Path, small: SmallRelease, left: Callable[[Path], object]
) -> None:
    flip(small("2021-22", value=2))
    withdraw(folder)
    left(folder)
    with pytest.raises(ReleaseError) as raised:
        Catalogue(folder.parent).served()
    assert not isinstance(raised.value, WithdrawnError)
    assert "2021-22" in str(raised.value)


def test_a_marker_without_a_folder_does_not_explain_an_empty_catalogue(
    folder: Path,
) -> None:
    withdraw(folder)
    shutil.rmtree(folder)
    with pytest.raises(ReleaseError) as raised:
        Catalogue(folder.parent).served()
    assert not isinstance(raised.value, WithdrawnError)


def test_a_refused_release_does_not_hide_a_withdrawal(
    catalogue: Catalogue, folder: Path, small: SmallRelease
) -> None:
    catalogue.served()
    flip(small("2021-22", value=2))
    withdraw(folder)
    for _ in range(2):
        with pytest.raises(WithdrawnError):
            catalogue.served()


def test_a_withdrawn_release_is_dropped_before_anything_is_opened(
    folder: Path, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    small("invented", status="official")
    newer = small("2021-22", value=2)
    catalogue = Catalogue(folder.parent, refresh_seconds=0)
    earlier = catalogue.served()
    seen: list[object] = []

    def opened(folder: Path) -> Release:
        seen.extend(
            [catalogue._served and [*catalogue._served.by_id()], catalogue.has_withdrawn(earlier)]
        )
        return open_release(folder)

    monkeypatch.setattr(release_catalogue, "open_release", opened)
    withdraw(newer)
    small("invented", status="official", value=3)
    catalogue.served()
    assert seen == [["2020-21", "invented"], True]


def test_a_correction_replaces_a_withdrawn_release_whose_editions_stay_withdrawn(
    catalogue: Catalogue, folder: Path, small: SmallRelease
) -> None:
    first = catalogue.served()
    small(value=2)
    second = catalogue.served()
    marker = withdraw(folder)
    with pytest.raises(WithdrawnError):
        catalogue.served()
    small(value=3)
    marker.unlink()
    assert value(catalogue.served().published) == 3
    assert catalogue.has_withdrawn(first)
    assert catalogue.has_withdrawn(second)
    assert not catalogue.has_withdrawn(catalogue.served())


def test_a_release_withdrawn_by_mistake_is_served_again(catalogue: Catalogue, folder: Path) -> None:
    earlier = catalogue.served()
    marker = withdraw(folder)
    with pytest.raises(WithdrawnError):
        catalogue.served()
    marker.unlink()
    assert value(catalogue.served().published) == 1
    assert not catalogue.has_withdrawn(earlier)


def test_a_replaced_or_removed_release_is_not_withdrawn(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    folder = small("invented", status="official")
    earlier = catalogue.served()
    small(value=2)
    shutil.rmtree(folder)
    catalogue.served()
    assert not catalogue.has_withdrawn(earlier)


# Failures of the system


@pytest.mark.parametrize(
    "fault",
    [
        OSError(24, "Too many open files"),
        MemoryError(),
        ReleaseError("cells.csv cannot be read: Too many open files."),
        ReleaseError("The release cannot be opened (IOException)."),
        duckdb.OutOfMemoryException("of DuckDB"),
    ],
    ids=[
        "no handle left",
        "no memory left",
        "no handle left to read",
        "no handle left to open",
        "no memory left to open",
    ],
)  # fmt: skip
def test_a_temporary_system_error_is_tried_again_though_the_folder_is_unchanged(
    catalogue: Catalogue,
    small: SmallRelease,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    before = catalogue.served()
    small(value=2)

    def failing(_: Path) -> Release:
        cause = {"cells": OSError(24, ""), "The r": duckdb.IOException("")}.get(str(fault)[:5])
        raise fault from cause

    with monkeypatch.context() as patch:
        patch.setattr(release_catalogue, "open_release", failing)
        for _ in range(3):
            assert catalogue.served() is before
        assert list(catalogue.refused()) == ["2020-21"]
        assert len(warnings(caplog)) == 1, "logged once, however often it is tried"
    assert value(catalogue.served().published) == 2
    assert catalogue.refused() == {}


def test_an_unexpected_error_is_not_tried_again_until_the_folder_changes(
    catalogue: Catalogue, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = catalogue.served()
    small(value=2)
    opened: list[Path] = []

    def failing(folder: Path) -> Release:
        opened.append(folder)
        raise KeyError("years")

    with monkeypatch.context() as patch:
        patch.setattr(release_catalogue, "open_release", failing)
        for _ in range(3):
            assert catalogue.served() is before
    assert len(opened) == 1
    small(value=3)
    assert value(catalogue.served().published) == 3


def test_a_process_out_of_file_handles_serves_what_it_has_and_opens_the_rest_later(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    before = catalogue.served()
    small(value=2)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        assert catalogue.served() is before
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert value(catalogue.served().published) == 2


def test_the_catalogue_stays_while_its_folder_cannot_be_read(
    catalogue: Catalogue, folder: Path, tmp_path: Path
) -> None:
    before = catalogue.served()
    folder.parent.rename(tmp_path / "away")
    assert catalogue.served() is before
    assert list(catalogue.refused()) == ["releases"]
    (tmp_path / "away").rename(folder.parent)
    assert catalogue.served() is before
    assert catalogue.refused() == {}


def test_an_empty_catalogue_raises_until_a_release_is_added(
    tmp_path: Path, small: SmallRelease
) -> None:
    catalogue = Catalogue(tmp_path / "releases", refresh_seconds=0)
    for _ in range(2):
        with pytest.raises(
            ReleaseError, match=r"^There is no published release in releases/\. .*make data"
        ):
            catalogue.served()
    small()
    assert ids(catalogue) == ["2020-21"]


def test_the_error_explains_why_every_release_was_refused(folder: Path) -> None:
    flip(folder)
    with pytest.raises(
        ReleaseError,
        match=r"^There is no published release in releases/\. release\.duckdb of the release",
    ):
        Catalogue(folder.parent).served()


def test_a_release_swapped_while_it_is_opened_is_not_refused(
    catalogue: Catalogue, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.served()
    small(value=2)
    swaps = iter([3])

    def opened(folder: Path) -> Release:
        for number in swaps:
            small(value=number)
            raise ReleaseError("half of one, half of the other")
        return open_release(folder)

    monkeypatch.setattr(release_catalogue, "open_release", opened)
    assert value(catalogue.served().published) == 3
    assert catalogue.refused() == {}


# Concurrency


def test_a_caller_does_not_wait_while_another_refreshes(
    catalogue: Catalogue, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = catalogue.served()
    small(value=2)
    begun, finish = Event(), Event()

    def slowly(folder: Path) -> Release:
        begun.set()
        finish.wait(30)
        return open_release(folder)

    monkeypatch.setattr(release_catalogue, "open_release", slowly)
    with ThreadPoolExecutor(1) as opener:
        served = opener.submit(catalogue.served)
        begun.wait(30)
        assert catalogue.served() is before
        finish.set()
        assert value(served.result().published) == 2


def test_the_refresh_thread_opens_releases_and_callers_do_not(
    folder: Path, small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    openers: list[str] = []

    def opened(folder: Path) -> Release:
        openers.append(current_thread().name)
        return open_release(folder)

    catalogue = Catalogue(folder.parent, refresh_seconds=0.01)
    with catalogue.refreshing():
        monkeypatch.setattr(release_catalogue, "open_release", opened)
        small(value=2)
        assert within(30, lambda: value(catalogue.served().published) == 2)
        small("2021-22", value=3)
        assert within(30, lambda: ids(catalogue) == ["2021-22", "2020-21"])
    assert set(openers) == {"release-catalogue"}
    assert "release-catalogue" not in [thread.name for thread in enumerate_threads()]


def test_the_refresh_thread_survives_an_error(
    folder: Path,
    small: SmallRelease,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    catalogue = Catalogue(folder.parent, refresh_seconds=0.01)
    with catalogue.refreshing():
        with monkeypatch.context() as patch:
            patch.setattr(folder_scan, "scan", None)
            assert within(30, lambda: "could not be refreshed (TypeError)" in caplog.text)
        small(value=2)
        assert within(30, lambda: value(catalogue.served().published) == 2)


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Return whether a condition becomes true within some seconds."""
    limit = monotonic() + seconds
    while not (so := is_so()) and monotonic() < limit:
        sleep(0.01)
    return so


def test_the_first_callers_share_one_refresh(folder: Path) -> None:
    catalogue = Catalogue(folder.parent)
    with ThreadPoolExecutor(8) as threads:
        assert (
            len({id(served) for served in threads.map(lambda _: catalogue.served(), range(16))})
            == 1
        )


@pytest.mark.parametrize("swaps", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_no_caller_sees_a_mixture_while_a_release_is_swapped_again_and_again(
    folder: Path, small: SmallRelease, swaps: int
) -> None:
    catalogue = Catalogue(folder.parent, refresh_seconds=0.01)
    editions = [
        shutil.copytree(small(value=number), folder.parent.parent / f"edition-{number}")
        for number in (1, 2)
    ]
    done = Event()

    def ask() -> Iterator[tuple[str, int]]:
        while not done.wait(0.01):
            served = catalogue.served()
            yield served.version, value(served.published)

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(lambda: set(ask())) for _ in range(4)]
        try:
            for number in range(swaps):
                put(editions[number % 2], folder)
                assert within(30, partial(shows, catalogue, 1 + number % 2))
        finally:
            done.set()
        answers = set().union(*(reader.result(30) for reader in readers))
    assert sorted(number for _, number in answers) == [1, 2]
    assert catalogue.refused() == {}


def shows(catalogue: Catalogue, number: int) -> bool:
    return bool(value(catalogue.served().published) == number)


def test_a_release_is_closed_with_its_last_reference(
    catalogue: Catalogue, small: SmallRelease
) -> None:
    gc.disable()
    try:
        earlier = catalogue.served()
        old = weakref.ref(earlier.published)
        small(value=2)
        assert value(catalogue.served().published) == 2
        assert value(earlier.published) == 1
        del earlier
        assert old() is None, "no garbage collection is needed, which the site runs rarely"
    finally:
        gc.enable()


def test_the_module_functions_use_the_catalogue_of_this_checkout() -> None:
    assert release_catalogue.served() is release_catalogue.CATALOGUE.served()
    assert release_catalogue.refused() == release_catalogue.CATALOGUE.refused()
