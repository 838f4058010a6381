"""Export and import of files for translators: TOML for messages and lists, Markdown for texts.

A translator gets the English in the file formats of the site, and replaces it with the translation.
A PO file from a translation program can be imported as well.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from referrals.errors import DataError
from referrals.i18n import segments, text_files, translations
from referrals.i18n.text_files import FENCE
from referrals.i18n.translating.translatable import Place, Source
from referrals.i18n.translations import Entry, State, plural_tags

Forms = tuple[str, ...]
Translated = Iterable[tuple[Source, Forms]]

MESSAGES: Final = "messages.toml"
LISTS: Final = "lists.toml"
TITLES: Final = "titles.toml"
"""The titles of texts that are otherwise left in English."""

SECTIONS: Final = "sections"
"""The key in a front matter for the sections that a file has, if it does not have all of them."""


# Writing


def files(sources: Sequence[Source], language: str) -> dict[str, str]:
    """Return the files for translators by name, with the English in place of translations."""
    found = {}
    by_place: dict[Place, list[Source]] = {place: [] for place in Place}
    for source in sources:
        by_place[source.place].append(source)
    if by_place[Place.MESSAGE]:
        found[MESSAGES] = _messages(by_place[Place.MESSAGE], language)
    if by_place[Place.LIST]:
        found[LISTS] = _tables(by_place[Place.LIST])
    names = dict.fromkeys(source.file for source in by_place[Place.TEXT])
    titles = []
    for name in names:
        wanted = [source for source in by_place[Place.TEXT] if source.file == name]
        file = text_files.read(name.removesuffix(".md"))
        if [source.text for source in wanted] == [file.title]:
            titles += wanted
        else:
            found[name] = _markdown(name, wanted)
    if titles:
        found[TITLES] = _tables(titles)
    return found


def _messages(sources: Iterable[Source], language: str) -> str:
    lines = ["# Messages by key. A table has the plural forms of one message."]
    plurals = []
    notes: list[str] = []
    for source in sources:
        if not source.count:
            own = source.note.splitlines()
            if own != notes:
                lines += ["", *(f"# {line}" for line in own if line not in notes)]
                notes = own
            lines.append(f"{_quoted(source.context)} = {_quoted(source.text)}")
            continue
        forms = [f"{tag} = {_quoted(source.text)}" for tag in plural_tags(language)]
        number = f"# The form follows {{{source.count}}}. In English one is: {source.english[0]}"
        plurals.append("\n".join(["", f"[{_quoted(source.context)}]", number, *forms]))
    return "\n".join([*lines, *plurals]) + "\n"


def _tables(sources: Iterable[Source]) -> str:
    tables: dict[str, list[str]] = {}
    for source in sources:
        english = _quoted(source.text)
        tables.setdefault(source.context, []).append(f"{english} = {english}")
    parts = ["\n".join([f"[{_quoted(name)}]", *rows]) for name, rows in tables.items()]
    return (
        "# The English is before each =, its translation after it.\n\n" + "\n\n".join(parts) + "\n"
    )


def _markdown(name: str, wanted: Sequence[Source]) -> str:
    """Return the wanted sections of a text with a short front matter.

    Unless all are wanted, it lists their places in the text, counted from 1, for `read`.
    """
    file = text_files.read(name.removesuffix(".md"))
    front = [f"title = {_quoted(file.title)}", f"summary = {_quoted(file.summary)}"]
    if file.figures:
        front.append(f"says = [{', '.join(_quoted(figure.says) for figure in file.figures)}]")
    sections = segments.sections(file.body)
    places = _wanted_places(sections, wanted)
    if len(places) < len(sections):
        front.append(f"{SECTIONS} = {places}")
    return f"{FENCE}{chr(10).join(front)}\n{FENCE}{_part(sections, places)}"


def _wanted_places(sections: Sequence[str], wanted: Iterable[Source]) -> list[int]:
    """Return the places, from 1, of the sections with a wanted segment or without any segment."""
    wanted_in = {(source.section, source.text) for source in wanted}

    def is_wanted(section: str) -> bool:
        found = segments.segments(section)
        return not found or any((each.section, each.source) in wanted_in for each in found)

    return [place for place, section in enumerate(sections, start=1) if is_wanted(section)]


def _part(sections: Sequence[str], places: Iterable[int]) -> str:
    return "".join(sections[place - 1] for place in places)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


# Reading


def read(path: Path, language: str, sources: Sequence[Source]) -> list[tuple[Source, Forms]]:
    """Return the translations in a file from a translator.

    Raises:
        DataError: the file cannot be read, or does not have the structure of the English.
    """
    if path.suffix == ".po":
        return _from_po(path, sources)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({type(error).__name__}).") from None
    if path.suffix == ".md":
        return list(_from_markdown(path.name, text, sources))
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path} is not valid TOML ({error}). Correct it.") from None
    return list(_from_toml(path.name, tree, language, sources))


def entries(translated: Translated, state: State) -> list[Entry]:
    """Return translations as entries of a catalogue."""
    return [Entry(source.context, source.english, forms, state) for source, forms in translated]


def _from_po(path: Path, sources: Iterable[Source]) -> list[tuple[Source, Forms]]:
    by_key = {source.key: source for source in sources}
    found = translations.read(path)
    if unknown := [entry.context for key, entry in found.items() if key not in by_key]:
        raise DataError(
            f"{path.name} translates English that is not on the site: {', '.join(unknown[:5])}. "
            "Write the file again (make translations), and merge into it."
        )
    return [(by_key[key], entry.forms) for key, entry in found.items()]


def _from_toml(
    file: str, tree: Mapping[str, Any], language: str, sources: Iterable[Source]
) -> Iterator[tuple[Source, Forms]]:
    listed = list(sources)
    messages = {source.context: source for source in listed if source.place is Place.MESSAGE}
    others = {source.key: source for source in listed if source.place is not Place.MESSAGE}
    tags = plural_tags(language)
    for key, value in tree.items():
        source = messages.get(key)
        if source and isinstance(value, str) and not source.count:
            yield source, (value,)
        elif source and source.count and isinstance(value, dict):
            if missing := [tag for tag in tags if tag not in value]:
                raise DataError(f"{file}: {key} has no form {', '.join(missing)}. Add it.")
            yield source, tuple(str(value[tag]) for tag in tags)
        elif source:
            needed = "a table of plural forms" if source.count else "a text in quotation marks"
            raise DataError(f"{file}: {key} needs {needed}, as in the export.")
        elif not isinstance(value, dict):
            raise DataError(
                f"{file}: {key!r} is not the key of a message. Use the keys of the export."
            )
        else:
            for english, text in value.items():
                if (key, (english,)) not in others:
                    raise DataError(f"{file}: [{key}] has no entry {english!r} in English.")
                yield others[key, (english,)], (str(text),)


def _from_markdown(
    name: str, text: str, sources: Iterable[Source]
) -> Iterator[tuple[Source, Forms]]:
    context = text_files.context_of(name.removesuffix(".md"))
    own = [source for source in sources if source.context == context]
    if not own:
        raise DataError(f"There is no English text {name}.")
    by_english = {source.text: source for source in own}
    english = text_files.read(name.removesuffix(".md"))
    front, body = _split(name, text)
    pairs = [(english.title, front.get("title")), (english.summary, front.get("summary"))]
    says = front.get("says", [])
    if len(says) != len(english.figures):
        raise DataError(f"{name}: `says` must have {len(english.figures)} texts.")
    pairs += [(figure.says, words) for figure, words in zip(english.figures, says, strict=True)]
    pairs += _aligned(name, _english_part(name, english.body, front), body)
    for source_text, translation in pairs:
        if not isinstance(translation, str):
            raise DataError(
                f"{name}: the front matter needs title and summary, in quotation marks."
            )
        yield by_english[source_text], (translation,)


def _english_part(name: str, body: str, front: Mapping[str, Any]) -> str:
    """Return the part of an English text that a file has: all, or the sections that it lists."""
    sections = segments.sections(body)
    if SECTIONS not in front:
        return body
    places = front[SECTIONS]
    known = range(1, len(sections) + 1)
    if not isinstance(places, list) or not all(place in known for place in places):
        raise DataError(
            f"{name}: `{SECTIONS}` must be as the export wrote it, with places of the "
            f"{len(sections)} sections of the English. Export the text again."
        )
    return _part(sections, places)


def _split(name: str, text: str) -> tuple[Mapping[str, Any], str]:
    opening, _, rest = text.partition(FENCE)
    front, closing, body = rest.partition(f"\n{FENCE}")
    if opening or not closing:
        raise DataError(f"{name} does not begin with title and summary between two lines of +++.")
    try:
        return tomllib.loads(front), body
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: the front matter is not valid TOML ({error}).") from None


def _aligned(name: str, english: str, translated: str) -> list[tuple[str, str]]:
    """Return the segments of the English, each with its translation: the one at the same place."""
    kinds, own = _kinds(english), _kinds(translated)
    for place, (expected, given) in enumerate(zip(kinds, own, strict=False)):
        if expected != given:
            before = [each.source for each in segments.segments(translated)]
            number = kinds[:place].count("inline")
            last = before[number - 1] if 0 < number <= len(before) else "the beginning"
            raise DataError(
                f"{name}: after “{last[:60]}” the English has {expected} and this has {given}. "
                "Keep every paragraph, heading, list, table and box of the English."
            )
    if len(kinds) != len(own):
        raise DataError(
            f"{name}: the English has {kinds.count('inline')} paragraphs, headings and list items, "
            f"and this has {own.count('inline')}."
        )
    pairs = zip(segments.segments(english), segments.segments(translated), strict=True)
    return [(segment.source, translation.source) for segment, translation in pairs]


def _kinds(body: str) -> list[str]:
    return segments.structure(body)
