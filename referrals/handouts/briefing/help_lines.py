"""The help lines of a sheet by nation: those of the card to cut out, chosen for paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from referrals.cards.exports.notes import joined
from referrals.content import helpline_lists
from referrals.formatting import day
from referrals.handouts.briefing.sheet import Help, HelpLine, Nation
from referrals.i18n import messages
from referrals.reference import helplines
from referrals.reference.table_schema import Row

ANYONE: Final = "anyone"
"""The first word of the field `serves` of a line for everyone."""


def help_lines() -> Help:
    """Return the help lines in the order of the file, grouped by nation.

    Raises:
        DataError: the file of help lines cannot be read.
    """
    rows = helplines.helplines()
    on_paper = [row for row in rows if row["card"]]
    (emergency,) = [row for row in rows if row["need"] == helpline_lists.DANGER]
    names = dict.fromkeys(row["nations"] for row in on_paper)
    return Help(
        heading=messages.text("briefing.help.heading"),
        danger=messages.text("helplines.danger"),
        emergency_number=emergency["number"],
        police=messages.text(
            "helplines.danger_line",
            number=emergency["number"],
            police=messages.text("helplines.danger_police"),
        ),
        caution=messages.text("helplines.caution_below"),
        nations=tuple(
            Nation(messages.words(helpline_lists.LIST, name), _of_nation(name, on_paper))
            for name in names
        ),
        checked=messages.text(
            "briefing.help.checked",
            date=day(min(row["last_checked"] for row in on_paper)),
            check_by=day(min(row["check_by"] for row in on_paper)),
        ),
        warning=helpline_lists.warning(),
    )


def _of_nation(nation: str, rows: Sequence[Row]) -> tuple[HelpLine, ...]:
    return tuple(_line(row) for row in rows if row["nations"] == nation)


def _line(row: Row) -> HelpLine:
    """Return a line; one for children and young people is not called "children" as well."""
    needs = joined(messages.text(f"helplines.need.{need}") for need in helplines.needs(row))
    is_for_anyone = row["serves"].startswith(ANYONE)
    serves = "" if is_for_anyone else messages.words(helpline_lists.LIST, row["serves"])
    if serves.casefold().startswith(needs.casefold()):
        return HelpLine(serves.capitalize(), row["number"], "")
    return HelpLine(needs, row["number"], serves)
