"""The queries that a rounded and a suppressed release, both built from records, have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from referrals.query import crosstab
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab, Record
from referrals.query.labels import code_rows, labels, of_selection
from referrals.query.observation import Observation
from referrals.query.selection import PERIOD, Offer, Selection
from referrals.query.tables import joint_bounds
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
    def with_shares(
        self, parts: Sequence[Observation], total: Observation, dimension: str
    ) -> Sequence[Observation]:
        """Return the parts of a total with their shares of it, if they can have one."""

    def adds_up(self, dimension: str) -> bool:  # noqa: ARG002 - for some kinds it depends on it
        """Return whether the codes of a dimension add up to its total in the records.

        If so, the bounds of parts and total are narrowed together.
        """
        return False

    def within_ceilings(
        self,
        records: Sequence[Record],
        dimension: str,  # noqa: ARG002 - only some kinds have ceilings
        codes: Mapping[str, str],  # noqa: ARG002
    ) -> Sequence[Record]:
        """Return records with upper bounds within the totals that each is part of.

        `codes` has the period and the code of each dimension. Each record has its own code of
        `dimension`, in place of the one in `codes`.
        """
        return records

    def filters(self, dimension: str) -> Offer:
        """Return every period, the latest year first, and every code of each other dimension.

        Aggregates are filters only among periods (years), and totals never.
        """
        offer: dict[str, list[str]] = {PERIOD: periods(self.release)}
        offer |= {name: [] for name in DIMENSIONS if name != dimension}
        for row in code_rows(self.release):
            name, code = row["dimension"], row["code"]
            if name in offer and name != PERIOD and code != TOTAL and row["kind"] != "aggregate":
                offer[name].append(code)
        return offer

    def every_filter(self) -> Offer:
        """Return every period, and every code of each dimension."""
        return self.filters("")

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the numbers of a dimension within a selection, with their shares of the total."""
        return self.crosstab(dimension, ONE_COLUMN, selection).whole

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the numbers of two dimensions within a selection and its period."""
        about, code_labels = self.release.about, labels(self.release)
        period = selection.period or periods(self.release)[0]

        def answer(records: Sequence[Record], within: Selection) -> Answer:
            codes = {**within.codes(), PERIOD: period}
            bounded = self.within_ceilings(records, rows, codes)
            observations = [crosstab.observation(record) for record in bounded]
            total = next(observation for observation in observations if observation.code == TOTAL)
            parts = tuple(row for row in observations if row.code != TOTAL)
            if self.adds_up(rows):
                # A code that the period does not have is in a group, and adds nothing.
                present = [part for part in parts if part.has_number]
                narrowed, total = joint_bounds.within_total(present, total)
                by_code = {part.code: part for part in narrowed}
                parts = tuple(by_code.get(part.code, part) for part in parts)
            return Answer(
                rows,
                within,
                tuple(self.with_shares(parts, total, rows)),
                total,
                about.kind,
                labels=of_selection(within, code_labels),
                period=code_labels[PERIOD, period],
                period_code=period,
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

    def by_period(self, codes: Mapping[str, str]) -> Sequence[Record]:
        """Return the record of one code of each dimension in every period, oldest first."""
        records = self.release.rows(
            self.statement,
            {
                "rows": PERIOD,
                "columns": ONE_COLUMN,
                "period": self.release.about.period,
                **codes,
                **self.thresholds,
            },
        )
        return self.within_ceilings(records, PERIOD, codes)


def periods(release: Release) -> list[str]:
    """Return every period: the years, then the quarters, each the latest first."""
    rows = [row for row in code_rows(release) if row["dimension"] == PERIOD]
    latest_first = [(row["kind"], row["code"]) for row in reversed(rows) if row["code"] != TOTAL]
    years = [code for kind, code in latest_first if kind == "aggregate"]
    return years + [code for kind, code in latest_first if kind != "aggregate"]
