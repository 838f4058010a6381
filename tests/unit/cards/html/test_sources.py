"""The source line of a card: each source once, named or counted, with its sentences below."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from referrals.cards import page_cards
from referrals.cards.card import Card
from referrals.cards.html import sources
from referrals.content import outline
from referrals.query.selection import Selection
from referrals.release.release import Release


@pytest.fixture(scope="module")
def card(release: Release) -> Card:
    return page_cards.card(outline.Card("sex"), release, Selection())


def quote(title: str, *, section: str = "", quotation: str = "A sentence.") -> dict[str, Any]:
    return {
        "publisher": "Home Office",
        "source_title": title,
        "published_on": "2021-12-15",
        "address": "https://example.org/",
        "section": section,
        "quotation": quotation,
    }


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ([], "Home Office, Assessment (15 December 2021)"),
        (["2.1"], "Home Office, Assessment (15 December 2021), section 2.1"),
        (
            ["3.8.2", "2.1", "2.1"],
            "Home Office, Assessment (15 December 2021), sections 2.1, 3.8.2",
        ),
    ],
)
def test_a_source_is_named_with_its_date_and_each_section_once(
    card: Card, sections: list[str], expected: str
) -> None:
    quotes = [quote("Assessment", section=section) for section in sections or [""]]
    assert sources.names(replace(card, quotes=quotes)) == [expected]


def test_a_date_in_the_title_of_a_source_is_not_repeated(card: Card) -> None:
    quotes = [quote("Assessment of 15 December 2021")]
    assert sources.names(replace(card, quotes=quotes)) == [
        "Home Office, Assessment of 15 December 2021"
    ]


def test_the_link_of_a_sentence_without_a_section_is_named_for_its_number(card: Card) -> None:
    quotes = [{**quote("Statistics"), "statement_id": "C0462"}]
    html = sources.sentences(replace(card, quotes=quotes))
    assert '<a href="/s/C0462">C0462</a>' in html
    assert "/s/C0462" not in sources.sentences(replace(card, quotes=quotes), has_links=False)


@pytest.mark.parametrize(("number", "expected"), [(2, "Source: "), (3, "Sources: 3 publications")])
def test_more_than_two_sources_are_counted(card: Card, number: int, expected: str) -> None:
    quotes = [quote(f"Title {place}") for place in range(number)]
    assert expected in sources.line(replace(card, quotes=quotes))


def test_a_sentence_of_a_source_is_escaped_and_listed_once(card: Card) -> None:
    quotes = [quote("Assessment", quotation="<b>")] * 2
    html = sources.sentences(replace(card, quotes=quotes))
    assert html.count("“&lt;b&gt;”") == 1


def test_a_card_without_printed_sources_has_no_source_line(card: Card) -> None:
    assert sources.html(replace(card, quotes=[])) == ""
