"""A suppressed release on the pages: numbers, [c] for withheld ones, words for unpublished ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from referrals.cards import by_dimension, by_quarter
from referrals.cards.card import PATHS
from referrals.cards.exports import csv as csv_export
from referrals.cards.exports import text as text_export
from referrals.cards.exports.pictures import svg
from referrals.cards.wording.suppressed import Suppressed
from referrals.dashboard import session
from referrals.dashboard.topic_page import choices, topic_html
from referrals.query import kinds
from referrals.query.observation import Observation
from referrals.query.selection import Selection
from referrals.release import catalogue
from referrals.release.release import Release, open_release
from tests.fixtures import suppressed_release
from tests.fixtures.page_scripts import SCRIPTS

TOPICS = tuple(PATHS.values())
CHOSEN = {"release": "exact"}
BASE = "https://example.org"
TABLE = {**CHOSEN, "view": "table"}
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def tabled(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(suppressed_release.small(tmp_path_factory.getbasetemp()))


@pytest.fixture
def both(tabled: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A site that offers the exact tables beside the published year."""
    monkeypatch.setattr(session, "others", lambda: (tabled,))
    return tabled


def rows_of(reader: Any) -> dict[str, str]:
    """The rows of the first table of a page, by their label."""
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td[^>]*>(.*?)</td>', "".join(reader.html))
    return {unescape(label): re.sub("<.*?>", "", cell) for label, cell in reversed(rows)}


def latest() -> Release:
    return catalogue.served().published


def findings(reader: Any) -> list[str]:
    return [
        unescape(one)
        for one in re.findall(r'<h2 class="finding"[^>]*>(.*?)</h2>', "".join(reader.html))
    ]


def test_a_choice_of_several_releases_distinguishes_exact_tables_from_others(
    tabled: Release,
) -> None:
    offered = {"": latest(), "example": tabled, "again": tabled}
    field = topic_html.releases_field(choices.read("sex", [], offered), offered)
    assert field is not None
    assert field.options["again"].endswith(", exact tables")


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("measure", ["number", "share"])
@pytest.mark.parametrize("path", TOPICS)
def test_each_topic_opens_and_shows_the_totals(open_page: Open, path: str, measure: str) -> None:
    reader = open_page(SCRIPTS[path], {**CHOSEN, "measure": measure})
    assert not reader.app.exception
    assert "invented" in reader.text
    assert "Every number here is exact" in reader.text


@pytest.mark.usefixtures("both")
def test_a_suppressed_cell_is_shown_as_such_with_its_letter_explained(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/nationality"], {**TABLE, "crime_type": "MS"})
    assert not reader.app.exception
    assert rows_of(reader)["Country A"] == "withheld [c]"
    assert re.fullmatch(r"\d+", rows_of(reader)["Country C"])
    assert "[c] withheld to protect people" in reader.text


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
def test_a_finer_combination_is_called_not_published(open_page: Open, path: str) -> None:
    others = {"nationality": "XAC", "sex": "F", "outcome": "NFA"}
    filters = {name: code for name, code in others.items() if PATHS.get(name) != path}
    reader = open_page(SCRIPTS[path], {**TABLE, **filters})
    assert not reader.app.exception
    assert any(
        sentence.startswith("Worked example: The ") and sentence.endswith(" is not published.")
        for sentence in findings(reader)
    )
    assert "This release has tables of one or two things at once" in reader.text
    assert set(rows_of(reader).values()) == {"not published [x]"}


@pytest.mark.usefixtures("both")
def test_a_quarter_counts_as_one_of_two_things(open_page: Open) -> None:
    first = open_page(SCRIPTS["/sex"], {**TABLE, "period": "EY1-Q2"})
    assert "could not be used" not in first.text
    assert re.fullmatch(r"\d+", rows_of(first)["Female"])
    finer = open_page(SCRIPTS["/sex"], {**TABLE, "period": "EY1-Q2", "nationality": "XAC"})
    assert "could not be used" not in finer.text
    assert rows_of(finer)["Female"] == "not published [x]"


@pytest.mark.usefixtures("both")
def test_a_filter_can_lead_from_numbers_to_unpublished_ones(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/sex"], TABLE)
    assert "shown" not in rows_of(reader)["Female"]
    reader.choose("crime_type", "DA")
    assert not reader.app.exception
    reader.choose("nationality", "XAC")
    assert not reader.app.exception
    assert rows_of(reader)["Female"] == "not published [x]"


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(crime_type="MS"),
        Selection(crime_type="MS", measure="share"),
        Selection(crime_type="MS", sex="F"),
    ],
)
def test_exports_name_withheld_cells(tabled: Release, selection: Selection) -> None:
    card = by_dimension.card(tabled, kinds.of(tabled).answer("nationality", selection))
    for taken in (
        text_export.write(card, BASE),
        svg.write(card, BASE),
        csv_export.write(card),
    ):
        assert "nan" not in taken.lower()
    statuses = {row["status"] for row in card.data}
    assert all(f"[{status}]" in text_export.write(card, BASE) for status in statuses - {""})
    for row in card.data:
        if row["status"]:
            numbers = [row[name] for name in ("value", "lower", "upper", "share_lower")]
            assert numbers == [None] * 4


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(crime_type="DA"), Selection(crime_type="DA", sex="F")]
)
def test_quarters_are_a_line_unless_they_are_not_published(
    tabled: Release, selection: Selection
) -> None:
    card = by_quarter.card(tabled, kinds.of(tabled).answer("nationality", selection))
    finer = len(selection.chosen()) > 1
    assert ("are not published" in card.finding) == finer
    assert (card.draw is None) == finer
    assert bool(card.lines) != finer
    assert any(word in card.finding for word in ("rose", "fell", "No clear change")) != finer
    if not finer:
        numbers = [quarter["value"] for quarter in card.data]
        text = text_export.write(card, BASE)
        assert all(f": {number:,}" in text for number in numbers)


def quarters(*values: int | None) -> list[Observation]:
    """Quarters with these numbers, withheld if None."""
    return [
        Observation(
            "EY1-Q2",
            "Example year 1, quarter 2",
            "category",
            value,
            value,
            value,
            "c" if value is None else "",
        )
        for value in values
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((None, None), "are all withheld"),
        ((9, None), "Only one quarter is shown: 9 victim referrals"),
        ((9, 30), "rose from 9"),
        ((9, None, 30), "2 of the 3 quarters are shown"),
    ],
)
def test_quarters_that_are_withheld_are_counted(
    tabled: Release, values: tuple[int | None, ...], sentence: str
) -> None:
    answer = kinds.of(tabled).answer("sex", Selection())
    period = "April 2021 to March 2022"
    assert sentence in Suppressed().quarters_finding(answer, quarters(*values), period)


def test_the_largest_group_is_one_of_those_shown_if_a_cell_is_withheld(
    tabled: Release,
) -> None:
    assert "was the largest group shown, with" in Suppressed().finding(
        kinds.of(tabled).answer("nationality", Selection(crime_type="MS"))
    )
    assert "was the largest group, with" in Suppressed().finding(
        kinds.of(tabled).answer("nationality", Selection())
    )


def test_of_two_equal_groups_neither_is_called_the_largest(tabled: Release) -> None:
    answer = kinds.of(tabled).answer("nationality", Selection())
    alike = tuple(replace(observation, value=30) for observation in answer.observations)
    finding = Suppressed().finding(replace(answer, observations=alike))
    assert "No one group is plainly the largest" in finding
