"""The audit log: lines are added, and a changed or removed line shows."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from referrals.publishing.history import audit_log


def test_lines_are_kept_in_order_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    audit_log.append(tmp_path, "approve", "first", by="A", reasons={"group": "small"})
    audit_log.append(tmp_path, "withdraw", "first", by="B")
    entries = audit_log.entries(tmp_path)
    assert [(entry["action"], entry["by"]) for entry in entries] == [
        ("approve", "A"),
        ("withdraw", "B"),
    ]
    assert stat.S_IMODE((tmp_path / audit_log.NAME).stat().st_mode) == 0o600
    assert audit_log.problems(tmp_path) == []


def test_a_changed_or_removed_line_shows(tmp_path: Path) -> None:
    for action in ("approve", "approved", "withdraw"):
        audit_log.append(tmp_path, action, "first")
    path = tmp_path / audit_log.NAME
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"approve"', '"withdraw"'), encoding="utf-8")
    assert len(audit_log.problems(tmp_path)) == 1
    path.write_text("".join(text.splitlines(keepends=True)[1:]), encoding="utf-8")
    assert len(audit_log.problems(tmp_path)) == 1


def test_a_line_that_a_full_disk_cut_short_does_not_damage_the_next(tmp_path: Path) -> None:
    audit_log.append(tmp_path, "approve", "first")
    with (tmp_path / audit_log.NAME).open("a", encoding="utf-8") as stream:
        stream.write('{"at": "2026')
    audit_log.append(tmp_path, "approve", "second")
    assert [entry["release"] for entry in audit_log.entries(tmp_path)] == ["first", "second"]
    assert audit_log.problems(tmp_path) == []


def test_a_reason_with_a_line_separator_of_unicode_stays_one_line(tmp_path: Path) -> None:
    audit_log.append(tmp_path, "withdraw", "first", reason="wrong\u2028file\x85here")
    audit_log.append(tmp_path, "withdraw", "second")
    first, second = audit_log.entries(tmp_path)
    assert (first["reason"], second["release"]) == ("wrong\u2028file\x85here", "second")
    assert audit_log.problems(tmp_path) == []


def test_a_folder_whose_name_is_not_utf_8_is_written_down(tmp_path: Path) -> None:
    audit_log.append(tmp_path, "approve", "first", releases="/srv/d\udce9p\udcf4t")
    audit_log.append(tmp_path, "approve", "second")
    assert audit_log.entries(tmp_path)[0]["releases"] == "/srv/d\udce9p\udcf4t"
    assert audit_log.problems(tmp_path) == []


@pytest.mark.parametrize("damage", [b"{]}", b"{}", b'{"at": "\xff"}'])
def test_a_line_that_is_no_longer_an_entry_is_reported(tmp_path: Path, damage: bytes) -> None:
    for action in ("approve", "approved", "withdraw"):
        audit_log.append(tmp_path, action, "first")
    path = tmp_path / audit_log.NAME
    first, _, third, _ = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([first, damage, third, b""]))
    damaged, following = audit_log.problems(tmp_path)
    assert "entry 2 cannot be read" in damaged
    assert "does not follow the line before it" in following
    assert [entry["action"] for entry in audit_log.entries(tmp_path)] == ["approve", "withdraw"]
    audit_log.append(tmp_path, "forget", "first")
    assert len(audit_log.entries(tmp_path)) == 3
