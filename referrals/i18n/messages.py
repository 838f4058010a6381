"""The messages: every sentence of the site by key, in the current language.

A key is the name of a file and the path inside it: `layout.menu` is `menu` in
`data/locale/en/layout.toml`. A message is a string with `{placeholders}`, or a table of CLDR
plural forms chosen by the number named in `count`:

    [shown]
    count = "n"
    one = "{n} victim referral"
    other = "{n} victim referrals"

Callers choose a message and pass numbers; they never join pieces of sentences, because word order
differs by language. `i18n/translations` has their translations. A message that a language lacks, or
has for an older English alone, is shown in English, marked as English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from markupsafe import Markup, escape

from referrals import formatting
from referrals.errors import DataError
from referrals.i18n.translations import PLURAL_TAGS, English, Entry, catalogue, plural_tags
from referrals.language import ENGLISH, current, in_english, is_english, isolated, locale_of
from referrals.paths import LOCALE

COUNT: Final = "count"
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

        Whole numbers are written with a thousands separator. In a language from right to left,
        numbers, ranges, codes and addresses are between the controls of `language.isolated`. So is
        a message that falls back to English, as `language.in_english` does.

        Raises:
            KeyError: English has no such message, or a placeholder has no value (our mistake).
        """
        form = self._form(key, values)
        if key not in self.own:
            return in_english(_PLACEHOLDER.sub(lambda match: _shown(values[match[1]]), form))
        return _PLACEHOLDER.sub(lambda match: self._in_order(values[match[1]]), form)

    def html(self, key: str, **values: object) -> Markup:
        """Return a message as HTML: escaped, except for values that are `Markup` already.

        Raises:
            KeyError: as `text` does.
        """
        pattern = str(escape(self._form(key, values)))
        shown = self._in_order if key in self.own else _shown
        html = Markup(  # noqa: S704 - the pattern and each value are escaped
            _PLACEHOLDER.sub(lambda match: str(escape(shown(values[match[1]]))), pattern)
        )
        return html if key in self.own else Markup(in_english(html))  # noqa: S704 - escaped above

    def _in_order(self, value: object) -> str:
        """Return a value as text that keeps its order inside a message of this language."""
        text = _shown(value)
        return text if isinstance(text, Markup) else isolated(text)

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        """Return the pattern of a message: for a plural, the form that its number asks for."""
        code = self.language if key in self.own else ENGLISH
        message = self.own.get(key, self.english[key])
        return message if isinstance(message, str) else _plural(message, values, code)


@cache
def of(language: str) -> Messages:
    """Return the messages of a language. A language without a file falls back to English.

    Raises:
        DataError: a file cannot be read, or a translation has a placeholder that its English does
            not have, or not every plural form.
    """
    english = _read()
    if language == ENGLISH:
        return Messages(language, english, english)
    entries = catalogue(language)
    own = {}
    for key, message in english.items():
        entry = entries.get((key, english_of(message)))
        if entry and not entry.is_outdated:
            own[key] = _translated(entry, message, language)
    return Messages(language, own, english)


def english_of(message: Message) -> English:
    """Return a message as a catalogue has it: the text, or its singular and its plural."""
    if isinstance(message, str):
        return (message,)
    return message.get("one", message["other"]), message["other"]


def exists(key: str) -> bool:
    """Return whether there is a message with this key."""
    return key in of(ENGLISH).own


def language_of(key: str) -> str:
    """Return the language in which a message is shown: the current one, or English in its place.

    >>> language_of("layout.menu")
    'en'
    """
    return current() if key in of(current()).own else ENGLISH


def text(key: str, **values: object) -> str:
    """Return a message in the current language as plain text. See `Messages.text`."""
    return of(current()).text(key, **values)


def html(key: str, **values: object) -> Markup:
    """Return a message in the current language as HTML. See `Messages.html`."""
    return of(current()).html(key, **values)


def words(context: str, english: str) -> str:
    """Return words of a text or a list in the current language, or in English if it lacks them.

    The context is the name of the list or of the text's file, such as `codes` or `for-me.md`.
    """
    if is_english():
        return english
    entry = find(context, english)
    return entry.forms[0] if entry else in_english(english)


def find(context: str, english: str) -> Entry | None:
    """Return the translation of words into the current language; None if missing or outdated."""
    entry = catalogue(current()).get((context, (english,)))
    return entry if entry and not entry.is_outdated else None


def _translated(entry: Entry, message: Message, language: str) -> Message:
    """Return a translation as a message. Raises DataError if it cannot replace the English."""
    tags = ("other",) if isinstance(message, str) else plural_tags(language)
    added = _placeholders(list(entry.forms)) - _placeholders(_forms(message))
    if added or len(entry.forms) != len(tags) or not all(entry.forms):
        fault = f"uses {', '.join(sorted(added))}" if added else f"does not have {len(tags)} forms"
        raise DataError(
            f"data/locale/{language}.po: {entry.context} {fault}, unlike its English. Correct it."
        )
    if isinstance(message, str):
        return entry.forms[0]
    return {COUNT: message[COUNT], **dict(zip(tags, entry.forms, strict=True))}


def _plural(forms: Mapping[str, str], values: Mapping[str, object], language: str) -> str:
    number = values[forms[COUNT]]
    if not isinstance(number, int):
        raise TypeError(f"a plural is chosen by a whole number, not by {number!r}")
    form = locale_of(language).plural_form(number)
    return forms.get(str(form), forms["other"])


def _shown(value: object) -> str:
    """Return a value as text, whole numbers with a thousands separator; `Markup` stays `Markup`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return formatting.count(value)
    return value if isinstance(value, str) else str(value)


def _forms(message: Message) -> list[str]:
    return [message] if isinstance(message, str) else list(message.values())


def _placeholders(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall("".join(texts)))


def _read() -> dict[str, Message]:
    """Return the English messages by key."""
    found: dict[str, Message] = {}
    for path in sorted((LOCALE / ENGLISH).glob("*.toml")):
        where = f"data/locale/{ENGLISH}/{path.name}"
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
    unknown = node.keys() - {COUNT, *PLURAL_TAGS}
    is_text = all(isinstance(form, str) for form in node.values())
    if unknown or not is_text or "other" not in node:
        raise DataError(
            f"{where} has a plural that cannot be used: {key}. It needs texts for `{COUNT}` and "
            f"`other`, and may have {', '.join(sorted({*PLURAL_TAGS} - {'other'}))}."
        )
    return dict(node)
