"""The formats of every table of the API, each with the function that writes a table in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from referrals.api.formats import table_workbook
from referrals.api.formats.tabular import Table, as_csv, as_json, as_parquet
from referrals.api.request import Request
from referrals.spreadsheets import excel, opendocument

Writer = Callable[[Request, Table], bytes]

WRITERS: Final[Mapping[str, Writer]] = {
    "json": lambda _, table: as_json(table),
    "csv": lambda _, table: as_csv(table),
    "parquet": lambda _, table: as_parquet(table),
    "xlsx": lambda request, table: excel.write(table_workbook.workbook(request, table)),
    "ods": lambda request, table: opendocument.write(table_workbook.workbook(request, table)),
}
