"""A proposal as text: a list of the columns for the analyst, and a mapping to complete.

The mapping is TOML with comments. Whatever needs a decision is a comment that starts with ASK, and
without it the mapping is refused or lines are. A proposal that continues an earlier mapping keeps
all of its keys, and asks only about the words and columns that are new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from referrals.publishing.extract import spellings
from referrals.publishing.extract.columns import COLUMNS, REQUIRED
from referrals.publishing.extract.formats.file_format import normal_name
from referrals.publishing.extract.mappings import age_forms, date_forms
from referrals.publishing.extract.mappings.mapping import EACH_LINE
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
    if absent := _absent_columns(found):
        lines.append(f"ASK: the mapping names columns that are not here: {', '.join(absent)}.")
    return "\n".join(lines)


def _is_found(found: Proposal, role: str) -> bool:
    is_age = role == "age" and found.by_role(BIRTH) is not None
    is_stated = role in {**found.stated.get("columns", {}), **found.stated.get("constants", {})}
    return is_age or is_stated or role in found.unclear or found.by_role(role) is not None


def _absent_columns(found: Proposal) -> list[str]:
    """Return the columns that an earlier mapping names and the extract does not have."""
    here = {normal_name(column.name).casefold() for column in found.columns}
    named = [name for entry in found.stated.get("columns", {}).values() for name in _texts(entry)]
    numbers = {f"#{number}" for number in range(1, len(found.columns) + 1)}
    known = {*here, *numbers, EACH_LINE}
    return [name for name in dict.fromkeys(named) if normal_name(name).casefold() not in known]


def _texts(entry: str | Sequence[str]) -> Sequence[str]:
    return [entry] if isinstance(entry, str) else entry


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
    yield from _file_lines(found)
    yield ""
    yield "[columns]"
    yield from _stated_column_lines(found) if found.stated else _column_lines(found)
    yield from _table_lines(found, "constants")
    yield from _form_lines(found)
    yield ""
    yield "[words]"
    yield from _word_lines_of_any_column(found)
    for name in CODED_FIELDS:
        yield from _word_table(name, found)


def _file_lines(found: Proposal) -> Iterator[str]:
    stated = found.stated.get("file", {})
    if found.sheet is not None:
        yield _line("sheet", found.sheet)
    yield _line("header_row", found.header_row)
    for key in ("delimiter", "encoding"):
        if key in stated:
            yield _line(key, stated[key])
    kept = _texts(stated.get("skip", ()))
    if skipped := [*dict.fromkeys([*kept, *found.skipped])]:
        yield f"{_line('skip', skipped)}  # mostly blank lines that start with these"


def _stated_column_lines(found: Proposal) -> Iterator[str]:
    """Yield the columns of an earlier mapping; those that it does not name are ignored."""
    stated = dict(found.stated["columns"])
    ignored = [*_texts(stated.pop("ignore", ()))]
    for role, names in stated.items():
        yield _line(role, names)
    named = {name for names in stated.values() for name in _texts(names)} | {*ignored}
    plain = {normal_name(name).casefold() for name in named}
    new = [
        column.name
        for column in found.columns
        if column.name.casefold() not in plain and not _is_unnamed_and_blank(column.name, found)
    ]
    yield _line("ignore", [*ignored, *new])


def _table_lines(found: Proposal, name: str) -> Iterator[str]:
    """Yield a table of an earlier mapping as it was, if it has one."""
    if name in found.stated:
        yield ""
        yield f"[{name}]"
        for key, value in found.stated[name].items():
            yield _line(key, value)


def _line(key: str, value: object) -> str:
    r"""Return a line of TOML. JSON writes texts, lists of them and numbers as TOML does.

    >>> _line("skip", ["Total", 'a "b"'])
    'skip = ["Total", "a \\"b\\""]'
    """
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _column_lines(found: Proposal) -> Iterator[str]:
    for role in COLUMNS:
        column = found.by_role(role)
        if column is None and role == "age":
            column = found.by_role(BIRTH)
        if column is not None:
            yield _line(role, column.name)
        elif names := found.unclear.get(role):
            yield f"# ASK: {role} = one of {json.dumps(names, ensure_ascii=False)}"
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
    yield _line("ignore", ignored)


def _is_unnamed_and_blank(name: str, found: Proposal) -> bool:
    column = next(column for column in found.columns if column.name == name)
    return name.startswith("#") and not column.lines


def _form_lines(found: Proposal) -> Iterator[str]:
    column = found.by_role("referred_on")
    if "dates" in found.stated:
        yield from _table_lines(found, "dates")
    elif column is not None:
        yield from _date_lines("[dates]", "form", column)
    if "ages" in found.stated:
        yield from _table_lines(found, "ages")
        return
    ages, births = found.by_role("age"), found.by_role(BIRTH)
    if ages is not None:
        form, units = column_content.age_form(ages)
        yield ""
        yield "[ages]"
        yield f'form = "{form}"'
        if units:
            yield _line("units", units)
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


def _word_lines_of_any_column(found: Proposal) -> Iterator[str]:
    stated = found.stated.get("words", {})
    help_text = 'words for this in any column, such as "N/K", "NULL" or "" (blank)'
    yield f"{_line('not_recorded', stated.get('not_recorded', []))}  # {help_text}"
    if "nationality_codes" in stated:
        yield _line("nationality_codes", stated["nationality_codes"])
    elif lines := _lines_with_two_letters(found):
        yield f'# ASK: nationality_codes = "iso alpha-2"  # {lines:,} lines have such a code'


def _lines_with_two_letters(found: Proposal) -> int:
    """Return how many lines have the two letters of a nationality, which no list of ours knows."""
    column = found.by_role("nationality")
    if column is None:
        return 0
    letters = {spelling.spelling.casefold() for spelling in spellings.alpha_2()}
    unknown = column.unknown().items()
    return sum(number for text, number in unknown if text.strip().casefold() in letters)


def _word_table(name: str, found: Proposal) -> Iterator[str]:
    """Yield the words of a field: those of an earlier mapping, and those to be decided."""
    stated = found.stated.get("words", {}).get(name, {})
    lines = [_line(json.dumps(word, ensure_ascii=False), code) for word, code in stated.items()]
    column = found.by_role(name)
    if column is not None and not _is_age_form(column):
        lines += _asked_words(column)
    if lines:
        yield ""
        yield f"[words.{name}]"
        yield from lines


def _asked_words(column: Column) -> Iterator[str]:
    shown, hidden, hidden_lines = column_content.unknown_words(column)
    for word in shown:
        names = [f"{name} ({spellings.code_of(column.role or '', name)})" for name in word.similar]
        similar = f", similar: {', '.join(names)}" if names else ""
        key = json.dumps(word.text, ensure_ascii=False)
        yield f'# ASK: {key} = ""  # {word.lines:,} lines{similar}'
    if hidden:
        yield f"# {hidden:,} more values on {hidden_lines:,} lines are not shown: see the extract."
