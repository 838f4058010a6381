"""The help lines as HTML: the whole list by need, a short list, and the card to print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.formatting import day
from referrals.i18n import messages
from referrals.language import in_english, is_english
from referrals.reference import helplines as reference_helplines
from referrals.reference.helplines import NOT_READ
from referrals.reference.table_schema import Row

DANGER: Final = "danger"
"""The need of the emergency number, which is listed before every group."""

LIST: Final = "helplines"
"""The list of words that are translated: short labels, callers, nations, hours and costs."""

QUESTIONS: Final = ("tell", "reason", "refuse", "interpreter", "lawyer", "help")
"""The questions on the card, as in the text of the page that it belongs to."""


def html() -> Markup:
    """Return the emergency number, then every other line by need, in the order of the file."""
    rows = reference_helplines.helplines()
    others = [row for row in rows if row["need"] != DANGER]
    return templates.render(
        "content/helplines.html",
        words=messages.text,
        html=messages.html,
        overdue=_overdue(rows),
        danger=_line(_emergency(rows)),
        in_english="" if is_english() else messages.text("helplines.in_english"),
        groups=[_group(need, others) for need in _first_needs(others)],
        check_again=messages.text("helplines.check_again", date=_check_by(rows)),
    )


def danger() -> Markup:
    """Return the emergency number in one sentence."""
    row = _emergency(reference_helplines.helplines())
    return templates.render(
        "content/danger_line.html", words=messages.text, html=messages.html, danger=row
    )


def with_heading() -> Markup:
    """Return the help lines under a heading, for a page that has nothing else to show."""
    heading = messages.text("helplines.heading")
    return templates.render("content/helplines_with_heading.html", heading=heading, lines=html())


def short() -> Markup:
    """Return the lines that have a place on the card, and a link to all of them."""
    rows = _on_the_card()
    return templates.render(
        "content/helplines_short.html",
        words=messages.text,
        lines=rows,
        check_by=messages.text("helplines.check_by", date=_check_by(rows)),
        overdue=_overdue(rows),
    )


def card() -> Markup:
    """Return the card to print: questions on one face, numbers on the other."""
    rows = _on_the_card()
    return templates.render(
        "content/wallet_card.html",
        words=messages.text,
        questions=[messages.text(f"for_me.question.{name}") for name in QUESTIONS],
        lines=rows,
        check_by=messages.text("helplines.check_by", date=_check_by(rows)),
        overdue=_overdue(rows),
    )


def warning() -> str:
    """Return the warning that a line is overdue for checking, '' if none is."""
    return _overdue(reference_helplines.helplines())


def service(row: Row) -> str:
    """Return the service of a line: its callers, nations, hours and cost."""
    serves, nations, hours, cost = (
        messages.words(LIST, row[column]) for column in ("serves", "nations", "hours", "cost")
    )
    if row["hours"] == NOT_READ:
        hours = messages.text("helplines.ask_for_hours")
    whom = messages.text("helplines.service", service=serves)
    return messages.text("wording.separator").join([whom, nations, hours, cost])


def _emergency(rows: Sequence[Row]) -> Row:
    return next(row for row in rows if row["need"] == DANGER)


def _on_the_card() -> list[Row]:
    """Return the lines with a place on the card, their short labels in the current language."""
    return [
        {**row, "card": messages.words(LIST, row["card"])}
        for row in reference_helplines.helplines()
        if row["card"]
    ]


def _first_needs(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(reference_helplines.needs(row)[0] for row in rows))


def _group(need: str, rows: Sequence[Row]) -> dict[str, object]:
    """Return the lines of a need, and those listed under another need that serve it as well."""
    first = [row for row in rows if reference_helplines.needs(row)[0] == need]
    also = [row for row in rows if need in reference_helplines.needs(row)[1:]]
    return {
        "id": need.replace("_", "-"),
        "name": messages.text(f"helplines.need.{need}"),
        "lines": [_line(row) for row in first],
        "also": [
            messages.text(
                "helplines.also",
                name=in_english(row["name"]),
                nations=messages.words(LIST, row["nations"]),
            )
            for row in also
        ],
    }


def _line(row: Row) -> dict[str, str | Markup]:
    passes_on = in_english(row["passes_on"])
    if row["passes_on"] == NOT_READ:
        passes_on = messages.text("helplines.passes_on_not_read")
    checked = day(row["last_checked"])
    places = messages.text("wording.separator").join(
        filter(None, [row["read_at"], row["details_read_at"]])
    )
    is_overdue = row["id"] in reference_helplines.overdue()
    return {
        "name": in_english(row["name"]),
        "number": row["number"],
        "service": templates.isolated(service(row)),
        "notes": _isolated(row["notes"]),
        "access": in_english(row["access"]),
        "passes_on": passes_on,
        "checked": messages.text("helplines.checked", date=checked, places=in_english(places)),
        "warning": messages.text("helplines.line_overdue", date=checked) if is_overdue else "",
    }


def _isolated(text: str) -> Markup:
    """Return English text as HTML with its telephone numbers isolated."""
    return Markup(in_english(templates.isolated(text)))  # noqa: S704 - escaped by `isolated`


def _check_by(rows: Sequence[Row]) -> str:
    return day(min(row["check_by"] for row in rows))


def _overdue(rows: Sequence[Row]) -> str:
    """Return the warning that one of these lines is overdue for checking, '' if none is."""
    late = set(reference_helplines.overdue())
    dates = [row["check_by"] for row in rows if row["id"] in late]
    return messages.text("helplines.overdue", date=day(min(dates))) if dates else ""
