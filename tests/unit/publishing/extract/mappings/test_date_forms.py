"""Dates in the forms of a mapping: each is read in that form alone, and no order is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.publishing.extract.mappings import date_forms
from referrals.publishing.extract.mappings.date_forms import FORMS, DateReader, advice, fitting

DAY = date(2022, 3, 4)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("yyyy-mm-dd", "2022-03-04"),
        ("yyyy/mm/dd", "2022/3/4"),
        ("yyyymmdd", "20220304"),
        ("dd/mm/yyyy", "04/03/2022"),
        ("dd/mm/yyyy", "4.3.2022"),
        ("dd/mm/yyyy", "04-03-2022"),
        ("dd/mm/yyyy", "04 03 2022"),
        ("mm/dd/yyyy", "3/4/2022"),
        ("dd/mm/yy", "04/03/22"),
        ("mm/dd/yy", "03/04/22"),
        ("dd-mmm-yyyy", "4-Mar-2022"),
        ("dd-mmm-yyyy", "04 MARCH 2022"),
        ("dd-mmm-yyyy", "04Mar2022"),
        ("dd-mmm-yy", "04-Mar-22"),
        ("excel serial", "44624"),
        ("excel serial", "44624.0"),
        ("excel serial 1904", "43162"),
        ("dd/mm/yyyy", "04/03/2022 00:00:00"),
        ("dd/mm/yyyy", "\u00a004/03/2022\u00a0"),
    ],
)
def test_a_date_is_read_in_the_form_that_is_stated(form: str, text: str) -> None:
    assert DateReader((form,), 2029).read(text) == DAY


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("dd/mm/yyyy", "13/13/2022"),
        ("dd/mm/yyyy", "31/02/2022"),
        ("dd/mm/yyyy", "04/03/22"),
        ("dd/mm/yyyy", "04/03-2022"),
        ("dd/mm/yyyy", "04/03/2022 14:30"),
        ("dd/mm/yyyy", "2022-03-04T23:30:00Z"),
        ("dd/mm/yyyy", "2022-03-04T00:00:00+01:00"),
        ("dd/mm/yyyy", "44624"),
        ("dd-mmm-yyyy", "4-Abc-2022"),
        ("excel serial", "60"),
        ("excel serial", "0060"),
        ("excel serial", "44624.5"),
        ("excel serial", "20220304"),
        ("yyyymmdd", "99990304"),
    ],
)
def test_a_text_in_another_form_is_not_a_date(form: str, text: str) -> None:
    assert DateReader((form,), 2029).read(text) is None


@pytest.mark.parametrize(("text", "year"), [("01/01/29", 2029), ("01/01/30", 1930)])
def test_two_digits_mean_the_century_that_ends_with_the_stated_year(text: str, year: int) -> None:
    assert DateReader(("dd/mm/yy",), 2029).read(text) == date(year, 1, 1)


def test_the_first_serial_that_is_read_is_the_day_after_the_one_that_excel_made_up() -> None:
    assert DateReader(("excel serial",)).read("0061") == date(1900, 3, 1)


def test_a_time_of_day_is_ignored_only_if_that_is_stated() -> None:
    reader = DateReader(("dd/mm/yyyy", "excel serial"), ignores_time=True)
    assert reader.read("04/03/2022 23:59") == reader.read("44624.99") == DAY
    assert reader.read("4/3/2022 2:30 PM") == DAY


def test_values_that_fit_both_orders_are_asked_about() -> None:
    assert "find out which is meant" in advice(["04/03/2022", "05/03/2022"])
    assert "They fit dd/mm/yyyy" in advice(["04/03/2022", "14/03/2022"])
    assert advice(["tomorrow"]) == "Correct them at their source"


def test_iso_dates_fit_no_other_form() -> None:
    assert fitting(["2022-03-04"]) == {}


EARLY = [f"2022-{month:02}-05" for month in range(1, 9)]
LATE = [f"2022-{month:02}-15" for month in range(1, 9)]
TEXTS = ["13/01/2022", "14/01/2022", "15/01/2022"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([*EARLY, *TEXTS], True),
        ([*LATE, *TEXTS], False),
        ([*EARLY, *TEXTS, "03/01/2022"], False),
        ([*EARLY[:1], *TEXTS], False),
        (EARLY, False),
    ],
    ids=["swapped", "late days", "an early text", "too few", "no texts"],
)
def test_dates_that_a_spreadsheet_read_in_the_wrong_order_are_recognised(
    values: list[str], expected: bool
) -> None:
    assert date_forms.swapped_by_spreadsheet(values) is expected


@given(day=st.dates(date(1930, 1, 1), date(2029, 12, 31)), form=st.sampled_from(FORMS))
def test_every_day_is_read_back_in_every_form(day: date, form: str) -> None:
    epochs = {"excel serial": date(1899, 12, 30), "excel serial 1904": date(1904, 1, 1)}
    if form in epochs:
        text = str((day - epochs[form]).days)
    else:
        codes = form.replace("mmm", "%b").replace("mm", "%m").replace("dd", "%d")
        text = day.strftime(codes.replace("yyyy", "%Y").replace("yy", "%y"))
    assert DateReader((form,), 2029).read(text) == day


@given(text=st.text(max_size=20), form=st.sampled_from(FORMS))
def test_any_text_is_a_day_or_nothing(text: str, form: str) -> None:
    day = DateReader((form,), 2029).read(text)
    assert day is None or isinstance(day, date)
