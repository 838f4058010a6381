"""The description of mappings for analysts: its example is a mapping, and it names every choice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from referrals.paths import ROOT
from referrals.publishing.extract.mappings import age_forms, date_forms, mapping

DOCUMENT = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")


def test_the_example_is_a_mapping_with_every_key(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    path = tmp_path / "mapping.toml"
    path.write_text(example, encoding="utf-8")
    found = mapping.load(path)
    assert found.header_row == 4
    assert found.dates.last_two_digit_year == 2029
    for name in ("sheet", "delimiter", "encoding", "skip", "ignore", "units", "not_recorded"):
        assert f"\n{name} = " in example


@pytest.mark.parametrize("choice", [*date_forms.FORMS, *age_forms.FORMS, *mapping.ENCODINGS])
def test_every_choice_is_named(choice: str) -> None:
    assert choice in DOCUMENT
