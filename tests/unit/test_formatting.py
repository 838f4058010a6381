"""Numbers, percentages and dates as text, and that their values survive it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import formatting
from referrals.language import using


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
    ("code", "number", "share", "day", "month"),
    [
        ("en", "126,453", "1.1%", "15 December 2021", "March 2020"),
        ("cy", "126,453", "1.1%", "15 Rhagfyr 2021", "Mawrth 2020"),
        ("sq", "126\u00a0453", "1,1%", "15 dhjetor 2021", "mars 2020"),
        ("vi", "126.453", "1,1%", "15 tháng 12 năm 2021", "tháng 3 năm 2020"),
        ("zh-Hans", "126,453", "1.1%", "2021年12月15日", "2020年3月"),
        ("ur", "126,453", "1.1%", "15 دسمبر، 2021", "مارچ 2020"),
        ("bn", "1,26,453", "1.1%", "15 ডিসেম্বর, 2021", "মার্চ 2020"),
    ],
)
def test_numbers_and_dates_follow_the_current_language_with_digits_from_0_to_9(
    code: str, number: str, share: str, day: str, month: str
) -> None:
    with using(code):
        assert formatting.count(126453) == number
        assert formatting.percent(Fraction(1336, 126453), 1) == share
        assert formatting.day("2021-12-15") == day
        assert formatting.day("2020-03") == month


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
