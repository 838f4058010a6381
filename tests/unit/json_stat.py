"""A reader of JSON-stat 2.0, written from its description (https://json-stat.org/full/) and not from what writes it here."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any


def read(dataset: Mapping[str, Any]) -> dict[tuple[str, ...], tuple[int | None, str]]:
    """Return the value (None where there is none) and the status ('' likewise) of every combination of categories.

    Numbers stand in row-major order: the categories of the last dimension change fastest. `value` and `status` are lists, or
    objects that leave out what is missing; `category.index` is a list, or an object with the place of each category.
    """
    assert (dataset["version"], dataset["class"]) == ("2.0", "dataset")
    axes = [_categories(dataset["dimension"][name]["category"]) for name in dataset["id"]]
    assert dataset["size"] == [len(one) for one in axes]
    cells = list(itertools.product(*axes))
    assert cells
    assert _places(dataset["value"]) | _places(dataset["status"]) <= set(range(len(cells)))
    return {cell: (_at(dataset["value"], place, None), _at(dataset["status"], place, "")) for place, cell in enumerate(cells)}


def _categories(category: Mapping[str, Any]) -> Sequence[str]:
    index = category["index"]
    ordered: list[str] = sorted(index, key=lambda name: index[name]) if isinstance(index, Mapping) else index
    assert set(category["label"]) == set(ordered)
    return ordered


def _places(numbers: Mapping[str, Any] | Sequence[Any]) -> set[int]:
    return set(map(int, numbers)) if isinstance(numbers, Mapping) else set(range(len(numbers)))


def _at(numbers: Mapping[str, Any] | Sequence[Any], place: int, missing: Any) -> Any:
    return numbers.get(str(place), missing) if isinstance(numbers, Mapping) else numbers[place]
