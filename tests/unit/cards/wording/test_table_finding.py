"""The headline of a table calls a group the largest only if no other number could be as large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from referrals.cards import labelled
from referrals.cards.wording import table_finding
from referrals.query.tables import reader
from referrals.query.tables.table import Table
from referrals.query.tables.table_request import TableRequest
from referrals.reference.codelists import TOTAL
from referrals.release.release import Release

Bounds = tuple[int, int] | None

NO_LARGEST = "No one group is plainly the largest among {} victim referrals."
WHOLE = (TOTAL, TOTAL)


def finding(release: Release, table: Table, numbers: Mapping[tuple[str, ...], Bounds]) -> str:
    """Return the headline of a table with these least and most by the codes of its axes.

    A number that is left out is 0, and one of None isn't known.
    """
    cells = {}
    for (row, column), cell in table.cells.items():
        low, high = numbers.get((*row, *column), (0, 0)) or (None, None)
        value = low if low == high else None
        seen = replace(cell.observation, value=value, lower=low, upper=high)
        cells[row, column] = replace(cell, observation=seen)
    low, high = numbers[(TOTAL,) * len(table.order)] or (0, 0)
    whole = replace(table.whole, value=low, lower=low, upper=high)
    planted = replace(table, cells=cells, whole=whole)
    labels = labelled.labels(release)
    return table_finding.finding(planted, release.about, labels, labels)


@pytest.fixture(scope="module")
def by_sex(release: Release) -> Table:
    return reader.read(release, TableRequest(("sex",), ()))


@pytest.fixture(scope="module")
def by_crime_and_sex(release: Release) -> Table:
    return reader.read(release, TableRequest(("crime_type",), ("sex",)))


@pytest.mark.parametrize(
    ("males", "others", "largest"),
    [
        ((60, 60), {"F": (30, 59)}, True),
        ((60, 60), {"F": (30, 60)}, False),
        ((60, 60), {"F": (60, 60)}, False),
        ((60, 60), {"F": (30, 30), "_R": (90, 90)}, True),
        ((60, 60), {"F": (30, 30), "_NK": (60, 60)}, False),
        ((25, 25), {"F": (5, 5)}, True),
        ((24, 24), {"F": (5, 5)}, False),
    ],
)
def test_a_group_is_the_largest_only_if_every_other_must_be_smaller(
    release: Release, by_sex: Table, males: Bounds, others: dict[str, Bounds], largest: bool
) -> None:
    numbers: dict[tuple[str, ...], Bounds] = {(code,): each for code, each in others.items()}
    text = finding(release, by_sex, {("M",): males, **numbers, (TOTAL,): (200, 200)})
    assert text.startswith("Victim referrals of males are the largest group") == largest
    assert (text == NO_LARGEST.format(200)) == (not largest)


def test_people_whose_sex_is_not_recorded_are_never_named_as_the_largest_group(
    release: Release, by_sex: Table
) -> None:
    numbers: dict[tuple[str, ...], Bounds] = {
        ("M",): (30, 30),
        ("_NK",): (60, 60),
        (TOTAL,): (90, 90),
    }
    assert finding(release, by_sex, numbers) == NO_LARGEST.format(90)


@pytest.mark.parametrize(("whole", "largest"), [(119, True), (120, False)])
def test_a_number_that_is_not_known_can_be_all_that_the_total_leaves(
    release: Release, by_sex: Table, whole: int, largest: bool
) -> None:
    numbers: dict[tuple[str, ...], Bounds] = {
        ("M",): (60, 60),
        ("F",): None,
        (TOTAL,): (whole, whole),
    }
    assert (finding(release, by_sex, numbers) == NO_LARGEST.format(whole)) == (not largest)


@pytest.mark.parametrize(
    ("totals", "largest"),
    [
        ({}, False),
        ({("DA", TOTAL): (109, 109)}, True),
        ({("DA", TOTAL): (110, 110)}, False),
        ({(TOTAL, "F"): (149, 149)}, True),
        ({(TOTAL, "F"): (150, 150)}, False),
        ({(TOTAL, "F"): (150, 150), ("DA", TOTAL): (109, 109)}, True),
    ],
)
def test_a_number_that_is_not_known_is_bounded_by_its_row_and_its_column(
    release: Release,
    by_crime_and_sex: Table,
    totals: dict[tuple[str, ...], Bounds],
    largest: bool,
) -> None:
    unknown: dict[tuple[str, ...], Bounds] = {("DA", TOTAL): None, (TOTAL, "F"): None}
    numbers: dict[tuple[str, ...], Bounds] = {
        ("MS", "M"): (100, 100),
        ("MS", "F"): (50, 50),
        ("DA", "M"): (10, 10),
        ("DA", "F"): None,
        WHOLE: (1_000, 1_000),
    }
    text = finding(release, by_crime_and_sex, {**numbers, **unknown, **totals})
    assert text.startswith("Modern slavery referrals of males are the largest") == largest
