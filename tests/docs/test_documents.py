"""Every file, folder and command that a document names exists in this repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CURRENT = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md")
"""Documents about the present tree. Changelog and records also name former files."""

DOCUMENTS = sorted(path for pattern in CURRENT for path in ROOT.glob(pattern))
LINKED = sorted([*DOCUMENTS, *ROOT.glob("docs/decisions/*.md"), ROOT / "CHANGELOG.md"])

BELOW = ("", "referrals", "referrals/publishing", "tests")
"""Folders that a path may be relative to: CONTRIBUTING and docs/ leave `referrals/` out."""

NOT_OURS = ("/", "~", "build/", ".venv/", "deploy/tls/", "data/releases/", "static/", "streamlit/")
"""Prefixes of addresses, files of Streamlit, and output of commands."""

PATH = re.compile(r"[\w./-]+")
LONGEST_RECORD = 45
KINDS_OF_CHANGE = {"Added", "Changed", "Fixed", "Removed", "Security"}


def named_paths(text: str) -> set[str]:
    """Return the code spans of a document that look like paths of ours."""
    quoted = re.findall(r"`([^`\n]+)`", text)
    paths = {
        name for name in quoted if PATH.fullmatch(name) and ("/" in name or name.endswith(".py"))
    }
    return {name for name in paths if not name.startswith(NOT_OURS) and "//" not in name}


def exists(name: str) -> bool:
    """Return whether a path, or the module of that name, is in the repository."""
    places = [ROOT / below / name for below in BELOW]
    if any(place.exists() or place.with_suffix(".py").exists() for place in places):
        return True
    return "/" not in name and any((ROOT / "referrals").rglob(name))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    missing = sorted(
        name for name in named_paths(document.read_text(encoding="utf-8")) if not exists(name)
    )
    assert not missing


@pytest.mark.parametrize("document", LINKED, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    targets = set(re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")))
    missing = sorted(
        target
        for target in targets
        if not target.startswith("http") and not (document.parent / target).exists()
    )
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_a_document_runs_exists(document: Path) -> None:
    modules = set(re.findall(r"python -m (referrals[\w.]*)", document.read_text(encoding="utf-8")))
    assert not sorted(name for name in modules if not exists(name.replace(".", "/")))


@pytest.mark.parametrize(
    "record", sorted(ROOT.glob("docs/decisions/0*.md")), ids=lambda path: path.name
)
def test_a_decision_record_is_short_and_has_its_sections(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LONGEST_RECORD
    assert re.match(rf"# {record.name[:4]}: .+\n\nStatus: \w+", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_every_decision_record_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert not [
        path.name for path in ROOT.glob("docs/decisions/0*.md") if f"({path.name})" not in listed
    ]


@pytest.mark.parametrize("name", ["query/nothing", "referrals/nowhere.py", "peddling.py"])
def test_a_path_that_is_not_there_is_noticed(name: str) -> None:
    assert named_paths(f"see `{name}`") == {name}
    assert not exists(name)


def test_the_changelog_has_one_list_of_each_kind_in_a_version_and_each_line_once() -> None:
    for version in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        kinds = re.findall(r"^### (\w+)$", version, re.MULTILINE)
        assert len(kinds) == len(set(kinds))
        assert set(kinds) <= KINDS_OF_CHANGE
        lines = re.findall(r"^- .*$", version, re.MULTILINE)
        assert len(lines) == len(set(lines))
