"""A table of a mapping file, read key by key with exact errors. `mapping` uses it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from referrals.errors import ExtractError


@dataclass
class Table:
    """A TOML table, and the keys that were asked for so far.

    Every method that reads a key raises an `ExtractError` that names file and key if the value is
    of another kind.
    """

    file: str
    content: dict[str, Any]
    name: str = ""
    known: set[str] = field(default_factory=set)

    def refuse(self, key: str, problem: str) -> NoReturn:
        """Raise the error about a key."""
        place = f"{self.name}.{key}" if self.name else key
        raise ExtractError(f"{self.file}: {place} {problem}.")

    def table(self, key: str) -> Table:
        """Return a table within this one, empty if it is missing."""
        found = self._value(key, dict, "must be a table", {})
        return Table(self.file, found, f"{self.name}.{key}" if self.name else key)

    def text(self, key: str) -> str | None:
        """Return a text, or None if it is missing."""
        found: str | None = self._value(key, str, "must be a text in quotation marks", None)
        if found is not None and not found.strip():
            self.refuse(key, "is blank. Fill it in, or remove it")
        return found

    def texts(self, key: str, *, allow_blank: bool = False) -> tuple[str, ...]:
        """Return one text or a list of them, none if they are missing."""
        form = 'must be a text in quotation marks, or a list such as ["A", "B"]'
        found = self._value(key, (str, list), form, [])
        texts = [found] if isinstance(found, str) else found
        if not all(isinstance(text, str) for text in texts):
            self.refuse(key, form)
        if not allow_blank and not all(text.strip() for text in texts):
            self.refuse(key, "is blank. Fill it in, or remove it")
        return tuple(texts)

    def number(self, key: str, smallest: int, largest: int) -> int | None:
        """Return a whole number between two limits, or None if it is missing."""
        form = f"must be a whole number from {smallest} to {largest}"
        found: int | None = self._value(key, int, form, None)
        if found is not None and not smallest <= found <= largest:
            self.refuse(key, form)
        return found

    def choice(self, key: str, choices: Sequence[str]) -> str | None:
        """Return one of the choices, or None if it is missing."""
        form = f"must be one of {_quoted(choices)}"
        found: str | None = self._value(key, str, form, None)
        if found is not None and found not in choices:
            self.refuse(key, form)
        return found

    def choices(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        """Return some of the choices, none if they are missing."""
        found = self.texts(key)
        if not set(found) <= set(choices):
            self.refuse(key, f"must be one of {_quoted(choices)}, or a list of them")
        return found

    def refuse_other_keys(self) -> None:
        """Raise an error if the table has a key that was never asked for."""
        for key in self.content:
            if key not in self.known:
                similar = difflib.get_close_matches(key, self.known, n=1)
                hint = f"Perhaps {similar[0]}" if similar else f"Known are {_keys(self)}"
                self.refuse(key, f"is not a key of a mapping. {hint}")

    def _value(self, key: str, kind: type | tuple[type, ...], form: str, default: Any) -> Any:
        self.known.add(key)
        found = self.content.get(key, default)
        is_wrong = not isinstance(found, kind) or isinstance(found, bool)
        if key in self.content and is_wrong:
            self.refuse(key, form)
        return found


def _quoted(choices: Sequence[str]) -> str:
    return ", ".join(f'"{choice}"' for choice in choices if choice != "\t")


def _keys(table: Table) -> str:
    return ", ".join(sorted(table.known))
