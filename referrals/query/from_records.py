"""The queries that a rounded and a suppressed release, both built from records, have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from referrals.query import crosstab
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab, Record
from referrals.query.labels import labels, of_selection
from referrals.query.observation import Observation
from referrals.query.selection import PERIOD, Offer, Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Release


@dataclass(frozen=True)
class FromRecords(ABC):
    """A release built from records, queried through `kinds.ReleaseKind`.

    Each kind has a statement of its own, with `thresholds` as parameters. Shares of a total of
    fewer than `reliable_from` referrals are marked as unreliable.
    """

    release: Release

    statement: ClassVar[str]
    thresholds: ClassVar[Mapping[str, int]] = MappingProxyType({})
    reliable_from: ClassVar[int] = 0

    @abstractmethod
    def with_share(self, observation: Observation, total: Observation) -> Observation:
        """Return an observation with its share of a total, if it can have one."""

    def filters(self, dimension: str) -> Offer:
        """Return every period, the release's own first, and every code of each other dimension.

        Aggregates are filters only among periods (years), and totals never.
        """
        offer: dict[str, list[str]] = {
            name: [] for name in (PERIOD, *DIMENSIONS) if name != dimension
        }
        for row in self.release.rows("query/codes"):
            name, code = row["dimension"], row["code"]
            is_aggregate = row["kind"] == "aggregate" and name != PERIOD
            if name in offer and code != TOTAL and not is_aggregate:
                offer[name].append(code)
        offer[PERIOD].sort(key=lambda code: code != self.release.about.period)
        return offer

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the numbers of a dimension within a selection, with their shares of the total."""
        return self.crosstab(dimension, ONE_COLUMN, selection).whole

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the numbers of two dimensions within a selection and its period."""
        about, code_labels = self.release.about, labels(self.release)
        period = selection.period or about.period

        def answer(records: Sequence[Record], within: Selection) -> Answer:
            observations = [crosstab.observation(record) for record in records]
            total = next(observation for observation in observations if observation.code == TOTAL)
            return Answer(
                rows,
                within,
                tuple(
                    self.with_share(observation, total)
                    for observation in observations
                    if observation.code != TOTAL
                ),
                total,
                about.kind,
                labels=of_selection(within, code_labels),
                period=code_labels[PERIOD, period],
                is_invented=about.is_invented,
                is_unreliable=total.value is not None and total.value < self.reliable_from,
            )

        return crosstab.read(
            self.release,
            self.statement,
            (rows, columns),
            selection,
            answer,
            period=period,
            **self.thresholds,
        )

    def quarters(self, selection: Selection) -> tuple[Observation, ...]:
        """Return every quarter within a selection, oldest first."""
        records = self.by_period(selection.codes())
        observations = [crosstab.observation(record) for record in records]
        return tuple(observation for observation in observations if observation.kind == "category")

    def by_period(self, codes: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the record of one code of each dimension in every period, oldest first."""
        return self.release.rows(
            self.statement,
            {
                "rows": PERIOD,
                "columns": ONE_COLUMN,
                "period": self.release.about.period,
                **codes,
                **self.thresholds,
            },
        )
