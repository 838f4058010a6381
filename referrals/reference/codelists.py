"""The dimensions of every count and the codes each can take, read from `data/reference`.

Codes are stable for ever and stand in addresses, files and queries; labels are what readers see and may be translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.reference import table_schema

DIMENSIONS: Final = ("nationality", "age_band", "sex", "crime_type", "outcome")
"""The dimensions of a cell, in the order in which files and queries list them."""

FINEST: Final = ("quarter", *DIMENSIONS)
"""The dimensions of the finest cells within a year, in the order of their codes."""

TOTAL: Final = "_T"
NOT_RECORDED: Final = "_NK"


@dataclass(frozen=True)
class Code:
    """One entry of a codelist. `members` are the codes that an aggregate adds up, and empty for every other kind."""

    code: str
    label: str
    kind: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Codelist:
    """The codes of one dimension, in the order in which they are always shown."""

    dimension: str
    codes: Mapping[str, Code]

    def label(self, code: str) -> str:
        """Return the label of a code. Raises DataError for a code that is not in the list."""
        if code not in self.codes:
            raise DataError(
                f"'{code}' is not a code of {self.dimension}. Codes: {', '.join(self.codes)}."
            )
        return self.codes[code].label

    def parts(self, code: str, partition: Iterable[str]) -> frozenset[str]:
        """Return which codes of `partition` a code adds up: all for the total, the members of an aggregate, or itself.

        Raises DataError for a code that is not in the list.

        >>> sorted(codelist("age_band").parts("20-39", ["0-17", "20-29", "30-39"]))
        ['20-29', '30-39']
        """
        self.label(code)
        if code == TOTAL:
            return frozenset(partition)
        members = self.codes[code].members or (code,)
        return frozenset(members) & frozenset(partition)


@cache
def codelist(dimension: str) -> Codelist:
    """Return the codelist of a dimension.

    Raises:
        DataError: the file breaks its schema, or an aggregate names a member that is not in the list.
    """
    rows = table_schema.read(REFERENCE / f"{dimension}.csv")
    codes = {
        row["code"]: Code(row["code"], row["label"], row["kind"], tuple(row["members"].split()))
        for row in rows
    }
    for code in codes.values():
        if unknown := [member for member in code.members if member not in codes]:
            raise DataError(
                f"{dimension}.csv: '{code.code}' adds up codes that are not listed: {', '.join(unknown)}."
            )
    return Codelist(dimension, codes)
