"""A proposal as text: a list of the columns for the analyst, and a mapping to complete.

The mapping is TOML with comments. Whatever needs a decision is a comment that starts with ASK, and
without it the mapping is refused or lines are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from referrals.publishing.extract import spellings
from referrals.publishing.extract.columns import COLUMNS, REQUIRED
from referrals.publishing.extract.mappings import age_forms, date_forms
from referrals.publishing.extract.proposals import column_content
from referrals.publishing.extract.proposals.column_content import Column
from referrals.publishing.extract.proposals.column_roles import BIRTH
from referrals.publishing.extract.proposals.proposal import Proposal
from referrals.publishing.extract.spellings import CODED_FIELDS

_DATES: Final = ("referred_on", BIRTH)


def listing(found: Proposal) -> str:
    """Return a line for each column: its role, and how many lines are understood or not."""
    lines = [
        (
            f"{found.name}: {found.file_format}. Its header is on line {found.header_row}; "
            f"{found.rows:,} lines follow."
        ),
        *(f"  {step}" for step in found.steps),
    ]
    for column in found.columns:
        lines.append(f"  {column.name}: {_described(column)}")
        lines += [f"    {line}" for line in _word_lines(column)]
    for role, names in found.unclear.items():
        lines.append(f"ASK: which column is {role}? It could be any of {', '.join(names)}.")
    missing = [role for role in REQUIRED if not _is_found(found, role)]
    if missing:
        lines.append(f"ASK: no column was recognised as {', '.join(missing)}.")
    return "\n".join(lines)


def _is_found(found: Proposal, role: str) -> bool:
    is_age = role == "age" and found.by_role(BIRTH) is not None
    return is_age or role in found.unclear or found.by_role(role) is not None


def _described(column: Column) -> str:
    blank = f", {column.blank:,} blank" if column.blank else ""
    number = f"{len(column.counts):,}"
    if column.is_capped:
        number = f"over {column_content.MAX_DISTINCT:,}"
    if column.is_private:
        return f"personal, by its name: {number} distinct values, not shown{blank}; to be ignored"
    if column.role is None:
        kind = "one for each line" if column.is_identifying else f"{number} distinct values"
        return f"not recognised: {kind}, not shown{blank}"
    if column.role in _DATES:
        return f"{column.role}{_date_description(column)}{blank}"
    if _is_age_form(column):
        form, _ = column_content.age_form(column)
        return f"{column.role}: most are {form}, and `check` lists those that are not{blank}"
    if column.role in CODED_FIELDS:
        unknown = column.unknown().total()
        known = column.lines - unknown
        return f"{column.role}: {known:,} lines understood, {unknown:,} not{blank}"
    kind = "one for each line" if column.is_identifying else f"{number} distinct values"
    return f"{column.role}: {kind}, not shown{blank}"


def _is_age_form(column: Column) -> bool:
    return column.role == "age" and column_content.age_form(column) != (age_forms.YEARS, ())


def _date_description(column: Column) -> str:
    in_iso, fitting = column_content.date_counts(column)
    parts = [f"{in_iso:,} lines in the form yyyy-mm-dd"] if in_iso else []
    parts += [f"{number:,} lines fit {form}" for form, number in fitting.items()]
    unread = column.lines - in_iso - max(fitting.values(), default=0)
    if unread:
        parts.append(f"{unread:,} lines are in another form")
    return f": {', '.join(parts)}" if parts else ""


def _word_lines(column: Column) -> Iterator[str]:
    if _is_age_form(column):
        return
    shown, hidden, hidden_lines = column_content.unknown_words(column)
    for word in shown:
        similar = f" (similar: {', '.join(word.similar)})" if word.similar else ""
        yield f'"{word.text}" on {word.lines:,} lines{similar}'
    if hidden:
        kind = "free text: " if not shown and hidden > column_content.FREE_TEXT_WORDS else ""
        yield f"{kind}{hidden:,} distinct values on {hidden_lines:,} lines, not shown"


def toml(found: Proposal) -> str:
    """Return a mapping with what was recognised, and comments on what has to be decided."""
    text = "\n".join(_toml_lines(found)) + "\n"
    # The name of the extract, which a comment quotes, need not be UTF-8.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _toml_lines(found: Proposal) -> Iterator[str]:
    yield f"# How {found.name} is read. Keep this file beside the extract, never in the repository."
    yield "# Lines with ASK need your decision. docs/extracts.md describes every key."
    yield ""
    yield "[file]"
    if found.sheet is not None:
        yield f"sheet = {json.dumps(found.sheet, ensure_ascii=False)}"
    yield f"header_row = {found.header_row}"
    if found.skipped:
        yield f"skip = {_list(found.skipped)}  # mostly blank lines that start with these"
    yield ""
    yield "[columns]"
    yield from _column_lines(found)
    yield from _form_lines(found)
    yield ""
    yield "[words]"
    yield 'not_recorded = []  # words for this in any column, such as "N/K", "NULL" or "" (blank)'
    for name in CODED_FIELDS:
        column = found.by_role(name)
        if column is not None and not _is_age_form(column):
            yield from _word_table(column)


def _column_lines(found: Proposal) -> Iterator[str]:
    for role in COLUMNS:
        column = found.by_role(role)
        if column is None and role == "age":
            column = found.by_role(BIRTH)
        if column is not None:
            yield f"{role} = {json.dumps(column.name, ensure_ascii=False)}"
        elif role in found.unclear:
            yield f"# ASK: {role} = one of {_list(found.unclear[role])}"
        elif role in REQUIRED:
            yield f"# ASK: {role} = "
    both = found.by_role("age") and found.by_role(BIRTH)
    ignored = [column.name for column in found.columns if column.role is None or column is both]
    candidates = {name for names in found.unclear.values() for name in names}
    ignored = [
        name
        for name in ignored
        if name not in candidates and not _is_unnamed_and_blank(name, found)
    ]
    yield f"ignore = {_list(ignored)}"


def _is_unnamed_and_blank(name: str, found: Proposal) -> bool:
    column = next(column for column in found.columns if column.name == name)
    return name.startswith("#") and not column.lines


def _form_lines(found: Proposal) -> Iterator[str]:
    column = found.by_role("referred_on")
    if column is not None:
        yield from _date_lines("[dates]", "form", column)
    ages, births = found.by_role("age"), found.by_role(BIRTH)
    if ages is not None:
        form, units = column_content.age_form(ages)
        yield ""
        yield "[ages]"
        yield f'form = "{form}"'
        if units:
            yield f"units = {_list(units)}"
    elif births is not None:
        yield from _date_lines("[ages]", "date_form", births, f'form = "{age_forms.BIRTH}"')


def _date_lines(table: str, key: str, column: Column, *others: str) -> Iterator[str]:
    _, fitting = column_content.date_counts(column)
    best = [form for form, number in fitting.items() if number == max(fitting.values())]
    if not fitting and not others:
        return
    yield ""
    yield table
    yield from others
    if len(best) == 1:
        yield f'{key} = "{best[0]}"  # {fitting[best[0]]:,} of {column.lines:,} lines fit it'
    elif best:
        yield f"# ASK: the lines fit {' and '.join(best)} alike. {key} = "
    if set(best) & date_forms.TWO_DIGIT_YEARS:
        yield "# ASK: two_digit_years_up_to =  (the latest year that two digits can mean)"
    if date_forms.has_time(column.counts):
        yield 'time_of_day = "ignore"'


def _word_table(column: Column) -> Iterator[str]:
    shown, hidden, hidden_lines = column_content.unknown_words(column)
    if not shown and not hidden:
        return
    yield ""
    yield f"[words.{column.role}]"
    for word in shown:
        names = [f"{name} ({spellings.code_of(column.role or '', name)})" for name in word.similar]
        similar = f", similar: {', '.join(names)}" if names else ""
        key = json.dumps(word.text, ensure_ascii=False)
        yield f'# ASK: {key} = ""  # {word.lines:,} lines{similar}'
    if hidden:
        yield f"# {hidden:,} more values on {hidden_lines:,} lines are not shown: see the extract."


def _list(texts: object) -> str:
    return json.dumps(list(texts), ensure_ascii=False)  # type: ignore[call-overload]
