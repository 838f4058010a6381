"""Everything that can be translated, with its context, in English: messages, texts and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from referrals.i18n import code_labels, messages, segments, text_files
from referrals.i18n.languages import FIRST_TEXT, PAGES
from referrals.i18n.messages import COUNT
from referrals.i18n.states import reader_path
from referrals.i18n.translations import English
from referrals.language import ENGLISH
from referrals.paths import CONTENT, LOCALE, REFERENCE
from referrals.reference import helplines, table_schema
from referrals.reference.codelists import DIMENSIONS, EXAMPLE_LISTS
from referrals.reference.helplines import NOT_READ

OTHER_LABELS: Final = ("All other or unrecorded nationalities",)
"""Labels of a release that are in no code list."""

_TABLE: Final = re.compile(r"\[([\w.-]+)\]")
_KEY: Final = re.compile(r'"?([\w.-]+)"? = ')

STATUS_COLUMNS: Final = (
    "meaning",
    "meaning_rounded",
    "name",
    "name_rounded",
    "note",
    "note_rounded",
)


class Place(StrEnum):
    """The kinds of places that words come from."""

    MESSAGE = "message"
    TEXT = "text"
    LIST = "list"


@dataclass(frozen=True)
class Source:
    """One thing to translate.

    Attributes:
        place: whether it is a message, part of a text, or an entry of a list.
        context: the key of a message, or the text or list that the words come from.
        english: the text, or the singular and the plural of a message that counts.
        file: the file in which a translator finds it, such as `layout.toml` or `for-me.md`.
        count: the placeholder that decides between singular and plural, '' for other texts.
        section: the anchor of the section of a text.
        is_on_path: whether a language must have it before it is offered.
        may_equal: whether the translation may rightly be the same as the English.
        note: the comment above a message in its file, and the one that begins the file.
    """

    place: Place
    context: str
    english: English
    file: str
    count: str = ""
    section: str = ""
    is_on_path: bool = False
    may_equal: bool = False
    note: str = ""

    @property
    def key(self) -> tuple[str, English]:
        """The key of its translation: the context and the English."""
        return self.context, self.english

    @property
    def text(self) -> str:
        """The English; for a message that counts, the plural."""
        return self.english[-1]

    @property
    def tags(self) -> tuple[str, ...]:
        """The plural forms of the English."""
        return ("one", "other") if self.count else ("other",)


@cache
def sources() -> tuple[Source, ...]:
    """Return everything that can be translated: the reader's path first.

    Raises:
        DataError: a message or a text cannot be read.
    """
    every = sorted([*_texts(), *_messages(), *_lists()], key=lambda each: not each.is_on_path)
    found: dict[tuple[str, English], Source] = {}
    for source in every:  # the same words twice in one text are one source
        found.setdefault(source.key, source)
    return tuple(found.values())


def by_key() -> Mapping[tuple[str, English], Source]:
    """Return everything that can be translated by context and English."""
    return {source.key: source for source in sources()}


def _messages() -> Iterator[Source]:
    path = reader_path()
    for key, message in messages.of(ENGLISH).own.items():
        if _is_below(key, path["internal"]):
            continue
        yield Source(
            Place.MESSAGE,
            key,
            messages.english_of(message),
            "messages.toml",
            count="" if isinstance(message, str) else message[COUNT],
            is_on_path=_is_below(key, path["messages"]) and not _is_below(key, path["left_out"]),
            may_equal=_is_below(key, path["may_equal_english"]),
            note=note_on(key),
        )


def note_on(key: str) -> str:
    """Return the comments on a message: at the top of its file, and above it or its table."""
    name, _, rest = key.partition(".")
    comments = _comments(name)
    places = rest.split(".")
    above = [".".join(places[:length]) for length in range(len(places) + 1)]
    return "\n".join(dict.fromkeys(comments[place] for place in above if place in comments))


@cache
def _comments(name: str) -> Mapping[str, str]:
    """Return the comments in a file of messages by the key or table below them, '' for the file."""
    found: dict[str, str] = {}
    table, comment = "", []
    text = (LOCALE / ENGLISH / f"{name}.toml").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        heading, assigned = _TABLE.fullmatch(line), _KEY.match(line)
        if line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
            if number + 1 == len(comment):
                found[""] = "\n".join(comment)
        elif heading:
            table = heading[1]
            found |= {table: "\n".join(comment)} if comment else {}
        elif assigned and comment and number > len(comment):
            found[f"{table}.{assigned[1]}".strip(".")] = "\n".join(comment)
        if not line.startswith("#"):
            comment = []
    return found


def _lists() -> Iterator[Source]:
    words = {
        "pages": _pages(),
        "codes": _labels(),
        "statuses": _statuses(),
        "helplines": _help_lines(),
    }
    on_path = reader_path()["lists"]
    for name, texts in words.items():
        for text in dict.fromkeys(texts):
            yield Source(Place.LIST, name, (text,), "lists.toml", is_on_path=name in on_path)


def _pages() -> Iterator[str]:
    """Yield the sections, titles, labels and descriptions of pages that have no text."""
    rows = table_schema.read(CONTENT / ENGLISH / PAGES)
    for column in ("section", "title", "label", "description"):
        yield from (row[column] for row in rows if row[column])


def _labels() -> Iterator[str]:
    """Yield the labels of codes, except countries, whose names come from CLDR."""
    for dimension in DIMENSIONS:
        for row in table_schema.read(REFERENCE / f"{dimension}.csv"):
            if dimension not in EXAMPLE_LISTS or not code_labels.is_country(row["code"]):
                yield row["label"]
    yield from OTHER_LABELS


def _statuses() -> Iterator[str]:
    for row in table_schema.read(REFERENCE / "statuses.csv"):
        yield from (row[column] for column in STATUS_COLUMNS if row.get(column))


def _help_lines() -> Iterator[str]:
    """Yield the short words on help lines. Their names, notes and rules stay English."""
    for column in ("card", "serves", "nations", "hours", "cost"):
        texts = (row[column] for row in helplines.helplines())
        yield from (text for text in texts if text not in {"", NOT_READ})


def _texts() -> Iterator[Source]:
    on_path = reader_path()["texts"]
    in_menu = {row["path"].strip("/") or FIRST_TEXT for row in _rows_of_pages()}
    for path in sorted((CONTENT / ENGLISH).glob("*.md")):
        name = path.stem
        file = text_files.read(name)
        has_part = any(place.partition("#")[0] == name for place in on_path)
        parts = [(file.title, name in in_menu), (file.summary, has_part)]
        parts += [(figure.says, has_part) for figure in file.figures]
        for text, is_on_path in parts:
            yield Source(
                Place.TEXT, text_files.context_of(name), (text,), path.name, is_on_path=is_on_path
            )
        for segment in segments.segments(file.body):
            places = {name, f"{name}#{segment.section}"}
            yield Source(
                Place.TEXT,
                text_files.context_of(name),
                (segment.source,),
                path.name,
                section=segment.section,
                is_on_path=not places.isdisjoint(on_path),
            )


def _rows_of_pages() -> list[table_schema.Row]:
    return table_schema.read(CONTENT / ENGLISH / PAGES)


def _is_below(key: str, places: list[str]) -> bool:
    return any(key == place or key.startswith(f"{place}.") for place in places)
