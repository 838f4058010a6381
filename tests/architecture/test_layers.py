"""What may import what: the public side never reaches what makes releases, and three modules alone know Streamlit."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from referrals.content.sitemap import PAGES
from referrals.paths import ROOT

PACKAGE = ROOT / "referrals"
FILES = sorted(PACKAGE.rglob("*.py"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
LOAD = "import importlib, json, sys; [*map(importlib.import_module, sys.argv[1:])]; print(json.dumps([*sys.modules]))"
WITH_STREAMLIT = [
    "referrals.dashboard.figure",
    "referrals.dashboard.filters",
    "referrals.dashboard.navigation",
    "referrals.dashboard.page",
    "referrals.dashboard.page_url",
    "referrals.dashboard.session",
    "referrals.web.streamlit.client_messages",
    "referrals.web.streamlit.startup_check",
    "referrals.web.streamlit.setup",
]
# These load it by what they import.
LOADS_STREAMLIT = [
    *WITH_STREAMLIT,
    "referrals.web.application",
]
# Everything that runs where the public can reach it.
PUBLIC_FILES = [
    *sorted((PACKAGE / "dashboard").rglob("*.py")), *sorted((PACKAGE / "server").rglob("*.py")),
    *sorted((PACKAGE / "lite").rglob("*.py")), *sorted((PACKAGE / "api").rglob("*.py")), PACKAGE / "release.py",
    ROOT / "app.py", *(ROOT / page.script for page in PAGES),
]  # fmt: skip


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def loaded_after(modules: Sequence[str], *, folder: Path = ROOT) -> set[str]:
    """The modules that a fresh Python has loaded when it has imported those given."""
    ran = subprocess.run(
        [sys.executable, "-c", LOAD, *modules],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout))


def imports_of(source: str) -> set[str]:
    """The modules that a source names in its imports, each with what is taken from it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def forbidden(source: str) -> list[str]:
    """The imports of a source that the public side may not have."""
    wrong = ("highspy", "referrals.publishing")
    return sorted(
        name
        for name in imports_of(source)
        if any(f"{name}.".startswith(f"{one}.") for one in wrong)
    )


@pytest.mark.parametrize("path", PUBLIC_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_public_imports_what_makes_releases(path: Path) -> None:
    assert forbidden(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import highspy",
        "from highspy import Highs",
        "import referrals.publishing.ledger.bounds as b",
        "from referrals import publishing",
        "def later():\n    from referrals.publishing.release_builder.folder import write",
    ],
)
def test_an_import_of_what_makes_releases_is_noticed(line: str) -> None:
    assert forbidden(f"import json\n{line}\n") != []
    assert forbidden("import json\nfrom referrals import release\n") == []


@pytest.fixture(scope="module")
def without_components() -> set[str]:
    """What is loaded when every module has been imported but those that know Streamlit, and those that make releases."""
    wanted = [
        name
        for path in FILES
        if "publishing" not in (name := module_of(path)) and name not in LOADS_STREAMLIT
    ]
    return loaded_after(wanted)


def test_no_module_but_components_and_protocol_loads_streamlit(
    without_components: set[str],
) -> None:
    assert "referrals.cards.exports.text" in without_components
    assert "referrals.web.shell.middleware" in without_components
    assert "streamlit" not in without_components


def test_nothing_public_loads_the_solver_or_the_half_that_makes_releases_even_by_a_detour(
    without_components: set[str],
) -> None:
    assert not {
        name
        for name in without_components
        if name == "highspy" or name.startswith("referrals.publishing")
    }


def test_publishing_runs_without_streamlit_and_loads_the_solver() -> None:
    """The other half, and the proof that the two tests above look at something: here the solver is found."""
    loaded = loaded_after(
        [
            name
            for path in FILES
            if "publishing" in (name := module_of(path)) and "__main__" not in name
        ]
    )
    assert "highspy" in loaded
    assert "streamlit" not in loaded


def test_a_module_that_loads_streamlit_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "streamlit.py").write_text("", encoding="utf-8")
    (tmp_path / "planted.py").write_text(
        "def draw():\n    pass\n\nimport streamlit\n", encoding="utf-8"
    )
    assert "streamlit" in loaded_after(["planted"], folder=tmp_path)


def lint(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the package in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--config", ROOT / "pyproject.toml", "--cache-dir", cache],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_on_imports_is_kept(tmp_path: Path) -> None:
    ran = lint(ROOT, tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in ran.stdout


def test_every_module_has_its_place_in_a_contract() -> None:
    """A module that no contract names may import anything: a new one has to be given its place."""
    named = {
        name
        for contract in CONTRACTS
        for layer in contract.get("layers", [])
        for name in re.split(r"\s*[|:]\s*", layer)
    }
    named |= {
        name
        for contract in CONTRACTS
        for name in contract.get("source_modules", [])
        if name == "referrals.web"
    }
    modules = {module_of(path) for path in FILES if path.name not in {"__init__.py", "__main__.py"}}
    assert [
        name
        for name in sorted(modules)
        if not any(f"{name}.".startswith(f"{one}.") for one in named)
    ] == []


def copy_to(folder: Path) -> Path:
    return Path(
        shutil.copytree(
            PACKAGE, folder / "referrals", ignore=shutil.ignore_patterns("__pycache__", "assets")
        )
    )


def test_a_copy_with_nothing_planted_keeps_every_contract(tmp_path: Path) -> None:
    copy_to(tmp_path)
    assert lint(tmp_path, tmp_path / "cache").returncode == 0


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("dashboard/queries.py", "import highspy"),
        ("release.py", "from referrals.publishing import bounds"),
        ("dashboard/wording.py", "from referrals.dashboard import cards"),
        ("server/shell.py", "from referrals import ledger"),
    ],
)
def test_a_planted_import_breaks_a_contract(tmp_path: Path, module: str, line: str) -> None:
    copied = copy_to(tmp_path)
    target = copied / module
    target.write_text(f"{target.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    ran = lint(tmp_path, tmp_path / "cache")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "BROKEN" in ran.stdout


def test_streamlit_stands_in_few_modules_of_the_package() -> None:
    found = [
        module_of(path)
        for path in FILES
        if any(f"{name}.".startswith("streamlit.") for name in imports_of(path.read_text("utf-8")))
    ]
    assert found == WITH_STREAMLIT
