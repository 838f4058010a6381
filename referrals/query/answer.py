"""A release's answer about one dimension within a selection, for cards, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from referrals.query.observation import NOT_PUBLISHED, Observation
from referrals.query.selection import Selection
from referrals.release.release import Kind


@dataclass(frozen=True)
class Answer:
    """One observation per code of a dimension, in the order of the codelist, and their total.

    `recorded` is the number of referrals with the dimension recorded, None if unknown.
    `unpublished` has the labels of the codes that are published only as part of an aggregate.
    `labels` has those of the selected codes, by dimension; `period` is the label of the period,
    whose code is `period_code`. `is_unreliable` means that the total is so small that its shares
    (status u) are not put into words. `is_comparison` means that a reader chose the codes, so that
    there may be others.
    """

    dimension: str
    selection: Selection
    observations: tuple[Observation, ...]
    total: Observation
    kind: Kind
    recorded: int | None = None
    unpublished: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    period: str = ""
    period_code: str = ""
    is_invented: bool = False
    is_unreliable: bool = False
    is_comparison: bool = False

    @property
    def is_published(self) -> bool:
        """Return whether the release publishes any of the numbers, suppressed ones included."""
        return any(observation.status != NOT_PUBLISHED for observation in self.observations)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The status of the total and of each observation."""
        return (self.total.status, *(observation.status for observation in self.observations))

    @property
    def within(self) -> str:
        """The labels of the selection, '' if nothing was chosen: 'Male; Domestic abuse'."""
        return "; ".join(self.labels.values())

    def observation(self, code: str) -> Observation:
        """Return the observation of a code, which must be one of those shown."""
        return next(observation for observation in self.observations if observation.code == code)
