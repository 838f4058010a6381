"""A transcribed release: printed counts, ranges that follow from them, and unpublished numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from referrals.query import crosstab
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab, Record
from referrals.query.labels import labels, of_selection
from referrals.query.observation import NOT_PUBLISHED, Observation, Share
from referrals.query.selection import PERIOD, Offer, Selection
from referrals.query.tables import cube, joint_bounds
from referrals.query.tables.cube import Cube
from referrals.reference.codelists import DIMENSIONS, NOT_RECORDED, TOTAL
from referrals.release.release import Release


@dataclass(frozen=True)
class Transcribed:
    """A transcribed release, queried through `kinds.ReleaseKind`."""

    release: Release

    def filters(self, dimension: str) -> Offer:
        """Return the codes of other dimensions by which the source also splits a dimension."""
        offer: dict[str, list[str]] = {}
        for row in self.release.rows("query/available_filters", {"dimension": dimension}):
            offer.setdefault(row["dimension"], []).append(row["code"])
        return offer

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the counts and ranges of a dimension within a selection, with their shares."""
        return self.crosstab(dimension, ONE_COLUMN, selection).whole

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the counts and ranges of one dimension within each code of another.

        The columns can differ in their rows: an aggregate is shown only in a column that lacks one
        of its members.
        """
        about, code_labels = self.release.about, labels(self.release)

        def answer(records: Sequence[Record], within: Selection) -> Answer:
            observations = [_observation(record) for record in records]
            total = next(observation for observation in observations if observation.code == TOTAL)
            members = {record["code"]: tuple(record["members"].split()) for record in records}
            shown, unpublished = _shown(observations, members)
            recorded = _recorded(observations)
            return Answer(
                rows,
                within,
                tuple(
                    replace(observation, share=_share(observation, total, shown, recorded))
                    for observation in shown
                ),
                total,
                about.kind,
                recorded=recorded,
                unpublished=unpublished,
                labels=of_selection(within, code_labels),
                period=about.period_label,
                period_code=about.period,
                is_invented=about.is_invented,
            )

        return crosstab.read(
            self.release,
            crosstab.LISTED,
            (rows, columns),
            selection,
            answer,
            period=about.period,
        )

    def quarters(self, _: Selection) -> tuple[Observation, ...]:
        """Return no quarters: the source covers one year."""
        return ()

    def every_filter(self) -> Offer:
        """Return every code of each dimension, published or not, and no period."""
        listed = cube.codes(self.release)
        offer: dict[str, Sequence[str]] = {PERIOD: []}
        for name in DIMENSIONS:
            offer[name] = [code.code for code in listed.get(name, ()) if code.code != TOTAL]
        return offer

    def cube(self, axes: Sequence[str], selection: Selection) -> Cube:
        """Return the count or the range of every combination of codes, published or not.

        Ranges are not narrowed by one another: the printed numbers do not all agree.
        """
        within = selection.choosing(PERIOD, self.release.about.period)
        found = cube.read(self.release, "query/transcribed_cube", axes, within)
        observations = {
            key: replace(each, is_range=each.lower != each.upper)
            for key, each in found.observations.items()
        }
        return cube.without_unused(replace(found, observations=observations))

    def sums(self, _codes: Mapping[str, str]) -> Mapping[str, Record]:
        """Return no sums: the source decides what is published."""
        return {}

    def unlisted_bounds(self) -> Mapping[int, int]:
        """Return no bounds: a cell that is not listed is not known to be 0."""
        return {}


def _observation(record: Record) -> Observation:
    """Return the observation in a row of the statement: a range, unless its bounds are equal."""
    observation = crosstab.observation(record)
    return replace(observation, is_range=observation.lower != observation.upper)


def _shown(
    observations: Sequence[Observation], members: Mapping[str, Sequence[str]]
) -> tuple[list[Observation], tuple[str, ...]]:
    """Return the observations to show, and the labels of those that an aggregate replaces.

    An aggregate is shown if one of its members is not published, and replaces all such members.
    """
    published = {
        observation.code for observation in observations if observation.status != NOT_PUBLISHED
    }
    missing = {code: set(members[code]) - published for code in published}
    aggregates = {code for code in published if missing[code]}
    hidden = {member for code in aggregates for member in missing[code]}
    parts = [
        _marked(observation, aggregates, members)
        for observation in observations
        if observation.code != TOTAL
    ]
    shown = [
        observation
        for observation in parts
        if observation.code in aggregates
        or (observation.kind != "aggregate" and observation.code not in hidden)
    ]
    return shown, tuple(observation.label for observation in parts if observation.code in hidden)


def _marked(
    observation: Observation, aggregates: set[str], members: Mapping[str, Sequence[str]]
) -> Observation:
    """Return an observation, marked if it is part of another aggregate that is shown."""
    own = set(members[observation.code])
    is_part = bool(own) and any(own < set(members[code]) for code in aggregates)
    return replace(observation, is_part=is_part)


def _recorded(observations: Sequence[Observation]) -> int | None:
    """Return the number with the dimension recorded, None if any of its counts is missing."""
    counts = [observation.value for observation in observations if observation.kind == "category"]
    is_known = any(
        observation.code == NOT_RECORDED and observation.has_number for observation in observations
    )
    exact = [count for count in counts if count is not None]
    return sum(exact) if is_known and len(exact) == len(counts) else None


def _share(
    observation: Observation,
    total: Observation,
    shown: Sequence[Observation],
    recorded: int | None,
) -> Share | None:
    """Return the range of an observation's share of the total, and its share of those recorded.

    Any number of those not recorded could belong to a category: the range runs from none of them to
    all of them.
    """
    if not observation.has_number or not total.has_number:
        return None
    lower, upper = observation.bounds
    if recorded is not None and observation.code != NOT_RECORDED and observation.value is not None:
        unknown = max(other.bounds[1] for other in shown if other.code == NOT_RECORDED)
        everyone = recorded + unknown
        low, high = joint_bounds.share_of_totals((lower, upper + unknown), (everyone, everyone))
        of_recorded = Fraction(observation.value, recorded) if recorded else None
        return Share(lower=low, upper=high, of_recorded=of_recorded)
    totals = _matching_totals(observation, total, shown)
    low, high = joint_bounds.share_of_totals((lower, upper), totals)
    return Share(lower=low, upper=min(high, Fraction(1)))


def _matching_totals(
    observation: Observation, total: Observation, shown: Sequence[Observation]
) -> tuple[int, int]:
    """Return the totals that go with the least and with the most that an observation can be.

    A part and its total move together: the most "not recorded" goes with the largest total, not the
    smallest. If other parts are missing, this is unknown, and the opposite bounds of the total
    are used.
    """
    lower, upper = observation.bounds
    least, most = total.bounds
    is_missing = any(not other.has_number and other.code != NOT_RECORDED for other in shown)
    if is_missing or least == most:
        return most, least
    others = [
        other.bounds for other in shown if other.code != observation.code and other.has_number
    ]
    return joint_bounds.matching_totals((lower, upper), (least, most), others)
