"""Drafts bind nothing. An approved release does, and every action on it is in the audit log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from referrals.publishing.cli import main
from referrals.publishing.history import audit_log
from referrals.release.catalogue import Catalogue
from referrals.release.release import open_release
from tests.fixtures import published_releases
from tests.fixtures.published_releases import approval, command, draft, extract, run

BY = ("--by", "A Statistician")


def places(folder: Path) -> tuple[Path, Path]:
    return folder / "out", folder / "private"


def nationality_totals(folder: Path) -> dict[str, str]:
    others = ("age_band", "sex", "crime_type", "outcome")
    return {
        row["nationality"]: row["value"]
        for row in published_releases.cells(folder)
        if row["period"] == published_releases.YEAR and all(row[name] == "_T" for name in others)
    }


def history_files(private: Path) -> set[str]:
    return {path.suffix for path in private.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a draft of the small release, and a copy to restore it from."""
    folder = tmp_path_factory.mktemp("drafted") / "place"
    folder.mkdir()
    to, private = places(folder)
    assert run(command(extract(folder / "x.csv"), to, private)) == 0
    return folder, shutil.copytree(folder, folder.with_name("copy"))


@pytest.fixture
def staged(drafted: tuple[Path, Path]) -> Path:
    """A folder with a draft of the small release, which is not approved.

    It is the same folder in every test, as the history names it.
    """
    folder, copy = drafted
    shutil.rmtree(folder)
    return shutil.copytree(copy, folder)


def test_a_draft_is_outside_the_folder_of_releases_and_no_site_serves_a_copy_of_it(
    staged: Path,
) -> None:
    to, private = places(staged)
    assert not to.exists()
    assert history_files(private) == {".key"}
    opened = open_release(draft(private))
    assert opened.is_draft
    draft(private).rename(private.parent / "small")
    refusal = Catalogue(private.parent)._open_folder("small")
    assert "The release small is a draft." in str(refusal)


@pytest.mark.slow
def test_a_wrong_draft_leaves_no_trace_in_the_right_release(tmp_path: Path) -> None:
    to, private = places(tmp_path)
    wrong, right = extract(tmp_path / "wrong.csv", seed=2), extract(tmp_path / "right.csv")
    assert run(command(wrong, to, private, release="draft")) == 0
    published_releases.publish(right, to, private, release="final")
    truth = [line.split(",")[3] for line in right.read_text(encoding="utf-8").splitlines()[1:]]
    shown = nationality_totals(to / "final")
    assert shown["_T"] == str(len(truth))
    assert shown["VNM"] == str(truth.count("VNM"))
    assert main(approval(to, private, release="draft")) == 1


def test_an_approval_moves_the_draft_and_binds_it_and_tells_the_day_but_not_the_name(
    staged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(staged)
    question = ["--reason", "no-person-id=Forces do not record one"]
    assert main([*approval(to, private), *question]) == 0
    assert "releases of 2021-22 are revisions of it" in capsys.readouterr().out
    assert not draft(private).exists()
    manifest = json.loads((to / "small" / "datapackage.json").read_text(encoding="utf-8"))
    assert "draft" not in manifest
    assert manifest["approval"] == {
        "approved_on": published_releases.PUBLISHED_ON,
        "reasons": {"no-person-id": "Forces do not record one"},
    }
    certificate = (to / "small" / "certificate.md").read_text(encoding="utf-8")
    assert "Approved for publication on 2026-11-01." in certificate
    public = b"".join(published_releases.contents(to).values())
    assert b"A Statistician" not in public
    assert main(["audit", str(to / "small")]) == 0
    first, last = audit_log.entries(private)
    assert (first["action"], first["by"], last["action"]) == (
        "approve",
        "A Statistician",
        "approved",
    )
    assert audit_log.problems(private) == []
    assert history_files(private) == {".key", ".json", ".log"}


def test_a_draft_is_not_approved_for_another_folder_than_it_was_made_for(
    staged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(staged)
    another = staged / "another"
    assert main(approval(another, private)) == 1
    assert f"is meant for {to}, not for {another}" in capsys.readouterr().err
    assert not another.exists()
    assert main(approval(to, private)) == 0
    assert main(approval(another, private)) == 1
    assert not another.exists()


def test_a_refused_approval_leaves_an_empty_folder_that_was_there(staged: Path) -> None:
    to, private = places(staged)
    to.mkdir()
    assert main(approval(to, private, release="nothing")) == 1
    assert to.is_dir()


def test_an_approved_release_that_a_marker_still_withdraws_is_said_not_to_be_shown(
    staged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(staged)
    to.mkdir()
    (to / "small.withdrawn").touch()
    assert main(approval(to, private)) == 0
    assert "No site shows it yet: a release of this name was withdrawn" in capsys.readouterr().out


def test_a_draft_whose_file_is_damaged_can_be_published_again_as_its_message_says(
    staged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(staged)
    (private / "drafts" / "small.json").write_text("{", encoding="utf-8")
    assert main(approval(to, private)) == 1
    assert "cannot be read (JSONDecodeError). Publish it again." in capsys.readouterr().err
    assert run(command(staged / "x.csv", to, private)) == 0
    assert main(approval(to, private)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reason", "group=No"], "group is not a question of the draft small"),
        (["--reason", "no-person-id"], "--reason no-person-id has no text"),
    ],
)
def test_a_reason_must_answer_a_question(
    staged: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    to, private = places(staged)
    assert main([*approval(to, private), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert not to.exists()


@pytest.mark.parametrize("is_signed", [False, True])
def test_a_draft_that_was_changed_is_not_approved(
    staged: Path, capsys: pytest.CaptureFixture[str], is_signed: bool
) -> None:
    to, private = places(staged)
    cells = draft(private) / "cells.csv"
    cells.write_bytes(cells.read_bytes() + b"\n")
    if is_signed:
        published_releases.sign(draft(private))
    assert main(approval(to, private)) == 1
    assert "is not as it was made" in capsys.readouterr().err
    assert not to.exists()


@pytest.mark.slow
def test_a_draft_made_before_another_approval_of_its_year_is_not_approved(
    staged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(staged)
    other = extract(staged / "other.csv", records=published_releases.RECORDS + 2)
    published_releases.publish(other, to, private, release="other")
    assert main(approval(to, private)) == 1
    assert "was approved or removed since the draft small was made" in capsys.readouterr().err
    assert [path.name for path in to.iterdir()] == ["other"]


def test_a_withdrawn_release_is_marked_and_still_binds(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(small_place)
    where = ["--to", str(to), "--private", str(private)]
    assert main(["withdraw", "small", *BY, "--reason", "wrong file", *where]) == 0
    assert (to / "small.withdrawn").exists()
    assert audit_log.entries(private)[-1]["reason"] == "wrong file"
    assert history_files(private) >= {".json"}
    assert main(["withdraw", "nowhere", *BY, "--reason", "x", *where]) == 1
    assert "There is no release nowhere" in capsys.readouterr().err


def test_a_forgotten_release_no_longer_binds(
    small_place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    to, private = places(small_place)
    forget = ["forget", "small", "--never-shared", *BY, "--to", str(to), "--private", str(private)]
    monkeypatch.setattr("builtins.input", lambda _: "something else")
    assert main(forget) == 1
    assert (to / "small").exists()
    monkeypatch.setattr("builtins.input", lambda _: "small")
    assert main(forget) == 0
    assert not any(to.iterdir())
    assert ".json" not in history_files(private)
    assert audit_log.entries(private)[-1]["action"] == "forget"
    assert main([*forget, "--yes"]) == 1
    assert "No release small was approved" in capsys.readouterr().err


def test_only_the_last_release_of_a_year_can_be_forgotten(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(small_place)
    (before,) = private.glob("*.json")
    content = before.read_bytes()
    more = extract(small_place / "more.csv", records=published_releases.RECORDS + 2)
    published_releases.publish(more, to, private, release="second")
    where = ["--never-shared", *BY, "--yes", "--to", str(to), "--private", str(private)]
    assert main(["forget", "small", *where]) == 1
    assert "Forget second first" in capsys.readouterr().err
    assert main(["forget", "second", *where]) == 0
    assert before.read_bytes() == content
    assert not list(private.glob("*.earlier"))
    assert [path.name for path in to.iterdir()] == ["small"]


@pytest.mark.slow
def test_a_draft_can_be_forgotten(staged: Path) -> None:
    to, private = places(staged)
    where = ["--never-shared", *BY, "--yes", "--to", str(to), "--private", str(private)]
    assert main(["forget", "small", *where]) == 0
    assert not draft(private).exists()
    assert not list((private / "drafts").iterdir())


@pytest.mark.parametrize(
    ("private", "to"), [("F", "F"), ("F/private", "F"), ("F", "F/out"), ("F", "F/staging/x")]
)
def test_a_private_folder_and_a_folder_of_releases_in_each_other_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], private: str, to: str
) -> None:
    path = extract(tmp_path / "x.csv")
    served = tmp_path / "served"
    drafts_there = [*command(path, served, tmp_path / private), "--to", str(tmp_path / to)]
    assert main(drafts_there) == 1
    assert main(command(path, tmp_path / to, tmp_path / private)) == 1
    assert capsys.readouterr().err.count("one is inside the other") == 2
    assert [found.name for found in tmp_path.iterdir()] == ["x.csv"]


def test_drafts_are_never_written_to_a_folder_of_served_releases(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(small_place)
    before = published_releases.contents(to)
    arguments = [*command(small_place / "small.csv", to, private, release="new"), "--to", str(to)]
    elsewhere = [*arguments, "--releases", str(small_place / "elsewhere")]
    inside = [*arguments[:-1], str(to / "drafts")]
    assert [main(arguments), main(elsewhere), main(inside)] == [1, 1, 1]
    assert capsys.readouterr().err.count("is where readers see releases") == 3
    assert published_releases.contents(to) == before


def test_a_draft_never_takes_the_place_of_a_folder_that_is_not_a_release(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(small_place)
    letters = small_place / "letters"
    letters.mkdir()
    (letters / "letter.txt").write_text("Dear Sir or Madam", encoding="utf-8")
    as_draft = command(small_place / "small.csv", to, private, release=letters.name)
    arguments = ["--to", str(small_place), "--private", str(small_place.parent / "keys")]
    as_release = command(
        small_place / "small.csv", small_place, small_place.parent / "keys", release=letters.name
    )
    assert [main([*as_draft, *arguments]), main(as_release)] == [1, 1]
    assert capsys.readouterr().err.count(f"{letters} is there already and is not a release") == 2
    assert (letters / "letter.txt").exists()


def test_a_lost_key_is_asked_about_and_never_silently_made_anew(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = places(small_place)
    (private / "secret.key").unlink()
    publish = command(small_place / "small.csv", to, private)
    assert run(publish) == 1
    assert "Restore the key from its backup" in capsys.readouterr().err
    assert not (private / "secret.key").exists()
    assert run([*publish, "--new-key"]) == 0
    assert "A new secret key was made" in capsys.readouterr().out
