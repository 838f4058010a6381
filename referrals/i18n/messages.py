"""The message catalogue: every sentence of the site by key, one folder of TOML files per language.

A key is the name of a file and the path inside it: `layout.menu` is `menu` in
`data/locale/en/layout.toml`. A message is a string with `{placeholders}`, or a table of CLDR
plural forms chosen by the number named in `count`:

    [shown]
    count = "n"
    one = "{n} victim referral"
    other = "{n} victim referrals"

Callers choose a message and pass numbers; they never join pieces of sentences, because word order
differs by language. A message that a language lacks is shown in English, marked as English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from babel import Locale
from markupsafe import Markup, escape

from referrals import formatting
from referrals.errors import DataError
from referrals.i18n.languages import ENGLISH, tag
from referrals.paths import LOCALE

COUNT: Final = "count"
PLURAL_FORMS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

Message = str | Mapping[str, str]


@dataclass(frozen=True)
class Messages:
    """The messages of one language, with English for those that it lacks."""

    language: str
    own: Mapping[str, Message]
    english: Mapping[str, Message]

    def text(self, key: str, **values: object) -> str:
        """Return a message as plain text, its placeholders filled.

        Whole numbers are written with a thousands separator.

        Raises:
            KeyError: English has no such message, or a placeholder has no value (our mistake).
        """
        return _PLACEHOLDER.sub(lambda match: _shown(values[match[1]]), self._form(key, values))

    def html(self, key: str, **values: object) -> Markup:
        """Return a message as HTML: escaped, except for values that are `Markup` already.

        One that falls back to English is wrapped in `lang="en-GB"`.

        Raises:
            KeyError: as `text` does.
        """
        pattern = str(escape(self._form(key, values)))
        html = Markup(  # noqa: S704 - the pattern and each value are escaped
            _PLACEHOLDER.sub(lambda match: str(escape(_shown(values[match[1]]))), pattern)
        )
        return html if key in self.own else in_english(html)

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        """Return the pattern of a message: for a plural, the form that its number asks for."""
        language = self.language if key in self.own else ENGLISH
        message = self.own.get(key, self.english[key])
        return message if isinstance(message, str) else _plural(message, values, language)


@cache
def of(language: str) -> Messages:
    """Return the messages of a language. A language without a folder falls back to English.

    Raises:
        DataError: a file cannot be read, or has a key or a placeholder that English does not have,
            or a plural that cannot be used.
    """
    english = _read(ENGLISH)
    own = english if language == ENGLISH else _read(language)
    if unknown := sorted(own.keys() - english.keys()):
        raise DataError(
            f"data/locale/{language} has messages that data/locale/{ENGLISH} does not have: "
            f"{', '.join(unknown)}."
        )
    wrong = [key for key in own if _placeholders(own[key]) - _placeholders(english[key])]
    if wrong:
        raise DataError(
            f"data/locale/{language} uses placeholders that English does not have, in: "
            f"{', '.join(sorted(wrong))}."
        )
    return Messages(language, own, english)


def exists(key: str) -> bool:
    """Return whether there is an English message with this key."""
    return key in of(ENGLISH).own


def text(key: str, **values: object) -> str:
    """Return an English message as plain text. See `Messages.text`."""
    return of(ENGLISH).text(key, **values)


def html(key: str, **values: object) -> Markup:
    """Return an English message as HTML. See `Messages.html`."""
    return of(ENGLISH).html(key, **values)


def in_english(html: str, *, element: str = "span") -> Markup:
    """Return English text or HTML marked as such, for a page in another language.

    A browser then shows it from left to right, and a screen reader reads it with an English voice.

    >>> in_english("Menu")
    Markup('<span lang="en-GB" dir="ltr">Menu</span>')
    """
    pattern = Markup('<{0} lang="{1}" dir="ltr">{2}</{0}>')
    return pattern.format(element, tag(ENGLISH), html)


def _plural(forms: Mapping[str, str], values: Mapping[str, object], language: str) -> str:
    number = values[forms[COUNT]]
    if not isinstance(number, int):
        raise TypeError(f"a plural is chosen by a whole number, not by {number!r}")
    form = Locale.parse(language, sep="-").plural_form(number)
    return forms.get(str(form), forms["other"])


def _shown(value: object) -> str:
    """Return a value as text, whole numbers with a thousands separator; `Markup` stays `Markup`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return formatting.count(value)
    return value if isinstance(value, str) else str(value)


def _placeholders(message: Message) -> frozenset[str]:
    texts = [message] if isinstance(message, str) else list(message.values())
    return frozenset(_PLACEHOLDER.findall("".join(texts)))


def _read(language: str) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for path in sorted((LOCALE / language).glob("*.toml")):
        where = f"data/locale/{language}/{path.name}"
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{where} cannot be read ({type(error).__name__}).") from None
        _collect(found, path.stem, tree, where)
    return found


def _collect(found: dict[str, Message], key: str, node: Any, where: str) -> None:
    """Add every message below a node to `found`, keyed by its path."""
    if isinstance(node, str):
        found[key] = node
    elif isinstance(node, dict) and COUNT in node:
        found[key] = _checked_plural(node, key, where)
    elif isinstance(node, dict):
        for name, child in node.items():
            _collect(found, f"{key}.{name}", child, where)
    else:
        raise DataError(f"{where} has a message that is not text in quotation marks: {key}.")


def _checked_plural(node: Mapping[str, Any], key: str, where: str) -> Mapping[str, str]:
    unknown = node.keys() - PLURAL_FORMS - {COUNT}
    is_text = all(isinstance(form, str) for form in node.values())
    if unknown or not is_text or "other" not in node:
        raise DataError(
            f"{where} has a plural that cannot be used: {key}. It needs `{COUNT}`, `other` and, of "
            f"the other forms, {', '.join(sorted(PLURAL_FORMS - {'other'}))} only."
        )
    return dict(node)
