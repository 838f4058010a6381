"""What a publisher remembers: one is at work at a time, and no kill or damage loses what a release was made from."""

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
from referrals.publishing.history.history import Memory
from referrals.publishing.history.private_store import Keeper, Kept
from tests.fixtures import killed_publisher, published_releases

KILLED = """
import os, signal
from pathlib import Path
from referrals.publishing import remembering
with remembering.alone(Path({private!r}), Path({to!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def is_taken(folder: Path) -> bool:
    """Whether nobody else may publish with a folder now."""
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
def test_a_second_publisher_with_the_private_folder_or_in_the_place_of_the_first_is_refused_at_once(
    tmp_path: Path, private: str, to: str
) -> None:
    path = published_releases.extract(tmp_path / "x.csv")
    with history.alone(tmp_path / "private", tmp_path / "out"):
        command = published_releases.command(path, tmp_path / to, tmp_path / private)
        ran = subprocess.run(
            [*killed_publisher.PYTHON, *command], capture_output=True, text=True, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("Another publisher is at work with ")
    assert ran.stderr.endswith("Nothing was written.\n")
    assert not (tmp_path / to).exists()


def test_publishers_with_other_folders_do_not_wait_for_one_another(tmp_path: Path) -> None:
    with (
        history.alone(tmp_path / "private", tmp_path / "out"),
        history.alone(tmp_path / "another", tmp_path / "other"),
    ):
        assert is_taken(tmp_path / "other")


def test_a_publisher_that_was_killed_blocks_nobody(tmp_path: Path) -> None:
    script = KILLED.format(private=str(tmp_path / "private"), to=str(tmp_path / "out"))
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    with history.alone(tmp_path / "private", tmp_path / "out"):
        pass


def test_both_folders_are_held_from_before_a_record_is_read_until_all_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    folders = (tmp_path / "private", tmp_path / "out")

    def watched(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*given: Any, **named: Any) -> Any:
            seen.append((name, all(map(is_taken, folders))))
            done = work(*given, **named)
            seen.append((name, all(map(is_taken, folders))))
            return done

        return watching

    monkeypatch.setattr(validate, "load", watched("load", validate.load))
    monkeypatch.setattr(Memory, "settle", watched("settle", Memory.settle))
    published_releases.publish(published_releases.extract(tmp_path / "x.csv"), *reversed(folders))
    assert seen == [
        (name, True) for name in ("load", "load", "settle", "settle", "settle", "settle")
    ]
    assert not any(map(is_taken, folders))


def test_what_may_have_been_published_and_is_damaged_is_not_forgotten(tmp_path: Path) -> None:
    memory = Memory(Keeper(tmp_path / "private"), tmp_path / "out", "official")
    kept = Kept("first", "", {}, {}, {}, {})
    memory.prepare(published_releases.YEAR, kept)
    (tmp_path / "out" / "first").mkdir(parents=True)
    for manifest in ("", '{"disclosure_control": '):
        if manifest:
            (tmp_path / "out" / "first" / "datapackage.json").write_text(manifest, encoding="utf-8")
        with pytest.raises(
            DisclosureError,
            match="first is damaged, and it may be what 2021-22 was last published as",
        ):
            memory.settle([published_releases.YEAR])
        assert len(list((tmp_path / "private").glob("*.prepared"))) == 1


def test_what_was_prepared_and_is_nowhere_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(Keeper(tmp_path / "private"), tmp_path / "out", "official")
    memory.prepare(published_releases.YEAR, Kept("first", "", {}, {}, {}, {}))
    memory.settle([published_releases.YEAR])
    assert not list((tmp_path / "private").glob("*.prepared"))


def test_a_release_that_was_altered_after_a_kill_is_no_reason_to_forget_it(tmp_path: Path) -> None:
    folder = published_releases.publish(
        published_releases.extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "private"
    )
    (kept,) = (tmp_path / "private").glob("*.json")
    kept.rename(kept.with_suffix(".prepared"))
    published_releases.change_cells(
        folder,
        lambda rows: [
            {**row, "value": "9"} if published_releases.is_finest(row) else row for row in rows
        ],
    )
    with pytest.raises(DisclosureError, match="small is damaged"):
        Memory(Keeper(tmp_path / "private"), tmp_path / "out", "illustrative").settle(
            [published_releases.YEAR]
        )


def test_real_records_whose_publisher_was_killed_before_it_settled_are_not_published_in_a_second_place(
    tmp_path: Path,
) -> None:
    keeper = Keeper(tmp_path / "private")
    Memory(keeper, tmp_path / "out", "official").prepare(
        published_releases.YEAR, Kept("first", "", {}, {}, {}, {})
    )
    with pytest.raises(
        DisclosureError, match="2021-22 was published before, or about to be, as first, in "
    ) as refusal:
        Memory(keeper, tmp_path / "second place", "official").refuse_elsewhere(
            [published_releases.YEAR]
        )
    assert f"as first, in {tmp_path / 'out'}, and not in {tmp_path / 'second place'}." in str(
        refusal.value
    )
    Memory(keeper, tmp_path / "out", "official").refuse_elsewhere([published_releases.YEAR])


@pytest.mark.parametrize(
    "reason", [DisclosureError("attacked"), OSError("disk full"), KeyboardInterrupt()]
)
def test_a_publication_that_was_refused_or_interrupted_is_none_and_blocks_nobody(
    tmp_path: Path, reason: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise reason

    monkeypatch.setattr(pipeline, "_write", fail)
    options = pipeline.Options(
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


def test_a_publication_that_failed_after_its_release_stood_is_remembered(tmp_path: Path) -> None:
    memory = Memory(Keeper(tmp_path / "private"), tmp_path / "out", "illustrative")
    published_releases.publish(
        published_releases.extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "private"
    )
    (kept,) = (tmp_path / "private").glob("*.json")

    def stop() -> None:
        kept.rename(kept.with_suffix(".prepared"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), memory.settling([published_releases.YEAR]):
        stop()
    assert memory.kept(published_releases.YEAR) is not None


def test_years_that_were_published_apart_are_not_published_together(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = published_releases.extract(tmp_path / "first.csv")
    lines = first.read_text(encoding="utf-8").replace("SECRET", "LATER").replace("IND", "CHN")
    second = tmp_path / "second.csv"
    second.write_text(lines.replace("2022-", "2023-").replace("2021-", "2022-"), encoding="utf-8")
    to, private = tmp_path / "out", tmp_path / "private"
    published_releases.publish(first, to, private, release="first")
    published_releases.publish(second, to, private, release="second")
    command = published_releases.command(first, to, private, release="both")
    assert main([*command[:2], str(second), *command[2:]]) == 1
    assert (
        "2021-22 and 2022-23 were published apart, each with groups of its own"
        in capfd.readouterr().err
    )
    assert sorted(path.name for path in to.iterdir()) == ["first", "second"]


def test_fewer_nationalities_than_none_are_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = published_releases.command(
        published_releases.extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "private"
    )
    assert main([*command, "--nationalities", "-3"]) == 1
    assert (
        capfd.readouterr().err == "-3 nationalities cannot stand alone. Say how many, from 0 on.\n"
    )
    assert not (tmp_path / "private").exists()
