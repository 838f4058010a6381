"""The commands `map`, `check` and `publish` with an extract in the layout of another system."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
from pathlib import Path

import pytest

from referrals.paths import ROOT
from referrals.publishing.cli import main
from tests.fixtures import published_releases
from tests.fixtures.messy_extracts import CANARIES, MAPPING, text

THEIRS = {
    "referral_id": "URN",
    "referred_on": "Date of referral",
    "police_force": "Force",
    "nationality": "Nationality",
    "age": "Age",
    "sex": "Gender",
    "crime_type": "Offence",
    "outcome": "Outcome",
    "channel": "Channel",
}


def in_their_layout(ours: Path, theirs: Path) -> None:
    """Write an extract with other column names, delimiter, encoding, dates and a surname."""
    with ours.open(encoding="utf-8", newline="") as stream:
        records = list(csv.DictReader(stream))
    with theirs.open("w", encoding="utf-16", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([*THEIRS.values(), "Surname"])
        for row in records:
            year, month, day = row["referred_on"].split("-")
            row["referred_on"] = f"{day}/{month}/{year}"
            writer.writerow([*(row[name] for name in THEIRS), CANARIES[0]])


def test_a_mapping_is_proposed_written_privately_and_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    extract, mapping = tmp_path / "export.csv", tmp_path / "mapping.toml"
    extract.write_text(text(), encoding="utf-8")
    assert main(["map", str(extract), "--to", str(mapping)]) == 0
    assert stat.S_IMODE(mapping.stat().st_mode) == 0o600
    assert main(["map", str(extract), "--to", str(mapping)]) == 1
    assert "exists already" in capfd.readouterr().err
    # So few records are read, and cannot be published.
    main(["check", str(extract), "--mapping", str(mapping)])
    main(["check", str(extract), "--mapping", str(mapping), "--format", "json"])
    streams = capfd.readouterr()
    assert "export.csv: sound. 0 kinds of error" in streams.out
    assert '"loaded": 36' in streams.out
    assert not [name for name in CANARIES if name in streams.out + streams.err]


def test_a_mapping_is_not_written_into_the_repository(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    extract, mapping = tmp_path / "export.csv", ROOT / "mapping.toml"
    extract.write_text(text(), encoding="utf-8")
    assert main(["map", str(extract), "--to", str(mapping)]) == 1
    assert not mapping.exists()
    assert "is in the repository" in capfd.readouterr().err


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_wrong_mapping_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], command: str
) -> None:
    extract, mapping = tmp_path / "export.csv", tmp_path / "mapping.toml"
    extract.write_text(text(), encoding="utf-8")
    mapping.write_text(MAPPING + "[wrods]\n", encoding="utf-8")
    options = ["--release", "x"] if command == "publish" else []
    assert main([command, str(extract), "--mapping", str(mapping), *options]) == 1
    expected = "mapping.toml: wrods is not a key of a mapping. Perhaps words.\n"
    assert capfd.readouterr().err == expected


@pytest.mark.slow
def test_a_mapped_extract_makes_the_same_release_and_its_manifest_names_the_mapping(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    published_releases.extract(ours)
    in_their_layout(ours, theirs)
    mapping = tmp_path / "mapping.toml"
    assert main(["map", str(theirs), "--to", str(mapping)]) == 0
    plain = published_releases.publish(ours, tmp_path / "a", tmp_path / "private")
    mapped = published_releases.publish(
        theirs, tmp_path / "b", tmp_path / "private", options=["--mapping", str(mapping)]
    )
    assert (plain / "cells.csv").read_bytes() == (mapped / "cells.csv").read_bytes()
    manifest = json.loads((mapped / "datapackage.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(mapping.read_bytes()).hexdigest()
    assert manifest["mapping_sha256"] == digest
    assert "mapping_sha256" not in (plain / "datapackage.json").read_text(encoding="utf-8")
    streams = capfd.readouterr()
    assert CANARIES[0] not in streams.out + streams.err
