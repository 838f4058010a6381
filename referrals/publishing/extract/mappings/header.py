"""The header of an extract that is read through a mapping: where each column of ours is.

`mapped_lines` calls it with the first row. Messages name columns of the mapping, and those of the
extract only if all that the mapping names were found: otherwise the row may be a record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from referrals.errors import ExtractError
from referrals.publishing.extract.columns import COLUMNS
from referrals.publishing.extract.formats import file_format
from referrals.publishing.extract.formats.file_format import normal_name
from referrals.publishing.extract.mappings.mapping import EACH_LINE, Mapping

_POSITION: Final = re.compile(r"#([1-9][0-9]{0,3})")
"""A column named by its number, from 1, because it has no name or shares it."""


@dataclass(frozen=True)
class Header:
    """The columns of an extract: their number, and the numbers from 0 of those that make ours.

    `unnamed` are columns without a name that the mapping does not name: no line may have a value
    in them. `ignored` is the number of columns that are not read.
    """

    width: int
    places: Dictionary[str, tuple[int, ...]]
    unnamed: tuple[int, ...]
    ignored: int


def find(cells: Sequence[str], mapping: Mapping, *, name: str, number: int) -> Header:
    """Return where the columns of an extract are.

    Args:
        cells: the first row.
        mapping: the mapping, or that of our own layout.
        name: the name of the extract.
        number: the number of the row.

    Raises:
        ExtractError: a column that the mapping names is missing or there twice, or the mapping does
            not mention one of the extract.
    """
    place = f"{name} line {number}"
    names = [normal_name(cell) for cell in cells]
    columns: dict[str, tuple[str, ...]] = dict(mapping.columns)
    if mapping.is_own_layout:
        names = [cell.casefold() for cell in names]
        file_format.refuse_header(names, place, name)
        columns = {ours: (ours,) for ours in COLUMNS if ours in names}
    if columns["referral_id"] == (EACH_LINE,):
        columns["referral_id"] = ()
    missing = [
        wanted for wanted in (*_names(columns), *mapping.ignored) if not _numbers_of(wanted, names)
    ]
    if missing:
        raise ExtractError(f"{place} has no {_listed(missing)}. {_advice(mapping, names)}")
    places = {ours: _places(wanted, names, place) for ours, wanted in columns.items()}
    ignored = {number for wanted in mapping.ignored for number in _numbers_of(wanted, names)}
    used = {number for numbers in places.values() for number in numbers}
    others = [number for number in range(len(names)) if number not in used | ignored]
    unmentioned = [f'"{names[number]}"' for number in others if names[number]]
    if unmentioned:
        raise ExtractError(
            f"{place}: the mapping does not mention the column"
            f"{'s' if len(unmentioned) > 1 else ''} {', '.join(unmentioned)}. "
            "Name it under [columns], or in its list ignore."
        )
    unnamed = tuple(number for number in others if not names[number])
    return Header(len(names), places, unnamed, len(ignored - used))


def _names(columns: Dictionary[str, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for names in columns.values() for name in names))


def _numbers_of(wanted: str, names: Sequence[str]) -> list[int]:
    """Return the numbers of the columns with a name, or the one that `#5` means."""
    exact = [number for number, name in enumerate(names) if name == normal_name(wanted)]
    if exact:
        return exact
    if match := _POSITION.fullmatch(wanted):
        return [int(match[1]) - 1] if int(match[1]) <= len(names) else []
    folded = normal_name(wanted).casefold()
    return [number for number, name in enumerate(names) if name.casefold() == folded]


def _places(wanted: Sequence[str], names: Sequence[str], place: str) -> tuple[int, ...]:
    return tuple(_only_number(name, names, place) for name in wanted)


def _only_number(wanted: str, names: Sequence[str], place: str) -> int:
    numbers = _numbers_of(wanted, names)
    if len(numbers) > 1:
        positions = " or ".join(f'"#{number + 1}"' for number in numbers)
        raise ExtractError(
            f'{place} has {len(numbers)} columns "{wanted}". '
            f"Write {positions} in the mapping, the number of the one that is meant."
        )
    return numbers[0]


def _listed(missing: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in missing)
    return f"column {quoted}" if len(missing) == 1 else f"columns {quoted}"


def _advice(mapping: Mapping, names: Sequence[str]) -> str:
    counts = Counter(bool(_numbers_of(wanted, names)) for wanted in _names(mapping.columns))
    if counts[True] > counts[False]:
        return "Correct the mapping, or export the extract with it."
    return "State the line of the header as file.header_row in the mapping."
