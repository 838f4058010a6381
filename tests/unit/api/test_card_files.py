"""The files of a card: what is written beside the chart is what is served, and nothing else can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from referrals.api import card_files
from referrals.cards import context_series, registry
from referrals.cards.card import Card
from referrals.cards.exports import text as exports
from referrals.cards.html import card as card_html
from referrals.content import outline
from referrals.query.selection import MEASURES, Selection
from referrals.release import catalogue
from referrals.release.catalogue import Standing
from referrals.release.release import Release
from referrals.web import settings
from referrals.web.direct_routes import DirectRoutes
from referrals.web.http import security_headers
from referrals.web.logging.access_log import PathNames
from tests.fixtures.asgi_client import scope_of
from tests.fixtures.asking import Asker

BASE = "http://test"
CHOSEN = Selection(sex="F", release="illustrative")


@pytest.fixture(autouse=True)
def standing(release: Release, invented: Release, monkeypatch: pytest.MonkeyPatch) -> Standing:
    """A site with the published year and an illustrative series."""
    both = Standing("both", release, (invented,))
    monkeypatch.setattr(catalogue, "standing", lambda: both)
    return both


@pytest.fixture
def ask() -> Asker:
    return served()


def served(site: str = "") -> Asker:
    return Asker(Starlette(middleware=[Middleware(DirectRoutes, routes=card_files.routes(site))]))


def every(release: Release, invented: Release) -> Iterator[Card]:
    """Each kind of card that stands on a page, with and without something chosen."""
    for topic in outline.TOPICS:
        other = "sex" if topic.dimension != "sex" else "crime_type"
        chosen = Selection(release="illustrative").choosing(other, "F" if other == "sex" else "DA")
        yield registry.of_dimension(release, topic.dimension, Selection(measure="share"))
        yield registry.of_dimension(invented, topic.dimension, chosen)
        yield registry.of_quarters(invented, topic.dimension, chosen)
        if topic.crossed_by:
            yield from (
                registry.of_cross(release, topic.dimension, topic.crossed_by, one)
                for one in MEASURES
            )
    yield from (registry.of_context(release, name) for name in context_series.LOOKS)


def links(card: Card) -> list[str]:
    """The addresses of the files in the panel of a card."""
    return [
        unescape(one)
        for one in re.findall(
            r'<a href="([^"]+)" download>', card_html.below(card, False, "", BASE)
        )
    ]


def test_each_link_of_each_card_leads_to_the_file_that_it_names(
    ask: Asker, release: Release, invented: Release
) -> None:
    for card in every(release, invented):
        written = {"csv": exports.csv(card, BASE)} | (
            {"svg": exports.picture(card, BASE)} if card.bars else {}
        )
        assert len(links(card)) == len(written)
        for address, (ending, text) in zip(links(card), written.items(), strict=True):
            answer = ask(address)
            assert (answer.status_code, answer.content) == (200, text.encode()), address
            assert (
                answer.headers["content-disposition"]
                == f'attachment; filename="{card.file_name}.{ending}"'
            )
            assert answer.headers["content-type"].startswith(
                {"csv": "text/csv", "svg": "image/svg+xml"}[ending]
            )


def test_a_file_of_invented_figures_says_so_in_its_name(ask: Asker, invented: Release) -> None:
    for address in links(registry.of_dimension(invented, "age_band", CHOSEN)):
        assert "illustrative" in ask(address).headers["content-disposition"]


def test_a_file_has_the_headers_of_every_answer_and_is_not_sent_twice(
    ask: Asker, release: Release
) -> None:
    address = links(registry.of_dimension(release, "sex", Selection()))[0]
    first = ask(address)
    assert {**security_headers.HEADERS, **security_headers.OPEN_TO_ALL}.items() <= dict(
        first.headers
    ).items()
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["content-security-policy"] == security_headers.DEFAULT
    assert "max-age=15" in first.headers["cache-control"]
    assert ask(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert ask(address, method="HEAD").content == b""


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("sex.csv?colour=red", 400, "'colour=red' cannot be chosen for this figure."),
        ("sex.csv?crime_type=XX", 400, "'crime_type=XX' cannot be chosen for this figure."),
        ("sex.csv?release=2019-20", 400, "'release=2019-20' cannot be chosen for this figure."),
        ("sex.csv?measure=share&measure=number", 400, "Something is asked for twice"),
        (
            "sex-by-crime-type.csv?crime_type=DA",
            400,
            "'crime_type=DA' cannot be chosen for this figure.",
        ),
        (
            "nrm-years.csv?release=illustrative",
            400,
            "'release=illustrative' cannot be chosen for this figure.",
        ),
        ("quarters-of-sex.csv", 400, "This release has no such figure."),
        ("colour.csv", 404, "There is no such figure to take away."),
        ("nrm-quarters-by-age.svg", 404, "There is no picture of this figure."),
        ("sex.csv?" + "a" * 3_000, 414, "The query is longer"),
    ],
)
def test_what_no_page_offers_is_refused_in_plain_words(
    ask: Asker, release: Release, asked: str, status: int, said: str
) -> None:
    answer = ask(f"/take-away/{release.digest[:12]}/{asked}")
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def test_figures_that_have_been_replaced_are_not_given_for_those_of_the_page(
    ask: Asker, release: Release
) -> None:
    address = links(registry.of_dimension(release, "sex", Selection()))[0]
    answer = ask(address.replace(release.digest[:12], "0" * 12))
    assert answer.status_code == 404
    assert "have been replaced since the page was opened" in answer.json()["detail"]


def test_nothing_can_be_written_to_the_address_of_a_file(ask: Asker, release: Release) -> None:
    assert (
        ask(
            links(registry.of_dimension(release, "sex", Selection()))[0], method="DELETE"
        ).status_code
        == 405
    )


def test_the_link_in_a_file_is_to_the_address_that_readers_know(release: Release) -> None:
    card = registry.of_dimension(release, "sex", Selection())
    address = links(card)[0]
    assert served("https://figures.example")(address).text == exports.csv(
        card, "https://figures.example"
    )
    assert served()(address, headers={"host": "other.example:8080"}).text == exports.csv(
        card, "http://other.example:8080"
    )
    assert served()(address, headers={"host": 'x"><script>'}).text == exports.csv(card, "")


@given(st.text(alphabet="htps:/.-a1[]@?#%\"'<> ", max_size=80))
def test_no_host_however_odd_brings_anything_into_a_file(said: str) -> None:
    known = settings.request_origin(scope_of("/", headers=[("host", said)]))
    assert not set(known.removeprefix("http://")) & set("/?#@%\"'<> ")


def test_the_log_names_the_kind_of_a_file_and_nothing_that_was_chosen(release: Release) -> None:
    routes: list[BaseRoute] = [*card_files.routes()]
    address = links(registry.of_dimension(release, "sex", Selection(crime_type="DA")))[0]
    assert PathNames((), routes).of(scope_of(address)) == "/take-away/{edition}/{card}.csv"


def test_a_card_that_nobody_can_ask_for_stands_on_no_page(
    release: Release, invented: Release
) -> None:
    assert {card.name for card in every(release, invented)} == set(card_files.SUBJECTS)
