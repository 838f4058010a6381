"""Counting records on Spark: for records that one machine counts too slowly.

Its SQL is the statement that DuckDB runs, translated; what it returns, one row an occupied combination of codes, is small
however many the records are. Only the columns that are counted go there: persons of several referrals are found here.
Protection and proof work on what is counted, on one machine.
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

COUNTED: Final = ("year", *FINEST)
"""The columns of records that are counted."""

LIBRARIES: Final = "pyspark and sqlglot"


def count(connection: duckdb.DuckDBPyConnection) -> None:
    """Count the table `records` on Spark, and keep the counts as the table `raw_cells`.

    Where Spark runs is the operator's setting (`SPARK_CONF_DIR`); without one it is this machine. The records pass through
    the temporary folder (`TMPDIR`), which is private, and which the machines of a cluster must be able to reach. They are
    deleted there whatever happens, by the next run where this one is killed.

    Raises:
        ExtractError: pyspark or sqlglot is not installed.
    """
    _library("sqlglot")
    _library("pyspark")
    with scratch.folder() as folder:
        connection.table("records").project(", ".join(COUNTED)).write_parquet(
            str(folder / "records.parquet")
        )
        _count_files(folder)
        connection.read_parquet(str(folder / "raw_cells" / "*.parquet")).create("raw_cells")


def translated(name: str) -> str:
    """Return the query of a statement that makes a table, in Spark's SQL.

    Raises:
        ExtractError: sqlglot is not installed.
    """
    made = _library("sqlglot").parse_one(sql.statement(name), read="duckdb")
    return str(made.expression.sql(dialect="spark"))


def _count_files(folder: Path) -> None:
    session = _session(folder)
    try:
        session.read.parquet(str(folder / "records.parquet")).createOrReplaceTempView("records")
        session.sql(translated("tabulation/unrecoded_cells")).write.parquet(
            str(folder / "raw_cells")
        )
    finally:
        session.stop()


def _session(folder: Path) -> Any:
    """Return a session whose warehouse is private, with no page of its own for others to look at."""
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
            f"Counting on Spark needs {LIBRARIES}, and {error.name} is not installed. Install the group `spark` of "
            "pyproject.toml and Java 17 or newer, or leave out --engine spark: the result is the same."
        ) from error
