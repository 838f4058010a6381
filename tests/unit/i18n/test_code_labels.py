"""Labels of countries and releases in the languages of the site."""

from __future__ import annotations

import pytest

from referrals.i18n import code_labels
from referrals.language import using
from referrals.paths import LOCALE
from referrals.reference import table_schema
from referrals.reference.figure_notes import EXAMPLE_MARK


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("sq", "ALB", "Shqipëria"),
        ("sq", "VNM", "Vietnami"),
        ("sq", "CHN", "Kina"),
        ("ur", "GBR", "برطانیہ"),
        ("cy", "ALB", "Albania"),
    ],
)
def test_a_country_has_our_name_for_it_or_that_of_cldr(language: str, code: str, name: str) -> None:
    with using(language):
        assert code_labels.label("nationality", code, "English name") == name


def test_every_name_of_our_own_is_of_a_country_and_says_why() -> None:
    rows = table_schema.read(LOCALE / "country_names.csv")
    assert rows
    assert all(code_labels.is_country(row["code"]) for row in rows)
    assert all(row["reason"] for row in rows)


@pytest.mark.parametrize("language", ["cy", "vi", "sq", "zh-Hans", "ur", "bn"])
def test_the_status_of_a_release_is_translated(language: str) -> None:
    with using(language):
        for code in ("published", "official"):
            assert code not in code_labels.status("", code)
        assert code_labels.status(EXAMPLE_MARK, "example") == code_labels.mark(EXAMPLE_MARK)


def test_the_status_of_a_release_in_english_is_its_code_or_its_mark() -> None:
    assert code_labels.status("", "official") == "official"
    assert code_labels.status(EXAMPLE_MARK, "example") == EXAMPLE_MARK
