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
from referrals.publishing.history import drafts, history
from referrals.publishing.history.history import ReleaseHistory
from referrals.publishing.history.private_store import PrivateStore, StoredYear
from referrals.publishing.options import STAGING, Options
from tests.fixtures import published_releases

KILLED = """
import os, signal
from pathlib import Path
from referrals.publishing.history import drafts, history
with history.lock(Path({private!r}), Path({to!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
SECOND = """
from referrals.publishing import cli
for command in {commands!r}:
    print(cli.main(command))
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


def test_a_second_publisher_with_either_folder_of_the_first_is_refused_at_once(
    tmp_path: Path,
) -> None:
    path = published_releases.extract(tmp_path / "x.csv")
    private, out, drafts = tmp_path / "private", tmp_path / "out", tmp_path / "drafts"
    another = tmp_path / "another"
    PrivateStore(another)
    commands = [
        published_releases.command(path, out, private),
        published_releases.approval(out, private),
        [*published_releases.command(path, out, another), "--to", str(drafts)],
        published_releases.approval(drafts, another),
    ]
    with history.lock(private, drafts):
        ran = subprocess.run(
            [sys.executable, "-c", SECOND.format(commands=commands)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert ran.stdout == "1\n" * len(commands)
    refusals = ran.stderr.splitlines()
    assert len(refusals) == len(commands)
    for refusal in refusals:
        assert refusal.startswith("Another publisher is using ")
        assert "Nothing was written." in refusal
    assert not {"out", "drafts"} & {path.name for path in tmp_path.iterdir()}


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


@pytest.mark.slow
def test_a_publisher_locks_its_drafts_and_an_approver_the_releases_until_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, out = tmp_path / "private", tmp_path / "out"
    seen: list[tuple[str, bool]] = []

    def recorded(function: Callable[..., Any], *folders: Path) -> Callable[..., Any]:
        def record_and_call(*arguments: Any, **options: Any) -> Any:
            seen.append((function.__name__, all(map(is_locked, folders))))
            result = function(*arguments, **options)
            seen.append((function.__name__, all(map(is_locked, folders))))
            return result

        return record_and_call

    monkeypatch.setattr(validate, "load", recorded(validate.load, private, private / STAGING))
    monkeypatch.setattr(ReleaseHistory, "prepare", recorded(ReleaseHistory.prepare, private, out))
    monkeypatch.setattr(drafts, "remove", recorded(drafts.remove, private, out))
    published_releases.publish(published_releases.extract(tmp_path / "x.csv"), out, private)
    assert seen == [(name, True) for name in ("load", "prepare", "remove") for _ in "12"]
    assert not any(map(is_locked, (private, out)))


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
    "reason",
    [
        pytest.param(DisclosureError("attacked"), marks=pytest.mark.slow),
        pytest.param(OSError("disk full"), marks=pytest.mark.slow),
        KeyboardInterrupt(),
    ],
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


@pytest.mark.slow
def test_years_published_separately_keep_their_own_groups_when_published_together(
    small_place: Path,
) -> None:
    first = small_place / "small.csv"
    lines = first.read_text(encoding="utf-8").replace("SECRET", "LATER").replace("IND", "CHN")
    second = small_place / "second.csv"
    second.write_text(lines.replace("2022-", "2023-").replace("2021-", "2022-"), encoding="utf-8")
    to, private = small_place / "out", small_place / "private"
    published_releases.publish(second, to, private, release="second")
    command = published_releases.command(first, to, private, release="both")
    assert published_releases.run([*command[:2], str(second), *command[2:]]) == 0
    cells = published_releases.cells(published_releases.draft(private, release="both"))
    unavailable = {(row["period"], row["nationality"]) for row in cells if row["status"] == "x"}
    assert unavailable >= {("2021-22", "CHN"), ("2022-23", "IND")}
    assert not {("2021-22", "IND"), ("2022-23", "CHN")} & unavailable


def test_a_negative_number_of_nationalities_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = published_releases.command(
        published_releases.extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "private"
    )
    assert main([*command, "--nationalities", "-3"]) == 1
    assert capfd.readouterr().err == "--nationalities -3 is not valid. Give 0 or more.\n"
    assert not (tmp_path / "private").exists()
