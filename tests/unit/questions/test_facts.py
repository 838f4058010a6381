"""The titles of published numbers: their groups in words."""

from __future__ import annotations

import re

from referrals.query.document import published_numbers
from referrals.questions import facts
from referrals.release.release import Release


def test_no_title_of_a_number_shows_a_code(release: Release) -> None:
    numbers = published_numbers.numbers(release)
    titles = {number.number_id: facts.title(release, number) for number in numbers.values()}
    assert {
        number: title for number, title in titles.items() if re.search(r"_[A-Z]|\+", title)
    } == {}
    assert titles["C0003"].endswith("by quarter and age, 2009 to 2023 (18 and over)")
    assert titles["C0287"].endswith("(Female, other or not recorded)")
