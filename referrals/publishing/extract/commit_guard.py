"""Refuse record-level files: `python -m referrals.publishing.extract.commit_guard FILE...`, run by the commit hook and by a test.

A file is refused for its kind (one that commonly holds records, outside `data/releases`), for its name, or for a header with
columns that only records about people have. Messages name the file and the column, and never a value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

KINDS: Final = frozenset(
    [
        ".accdb",
        ".arrow",
        ".db",
        ".dta",
        ".duckdb",
        ".feather",
        ".mdb",
        ".ods",
        ".parquet",
        ".rds",
        ".sas7bdat",
        ".sav",
        ".sqlite",
        ".sqlite3",
        ".xls",
        ".xlsb",
        ".xlsx",
    ]
)
TEXT_KINDS: Final = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".psv", ".dat"})
NAMES: Final = re.compile(r"record[-_ ]?level|extract|line[-_ ]?list", re.IGNORECASE)
COLUMNS: Final = frozenset(
    [
        "address",
        "case_reference",
        "case_id",
        "date_of_birth",
        "dob",
        "email",
        "first_name",
        "forename",
        "full_name",
        "home_office_reference",
        "last_name",
        "national_insurance_number",
        "nino",
        "passport_number",
        "person_id",
        "phone",
        "police_force",
        "postcode",
        "referral_id",
        "referred_on",
        "referral_date",
        "surname",
        "telephone_number",
        "urn",
    ]
)
"""Columns of records about people. Two of them in one header are too many to be chance."""

HEADER: Final = 4096
"""How much of a text file is read to find its header, in bytes."""


def fault(path: Path) -> str | None:
    """Return why a file may not be committed, or None where it may."""
    released = "data/releases/" in path.as_posix()
    if path.suffix.lower() in KINDS and not released:
        return f"{path}: files of the kind {path.suffix} can hold records. Keep them out of the repository."
    if path.suffix.lower() not in TEXT_KINDS:
        return None
    if NAMES.search(path.name):
        return f"{path}: its name says that it holds records. Keep it out of the repository."
    if len(found := sorted(_columns(path) & COLUMNS)) > 1:
        return f"{path}: it has the columns {', '.join(found)}, which records about people have. Keep it out."
    return None


def _columns(path: Path) -> set[str]:
    """Return what could be the column names of a file: the words of its first line, or the keys of its first object."""
    with path.open("rb") as stream:
        head = stream.read(HEADER).decode("utf-8", errors="replace")
    line = head if path.suffix.lower().startswith(".json") else head.partition("\n")[0]
    return {
        re.sub(r"\W+", "_", cell.strip(" \"'\ufeff")).strip("_").lower()
        for cell in re.split(r"[,;\t|{}:\n]", line)
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files named and return 1 where any may not be committed, else 0."""
    names = sys.argv[1:] if arguments is None else arguments
    faults = [found for name in names if Path(name).is_file() and (found := fault(Path(name)))]
    for found in faults:
        print(found, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
