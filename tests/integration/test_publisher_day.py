"""A dry run writes nothing, and an official release has the words of its publisher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referrals.publishing.cli import main
from referrals.release.release import open_release
from tests.fixtures.published_releases import command, contents, draft, extract, run

SETTINGS = """
publisher = "Office for Example Statistics"
title = "Referrals of an example"
licence = "CC-BY-4.0"
attribution = "Made by the Office"
contact = "statistics@example.org"
nationalities = 1
"""


def test_a_dry_run_tells_groups_errors_and_time_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = extract(tmp_path / "x.csv")
    publish = command(path, tmp_path / "out", tmp_path / "private")
    assert run([*publish, "--dry-run", "--nationalities", "2"]) == 0
    streams = capsys.readouterr()
    assert "A draft would have 300 records of 2021-22." in streams.out
    assert "2021-22: “All other nationalities” has India." in streams.out
    assert "A number that fixes 2 dimensions is off by" in streams.out
    assert "Nothing was written." in streams.out
    assert "which can still refuse it" not in streams.out
    assert streams.err.startswith("[0:0")
    assert [found.name for found in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.slow  # 10 s: it publishes a revision
def test_a_publisher_of_one_year_is_told_how_long_the_rest_takes(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to, private = small_place / "out", small_place / "private"
    more = extract(small_place / "more.csv", records=304)
    assert run(command(more, to, private)) == 0
    lines = capsys.readouterr().err.splitlines()
    (place,) = (number for number, line in enumerate(lines) if "usually takes up to" in line)
    assert lines[place].endswith(" s more")
    assert "protecting" in lines[place - 1]
    assert "building witnesses" in lines[place + 1]


def test_a_dry_run_of_a_revision_leaves_history_and_drafts_alone(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(small_place)
    to, private = small_place / "out", small_place / "private"
    publish = command(small_place / "small.csv", to, private, release="next")
    assert run([*publish, "--dry-run"]) == 0
    assert contents(small_place) == before
    assert "which can still refuse it" in capsys.readouterr().out


@pytest.mark.parametrize("has_settings", [True, False])
@pytest.mark.slow
def test_an_official_release_has_the_words_of_its_publisher_and_none_of_ours(
    tmp_path: Path, has_settings: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    if has_settings:
        (private / "publishing.toml").write_text(SETTINGS, encoding="utf-8")
    path = extract(tmp_path / "x.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    official = [line.rpartition(",")[0] for line in lines]
    path.write_text("\n".join(official) + "\n", encoding="utf-8")
    assert main(command(path, tmp_path / "out", private)) == 0
    says = "The release names no publisher and no licence: state publisher and licence in the set"
    assert (says in capsys.readouterr().out) is not has_settings
    manifest = json.loads((draft(private) / "datapackage.json").read_text(encoding="utf-8"))
    about = open_release(draft(private)).about
    if has_settings:
        assert manifest["licenses"] == [{"name": "CC-BY-4.0"}]
        assert manifest["contributors"][0]["email"] == "statistics@example.org"
        assert (manifest["title"], about.attribution) == (
            "Referrals of an example",
            "Made by the Office",
        )
        assert manifest["options"]["nationalities"] == 1
    else:
        assert manifest["licenses"] == [{"name": "notspecified"}]
        assert "contributors" not in manifest


@pytest.mark.slow
def test_an_invented_release_says_so_whatever_the_settings_are(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "publishing.toml").write_text(SETTINGS, encoding="utf-8")
    assert run(command(extract(tmp_path / "x.csv"), tmp_path / "out", private)) == 0
    manifest = json.loads((draft(private) / "datapackage.json").read_text(encoding="utf-8"))
    assert "Referrals of an example" not in json.dumps(manifest)


def test_a_wrong_setting_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("publisher = 1\n", encoding="utf-8")
    publish = command(extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "p")
    assert main([*publish, "--settings", str(path)]) == 1
    assert "publisher has the wrong type" in capsys.readouterr().err
