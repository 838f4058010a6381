"""The relations between printed figures as HTML: what the source says, what the arithmetic says, what this site shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from referrals import templates
from referrals.cards.wording.phrases import in_sentence
from referrals.reference.codelists import TOTAL
from referrals.release.release import Release

RESULTS: Final[Mapping[str, str]] = {
    "gap": "Does not agree",
    "ambiguous": "Can be read in two ways",
    "bound": "Can be worked out",
    "consistent": "Agrees",
}
"""What each result is called, in the order of the page."""

NAMED: Final = ("nationality", "age_band", "crime_type", "sex")
"""The dimensions of a worked-out number, in the order in which its name gives them."""

_TALLY: Final[Mapping[str, str]] = {
    "gap": "where the figures do not agree",
    "ambiguous": "that can be read in two ways",
    "bound": "that give a number or a range",
    "consistent": "where they agree",
}


def relation(release: Release, relation_id: str) -> str:
    """Return one relation as HTML, with its readings where it has any."""
    found = next(
        row for row in release.rows("query/relations") if row["relation_id"] == relation_id
    )
    return f"<h2>{escape(found['title'])}</h2>{_badge(found)}{_relation(found, _readings(release, relation_id))}"


def relations(release: Release) -> str:
    """Return every relation as HTML, by result, after a count of each. Within a result they keep the ledger's order."""
    rows = release.rows("query/relations")
    groups = {
        result: group
        for result in RESULTS
        if (group := [row for row in rows if row["result"] == result])
    }
    tally = "; ".join(f"<b>{len(group)}</b> {_TALLY[result]}" for result, group in groups.items())
    listed = "".join(
        f'<h2 id="{result}">{escape(RESULTS[result])}</h2>{"".join(_titled(release, row) for row in group)}'
        for result, group in groups.items()
    )
    return f"<p>{len(rows)} checks: {tally}.</p>{listed}"


def worked_out(release: Release) -> str:
    """Return a table of every number that is worked out and not printed, with its working."""
    rows = [
        [escape(_name(row)), f"<bdi>{escape(row['shown'])}</bdi>", escape(row["working"])]
        for row in release.rows("query/derived_cells")
    ]
    return templates.table(
        "Numbers that are not printed, and how they follow", ["What", "Number", "Working"], rows
    )


def _titled(release: Release, row: Mapping[str, Any]) -> str:
    readings = _readings(release, row["relation_id"])
    return f'<h3 id="{row["relation_id"]}">{escape(row["title"])}</h3>{_relation(row, readings)}'


def _badge(row: Mapping[str, Any]) -> str:
    return f'<p><span class="badge">{escape(RESULTS[row["result"]])}</span></p>'


def _relation(row: Mapping[str, Any], readings: Sequence[Mapping[str, Any]]) -> str:
    usual = [one for one in readings if one["is_usual"]]
    misprints = [one for one in readings if not one["is_usual"]]
    possible = _listed("How it could have come about:", usual) + _listed(
        "Or another count is misprinted:", misprints
    )
    return (
        '<dl class="relation">'
        f"<div><dt>What the source says</dt><dd>{escape(row['says'])}</dd></div>"
        f"<div><dt>The arithmetic</dt><dd>{escape(row['working'])}</dd></div>"
        f"<div><dt>What this site shows</dt><dd>{escape(row['shown'])}</dd></div></dl>{possible}"
    )


def _listed(heading: str, readings: Sequence[Mapping[str, Any]]) -> str:
    items = "".join(
        f"<li>{escape(one['reading'])} {_breaks(one['breaks'])}</li>" for one in readings
    )
    return f'<p>{heading}</p><ul class="readings">{items}</ul>' if items else ""


def _breaks(breaks: Sequence[str] | None) -> str:
    if not breaks:
        return "This would agree with every printed percentage."
    what = "this printed percentage" if len(breaks) == 1 else "these printed percentages"
    return f"But then {what} would be wrong: {escape(', '.join(breaks))}."


def _readings(release: Release, relation_id: str) -> list[dict[str, Any]]:
    return [row for row in release.rows("query/explanations") if row["relation_id"] == relation_id]


def _name(row: Mapping[str, Any]) -> str:
    labels = [row[name] for name in NAMED if row[f"{name}_code"] != TOTAL]
    first, *rest = labels
    return ", ".join([first, *map(in_sentence, rest)])
