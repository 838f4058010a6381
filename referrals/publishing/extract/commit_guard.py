"""A guard against committing record-level files.

`python -m referrals.publishing.extract.commit_guard FILE...` is run by the commit hook, and by a
test on the whole repository. A file is refused for its suffix (one that commonly holds records,
outside `data/releases`), for its name, for a header with columns that only records about people
have, or because it is the mapping of an extract. Messages name the file and the columns, never a
value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

RECORD_SUFFIXES: Final = frozenset(
    [
        ".7z",
        ".accdb",
        ".arrow",
        ".bz2",
        ".db",
        ".dta",
        ".duckdb",
        ".feather",
        ".gz",
        ".mdb",
        ".ods",
        ".parquet",
        ".rds",
        ".sas7bdat",
        ".sav",
        ".sqlite",
        ".sqlite3",
        ".tgz",
        ".xls",
        ".xlsb",
        ".xlsm",
        ".xlsx",
        ".xz",
        ".zip",
        ".zst",
    ]
)
TEXT_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".psv", ".dat"})
RECORD_NAMES: Final = re.compile(r"record[-_ ]?level|extract|line[-_ ]?list", re.IGNORECASE)
PERSONAL_COLUMNS: Final = frozenset(
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
"""Columns of records about people. One may be a coincidence; two in the same header are not."""

MAPPING_KEYS: Final = re.compile(r"^\s*(referral_id|referred_on)\s*=", re.MULTILINE)
"""Keys that only a mapping has (docs/extracts.md)."""

HEADER_BYTES: Final = 4096
"""The bytes of a text file that are searched for its header."""


def refusal(path: Path) -> str | None:
    """Return why a file may not be committed, or None if it may."""
    is_release = "data/releases/" in path.as_posix()
    if path.suffix.lower() in RECORD_SUFFIXES and not is_release:
        return f"{path}: {path.suffix} files can hold records. Keep them out of the repository."
    if path.suffix.lower() == ".toml" and _is_mapping(path):
        return f"{path}: it is a mapping, which can quote words of an extract. Keep it out."
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return None
    if RECORD_NAMES.search(path.name):
        return f"{path}: the name suggests that it holds records. Keep it out of the repository."
    if len(found := sorted(_possible_columns(path) & PERSONAL_COLUMNS)) > 1:
        columns = ", ".join(found)
        return f"{path}: it has columns of records about people ({columns}). Keep it out."
    return None


def _is_mapping(path: Path) -> bool:
    """Return whether a TOML file says which columns of an extract are ours."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return MAPPING_KEYS.search(text) is not None


def _possible_columns(path: Path) -> set[str]:
    """Return the words of a file's first line, or the keys of its first JSON object."""
    with path.open("rb") as stream:
        # Without its NUL bytes, an ASCII header in UTF-16 reads as UTF-8.
        content = stream.read(HEADER_BYTES).replace(b"\0", b"")
    start = content.decode("utf-8", errors="replace")
    is_json = path.suffix.lower().startswith(".json")
    header = start if is_json else start.partition("\n")[0]
    return {
        re.sub(r"\W+", "_", cell.strip(" \"'\ufeff\ufffd")).strip("_").lower()
        for cell in re.split(r"[,;\t|{}:\n]", header)
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the named files. Return 1 if any of them may not be committed, else 0."""
    names = sys.argv[1:] if arguments is None else arguments
    paths = [Path(name) for name in names]
    refusals = [found for path in paths if path.is_file() and (found := refusal(path))]
    for found in refusals:
        print(found, file=sys.stderr)
    return 1 if refusals else 0


if __name__ == "__main__":
    sys.exit(main())
