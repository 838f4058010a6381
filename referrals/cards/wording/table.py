"""The words of a table: its title and headline, its cells, and the reasons for missing figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import wraps
from typing import Final, ParamSpec

from referrals.cards.wording import kinds as wording_kinds
from referrals.cards.wording import phrases
from referrals.cards.wording.phrases import Form
from referrals.formatting import count, percent
from referrals.i18n import messages
from referrals.language import current, in_english, using
from referrals.query.answer import Answer
from referrals.query.labels import Labels
from referrals.query.selection import PERIOD
from referrals.query.tables.narrowing import Key
from referrals.query.tables.suitability import Unsuited
from referrals.query.tables.table import Cell, Figure, Nearest, Reason, Table
from referrals.query.tables.table_request import (
    SHARES,
    Chart,
    Fault,
    Measure,
    Problem,
    TableRequest,
)
from referrals.reference.codelists import NOT_RECORDED, TOTAL
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.release import About

MOST_CELLS_NAMED: Final = 40
"""The most cells that one sentence on missing numbers names."""

_NAMED: Final[Mapping[str, frozenset[str]]] = {
    "sex": frozenset({"M", "F"}),
    "crime_type": frozenset({"MS", "DA", "OTH"}),
}
"""The codes for which `phrases.subject` has words, by dimension. It has words for any code of other
dimensions."""

MOST_NAMED: Final = 12
"""The most codes that a sentence on a wrong address lists."""

_Arguments = ParamSpec("_Arguments")


def language() -> str:
    """Return the language of the sentences on a table: English if the current one lacks them."""
    return messages.language_of("table.title.number")


def in_one_language(sentence: Callable[_Arguments, str]) -> Callable[_Arguments, str]:
    """Return the function with its whole sentence in the language of tables.

    Otherwise an English sentence would contain words of the current language, such as the "and" of
    a list.
    """

    @wraps(sentence)
    def whole(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> str:
        own = language()
        with using(own):
            text = sentence(*arguments, **named)
        return text if own == current() else in_english(text)

    return whole


def axis(name: str) -> str:
    """Return the name of an axis at the head of a column: 'Crime type'."""
    return messages.text(f"table.axis.{name}")


def axes(names: Iterable[str]) -> str:
    """Return the names of axes inside a sentence: 'nationality and sex'."""
    return phrases.listed(messages.text(f"table.inside.{name}") for name in names)


def period(table: Table, about: About, labels: Labels) -> str:
    """Return the period of a table in words."""
    if not table.period:
        return about.period_label
    return labels.get((PERIOD, table.period), about.period_label)


def code_label(table: Table, name: str, code: str) -> str:
    """Return the label of a code of an axis; a total over time says that it is one."""
    label = table.code(name, code).label
    return label or messages.text("table.total_of_periods")


def key_label(table: Table, names: Sequence[str], key: Key) -> str:
    """Return the labels of some codes of a cell in one line, without needless totals.

    >>> from types import SimpleNamespace as Fake
    >>> table = Fake(code=lambda name, code: Fake(label={"VNM": "Vietnam", "_T": "All"}[code]))
    >>> key_label(table, ("nationality", "sex"), ("VNM", "_T"))
    'Vietnam'
    """
    found = dict(zip(names, key, strict=True))
    specific = {name: code for name, code in found.items() if code != TOTAL} or found
    parts = [code_label(table, name, code) for name, code in specific.items()]
    return messages.text("table.label_parts").join(parts)


def axes_alone() -> str:
    """Return the label of the only row or column of a side with nothing on it."""
    return messages.text("table.no_rows")


@in_one_language
def title(table: Table, about: About, labels: Labels) -> str:
    """Return the title of a table, which says first if its figures are invented."""
    return phrases.headed(plain_title(table, labels), is_invented=about.is_invented)


@in_one_language
def plain_title(table: Table, labels: Labels) -> str:
    """Return the title: 'Modern slavery referrals by nationality and sex: share of each row'."""
    answer = subject(table, labels)
    return messages.text(
        f"table.title.{table.request.measure}",
        referrals=phrases.subject(answer, Form.TITLE),
        things=axes(table.request.axes),
    )


@in_one_language
def unit(table: Table, about: About, labels: Labels) -> str:
    """Return the unit of the figures, with the total of shares, the filters and the period."""
    when = period(table, about, labels)
    if table.earlier:
        earlier = labels[PERIOD, table.earlier]
        text = messages.text("table.unit.change_from", earlier=earlier, period=when)
    else:
        counted = phrases.counted(subject(table, labels))
        text = messages.text(f"table.unit.{table.request.measure}", counted=counted, period=when)
    return text


def subject(table: Table, labels: Labels) -> Answer:
    """Return an answer with the filters and the total of a table, for phrases about both."""
    within = table.request.within
    chosen = {name: labels.get((name, code), code) for name, code in within.chosen().items()}
    return Answer("", within, (), table.whole, table.kind, labels=chosen)


def not_in_subject(request: TableRequest) -> list[tuple[str, str]]:
    """Return the chosen codes that no phrase names: aggregates of sex and types of crime."""
    return [
        (name, code)
        for name, code in request.within.chosen().items()
        if code != NOT_RECORDED and code not in _NAMED.get(name, {code})
    ]


@in_one_language
def sides(table: Table) -> str:
    """Return the sentence that names the rows and the columns."""
    request = table.request
    rows, columns = axes(request.rows), axes(request.columns)
    if rows and columns:
        return messages.text("table.sides", rows=rows, columns=columns)
    key = "sides_rows" if rows else "sides_columns"
    return messages.text(f"table.{key}", rows=rows, columns=columns)


def small_print(table: Table) -> str:
    """Return the explanation of the ranges under figures, '' if there are none."""
    if not any(possible(cell, table.request.measure) for cell in table.cells.values()):
        return ""
    is_change = table.request.measure is Measure.CHANGE
    return messages.text("table.small_print_change" if is_change else "table.small_print")


def counted_cells(table: Table) -> str:
    """Return the number of cells shown and the reasons for the others, for a status region."""
    total = len(table.cells)
    if table.shown == total:
        return messages.text("table.shown_cells.all", total=total)
    reasons = " ".join(
        messages.text(f"table.count_reason.{reason}", n=len(places))
        for reason, places in table.missing.items()
    )
    return messages.text("table.shown_cells.some", shown=table.shown, total=total, reasons=reasons)


def why(reason: Reason, table: Table) -> str:
    """Return why cells have no figure, in a sentence that depends on the kind of release."""
    section = wording_kinds.of(table.kind).section
    key = f"{reason}_{section}" if reason is Reason.NOT_PUBLISHED else reason
    return messages.text(f"table.why.{key}", least=SMALLEST_SHARE_BASE)


def missing_cells(table: Table, places: Sequence[tuple[Key, Key]]) -> list[str]:
    """Return sentences on cells without a figure, grouped by the number nearest to them."""
    cells = [(table.cells[place], place) for place in places]
    own = [(cell, place) for cell, place in cells if cell.observation.has_number]
    found = []
    if own:
        numbered = [
            messages.text(
                "table.why.own_cell",
                cell=_cell_label(table, place),
                number=phrases.number(cell.observation),
            )
            for cell, place in own
        ]
        found.append(messages.text("table.why.own", cells=_some(numbered)))
    by_nearest: dict[Nearest | None, list[str]] = {}
    for cell, place in cells:
        if not cell.observation.has_number:
            by_nearest.setdefault(cell.nearest, []).append(_cell_label(table, place))
    for nearest, named in by_nearest.items():
        if nearest is None:
            found.append(messages.text("table.why.nothing", cells=_some(named)))
            continue
        found.append(
            messages.text(
                "table.why.nearest",
                nearest=key_label(table, table.order, nearest.key),
                number=phrases.number(nearest.observation),
                cells=_some(named),
            )
        )
    return found


def _cell_label(table: Table, place: tuple[Key, Key]) -> str:
    row, column = place
    return key_label(table, table.request.axes, (*row, *column))


def _some(labels: Sequence[str]) -> str:
    """Return labels in one line, the first of them if there are many."""
    named = list(labels[:MOST_CELLS_NAMED])
    if len(labels) > MOST_CELLS_NAMED:
        named.append(messages.text("table.why.more", n=len(labels) - MOST_CELLS_NAMED))
    return messages.text("wording.separator").join(named)


def figure(cell: Cell, measure: Measure) -> str:
    """Return the figure of a cell as readers see it, or why it has none."""
    if cell.figure is None:
        return messages.text(f"table.absent.{cell.reason}")
    if measure is Measure.NUMBER:
        return phrases.number(cell.observation)
    found = cell.figure
    if measure in SHARES and found.open_ended:
        return messages.text("wording.number.over", share=percent(found.lower))
    if found.value is not None:
        return _one(found.value, measure)
    return range_of(found, measure)


def possible(cell: Cell, measure: Measure) -> str:
    """Return the range beside a figure, '' if there is none or it is the figure itself."""
    found = cell.figure
    if found is None or found.value is None or found.is_exact:
        return ""
    text = range_of(found, measure)
    if text == figure(cell, measure):
        return ""
    if measure is Measure.CHANGE and found.lower <= 0 <= found.upper:
        return messages.text("table.cell.no_clear_change", range=text)
    return text


def choice(name: str, value: str) -> str:
    """Return the label of a measure, an order or a chart."""
    return messages.text(f"table.{name}.{value}")


@in_one_language
def suggestion(table: Table, about: About, labels: Labels, before: TableRequest) -> str:
    """Return the words of a link to a table that shows more of its cells: title and difference."""
    return messages.text(
        "table.nearest.option",
        title=title(table, about, labels),
        change=_difference(before, table.request),
        shown=table.shown,
        total=len(table.cells),
    )


def unsuited(chart: Chart, found: Unsuited) -> str:
    """Return why a chart does not suit a table, and what would help."""
    reason = messages.text(f"table.unsuited.{found.fault}", n=found.n, most=found.most)
    return messages.text("table.unsuited.sentence", chart=choice("charts", chart), reason=reason)


@in_one_language
def problem(found: Problem) -> str:
    """Return why a part of an address could not be used, and what can be given instead."""
    key, allowed = str(found.fault), ""
    if found.fault is Fault.UNKNOWN_VALUE and found.suggestion:
        key = "unknown_value_meant"
    elif found.fault is Fault.UNKNOWN_VALUE and found.allowed:
        key = "unknown_value_allowed"
        named = [*found.allowed[:MOST_NAMED]]
        if len(found.allowed) > MOST_NAMED:
            named.append(messages.text("table.problem.more", n=len(found.allowed) - MOST_NAMED))
        allowed = phrases.alternatives(named)
    return messages.text(
        f"table.problem.{key}",
        name=found.name,
        value=found.value[:40],
        suggestion=found.suggestion,
        allowed=allowed,
    )


def _difference(before: TableRequest, after: TableRequest) -> str:
    """Return the difference between a suggested request and the one before it."""
    for name in before.axes:
        if name not in after.axes:
            return messages.text("table.nearest.without_axis", thing=axes([name]))
    for name in before.within.chosen():
        if name not in after.within.chosen():
            return messages.text("table.nearest.without_filter", thing=axes([name]))
    if before.measure is not after.measure:
        return messages.text("table.nearest.number")
    return messages.text("table.nearest.latest")


def _one(value: Fraction, measure: Measure) -> str:
    if measure in SHARES:
        return percent(value)
    if measure is Measure.CHANGE and value:
        key = "rise" if value > 0 else "fall"
        return messages.text(f"table.cell.{key}", number=count(abs(int(value))))
    return count(int(value))


def range_of(found: Figure, measure: Measure) -> str:
    """Return the range of a figure, or one figure if both ends look the same."""
    lower, upper = _one(found.lower, measure), _one(found.upper, measure)
    return lower if lower == upper else phrases.between(lower, upper)
