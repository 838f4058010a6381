"""Assumptions behind worked-out numbers: each names the values that hold if it fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

import pytest

from referrals.formatting import span
from referrals.paths import PUBLISHED
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import HALF_STEP, Ledger, Statement
from referrals.reference import table_schema

ASSUMES = {
    row["derivation_id"]: row["assumes"] for row in table_schema.read(PUBLISHED / "derivations.csv")
}


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """Every printed count of victim referrals by the id of its statement."""
    return {
        name: statement.count
        for name, statement in ledgers.load().statements.items()
        if statement.is_count
    }


@pytest.fixture(scope="module")
def missing(counts: dict[str, int]) -> int:
    """By how many the printed counts by sex fall short of the total."""
    return counts["E002"] - counts["E032"] - counts["E033"] - counts["E036"]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


def with_neither(recorded: int, unrecorded: Statement, neither: int) -> Iterator[tuple[int, int]]:
    """Yield each total and its number not recorded that agree with a printed percentage.

    `neither` referrals are neither male, female nor without a sex recorded.
    """
    step = HALF_STEP[unrecorded.precision]
    for total in range(recorded + neither, 2 * recorded):
        not_recorded = total - recorded - neither
        share = Fraction(not_recorded * 100, total)
        if unrecorded.percent - step <= share < unrecorded.percent + step:
            yield total, not_recorded


def range_of(values: Iterable[int]) -> str:
    listed = list(values)
    return span(min(listed), max(listed))


def test_every_assumption_is_a_sentence() -> None:
    assert len(ASSUMES) >= 18
    assert [name for name, text in ASSUMES.items() if not re.fullmatch(r"\S.*\.", text)] == []


@pytest.mark.parametrize(
    ("total_id", "unrecorded_id", "male", "female", "percentage", "totals", "not_recorded"),
    [
        ("D06", "D07", "E037", "E038", "E041", "210 to 224", "18 to 21"),
        ("D08", "D09", "E042", "E043", "E046", "778 to 799", "121 to 131"),
    ],
)
def test_a_crime_type_says_its_range_if_a_third_group_exists(  # noqa: PLR0913 - one row a crime type
    ledger: Ledger,
    counts: dict[str, int],
    missing: int,
    *,
    total_id: str,
    unrecorded_id: str,
    male: str,
    female: str,
    percentage: str,
    totals: str,
    not_recorded: str,
) -> None:
    recorded = counts[male] + counts[female]
    found = [
        pair
        for neither in range(missing + 1)
        for pair in with_neither(recorded, ledger.statements[percentage], neither)
    ]
    assert range_of(total for total, _ in found) == totals
    assert range_of(without for _, without in found) == not_recorded
    assert f"With up to {missing} others here: {totals}." in ASSUMES[total_id]
    assert f"With up to {missing} others here: {not_recorded}." in ASSUMES[unrecorded_id]


def test_other_crime_says_its_range_if_a_third_group_exists_or_types_overlap(
    ledger: Ledger, counts: dict[str, int], missing: int
) -> None:
    abuse, slavery = counts["E037"] + counts["E038"], counts["E042"] + counts["E043"]
    others, unrecorded, largest = [], [], []
    for in_abuse in range(missing + 1):
        for total, without in with_neither(abuse, ledger.statements["E041"], in_abuse):
            for in_slavery in range(missing + 1 - in_abuse):
                found = with_neither(slavery, ledger.statements["E046"], in_slavery)
                for second, second_without in found:
                    others.append(counts["E002"] - total - second)
                    unrecorded.append(counts["E036"] - without - second_without)
                    largest.append(counts["E002"] - max(total, second))
    assert range_of(others) == "325 to 348"
    assert "neither: 325 to 348." in ASSUMES["D10"]
    assert max(largest) == 558
    assert "If they overlap: up to 558." in ASSUMES["D10"]
    assert f"neither: from {min(unrecorded)}." in ASSUMES["D13"]


def test_single_numbers_by_sex_say_the_value_of_the_other_reading(
    counts: dict[str, int], missing: int
) -> None:
    male = counts["E032"] - counts["E037"] - counts["E042"] + missing
    female = counts["E033"] - counts["E038"] - counts["E043"] + missing
    recorded = counts["E032"] + counts["E033"] + missing
    other = recorded - sum(counts[name] for name in ("E037", "E038", "E042", "E043"))
    assert (male, female, f"{recorded:,}", other) == (225, 79, "1,142", 293)
    for name, value in (("D11", "225"), ("D12", "79"), ("D05", "1,142"), ("D18", "293")):
        assert f": {value}." in ASSUMES[name]


def test_84_percent_fits_the_three_together_and_each_of_them_but_not_everyone(
    ledger: Ledger, counts: dict[str, int]
) -> None:
    share, step = ledger.statements["E027"].percent, HALF_STEP["nearest_1"]

    def fitting(whole: int) -> list[int]:
        return [
            part
            for part in range(whole + 1)
            if share - step <= Fraction(part * 100, whole) < share + step
        ]

    each = [fitting(counts[name]) for name in ("E024", "E025", "E026")]
    least, most = sum(min(one) for one in each), sum(max(one) for one in each)
    assert f"If it is each of the three: {least} to {most}." in ASSUMES["D14"]
    assert min(fitting(counts["E002"])) > 799
    rows = table_schema.read(PUBLISHED / "statements.csv")
    (note,) = [row["note"] for row in rows if row["statement_id"] == "E027"]
    assert "Read as each of the three, it agrees with section 3.8.2 as well" in note
    assert "Read as all 1,336, it does not" in note
