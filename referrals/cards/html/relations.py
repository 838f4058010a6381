"""The relations between printed figures as HTML: quoted source, arithmetic and consequences.

The dashboard and the static site both use them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards.wording.phrases import comma_separated, in_sentence
from referrals.i18n import messages
from referrals.language import in_english
from referrals.reference.codelists import TOTAL
from referrals.release.files import BY_EDITION
from referrals.release.release import Release

TEMPLATE: Final = "cards/relations.html"

RESULTS: Final = ("gap", "ambiguous", "bound", "consistent")
"""The results of a relation, in the order of the page."""

NAMED_DIMENSIONS: Final = ("nationality", "age_band", "crime_type", "sex")
"""The dimensions of a worked-out number, in the order in which its name gives them."""

Row = Mapping[str, Any]


def relation(release: Release, relation_id: str) -> Markup:
    """Return one relation, with its possible explanations if it has any."""
    rows = release.rows("query/relations")
    row = next(row for row in rows if row["relation_id"] == relation_id)
    html = relation_body(row, _readings(release, relation_id))
    return templates.macro(TEMPLATE, "single", row["title"], result_name(row["result"]), html)


def relations(release: Release) -> Markup:
    """Return every relation by result, in the ledger's order, after a count of each result."""
    rows = release.rows("query/relations")
    by_result: dict[str, list[Row]] = {result: [] for result in RESULTS}
    for row in rows:
        by_result[row["result"]].append(row)
    occurring = {result: group for result, group in by_result.items() if group}
    tally = [
        messages.html(f"relations.tally.{result}", n=Markup("<b>{}</b>").format(len(group)))
        for result, group in occurring.items()
    ]
    groups = [_group(release, result, group) for result, group in occurring.items()]
    checks = messages.html("relations.checks", n=len(rows), results=Markup("; ").join(tally))
    return templates.macro(TEMPLATE, "every", checks, groups)


def relations_and_worked_out(release: Release) -> Markup:
    """Return every relation, then every number that follows from them."""
    heading = messages.text("relations.worked_out")
    return templates.macro(
        TEMPLATE, "with_worked_out", relations(release), heading, worked_out(release)
    )


def worked_out(release: Release) -> Markup:
    """Return a table of every worked-out number, with working and assumptions."""
    rows = [
        [
            _name(row),
            Markup("<bdi>{}</bdi>").format(row["shown"]),
            in_english(row["working"]),
            in_english(row["assumes"]),
        ]
        for row in release.rows("query/derived_cells")
    ]
    columns = ("what", "number", "working", "assumes")
    header = [messages.text(f"relations.derived.{name}") for name in columns]
    return templates.table(
        messages.text("relations.derived.caption"), header, rows, text_columns=[2, 3]
    )


def result_name(result: str) -> str:
    """Return the name of a result of a relation for readers: 'Does not agree'."""
    return messages.text(f"relations.result.{result}")


def relation_body(row: Row, readings: Sequence[Row]) -> Markup:
    """Return one relation without its title: source, arithmetic, figures shown, explanations."""
    usual = [_explained(reading) for reading in readings if reading["is_usual"]]
    misprints = [_explained(reading) for reading in readings if not reading["is_usual"]]
    return templates.macro(
        TEMPLATE,
        "relation",
        row,
        messages.text("relations.says"),
        messages.text("relations.arithmetic"),
        messages.text("relations.shows"),
        [
            (messages.text("relations.readings"), usual),
            (messages.text("relations.misprints"), misprints),
        ],
    )


def _group(release: Release, result: str, rows: Sequence[Row]) -> dict[str, object]:
    titled = [_with_title(release, row) for row in rows]
    return {"result": result, "name": result_name(result), "relations": titled}


def _with_title(release: Release, row: Row) -> dict[str, object]:
    relation_id = row["relation_id"]
    html = relation_body(row, _readings(release, relation_id))
    return {"id": relation_id, "title": row["title"], "html": html}


def _explained(reading: Row) -> dict[str, str]:
    return {"reading": reading["reading"], "breaks": _breaks(reading["breaks"])}


def _breaks(breaks: Sequence[str] | None) -> str:
    if not breaks:
        return messages.text("relations.breaks_none")
    return messages.text("relations.breaks", n=len(breaks), percentages=comma_separated(breaks))


def _readings(release: Release, relation_id: str) -> list[Row]:
    return [row for row in _explanations(release) if row["relation_id"] == relation_id]


@cached(4, BY_EDITION, has_words=False)
def _explanations(release: Release) -> tuple[Row, ...]:
    return tuple(release.rows("query/explanations"))


def _name(row: Row) -> str:
    """Return the name of a worked-out number: 'Domestic abuse, sex not recorded'."""
    first, *rest = [row[name] for name in NAMED_DIMENSIONS if row[f"{name}_code"] != TOTAL]
    return comma_separated([first, *map(in_sentence, rest)])
