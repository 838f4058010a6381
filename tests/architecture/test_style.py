"""Two rules of style that no linter has: named steps, and docstrings that begin with a noun."""

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


def nested_comprehensions(source: str) -> list[int]:
    """Return the lines of the comprehensions that have another one inside."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, COMPREHENSIONS):
            own = sum(isinstance(part, COMPREHENSIONS) for part in ast.walk(node))
            found += [node.lineno] if own > 1 else []
    return found


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
    found = [place for path in FILES for place in places(path, nested_comprehensions(text(path)))]
    assert found == []
    assert nested_comprehensions("a = [[x for x in y] for y in z]") == [1]
    assert nested_comprehensions("a = [x for y in z for x in y]") == []


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    found = [place for path in WITH_TESTS for place in places(path, questions(text(path)))]
    assert found == []
    assert questions('"""Whether it is so."""') == [1]
    assert questions('MOST = 1\n"""How many there are."""') == [2]
    assert questions('"""Return whether it is so."""') == []


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
