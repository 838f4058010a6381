"""Pages of paper, typeset by Typst: content as plain values in, a tagged PDF or a picture out.

Templates are in `templates/handouts`. All text comes in as JSON, so none of it is markup. Typst
gives back Python's global lock while it works, and takes about 0.03 s for a sheet, so that a thread
is enough on a server. The fonts are those of a package, whatever the machine has.

The text has the largest size, of those of its paper, in which it fits on the page. If none is small
enough, as words are longer in some languages, the last statements under its headings are left out.
A page that would still overflow is refused: no text is cut, and there is never a second page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import font_roboto
import typst

from referrals import language_fonts, templates
from referrals.errors import DataError
from referrals.language import script_of

FOLDER: Final = Path(templates.__file__).parent / "handouts"


LATIN: Final = "Roboto"
"""The family of figures and of English words on every sheet."""

FONT_FOLDERS: Final = (font_roboto.font_directory, str(language_fonts.FOLDER))

STANDARD: Final = "ua-1"
"""PDF/UA-1: tagged, with title, language and alternative texts. Typst refuses what is not."""

TOO_LONG: Final = "too long: "
TOO_WIDE: Final = "too wide: "
"""The beginnings of a template's message about the part that does not fit."""

PANICKED: Final = "panicked with: "
NO_LETTER: Final = "could not be displayed with font"

MM_PER_INCH: Final = 25.4

TRIES: Final = 5
"""The number of sizes of text that are tried."""

_LOCK: Final = Lock()
"""Held while a page is made: one at a time is enough, and keeps the other core for readers."""


def pdf(template: str, content: Mapping[str, Any], *, date: str) -> bytes:
    """Return a page as PDF/UA-1. The same content always gives the same bytes.

    `date` is the ISO date of the file, that of its release.

    Raises:
        DataError: the content does not fit on the page, or has letters that the fonts lack.
    """
    made_at = datetime.fromisoformat(date).replace(tzinfo=UTC)
    return _compiled(template, content, format="pdf", pdf_standards=STANDARD, timestamp=made_at)


def png(template: str, content: Mapping[str, Any], *, width: int) -> bytes:
    """Return a page as a picture that is `width` pixels wide. Raises DataError as `pdf` does."""
    inches = content["paper"]["width"] / MM_PER_INCH
    return _compiled(template, content, format="png", ppi=width / inches)


def has_font(language: str) -> bool:
    """Return whether there is a font for the script of a language.

    >>> has_font("vi"), has_font("ur"), has_font("ta")
    (True, True, False)
    """
    script = script_of(language)
    return script == "Latn" or script in language_fonts.FAMILIES


def families(language: str) -> list[str]:
    """Return the families of fonts for a page in a language, in the order in which they are tried.

    That of its script comes first, with the punctuation of that script. The others have the names
    of languages that a page lists.

    >>> families("vi")[0], families("zh-Hans")[:2]
    ('Roboto', ['Noto Sans CJK SC', 'Roboto'])
    """
    others = list(language_fonts.FAMILIES.values())
    own = language_fonts.FAMILIES.get(script_of(language), LATIN)
    return list(dict.fromkeys([own, LATIN, *others]))


def _compiled(template: str, content: Mapping[str, Any], **options: Any) -> bytes:
    """Return a page in the largest size of text in which it fits, shorter only if it has to be."""
    sizes = _sizes(content["paper"])
    attempts = [(size, content) for size in sizes]
    attempts += [(sizes[-1], shorter) for shorter in _shortened(content)]
    *others, (smallest, shortest) = attempts
    for size, tried in others:
        try:
            return _in_size(size, template, tried, options)
        except typst.TypstError:
            continue
    try:
        return _in_size(smallest, template, shortest, options)
    except typst.TypstError as error:
        raise DataError(_reason(error, content)) from error


def _shortened(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a page with fewer and fewer statements under its headings."""
    sections = content.get("sections", ())
    longest = max((len(section["items"]) for section in sections), default=0)
    for most in range(longest - 1, 0, -1):
        yield {**content, "sections": [_first_items(section, most) for section in sections]}


def _first_items(section: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return a section with its first statements, all of them if they belong together."""
    items = section["items"]
    return {**section, "items": items if section["is_whole"] else items[:most]}


def _sizes(paper: Mapping[str, Any]) -> list[float]:
    """Return the sizes of text to try, in points, the largest first."""
    step = (paper["largest"] - paper["smallest"]) / (TRIES - 1)
    return [round(paper["largest"] - number * step, 2) for number in range(TRIES)]


def _in_size(
    size: float, template: str, content: Mapping[str, Any], options: Mapping[str, Any]
) -> bytes:
    fonts = families(content["language"])
    text = json.dumps({**content, "text_size": size, "fonts": fonts}, ensure_ascii=False)
    with _LOCK:
        made = _compiler(template).compile(sys_inputs={"content": text}, **options)
    if not isinstance(made, bytes):
        raise typst.TypstError(f"{PANICKED}{TOO_LONG}foot", "")
    return made


def _reason(error: typst.TypstError, content: Mapping[str, Any]) -> str:
    """Return the message for content that does not fit: the part, the page and the remedy."""
    title, paper = content["title"], content["paper"]["code"]
    text = error.message.removeprefix(PANICKED)
    if text.startswith(TOO_LONG):
        part = text.removeprefix(TOO_LONG)
        return (
            f"“{title}” does not fit on one page of {paper} from its part “{part}” on. Shorten the "
            "messages of that part or of those before it (data/locale), or choose larger paper."
        )
    if text.startswith(TOO_WIDE):
        part, _, word = text.removeprefix(TOO_WIDE).partition(": ")
        return (
            f"“{title}”: the word “{word}” is too wide for its place in the part “{part}” on "
            f"{paper}. Shorten it (data/locale, or the code lists)."
        )
    if NO_LETTER in text:
        return (
            f"“{title}” has letters that the fonts of the sheets lack ({text}). Make the fonts "
            "again (make fonts), or add one of that script (deploy/font_subsets.py)."
        )
    return f"“{title}” cannot be typeset on {paper}: {text}"


@cache
def _compiler(template: str) -> typst.Compiler:
    """Return the compiler of a template, which reads the fonts once."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*FONT_FOLDERS],
    )
    return typst.Compiler(FOLDER / template, root=FOLDER, font_paths=fonts)
