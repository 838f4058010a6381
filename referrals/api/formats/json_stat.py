"""Cells as a JSON-stat 2.0 dataset: a sparse cube of codes, with the value and its bounds as a dimension.

https://json-stat.org/full/ says what each member means.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

from referrals.api.cells import FILTERS, Rows
from referrals.api.formats.tabular import Row, Table
from referrals.api.problems import Problem
from referrals.reference.codelists import DIMENSIONS, TOTAL

MEASURE: Final = "measure"
MEASURES: Final = {"value": "Referrals", "lower": "At least", "upper": "At most"}
UNIT: Final = {"label": "referrals", "decimals": 0}
MOST_PLACES: Final = 20_000
"""The most combinations of codes in one cube."""

Labels = Mapping[str, Mapping[str, str]]


def as_json_stat(
    table: Table, codes: Rows, asked: Mapping[str, Sequence[str]], zeros: Mapping[int, int]
) -> bytes:
    """Return a table of cells as a dataset.

    `codes` are those of the release, in the order of showing. An axis has those that were `asked` for, and where none were
    those that occur. `zeros` says, by how many codes other than the total a listed cell has, how much can stand behind one
    that is not listed, which is 0; where it says nothing, a cell that is not listed has no value. Nor has one without a
    number, and its status says why.

    Raises:
        Problem: there is no cell, or the cube would be too large.
    """
    labels = _labels(table.rows, codes, asked)
    size = [len(labels[axis]) for axis in FILTERS]
    if not prod(size):
        raise Problem(
            "no-cells",
            "There is no such cell, and a JSON-stat dataset holds at least one. Ask for json.",
        )
    if prod(size) > MOST_PLACES:
        detail = f"These codes have {prod(size)} combinations, and a JSON-stat dataset holds {MOST_PLACES}. Choose fewer codes."
        raise Problem("too-many-cells", detail, total=prod(size))
    quarters = {
        one["code"] for one in codes if one["dimension"] == "period" and one["kind"] == "category"
    }
    values, status = _numbers(table.rows, labels, zeros, quarters)
    dataset = {
        "version": "2.0",
        "class": "dataset",
        "label": table.about["release"]["title"],
        "source": table.about["source"]["title"],
        "updated": table.about["release"]["published_on"],
        "note": table.about["notes"],
        "id": [*FILTERS, MEASURE],
        "size": [*size, len(MEASURES)],
        "role": {"time": ["period"], "metric": [MEASURE]},
        "dimension": {
            **{axis: _dimension(axis, labels[axis]) for axis in FILTERS},
            MEASURE: _measure(),
        },
        "value": values,
        "status": status,
        "extension": dict(table.about),
    }
    return json.dumps(dataset, ensure_ascii=False).encode()


def _labels(rows: Sequence[Row], codes: Rows, asked: Mapping[str, Sequence[str]]) -> Labels:
    """Return the codes on each axis with their labels, in the order of showing; none at all where there is no cell."""
    wanted = (
        {axis: set(asked.get(axis, ())) or {row[axis] for row in rows} for axis in FILTERS}
        if rows
        else {}
    )
    labels: dict[str, dict[str, str]] = {axis: {} for axis in FILTERS}
    for one in codes:
        if one["code"] in wanted.get(one["dimension"], ()):
            labels[one["dimension"]][one["code"]] = one["label"]
    return labels


def _numbers(
    rows: Sequence[Row], labels: Labels, zeros: Mapping[int, int], quarters: set[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the numbers and the letters by their place in the cube, of which the last axis, the measure, runs fastest."""
    listed = {tuple(row[axis] for axis in FILTERS): row for row in rows}
    values: dict[str, int] = {}
    status: dict[str, str] = {}
    for place, cell in enumerate(itertools.product(*(labels[axis] for axis in FILTERS))):
        row = listed.get(cell) or _zero(cell, zeros, quarters)
        for start, measure in enumerate(MEASURES, start=place * len(MEASURES)):
            if row.get(measure) is not None:
                values[str(start)] = row[measure]
            if row.get("status"):
                status[str(start)] = row["status"]
    return values, status


def _zero(cell: Sequence[str], zeros: Mapping[int, int], quarters: set[str]) -> Row:
    """Return what a cell is that is not listed: 0 with its bounds, or nothing where such cells are not."""
    period, *codes = cell
    fixed = (period in quarters) + len(DIMENSIONS) - codes.count(TOTAL)
    if fixed not in zeros:
        return {}
    return {"value": 0, "lower": 0, "upper": zeros[fixed], "status": "e" if zeros[fixed] else ""}


def _dimension(axis: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "label": axis.replace("_", " ").capitalize(),
        "category": {"index": list(labels), "label": dict(labels)},
    }


def _measure() -> dict[str, Any]:
    units = dict.fromkeys(MEASURES, UNIT)
    return {
        "label": "Measure",
        "category": {"index": list(MEASURES), "label": dict(MEASURES), "unit": units},
    }
