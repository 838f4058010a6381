"""The spellings of every code: codes, labels, demonyms, aliases, ages and words for "not recorded".

`validate` joins them to the cells of an extract, and `rules` uses them to explain a code that is
not known. Spellings are listed one by one, never matched by similarity: a guess would count a
person under a nationality that nobody recorded.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from babel.core import get_global

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.reference import table_schema
from referrals.reference.codelists import NOT_RECORDED, codelist

MAX_AGE: Final = 120
ALPHA_2: Final = "iso alpha-2"
"""The two-letter codes of ISO 3166, which only an extract that a mapping describes may use."""

CODED_FIELDS: Final = ("police_force", "nationality", "age", "sex", "crime_type", "outcome")
PERSON_FIELD: Final = "person_id"

NOT_RECORDED_WORDS: Final = (
    "not recorded",
    "unknown",
    "not known",
    "not stated",
    "NK",
    NOT_RECORDED,
)
"""Spellings of the code for "not recorded". A blank cell is not one of them: it is an error."""


class Spelling(NamedTuple):
    """One way to write a code of a field, in any case.

    `kind` is 'code', 'example' for a country of the worked example, or the reason why the spelling
    has no single code: 'ambiguous' or 'former'.
    """

    field: str
    spelling: str
    code: str | None
    kind: str = "code"


@cache
def all_spellings() -> tuple[Spelling, ...]:
    """Return every spelling that a record may use.

    A name that the alias file calls ambiguous or former has no code, even if it is also a label.

    Raises:
        DataError: a spelling has two codes in one field, or a reference file breaks its schema.
    """
    found: dict[tuple[str, str], Spelling] = {}
    for new in _candidates():
        known = found.setdefault((new.field, new.spelling.casefold()), new)
        if known.kind == "code" and (known.code, known.kind) != (new.code, new.kind):
            raise DataError(
                f"{new.field}: '{new.spelling}' is a spelling of {known.code} and of {new.code}. "
                f"Remove one of them from data/reference."
            )
    return tuple(found.values())


def choices(name: str) -> tuple[str, ...]:
    """Return the nationality codes that an ambiguous or former name can mean; none for other names.

    >>> choices("korean")
    ('KOR', 'PRK')
    """
    return _choices_by_name().get(name.casefold(), ())


def codes(field: str) -> tuple[str, ...]:
    """Return the codes that a record may have in a coded field, in the order of the code list.

    >>> codes("sex")
    ('M', 'F', '_NK')
    """
    spelt = [spelling for spelling in all_spellings() if spelling.field == field]
    return tuple(dict.fromkeys(spelling.code for spelling in spelt if spelling.code))


@cache
def alpha_2() -> tuple[Spelling, ...]:
    """Return the two-letter code of each nationality that has one, from CLDR.

    >>> Spelling("nationality", "VN", "VNM") in alpha_2()
    True
    """
    codes_of_territories = get_global("territory_aliases")
    return tuple(
        Spelling("nationality", codes_of_territories[code][0], code)
        for code in codes("nationality")
        if code in codes_of_territories
    )


def suggestions(field: str, value: str) -> list[str]:
    """Return up to two similar spellings. They are only ever shown, never applied.

    >>> suggestions("nationality", "Vietnamees")
    ['Vietnamese', 'Vietnam']
    """
    known = {
        spelling.spelling.casefold(): spelling.spelling
        for spelling in all_spellings()
        if spelling.field == field and spelling.kind == "code"
    }
    similar = difflib.get_close_matches(value.casefold(), known, n=2, cutoff=0.8)
    return [known[match] for match in similar]


def code_of(field: str, text: str) -> str | None:
    """Return the code that a spelling stands for, or None if it has no single code.

    >>> code_of("nationality", "vietnamese"), code_of("sex", "W")
    ('VNM', None)
    """
    wanted = text.casefold()
    for spelling in all_spellings():
        if spelling.field == field and spelling.spelling.casefold() == wanted:
            return spelling.code
    return None


def is_reference_word(value: str) -> bool:
    """Return whether a value is a spelling of any field, written exactly as in our own files."""
    return value in _reference_words()


def _candidates() -> Iterator[Spelling]:
    """Yield every spelling; the first one of a field and name overrides later ones."""
    yield from _names_without_code()
    yield from _ages()
    for field in CODED_FIELDS:
        if field != "age":
            yield from _listed(field)
        yield from (Spelling(field, word, NOT_RECORDED) for word in NOT_RECORDED_WORDS)
    yield from _example_countries()
    yield from (Spelling(PERSON_FIELD, word, NOT_RECORDED) for word in NOT_RECORDED_WORDS)
    for row in _aliases():
        if row["kind"] == "alias":
            yield Spelling("nationality", row["alias"], row["codes"])


def _names_without_code() -> Iterator[Spelling]:
    for row in _aliases():
        if row["kind"] != "alias":
            yield Spelling("nationality", row["alias"], None, row["kind"])


def _listed(field: str) -> Iterator[Spelling]:
    """Yield the spellings of a code list. Codes that only group others are not for records."""
    for row in table_schema.read(REFERENCE / f"{field}.csv"):
        if row["kind"] not in {"category", "special"} or row["code"].startswith("_OTH"):
            continue
        other_names = row.get("other_names", "").split("; ")
        names = (row["code"], row["label"], row.get("demonym", ""), *other_names)
        for name in dict.fromkeys(filter(None, names)):
            yield Spelling(field, name, row["code"])


def _example_countries() -> Iterator[Spelling]:
    for country in codelist("nationality", is_example=True).codes.values():
        if country.kind == "category":
            for name in (country.code, country.label):
                yield Spelling("nationality", name, country.code, "example")


def _ages() -> Iterator[Spelling]:
    """Yield each age in whole years, with and without leading zeros, as a spelling of its band."""
    for band in codelist("age_band").codes.values():
        if band.kind != "category":
            continue
        youngest, _, oldest = band.code.rstrip("+").partition("-")
        for age in range(int(youngest), int(oldest or MAX_AGE) + 1):
            for form in sorted({f"{age}", f"{age:02}", f"{age:03}"}):
                yield Spelling("age", form, band.code)


@cache
def _aliases() -> Sequence[table_schema.Row]:
    return table_schema.read(REFERENCE / "nationality_alias.csv")


@cache
def _reference_words() -> frozenset[str]:
    return frozenset(spelling.spelling for spelling in all_spellings())


@cache
def _choices_by_name() -> Mapping[str, tuple[str, ...]]:
    return {
        row["alias"].casefold(): tuple(row["codes"].split())
        for row in _aliases()
        if row["kind"] != "alias"
    }
