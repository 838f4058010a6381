"""The audit log: lines are added, and a changed or removed line shows."""

from __future__ import annotations

import stat
from pathlib import Path

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
