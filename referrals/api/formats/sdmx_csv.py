"""Cells as SDMX-CSV 2.0, with the codes of the cross-domain code lists of SDMX.

https://github.com/sdmx-twg/sdmx-csv/blob/master/data-message/docs/sdmx-csv-field-guide.md.
A program that reads it knows the type of every column, so `F` stays `F`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Final

from referrals.api.formats.tabular import Row, Table
from referrals.reference.codelists import DIMENSIONS

STRUCTURE: Final = {
    "STRUCTURE": "dataflow",
    "STRUCTURE_ID": "REFERRALS:VICTIM_REFERRALS(1.0.0)",
    "ACTION": "I",
}
OBS_STATUS: Final[Mapping[str, str]] = {
    "": "A",
    "c": "Q",
    "d": "A",
    "e": "E",
    "low": "N",
    "p": "P",
    "r": "A",
    "u": "U",
    "x": "O",
    "z": "M",
}
"""The code of SDMX's list CL_OBS_STATUS for each status letter."""

YEAR: Final = re.compile(r"(\d{4})-\d{2}")
AGES: Final = re.compile(r"(\d+)-(\d+)")
AGE_AND_OVER: Final = re.compile(r"(\d+)\+(.*)")


def as_sdmx_csv(table: Table) -> bytes:
    """Return a table of cells as SDMX-CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    rows = [_observation(row) for row in table.rows]
    writer.writerow([*STRUCTURE, *_columns()])
    for row in rows:
        writer.writerow([*STRUCTURE.values(), *row])
    return text.getvalue().encode()


def time_period(code: str) -> str:
    """Return a period as SDMX writes it: a year to March is a range.

    >>> time_period("2020-21"), time_period("2020-Q2")
    ('2020-04-01/P1Y', '2020-Q2')
    """
    year = YEAR.fullmatch(code)
    return f"{year[1]}-04-01/P1Y" if year else code


def age(code: str) -> str:
    """Return an age band as in SDMX's list CL_AGE, whose codes have no plus.

    >>> [age(code) for code in ("0-17", "60+", "18+_NK", "_T")]
    ['Y0T17', 'Y_GE60', 'Y_GE18_NK', '_T']
    """
    if band := AGES.fullmatch(code):
        return f"Y{band[1]}T{band[2]}"
    if older := AGE_AND_OVER.fullmatch(code):
        return f"Y_GE{older[1]}{older[2]}"
    return code


def _columns() -> list[str]:
    dimensions = [name.upper() for name in DIMENSIONS]
    return [*dimensions, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "LOWER", "UPPER", "UNIT_MEASURE"]


def _observation(row: Row) -> list[object]:
    codes = {name: row[name] for name in DIMENSIONS} | {"age_band": age(row["age_band"])}
    return [
        *codes.values(),
        time_period(row["period"]),
        row["value"],
        OBS_STATUS[row["status"]],
        row["lower"],
        row["upper"],
        "REFERRALS",
    ]
