"""The timeline has one source for each entry, in order; each promise has what was found since."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from referrals.content import cited_sources
from referrals.i18n import text_files
from tests.fixtures import prose

TIMELINE = text_files.read("timeline").body
PROMISES = text_files.read("promises").body
LAW = prose.sections(text_files.read("data-sharing").body)["The law, then and now"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def entries(body: str) -> list[str]:
    lists = re.findall(r"^::: timeline$(.*?)^:::$", body, re.MULTILINE | re.DOTALL)
    return [entry for each in lists for entry in re.findall(r"^- (.+)$", each, re.MULTILINE)]


def sources_of(entry: str) -> list[str]:
    return [*cited_sources.ids_in(entry), *re.findall(r"\(section [\dA-C.]+\)", entry)]


def date_of(entry: str) -> tuple[int, int, int] | None:
    """Return year, month and day, 0 if not given; None without a date of at least a month."""
    found = re.match(rf"\*\*(?:(\d+) )?({'|'.join(MONTHS)}) (\d{{4}})\.\*\*", entry)
    return (int(found[3]), MONTHS.index(found[2]) + 1, int(found[1] or 0)) if found else None


def out_of_order(dates: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the dates that are before the date above them. Months without a day fit any day."""
    return [
        after
        for before, after in pairwise(dates)
        if after[:2] < before[:2] or (after[:2] == before[:2] and 0 < after[2] < before[2])
    ]


def test_every_entry_of_the_timeline_has_one_source() -> None:
    assert len(entries(TIMELINE)) >= 40
    assert [entry for entry in entries(TIMELINE) if len(sources_of(entry)) != 1] == []


def test_the_entries_are_in_order_from_2016_to_2026() -> None:
    dates = [date for entry in entries(TIMELINE) if (date := date_of(entry))]
    assert out_of_order(dates) == []
    assert (dates[0][0], dates[-1][0]) == (2016, 2026)


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ([(2020, 1, 0), (2019, 12, 0)], [(2019, 12, 0)]),
        ([(2020, 1, 9), (2020, 1, 8)], [(2020, 1, 8)]),
        ([(2020, 1, 9), (2020, 1, 0), (2020, 2, 0)], []),
    ],
)
def test_an_entry_out_of_order_is_noticed(
    dates: list[tuple[int, int, int]], found: list[tuple[int, int, int]]
) -> None:
    assert out_of_order(dates) == found


@pytest.mark.parametrize("entry", entries(TIMELINE))
def test_an_entry_of_a_day_has_a_source_that_was_published_on_it_or_tells_of_it(entry: str) -> None:
    date = date_of(entry)
    for source in map(cited_sources.sources().get, cited_sources.ids_in(entry)):
        if source and date and date[2]:
            is_that_day = source.published_on == f"{date[0]}-{date[1]:02}-{date[2]:02}"
            words = re.match(r"\*\*(.+?) \d{4}\.", entry)
            text = f"{source.title} {source.quotation}"
            assert is_that_day or (words and words[1] in text), entry


def test_every_promise_is_followed_by_what_was_found() -> None:
    sections = {
        title: text
        for title, text in prose.sections(PROMISES).items()
        if title not in {"", "In short"}
    }
    assert len(sections) == 8
    for title, text in sections.items():
        assert re.search(r"^> |\"", text, re.MULTILINE), title
        assert "**Since.**" in text or "::: since-2021" in text, title
    rows = re.findall(r"^\| (?!Promise|---)", PROMISES, re.MULTILINE)
    assert len(rows) == len(sections)


@pytest.mark.parametrize(
    "named",
    [
        *("Immigration and Asylum Act 1999", "Immigration Act 1971, section 24"),
        *("Nationality and Borders Act 2022", "Data Protection Act 2018, Schedule 2, paragraph 4"),
        *("Equality Act 2010, Schedule 3", "Equality Act 2010, Schedule 18"),
        *("Section 81", "Section 82", "Border Security, Asylum and Immigration Act 2025"),
    ],
)
def test_the_table_of_legal_powers_names_each_law(named: str) -> None:
    assert named in LAW


def test_the_table_says_that_the_exemption_was_held_unlawful_twice_before_it_was_changed() -> None:
    row = next(line for line in LAW.splitlines() if "Schedule 2, paragraph 4" in line)
    assert re.search(r"unlawful in May 2021 .* 11 December 2023 .* Changed in 2024", row)
