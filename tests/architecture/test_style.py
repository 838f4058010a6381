"""Rules of style that no linter has: named steps, docstrings that begin with a noun, HTML in
templates, and tests that say what they expect.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from referrals.paths import ROOT

FILES = [
    path
    for folder in ("referrals", "bench", "deploy")
    for path in sorted((ROOT / folder).rglob("*.py"))
    # Releases hold copies of these two scripts, with their checksums.
    if path.parent != ROOT / "referrals/publishing/release_builder/templates"
]
WITH_TESTS = [*FILES, *sorted((ROOT / "tests").rglob("*.py"))]
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
QUESTION = re.compile(r"(?:How|What|Where|Whether|When|Which|Who|Whose|Why)\b")


TAG = re.compile(r"(?<![P/])</?[a-z]+[ >:]")
HTML_WITHOUT_TEMPLATE = {
    "referrals/cards/charts/base.py": "text of Plotly, escaped by `plain`",
    "referrals/cards/charts/lines.py": "text of Plotly, escaped by `plain`",
    "referrals/cards/exports/pictures/png.py": "a letter of SVG, for the renderer alone",
    "referrals/handouts/slides/powerpoint_chart.py": "XML of PowerPoint, of numbers alone",
    "referrals/localised_html.py": "elements around the isolates of finished HTML",
    "referrals/spreadsheets/excel.py": "XML of a constant",
    "referrals/spreadsheets/opendocument.py": "XML of tables of 100,000 cells, which it escapes",
    "referrals/static_site/links.py": "links of finished HTML, at another address",
    "referrals/web/shell/streamlit_index.py": "the names of tags that Streamlit's page has",
}
"""The modules that may put tags into a text themselves, each with the reason."""

ASSERTING = ("assert", "check", "expect")
"""The beginnings of the names of functions of a test that assert, such as `expect_gone`."""

ASSERTS_BY_ITSELF = frozenset({"does_not_raise", "raises", "warns"})


def nested(source: str, kinds: tuple[type[ast.expr], ...]) -> list[int]:
    """Return the lines of the expressions of some kinds that have another one inside."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, kinds):
            own = sum(isinstance(part, kinds) for part in ast.walk(node))
            found += [node.lineno] if own > 1 else []
    return found


def built_tags(source: str) -> list[int]:
    """Return the lines of the f-strings that have a tag."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            constants = [part.value for part in node.values if isinstance(part, ast.Constant)]
            found += [node.lineno] if TAG.search("".join(map(str, constants))) else []
    return found


def is_asserting(node: ast.AST) -> bool:
    """Return whether a part of a test says what is expected."""
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Assert)
    module, _, name = ast.unparse(node.func).rpartition(".")
    if module:  # `rules.check` is tested, and `mock.assert_called_once` tests
        return name in ASSERTS_BY_ITSELF or name.startswith("assert")
    return name in ASSERTS_BY_ITSELF or name.startswith(ASSERTING)


def silent_tests(source: str) -> list[int]:
    """Return the lines of the tests without a visible assertion."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not any(map(is_asserting, ast.walk(node)))
    ]


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield each docstring, also of a constant, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(ast.Constant(str(text))):
                yield node.lineno, text


def questions(source: str) -> list[int]:
    """Return the lines of the docstrings that begin as a question does."""
    return [line for line, text in docstrings(source) if QUESTION.match(text)]


def places(path: Path, lines: list[int]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{line}" for line in lines]


def test_no_comprehension_is_inside_another() -> None:
    found = [place for path in FILES for place in places(path, nested(text(path), COMPREHENSIONS))]
    assert found == []
    assert nested("a = [[x for x in y] for y in z]", COMPREHENSIONS) == [1]
    assert nested("a = [x for y in z for x in y]", COMPREHENSIONS) == []


def test_no_conditional_expression_is_inside_another() -> None:
    conditional = (ast.IfExp,)
    found = [
        place for path in WITH_TESTS for place in places(path, nested(text(path), conditional))
    ]
    assert found == []
    assert nested("a = 1 if b else 2 if c else 3", conditional) == [1]
    assert nested("a = (1 if b else 2) + (3 if c else 4)", conditional) == []


def test_html_comes_from_templates() -> None:
    site = [path for path in FILES if path.is_relative_to(ROOT / "referrals")]
    found = {str(path.relative_to(ROOT)) for path in site if built_tags(text(path))}
    assert found == set(HTML_WITHOUT_TEMPLATE)
    assert built_tags("f'<p>{name}</p>'") == [1]
    assert built_tags("f'{low} < {high}'") == []


def test_every_test_says_what_it_expects() -> None:
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    assert [place for path in tests for place in places(path, silent_tests(text(path)))] == []
    assert silent_tests("def test_a():\n    run()\n") == [1]
    assert silent_tests("def test_a():\n    expect_gone(page)\n") == []
    assert silent_tests("def test_a():\n    rules.check(page)\n") == [1]


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    found = [place for path in WITH_TESTS for place in places(path, questions(text(path)))]
    assert found == []
    assert questions('"""Whether it is so."""') == [1]
    assert questions('MOST = 1\n"""How many there are."""') == [2]
    assert questions('"""Return whether it is so."""') == []


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
