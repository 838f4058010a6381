"""SECURITY.md: every line of the threat model names a test, and every test exists."""

from __future__ import annotations

import re

import pytest

from referrals.paths import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED_TESTS = sorted(set(re.findall(r"`(tests/[\w/.:]+)`", PAGE)))
STRIDE = (
    "Spoofing",
    "Tampering",
    "Repudiation",
    "Information disclosure",
    "Denial of service",
    "Elevation of privilege",
)


def exists(named: str) -> bool:
    """Return whether a test file exists and contains the named test."""
    file, _, test = named.partition("::")
    path = ROOT / file
    return path.is_file() and (not test or f"\ndef {test}(" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("named", NAMED_TESTS)
def test_every_test_that_the_page_names_exists(named: str) -> None:
    assert exists(named)


@pytest.mark.parametrize(
    "named", ["tests/unit/test_none.py", "tests/unit/web/gateway/test_middleware.py::test_none"]
)
def test_a_missing_test_is_detected(named: str) -> None:
    assert not exists(named)


@pytest.mark.parametrize("kind", STRIDE)
def test_the_threat_model_covers_every_kind_of_stride(kind: str) -> None:
    assert f"| **{kind}** | | |" in PAGE


def test_every_threat_names_a_test() -> None:
    rows = [
        line
        for line in PAGE.splitlines()
        if line.startswith("| ") and "**" not in line and "---" not in line
    ]
    assert len(rows) > 20
    assert [row for row in rows[1:] if "`tests/" not in row] == []
