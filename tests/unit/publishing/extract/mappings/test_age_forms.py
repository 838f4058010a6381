"""Ages as bands and with units: a band is taken only if it lies within one of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.publishing.extract.mappings import age_forms
from referrals.publishing.extract.mappings.age_forms import (
    BANDS,
    STRADDLING,
    YEARS,
    Band,
    parse_band,
)
from referrals.publishing.extract.spellings import MAX_AGE


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("0-17", Band(0, 17)),
        ("18 – 19", Band(18, 19)),
        ("20 to 29", Band(20, 29)),
        ("aged 20 to 29 years", Band(20, 29)),
        ("60+", Band(60, MAX_AGE)),
        ("60 and over", Band(60, MAX_AGE)),
        ("over 60", Band(61, MAX_AGE)),
        (">=60", Band(60, MAX_AGE)),
        ("Under 18", Band(0, 17)),
        ("U18", Band(0, 17)),
        ("<18", Band(0, 17)),
        ("up to 17", Band(0, 17)),
        ("34", Band(34, 34)),
        ("29-20", None),
        ("0-150", None),
        ("thirties", None),
        ("", None),
    ],
)
def test_a_band_is_read_from_the_words_of_many_systems(text: str, band: Band | None) -> None:
    assert parse_band(text) == band


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("Under 18", "0-17", "code"),
        ("20-24", "20-29", "code"),
        ("18-24", None, STRADDLING),
        ("16-17", "0-17", "code"),
        ("50+", None, STRADDLING),
        ("75 plus", "60+", "code"),
    ],
)
def test_a_band_across_two_of_ours_has_no_code(text: str, code: str | None, kind: str) -> None:
    found = age_forms.spelling(text, form=BANDS, units=())
    assert found is not None
    assert (found.code, found.kind) == (code, kind)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("34 yrs", "30-39"),
        ("34yrs", "30-39"),
        ("17.0", "0-17"),
        ("34", None),
        ("121 yrs", None),
        ("x yrs", None),
        ("34 months", None),
    ],
)
def test_years_are_read_with_the_units_that_are_stated(text: str, code: str | None) -> None:
    found = age_forms.spelling(text, form=YEARS, units=("yrs", ".0"))
    assert (found.code if found else None) == code


@given(youngest=st.integers(0, MAX_AGE), oldest=st.integers(0, MAX_AGE))
def test_a_band_gets_a_code_only_if_all_its_ages_have_that_code(youngest: int, oldest: int) -> None:
    found = age_forms.spelling(f"{youngest}-{oldest}", form=BANDS, units=())
    codes = {
        code
        for code, band in age_forms.our_bands().items()
        if band.youngest <= oldest and youngest <= band.oldest
    }
    if youngest > oldest:
        assert found is None
    else:
        assert found is not None
        assert {found.code} == (codes if len(codes) == 1 else {None})
