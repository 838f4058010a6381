"""Any card as one slide."""

from __future__ import annotations

import pytest

from referrals.cards import registry
from referrals.cards.exports.export import slide_address
from referrals.handouts.presentation import card_slide, show
from referrals.handouts.presentation.choice import Choice
from referrals.handouts.presentation.show import Show
from referrals.query.selection import Selection
from referrals.release.catalogue import Served
from referrals.release.release import Release


@pytest.fixture(scope="module")
def served(release: Release, series: Release) -> Served:
    return Served("one", release, (series,))


@pytest.mark.parametrize("name", registry.CARDS)
def test_every_card_is_a_slide(served: Served, name: str) -> None:
    entry = registry.CARDS[name]
    parameters = [("release", "example")] if entry.is_of_release else []
    card, unused = card_slide.find(served, name, parameters)
    assert card is not None
    assert unused == ()
    slide = card_slide.slide(card)
    html = show.page(Show(Choice((slide,)), "https://example.org", is_story=False))
    assert slide.title in html or "&#39;" in html
    assert ". ".join([slide.title, *slide.lead]).rstrip(".") == card.finding.rstrip(".")
    assert slide.source.startswith("Source")
    assert (slide.mark != "") == bool(entry.is_of_release)


def test_a_slide_has_the_selection_of_its_address(served: Served) -> None:
    card, unused = card_slide.find(served, "sex", [("crime_type", "MS"), ("measure", "share")])
    assert card is not None
    assert card.address == {"crime_type": "MS", "measure": "share"}
    assert slide_address(card) == "/present?card=sex&crime_type=MS&measure=share"
    assert unused == ()


def test_what_a_card_cannot_use_of_an_address_is_named(served: Served) -> None:
    card, unused = card_slide.find(served, "sex", [("crime_type", "XX"), ("utm_source", "letter")])
    assert card is not None
    assert unused == ("crime_type=XX",)
    _, unused = card_slide.find(served, "table", [("rows", "colour")])
    assert unused == ("rows=colour",)


@pytest.mark.parametrize("name", ["sex-by-crime-type", "dac-537"])
def test_a_card_of_the_published_release_alone_is_not_made_of_another(
    served: Served, name: str
) -> None:
    card, unused = card_slide.find(served, name, [("release", "example")])
    assert card is not None
    assert card.about == served.published.about
    assert unused == ("release=example",)


def test_a_built_table_is_a_slide(served: Served) -> None:
    card, unused = card_slide.find(served, "table", [("rows", "sex"), ("columns", "crime_type")])
    assert card is not None
    assert unused == ()
    assert "<table" in show.page(Show(Choice((card_slide.slide(card),)), "", is_story=False))


@pytest.mark.parametrize(
    ("name", "parameters"), [("outcomes", []), ("quarters-of-sex", []), ("", [])]
)
def test_a_card_that_does_not_exist_or_not_in_this_release_is_none(
    served: Served, name: str, parameters: list[tuple[str, str]]
) -> None:
    assert card_slide.find(served, name, parameters) == (None, ())


@pytest.mark.parametrize(
    ("path", "parameters", "name"),
    [
        ("/sex", [], "sex"),
        ("/age", [], "age-band"),
        ("/table", [], "table"),
        ("/trends", [], "nrm-quarters-later"),
        ("/trends", [("series", "nonsense")], "nrm-quarters-later"),
        ("/gaps", [], ""),
    ],
)
def test_the_page_of_a_card_names_its_first_card(
    path: str, parameters: list[tuple[str, str]], name: str
) -> None:
    assert card_slide.card_of_page(path, parameters) == name


def test_a_series_of_another_publisher_says_why_it_is_not_the_same(release: Release) -> None:
    name = card_slide.card_of_page("/trends", [])
    card = registry.card(name, release, Selection())
    assert card_slide.slide(card).note.startswith("Why this is not the same thing.")
    assert len(card_slide.slide(card).evidence) <= card_slide.MOST_SENTENCES
