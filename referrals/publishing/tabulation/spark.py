"""Counting on Spark, for records that already live on a cluster (`publish --engine spark`).

The SQL is the statement that DuckDB runs, translated. Its result, one row per combination of codes
that occurs, is small however many records there are. Only the counted columns are sent to Spark;
people with several referrals are found in DuckDB. Protection and proof work on the counts, on one
machine.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import ExtractError
from referrals.publishing.storage import scratch
from referrals.reference.codelists import FINEST

COUNTED_COLUMNS: Final = ("year", *FINEST)


def count(connection: duckdb.DuckDBPyConnection) -> None:
    """Count the table `records` on Spark into the table `unrecoded_cells`.

    The operator sets where Spark runs (`SPARK_CONF_DIR`); the default is this machine. The records
    pass through a private folder among temporary files (`TMPDIR`), which the machines of a cluster
    must be able to reach. It is removed afterwards, or by the next run if this one is killed.

    Raises:
        ExtractError: pyspark or sqlglot is not installed.
    """
    _library("sqlglot")
    _library("pyspark")
    with scratch.folder() as folder:
        records = connection.table("records").project(", ".join(COUNTED_COLUMNS))
        records.write_parquet(str(folder / "records.parquet"))
        _count_files(folder)
        counted = connection.read_parquet(str(folder / "unrecoded_cells" / "*.parquet"))
        counted.create("unrecoded_cells")


def translated(name: str) -> str:
    """Return the query of a `create table` statement in Spark's SQL.

    Raises:
        ExtractError: sqlglot is not installed.
    """
    statement = _library("sqlglot").parse_one(sql.statement(name), read="duckdb")
    return str(statement.expression.sql(dialect="spark"))


def _count_files(folder: Path) -> None:
    session = _session(folder)
    try:
        session.read.parquet(str(folder / "records.parquet")).createOrReplaceTempView("records")
        counted = session.sql(translated("tabulation/unrecoded_cells"))
        counted.write.parquet(str(folder / "unrecoded_cells"))
    finally:
        session.stop()


def _session(folder: Path) -> Any:
    """Return a Spark session with a private warehouse and no web interface."""
    builder = _library("pyspark.sql").SparkSession.builder.appName("referrals")
    return (
        builder.config("spark.ui.enabled", "false")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ExtractError(
            f"Counting on Spark needs pyspark and sqlglot, and {error.name} is not installed. "
            "Install the group `spark` of pyproject.toml and Java 17 or newer, or leave out "
            "--engine spark: the result is the same."
        ) from error
