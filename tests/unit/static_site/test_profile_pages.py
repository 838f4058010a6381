"""Profiles of nationalities: what is published, in order, and clear if nothing is."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markupsafe import Markup, escape

from referrals.cards import registry
from referrals.cards.exports.export import file_address
from referrals.cards.html import card as card_html
from referrals.cards.html import chart as card_chart
from referrals.query.document import context_series as query_series
from referrals.query.document import published_numbers
from referrals.query.selection import Selection
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import profile_pages

BASE = "https://figures.example"
PRINTED = ["ALB", "CHN", "VNM"]
CONTEXT_ONLY = ["ERI", "GBR", "SDN", "SOM"]


def main(served: Served, code: str) -> Markup:
    """The main part of a profile as the full site shows it."""
    return profile_pages.main(served, code, lambda card: card_html.take_away(card, BASE))


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_every_nationality_with_a_figure_has_a_profile_and_no_other(release: Release) -> None:
    found = query_series.profiled(release)
    assert [code for code, one in found.items() if one.is_printed] == PRINTED
    assert [code for code, one in found.items() if not one.is_printed] == CONTEXT_ONLY


def test_a_profile_has_the_real_figures_first_then_others_then_what_is_not_known(
    served: Served,
) -> None:
    text = words(main(served, "VNM"))
    places = [
        text.index(part)
        for part in (
            "counts 237 victim referrals",
            "It is 18% of all 1,336",
            "Together they are 514 referrals, 38% of all",
            "84% of these three together",
            "no such figure for Vietnam alone",
            "Why this is not the same thing",
            "What is not known about this group",
            "How many were women, men or children",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("code", [*PRINTED, *CONTEXT_ONLY])
def test_no_profile_gives_a_rank(served: Served, code: str) -> None:
    text = words(main(served, code)).lower()
    assert not re.search(
        r"\b(largest|most|top|first|second|third|ranked?)\b (nationalit|group)", text
    )
    assert "migrant crime" not in text


@pytest.mark.parametrize("code", CONTEXT_ONLY)
def test_a_nationality_without_a_printed_number_says_so_before_others_figures(
    served: Served, code: str
) -> None:
    text = words(main(served, code))
    assert text.index("No number of victim referrals is published") < text.index(
        "Modern slavery referrals of"
    )
    assert "822 referrals together" in text
    assert "It is 0%" not in text


def test_every_number_of_a_profile_has_its_page(served: Served, release: Release) -> None:
    known = published_numbers.numbers(release)
    for code in PRINTED:
        ids = re.findall(r'href="/s/([A-Z]\d+)"', main(served, code))
        assert len(ids) >= 3
        assert [one for one in ids if one not in known] == []


def test_real_figures_are_on_no_chart_with_those_of_another_publisher(served: Served) -> None:
    html = profile_pages.main(served, "ALB", lambda _: Markup())
    ours, _, theirs = html.partition("Other publishers")
    assert 'class="lines"' not in ours
    assert "1,336</b>" not in theirs
    assert theirs.count("Why this is not the same thing") == theirs.count('<section class="card">')


def test_the_bars_of_nationalities_link_to_their_profiles(release: Release) -> None:
    card = registry.card("nationality", release, Selection())
    linked = re.findall(r'<a href="/nationality/(\w+)">', card_chart.html(card))
    assert sorted(linked) == PRINTED


def test_invented_nationalities_link_to_no_profile(invented: Release) -> None:
    card = registry.card("nationality", invented, Selection())
    assert "/nationality/" not in card_chart.html(card)


@pytest.mark.slow
def test_the_static_site_has_every_profile_and_none_in_its_menu(files: dict[str, bytes]) -> None:
    assert {f"nationality/{code}" for code in (*PRINTED, *CONTEXT_ONLY)} <= set(files)
    home = files[""].decode()
    assert "nationality/VNM" not in home[home.rindex("<nav") :]
    page = files["nationality/VNM"].decode()
    assert "<script" not in page
    assert 'href="./ALB"' in page or 'href="ALB"' in page


def test_an_unknown_code_lists_the_profiles_that_exist(served: Served) -> None:
    html = profile_pages.unknown(served)
    assert "There is no profile called this" in html
    assert sorted(re.findall(r'href="/nationality/(\w+)"', html)) == sorted(PRINTED + CONTEXT_ONLY)


@pytest.mark.parametrize("code", [*PRINTED, *CONTEXT_ONLY])
def test_every_figure_of_a_profile_can_be_taken_away(
    served: Served, release: Release, code: str
) -> None:
    html = main(served, code)
    cards = profile_pages.cards(release, code)
    assert html.count('data-fold="take-away"') == len(cards) > 0
    for card in cards:
        for ending in ("csv", "xlsx", "ods", "zip"):
            assert escape(file_address(card, ending)) in html
    ours = [card.address for card in cards if not card.is_context]
    assert ours == ([{"nationality": code}] if code in PRINTED else [])


@pytest.mark.slow
def test_a_profile_of_the_static_site_has_the_table_of_each_figure_as_csv(
    served: Served, files: dict[str, bytes]
) -> None:
    for code in (*PRINTED, *CONTEXT_ONLY):
        html = files[f"nationality/{code}"].decode()
        linked = re.findall(r'href="\.\./(data/[^"]+\.csv)" download', html)
        assert len(linked) == len(profile_pages.cards(served.published, code))
        assert [name for name in linked if name not in files] == []
