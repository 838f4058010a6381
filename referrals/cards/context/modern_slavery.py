"""Context cards of the National Referral Mechanism and of the duty to notify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.charts.values import Series
from referrals.cards.context.design import (
    FIRST_RELIABLE,
    Design,
    Observations,
    by_category,
    cell,
    changed,
    clause,
    directions,
    every_period,
    latest,
    number,
    points,
    printings,
    short_clause,
    values,
)
from referrals.cards.wording import phrases
from referrals.formatting import count, day, percent
from referrals.i18n import messages
from referrals.query.context_series import ContextObservation
from referrals.reference.codelists import NOT_RECORDED, TOTAL

ALL: Final = ("all", "")
"""The scopes of a figure for every body that may refer."""

OTHER: Final = "_OTH"
ADULTS, ADULTS_AND_UNKNOWN, UNDER_18 = "18+", "18+_NK", "0-17"
AGES: Final[Mapping[str, tuple[str, Meaning]]] = {
    ADULTS: ("adult", Meaning.ADULT),
    UNDER_18: ("child", Meaning.UNDER_18),
    NOT_RECORDED: ("not_recorded", Meaning.NOT_RECORDED),
}
"""The message and the colour of the line of each age."""

SEXES: Final[Mapping[str, Meaning]] = {
    "M": Meaning.MALE,
    "F": Meaning.FEMALE,
    "F_NK": Meaning.FEMALE,
}
DRAWN_NATIONALITIES: Final = ("GBR", "ALB", "VNM")
"""Those with numbers in most quarters: the others were printed in one or two."""

FEW: Final = 4
"""Fewer numbers than this are no line over time, and their change is not stated."""


MOST_WITH_NUMBERS: Final = 3
"""A headline on more groups than this leaves the numbers to the chart below it."""


def group(code: str) -> str:
    """Return the name of a category of a context series: 'Albanian', 'female'."""
    return messages.text(f"context.group.{code}")


def _is_total(row: ContextObservation) -> bool:
    return row.category == TOTAL and row.scope in ALL


def _reliable(found: Observations) -> list[ContextObservation]:
    return [row for row in found if row.period_label >= FIRST_RELIABLE]


# Totals by quarter and year, with every printing.


def _quarters_finding(found: Observations) -> str:
    return changed("quarters", _reliable(found))


def _total_line(found: Observations) -> list[Series]:
    shown = _reliable(found)
    return [Series(messages.text("context.column.total"), points(shown, every_period(shown)))]


def _years_finding(found: Observations) -> str:
    return changed("years", found)


def _years_notes(found: Observations) -> list[str]:
    """Return the note on the year whose total was printed with most values."""
    printed = Counter(row.period_label for row in found)
    year, _ = printed.most_common(1)[0]
    first, *later = [count(row.value) for row in found if row.period_label == year]
    for value in later:
        first = messages.text("context.then", earlier=first, later=value)
    return [messages.text("context.note.years", year=year, values=first)]


def _years_rows(found: Observations) -> list[list[str]]:
    return [[row.period_label, number(row), day(row.vintage)] for row in found]


def _revisions(_: Observations) -> list[str]:
    return [messages.text("context.note.revised")]


# By age.


def _ages(found: Observations) -> list[Series]:
    """Return a line for each age; adults grouped with age not recorded count as adults."""
    periods, by_code = every_period(found), by_category(found)
    return [
        Series(messages.text(f"context.age.{name}"), points(by_code.get(code, []), periods), colour)
        for code, (name, colour) in AGES.items()
    ]


def _age_finding(found: Observations) -> str:
    return changed("quarters_by_age", [row for row in _reliable(found) if row.category == TOTAL])


def _age_rows(found: Observations) -> list[list[str]]:
    rows = [
        [period, cell(known.get(TOTAL)), cell(known.get(UNDER_18)), *_adults(known)]
        for period, known in values(found).items()
    ]
    return rows[::-1]


def _adults(known: Mapping[str, int]) -> list[str]:
    """Return the cells for adults and for age not recorded: one number if the second is small."""
    if ADULTS not in known:
        both = messages.html("context.both", n=cell(known.get(ADULTS_AND_UNKNOWN)))
        return [both, messages.text("context.grouped")]
    return [cell(known[ADULTS]), cell(known.get(NOT_RECORDED))]


def _age_lines(found: Observations) -> list[Series]:
    grouped = {ADULTS_AND_UNKNOWN: ADULTS}
    return _ages(
        [replace(row, category=grouped.get(row.category, row.category)) for row in _reliable(found)]
    )


# By nationality and by sex.


def _groups_finding(found: Observations) -> str:
    """Return how the number of each group changed, for groups with enough numbers."""
    clauses = [
        clause(code, rows) for code, rows in by_category(found).items() if len(latest(rows)) >= FEW
    ]
    return messages.text("context.finding.groups", clauses=phrases.listed(clauses))


def _yearly_groups_finding(found: Observations) -> str:
    """Return how the number of each group changed between the same two years."""
    groups = by_category(found)
    first, *_, last = latest(next(iter(groups.values())))
    clauses = [short_clause(code, rows) for code, rows in groups.items()]
    return messages.text(
        "context.finding.yearly_groups",
        first=first.period_label,
        last=last.period_label,
        clauses=phrases.listed(clauses if len(groups) <= MOST_WITH_NUMBERS else directions(groups)),
    )


def _nationality_lines(found: Observations) -> list[Series]:
    periods, by_code = every_period(found), by_category(found)
    shades = colours.of_series("nationality", DRAWN_NATIONALITIES)
    return [
        Series(group(code), points(by_code[code], periods), shade)
        for code, shade in zip(DRAWN_NATIONALITIES, shades, strict=True)
    ]


def _sex_lines(found: Observations) -> list[Series]:
    periods, by_code = every_period(found), by_category(found)
    return [
        Series(group(code), points(rows, periods), SEXES[code]) for code, rows in by_code.items()
    ]


def _nationality_panels(found: Observations) -> dict[str, Sequence[Bar]]:
    """Return the years of each nationality, on one scale."""
    longest = max(row.value for row in found)
    return {
        group(code): [_bar(row, longest) for row in latest(rows)]
        for code, rows in by_category(found).items()
    }


def _bar(row: ContextObservation, longest: int) -> Bar:
    length = row.value / longest
    return Bar(row.period_label, count(row.value), solid=length, upper=length)


def _rows_of(found: Observations, codes: Sequence[str]) -> list[list[str]]:
    """Return a row for each period, latest first, with the latest number of each category."""
    cells: dict[str, dict[str, Markup]] = {}
    for row in found:
        cells.setdefault(row.period_label, {})[row.category] = number(row)
    missing = messages.html("cards.no_number")
    return [
        [period, *(cells[period].get(code, missing) for code in codes)]
        for period in sorted(cells, reverse=True)
    ]


def _nationality_rows(found: Observations) -> list[list[str]]:
    return _rows_of(found, ("GBR", "ALB", "VNM", "ERI", "SOM"))


def _nationality_years_rows(found: Observations) -> list[list[str]]:
    return [[row.period_label, group(row.category), number(row), day(row.vintage)] for row in found]


def _sex_rows(found: Observations) -> list[list[str]]:
    return _rows_of(found, ("M", "F"))


def _sex_quarters_rows(found: Observations) -> list[list[str]]:
    return _rows_of(found, ("M", "F_NK"))


def of_nationality(design: Design, code: str) -> Design:
    """Return the design of one nationality's part of a card by nationality."""

    def keep(row: ContextObservation) -> bool:
        return design.keep(row) and row.category == code

    period = next(column for column in design.header if column in {"quarter", "year"})
    return replace(
        design,
        finding=lambda found: _one_finding(code, found),
        header=(period, "total", "printed_on"),
        rows=lambda found: _years_rows(found)[::-1],
        keep=keep,
        lines=_one_line if period == "quarter" else None,
        panels=lambda found: _nationality_panels(found) if period == "year" else {},
        text_columns=("printed_on",),
        title=design.title and "group_quarters",
    )


def _one_finding(code: str, found: Observations) -> str:
    """Return how the number of one group changed, or its numbers if they are few."""
    printed = latest(found)
    if len(printed) >= FEW or len(printed) == len(every_period(found)) > 1:
        return changed("one", found, group=messages.text(f"context.people.{code}"))
    numbers = [
        messages.text("context.in_period", n=row.value, period=row.period_label) for row in printed
    ]
    return messages.text(
        "context.finding.few",
        group=messages.text(f"context.people.{code}"),
        numbers=phrases.listed(numbers),
    )


def _one_line(found: Observations) -> list[Series]:
    if len(latest(found)) < FEW:
        return []
    return [Series(group(found[0].category), points(found, every_period(found)))]


# By the police alone.


def _police_finding(found: Observations) -> str:
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        if row.dimension == "total":
            totals.setdefault(row.period_label, {})[row.scope] = row.value
    shares = [Fraction(known["police"], known["all"]) for known in totals.values()]
    police = [row for row in found if row.dimension == "total" and row.scope == "police"]
    return messages.text(
        "context.finding.police",
        change=changed("police", police),
        lowest=percent(min(shares)),
        highest=percent(max(shares)),
    )


def _police_rows(found: Observations) -> list[list[str]]:
    order = [TOTAL, "M", "F_NK", UNDER_18, ADULTS, NOT_RECORDED, *DRAWN_NATIONALITIES, OTHER]
    by_period = values([row for row in found if row.scope == "police"])
    return [
        [period, *(cell(known.get(code)) for code in order)] for period, known in by_period.items()
    ]


def _police_lines(found: Observations) -> list[Series]:
    return _ages([row for row in found if row.scope == "police" and row.dimension == "age"])


# The duty to notify.


def _duty_finding(found: Observations) -> str:
    return changed("duty", found)


def _duty_line(found: Observations) -> list[Series]:
    return [Series(messages.text("context.column.reports"), points(found, every_period(found)))]


PRINTED: Final = ("total", "printed_on", "printed_before")

DESIGNS: Final[Mapping[str, Design]] = {
    "quarters": Design(
        ("nrm-quarters-later", "nrm-quarters-by-age"),
        _quarters_finding,
        ("quarter", *PRINTED),
        printings,
        keep=_is_total,
        lines=_total_line,
        notes=_revisions,
        title="quarters",
        text_columns=("printed_on", "printed_before"),
    ),
    "years": Design(
        ("nrm-years",),
        _years_finding,
        ("year", "total", "printed_on"),
        _years_rows,
        lines=_total_line,
        notes=_years_notes,
        text_columns=("printed_on",),
    ),
    "nationality": Design(
        ("nrm-quarters-by-group", "nrm-first-responders"),
        _groups_finding,
        ("quarter", "uk", "albanian", "vietnamese", "eritrean", "somali"),
        _nationality_rows,
        keep=lambda row: (
            row.dimension == "nationality" and row.scope in ALL and row.category != OTHER
        ),
        lines=_nationality_lines,
        title="nationality",
    ),
    "nationality_years": Design(
        ("nrm-years-by-nationality",),
        _yearly_groups_finding,
        ("year", "nationality", "total", "printed_on"),
        _nationality_years_rows,
        panels=_nationality_panels,
        text_columns=("nationality", "printed_on"),
    ),
    "sex": Design(
        ("nrm-years-by-sex",),
        _yearly_groups_finding,
        ("year", "male", "female"),
        _sex_rows,
        lines=_sex_lines,
    ),
    "sex_quarters": Design(
        ("nrm-quarters-by-group", "nrm-first-responders"),
        _groups_finding,
        ("quarter", "male", "female_or_other"),
        _sex_quarters_rows,
        keep=lambda row: row.dimension == "sex" and row.scope in ALL,
        lines=_sex_lines,
        name="nrm-quarters-by-sex",
        title="sex_quarters",
    ),
    "quarters_by_age": Design(
        ("nrm-quarters-by-age",),
        _age_finding,
        ("quarter", "total", "child", "adult", "age_not_recorded"),
        _age_rows,
        lines=_age_lines,
    ),
    "police": Design(
        ("nrm-first-responders",),
        _police_finding,
        (
            "quarter",
            "total",
            "male",
            "female_or_other",
            "child",
            "adult",
            "age_not_recorded",
            "uk",
            "albanian",
            "vietnamese",
            "all_other",
        ),
        _police_rows,
        lines=_police_lines,
    ),
    "duty_to_notify": Design(
        ("dtn-years",),
        _duty_finding,
        ("year", "reports", "printed_on", "printed_before"),
        printings,
        lines=_duty_line,
        topic="duty",
        text_columns=("printed_on", "printed_before"),
    ),
    "duty_quarters": Design(
        ("dtn-quarters",),
        _duty_finding,
        ("quarter", "reports", "printed_on", "printed_before"),
        printings,
        lines=_duty_line,
        topic="duty",
        text_columns=("printed_on", "printed_before"),
    ),
}
"""The designs by the name of their card, in the order of the page."""
