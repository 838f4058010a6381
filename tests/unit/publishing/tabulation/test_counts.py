"""Counts: every record once, in published codes, checked against counting records one by one."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals import sql
from referrals.errors import ExtractError
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Categories, Category, Counts, codes_of
from referrals.reference.codelists import FINEST
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import TINY, YEAR, grid

pytestmark = pytest.mark.publishing

Record = tuple[str, ...]
"""A year, then the codes of a finest cell."""

LATER = "2021-22"
RECORDS: Sequence[Record] = (
    *[(YEAR, "2020-Q2", "VNM", "20-29", "F", "MS", "NFA")] * 4,
    *[(YEAR, "2020-Q3", "VNM", "0-17", "M", "MS", "ICE")] * 2,
    *[(YEAR, "2020-Q3", "GBR", "60+", "M", "DA", "ICE")] * 3,
    *[(YEAR, "2020-Q3", "FRA", "60+", "M", "DA", "ICE")] * 1,
    *[(LATER, "2021-Q2", "VNM", "20-29", "_NK", "DA", "ICE")] * 5,
)
PUBLISHED = {
    "nationality": ["VNM", "_OTH"],
    "age_band": ["0-17", "20-29", "60+"],
    "sex": ["M", "F", "_NK"],
    "crime_type": ["MS", "DA"],
    "outcome": ["ICE", "NFA"],
}
GROUPED = {("nationality", "GBR"): "_OTH", ("nationality", "FRA"): "_OTH"}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with tabulation.workspace(memory="512MB") as opened:
        opened.execute(sql.statement("extract/staging/records"))
        rows = [
            (f"R{number}", None, *record[:2], None, *record[2:], None)
            for number, record in enumerate(RECORDS)
        ]
        opened.executemany("insert into records values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        yield opened


def finest(
    connection: duckdb.DuckDBPyConnection,
    recoding: Mapping[tuple[str, str], str],
    published: Categories,
) -> list[Counts]:
    """Return the counts of all years in the same published codes."""
    years = [
        str(year) for (year,) in connection.sql("select distinct year from records").fetchall()
    ]
    return tabulation.finest(
        connection, dict.fromkeys(years, recoding), dict.fromkeys(years, published)
    )


def categories(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], Category]:
    return {
        (category.year, category.dimension, category.code): category
        for category in tabulation.categories(connection)
    }


def test_every_code_that_occurs_is_one_category_of_its_year_and_dimension(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    expected = Counter(
        (record[0], dimension, code)
        for record in RECORDS
        for dimension, code in zip(FINEST, record[1:], strict=True)
    )
    assert {key: category.value for key, category in categories(connection).items()} == expected
    assert len(tabulation.categories(connection)) == len(expected)


def test_the_largest_subgroup_of_a_nationality_shares_a_crime_type_or_outcome(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    largest = {
        key[::2]: max(category.subgroups.values())
        for key, category in categories(connection).items()
        if category.dimension == "nationality"
    }
    assert largest == {(YEAR, "VNM"): 6, (YEAR, "GBR"): 3, (YEAR, "FRA"): 1, (LATER, "VNM"): 5}


def test_only_nationalities_have_subgroups(connection: duckdb.DuckDBPyConnection) -> None:
    assert {
        dimension
        for (_, dimension, _), category in categories(connection).items()
        if category.subgroups
    } == {"nationality"}


def test_the_records_of_a_quarter_that_is_left_out_are_not_counted(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.leave_out(connection, ["2020-Q3"])
    assert (YEAR, "quarter", "2020-Q3") not in categories(connection)
    assert (YEAR, "quarter", "2020-Q2") in categories(connection)


def test_a_quarter_without_records_cannot_be_left_out(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(ExtractError, match=r"2019-Q1: no record is of that quarter.*2020-Q2"):
        tabulation.leave_out(connection, ["2019-Q1"])


def test_each_year_has_a_recoding_of_its_own(connection: duckdb.DuckDBPyConnection) -> None:
    tabulation.categories(connection)
    young = {("age_band", "20-29"): "20-39"}
    codes = {**PUBLISHED, "age_band": ["20-39"]}
    first, later = tabulation.finest(
        connection, {YEAR: GROUPED, LATER: young}, {YEAR: PUBLISHED, LATER: codes}
    )
    assert {codes[2] for codes in first.cells()} == {"0-17", "20-29", "60+"}
    assert {codes[2] for codes in later.cells()} == {"20-39"}


def test_finest_counts_are_by_year_in_published_codes(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    years = finest(connection, GROUPED, PUBLISHED)
    expected = Counter(
        (record[0], record[1], GROUPED.get(("nationality", record[2]), record[2]), *record[3:])
        for record in RECORDS
    )
    assert [counts.year for counts in years] == [YEAR, LATER]
    assert {
        (counts.year, *codes): value for counts in years for codes, value in counts.cells().items()
    } == expected


def test_records_of_two_grouped_codes_are_one_finest_cell(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    first, _ = finest(connection, GROUPED, PUBLISHED)
    assert first.cells()["2020-Q3", "_OTH", "60+", "M", "DA", "ICE"] == 4


def test_each_year_has_its_own_quarters_and_shares_all_other_categories(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    years = finest(connection, GROUPED, PUBLISHED)
    assert [counts.categories["quarter"] for counts in years] == [
        ["2020-Q2", "2020-Q3"],
        ["2021-Q2"],
    ]
    assert all(
        counts.categories[name] == codes for counts in years for name, codes in PUBLISHED.items()
    )


def test_every_record_is_in_one_finest_cell(connection: duckdb.DuckDBPyConnection) -> None:
    tabulation.categories(connection)
    years = finest(connection, GROUPED, PUBLISHED)
    assert sum(int(counts.values.sum()) for counts in years) == len(RECORDS)


def test_recoding_one_dimension_leaves_the_same_code_of_another_unchanged(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    recoding = {**GROUPED, ("outcome", "_NK"): "NFA"}
    _, later = finest(connection, recoding, PUBLISHED)
    assert {codes[3] for codes in later.cells()} == {"_NK"}


def test_counting_again_gives_the_same_categories(connection: duckdb.DuckDBPyConnection) -> None:
    assert tabulation.categories(connection) == tabulation.categories(connection)


def test_no_records_give_no_categories_and_no_years() -> None:
    with tabulation.workspace(memory="512MB") as connection:
        connection.execute(sql.statement("extract/staging/records"))
        assert tabulation.categories(connection) == []
        assert finest(connection, {}, PUBLISHED) == []


def test_the_workspace_is_private_and_removed_afterwards() -> None:
    with tabulation.workspace(memory="512MB") as connection:
        (path,) = connection.execute(
            "select path from duckdb_databases() where database_name = 'records'"
        ).fetchone() or ("",)
        folder = Path(path).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@given(st.dictionaries(st.sampled_from(grid()), st.integers(0, 2_000_000)))
def test_counts_of_cells_give_the_cells_back_without_zeros(
    cells: dict[Record, int],
) -> None:
    counts = Counts.of(YEAR, TINY, cells)
    assert counts.cells() == {codes: value for codes, value in cells.items() if value}
    assert counts.places.shape == (len(counts.values), len(FINEST))


def test_codes_of_places_are_those_of_the_categories() -> None:
    places = np.array(list(itertools.product(*(range(len(codes)) for codes in TINY.values()))))
    assert codes_of(TINY, places) == grid()


def test_counts_with_an_unknown_code_are_refused() -> None:
    with pytest.raises(KeyError):
        Counts.of(YEAR, TINY, {("2020-Q2", "ZZZ", "20-29", "M", "MS", "ICE"): 3})


# People with several referrals.

SAME: Final = (YEAR, "2020-Q3", "VNM", "20-29", "F", "DA", "ICE")


@pytest.fixture
def people(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Add nine referrals of domestic abuse: seven of one woman, one of another, one without person.

    The first woman also has a referral of modern slavery, and one in the next year.
    """
    persons = [*["ONE"] * 7, "TWO", None]
    rows = [
        (f"P{number}", None, *SAME[:2], None, *SAME[2:], person)
        for number, person in enumerate(persons)
    ]
    slavery = ("S1", None, *SAME[:2], None, *SAME[2:5], "MS", "ICE", "ONE")
    later = ("L1", None, LATER, "2021-Q2", None, *SAME[2:], "ONE")
    connection.executemany(
        "insert into records values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*rows, slavery, later]
    )
    return connection


def test_the_value_of_a_category_is_people_not_referrals(
    people: duckdb.DuckDBPyConnection,
) -> None:
    count = {key: category.value for key, category in categories(people).items()}
    assert count[YEAR, "nationality", "VNM"] == 6 + 3
    assert count[YEAR, "crime_type", "DA"] == 4 + 3
    assert count[YEAR, "crime_type", "MS"] == 6 + 1
    assert count[YEAR, "quarter", "2020-Q3"] == 6 + 3
    assert count[LATER, "nationality", "VNM"] == 5 + 1


def test_the_largest_subgroup_of_a_nationality_is_people_not_referrals(
    people: duckdb.DuckDBPyConnection,
) -> None:
    six_records_and_one_woman = 7
    vietnamese = categories(people)[YEAR, "nationality", "VNM"]
    assert max(vietnamese.subgroups.values()) == six_records_and_one_woman


def test_finest_counts_are_referrals_not_people(people: duckdb.DuckDBPyConnection) -> None:
    tabulation.categories(people)
    assert finest(people, GROUPED, PUBLISHED)[0].cells()[SAME[1:]] == 9


def test_groups_of_enough_referrals_but_too_few_people_are_counted(
    people: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(people)
    finest(people, GROUPED, PUBLISHED)
    assert tabulation.groups_of_few_people(people, cell=5, category=1) == {2: 7, 6: 1}
    assert tabulation.groups_of_few_people(people, cell=5, category=10)[1] > 0
    # A category of fewer than 100 referrals would not be exact, however many people it describes.
    assert tabulation.groups_of_few_people(people, cell=5, category=100).get(1, 0) == 0
    assert tabulation.groups_of_few_people(people, cell=1, category=1) == {}
    assert tabulation.records_without_person(people) == len(RECORDS) + 1


def test_a_code_that_is_not_published_is_left_out_of_the_checks_of_people(
    people: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(people)
    finest(people, GROUPED, PUBLISHED)

    def few_people() -> dict[int, int]:
        return dict(tabulation.groups_of_few_people(people, cell=5, category=1))

    before = few_people()
    assert before
    tabulation.leave_out_codes(people, [("2019-20", "sex", "F"), (YEAR, "outcome", "F")])
    assert few_people() == before, "neither the year nor the outcome exists"
    assert tabulation.dominated_totals(people, people=9, largest_share=1)
    every_sex = [(year, "sex", code) for year in (YEAR, LATER) for code in ("F", "M", "_NK")]
    tabulation.leave_out_codes(people, every_sex)
    assert few_people() == {}
    assert tabulation.dominated_totals(people, people=9, largest_share=1) == []


def test_a_total_is_dominated_if_one_person_has_more_than_a_share_of_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    hers = [("VNM", "20-29", "F", "MS", "ICE", "ONE")] * 11
    others = [("VNM", "20-29", "F", "DA", "ICE", f"P{number}") for number in range(10)]
    more = [("GBR", "60+", "F", "DA", "ICE", f"Q{number}") for number in range(20)]
    rows = [
        (f"D{number}", None, YEAR, "2020-Q3", None, *codes)
        for number, codes in enumerate([*hers, *others, *more])
    ]
    connection.execute("delete from records")
    connection.executemany("insert into records values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    tabulation.categories(connection)
    finest(connection, GROUPED, PUBLISHED)

    def dominated(share: int, people: int = 1, smallest: int = 1) -> list[tuple[str, str]]:
        found = tabulation.dominated_totals(
            connection, people=people, largest_share=share, smallest=smallest
        )
        return [(dimension, code) for _, dimension, code in found]

    # 11 of the 11 of her crime type, of the 21 of her nationality and age, of 41 in all.
    assert dominated(52) == [("age_band", "20-29"), ("crime_type", "MS"), ("nationality", "VNM")]
    assert dominated(53) == [("crime_type", "MS")]
    assert dominated(100) == []
    # With one of the others, she has 12 of 21.
    assert dominated(56, people=2) == [
        ("age_band", "20-29"),
        ("crime_type", "MS"),
        ("nationality", "VNM"),
    ]
    assert dominated(58, people=2) == [("crime_type", "MS")]
    # A total of fewer than 12 is not exact, so nobody learns anything from it.
    assert dominated(53, smallest=12) == []


def test_each_record_without_a_person_id_counts_as_a_person(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    finest(connection, GROUPED, PUBLISHED)
    assert tabulation.groups_of_few_people(connection, cell=5, category=1) == {}
    assert tabulation.records_without_person(connection) == len(RECORDS)


@settings(max_examples=examples(60, dev=5))  # each opens a database
@given(
    st.lists(
        st.tuples(st.sampled_from(grid()), st.sampled_from(["A", "B", "C", None])), max_size=30
    )
)
def test_people_counts_equal_counting_them_one_by_one(
    drawn: list[tuple[Record, str | None]],
) -> None:
    with tabulation.workspace(memory="512MB") as opened:
        opened.execute(sql.statement("extract/staging/records"))
        for number, (codes, person) in enumerate(drawn):
            row = (f"R{number}", None, YEAR, codes[0], None, *codes[1:], person)
            opened.execute("insert into records values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        persons = [
            (codes, person or f"unknown {number}") for number, (codes, person) in enumerate(drawn)
        ]
        in_category: dict[tuple[str, str], set[str]] = defaultdict(set)
        in_cell: dict[Record, list[str]] = defaultdict(list)
        for codes, person in persons:
            in_cell[codes].append(person)
            for dimension, code in zip(FINEST, codes, strict=True):
                in_category[dimension, code].add(person)
        assert {key[1:]: category.value for key, category in categories(opened).items()} == {
            key: len(people) for key, people in in_category.items()
        }
        finest(opened, {}, {name: TINY[name] for name in FINEST[1:]})
        few = [people for people in in_cell.values() if len(people) >= 3 > len(set(people))]
        groups = tabulation.groups_of_few_people(opened, cell=3, category=0)
        assert groups.get(len(FINEST), 0) == len(few)
