"""The stylesheet of a language that needs one of its own, and the fonts that it names.

Readers have fonts for most languages, so a browser loads ours only if its system has no font with
the letters, and never on an English page. `fonts/OFL.txt` is their licence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "fonts"
ADDRESS: Final = "fonts/"
"""The folder of the fonts below the root of the static site."""

FAMILIES: Final[Mapping[str, str]] = {
    "Arab": "Noto Naskh Arabic",
    "Beng": "Noto Sans Bengali",
    "Hans": "Noto Sans CJK SC",
}
"""The family of the letters of a script, by its ISO 15924 code. Its files are in `FOLDER`."""

_LETTERS: Final[Mapping[str, str]] = {
    "Arab": "\u0600-\u06ff",
    "Beng": "\u0964\u0965\u0980-\u09ff",
    "Hans": "\u2e80-\u9fff\uff00-\uffef",
}
"""The blocks of Unicode that a family has letters of, by its script."""

_FONT: Final = re.compile(r"url\(([\w-]+\.woff2)\)")
_FACE: Final = re.compile(r"@font-face \{\s*font-family: (?P<family>'\w+');[^}]*\}")
_LOADED: Final = re.compile(r",\s*url\([^)]*\) format\('woff2'\)")
_COMMENT: Final = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


@cache
def stylesheet(language: str, folder: str) -> str:
    """Return the rules of a language, whose fonts are in a folder; '' if it needs none.

    >>> stylesheet("en", "/lite/fonts/")
    ''
    """
    path = FOLDER / f"{language}.css"
    if not path.is_file():
        return ""
    rules = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    return _FONT.sub(lambda found: f"url({folder}{_name(found[1])})", rules).strip()


@cache
def names_stylesheet(folder: str, languages: tuple[str, ...]) -> str:
    """Return the rules for the names of languages in the menu of any page.

    A browser loads a font when the menu is opened, if its device has none with the letters.
    """
    found = []
    for language in languages:
        font = _FACE.search(stylesheet(language, folder))
        if font:
            family = f"font-family: {font['family']}, var(--vr-font)"
            found.append(f"{font[0]} .vr-languages [lang='{language}'] {{ {family}; }}")
    return " ".join(found)


def of_device(rules: str) -> str:
    """Return the rules of a language without the fonts that have to be loaded.

    >>> of_device("src: local('Noto Sans'), url(a.woff2) format('woff2');")
    "src: local('Noto Sans');"
    """
    return _LOADED.sub("", rules)


def runs(text: str, script: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text with their families, '' for a part in the usual font.

    It is for programs that do not search all fonts for each letter.

    >>> [family for family, _ in runs("2021 \u0645\u0626\u06cc", "Arab")]
    ['', 'Noto Naskh Arabic']
    """
    letters = _LETTERS.get(script)
    if letters is None:
        yield "", text
        return
    within = letters if script == "Hans" else rf"{letters}\s\u200c\u200d"
    own = rf"([{letters}](?:[{within}]*[{letters}\u200c\u200d])?)"
    for place, part in enumerate(re.split(own, text)):
        if part:
            yield FAMILIES[script] if place % 2 else "", part


def drawn_files() -> list[Path]:
    """Return the fonts in every script for drawing on the server: sheets of paper and pictures."""
    return sorted(path for path in FOLDER.iterdir() if path.suffix in {".ttf", ".otf"})


def site_files(language: str) -> dict[str, bytes]:
    """Return the stylesheet and the fonts of a language as files of the static site, by place."""
    path = FOLDER / f"{language}.css"
    if not path.is_file():
        return {}
    fonts = dict.fromkeys(_FONT.findall(path.read_text(encoding="utf-8")))
    found = {f"{ADDRESS}{_name(font)}": (FOLDER / font).read_bytes() for font in fonts}
    return {stylesheet_name(language): stylesheet(language, ADDRESS).encode(), **found}


def stylesheet_name(language: str) -> str:
    """Return the name of the stylesheet of a language in the static site; '' if it has none."""
    rules = stylesheet(language, ADDRESS)
    return f"{language}.{_digest(rules.encode())}.css" if rules else ""


@cache
def _name(file: str) -> str:
    """Return the name of a font, which changes with its content."""
    font = FOLDER / file
    return f"{font.stem}.{_digest(font.read_bytes())}{font.suffix}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
