"""The rules of a record: the spellings that each code is known by, and what is said of a cell or line that breaks one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.reference import table_schema
from referrals.reference.codelists import NOT_RECORDED, codelist

OLDEST: Final = 120
_EXTENDED: Final = {
    "nationality": "data/reference/nationality_alias.csv",
    "police_force": "the other names in data/reference/police_force.csv",
}
"""Where a name that we do not know yet can be added to a field."""

NOT_RECORDED_WORDS: Final = (
    "not recorded",
    "unknown",
    "not known",
    "not stated",
    "NK",
    NOT_RECORDED,
)
"""What a record says of an attribute that was not recorded. A blank cell says nothing, and is an error."""

CODED: Final = ("police_force", "nationality", "age", "sex", "crime_type", "outcome")
DATED: Final = "referred_on"
PERSON: Final = "person_id"

_WHOLLY_KNOWN: Final = ("formula_in_cell", "nationality_ambiguous", "nationality_former_state")
"""Rules whose values are words of our own files, or a single sign."""

_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    DATED: re.compile(
        r"(\d{1,4}([-/. ])\d{1,2}\2\d{2,4}|(19|20)\d{6})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?",
        re.ASCII,
    ),
    "age": re.compile(r"[+-]?\d{1,3}([.,-]\d{1,3})?\+?", re.ASCII),
}
_SPECIAL: Final = re.compile(r"_[A-Z_]{1,11}")
"""What a date, an age and a code for what is special look like: nobody is called so."""


@dataclass(frozen=True)
class Rule:
    """What is said where a rule is broken. A warning leaves the extract fit to publish."""

    says: str
    is_warning: bool = False


RULES: Final[Mapping[str, Rule]] = {
    "encoding": Rule(
        "not UTF-8, but most likely Windows text (CP1252). Save the extract as CSV in UTF-8"
    ),
    "nul": Rule("a NUL byte, which no text holds. Export the extract again"),
    "carriage_return": Rule("a carriage return inside the line. Take it out of the cell"),
    "unclosed_quote": Rule(
        "a quotation mark opens and is not closed on the same line. Close it, or take the line break out of the cell; "
        "the lines that it breaks are counted with it"
    ),
    "stray_quote": Rule(
        "a quotation mark inside a cell. Put the cell in quotation marks, and double the one inside"
    ),
    "cell_count": Rule("more or fewer cells than the header has. Correct the line"),
    "blank_line": Rule("blank, and left out", is_warning=True),
    "formula_in_cell": Rule(
        "{field} starts with {sign}, so that a spreadsheet would run it as a formula. Correct it at its source"
    ),
    "value_blank": Rule("{field} is blank. {instead}"),
    "date_not_iso": Rule(
        "{field} {quoted} is not a date of the form YYYY-MM-DD. Write it so: no referral counts without its day"
    ),
    "date_impossible": Rule("{field} {quoted} is a day that never was, or before 1900. Correct it"),
    "date_future": Rule("{field} {quoted} is later than today. Correct it"),
    "date_outside_period": Rule(
        "{field} {quoted} lies outside the period asked for. Take the line out, or ask for its period"
    ),
    "age_invalid": Rule(
        '{field} {quoted} is not a whole number from 0 to 120. Correct it, or write "not recorded"'
    ),
    "nationality_ambiguous": Rule(
        "{field} {quoted} could mean any of {choices}. Write the code that is meant"
    ),
    "nationality_former_state": Rule(
        "{field} {quoted} is of a state that is no more. Write the code of the present nationality ({choices}), "
        'or "not recorded"'
    ),
    "unknown_code": Rule("{field} {quoted} is in no codelist{meant}. {instead}"),
    "duplicate_id": Rule("referral_id stands on another line too. Keep one line for each referral"),
    "duplicate_across_files": Rule(
        "referral_id stands in another of the extracts too. Keep each referral in one of them"
    ),
    "illustrative_mixed_with_real": Rule(
        "channel is illustrative here and is not on other lines. Never mix synthetic with real records"
    ),
    "duplicate_row": Rule(
        "the same as another line in everything but referral_id. See whether one referral was entered twice",
        is_warning=True,
    ),
}
"""Every rule, in the order in which the first one that a cell breaks is named."""

CHECKS: Final = tuple(RULES)[tuple(RULES).index("formula_in_cell") :]
"""The rules that are statements in `sql/extract/checks`; the others are found while lines are read."""

ERRORS: Final = tuple(name for name, rule in RULES.items() if not rule.is_warning)


class Spelling(NamedTuple):
    """One way to write a code of a field. `kind` is 'code', or says why the name stands for no single code."""

    field: str
    spelling: str
    code: str | None
    kind: str = "code"


@cache
def spellings() -> tuple[Spelling, ...]:
    """Return every spelling that a record may use: codes, labels, words for people, aliases, ages, and 'not recorded'.

    A name in the alias file that is ambiguous, or of a former state, stands for no code even where it is also a label.

    Raises:
        DataError: one spelling stands for two codes of a field, or a reference file breaks its schema.
    """
    found: dict[tuple[str, str], Spelling] = {}
    for one in _all_spellings():
        known = found.setdefault((one.field, one.spelling.casefold()), one)
        if known.kind == "code" and (known.code, known.kind) != (one.code, one.kind):
            raise DataError(
                f"{one.field}: '{one.spelling}' stands for {known.code} and for {one.code}. Keep one of them."
            )
    return tuple(found.values())


def choices(name: str) -> tuple[str, ...]:
    """Return the codes of nationality that an ambiguous name or a former state can mean, and none for any other name.

    >>> choices("korean")
    ('KOR', 'PRK')
    """
    return _choices().get(name.casefold(), ())


def sentence(rule: str, field: str | None, value: str | None, kinds: int = 1) -> str:
    """Return what is said of lines that break a rule. The value that breaks it is told where it may be: see `shown`.

    Where there is no value, and the lines hold several (`kinds`), the sentence says how many are not listed.

    >>> sentence("age_invalid", "age", "212")
    'age "212" is not a whole number from 0 to 120. Correct it, or write "not recorded".'
    """
    told = shown(rule, field, value)
    meanings = ", ".join(
        f"{code} {codelist('nationality').label(code)}" for code in choices(told or "")
    )
    said = RULES[rule].says.format(
        field=field or "a cell",
        sign="a tab" if value == "\t" else f'"{value or "="}"',
        quoted=_unnamed(value, kinds) if told is None else f'"{told}"',
        choices=meanings or "several nationalities",
        meant=_meant(field, value),
        instead=_instead(field, is_blank=rule == "value_blank"),
    )
    return f"{said}."


def shown(rule: str, field: str | None, value: str | None) -> str | None:
    """Return a value that breaks a rule where it may be told, else None: text in the wrong column may be somebody's name.

    Told are dates and ages of numbers alone, and what our own files have, written as they write it. However short, frequent or
    near to a code another text is, it can be a name: "Ali", "KHAN" and "Angela" are.

    >>> shown("unknown_code", "sex", "GBR"), shown("unknown_code", "nationality", "Angela")
    ('GBR', None)
    """
    if value is None or rule in _WHOLLY_KNOWN:
        return value
    shape = _SHAPES.get(field or "", _SPECIAL)
    return value if shape.fullmatch(value) or value in _own_words() else None


def suggestions(field: str, value: str) -> list[str]:
    """Return up to two spellings that look like a value: to be shown, and never to be applied.

    >>> suggestions("nationality", "Vietnamees")
    ['Vietnamese', 'Vietnam']
    """
    known = {
        one.spelling.casefold(): one.spelling
        for one in spellings()
        if one.field == field and one.kind == "code"
    }
    return [
        known[match]
        for match in difflib.get_close_matches(value.casefold(), known, n=2, cutoff=0.8)
    ]


def _all_spellings() -> Iterator[Spelling]:
    """Yield every spelling, and first those that overrule others."""
    yield from _contested()
    yield from _ages()
    for field in CODED:
        if field != "age":
            yield from _listed(field)
        yield from (Spelling(field, word, NOT_RECORDED) for word in NOT_RECORDED_WORDS)
    yield from (Spelling(PERSON, word, NOT_RECORDED) for word in NOT_RECORDED_WORDS)
    yield from (
        Spelling("nationality", row["alias"], row["codes"])
        for row in _aliases()
        if row["kind"] == "alias"
    )


def _contested() -> Iterator[Spelling]:
    return (
        Spelling("nationality", row["alias"], None, row["kind"])
        for row in _aliases()
        if row["kind"] != "alias"
    )


def _listed(field: str) -> Iterator[Spelling]:
    """Yield the spellings of a codelist's own codes. Those that only group others are none that a record can have."""
    for row in table_schema.read(REFERENCE / f"{field}.csv"):
        if row["kind"] in {"category", "special"} and not row["code"].startswith("_OTH"):
            others = row.get("other_names", "").split("; ")
            names = {
                name: None
                for name in (row["code"], row["label"], row.get("demonym", ""), *others)
                if name
            }
            yield from (Spelling(field, name, row["code"]) for name in names)


def _ages() -> Iterator[Spelling]:
    """Yield each age in whole years, with and without leading zeros, as a spelling of its band."""
    for band in codelist("age_band").codes.values():
        if band.kind == "category":
            youngest, _, oldest = band.code.rstrip("+").partition("-")
            for age in range(int(youngest), int(oldest or OLDEST) + 1):
                yield from (
                    Spelling("age", form, band.code)
                    for form in sorted({f"{age}", f"{age:02}", f"{age:03}"})
                )


@cache
def _aliases() -> Sequence[table_schema.Row]:
    return table_schema.read(REFERENCE / "nationality_alias.csv")


@cache
def _own_words() -> frozenset[str]:
    return frozenset(one.spelling for one in spellings())


@cache
def _choices() -> Mapping[str, tuple[str, ...]]:
    return {
        row["alias"].casefold(): tuple(row["codes"].split())
        for row in _aliases()
        if row["kind"] != "alias"
    }


def _unnamed(value: str | None, kinds: int) -> str:
    """Return words for values that are not told."""
    if value is None:
        return f"(any of {kinds:,} further values, not listed)"
    return f"(a text of {len(value):,} characters, not shown: it may be a name)"


def _meant(field: str | None, value: str | None) -> str:
    found = suggestions(field, value) if field and value else []
    return f" (did you mean {' or '.join(found)}?)" if found else ""


def _instead(field: str | None, *, is_blank: bool) -> str:
    """Return what to write where a cell is blank, or says what we do not know."""
    if field not in CODED:
        return "No referral counts without it"
    if is_blank:
        return 'Write the value, or "not recorded" where it was not'
    if field in _EXTENDED:
        return f"Correct it, or add the name to {_EXTENDED[field]}"
    return f"Correct it. The codes are {', '.join(dict.fromkeys(one.code or '' for one in spellings() if one.field == field))}"
