"""The fingerprint of a folder of a release changes if any file does, whatever its date says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from referrals.release.folder_scan import fingerprint


def test_a_file_changed_in_place_to_the_same_size_and_date_changes_the_fingerprint(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cells.csv"
    path.write_bytes(b"1336")
    before, written = fingerprint(tmp_path), path.stat()
    while path.stat().st_ctime_ns == written.st_ctime_ns:  # the clock of files is a coarse one
        path.write_bytes(b"1337")
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert path.stat().st_mtime_ns == written.st_mtime_ns
    assert fingerprint(tmp_path) != before


@pytest.mark.parametrize("change", ["added", "renamed", "removed"])
def test_a_file_that_is_added_renamed_or_removed_changes_the_fingerprint(
    tmp_path: Path, change: str
) -> None:
    path = tmp_path / "cells.csv"
    path.write_bytes(b"1336")
    before = fingerprint(tmp_path)
    if change == "added":
        (tmp_path / "more.csv").write_bytes(b"")
    elif change == "renamed":
        path.rename(tmp_path / "other.csv")
    else:
        path.unlink()
    assert fingerprint(tmp_path) != before
