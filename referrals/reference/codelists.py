"""The dimensions of a cell and their code lists, read from `data/reference`.

Codes never change: addresses, files and queries hold them. Labels are for readers and can be
translated.
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
"""The dimensions of a cell, in the order of columns in files and queries."""

FINEST: Final = ("quarter", *DIMENSIONS)
"""The dimensions of a finest cell within a year, in the order of columns."""

EXAMPLE_LISTS: Final = frozenset({"nationality"})
"""The dimensions whose codes in the worked example are its own, so that none is taken for real."""

TOTAL: Final = "_T"
NOT_RECORDED: Final = "_NK"
ANY: Final = "_ANY"
"""All codes of a dimension in one group, which a release has if it leaves the dimension out."""
OTHERS: Final = ("_OTH", "OTH")
"""The beginnings of the codes of all other groups together: `_OTH`, `_OTH_EUR`, `OTH`."""


def is_other(code: str) -> bool:
    """Return whether a code stands for all other groups together.

    >>> is_other("_OTH_EUR"), is_other("VNM")
    (True, False)
    """
    return code.startswith(OTHERS)


@dataclass(frozen=True)
class Code:
    """One entry of a code list. `members` are the codes that an aggregate adds up, else empty."""

    code: str
    label: str
    kind: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Codelist:
    """The codes of one dimension, in display order."""

    dimension: str
    codes: Mapping[str, Code]

    def label(self, code: str) -> str:
        """Return the label of a code.

        Raises:
            DataError: the code is not in the list.
        """
        if code not in self.codes:
            raise DataError(
                f"'{code}' is not a code of {self.dimension}. Codes: {', '.join(self.codes)}."
            )
        return self.codes[code].label

    def parts(self, code: str, partition: Iterable[str]) -> frozenset[str]:
        """Return the codes of `partition` that a code covers.

        They are all of them for the total, the members of an aggregate, and the code itself
        otherwise.

        >>> sorted(codelist("age_band").parts("20-39", ["0-17", "20-29", "30-39"]))
        ['20-29', '30-39']

        Raises:
            DataError: the code is not in the list.
        """
        self.label(code)
        if code == TOTAL:
            return frozenset(partition)
        members = self.codes[code].members or (code,)
        return frozenset(members) & frozenset(partition)


@cache
def codelist(dimension: str, *, is_example: bool = False) -> Codelist:
    """Return the code list of a dimension, or that of the worked example if it has its own.

    Raises:
        DataError: the file breaks its schema, or an aggregate has a member that is not in the list.
    """
    has_own = is_example and dimension in EXAMPLE_LISTS
    name = f"example_{dimension}" if has_own else dimension
    rows = table_schema.read(REFERENCE / f"{name}.csv")
    codes = {
        row["code"]: Code(row["code"], row["label"], row["kind"], tuple(row["members"].split()))
        for row in rows
    }
    for code in codes.values():
        if unknown := [member for member in code.members if member not in codes]:
            raise DataError(
                f"{name}.csv: '{code.code}' adds up codes that are not listed: "
                f"{', '.join(unknown)}."
            )
    return Codelist(dimension, codes)
