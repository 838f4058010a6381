"""The periods of releases made from records: years, their quarters, and the labels of both.

A year is a year to March (`2020-21`) with calendar quarters (`2020-Q2`), or a year of the worked
example (`EY1`) with its quarters (`EY1-Q1`). No tool takes the codes of the example for dates.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from babel.dates import format_date

EXAMPLE_PERIOD: Final = re.compile(r"EY(?P<year>[1-9])(-Q(?P<quarter>[1-4]))?")
"""The code of a year or quarter of the worked example."""

REAL_PERIOD: Final = re.compile(r"[0-9]{4}-([0-9]{2}|Q[1-4])")
"""The code of a year to March or of a quarter."""

MONTHS: Final = {
    "1": "January to March",
    "2": "April to June",
    "3": "July to September",
    "4": "October to December",
}


def is_example(code: str) -> bool:
    """Return whether a period is of the worked example.

    >>> is_example("EY1"), is_example("EY1-Q4"), is_example("2020-21")
    (True, True, False)
    """
    return EXAMPLE_PERIOD.fullmatch(code) is not None


def is_code(text: str) -> bool:
    """Return whether a text has the form of the code of a year or quarter.

    >>> is_code("2019-20"), is_code("2019-Q4"), is_code("EY1"), is_code("2019")
    (True, True, True, False)
    """
    return is_example(text) or REAL_PERIOD.fullmatch(text) is not None


def label(code: str) -> str:
    """Return the label of a year or quarter.

    >>> label("2020-21"), label("2021-Q1")
    ('April 2020 to March 2021', 'January to March 2021')
    >>> label("EY2"), label("EY2-Q1")
    ('Example year 2', 'Example year 2, quarter 1')
    """
    example = EXAMPLE_PERIOD.fullmatch(code)
    if example:
        year = f"Example year {example['year']}"
        return f"{year}, quarter {example['quarter']}" if example["quarter"] else year
    first, _, quarter = code.partition("-Q")
    if quarter:
        return f"{MONTHS[quarter]} {first}"
    start = int(code[:4])
    return f"April {start} to March {start + 1}"


def span_label(first: str, last: str) -> str:
    """Return the label of the period from the first to the last of some years.

    >>> span_label("2020-21", "2023-24"), span_label("2020-21", "2020-21")
    ('April 2020 to March 2024', 'April 2020 to March 2021')
    >>> span_label("EY1", "EY4"), span_label("EY1", "EY1")
    ('Example years 1 to 4', 'Example year 1')
    """
    if first == last:
        return label(first)
    if is_example(first):
        return f"Example years {first.removeprefix('EY')} to {last.removeprefix('EY')}"
    return f"April {first[:4]} to March {int(last[:4]) + 1}"


def short_label(quarter: str) -> str:
    """Return the label of a quarter that fits an axis: a real one by its first month.

    >>> short_label("2020-Q2"), short_label("EY1-Q3")
    ('Apr 2020', 'Year 1 Q3')
    """
    year, _, number = quarter.partition("-Q")
    if is_example(quarter):
        return f"Year {year.removeprefix('EY')} Q{number}"
    first_month = date(int(year), 3 * int(number) - 2, 1)
    return str(format_date(first_month, "MMM y", locale="en_GB"))
