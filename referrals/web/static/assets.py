"""The shell's own script, stylesheet and icon, which are part of every page.

They are inline because a browser shows no text before its stylesheet, and on a slow connection one
more request takes as long as half of their bytes. The script is written in parts.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from referrals.templates import (
    charts_stylesheet,
    diagrams_stylesheet,
    header_stylesheet,
    questions_stylesheet,
)

FOLDER: Final = Path(__file__).parents[1] / "shell" / "assets"
SCRIPT_PARTS: Final = (
    "exit.js",
    "connection.js",
    "first_paint.js",
    "languages.js",
    "menu.js",
    "links.js",
    "answer.js",
    "copy_and_print.js",
    "filter.js",
)
"""The parts of the script, in one function scope, the exit first: it must work if others fail."""

_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_JS_COMMENT_LINE: Final = re.compile(r"^\s*//.*\n", re.MULTILINE)
_LINE_START: Final = re.compile(r"\n\s+")


@cache
def script() -> str:
    """Return the script of the shell."""
    return in_one_scope(*(FOLDER / name for name in SCRIPT_PARTS))


def in_one_scope(*files: Path) -> str:
    """Return the parts of a script in one function scope, without their comment lines."""
    parts = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return _compact(_JS_COMMENT_LINE.sub("", f"(() => {{\n'use strict';\n\n{parts}}})();\n"))


@cache
def stylesheet() -> str:
    """Return the stylesheet of the shell, with the rules that it shares, without comments."""
    rules = (header_stylesheet, questions_stylesheet, charts_stylesheet, diagrams_stylesheet)
    shared = b"".join(each() for each in rules)
    return _compact(_CSS_COMMENT.sub("", _text("shell.css") + shared.decode()))


@cache
def icon() -> str:
    """Return the icon as a data address."""
    return f"data:image/svg+xml,{quote(_text('logo.svg'))}"


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _compact(text: str) -> str:
    return _LINE_START.sub("\n", text)
