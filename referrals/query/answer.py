"""Ask a release what a reader wants to know: a selection in, an answer with its frame of observations out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from referrals.formatting import count, span
from referrals.query.selection import PERIOD, Offer, Selection
from referrals.reference.codelists import DIMENSIONS, NOT_RECORDED, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    SMALLEST_SHARE_BASE,
)
from referrals.release.release import About, Release

NOT_PUBLISHED: Final = "not published"
WITHHELD: Final = "withheld"
ABSENT: Final[Mapping[str, str]] = {"x": NOT_PUBLISHED, "c": WITHHELD}
"""What stands in place of a number, by its status."""

DIMENSION_NAMES: Final[Mapping[str, str]] = {
    "nationality": "nationality",
    "age_band": "age",
    "sex": "sex",
    "crime_type": "crime type",
    "outcome": "outcome",
    "period": "period",
}
"""What readers call a dimension, in the middle of a sentence."""


@dataclass(frozen=True)
class Answer:
    """What a release says of one dimension within a selection.

    `rows` has one row per code to show, in the codelist's order, with the columns `code`, `label`, `kind`, `value`
    (referrals, or missing), `lower`, `upper` (referrals), `status`, `open_ended`, `working`, `statement_ids`, `shown`
    (the count in words), `share_lower` and `share_upper` (of one; missing where there is no count), and `of_recorded`
    (share of those recorded, where the dimension has a not-recorded row). `unpublished` labels what is not there, `period`
    is the period in words, and `is_additive` says that each number is a sum of protected cells, `lower` and `upper` being
    what it could be before protection. `is_tabled` says that it is from exact tables, in which cells can be withheld.
    """

    dimension: str
    selection: Selection
    rows: pd.DataFrame
    total: Mapping[str, Any]
    recorded: int | None
    unpublished: tuple[str, ...]
    labels: Mapping[str, str]
    period: str = ""
    is_additive: bool = False
    is_tabled: bool = False
    is_illustrative: bool = False

    @property
    def is_published(self) -> bool:
        """Whether there is anything to show."""
        return bool((self.rows["status"] != "x").any())

    @property
    def is_few(self) -> bool:
        """Whether the total is too small for shares and ranks."""
        return self.is_additive and bool(self.total["value"] < SMALLEST_SHARE_BASE)

    @property
    def within(self) -> str:
        """The selection in words, '' where nothing was chosen: 'male; domestic abuse'."""
        return "; ".join(self.labels.values())


def answer(release: Release, dimension: str, selection: Selection) -> Answer:
    """Return what a release says of a dimension within a selection. The dimension's own choice is left out of it."""
    asked = selection.choosing(dimension, TOTAL)
    if release.about.additive or release.about.is_tabled:
        return _of_records(release, dimension, asked)
    records = release.rows(
        "query/transcribed_observations", {"dimension": dimension, **asked.codes()}
    )
    total = next(record for record in records if record["code"] == TOTAL)
    shown, unpublished = _visible(records)
    recorded = _recorded(records)
    rows = pd.DataFrame(
        [record | _words(record) | _shares(record, total, records, recorded) for record in shown]
    )
    return Answer(
        dimension,
        asked,
        rows,
        total,
        recorded,
        unpublished,
        _labels(release, asked),
        release.about.period_label,
    )


def quarters(release: Release, selection: Selection) -> pd.DataFrame:
    """Return every quarter of a release made of records within a selection, whose own period is left out, in the order of time.

    One row per quarter, with the columns `code`, `label`, `value`, `lower`, `upper` (referrals), `status` and `shown`.
    """
    rows = _rows(release, PERIOD, selection)
    return pd.DataFrame([row | {"shown": _shown(row)} for row in rows if row["kind"] == "category"])


def offer(release: Release, dimension: str) -> Offer:
    """Return the codes of other dimensions by which a release breaks a dimension down; of one made of records, also periods."""
    if release.about.additive or release.about.is_tabled:
        return _every_code(release, dimension)
    offered: dict[str, list[str]] = {}
    for row in release.rows("query/available_filters", {"dimension": dimension}):
        offered.setdefault(row["dimension"], []).append(row["code"])
    return offered


def labels(release: Release) -> Mapping[tuple[str, str], str]:
    """Return the label of every code that a release holds, keyed by dimension and code."""
    return {(row["dimension"], row["code"]): row["label"] for row in release.rows("query/codes")}


def figures(release: Release) -> Mapping[str, str]:
    """Return what each `{name}` in a page's text stands for: statements and cells of the release."""
    return {row["name"]: row["figure"] for row in release.rows("query/text_figures")}


def statements(release: Release, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return published statements with their sources, in the order asked for."""
    return release.rows("query/statements", {"ids": list(ids)}) if ids else []


def context(release: Release, series_id: str) -> tuple[Mapping[str, Any], pd.DataFrame]:
    """Return a context series and its observations, oldest first: one row per period, category, scope and vintage."""
    series = release.rows("query/context_series", {"series_id": series_id})[0]
    return series, pd.DataFrame(
        release.rows("query/context_observations", {"series_id": series_id})
    )


def _of_records(release: Release, dimension: str, asked: Selection) -> Answer:
    """Return the answer of a release made of records, with shares of the published total.

    An additive one sums its finest cells; one of tables has a number, or says that it is withheld or not published.
    """
    records = _rows(release, dimension, asked)
    total = next(record for record in records if record["code"] == TOTAL)
    known = labels(release)
    rows = pd.DataFrame(
        [
            record | _record_words(record, total["value"], release.about)
            for record in records
            if record["code"] != TOTAL
        ]
    )
    return Answer(
        dimension,
        asked,
        rows,
        total | {"statement_ids": []},
        None,
        (),
        {name: known[name, code] for name, code in asked.chosen().items()},
        known[PERIOD, asked.period or release.about.period],
        is_additive=release.about.additive,
        is_tabled=release.about.is_tabled,
        is_illustrative=release.about.is_illustrative,
    )


def _rows(release: Release, dimension: str, asked: Selection) -> list[dict[str, Any]]:
    period = asked.period or release.about.period
    parameters = {"dimension": dimension, "period": period, **asked.codes()}
    if not release.about.additive:
        return release.rows("query/suppressed_observations", parameters)
    thresholds = {
        "largest_ambiguous": LARGEST_AMBIGUOUS,
        "largest_small_count": LARGEST_SMALL_COUNT,
    }
    return release.rows("query/rounded_observations", {**parameters, **thresholds})


def _shown(record: Mapping[str, Any]) -> str:
    return ABSENT.get(record["status"]) or count(record["value"])


def _record_words(record: Mapping[str, Any], total: int | None, about: About) -> dict[str, Any]:
    """Return a number in words with its share; tables give no share of few, nor of what is not printed."""
    is_told = (
        bool(total)
        if about.additive
        else record["value"] is not None and (total or 0) >= SMALLEST_SHARE_BASE
    )
    part = Fraction(record["value"], total) if is_told and total else None
    return {
        "open_ended": False,
        "working": "",
        "statement_ids": [],
        "shown": _shown(record),
        "share_lower": part,
        "share_upper": part,
        "of_recorded": None,
    }


def _every_code(release: Release, dimension: str) -> Offer:
    """Return the periods of a release made of records, its own first, and every code of every other dimension."""
    codes: dict[str, list[str]] = {name: [] for name in (PERIOD, *DIMENSIONS) if name != dimension}
    for row in release.rows("query/codes"):
        if (
            row["dimension"] in codes
            and row["code"] != TOTAL
            and (row["dimension"] == PERIOD or row["kind"] != "aggregate")
        ):
            codes[row["dimension"]].append(row["code"])
    codes[PERIOD].sort(key=lambda code: code != release.about.period)
    return codes


def _visible(records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Split records into those to show and the labels of those that the release does not hold.

    An aggregate is shown where a member of it is missing, and then stands for its missing members.
    """
    answered = {record["code"] for record in records if record["status"] != "x"}
    members = {record["code"]: record["members"].split() for record in records}
    standing = {
        code: missing
        for code, listed in members.items()
        if code in answered and (missing := [member for member in listed if member not in answered])
    }
    hidden = {member for missing in standing.values() for member in missing}
    rest = [_within(record, standing, members) for record in records if record["code"] != TOTAL]
    shown = [
        record
        for record in rest
        if record["code"] in standing
        or (record["kind"] != "aggregate" and record["code"] not in hidden)
    ]
    return shown, tuple(record["label"] for record in rest if record["code"] in hidden)


def _within(
    record: dict[str, Any],
    standing: Mapping[str, Sequence[str]],
    members: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Return a record, its label saying so where it is part of another aggregate that is shown."""
    mine = set(members[record["code"]])
    if mine and any(mine < set(members[other]) for other in standing):
        return record | {"label": f"of these, {record['label']}"}
    return record


def _recorded(records: list[dict[str, Any]]) -> int | None:
    """Return how many have the dimension recorded, where the release counts both those and the rest."""
    categories = [record for record in records if record["kind"] == "category"]
    not_recorded = [
        record for record in records if record["code"] == NOT_RECORDED and record["status"] != "x"
    ]
    if not not_recorded or any(record["value"] is None for record in categories):
        return None
    return sum(int(record["value"]) for record in categories)


def _words(record: Mapping[str, Any]) -> dict[str, Any]:
    if record["status"] == "x":
        return {"shown": NOT_PUBLISHED}
    return {"shown": span(record["lower"], record["upper"], open_ended=record["open_ended"])}


def _shares(
    record: Mapping[str, Any],
    total: Mapping[str, Any],
    records: list[dict[str, Any]],
    recorded: int | None,
) -> dict[str, Any]:
    """Return the range of a share of everyone in the selection, and the share of those recorded.

    Where some are not recorded, any number of them could belong to a category: the range runs from none to all of them.
    """
    if record["status"] == "x" or total["status"] == "x":
        return {"share_lower": None, "share_upper": None, "of_recorded": None}
    if recorded is not None and record["code"] != NOT_RECORDED:
        unknown = max(other["upper"] for other in records if other["code"] == NOT_RECORDED)
        return {
            "share_lower": Fraction(record["lower"], recorded + unknown),
            "share_upper": Fraction(record["upper"] + unknown, recorded + unknown),
            "of_recorded": Fraction(record["value"], recorded),
        }
    least, most = _totals_with(record, total, records)
    return {
        "share_lower": Fraction(record["lower"], least),
        "share_upper": min(Fraction(record["upper"], most), Fraction(1)),
        "of_recorded": None,
    }


def _totals_with(
    record: Mapping[str, Any], total: Mapping[str, Any], records: list[dict[str, Any]]
) -> tuple[int, int]:
    """Return the totals that go with the least and with the most that a record can be.

    A part and its total move together: the most "not recorded" goes with the largest total, not with the smallest. Where
    parts are missing, nothing is known of that, and the far ends of the total are taken.
    """
    shown, _ = _visible(records)
    others = [one for one in shown if one["code"] != record["code"] and one["status"] != "x"]
    missing = [one for one in shown if one["status"] == "x" and one["code"] != NOT_RECORDED]
    if missing or total["lower"] == total["upper"]:
        return total["upper"], total["lower"]
    least = min(total["upper"], record["lower"] + sum(other["upper"] for other in others))
    return least, max(total["lower"], record["upper"] + sum(other["lower"] for other in others))


def _labels(release: Release, selection: Selection) -> Mapping[str, str]:
    known = labels(release)
    return {dimension: known[dimension, code] for dimension, code in selection.chosen().items()}


def counted(answered: Answer) -> str:
    """Return the total of an answer's selection in words: '1,336', '210 to 212', 'not published'."""
    if absent := ABSENT.get(answered.total["status"]):
        return absent
    if answered.is_additive:
        return count(answered.total["value"])
    return span(answered.total["lower"], answered.total["upper"])


def recorded_count(answered: Answer) -> str:
    """Return how many have the dimension recorded, in words. '' where that is not known."""
    return "" if answered.recorded is None else count(answered.recorded)
