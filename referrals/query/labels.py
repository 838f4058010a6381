"""The codes of a release and their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from referrals.caching import cached
from referrals.query.selection import PERIOD, Selection
from referrals.release.files import BY_EDITION
from referrals.release.release import Release

Labels = Mapping[tuple[str, str], str]
"""The label of each code, by dimension and code."""

WHOLE: Final = ""
"""The code of the whole period that a release covers."""


@cached(16, BY_EDITION, has_words=False)
def code_rows(release: Release) -> tuple[Mapping[str, Any], ...]:
    """Return the rows of `sql/query/codes.sql`: each code of a release in display order."""
    return tuple(release.rows("query/codes"))


def labels(release: Release) -> Labels:
    """Return the label of every code of a release."""
    return {(row["dimension"], row["code"]): row["label"] for row in code_rows(release)}


def of_selection(selection: Selection, code_labels: Labels) -> dict[str, str]:
    """Return the label of each code that a selection has chosen, by dimension."""
    return {
        dimension: code_labels[dimension, code] for dimension, code in selection.chosen().items()
    }


def quarters_of(release: Release) -> Mapping[str, tuple[str, ...]]:
    """Return the quarters in each period of a release; those of `WHOLE` are all of them.

    A release without quarters has no periods here.
    """
    members = {
        row["code"]: tuple(row["members"].split())
        for row in code_rows(release)
        if row["dimension"] == PERIOD
    }
    quarters = [code for code, parts in members.items() if not parts]
    every = {code: parts or (code,) for code, parts in members.items()}
    return {**every, WHOLE: tuple(quarters)} if quarters else {}
