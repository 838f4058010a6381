"""Cells as a JSON-stat 2.0 dataset (https://json-stat.org/full/): a sparse cube of codes.

The value and its bounds are one more dimension of the cube, the measure.
"""

from __future__ import annotations

import itertools
import json
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod
from typing import Any, Final

from referrals.api.cells import FILTERS, Rows
from referrals.api.formats.tabular import Row, Table
from referrals.api.problems import Problem
from referrals.reference.codelists import DIMENSIONS, TOTAL

MEASURE: Final = "measure"
MEASURES: Final = {"value": "Referrals", "lower": "At least", "upper": "At most"}
UNIT: Final = {"label": "referrals", "decimals": 0}
MAX_COMBINATIONS: Final = 20_000
"""The most combinations of codes in one dataset."""

Labels = Mapping[str, Mapping[str, str]]
"""The codes of each dimension of the cube with their labels, in display order."""


def as_json_stat(
    table: Table,
    codes: Rows,
    filters: Mapping[str, Sequence[str]],
    zero_bounds: Mapping[int, int],
    unavailable: Collection[tuple[str, str, str]] = (),
) -> bytes:
    """Return a table of cells as a dataset.

    A dimension has the codes that the request filters by or, without a filter, those that occur in
    the cells. A cell without a number has no value, and its status gives the reason.

    Args:
        table: the cells.
        codes: every code of the release in display order.
        filters: the codes by which the request filters each dimension.
        zero_bounds: the upper bound of an unlisted cell, which is 0, by the number of its codes
            other than the total. An unlisted cell with another number of such codes has no value.
        unavailable: the periods, dimensions and codes whose cells are not available, and not 0.

    Raises:
        Problem: no cell matches, or the cube would be too large.
    """
    labels = _labels(table.rows, codes, filters)
    size = [len(labels[dimension]) for dimension in FILTERS]
    _check_size(prod(size))
    quarters = {
        row["code"] for row in codes if row["dimension"] == "period" and row["kind"] == "category"
    }
    codes_of = operator.itemgetter(*FILTERS)
    listed = {codes_of(row): row for row in table.rows}

    def cell(combination: tuple[str, ...]) -> Row:
        return (
            listed.get(combination)
            or _unavailable(combination, unavailable)
            or _unlisted(combination, zero_bounds, quarters)
        )

    values, status = _values(labels, cell)
    dataset = {
        "version": "2.0",
        "class": "dataset",
        "label": table.header["release"]["title"],
        "source": table.header["source"]["title"],
        "updated": table.header["release"]["published_on"],
        "note": table.header["notes"],
        "id": [*FILTERS, MEASURE],
        "size": [*size, len(MEASURES)],
        "role": {"time": ["period"], "metric": [MEASURE]},
        "dimension": {
            **{name: _dimension(name, labels[name]) for name in FILTERS},
            MEASURE: _measure(),
        },
        "value": values,
        "status": status,
        "extension": dict(table.header),
    }
    return json.dumps(dataset, ensure_ascii=False).encode()


def _check_size(combinations: int) -> None:
    """Refuse a cube without a cell, or with more than one answer holds."""
    if not combinations:
        raise Problem(
            "no-cells",
            "No cell matches, and a JSON-stat dataset holds at least one. Use format=json.",
        )
    if combinations > MAX_COMBINATIONS:
        detail = (
            f"These codes have {combinations} combinations, and a JSON-stat dataset holds "
            f"{MAX_COMBINATIONS}. Filter by fewer codes."
        )
        raise Problem("too-many-cells", detail, total=combinations)


def _labels(rows: Sequence[Row], codes: Rows, filters: Mapping[str, Sequence[str]]) -> Labels:
    """Return the codes of each dimension with their labels; none if no cell matches."""
    labels: dict[str, dict[str, str]] = {dimension: {} for dimension in FILTERS}
    if not rows:
        return labels
    wanted = {}
    for dimension in FILTERS:
        occurring = {row[dimension] for row in rows}
        wanted[dimension] = set(filters.get(dimension, ())) or occurring
    for code in codes:
        if code["code"] in wanted.get(code["dimension"], ()):
            labels[code["dimension"]][code["code"]] = code["label"]
    return labels


def _values(
    labels: Labels, row_of: Callable[[tuple[str, ...]], Row]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return values and statuses by index in the cube, whose last dimension varies fastest."""
    combinations = itertools.product(*(labels[dimension] for dimension in FILTERS))
    values: dict[str, int] = {}
    status: dict[str, str] = {}
    for position, combination in enumerate(combinations):
        row = row_of(combination)
        for index, measure in enumerate(MEASURES, start=position * len(MEASURES)):
            if row.get(measure) is not None:
                values[str(index)] = row[measure]
            if row.get("status"):
                status[str(index)] = row["status"]
    return values, status


def _unavailable(combination: Sequence[str], unavailable: Collection[tuple[str, str, str]]) -> Row:
    """Return the row of a cell with a code that its period does not have, or an empty row."""
    period, *codes = combination
    keys = {(period, name, code) for name, code in zip(DIMENSIONS, codes, strict=True)}
    return {} if keys.isdisjoint(unavailable) else {"status": "x"}


def _unlisted(
    combination: Sequence[str], zero_bounds: Mapping[int, int], quarters: Collection[str]
) -> Row:
    """Return an unlisted cell: 0 with its bounds, or an empty row if it may not be 0."""
    period, *codes = combination
    fixed = (period in quarters) + len(DIMENSIONS) - codes.count(TOTAL)
    if fixed not in zero_bounds:
        return {}
    upper = zero_bounds[fixed]
    return {"value": 0, "lower": 0, "upper": upper, "status": "e" if upper else ""}


def _dimension(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "label": name.replace("_", " ").capitalize(),
        "category": {"index": list(labels), "label": dict(labels)},
    }


def _measure() -> dict[str, Any]:
    units = dict.fromkeys(MEASURES, UNIT)
    return {
        "label": "Measure",
        "category": {"index": list(MEASURES), "label": dict(MEASURES), "unit": units},
    }
