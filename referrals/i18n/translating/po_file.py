"""Writing the translations of a language: merged with today's English, in the order of the path."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from babel.plural import to_gettext

from referrals.i18n.translating.translatable import Place, Source
from referrals.i18n.translations import FUZZY, Catalogue, English, Entry, plural_tags
from referrals.language import locale_of

SIMILAR: Final = 0.75
"""The similarity (`difflib`) from which a new segment counts as a changed version of an old one."""

_HEADER: Final = """\
# Translations of the site. CONTRIBUTING.md says how to work on them.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def merged(old: Catalogue, sources: Iterable[Source]) -> Catalogue:
    """Return translations for today's English.

    A translation whose English changed is kept with the new English, marked as outdated. One whose
    English was removed is left out.
    """
    listed = list(sources)
    keys = {source.key for source in listed}
    changed = [entry for key, entry in old.items() if key not in keys]
    found: dict[tuple[str, English], Entry] = {}
    for source in listed:
        if source.key in old:
            found[source.key] = old[source.key]
        elif before := _before(source, changed):
            found[source.key] = replace(before, english=source.english, is_outdated=True)
    return found


def _before(source: Source, changed: Iterable[Entry]) -> Entry | None:
    """Return the translation of the earlier English of a source, None if there was none."""
    candidates = [entry for entry in changed if entry.context == source.context]
    if source.place is Place.MESSAGE:
        return next(iter(candidates), None)
    texts = {entry.english[-1]: entry for entry in candidates}
    closest = difflib.get_close_matches(source.text, texts, n=1, cutoff=SIMILAR)
    return texts[closest[0]] if closest else None


def write(path: Path, language: str, entries: Catalogue, sources: Iterable[Source]) -> None:
    """Write the entries of the reader's path, translated or not, and all other translations.

    The same entries always give the same bytes.
    """
    plural = to_gettext(locale_of(language).plural_form)
    catalog = Catalog(locale=locale_of(language))
    # The plural forms of CLDR, which the site uses. Those of gettext are fewer in some languages.
    catalog.mime_headers = [("Plural-Forms", plural)]
    for source in sources:
        entry = entries.get(source.key)
        if entry or source.is_on_path:
            _add(catalog, source, entry, len(plural_tags(language)))
    body = BytesIO()
    write_po(body, catalog, width=0, omit_header=True)
    header = _HEADER.format(language=language, plural=plural)
    path.write_bytes(header.encode() + body.getvalue())


def _add(catalog: Catalog, source: Source, entry: Entry | None, forms: int) -> None:
    has_plural = len(source.english) > 1
    empty = ("",) * (forms if has_plural else 1)
    strings = entry.forms if entry else empty
    catalog.add(
        source.english if has_plural else source.text,
        strings if has_plural else strings[0],
        context=source.context,
        auto_comments=[source.file, *_notes(source)],
        user_comments=[str(entry.state)] if entry else [],
        flags=[FUZZY] if entry and entry.is_outdated else [],
    )


def _notes(source: Source) -> list[str]:
    count = [f"The number is {{{source.count}}}."] if source.count else []
    return [*source.note.splitlines(), *count]


def counts(entries: Catalogue, sources: Iterable[Source]) -> Mapping[str, int]:
    """Return how many sources there are in each state: missing, outdated, draft and checked."""
    found = {"missing": 0, "outdated": 0, "draft": 0, "checked": 0}
    for source in sources:
        entry = entries.get(source.key)
        if entry is None:
            found["missing"] += 1
        elif entry.is_outdated:
            found["outdated"] += 1
        else:
            found[entry.state.name] += 1
    return found
