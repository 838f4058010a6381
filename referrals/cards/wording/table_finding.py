"""The headline of a table: the largest group if one is clearly the largest, or its title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from referrals.cards.wording import phrases
from referrals.cards.wording import table as words
from referrals.cards.wording.phrases import Form
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.labels import Labels
from referrals.query.observation import Observation
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table import Table
from referrals.query.tables.table_request import Measure
from referrals.reference.codelists import TOTAL
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.release import About


def finding(table: Table, about: About, labels: Labels, sentence_labels: Labels) -> str:
    """Return the headline: the largest group if one is clearly the largest, or the title.

    `sentence_labels` are in the language of the sentences on tables, `labels` in the current one.
    The sentence that no group is the largest takes `labels`: other pages have it too, so it may be
    translated when those on tables are not.
    """
    request = table.request
    names_a_group = table.shown and request.measure is Measure.NUMBER and not request.has_time
    largest = _largest(table) if names_a_group else None
    if names_a_group and largest is None:
        counted = phrases.counted(words.subject(table, labels))
        text = messages.text("wording.finding.no_largest", counted=counted)
        return phrases.headed(text, is_invented=about.is_invented)
    return _largest_or_title(table, about, sentence_labels, largest)


@words.in_one_language
def _largest_or_title(
    table: Table, about: About, labels: Labels, largest: tuple[Key, Key] | None
) -> str:
    if largest is None:
        title = words.title(table, about, labels)
        if not table.shown:
            return messages.text("table.finding.none", title=_lowered(title))
        period = words.period(table, about, labels)
        return messages.text("table.finding.title", title=title, period=period)
    row, column = largest
    text = messages.text(
        "table.finding.largest",
        group=_named(table, words.subject(table, labels), (*row, *column)),
        number=phrases.stated(table.cells[row, column].observation),
        total=phrases.stated(table.whole),
    )
    return phrases.headed(text, is_invented=about.is_invented)


def _largest(table: Table) -> tuple[Key, Key] | None:
    """Return the cell that is certainly larger than every other one but totals, if there is one.

    Aggregates are left out. The upper bound of an unknown number is the rest of its totals.
    """
    kinds = {name: table.axes[name].kinds for name in table.order}
    parts: list[tuple[Key, Key]] = []
    for row, column in table.cells:
        codes = zip(table.request.axes, (*row, *column), strict=True)
        if all(kinds[name][code] in {"category", "special"} for name, code in codes):
            parts.append((row, column))
    known = {
        place: table.cells[place].observation
        for place in parts
        if table.cells[place].observation.has_number
    }
    if not known or not table.whole.has_number:
        return None
    first = max(known, key=lambda place: known[place].bounds)
    least = known[first].bounds[0]
    others = [found.bounds[1] for place, found in known.items() if place != first]
    others += [_most_left(table, place, known) for place in parts if place not in known]
    is_clear = least >= SMALLEST_SHARE_BASE and least > max(others, default=-1)
    codes = zip(table.request.axes, (*first[0], *first[1]), strict=True)
    is_named = all(kinds[name][code] == "category" for name, code in codes)
    return first if is_clear and is_named else None


def _most_left(
    table: Table, place: tuple[Key, Key], known: Mapping[tuple[Key, Key], Observation]
) -> int:
    """Return the upper bound of a cell: the least that any of its totals leaves for it."""
    row, column = place
    rows = tuple(TOTAL for _ in row)
    columns = tuple(TOTAL for _ in column)
    beside = {
        (rows, columns): list(known.values()),
        (row, columns): [found for (other, _), found in known.items() if other == row],
        (rows, column): [found for (_, other), found in known.items() if other == column],
    }
    left = []
    for total, others in beside.items():
        if total in table.cells and table.cells[total].observation.has_number:
            _, most = table.cells[total].observation.bounds
            left.append(most - sum(found.bounds[0] for found in others))
    return min(left, default=table.whole.bounds[1])


def _named(table: Table, subject: Answer, key: Key) -> str:
    """Return a group as the subject of a sentence: 'Modern slavery referrals of males'."""
    within, named = subject.selection, dict(subject.labels)
    for name, code in zip(table.request.axes, key, strict=True):
        within = within.choosing(name, code)
        named[name] = words.code_label(table, name, code)
    group = replace(subject, selection=within, labels=named)
    return phrases.subject(group, Form.TITLE)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
