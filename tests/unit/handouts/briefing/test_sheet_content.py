"""The content of a sheet: published numbers only, for every nationality, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from referrals.cards import registry
from referrals.cards.card import Card
from referrals.cards.charts.bars import Bar
from referrals.cards.exports import notes
from referrals.content import cited_sources
from referrals.formatting import day
from referrals.handouts.briefing import sheet_content, sheet_request
from referrals.handouts.briefing.sheet import Link, Sheet
from referrals.handouts.briefing.sheet_request import PAPERS, Audience, SheetRequest
from referrals.i18n import text_files
from referrals.paths import LOCALE
from referrals.query.document import context_series, published_numbers
from referrals.query.selection import Selection
from referrals.questions import facts
from referrals.reference import helplines
from referrals.release.catalogue import Served
from tests.unit.handouts.briefing.conftest import SITE

PUBLISHED = ["", "ALB", "CHN", "VNM", "ERI", "GBR", "SDN", "SOM"]
WITHOUT_NUMBER = ["ERI", "GBR", "SDN", "SOM"]
TOKEN = re.compile(r"[A-Z]?\d[\d,.]*\d%?|[A-Z]?\d%?")
"""A number with its separators and percent sign, or the id of a statement."""


def sheet_of(served: Served, **asked: str) -> Sheet:
    return sheet_content.sheet(served, sheet_request.read(asked.items(), served), SITE)


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a sheet, except the drawing of a code and the addresses of links."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Bar):
        yield from (value.label, value.text)
    elif isinstance(value, Link):
        yield value.label
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts(each)


def tokens(*found: str) -> set[str]:
    return {token for text in found for token in TOKEN.findall(text)}


def of_card(card: Card) -> Iterator[str]:
    yield from (card.finding, card.unit, str(card.table), *notes.notes(card))
    yield from notes.symbols(card)
    yield notes.source(card)


def allowed(served: Served) -> set[str]:
    """Every number that the ledger, the cards and the help lines have."""
    release = served.published
    numbers = published_numbers.numbers(release).values()
    cards = [registry.card(name, release, Selection()) for name in ("nationality", "crime-type")]
    rows = helplines.helplines()
    dates = [row[name] for row in rows for name in ("last_checked", "check_by")]
    shares = [
        facts.share(release, part, base)
        for part, base in (
            (("nationality", "_TOP3"), {}),
            (("crime_type", "MS"), {"nationality": "_TOP3"}),
            (("crime_type", "MS"), {"nationality": "_OTH"}),
        )
    ]
    return tokens(
        *(number.shown for number in numbers),
        *(number.number_id for number in numbers),
        *(number.document.section for number in numbers),
        *(number.period_label for number in numbers),
        *(day(number.document.published_on) for number in numbers),
        *(text for card in cards for text in of_card(card)),
        *(share.figure for share in shares if share),
        *(row["number"] for row in rows),
        *(row["serves"] for row in rows),
        *map(day, dates),
        *text_files.read("for-me").sources["ecia-2021"],  # its sections
        release.about.release_id,
        release.about.attribution,
        day(cited_sources.sources()["wa-172547"].published_on),
        "Press 55 when asked. All is 100%. Cite (2021, December 15).",
    )


@pytest.mark.parametrize("code", PUBLISHED)
@pytest.mark.parametrize("audience", [*Audience])
def test_every_number_on_a_sheet_is_published(served: Served, code: str, audience: str) -> None:
    sheet = sheet_of(served, nationality=code, audience=audience)
    assert tokens(*texts(sheet)) - allowed(served) == set()


def test_a_number_that_is_not_published_would_be_noticed(served: Served) -> None:
    assert tokens("It was 1,337 (19%), see E999.") - allowed(served) == {"1,337", "19%", "E999"}


def test_no_figure_is_typed_into_the_messages_of_a_sheet() -> None:
    """Only sections of the assessment and dates that the texts of the site have as well."""
    text = (LOCALE / "en" / "briefing.toml").read_text(encoding="utf-8")
    typed = {token for token in tokens(text) if token not in {"2020", "2021", "2023"}}
    assert typed == {"1", "2.2", "2.3"}


@pytest.mark.parametrize("code", PUBLISHED)
def test_every_nationality_has_three_sentences_and_no_empty_text(served: Served, code: str) -> None:
    for audience in Audience:
        sheet = sheet_of(served, nationality=code, audience=audience)
        assert len(sheet.sentences) == 3
        assert all(item for section in sheet.sections for item in section.items)
        assert [section.name for section in sheet.sections][-1] == "unknown"
        assert sheet.chart.alternative
        assert len(sheet.help.nations) == 6


@pytest.mark.parametrize(("code", "number", "share"), [
    ("VNM", "237", "18%"), ("ALB", "168", "13%"), ("CHN", "109", "8%"),
])  # fmt: skip
def test_a_nationality_with_a_number_has_it_in_sentence_chart_and_table(
    served: Served, code: str, number: str, share: str
) -> None:
    sheet = sheet_of(served, nationality=code)
    assert number in sheet.sentences[0]
    assert f"{share} of all 1,336" in sheet.sentences[1]
    (bar,) = [bar for bar in sheet.chart.bars if bar.label == sheet.chart.own]
    assert bar.text == number
    assert sheet.table is not None
    assert sheet.table.rows[0][:3] == (sheet.table.own, number, share)


@pytest.mark.parametrize("code", WITHOUT_NUMBER)
def test_a_nationality_without_a_number_says_so_and_gives_the_nearest(
    served: Served, code: str
) -> None:
    sheet = sheet_of(served, nationality=code)
    assert sheet.sentences[0].startswith("No number is published")
    assert "1,336" in sheet.sentences[1]
    assert [name in sheet.sentences[2] for name in ("237", "168", "109")] == [True] * 3
    assert sheet.chart.own == ""
    assert "has no bar" in sheet.chart.notes[0]
    assert sheet.table is not None
    assert sheet.table.rows[0][1:] == ("[x]", "[x]", "[x]")
    assert sheet.table.rows[-1][1] == "1,336"


@pytest.mark.parametrize("code", WITHOUT_NUMBER)
def test_another_publishers_number_is_dated_and_says_why_it_is_not_the_same(
    served: Served, code: str
) -> None:
    other = next(s for s in sheet_of(served, nationality=code).sections if s.name == "context")
    latest = list(context_cards(served, code))[-1]
    assert f"{latest['value']:,}" in other.items[0]
    assert day(str(latest["published_on"])) in other.items[0]
    assert other.items[1].startswith("This is not the same thing.")


def context_cards(served: Served, code: str) -> Iterator[Mapping[str, object]]:
    from referrals.cards import context_series as cards

    for card in cards.of_nationality(served.published, code):
        yield card.data[-1]


def test_communities_get_no_other_publishers_number_beside_a_published_one(
    served: Served,
) -> None:
    names = {section.name for section in sheet_of(served, nationality="VNM").sections}
    assert names == {"means", "unknown"}
    for_partner = sheet_of(served, nationality="VNM", audience="partner")
    assert {section.name for section in for_partner.sections} == {"reading", "context", "unknown"}


def test_only_partners_get_ids_sources_and_a_citation(served: Served) -> None:
    community, partner = (sheet_of(served, nationality="VNM", audience=each) for each in Audience)
    assert community.sources is None
    assert partner.sources is not None
    assert "sections 2.1, 3.6.2" in partner.sources.items[0]
    citation = partner.sources.items[-1]
    assert citation.startswith("Cite as: Victim referrals. (n.d.)"), "two of its numbers are sums"
    assert "Derived from Home Office (2021)" in citation
    assert partner.table is not None
    assert community.table is not None
    assert [row[-1] for row in partner.table.rows] == ["E024", "D01", "D02", "E002"]
    assert [row[:-1] for row in partner.table.rows] == [*community.table.rows]


@pytest.mark.parametrize(("asked", "address"), [
    ({"nationality": "VNM"}, "/for-me"),
    ({"nationality": "VNM", "audience": "partner"}, "/nationality/VNM"),
    ({"nationality": "ERI", "audience": "partner"}, "/nationality/ERI"),
    ({"audience": "partner"}, "/nationality"),
    ({"audience": "partner", "release": "example", "nationality": "XAB"},
     "/crime-type?nationality=XAB&release=example"),
])  # fmt: skip
def test_the_code_leads_to_help_or_to_the_figures(
    served: Served, asked: dict[str, str], address: str
) -> None:
    link = sheet_of(served, **asked).link
    assert link is not None
    assert link.address == f"{SITE}{address}"
    assert link.shown == f"figures.example{address}"


def test_without_the_address_of_the_site_the_code_leads_to_the_source(served: Served) -> None:
    link = sheet_content.sheet(served, SheetRequest("VNM")).link
    assert link is not None
    assert link.address.startswith("https://www.gov.uk/")
    assert sheet_content.sheet(served, SheetRequest("XAB", release="example")).link is None


@pytest.mark.parametrize("code", ["", "XAB", "XAJ"])
@pytest.mark.parametrize("audience", [*Audience])
def test_invented_figures_are_marked_wherever_they_are(
    served: Served, code: str, audience: str
) -> None:
    sheet = sheet_of(served, nationality=code, audience=audience, release="example")
    assert sheet.mark == "Worked example: invented figures, do not quote"
    headed = [sheet.title, sheet.chart.title, sheet.chart.alternative, *sheet.sentences]
    assert sheet.table is not None
    assert all(text.startswith("Worked example: ") for text in [*headed, sheet.table.title])
    assert any(sheet.mark in line for line in sheet.foot)
    assert not any("Cite" in text for text in texts(sheet))
    request = SheetRequest(code, release="example")
    assert request.file_name(served.others[0]).endswith("-example-invented-figures")


def test_invented_numbers_come_with_their_ranges(served: Served) -> None:
    sheet = sheet_of(served, nationality="XAB", release="example")
    card = registry.card("crime-type", served.others[0], Selection("XAB", release="example"))
    assert [bar.possible for bar in sheet.chart.bars] == [bar.possible for bar in card.bars]
    assert "A thin line with a dot" in sheet.chart.notes[0]
    assert sheet.table is not None
    assert sheet.table.header[2] == "Could be"


def test_the_help_lines_are_those_of_the_card_by_nation(served: Served) -> None:
    help_of = sheet_of(served).help
    shown = {line.number: nation.name for nation in help_of.nations for line in nation.lines}
    rows = helplines.helplines()
    assert shown == {row["number"]: row["nations"] for row in rows if row["card"]}
    assert help_of.emergency_number == "999"
    assert "not the police" in help_of.caution
    for row in rows:
        if row["card"]:
            assert row["last_checked"] <= "2026-11-29"
            assert day(min(each["check_by"] for each in rows if each["card"])) in help_of.checked


def test_overdue_help_lines_are_warned_of(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sheet_of(served).help.warning == ""
    monkeypatch.setattr(helplines, "overdue", lambda: ("nda",))
    assert "may be wrong" in sheet_of(served).help.warning


@pytest.mark.parametrize("paper", [*PAPERS])
def test_smaller_papers_have_fewer_words_and_the_same_numbers(served: Served, paper: str) -> None:
    sheet = sheet_of(served, nationality="VNM", paper=paper)
    assert (sheet.table is not None) == PAPERS[paper].is_whole
    assert all(len(section.items) <= PAPERS[paper].most_items for section in sheet.sections)
    assert sheet.sentences == sheet_of(served, nationality="VNM").sentences


def test_every_published_nationality_is_on_offer(served: Served) -> None:
    assert set(PUBLISHED) - {""} == set(context_series.profiled(served.published))
    assert sheet_request.nationalities(served.published) == tuple(PUBLISHED[1:])
    assert context_series.profiled(served.others[0]) == {}
    invented = sheet_request.nationalities(served.others[0])
    assert invented == tuple(f"XA{letter}" for letter in "ABCDEFGHIJ")
