"""The dependency rules of docs/architecture.md: kept by the code, and able to notice a violation.

import-linter checks which module may import which. What it can't see is checked here: which modules
load a library when they are imported, and how modules are named.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from referrals.paths import ROOT

PACKAGE = ROOT / "referrals"
MODULE_FILES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.with_name("__init__.py").is_file()
)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [contract["name"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]]

SITE_SCRIPTS = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]
"""The scripts that Streamlit runs. They lie outside the package, where no contract reaches."""

KNOWS_STREAMLIT = ("referrals.attack_panel.panel", "referrals.dashboard", "referrals.web.streamlit")
"""The packages that may import Streamlit."""

LOADS_STREAMLIT = (*KNOWS_STREAMLIT, "referrals.web.application")
"""The packages and modules that may load Streamlit: `web.application` puts its server together."""

FOR_THE_PUBLISHER = ("referrals.attack_panel", "referrals.publishing")
"""The packages that the image leaves out: they work with records, or with true counts."""

PUBLISHING_ONLY = ("highspy", "python_calamine", *FOR_THE_PUBLISHER)
"""Modules that the public process must never load."""

MOST_MODULES_IN_A_FOLDER = 14

CHOOSE_BY_KIND = (
    "referrals.cards.wording.kinds",
    "referrals.query.kinds",
    "referrals.release.release",
)
"""The modules that choose by the kind of a release; all others ask what they chose."""

REPEATED_NAMES = {
    "__main__": "the entry point of a package",
    "audit": "a command, and the work that it does",
    "transcribe": "a command, and the work that it does",
    "base": "the parts that charts share, and those that the wordings of the kinds share",
    "bars": "cards/bars chooses the bars, cards/charts/bars draws them",
    "card": "cards/card is the model, cards/html/card draws it",
    "context_series": "query/ answers, cards/ makes the card",
    "cli": "the command line of a package",
    "command": "each handout has one",
    "csvw": "the API describes its answers, cards/exports describes the table of a card",
    "formats": "the formats of spreadsheets, and those of exports",
    "lines": "extract/ reads the lines of a file, cards/charts draws lines over time",
    "kinds": "query/ asks each kind of release, cards/wording words it",
    "middleware": "each part of web/ has one",
    "options": "the options of publishing, and those that the handouts share",
    "pages": "the texts of pages, and the pages of the static site",
    "protect": "the entry point of each method of disclosure control",
    "relations": "publishing/ledger works relations out, cards/html draws them",
    "response": "the API builds other responses than the shell",
    "rounded": "a kind of release, in each package that treats the kinds differently",
    "routes": "the handouts, and each of them, has its own",
    "statements": "publishing/ledger checks them, query/ answers from them",
    "suppressed": "a kind of release, in each package that treats the kinds differently",
    "table": "query/tables makes it, cards/ words and draws it, the static site has its page",
    "transcribed": "a kind of release, in each package that treats the kinds differently",
}
"""The only base names that several modules may share, each with the structure that repeats."""

RETIRED_NAMES = (
    "beside",
    "dealing",
    "door",
    "fresh",
    "growing",
    "including",
    "keeping",
    "kept",
    "making",
    "readings",
    "remembering",
    "sealed",
    "shelf",
    "speaking",
    "turns",
    "wire",
)
"""Private words of the first version, which no reader could guess or search for."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = [module_name(path) for path in MODULE_FILES]


def is_within(module: str, parents: Iterable[str]) -> bool:
    return any(f"{module}.".startswith(f"{parent}.") for parent in parents)


# Contracts.


def lint(folder: Path, cache: Path) -> str:
    """Return the report of import-linter on the package in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--config", ROOT / "pyproject.toml", "--cache-dir", cache],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def broken(report: str) -> list[str]:
    return re.findall(r"^(.+) BROKEN$", report, re.MULTILINE)


def kept(report: str) -> list[str]:
    return re.findall(r"^(.+) KEPT$", report, re.MULTILINE)


def test_every_import_contract_is_kept(tmp_path: Path) -> None:
    report = lint(ROOT, tmp_path)
    assert broken(report) == [], report
    assert kept(report) == CONTRACTS


PLANTED = [
    ("1a", "referrals.query.selection", "referrals.publishing.cell_codes"),
    ("1a", "referrals.cards.card", "highspy"),
    ("1a", "referrals.cards.card", "python_calamine"),
    ("1b", "referrals.publishing.compare", "referrals.query.selection"),
    ("2", "referrals.publishing.audit.additivity", "referrals.publishing.disclosure.recoding"),
    ("3", "referrals.content.sitemap", "streamlit"),
    ("4", "referrals.web.health", "referrals.release.catalogue"),
    ("5a", "referrals.query.selection", "referrals.content.sitemap"),
    ("5a", "referrals.handouts.routes", "referrals.static_site.layout"),
    ("5b", "referrals.i18n.messages", "starlette"),
]
"""Imports that break a contract: its number, the module and what it imports."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report of import-linter on a copy of the package with every planted import.

    The keys are the numbers of the broken contracts.
    """
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "assets")
    shutil.copytree(PACKAGE, folder / "referrals", ignore=ignored)
    for _, module, imported in PLANTED:
        path = folder / Path(*module.split(".")).with_suffix(".py")
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"\nimport {imported}\n")
    report = lint(folder, tmp_path_factory.mktemp("cache"))
    # The report ends with a part about each broken contract, below its name.
    names = "|".join(map(re.escape, CONTRACTS))
    _, *parts = re.split(rf"^({names})$", report, flags=re.MULTILINE)
    return {name.split(".")[0]: part for name, part in zip(parts[::2], parts[1::2], strict=True)}


@pytest.mark.parametrize(("contract", "module", "imported"), PLANTED)
def test_a_planted_import_breaks_its_contract(
    reported: dict[str, str], contract: str, module: str, imported: str
) -> None:
    assert f"{module} -> {imported}" in reported[contract]


def test_every_contract_has_a_planted_import() -> None:
    assert {contract for contract, _, _ in PLANTED} == {name.split(".")[0] for name in CONTRACTS}


def test_every_package_is_in_a_contract() -> None:
    """A package that no contract names may import anything, so a new one needs its place."""
    named = json.dumps(PYPROJECT["tool"]["importlinter"]["contracts"])
    packages = {module_name(path) for path in PACKAGE.glob("*/__init__.py")}
    assert {name for name in packages if not re.search(rf"\b{re.escape(name)}\b", named)} == set()


# What importing a module loads.


def loaded_by(modules: Iterable[str], *, folder: Path = ROOT) -> set[str]:
    """Return the modules that a new Python process has loaded after importing some modules."""
    script = (
        "import importlib, json, sys; "
        "[*map(importlib.import_module, sys.argv[1:])]; print(json.dumps([*sys.modules]))"
    )
    process = subprocess.run(
        [sys.executable, "-c", script, *modules],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(process.stdout))


def importable(modules: Iterable[str]) -> list[str]:
    """Return the modules without the entry points, which run when they are imported."""
    return [name for name in modules if not name.endswith("__main__")]


def test_only_the_dashboard_the_streamlit_package_and_the_application_load_streamlit() -> None:
    others = [
        name
        for name in importable(MODULES)
        if not is_within(name, (*LOADS_STREAMLIT, *FOR_THE_PUBLISHER))
    ]
    loaded = loaded_by(others)
    assert {"referrals.cards.exports.text", "referrals.web.shell.middleware"} <= loaded
    assert "streamlit" not in loaded


def test_publishing_loads_the_solver_but_not_streamlit() -> None:
    """The solver shows that the tests of what is not loaded would see it if it were."""
    loaded = loaded_by(
        name for name in importable(MODULES) if is_within(name, ["referrals.publishing"])
    )
    assert "highspy" in loaded
    assert "streamlit" not in loaded


def test_nothing_public_loads_publishing_or_the_solver() -> None:
    public = [name for name in importable(MODULES) if not is_within(name, FOR_THE_PUBLISHER)]
    loaded = loaded_by(public)
    assert "streamlit" in loaded
    assert {name for name in loaded if is_within(name, PUBLISHING_ONLY)} == set()


def test_loading_sees_an_import_anywhere_in_a_module(tmp_path: Path) -> None:
    (tmp_path / "streamlit.py").touch()
    source = "def draw():\n    pass\n\nimport streamlit\n"
    (tmp_path / "planted.py").write_text(source, encoding="utf-8")
    assert "streamlit" in loaded_by(["planted"], folder=tmp_path)


# What a source imports, at any depth of its code.


@cache
def nodes(source: str) -> list[ast.AST]:
    """Return every part of the syntax of a source."""
    return list(ast.walk(ast.parse(source)))


def imports(source: str) -> set[str]:
    """Return the modules that a source imports, and each name that it takes from one."""
    found: set[str] = set()
    for node in nodes(source):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def publishing_imports(source: str) -> list[str]:
    return sorted(name for name in imports(source) if is_within(name, PUBLISHING_ONLY))


@pytest.mark.parametrize("script", SITE_SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_site_imports_publishing(script: Path) -> None:
    assert publishing_imports(script.read_text(encoding="utf-8")) == []


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
def test_an_import_of_publishing_is_noticed_in_every_form(line: str) -> None:
    assert publishing_imports(f"import json\n{line}\n") != []
    assert publishing_imports("import json\nfrom referrals import release\n") == []


def test_only_the_dashboard_and_the_streamlit_package_name_streamlit_in_an_import() -> None:
    importers = {
        module_name(path)
        for path in MODULE_FILES
        if "streamlit" in (source := path.read_text(encoding="utf-8"))  # few are worth parsing
        and any(is_within(name, ["streamlit"]) for name in imports(source))
    }
    assert {name for name in importers if not is_within(name, KNOWS_STREAMLIT)} == set()
    packages = {
        known for known in KNOWS_STREAMLIT for name in importers if is_within(name, (known,))
    }
    assert packages == set(KNOWS_STREAMLIT), "each package of the list is needed"


# Where the kinds of releases are told apart.


def kinds_named(source: str) -> list[str]:
    """Return the kinds of releases that Python text names, such as `Kind.ROUNDED`."""
    attributes = [node for node in nodes(source) if isinstance(node, ast.Attribute)]
    return [
        f"Kind.{node.attr}"
        for node in attributes
        if isinstance(node.value, ast.Name) and node.value.id == "Kind"
    ]


def test_only_three_modules_choose_by_the_kind_of_a_release() -> None:
    choosing = {
        module_name(path)
        for path in MODULE_FILES
        if "Kind" in (source := path.read_text(encoding="utf-8")) and kinds_named(source)
    }
    assert choosing == set(CHOOSE_BY_KIND)


def test_a_comparison_with_a_kind_is_noticed() -> None:
    source = "def draw(about):\n    if about.kind is not Kind.ROUNDED:\n        return 1\n"
    assert kinds_named(source) == ["Kind.ROUNDED"]


# How modules are named and laid out.


def repeated_names(paths: Iterable[Path]) -> set[str]:
    """Return the base names that several modules share and may not.

    A module of a folder `commands` has the name of its command, which another module carries out.
    """
    modules = [path for path in paths if path.stem != "__init__" and path.parent.name != "commands"]
    count = Counter(path.stem for path in modules)
    return {name for name, times in count.items() if times > 1 and name not in REPEATED_NAMES}


def crowded_folders(paths: Iterable[Path]) -> set[Path]:
    """Return the folders that hold too many modules."""
    count = Counter(path.parent for path in paths if path.stem != "__init__")
    return {folder for folder, modules in count.items() if modules > MOST_MODULES_IN_A_FOLDER}


def test_no_two_modules_share_a_base_name_unless_a_structure_repeats() -> None:
    assert repeated_names(MODULE_FILES) == set()
    assert repeated_names([Path("a/cache.py"), Path("b/cache.py")]) == {"cache"}


def test_no_folder_holds_more_than_fourteen_modules() -> None:
    assert crowded_folders(MODULE_FILES) == set()
    assert crowded_folders(Path(f"a/{number}.py") for number in range(15)) == {Path("a")}


def test_no_module_has_a_retired_name() -> None:
    assert [path for path in MODULE_FILES if path.stem in RETIRED_NAMES] == []
