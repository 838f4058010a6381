"""The archive of a release: whole, described, and the same each time."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from referrals.release import files, ro_crate
from referrals.release.release import Release, open_release


@pytest.fixture(params=["release", "invented"])
def archived(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


def unpacked(release: Release) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(ro_crate.archive(release))) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_an_archive_holds_the_release_folder_and_its_description(archived: Release) -> None:
    folder, release_id = files.stem(archived), archived.about.release_id
    own = {f"{folder}/{release_id}/{name}": body for name, body in archived.files.items()}
    found = unpacked(archived)
    assert own.items() <= found.items()
    assert set(found) - set(own) == {f"{folder}/{ro_crate.DESCRIPTION}"}
    assert ("example" in folder) == archived.about.is_invented


def test_an_unpacked_release_can_be_opened(archived: Release, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(ro_crate.archive(archived))) as packed:
        packed.extractall(tmp_path)
    opened = open_release(tmp_path / files.stem(archived) / archived.about.release_id)
    assert opened.digest == archived.digest


def test_the_description_names_each_file_with_its_size_and_hash(archived: Release) -> None:
    found = unpacked(archived)
    folder = files.stem(archived)
    entities = {
        entity["@id"]: entity
        for entity in json.loads(found[f"{folder}/{ro_crate.DESCRIPTION}"])["@graph"]
    }
    root = entities["./"]
    parts = [part["@id"] for part in root["hasPart"]]
    assert {f"{folder}/{part}" for part in parts} == {*found} - {f"{folder}/{ro_crate.DESCRIPTION}"}
    for part in parts:
        content = found[f"{folder}/{part}"]
        assert entities[part]["contentSize"] == str(len(content))
        assert entities[part]["sha256"] == hashlib.sha256(content).hexdigest()
    assert root["creativeWorkStatus"] == archived.about.status
    assert ("invented" in root["description"]) == archived.about.is_invented
    assert {root["license"]["@id"], root["publisher"]["@id"]} <= set(entities)


def test_the_same_release_makes_the_same_bytes(release: Release) -> None:
    assert ro_crate.archive(release) == ro_crate.archive(release)
