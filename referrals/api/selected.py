"""The part of a table that a request selects: in words, as a file name and as a query.

A saved answer must say that it is a part: its file name and its notes do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from referrals.api.request import FORMAT, Request

MAX_NAMED_CODES: Final = 3
"""More codes of one parameter are counted in a file name, rather than listed."""


@dataclass(frozen=True)
class Part:
    """The rows of an answer: `total` rows match, and it has `returned` of them after `offset`."""

    total: int
    returned: int
    offset: int = 0

    @property
    def is_whole(self) -> bool:
        """Return whether the answer has every row that matches."""
        return self.returned == self.total


def in_words(request: Request, part: Part) -> str:
    """Return the selection of an answer as a sentence, '' if it has the whole table."""
    chosen = ", ".join(f"{name}={' or '.join(codes)}" for name, codes in request.codes.items())
    if part.is_whole and not chosen:
        return ""
    if part.is_whole:
        return f"A part of the table: the {part.total} rows that match {chosen}."
    matching = f"{part.total} that match {chosen}" if chosen else str(part.total)
    first, last = part.offset + 1, part.offset + part.returned
    return f"A part of the table: rows {first} to {last} of {matching}."


def file_name(request: Request, stem: str, part: Part) -> str:
    """Return a file name without its ending: the table's, then the selection.

    Such as 'victim-referrals-2020-21-cells-sex-F-crime_type-DA-rows-1-to-5'.
    """
    names = [stem, *(_name(name, codes) for name, codes in request.codes.items())]
    if not part.is_whole:
        names.append(f"rows-{part.offset + 1}-to-{part.offset + part.returned}")
    return "-".join(names)


def query(request: Request, file_format: str, **numbers: int) -> str:
    """Return the address of a request in another format, with other numbers.

    The format comes last, so that the metadata of a CSV file are also at the default address of the
    standard (CSV on the Web, 5.2): that of the file followed by `-metadata.json`.
    """
    parameters: Mapping[str, Sequence[object]] = {
        **request.codes,
        **{flag: ["true"] for flag in sorted(request.flags)},
        **{name: [number] for name, number in (numbers or request.numbers).items()},
        FORMAT: [file_format],
    }
    return f"{request.path}?{urlencode(parameters, doseq=True)}"


def _name(name: str, codes: Sequence[str]) -> str:
    listed = "+".join(codes) if len(codes) <= MAX_NAMED_CODES else f"{len(codes)}-codes"
    return re.sub(r"[^A-Za-z0-9+._-]", "-", f"{name}-{listed}")
