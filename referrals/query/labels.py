"""The labels of a release's codes."""

from __future__ import annotations

from collections.abc import Mapping

from referrals.query.selection import Selection
from referrals.release.release import Release

Labels = Mapping[tuple[str, str], str]
"""The label of each code, by dimension and code."""


def labels(release: Release) -> Labels:
    """Return the label of every code of a release."""
    return {(row["dimension"], row["code"]): row["label"] for row in release.rows("query/codes")}


def of_selection(selection: Selection, code_labels: Labels) -> dict[str, str]:
    """Return the label of each code that a selection has chosen, by dimension."""
    return {
        dimension: code_labels[dimension, code] for dimension, code in selection.chosen().items()
    }
