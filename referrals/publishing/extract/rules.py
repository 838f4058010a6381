"""The rules of an extract: the message about each, and the values that it may quote.

`validate` runs the rules and asks here for messages. A message names the fault and the remedy.
It quotes a value only if that cannot be about a person: text in the wrong column may be somebody's
name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from referrals.publishing.extract import spellings
from referrals.publishing.extract.spellings import CODED_FIELDS
from referrals.reference.codelists import codelist

_EXTENSIBLE: Final = {
    "nationality": "data/reference/nationality_alias.csv",
    "police_force": "other_names in data/reference/police_force.csv",
}
"""The file that takes further spellings of a field, if there is one."""

_QUOTABLE_RULES: Final = frozenset(
    {
        "age_band_straddles",
        "date_stray_year",
        "formula_in_cell",
        "nationality_ambiguous",
        "nationality_former_state",
        "spreadsheet_error",
    }
)
"""Rules whose values are words of our own files or of a spreadsheet, bands, or one character."""

_MERGED_RULES: Final = frozenset(
    {
        "age_band_straddles",
        "age_invalid",
        "date_future",
        "date_impossible",
        "date_not_iso",
        "date_outside_period",
        "date_sentinel",
        "date_stray_year",
        "spreadsheet_error",
    }
)
"""Rules with one finding for each field, however many values break it: they have one remedy."""

_QUOTABLE_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "referred_on": re.compile(
        r"(\d{1,4}([-/. ])\d{1,2}\2\d{2,4}|(19|20)\d{6})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?",
        re.ASCII,
    ),
    "age": re.compile(r"[+-]?\d{1,3}([.,-]\d{1,3})?\+?", re.ASCII),
}
"""Values that look like a date or an age are nobody's name."""

_SPECIAL_CODE: Final = re.compile(r"_[A-Z_]{1,11}")
"""A code such as `_OTH`, which is nobody's name either."""


@dataclass(frozen=True)
class Rule:
    """The message of a rule, as a template. A warning does not prevent publication."""

    message: str
    is_warning: bool = False


RULES: Final[Mapping[str, Rule]] = {
    "encoding_cp1252": Rule(
        "the file is not UTF-8, and was read as Windows text (CP1252). Check that accents in names "
        "of places are right, or export it in UTF-8",
        is_warning=True,
    ),
    "encoding": Rule(
        "not UTF-8, and the file as a whole is not Windows text either. Save it as CSV in UTF-8"
    ),
    "nul": Rule("a NUL byte, which text never has. Export the extract again"),
    "carriage_return": Rule("a carriage return inside the line. Remove it from the cell"),
    "unclosed_quote": Rule(
        "a quotation mark is opened but not closed on the same line. Close it, or remove the line "
        "break from the cell; the lines that it breaks are counted with it"
    ),
    "stray_quote": Rule(
        "a quotation mark inside a cell. Put the cell in quotation marks, and double the one inside"
    ),
    "cell_count": Rule("more or fewer cells than the header has. Correct the line"),
    "value_without_column": Rule(
        "a value in a column without a name. Name the column in the header, or remove the value"
    ),
    "summary_not_named": Rule(
        "a summary, by its first word, and not a record. List that word as file.skip in a mapping"
    ),
    "blank_line": Rule("blank, and skipped", is_warning=True),
    "repeated_header": Rule("the header again, and skipped", is_warning=True),
    "summary_line": Rule(
        "starts with a word in the list skip of the mapping, is mostly blank, and is skipped",
        is_warning=True,
    ),
    "continued_line": Rule(
        "inside a cell with line breaks, and counted with the record above", is_warning=True
    ),
    "formula_in_cell": Rule(
        "{field} starts with {sign}, which makes a spreadsheet run it as a formula. "
        "Correct it at its source"
    ),
    "spreadsheet_error": Rule(
        "{field} has an error of a spreadsheet, {value}. Correct its formula, and export it again"
    ),
    "number_shortened": Rule(
        "{field} is a number that a spreadsheet has shortened, such as 1.2E+14, so that several "
        "can look alike. Export it as text"
    ),
    "value_blank": Rule("{field} is blank. {advice}"),
    "date_not_iso": Rule("{field} {value} is not a date of the form {forms}. {dates_advice}"),
    "date_impossible": Rule("{field} {value} is not a day of the calendar since 1900. Correct it"),
    "date_future": Rule(
        "{field} {value} is later than today, or than the day of publication. Correct it"
    ),
    "date_outside_period": Rule(
        "{field} {value} is outside the period asked for. Remove the line, or ask for its period"
    ),
    "date_swapped": Rule(
        "{field} has dates and texts of the form dd/mm/yyyy, and no date is after the 12th of a "
        "month, but every text is: a spreadsheet has read day and month in the wrong order. Export "
        "the extract again as CSV, or with dates of the form YYYY-MM-DD"
    ),
    "age_invalid": Rule("{field} {value} is not a whole number from 0 to 120{ages_advice}"),
    "age_band_straddles": Rule(
        "{field} {value} lies across two of our bands. Ask for ages in years, or for bands that "
        "begin at 18, 20, 30, 40, 50 and 60"
    ),
    "nationality_ambiguous": Rule(
        "{field} {value} could mean any of {choices}. Write the code that is meant"
    ),
    "nationality_former_state": Rule(
        "{field} {value} is that of a former state. Write the code of the present nationality "
        '({choices}), or "not recorded"'
    ),
    "unknown_code": Rule("{field} {value} is not in the code list{suggestion}. {advice}"),
    "duplicate_id": Rule("referral_id is on another line too. Keep one line for each referral"),
    "duplicate_across_files": Rule(
        "referral_id is in another of the extracts too. Keep each referral in one of them"
    ),
    "invented_mixed_with_real": Rule(
        "channel says that this line is invented, and other lines are of another origin. "
        "Never mix invented with real records"
    ),
    "example_in_other_records": Rule(
        "{field} {value} is of the worked example, but channel is not example. Correct it"
    ),
    "real_in_example": Rule(
        "{field} {value} is real, but channel is example. Write a country from XAA on and a day of "
        "the years 0001 to 0009, or another channel"
    ),
    "duplicate_row": Rule(
        "the same as another line in everything except referral_id. "
        "Check whether one referral was entered twice",
        is_warning=True,
    ),
    "date_sentinel": Rule(
        "{field} {value} is a date that systems write in place of a missing one. Check it",
        is_warning=True,
    ),
    "date_stray_year": Rule(
        "{field} is in a year with under 1% of the lines, {value}. Check whether it is mistyped",
        is_warning=True,
    ),
    "age_mostly_zero": Rule(
        "{field} is 0, and so on half of the lines or more. Check whether 0 means not recorded; "
        'if it does, say so in a mapping: "0" = "_NK" under [words.age]',
        is_warning=True,
    ),
    "person_repeated": Rule(
        "{field} is the same on more than half of the lines. Check whether it identifies a person",
        is_warning=True,
    ),
    "often_not_recorded": Rule(
        "{field} is not recorded, on more than a fifth of the lines. Check the export",
        is_warning=True,
    ),
}
"""Every rule. If a cell breaks several, only the first of them in this order is reported."""

CHECKS: Final = tuple(
    rule for rule in tuple(RULES)[tuple(RULES).index("formula_in_cell") :] if rule != "date_swapped"
)
"""The rules with a statement in `sql/extract/checks`. Python finds what breaks the others."""

ERRORS: Final = tuple(name for name, rule in RULES.items() if not rule.is_warning)


@dataclass(frozen=True)
class Context:
    """Facts about an extract for its messages: its forms of dates, and advice on other dates."""

    date_forms: tuple[str, ...] = ()
    dates_advice: str = "Correct them at their source"
    has_mapping: bool = False


_NO_CONTEXT: Final = Context()

_AGES_ADVICE: Final = '. Correct it, or write "not recorded"'
_MAPPED_AGES_ADVICE: Final = (
    ", nor an age of the form in [ages] of the mapping. Correct it or that form, or say under "
    "[words.age] which band it means"
)


def is_merged(rule: str) -> bool:
    """Return whether all values of a field that break a rule share one finding."""
    return rule in _MERGED_RULES


def message(
    rule: str,
    field: str | None,
    value: str | None,
    distinct_values: int = 1,
    context: Context = _NO_CONTEXT,
) -> str:
    """Return the message for lines that break a rule, with the value only if it is `quotable`.

    `value` is one of the `distinct_values` that break it. If it is None, the message gives only
    their number.

    >>> message("age_invalid", "age", "212")
    'age "212" is not a whole number from 0 to 120. Correct it, or write "not recorded".'
    """
    quoted = quotable(rule, field, value)
    meanings = [
        f"{code} {codelist('nationality').label(code)}" for code in spellings.choices(quoted or "")
    ]
    text = RULES[rule].message.format(
        field=field or "a cell",
        sign="a tab" if value == "\t" else f'"{value or "="}"',
        value=_shown(value, quoted, distinct_values),
        choices=", ".join(meanings) or "several nationalities",
        suggestion=_suggestion(field, value),
        advice=_advice(field, is_blank=rule == "value_blank", has_mapping=context.has_mapping),
        forms=" or ".join(context.date_forms) or "YYYY-MM-DD",
        dates_advice=context.dates_advice,
        ages_advice=_MAPPED_AGES_ADVICE if context.has_mapping else _AGES_ADVICE,
    )
    return f"{text}."


def quotable(rule: str, field: str | None, value: str | None) -> str | None:
    """Return a value that breaks a rule if a message may quote it, else None.

    Only numeric dates and ages, and words exactly as in our own files, may be quoted. However
    short, frequent or close to a code any other text is, it can be a name: "Ali", "KHAN" and
    "Angela" are.

    >>> quotable("unknown_code", "sex", "GBR"), quotable("unknown_code", "nationality", "Angela")
    ('GBR', None)
    """
    if value is None or rule in _QUOTABLE_RULES:
        return value
    pattern = _QUOTABLE_PATTERNS.get(field or "", _SPECIAL_CODE)
    if pattern.fullmatch(value) or spellings.is_reference_word(value):
        return value
    return None


def needs_own_finding(rule: str, field: str | None, value: str | None) -> bool:
    """Return whether a value gets its own finding: it may be shown, or has similar spellings."""
    return quotable(rule, field, value) is not None or bool(_suggestion(field, value))


def _shown(value: str | None, quoted: str | None, distinct_values: int) -> str:
    """Return a text in place of the values that break a rule, at most one of them quoted."""
    rest = distinct_values - 1
    noun = "value" if rest == 1 else "values"
    others = f" (and {rest:,} other {noun})" if rest > 0 else ""
    if quoted is not None:
        return f'"{quoted}"{others}'
    if value is None or others:
        return f"(any of {distinct_values:,} values, not shown)"
    return f"(a text of {len(value):,} characters, not shown: it may be a name)"


def _suggestion(field: str | None, value: str | None) -> str:
    similar = spellings.suggestions(field, value) if field and value else []
    return f" (did you mean {' or '.join(similar)}?)" if similar else ""


def _advice(field: str | None, *, is_blank: bool, has_mapping: bool) -> str:
    """Return the advice on a cell that is blank or not in the code list."""
    if has_mapping and field in CODED_FIELDS:
        meaning = "blank means" if is_blank else "it means"
        advice = f"Correct it, or say under [words.{field}] of the mapping which code {meaning}"
        return advice if is_blank else f"{advice} (`map --mapping` lists the values)"
    if field not in CODED_FIELDS:
        return "Fill it in: a referral cannot be counted without it"
    if is_blank:
        return 'Fill it in, or write "not recorded"'
    if field in _EXTENSIBLE:
        return (
            f"Correct it, add the name to {_EXTENSIBLE[field]}, "
            "or give it a code in a mapping (`map`)"
        )
    codes = ", ".join(spellings.codes(field))
    return f"Correct it, or give it a code in a mapping (`map`). The codes are {codes}"
