"""The queries of a release with every label in the current language.

The labels of a release are English. Cards query releases through this module, so that no other
module of the cards has to translate labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from referrals.i18n import code_labels
from referrals.language import is_english
from referrals.query import kinds
from referrals.query import labels as query_labels
from referrals.query.answer import Answer
from referrals.query.crosstab import Crosstab
from referrals.query.kinds import ReleaseKind
from referrals.query.labels import Labels
from referrals.query.observation import Observation
from referrals.query.selection import PERIOD, Offer, Selection
from referrals.release.release import Release


@dataclass(frozen=True)
class Labelled:
    """The queries that cards need: the answers of the release, with translated labels."""

    kind: ReleaseKind

    def filters(self, dimension: str) -> Offer:
        """Return the codes by which a dimension can be filtered."""
        return self.kind.filters(dimension)

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the numbers of a dimension within a selection."""
        return _answer(self.kind.answer(dimension, selection))

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the numbers of one dimension within each code of another."""
        found = self.kind.crosstab(rows, columns, selection)
        columns_of = {code: _answer(answer) for code, answer in found.by_column.items()}
        return replace(found, whole=_answer(found.whole), by_column=columns_of)

    def quarters(self, selection: Selection) -> tuple[Observation, ...]:
        """Return any quarters within a selection."""
        return tuple(_observation(PERIOD, row) for row in self.kind.quarters(selection))


def of(release: Release) -> Labelled:
    """Return the queries of a release."""
    return Labelled(kinds.of(release))


def labels(release: Release) -> Labels:
    """Return the label of every code of a release."""
    found = query_labels.labels(release)
    return {
        (dimension, code): code_labels.label(dimension, code, label)
        for (dimension, code), label in found.items()
    }


def _answer(answer: Answer) -> Answer:
    if is_english():
        return answer
    name = answer.dimension
    return replace(
        answer,
        observations=tuple(_observation(name, row) for row in answer.observations),
        total=_observation(name, answer.total),
        unpublished=tuple(code_labels.label(name, "", label) for label in answer.unpublished),
        labels=_of_selection(answer),
        period=code_labels.period(answer.period),
    )


def _of_selection(answer: Answer) -> Mapping[str, str]:
    return {
        dimension: code_labels.label(dimension, answer.selection.code(dimension), label)
        for dimension, label in answer.labels.items()
    }


def _observation(dimension: str, row: Observation) -> Observation:
    if is_english():
        return row
    return replace(row, label=code_labels.label(dimension, row.code, row.label))
