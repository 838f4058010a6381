"""Citations: the sources other than the assessment, and the marks with which texts cite them.

`data/content/sources.csv` has a row for each quotation that a text relies on. A text cites it as
`[@sbs-2025]`, as in Pandoc, and a reader sees publisher, title and date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from referrals.errors import DataError
from referrals.formatting import day
from referrals.i18n import messages
from referrals.language import in_english
from referrals.paths import CONTENT
from referrals.reference import table_schema

FILE: Final = CONTENT / "sources.csv"
_MARK: Final = re.compile(r"\[(@[\w-]+(?:; @[\w-]+)*)\]")


@dataclass(frozen=True)
class Source:
    """One quotation and where it was read.

    Attributes:
        source_id: the id with which texts cite it; it never changes.
        published_on: an ISO date, month or year; '' if no date was read.
        address: the address to link; '' if there is none to link.
        kind: `original`, `copy` (a copy of the original) or `report` (an account by others).
        confidence: `high`, `medium` or `low`.
        quotation: the words relied on.
    """

    source_id: str
    title: str
    publisher: str
    published_on: str
    address: str
    kind: str
    confidence: str
    quotation: str
    note: str


@cache
def sources() -> Mapping[str, Source]:
    """Return every source by its id.

    Raises:
        DataError: the file is missing or breaks its schema.
    """
    return {row["source_id"]: Source(**row) for row in table_schema.read(FILE)}


def ids_in(text: str) -> list[str]:
    """Return the ids that a text cites, in order, with repetitions.

    >>> ids_in("Two [@a-2021; @b-2022], and one [@a-2021].")
    ['a-2021', 'b-2022', 'a-2021']
    """
    return [each.lstrip("@") for marks in _MARK.findall(text) for each in marks.split("; ")]


def with_citations(text: str, file: str) -> str:
    """Return Markdown with each mark replaced by publisher, title and date.

    Raises:
        DataError: a mark names no source.
    """
    return _MARK.sub(lambda found: _citation(found[1], file), text)


def _citation(marks: str, file: str) -> str:
    cited = "; ".join(_cited(mark.lstrip("@"), file) for mark in marks.split("; "))
    return f"({cited})"


def _cited(source_id: str, file: str) -> str:
    source = sources().get(source_id)
    if source is None:
        raise DataError(
            f"{file} cites [@{source_id}], which data/content/sources.csv does not have. Add a row "
            "for it, or correct the id."
        )
    title = in_english(f"[{source.title}]({source.address})" if source.address else source.title)
    date = day(source.published_on) if source.published_on else messages.text("cited.no_date")
    return messages.text(
        f"cited.{source.kind}", publisher=in_english(source.publisher), title=title, date=date
    )
