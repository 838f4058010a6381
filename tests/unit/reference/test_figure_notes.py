"""The texts that go with the figures of every release."""

from __future__ import annotations

import pytest

from referrals.paths import REFERENCE
from referrals.reference import figure_notes, table_schema

ROWS = table_schema.read(REFERENCE / "figure_notes.csv")
NAMES = [name for name in vars(figure_notes) if name.isupper() and not name.startswith("_")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["note"])
def test_each_note_is_a_constant_of_the_same_name(row: dict[str, str]) -> None:
    assert getattr(figure_notes, row["note"].upper()) == row["text"]


def test_every_constant_is_a_note_of_the_file() -> None:
    assert sorted(set(NAMES) - {"REFERENCE"}) == sorted(row["note"].upper() for row in ROWS)
