"""Counting on Spark gives the same as DuckDB, with the same statement."""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from referrals.errors import ExtractError
from referrals.publishing.tabulation import counts, spark
from referrals.reference.codelists import FINEST

RECORDS = 1_000_000
INVENTED = """
    create table records as
    select
        '2020-21' as year,
        ['2020-Q2', '2020-Q3'][1 + (hash(i, 1) % 2)::int] as quarter,
        ['ALB', 'IND', 'ROU', null][1 + (hash(i, 2) % 4)::int] as nationality,
        ['0-17', '18-19', '_NK'][1 + (hash(i, 3) % 3)::int] as age_band,
        ['F', 'M'][1 + (hash(i, 4) % 2)::int] as sex,
        ['MS', 'DA'][1 + (hash(i, 5) % 2)::int] as crime_type,
        ['NFA', 'ICE'][1 + (hash(i, 6) % 2)::int] as outcome
    from range($records) as numbers (i)
"""


@pytest.fixture
def records() -> Iterator[duckdb.DuckDBPyConnection]:
    pytest.importorskip("pyspark", reason="the group `spark` is not installed")
    with duckdb.connect() as connection:
        connection.execute(INVENTED, {"records": RECORDS})
        yield connection


def unrecoded_cells(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("select * from unrecoded_cells order by all").fetchall()


@pytest.mark.filterwarnings(
    "ignore:PySpark does not yet fully support pandas:FutureWarning", "ignore::ResourceWarning"
)
def test_duckdb_and_spark_count_a_million_records_alike(
    records: duckdb.DuckDBPyConnection,
) -> None:
    counts.count(records)
    expected = unrecoded_cells(records)
    records.execute("drop table unrecoded_cells")
    spark.count(records)
    assert unrecoded_cells(records) == expected
    assert sum(int(str(row[-1])) for row in expected) == RECORDS


def test_no_person_id_or_referral_id_is_sent_to_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def record_columns(folder: Path) -> None:
        (folder / "unrecoded_cells").mkdir()
        with duckdb.connect() as connection:
            records = connection.read_parquet(str(folder / "records.parquet"))
            seen.extend(records.columns)
            records.write_parquet(str(folder / "unrecoded_cells" / "part.parquet"))

    monkeypatch.setattr(spark, "_library", lambda _: None)
    monkeypatch.setattr(spark, "_count_files", record_columns)
    with duckdb.connect() as connection:
        connection.execute(
            INVENTED.replace("select", "select i as referral_id, i as person_id,", 1),
            {"records": 10},
        )
        spark.count(connection)
    assert seen == ["year", *FINEST]


def test_the_translated_statement_is_a_query_with_the_same_columns() -> None:
    query = spark.translated("tabulation/unrecoded_cells").lower()
    assert query.startswith("select year, quarter, nationality")
    assert "count(*) as value" in query
    assert "create" not in query


@pytest.mark.parametrize("missing", ["pyspark", "sqlglot"])
def test_a_missing_library_is_named_with_advice(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with (
        duckdb.connect() as connection,
        pytest.raises(ExtractError, match="leave out --engine spark"),
    ):
        spark.count(connection)
