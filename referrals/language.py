"""The language in which this request or session is answered: English unless somebody chose another.

It is set once, by the ASGI middleware for a request and by the navigation for a run of Streamlit,
so that messages, numbers and caches need no argument for it, as in gettext and Django. A thread
started with `asyncio.to_thread` or anyio inherits it; any other thread begins in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

from babel import Locale
from babel.core import get_global

ENGLISH: Final = "en"

ISOLATE, POP_ISOLATE = "\u2066", "\u2069"
"""Unicode's controls LRI and PDI around text that runs from left to right, whatever surrounds it.

They work in pages, files and titles alike. `localised_html` turns them into elements.
"""

_HAS_ORDER: Final = re.compile(r"[\d/@\[]")
"""A character of a number, code or address, which right-to-left text would reorder."""

_FROM_RIGHT: Final = re.compile(f"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc{ISOLATE}]")
"""A letter that is written from right to left, or the beginning of an isolate."""

_CURRENT: Final[ContextVar[str]] = ContextVar("language", default=ENGLISH)


def current() -> str:
    """Return the code of the current language, such as `en` or `zh-Hans`."""
    return _CURRENT.get()


def is_english() -> bool:
    """Return whether the current language is English."""
    return current() == ENGLISH


@contextmanager
def using(language: str) -> Iterator[None]:
    """Answer in a language inside a `with` block.

    >>> with using("cy"):
    ...     current()
    'cy'
    >>> current()
    'en'
    """
    token = _CURRENT.set(language)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@cache
def locale_of(language: str) -> Locale:
    """Return the CLDR locale of a language. Our English is British.

    >>> str(locale_of("en")), str(locale_of("zh-Hans"))
    ('en_GB', 'zh_Hans')
    """
    return Locale.parse("en-GB" if language == ENGLISH else language, sep="-")


@cache
def script_of(language: str) -> str:
    """Return the script of a language by its ISO 15924 code; '' if CLDR does not know it.

    >>> script_of("vi"), script_of("ur"), script_of("zh-Hans")
    ('Latn', 'Arab', 'Hans')
    """
    locale = locale_of(language)
    likely = get_global("likely_subtags").get(locale.language, "")
    return locale.script or (likely.split("_")[1] if "_" in likely else "")


def is_right_to_left() -> bool:
    """Return whether the current language is written from right to left."""
    return locale_of(current()).text_direction == "rtl"


def isolated(text: str) -> str:
    """Return a number, range, code or address that keeps its order in right-to-left text.

    Right-to-left words keep their order anyway and are returned unchanged. So is text with a part
    that is isolated already, such as an English sentence between Urdu quotation marks.

    >>> isolated("E024")
    'E024'
    >>> with using("ur"):
    ...     isolated("E024") == f"{ISOLATE}E024{POP_ISOLATE}"
    ...     isolated("\u06a9\u0644 2") == "\u06a9\u0644 2"
    True
    True
    """
    if not is_right_to_left() or not _HAS_ORDER.search(text) or _FROM_RIGHT.search(text):
        return text
    return f"{ISOLATE}{text}{POP_ISOLATE}"


def in_english(text: str) -> str:
    """Return English text marked as such, if the current language is another.

    >>> with using("cy"):
    ...     in_english("Menu") == f"{ISOLATE}Menu{POP_ISOLATE}"
    True
    """
    return text if is_english() or not text else f"{ISOLATE}{text}{POP_ISOLATE}"
