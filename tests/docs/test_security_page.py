"""SECURITY.md promises that each line is tested: every test it names is there."""

from __future__ import annotations

import re

import pytest

from referrals.paths import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.:]+)`", PAGE)))
STRIDE = (
    "Spoofing",
    "Tampering",
    "Repudiation",
    "Information disclosure",
    "Denial of service",
    "Elevation of privilege",
)


def is_there(named: str) -> bool:
    """Return whether a file of tests is there, and holds the test that is named within it."""
    file, _, test = named.partition("::")
    path = ROOT / file
    return path.is_file() and (not test or f"\ndef {test}(" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_the_page_names_is_there(named: str) -> None:
    assert is_there(named)


@pytest.mark.parametrize(
    "named", ["tests/unit/test_none.py", "tests/unit/web/gateway/test_middleware.py::test_none"]
)
def test_a_test_that_is_not_there_is_noticed(named: str) -> None:
    assert not is_there(named)


@pytest.mark.parametrize("kind", STRIDE)
def test_every_kind_of_threat_is_considered(kind: str) -> None:
    assert f"| **{kind}** | | |" in PAGE


def test_every_threat_names_a_test() -> None:
    rows = [
        line
        for line in PAGE.splitlines()
        if line.startswith("| ") and "**" not in line and "---" not in line
    ]
    assert len(rows) > 20
    assert [row for row in rows[1:] if "`tests/" not in row] == []
