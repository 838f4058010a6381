"""The commands of `python -m referrals.i18n`: update, check, export and import files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from babel import UnknownLocaleError

from referrals.errors import DataError
from referrals.i18n import languages, translations
from referrals.i18n.translating import exchange, glossary, po_file, translation_checks
from referrals.i18n.translating.translatable import Source, sources
from referrals.i18n.translations import State
from referrals.language import ENGLISH


def update(language: str) -> None:
    """Bring the file of a language up to date with the English, and write it."""
    path = translations.path_of(language)
    entries = po_file.merged(translations.catalogue(language), sources())
    po_file.write(path, language, entries, sources())
    translations.catalogue.cache_clear()


def faults(language: str, files: Iterable[str] = ()) -> Iterator[str]:
    """Yield the faults in the translations of a language, each with its file and place."""
    words = glossary.glossary(language)
    entries = translations.catalogue(language)
    names = set(files)
    for source in sources():
        entry = entries.get(source.key)
        if entry and not entry.is_outdated and (not names or source.file in names):
            for problem in translation_checks.problems(source, entry.forms, language, words):
                yield f"{language}.po, {_named(source)}: {problem}"


def incomplete(language: str) -> list[Source]:
    """Return the entries of the reader's path whose translation is missing or outdated."""
    entries = translations.catalogue(language)
    found = []
    for source in sources():
        entry = entries.get(source.key)
        if source.is_on_path and (entry is None or entry.is_outdated):
            found.append(source)
    return found


def export(language: str, folder: Path, *, everything: bool) -> list[str]:
    """Write files for a translator to work in, and return their names.

    They have the entries of the reader's path that are left to translate, or all with `everything`.

    Raises:
        DataError: the folder has files, which may be somebody's work.
    """
    wanted = [each for each in sources() if each.is_on_path] if everything else incomplete(language)
    if folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder} has files already. Name another folder, so that none is lost.")
    folder.mkdir(parents=True, exist_ok=True)
    written = exchange.files(wanted, language)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(written)


def import_files(language: str, paths: Sequence[Path], state: State) -> int:
    """Import translations from files, and return their number.

    Raises:
        DataError: a file cannot be used, or a translation fails a check. Nothing is imported then.
    """
    words = glossary.glossary(language)
    found = []
    problems = []
    for path in paths:
        translated = exchange.read(path, language, sources())
        for source, forms in translated:
            problems += [
                f"{path.name}, {_named(source)}: {problem}"
                for problem in translation_checks.problems(source, forms, language, words)
            ]
        found += exchange.entries(translated, state)
    if problems:
        listed = "\n".join(problems)
        raise DataError(f"Nothing was imported. Correct these and try again:\n{listed}")
    merged = dict(po_file.merged(translations.catalogue(language), sources()))
    merged |= {(entry.context, entry.english): entry for entry in found}
    po_file.write(translations.path_of(language), language, merged, sources())
    translations.catalogue.cache_clear()
    return len(found)


def table() -> str:
    """Return the progress of each language on the reader's path, by file and state, as a table."""
    rows = [_row("language", "file", ["all", "missing", "outdated", "draft", "checked"])]
    on_path = [source for source in sources() if source.is_on_path]
    for language in translations.languages():
        entries = translations.catalogue(language)
        for name in dict.fromkeys(source.file for source in on_path):
            own = [source for source in on_path if source.file == name]
            counts = po_file.counts(entries, own)
            rows.append(_row(language, name, [len(own), *counts.values()]))
        counts = po_file.counts(entries, on_path)
        offered = ", offered" if language in languages.languages() else ""
        rows.append(_row(language, f"(all{offered})", [len(on_path), *counts.values()]))
    return "\n".join(rows)


def _row(language: str, name: str, cells: Sequence[object]) -> str:
    return f"{language:<9} {name:<20}" + "".join(f"{cell!s:>10}" for cell in cells)


def _named(source: Source) -> str:
    """Return the place of a source for a translator: its key, or its first words."""
    return f"{source.context} “{source.text[:50]}”"


def check_language(language: str) -> None:
    """Refuse a code that cannot be the name of a language's file.

    Raises:
        DataError: it is English, which is not translated, or not a language that CLDR knows.
    """
    try:
        languages.direction(language)
    except (UnknownLocaleError, ValueError):
        raise DataError(f"{language!r} is not the code of a language, such as vi.") from None
    if language == ENGLISH:
        raise DataError("English is the source language. Name another one, such as vi.")
