"""The relations between printed figures as HTML: what the source says, what the arithmetic says, what this site shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from referrals.dashboard import markup
from referrals.dashboard.wording import in_sentence
from referrals.release import Release

RESULTS: Final[Mapping[str, str]] = {
    "gap": "Does not agree",
    "ambiguous": "Can be read in two ways",
    "bound": "Leaves a range",
    "consistent": "Agrees",
}
"""What each result is called, in the order in which the page counts them."""


def relation(release: Release, relation_id: str) -> str:
    """Return one relation as HTML, with its readings where it has any."""
    found = next(row for row in release.rows("queries/relations") if row["relation_id"] == relation_id)
    return _relation(found, _readings(release, relation_id))


def relations(release: Release) -> str:
    """Return every relation as HTML in the ledger's order, after a count of how many agree."""
    rows = release.rows("queries/relations")
    tally = [(name, sum(row["result"] == result for row in rows)) for result, name in RESULTS.items()]
    counted = "; ".join(f"<b>{number}</b> {escape(name.lower())}" for name, number in tally if number)
    listed = "".join(f"<h3>{escape(row['title'])}</h3>{_relation(row, _readings(release, row['relation_id']))}" for row in rows)
    return f"<p>{len(rows)} checks: {counted}.</p>{listed}"


def worked_out(release: Release) -> str:
    """Return a table of every number that is worked out and not printed, with its working."""
    rows = [
        [escape(_name(row)), f"<bdi>{escape(row['shown'])}</bdi>", escape(row["working"])]
        for row in release.rows("queries/derived")
    ]
    return markup.table("Numbers that are not printed, and how they follow", ["What", "Number", "Working"], rows)


def _relation(row: Mapping[str, Any], readings: Sequence[Mapping[str, Any]]) -> str:
    listed = "".join(f"<li>{escape(one['reading'])} {_breaks(one['breaks'])}</li>" for one in readings)
    possible = f"<dt>How it could have come about</dt><dd><ul>{listed}</ul></dd>" if listed else ""
    return (
        f'<p><span class="badge badge-{row["result"]}">{escape(RESULTS[row["result"]])}</span></p><dl>'
        f"<dt>What the source says</dt><dd>{escape(row['says'])}</dd>"
        f"<dt>The arithmetic</dt><dd>{escape(row['working'])}</dd>{possible}"
        f"<dt>What this site shows</dt><dd>{escape(row['shown'])}</dd></dl>"
    )


def _breaks(breaks: Sequence[str] | None) -> str:
    if not breaks:
        return "This would agree with every printed percentage."
    return f"But then these printed percentages would be wrong: {escape(', '.join(breaks))}."


def _readings(release: Release, relation_id: str) -> list[dict[str, Any]]:
    return [row for row in release.rows("queries/readings") if row["relation_id"] == relation_id]


def _name(row: Mapping[str, Any]) -> str:
    labels = [row[name] for name in ("nationality", "age_band", "crime_type", "sex") if row[f"{name}_code"] != "_T"]
    first, *rest = labels
    return ", ".join([first, *map(in_sentence, rest)])
