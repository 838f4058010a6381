"""Citations of sources other than the assessment, and the file of these sources."""

from __future__ import annotations

import csv

import pytest

from referrals.content import cited_sources
from referrals.errors import DataError
from referrals.paths import PUBLISHED


@pytest.mark.parametrize(
    ("mark", "reads"),
    [
        (
            "[@sbs-2025]",
            (
                "(Southall Black Sisters, [Statement on the Government's VAWG Strategy]"
                "(https://southallblacksisters.org.uk/news/statement-on-the-governments-vawg-strategy)"
                ", 18 December 2025)"
            ),
        ),
        (
            "[@lords-2022-review]",
            (
                "(Hansard, Nationality and Borders Bill, House of Lords committee, "
                "8 February 2022, read in a copy)"
            ),
        ),
        (
            "[@detail-psni-stop]",
            (
                "(The Detail, [PSNI will stop sharing data on migrant victims]"
                "(https://www.thedetail.tv/articles/"
                "psni-data-sharing-migrant-victims-crime-institutional-racism), "
                "date not read, at second hand)"
            ),
        ),
    ],
)
def test_a_citation_reads_as_publisher_title_and_date_and_says_if_it_is_second_hand(
    mark: str, reads: str
) -> None:
    assert cited_sources.with_citations(f"So it says {mark}.", "a.md") == f"So it says {reads}."


def test_two_sources_of_a_statement_are_in_one_pair_of_brackets() -> None:
    reads = cited_sources.with_citations("[@daa-2021-s81; @daa-2021-s82]", "a.md")
    assert reads.count("legislation.gov.uk, ") == 2
    assert reads.startswith("(legislation")
    assert ", 2021; legislation" in reads
    assert reads.endswith(", 2021)")


def test_a_source_that_does_not_exist_is_refused_with_the_name_of_the_text() -> None:
    with pytest.raises(DataError, match=r"a\.md cites \[@nobody-1999\], which data/content"):
        cited_sources.with_citations("[@nobody-1999]", "a.md")


def test_a_source_that_the_release_names_too_agrees_with_it() -> None:
    with (PUBLISHED / "sources.csv").open(encoding="utf-8", newline="") as stream:
        published = {row["source_id"]: row for row in csv.DictReader(stream)}
    both = published.keys() & cited_sources.sources().keys()
    assert {"dac-2023", "ho-nrm-2025-q4", "wa-172547", "wms-2021"} <= both
    for source_id in both:
        source, row = cited_sources.sources()[source_id], published[source_id]
        assert [source.title, source.publisher, source.published_on, source.address] == [
            row["title"],
            row["publisher"],
            row["published_on"],
            row["address"],
        ], source_id


def test_every_source_without_a_date_says_so_in_its_note() -> None:
    undated = [source for source in cited_sources.sources().values() if not source.published_on]
    assert len(undated) >= 5
    assert [source.source_id for source in undated if "date was not read" not in source.note] == []
