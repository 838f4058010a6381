"""A mapping: how an extract in the layout of another system is read, as the analyst states it.

`mapping.load` reads the TOML file that the command `map` proposes and the analyst completes.
Every key is checked, and an unknown one is refused: a misspelt key would be a rule that nobody
applies. A mapping can quote words of an extract, so it is kept out of the repository, like extracts
(docs/extracts.md describes every key).
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from referrals.errors import ExtractError
from referrals.paths import ROOT
from referrals.publishing.extract import spellings
from referrals.publishing.extract.columns import COLUMNS, OPTIONAL
from referrals.publishing.extract.mappings import age_forms, date_forms
from referrals.publishing.extract.mappings.date_forms import DateReader
from referrals.publishing.extract.mappings.mapping_table import Table
from referrals.publishing.extract.spellings import CODED_FIELDS, PERSON_FIELD, Spelling
from referrals.reference.codelists import NOT_RECORDED

EACH_LINE: Final = "each line"
"""Written as the column of referral_id if no column identifies a referral."""

ENCODINGS: Final = ("utf-8", "utf-16", "cp1252")
DELIMITERS: Final = {",": ",", ";": ";", "tab": "\t", "\t": "\t", "|": "|"}
_IDENTIFIERS: Final = ("referral_id", "person_id")

_MOST_LISTED: Final = 12
"""The most codes that a message lists."""

_SHORTEST_SKIPPED: Final = 3
"""The fewest letters of a word that marks rows to skip. A shorter one could begin a record."""


@dataclass(frozen=True)
class Mapping:
    """A description of how an extract is read. The defaults read our own layout.

    Attributes:
        columns: the columns of the extract that make each of ours; several only for identifiers.
        ignored: columns of the extract that are not read.
        constants: the value that a column of ours has on every line.
        sheet: the sheet of a workbook; None if it has only one.
        header_row: the line, or row of the sheet, of the header.
        delimiter: between cells of text; None to detect it.
        encoding: of text; None to detect it.
        skipped: the first words of lines that are not records, such as "Total". A word that ends
            with `*` stands for all that start alike.
        dates: reads referred_on.
        births: reads dates of birth, if `age_form` is `age_forms.BIRTH`.
        age_form: one of `age_forms.FORMS`.
        age_units: texts that follow the years of an age, such as "yrs".
        words: spellings of codes in this extract.
        sha256: the digest of the file, empty for our own layout.
        tables: the tables of the file as they were written, which `map` continues.
    """

    columns: Dictionary[str, tuple[str, ...]]
    ignored: tuple[str, ...] = ()
    constants: Dictionary[str, str] = field(default_factory=dict)
    sheet: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    skipped: tuple[str, ...] = ()
    dates: DateReader = field(default_factory=DateReader)
    births: DateReader = field(default_factory=DateReader)
    age_form: str = age_forms.YEARS
    age_units: tuple[str, ...] = ()
    words: tuple[Spelling, ...] = ()
    sha256: str = ""
    tables: Dictionary[str, Dictionary[str, Any]] = field(default_factory=dict)

    @property
    def is_own_layout(self) -> bool:
        """Return whether the extract has our own layout, so that no file states this."""
        return not self.sha256


OWN_LAYOUT: Final = Mapping({name: (name,) for name in COLUMNS})
"""Reads our own columns. Those that are optional may be missing."""


def load(path: Path) -> Mapping:
    """Return the mapping in a TOML file.

    Raises:
        ExtractError: the file is missing, in the repository, or has an entry that is wrong. The
            message names the entry and its valid values.
    """
    refuse_in_repository(path)
    try:
        content = path.read_bytes()
        document = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise ExtractError(f"{path} cannot be read: {error.strerror}. Name a mapping.") from error
    except UnicodeDecodeError as error:
        raise ExtractError(f"{path.name} is not UTF-8. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ExtractError(f"{path.name} is not valid TOML: {error}. Correct it.") from error
    return _read(Table(path.name, document), hashlib.sha256(content).hexdigest())


def refuse_in_repository(path: Path) -> None:
    """Refuse a mapping in the repository: it could be committed, with words of the extract.

    Raises:
        ExtractError: the path is in the repository.
    """
    if path.resolve().is_relative_to(ROOT):
        raise ExtractError(
            f"{path} is in the repository. A mapping can quote words of an extract: "
            "keep it elsewhere, beside the extract."
        )


def _read(root: Table, sha256: str) -> Mapping:
    file = root.table("file")
    dates, ages = root.table("dates"), root.table("ages")
    columns, ignored = _columns(root.table("columns"))
    constants = _constants(root.table("constants"), columns)
    _refuse_missing_columns(root, columns, constants)
    reader = _date_reader(dates, DateReader())
    age_form = ages.choice("form", age_forms.FORMS) or age_forms.YEARS
    mapping = Mapping(
        columns=columns,
        ignored=ignored,
        constants=constants,
        sheet=file.text("sheet"),
        header_row=file.number("header_row", 1, 1_000_000),
        delimiter=DELIMITERS.get(file.choice("delimiter", tuple(DELIMITERS)) or ""),
        encoding=file.choice("encoding", ENCODINGS),
        skipped=_skipped(file),
        dates=reader,
        births=_date_reader(ages, reader, form_key="date_form"),
        age_form=age_form,
        age_units=ages.texts("units"),
        words=_words(root.table("words")),
        sha256=sha256,
        tables=root.content,
    )
    for table in (root, file, dates, ages):
        table.refuse_other_keys()
    return mapping


def _skipped(file: Table) -> tuple[str, ...]:
    """Return the first words of rows that are not records: `*` alone would be any row."""
    words = file.texts("skip")
    for word in words:
        start = word.removesuffix("*").strip()
        if not start or (start.isalnum() and len(start) < _SHORTEST_SKIPPED):
            file.refuse("skip", f"has a word of fewer than {_SHORTEST_SKIPPED} letters. Write more")
    return words


def _columns(table: Table) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    columns = {}
    for name in COLUMNS:
        names = table.texts(name)
        if len(names) > 1 and name not in _IDENTIFIERS:
            table.refuse(name, f"names {len(names)} columns. Name one")
        if names:
            columns[name] = names
    ignored = table.texts("ignore")
    table.refuse_other_keys()
    seen: dict[str, str] = {}
    for ours, names in columns.items():
        for name in names:
            other = seen.setdefault(name.casefold(), ours)
            if other != ours and not {other, ours} & set(_IDENTIFIERS):
                table.refuse(ours, f'names the column "{name}", and so does {other}')
            if name in ignored:
                table.refuse("ignore", f'names the column "{name}", and so does {ours}')
    return columns, ignored


def _constants(table: Table, columns: Dictionary[str, tuple[str, ...]]) -> dict[str, str]:
    constants = {}
    for name in (*CODED_FIELDS, "channel"):
        value = table.text(name)
        if value is not None:
            if name in columns:
                table.refuse(name, "is a column as well. Remove one of them")
            constants[name] = value
    table.refuse_other_keys()
    return constants


def _refuse_missing_columns(
    root: Table, columns: Dictionary[str, tuple[str, ...]], constants: Dictionary[str, str]
) -> None:
    missing = [name for name in COLUMNS if name not in {*OPTIONAL, *columns, *constants}]
    if missing:
        root.refuse(
            "columns",
            f"does not say which column is {', '.join(missing)}. Name it, or give the value of "
            "every line in [constants]",
        )


def _date_reader(table: Table, default: DateReader, *, form_key: str = "form") -> DateReader:
    """Return the reader of dates that a table states. Without a form, it is the default."""
    forms = table.choices(form_key, date_forms.FORMS)
    last_year = table.number("two_digit_years_up_to", 1900, 2199)
    time = table.choice("time_of_day", ("ignore",))
    if len({*forms} & (date_forms.DAY_FIRST | date_forms.MONTH_FIRST)) > 1:
        table.refuse(form_key, "has two orders of day, month and year. Separate the extract first")
    forms = forms or default.forms
    last_year = last_year or default.last_two_digit_year
    if date_forms.TWO_DIGIT_YEARS & set(forms) and not last_year:
        table.refuse(
            form_key,
            "has years of two digits. Add two_digit_years_up_to, the latest year that they can "
            "mean, such as 2029",
        )
    return DateReader(forms, last_year, default.ignores_time or time is not None)


def _words(table: Table) -> tuple[Spelling, ...]:
    words: list[Spelling] = []
    if table.choice("nationality_codes", (spellings.ALPHA_2,)) is not None:
        words += spellings.alpha_2()
    for word in table.texts("not_recorded", allow_blank=True):
        words += [Spelling(name, word, NOT_RECORDED) for name in (*CODED_FIELDS, PERSON_FIELD)]
    wrong: dict[str, str] = {}
    for name in CODED_FIELDS:
        codes = (*age_forms.our_bands(), NOT_RECORDED) if name == "age" else spellings.codes(name)
        for word, code in table.table(name).content.items():
            if code not in codes:
                meant = spellings.code_of(name, str(code))
                choice = meant if meant in codes else f"one of {_listed(codes)}"
                wrong[f"{name}.{word}"] = f"is {code!r}, which is not a code. Use {choice}"
            words.append(Spelling(name, word, str(code)))
    if wrong:
        first, *others = wrong
        listed = _listed(tuple(f"words.{other}" for other in others))
        more = f". Not codes either: {listed}" if others else ""
        table.refuse(first, f"{wrong[first]}{more}")
    table.refuse_other_keys()
    _refuse_contradictions(table, words)
    return tuple(words)


def _refuse_contradictions(table: Table, words: list[Spelling]) -> None:
    """Refuse words that mean another code in our own files, or two codes in the mapping.

    A mapping may say that a word of our own stands for "not recorded", such as age 0.
    """
    ours = {
        (name, word.casefold()): code
        for name, word, code, kind in spellings.all_spellings()
        if kind == "code"
    }
    stated: dict[tuple[str, str], str | None] = {}
    for word in words:
        key = (word.field, word.spelling.casefold())
        code = stated.setdefault(key, word.code)
        if word.code != NOT_RECORDED:
            code = ours.get(key, code)
        if code != word.code:
            table.refuse(word.field, f'"{word.spelling}" means {code} already, not {word.code}')


def _listed(codes: tuple[str, ...]) -> str:
    first = ", ".join(codes[:_MOST_LISTED])
    more = len(codes) - _MOST_LISTED
    return f"{first} and {more} more" if more > 0 else first
