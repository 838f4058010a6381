"""The release history: one publisher at a time, and no kill or damage loses a release's counts."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from referrals.errors import DisclosureError
from referrals.publishing import pipeline
from referrals.publishing.cli import main
from referrals.publishing.extract import validate
from referrals.publishing.history import history
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.publishing.options import Options
from tests.fixtures import killed_publisher, published_releases

KILLED = """
import os, signal
from pathlib import Path
from referrals.publishing.history import history
with history.lock(Path({private!r}), Path({to!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def is_locked(folder: Path) -> bool:
    """Return whether another publisher could not use a folder now."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@pytest.mark.parametrize(
    ("private", "to"), [("private", "out"), ("private", "other"), ("another", "out")]
)
def test_a_second_publisher_with_either_folder_of_the_first_is_refused_at_once(
    tmp_path: Path, private: str, to: str
) -> None:
    path = published_releases.extract(tmp_path / "x.csv")
    with history.lock(tmp_path / "private", tmp_path / "out"):
        command = published_releases.command(path, tmp_path / to, tmp_path / private)
        ran = subprocess.run(
            [*killed_publisher.PYTHON, *command], capture_output=True, text=True, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("Another publisher is using ")
    assert "Nothing was written." in ran.stderr
    assert not (tmp_path / to).exists()


def test_publishers_with_different_folders_do_not_block_each_other(tmp_path: Path) -> None:
    with (
        history.lock(tmp_path / "private", tmp_path / "out"),
        history.lock(tmp_path / "another", tmp_path / "other"),
    ):
        assert is_locked(tmp_path / "other")


def test_a_killed_publisher_blocks_nobody(tmp_path: Path) -> None:
    script = KILLED.format(private=str(tmp_path / "private"), to=str(tmp_path / "out"))
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    with history.lock(tmp_path / "private", tmp_path / "out"):
        pass


def test_both_folders_are_locked_from_the_first_record_to_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    folders = (tmp_path / "private", tmp_path / "out")

    def recorded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def record_and_call(*arguments: Any, **options: Any) -> Any:
            seen.append((name, all(map(is_locked, folders))))
            result = function(*arguments, **options)
            seen.append((name, all(map(is_locked, folders))))
            return result

        return record_and_call

    monkeypatch.setattr(validate, "load", recorded("load", validate.load))
    monkeypatch.setattr(ReleaseHistory, "resolve", recorded("resolve", ReleaseHistory.resolve))
    published_releases.publish(published_releases.extract(tmp_path / "x.csv"), *reversed(folders))
    assert seen == [
        (name, True) for name in ("load", "load", "resolve", "resolve", "resolve", "resolve")
    ]
    assert not any(map(is_locked, folders))


def test_a_prepared_year_is_not_discarded_if_its_release_is_damaged(tmp_path: Path) -> None:
    releases = ReleaseHistory(PrivateStore(tmp_path / "private"), tmp_path / "out", "official")
    releases.prepare(published_releases.YEAR, StoredYear("first", "", {}, {}, {}, {}))
    (tmp_path / "out" / "first").mkdir(parents=True)
    for manifest in ("", '{"disclosure_control": '):
        if manifest:
            (tmp_path / "out" / "first" / "datapackage.json").write_text(manifest, encoding="utf-8")
        with pytest.raises(
            DisclosureError,
            match="first is damaged, and may be the last release of 2021-22",
        ):
            releases.resolve([published_releases.YEAR])
        assert len(list((tmp_path / "private").glob("*.prepared"))) == 1


def test_a_prepared_year_without_a_release_is_discarded(tmp_path: Path) -> None:
    releases = ReleaseHistory(PrivateStore(tmp_path / "private"), tmp_path / "out", "official")
    releases.prepare(published_releases.YEAR, StoredYear("first", "", {}, {}, {}, {}))
    releases.resolve([published_releases.YEAR])
    assert not list((tmp_path / "private").glob("*.prepared"))


def test_a_prepared_year_is_not_discarded_if_its_release_was_altered(small_place: Path) -> None:
    to, private = small_place / "out", small_place / "private"
    (committed,) = private.glob("*.json")
    committed.rename(committed.with_suffix(".prepared"))
    published_releases.change_cells(
        to / "small",
        lambda rows: [
            {**row, "value": "9"} if published_releases.is_finest(row) else row for row in rows
        ],
    )
    with pytest.raises(DisclosureError, match="small is damaged"):
        ReleaseHistory(PrivateStore(private), to, "synthetic").resolve([published_releases.YEAR])


def test_real_records_prepared_in_one_folder_are_refused_in_a_second_folder(
    tmp_path: Path,
) -> None:
    store = PrivateStore(tmp_path / "private")
    ReleaseHistory(store, tmp_path / "out", "official").prepare(
        published_releases.YEAR, StoredYear("first", "", {}, {}, {}, {})
    )
    with pytest.raises(
        DisclosureError, match="2021-22 was published before, or was about to be, as first in "
    ) as refusal:
        ReleaseHistory(store, tmp_path / "second", "official").refuse_second_folder(
            [published_releases.YEAR]
        )
    assert f"as first in {tmp_path / 'out'}, not in {tmp_path / 'second'}." in str(refusal.value)
    ReleaseHistory(store, tmp_path / "out", "official").refuse_second_folder(
        [published_releases.YEAR]
    )


@pytest.mark.parametrize(
    "reason", [DisclosureError("attacked"), OSError("disk full"), KeyboardInterrupt()]
)
def test_a_refused_or_interrupted_publication_leaves_no_history(
    tmp_path: Path, reason: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise reason

    monkeypatch.setattr(pipeline, "_write", fail)
    options = Options(
        "small",
        tmp_path / "out",
        tmp_path / "private",
        date(2026, 11, 1),
        steps=published_releases.STEPS,
    )
    with pytest.raises(type(reason)):
        pipeline.publish([published_releases.extract(tmp_path / "x.csv")], options)
    assert [path.name for path in (tmp_path / "private").iterdir() if path.is_file()] == [
        "secret.key"
    ]


def test_a_publication_that_failed_after_the_exchange_is_committed(small_place: Path) -> None:
    private = small_place / "private"
    releases = ReleaseHistory(PrivateStore(private), small_place / "out", "synthetic")
    (committed,) = private.glob("*.json")

    def stop() -> None:
        committed.rename(committed.with_suffix(".prepared"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), releases.transaction([published_releases.YEAR]):
        stop()
    assert releases.latest(published_releases.YEAR) is not None


def test_years_published_separately_are_not_published_together(
    small_place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = small_place / "small.csv"
    lines = first.read_text(encoding="utf-8").replace("SECRET", "LATER").replace("IND", "CHN")
    second = small_place / "second.csv"
    second.write_text(lines.replace("2022-", "2023-").replace("2021-", "2022-"), encoding="utf-8")
    to, private = small_place / "out", small_place / "private"
    published_releases.publish(second, to, private, release="second")
    command = published_releases.command(first, to, private, release="both")
    assert main([*command[:2], str(second), *command[2:]]) == 1
    assert (
        "2021-22 and 2022-23 were published separately, each with groups of its own"
        in capfd.readouterr().err
    )
    assert sorted(path.name for path in to.iterdir()) == ["second", "small"]


def test_a_negative_number_of_nationalities_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = published_releases.command(
        published_releases.extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "private"
    )
    assert main([*command, "--nationalities", "-3"]) == 1
    assert capfd.readouterr().err == "--nationalities -3 is not valid. Give 0 or more.\n"
    assert not (tmp_path / "private").exists()
