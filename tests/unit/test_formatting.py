"""Numbers, percentages and dates as text, and that their values survive it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import formatting


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (9, "9"),
        (999, "999"),
        (1336, "1,336"),
        (126453, "126,453"),
        (10_000_000, "10,000,000"),
    ],
)
def test_a_count_has_thousands_separators(value: int, written: str) -> None:
    assert formatting.count(value) == written


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formatting.count(126453, locale="cy"), "126,453"),
        (formatting.count(126453, locale="pl"), "126\u00a0453"),
        (formatting.percent(Fraction(1336, 126453), 1, locale="pl"), "1,1%"),
        (formatting.day("2021-12-15", locale="cy"), "15 Rhagfyr 2021"),
    ],
)
def test_numbers_and_dates_follow_the_locale(written: str, expected: str) -> None:
    assert written == expected


@given(st.integers(min_value=0, max_value=10**15))
def test_a_count_is_the_same_number_when_read_back(value: int) -> None:
    assert int(formatting.count(value).replace(",", "")) == value


@pytest.mark.parametrize(
    ("lower", "upper", "open_ended", "written"),
    [
        (210, 212, False, "210 to 212"),
        (514, 514, False, "514"),
        (669, 1191, True, "at least 669"),
        (1191, 1191, True, "at least 1,191"),
        (1116, 1128, False, "1,116 to 1,128"),
        (0, 0, False, "0"),
    ],
)
def test_a_span_is_one_number_both_bounds_or_at_least_the_lower(
    lower: int, upper: int, open_ended: bool, written: str
) -> None:
    assert formatting.span(lower, upper, open_ended=open_ended) == written


@pytest.mark.parametrize(
    ("part", "whole", "places", "written"),
    [
        (706, 1131, 0, "62%"),
        (425, 1131, 0, "38%"),
        (514, 1336, 0, "38%"),
        (514, 1325, 0, "39%"),
        (1336, 126453, 1, "1.1%"),
        (1325, 126453, 1, "1.0%"),
        (45, 192, 1, "23.4%"),
        (1, 200, 0, "1%"),
        (3, 200, 0, "2%"),
        (1, 2000, 1, "0.1%"),
        (0, 7, 0, "0%"),
        (7, 7, 2, "100.00%"),
        (1, 3, 2, "33.33%"),
        (2, 3, 2, "66.67%"),
    ],
)
def test_a_percentage_is_rounded_half_up_as_the_assessment_rounds(
    part: int, whole: int, places: int, written: str
) -> None:
    assert formatting.percent(Fraction(part, whole), places) == written


@given(
    st.integers(min_value=0, max_value=20_000),
    st.integers(min_value=1, max_value=200_000),
    st.integers(min_value=0, max_value=3),
)
def test_a_percentage_has_no_floating_point_error(part: int, whole: int, places: int) -> None:
    # Decimal divides to 28 digits, enough to tell a half from its neighbours at these sizes.
    exact = Decimal(part) * 100 / Decimal(whole)
    expected = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert formatting.percent(Fraction(part, whole), places) == f"{expected:,}%"


@pytest.mark.parametrize(
    ("lower", "upper", "places", "written"),
    [
        (Fraction(210, 1336), Fraction(212, 1336), 1, "15.7% to 15.9%"),
        (Fraction(778, 1336), Fraction(786, 1336), 1, "58.2% to 58.8%"),
        (Fraction(430, 514), Fraction(434, 514), 0, "84%"),
        (Fraction(1, 4), Fraction(1, 4), 0, "25%"),
    ],
)
def test_a_percent_span_is_one_percentage_if_both_bounds_round_to_the_same(
    lower: Fraction, upper: Fraction, places: int, written: str
) -> None:
    assert formatting.percent_span(lower, upper, places) == written


def test_each_name_in_braces_is_replaced_by_its_figure() -> None:
    figures = {"E001": "126,453", "cell:sex=_R;crime_type=DA": "192"}
    text = "{cell:sex=_R;crime_type=DA} of {E001}, and {E001} again"
    assert formatting.fill(text, figures.__getitem__) == "192 of 126,453, and 126,453 again"


def test_a_filled_in_figure_is_not_searched_for_further_names() -> None:
    assert formatting.fill("{a}", {"a": "{b}"}.__getitem__) == "{b}"


NOTHING: dict[str, str] = {}


@pytest.mark.parametrize("text", ["no figure", "{}", "a { b", "{E001\n}"])
def test_text_without_a_name_in_braces_is_unchanged(text: str) -> None:
    assert formatting.fill(text, NOTHING.__getitem__) == text


def test_an_unknown_name_in_braces_is_an_error_and_never_printed() -> None:
    with pytest.raises(KeyError):
        formatting.fill("{E999}", NOTHING.__getitem__)
