"""Counting: every record once, in published codes, by an engine that is held against counting one by one."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import sql
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Category, Counts, codes_of
from referrals.reference.codelists import FINEST
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


def found(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], Category]:
    return {(one.year, one.dimension, one.code): one for one in tabulation.categories(connection)}


def test_every_code_that_occurs_is_counted_once_in_each_year_and_dimension(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    expected = Counter(
        (record[0], dimension, code)
        for record in RECORDS
        for dimension, code in zip(FINEST, record[1:], strict=True)
    )
    assert {key: one.value for key, one in found(connection).items()} == expected
    assert len(tabulation.categories(connection)) == len(expected)


def test_a_nationality_tells_how_many_at_most_share_a_crime_type_or_an_outcome(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    alike = {
        key[::2]: one.most_alike
        for key, one in found(connection).items()
        if one.dimension == "nationality"
    }
    assert alike == {(YEAR, "VNM"): 6, (YEAR, "GBR"): 3, (YEAR, "FRA"): 1, (LATER, "VNM"): 5}


def test_each_year_has_the_finest_cells_of_its_records_in_published_codes(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    years = tabulation.finest(connection, GROUPED, PUBLISHED)
    expected = Counter(
        (record[0], record[1], GROUPED.get(("nationality", record[2]), record[2]), *record[3:])
        for record in RECORDS
    )
    assert [one.year for one in years] == [YEAR, LATER]
    assert {
        (one.year, *codes): value for one in years for codes, value in one.cells().items()
    } == expected


def test_records_of_two_codes_that_are_grouped_are_one_cell(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    first, _ = tabulation.finest(connection, GROUPED, PUBLISHED)
    assert first.cells()["2020-Q3", "_OTH", "60+", "M", "DA", "ICE"] == 4


def test_each_year_has_its_own_quarters_and_the_same_codes_of_all_else(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    years = tabulation.finest(connection, GROUPED, PUBLISHED)
    assert [one.categories["quarter"] for one in years] == [["2020-Q2", "2020-Q3"], ["2021-Q2"]]
    assert all({name: one.categories[name] for name in PUBLISHED} == PUBLISHED for one in years)


def test_every_record_is_in_one_cell(connection: duckdb.DuckDBPyConnection) -> None:
    tabulation.categories(connection)
    assert sum(
        int(one.values.sum()) for one in tabulation.finest(connection, GROUPED, PUBLISHED)
    ) == len(RECORDS)


def test_a_group_of_one_dimension_does_not_touch_the_same_code_of_another(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(connection)
    recoding = {**GROUPED, ("outcome", "_NK"): "NFA"}
    _, later = tabulation.finest(connection, recoding, PUBLISHED)
    assert {codes[3] for codes in later.cells()} == {"_NK"}


def test_counting_again_counts_the_same(connection: duckdb.DuckDBPyConnection) -> None:
    assert tabulation.categories(connection) == tabulation.categories(connection)


def test_no_records_have_no_codes_and_no_years() -> None:
    with tabulation.workspace(memory="512MB") as connection:
        connection.execute(sql.statement("extract/staging/records"))
        assert tabulation.categories(connection) == []
        assert tabulation.finest(connection, {}, PUBLISHED) == []


def test_the_private_folder_is_for_its_owner_alone_and_gone_in_the_end() -> None:
    with tabulation.workspace(memory="512MB") as connection:
        (path,) = connection.execute(
            "select path from duckdb_databases() where database_name = 'records'"
        ).fetchone() or ("",)
        folder = Path(path).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@given(st.dictionaries(st.sampled_from(grid()), st.integers(0, 2_000_000)))
def test_counts_made_of_cells_give_the_cells_back_without_those_of_0(
    cells: dict[Record, int],
) -> None:
    counts = Counts.of(YEAR, TINY, cells)
    assert counts.cells() == {codes: value for codes, value in cells.items() if value}
    assert counts.places.shape == (len(counts.values), len(FINEST))


def test_the_codes_at_places_are_those_of_the_categories() -> None:
    places = np.array(list(itertools.product(*(range(len(codes)) for codes in TINY.values()))))
    assert codes_of(TINY, places) == grid()


def test_a_code_that_is_no_category_is_no_count() -> None:
    with pytest.raises(KeyError):
        Counts.of(YEAR, TINY, {("2020-Q2", "ZZZ", "20-29", "M", "MS", "ICE"): 3})


# People of several referrals.

SAME: Final = (YEAR, "2020-Q3", "VNM", "20-29", "F", "DA", "ICE")


@pytest.fixture
def people(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The records, and nine referrals of domestic abuse: seven of one woman, one of another, and one of nobody known.

    The first woman has a referral of modern slavery too, and one in the next year.
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


def test_a_category_counts_people_and_not_their_referrals(
    people: duckdb.DuckDBPyConnection,
) -> None:
    count = {key: one.value for key, one in found(people).items()}
    assert count[YEAR, "nationality", "VNM"] == 6 + 3
    assert count[YEAR, "crime_type", "DA"] == 4 + 3
    assert count[YEAR, "crime_type", "MS"] == 6 + 1
    assert count[YEAR, "quarter", "2020-Q3"] == 6 + 3
    assert count[LATER, "nationality", "VNM"] == 5 + 1


def test_a_nationality_tells_how_many_people_at_most_share_a_crime_type(
    people: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        found(people)[YEAR, "nationality", "VNM"].most_alike == 7
    )  # six and one of modern slavery


def test_cells_are_counts_of_referrals(people: duckdb.DuckDBPyConnection) -> None:
    tabulation.categories(people)
    assert tabulation.finest(people, GROUPED, PUBLISHED)[0].cells()[SAME[1:]] == 9


def test_groups_of_enough_referrals_and_too_few_people_are_counted(
    people: duckdb.DuckDBPyConnection,
) -> None:
    tabulation.categories(people)
    tabulation.finest(people, GROUPED, PUBLISHED)
    assert tabulation.few(people, cell=5, category=1) == {2: 7, 6: 1}
    assert tabulation.few(people, cell=5, category=10)[1] > 0
    assert tabulation.few(people, cell=1, category=1) == {}
    assert tabulation.nameless(people) == len(RECORDS) + 1


def test_records_that_name_no_person_are_people_each(connection: duckdb.DuckDBPyConnection) -> None:
    tabulation.categories(connection)
    tabulation.finest(connection, GROUPED, PUBLISHED)
    assert tabulation.few(connection, cell=5, category=1) == {}
    assert tabulation.nameless(connection) == len(RECORDS)


@given(
    st.lists(
        st.tuples(st.sampled_from(grid()), st.sampled_from(["A", "B", "C", None])), max_size=30
    )
)
def test_people_are_those_that_counting_them_one_by_one_finds(
    drawn: list[tuple[Record, str | None]],
) -> None:
    with tabulation.workspace(memory="512MB") as opened:
        opened.execute(sql.statement("extract/staging/records"))
        for number, (codes, person) in enumerate(drawn):
            row = (f"R{number}", None, YEAR, codes[0], None, *codes[1:], person)
            opened.execute("insert into records values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        persons = [
            (codes, person or f"nobody {number}") for number, (codes, person) in enumerate(drawn)
        ]
        expected = {
            (dimension, codes[place]): len(
                {who for other, who in persons if other[place] == codes[place]}
            )
            for codes, _ in persons
            for place, dimension in enumerate(FINEST)
        }
        assert {key[1:]: one.value for key, one in found(opened).items()} == expected
        tabulation.finest(opened, {}, {name: TINY[name] for name in FINEST[1:]})
        cells = [(codes, {who for other, who in persons if other == codes}, sum(other == codes for other, _ in persons))
                 for codes in {codes for codes, _ in persons}]  # fmt: skip
        assert tabulation.few(opened, cell=3, category=0).get(6, 0) == sum(
            count >= 3 > len(who) for _, who, count in cells
        )
