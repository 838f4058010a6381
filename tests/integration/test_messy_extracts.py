"""Messy extracts: each kind gives the records of the clean one, or one line that refuses it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from referrals.errors import ExtractError
from referrals.publishing.extract import validate
from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.report import Report
from tests.fixtures.extracts import TODAY
from tests.fixtures.messy_extracts import CANARIES, READS, RECORDS, Kind
from tests.fixtures.messy_kinds import FORMATS, KINDS

COUNTED = """
    select
        referred_on, police_force, nationality, age_band, sex, crime_type, outcome, count(*)
    from records
    group by all
    order by all
"""


def loaded(folder: Path, kind: Kind) -> tuple[list[tuple[object, ...]], Report]:
    """Return the counts of the records of a kind, and the report."""
    path = kind.write(folder)
    chosen = None
    if kind.mapping is not None:
        file = folder / "mapping.toml"
        file.write_text(kind.mapping, encoding="utf-8")
        chosen = mapping.load(file)
    with duckdb.connect() as connection:
        (report,) = validate.load([path], connection, mapping=chosen, today=TODAY)
        return connection.sql(COUNTED).fetchall(), report


def errors_in(message: str) -> list[str]:
    """Return the lines of a message that are errors: all of one that is not a report."""
    _, heading, errors = message.partition("Errors:\n")
    return (errors.partition("Warnings:\n")[0] if heading else message).splitlines()


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    counts, _ = loaded(tmp_path_factory.mktemp("clean"), FORMATS[0])
    return counts


FAST = (
    "Windows text",
    "zip",
    "Excel workbook",
    "OpenDocument",
    "Parquet with timestamps",
    "merged title in Excel",
    "line breaks in quotes",
    "age bands",
    "names in the wrong column",
    "errors of formulas",
    "unclosed quotation mark",
)
"""The kinds that `make test` reads; the others take 20 seconds together."""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=kind.name, marks=() if kind.name in FAST else pytest.mark.slow)
        for kind in KINDS
    ],
)
def test_a_messy_extract_is_read_alike_or_refused_in_one_line(
    tmp_path: Path, kind: Kind, clean: list[tuple[object, ...]], capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        counts, report = loaded(tmp_path, kind)
    except ExtractError as error:
        message = str(error)
        assert kind.outcome in message
        assert len(errors_in(message)) == 1
    else:
        message = report.as_text() + report.as_json()
        assert kind.outcome == READS
        assert counts == clean
        assert (report.loaded, report.rejected) == (RECORDS, 0)
        assert [finding.rule for finding in report.warnings] == ([kind.warns] if kind.warns else [])
    printed = "".join(capfd.readouterr())
    assert not [name for name in CANARIES if name in message + printed]
