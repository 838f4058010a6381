"""Read the files of a folder with other people's tools; print what they found as JSON.

Run by test_clients.py as `python read_files.py TOOL FOLDER`, with the tools of `make clients` first
on the path. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = list[list[Any]]
COLUMNS = ("nationality", "age_band", "sex", "crime_type", "outcome", "value", "lower", "upper")


def duckdb(folder: Path) -> Found:
    """Return the version of DuckDB, then the cells of the database of a release."""
    import duckdb as tool

    with tool.connect(str(folder / "release.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select nationality, age_band, sex, crime_type, outcome, value, status from cells"
        ).fetchall()
    return [[tool.__version__], *(list(row) for row in rows)]


def pandas(folder: Path) -> Found:
    """Return the file name, codes and numbers of each row of each table."""
    import pandas as pd

    found: Found = []
    for path in sorted((folder / "tables").iterdir()):
        if path.suffix == ".csv":
            table = pd.read_csv(path, keep_default_na=False)
        elif path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            rows = pd.read_excel(path, sheet_name="Cells", header=None, engine="calamine")
            top = list(rows[0]).index("period")
            table = rows[top + 1 :].set_axis(list(rows.iloc[top]), axis="columns")
        chosen = table[list(COLUMNS)].astype(object)
        found += [[path.name, *map(_text, row)] for row in chosen.itertuples(index=False)]
    return found


def polars_tables(folder: Path) -> Found:
    """Return the file name, codes and numbers of each row of each table."""
    import polars as pl

    found: Found = []
    for path in sorted((folder / "tables").iterdir()):
        if path.suffix == ".csv":
            table = pl.read_csv(path)
        elif path.suffix == ".parquet":
            table = pl.read_parquet(path)
        else:
            rows = pl.read_excel(path, sheet_name="Cells", has_header=False, drop_empty_cols=False)
            top = rows.to_series(0).to_list().index("period")
            table = rows[top + 1 :].rename(dict(zip(rows.columns, rows.row(top), strict=True)))
        found += [[path.name, *map(_text, row)] for row in table.select(COLUMNS).iter_rows()]
    return found


def _text(cell: object) -> str:
    """Return a cell as text, '' if it is missing or a symbol such as [x] is in its place."""
    text = str(cell)
    is_missing = text in {"None", "nan", "<NA>"} or text.startswith("[")
    return "" if is_missing else text.removesuffix(".0")


def csvw(folder: Path) -> Found:
    """Return the typed rows of a CSV answer, valid by its metadata."""
    from csvw.metadata import CSVW

    metadata = folder / "cells-of-women.csv-metadata.json"
    checked = CSVW(str(metadata), validate=True)
    if not checked.is_valid:
        raise SystemExit(f"Not valid: {checked.warnings}")
    (table,) = checked.tables
    return [[row["sex"], row["value"], row["status"] or ""] for row in table.iterdicts()]


def polars(folder: Path) -> Found:
    """Return the rows of a CSV answer."""
    import polars as pl

    table = pl.read_csv(folder / "cells-of-women.csv").with_columns(pl.col("status").fill_null(""))
    return [list(row) for row in table.select("sex", "value", "status").iter_rows()]


def pyjstat(folder: Path) -> Found:
    """Return the values of a JSON-stat answer that are numbers."""
    from pyjstat import pyjstat as tool

    dataset = tool.Dataset.read((folder / "cells-of-women.json-stat.json").read_text())
    table = dataset.write("dataframe", naming="id")
    values = table[(table["measure"] == "value") & table["value"].notna()]
    return [[row.sex, int(row.value)] for row in values.itertuples()]


def rocrate(folder: Path) -> Found:
    """Return the files that the description of an archive names."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(folder / "archive")
    return [[entity.id, entity["contentSize"]] for entity in crate.data_entities]


def sdmx(folder: Path) -> Found:
    """Return the observations of an SDMX-CSV answer, by a structure with its columns."""
    import sdmx as tool
    from sdmx.model import v30

    structure = v30.DataStructureDefinition(id="CELLS")
    for name in ("NATIONALITY", "AGE_BAND", "SEX", "CRIME_TYPE", "OUTCOME", "TIME_PERIOD"):
        structure.dimensions.append(v30.Dimension(id=name))
    for name in ("OBS_STATUS", "LOWER", "UPPER", "UNIT_MEASURE"):
        structure.attributes.append(v30.DataAttribute(id=name))
    structure.measures.append(v30.Measure(id="OBS_VALUE"))
    message = tool.read_sdmx(folder / "cells-of-women.sdmx.csv", structure=structure)
    return [
        [observation.dimension["SEX"].value, str(observation.value)]
        for dataset in message.data
        for observation in dataset.obs
    ]


TOOLS: dict[str, Callable[[Path], Found]] = {
    tool.__name__: tool
    for tool in (csvw, duckdb, pandas, polars, polars_tables, pyjstat, rocrate, sdmx)
}

if __name__ == "__main__":
    print(json.dumps(TOOLS[sys.argv[1]](Path(sys.argv[2]))))
