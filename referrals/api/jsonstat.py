"""Cells as a JSON-stat 2.0 dataset: a sparse cube of the codes that occur, with the value and its bounds as a dimension.

https://json-stat.org/full/ says what each member means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any, Final

from referrals.api.tables import Row, Table
from referrals.codelists import DIMENSIONS

AXES: Final = ("period", *DIMENSIONS)
MEASURE: Final = "measure"
MEASURES: Final = {"value": "Referrals", "lower": "At least", "upper": "At most"}
UNIT: Final = {"label": "referrals", "decimals": 0}


def as_json_stat(table: Table, codes: Iterable[Row]) -> bytes:
    """Return a table of cells as a dataset; `codes` are those of the release, in the order of showing.

    A cell without a number has no value, and its status says why.
    """
    labels = _labels(table.rows, codes)
    size = [*(len(labels[axis]) for axis in AXES), len(MEASURES)]
    places = {axis: {code: place for place, code in enumerate(labels[axis])} for axis in AXES}
    values: dict[str, int] = {}
    status: dict[str, str] = {}
    for row in table.rows:
        start = _offset([places[axis][row[axis]] for axis in AXES], size)
        values |= {str(start + place): row[name] for place, name in enumerate(MEASURES) if row[name] is not None}
        if row["status"]:
            status[str(start)] = row["status"]
    dataset = {
        "version": "2.0",
        "class": "dataset",
        "label": table.about["release"]["title"],
        "source": table.about["source"]["title"],
        "updated": table.about["release"]["published_on"],
        "note": table.about["notes"],
        "id": [*AXES, MEASURE],
        "size": size,
        "role": {"time": ["period"], "metric": [MEASURE]},
        "dimension": {**{axis: _dimension(axis, labels[axis]) for axis in AXES}, MEASURE: _measure()},
        "value": values,
        "status": status,
        "extension": dict(table.about),
    }
    return json.dumps(dataset, ensure_ascii=False).encode()


def _labels(rows: Sequence[Row], codes: Iterable[Row]) -> dict[str, dict[str, str]]:
    """Return the codes that occur on each axis with their labels, in the order of showing."""
    used = {axis: {row[axis] for row in rows} for axis in AXES}
    labels: dict[str, dict[str, str]] = {axis: {} for axis in AXES}
    for one in codes:
        if one["code"] in used[one["dimension"]]:
            labels[one["dimension"]][one["code"]] = one["label"]
    return labels


def _offset(places: Sequence[int], size: Sequence[int]) -> int:
    """Return where the first measure of a cell stands, in row-major order.

    >>> _offset([1, 2], [2, 3, 3])
    15
    """
    return sum(place * prod(size[axis + 1 :]) for axis, place in enumerate(places))


def _dimension(axis: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"label": axis.replace("_", " ").capitalize(), "category": {"index": list(labels), "label": dict(labels)}}


def _measure() -> dict[str, Any]:
    units = dict.fromkeys(MEASURES, UNIT)
    return {"label": "Measure", "category": {"index": list(MEASURES), "label": dict(MEASURES), "unit": units}}
