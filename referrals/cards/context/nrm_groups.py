"""Context cards of nationality and sex in the National Referral Mechanism."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.charts.values import Series
from referrals.cards.context.design import (
    ALL,
    OTHER,
    Design,
    Observations,
    by_category,
    changed,
    clause,
    directions,
    every_period,
    latest,
    number,
    points,
    short_clause,
)
from referrals.cards.context.nrm_totals import years_rows
from referrals.cards.wording import phrases
from referrals.formatting import count, day
from referrals.i18n import messages
from referrals.query.document.context_series import ContextObservation

SEXES: Final[Mapping[str, Meaning]] = {
    "M": Meaning.MALE,
    "F": Meaning.FEMALE,
    "F_NK": Meaning.FEMALE,
}
DRAWN_NATIONALITIES: Final = ("GBR", "ALB", "VNM")
"""The nationalities with numbers in most quarters. Others were printed for one or two."""

FEW: Final = 4
"""With fewer numbers than this there is no line, and no statement on their change."""

MOST_WITH_NUMBERS: Final = 3
"""A headline on more groups than this leaves the numbers to the chart below it."""


def group(code: str) -> str:
    """Return the name of a category of a context series: 'Albanian', 'female'."""
    return messages.text(f"context.group.{code}")


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
    panels: dict[str, Sequence[Bar]] = {}
    for code, rows in by_category(found).items():
        panels[group(code)] = [_bar(row, longest) for row in latest(rows)]
    return panels


def _bar(row: ContextObservation, longest: int) -> Bar:
    length = row.value / longest
    return Bar(row.period_label, count(row.value), solid=length, upper=length)


def _rows_of(found: Observations, codes: Sequence[str]) -> list[list[str]]:
    """Return a row for each period, latest first, with the latest number of each category."""
    cells: dict[str, dict[str, Markup]] = {}
    for row in found:
        cells.setdefault(row.period_label, {})[row.category] = number(row)
    return [_row(period, cells[period], codes) for period in sorted(cells, reverse=True)]


def _row(period: str, cells: Mapping[str, Markup], codes: Sequence[str]) -> list[str]:
    missing = messages.html("cards.no_number")
    return [period, *(cells.get(code, missing) for code in codes)]


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
        rows=lambda found: years_rows(found)[::-1],
        keep=keep,
        lines=_one_line if period == "quarter" else None,
        panels=lambda found: _nationality_panels(found) if period == "year" else {},
        text_columns=("printed_on",),
        name=f"{design.card_name}-{code.lower()}",
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


DESIGNS: Final[Mapping[str, Design]] = {
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
}
"""The designs by the name of their card, in the order of the page."""
