"""Card files: each link serves the exporter's file, and nothing else can be requested."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from http import HTTPStatus
from unittest.mock import Mock
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from referrals.api.figures import card_files
from referrals.api.problems import Problem
from referrals.api.single_flight import SingleFlight
from referrals.cards import built_table, context_series, registry
from referrals.cards.card import Card
from referrals.cards.exports import text as text_export
from referrals.cards.exports.export import Export, frame_address
from referrals.cards.exports.export import file_address as address_of
from referrals.cards.exports.formats import FORMATS, GROUPS, endings
from referrals.cards.exports.pictures import png
from referrals.cards.html import card as card_html
from referrals.content import outline
from referrals.query.selection import MEASURES, Selection
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.spreadsheets.workbook import display_text
from referrals.web import settings
from referrals.web.direct_routes import DirectRoutes
from referrals.web.http import security_headers
from referrals.web.logging.access_log import PathNames
from tests.fixtures.asgi_client import HttpClient, scope_of

BASE = "http://test"
CHOSEN = Selection(sex="F", release="example")


@pytest.fixture(autouse=True)
def served(release: Release, invented: Release, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The published release with an worked example."""
    both = Served("both", release, (invented,))
    monkeypatch.setattr(catalogue, "served", lambda: both)
    return both


@pytest.fixture
def get() -> HttpClient:
    return client_of()


def client_of(site_url: str = "") -> HttpClient:
    return HttpClient(
        Starlette(middleware=[Middleware(DirectRoutes, routes=card_files.routes(site_url))])
    )


def every(release: Release, invented: Release) -> Iterator[Card]:
    """Each kind of card of the pages, with and without filters."""
    for topic in outline.TOPICS:
        other = "sex" if topic.dimension != "sex" else "crime_type"
        chosen = Selection(release="example").choosing(other, "F" if other == "sex" else "DA")
        yield registry.card(
            registry.dimension_name(topic.dimension), release, Selection(measure="share")
        )
        yield registry.card(registry.dimension_name(topic.dimension), invented, chosen)
        yield registry.card(registry.quarters_name(topic.dimension), invented, chosen)
        yield registry.card(registry.over_time_name(topic.dimension), invented, chosen)
        if topic.crossed_by:
            yield from (
                registry.card(
                    registry.cross_name(topic.dimension, topic.crossed_by),
                    release,
                    Selection(measure=one),
                )
                for one in MEASURES
            )
    for design in context_series.DESIGNS.values():
        yield registry.card(design.card_name, release, Selection())


def links(card: Card) -> list[str]:
    """The addresses of the files of a card, from its HTML."""
    return [
        unescape(one)
        for one in re.findall(r'<a href="([^"]+)" download>', card_html.below(card, BASE))
    ]


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """PNG pictures are not drawn: each would take a process. `test_pictures` draws them."""
    monkeypatch.setattr(png, "write", lambda drawing, zoom: f"{zoom} {len(drawing)}".encode())


def check_links(get: HttpClient, card: Card, release: Release, wanted: Iterable[str]) -> None:
    found = dict(zip(linked(card), links(card), strict=True))
    for ending in wanted:
        answer = get(found[ending])
        written = FORMATS[ending].write(Export(card, release, BASE))
        assert (answer.status_code, answer.content) == (200, written), found[ending]
        disposition = f'attachment; filename="{card.file_name}.{ending}"'
        assert answer.headers["content-disposition"] == disposition
        assert answer.headers["content-type"] == FORMATS[ending].media_type


def linked(card: Card) -> list[str]:
    """The endings of the files of a card in the order of its links."""
    every = [ending for group in GROUPS.values() for ending in group]
    return [ending for ending in every if ending in endings(card)]


@pytest.mark.slow
def test_each_link_of_each_card_serves_the_file_that_it_names(
    get: HttpClient, release: Release, invented: Release
) -> None:
    by_id = {one.about.release_id: one for one in (release, invented)}
    for card in every(release, invented):
        wanted = {"csv", "svg"} & set(endings(card))
        check_links(get, card, by_id[card.about.release_id], wanted)


def test_each_format_of_a_card_is_served(
    get: HttpClient, release: Release, invented: Release
) -> None:
    for shown, card in (
        (release, registry.card("sex", release, Selection())),
        (invented, registry.card("age-band", invented, CHOSEN)),
        (release, registry.card("dac-537", release, Selection())),
    ):
        check_links(get, card, shown, endings(card))


def test_every_format_is_in_one_group() -> None:
    listed = [ending for group in GROUPS.values() for ending in group]
    assert sorted(listed) == sorted(FORMATS)


def test_a_card_file_of_invented_figures_is_marked_in_its_name(
    get: HttpClient, invented: Release
) -> None:
    for address in links(registry.card("age-band", invented, CHOSEN)):
        assert "example" in get(address).headers["content-disposition"]


def test_a_card_file_has_the_common_headers_and_an_etag(get: HttpClient, release: Release) -> None:
    address = links(registry.card("sex", release, Selection()))[0]
    first = get(address)
    assert {**security_headers.HEADERS, **security_headers.OPEN_TO_ALL}.items() <= dict(
        first.headers
    ).items()
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["content-security-policy"] == security_headers.DEFAULT
    assert "max-age=15" in first.headers["cache-control"]
    assert get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert get(address, method="HEAD").content == b""


def test_parameters_that_others_add_to_a_link_change_nothing_and_are_not_cached_apart(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Mock(wraps=registry.card)
    monkeypatch.setattr(registry, "card", made)
    get = client_of()
    plain, tagged = (
        get(f"/take-away/{release.digest[:12]}/sex.csv?{query}")
        for query in ("crime_type=DA", "utm_source=a&crime_type=DA&fbclid=b&utm_source=c")
    )
    assert (tagged.status_code, tagged.content) == (200, plain.content)
    assert made.call_count == 1


@pytest.mark.parametrize(
    ("address", "status", "detail"),
    [
        ("sex.csv?crimetype=DA", 400, "'crimetype=DA' cannot be chosen for this figure."),
        ("sex.csv?crime_type=XX", 400, "'crime_type=XX' cannot be chosen for this figure."),
        ("sex.csv?release=2019-20", 400, "'release=2019-20' cannot be chosen for this figure."),
        ("sex.csv?measure=share&measure=number", 400, "A parameter is given twice"),
        (
            "sex-by-crime-type.csv?crime_type=DA",
            400,
            "'crime_type=DA' cannot be chosen for this figure.",
        ),
        (
            "nrm-years.csv?release=example",
            400,
            "'release=example' cannot be chosen for this figure.",
        ),
        ("quarters-of-sex.csv", 400, "This release has no such figure."),
        ("colour.csv", 404, "There is no such figure to take away."),
        ("dac-537.svg", 404, "There is no picture of this figure."),
        ("sex.csv?" + "a" * 3_000, 414, "The query is longer"),
    ],
)
def test_a_selection_that_no_page_offers_is_refused_in_plain_words(
    get: HttpClient, release: Release, address: str, status: int, detail: str
) -> None:
    answer = get(f"/take-away/{release.digest[:12]}/{address}")
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)


def test_a_card_file_of_a_replaced_edition_is_refused(get: HttpClient, release: Release) -> None:
    address = links(registry.card("sex", release, Selection()))[0]
    answer = get(address.replace(release.digest[:12], "0" * 12))
    assert answer.status_code == 404
    assert "have been replaced since the page was opened" in answer.json()["detail"]


def test_a_card_file_is_read_only(get: HttpClient, release: Release) -> None:
    assert (
        get(links(registry.card("sex", release, Selection()))[0], method="DELETE").status_code
        == 405
    )


def test_the_options_of_a_card_file_and_of_a_frame_are_answered(
    get: HttpClient, release: Release
) -> None:
    card = registry.card("sex", release, Selection())
    for address in (links(card)[0], frame_address(card, "")):
        answer = get(address, method="OPTIONS")
        assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_card_file_of_a_context_series_is_named_for_the_series(
    get: HttpClient, release: Release
) -> None:
    for design in context_series.DESIGNS.values():
        address = links(registry.card(design.card_name, release, Selection()))[0]
        assert (
            f'"context-series-{design.card_name}.csv"'
            in get(address).headers["content-disposition"]
        )


def test_the_files_of_a_profile_hold_one_nationality(get: HttpClient, release: Release) -> None:
    (card,) = context_series.of_nationality(release, "SOM")
    found = dict(zip(linked(card), links(card), strict=True))
    answer = get(found["csv"])
    assert answer.status_code == 200
    assert f'"context-series-{card.name}.csv"' in answer.headers["content-disposition"]
    rows = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert {row["category"] for row in rows} == {"SOM"}
    assert f"{BASE}/nationality/SOM" in get(found["txt"]).text
    assert get(frame_address(card, "")).status_code == 200


def test_a_profile_without_figures_of_another_publisher_has_no_file_of_them(
    get: HttpClient, release: Release
) -> None:
    edition = release.about.edition[:12]
    for name in ("nrm-years-by-nationality-chn", "nrm-years-by-nationality-xaa"):
        for release_id in ("", "?release=example"):
            assert get(f"/take-away/{edition}/{name}.csv{release_id}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if number % 4 == 0 else pytest.mark.slow)
        for number, name in enumerate(context_series.DESIGNS)
    ],
)
def test_every_series_is_served_as_workbooks_and_as_one_archive(
    get: HttpClient, release: Release, name: str
) -> None:
    card = context_series.card(release, name)
    display_text.cache_clear()
    for ending in ("xlsx", "ods", "zip"):
        content = get(address_of(card, ending)).content
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_the_link_in_a_card_file_uses_the_public_address(release: Release) -> None:
    card = registry.card("sex", release, Selection())
    address = address_of(card, "txt")
    for get, headers, base in (
        (client_of("https://figures.example"), {}, "https://figures.example"),
        (client_of(), {"host": "other.example:8080"}, "http://other.example:8080"),
        (client_of(), {"host": "Other.Example:8080"}, "http://other.example:8080"),
        (client_of(), {"host": 'x"><script>'}, ""),
    ):
        assert get(address, headers=headers).text == text_export.write(card, base)


@given(st.text(alphabet="htps:/.-a1[]@?#%\"'<> ", max_size=80))
def test_a_malformed_host_brings_nothing_into_a_card_file(host: str) -> None:
    known = settings.request_origin(scope_of("/", headers=[("host", host)]))
    assert not set(known.removeprefix("http://")) & set("/?#@%\"'<> ")


def test_the_access_log_names_the_file_format_and_no_selection(release: Release) -> None:
    routes: list[BaseRoute] = [*card_files.routes()]
    address = links(registry.card("sex", release, Selection(crime_type="DA")))[0]
    assert PathNames((), routes).of(scope_of(address)) == "/take-away/{edition}/{card}.csv"


def test_every_card_of_the_pages_can_be_requested(release: Release, invented: Release) -> None:
    assert {card.name for card in every(release, invented)} == set(registry.CARDS)


# The table that a reader builds


def test_the_file_of_a_built_table_has_the_cells_of_its_page(
    get: HttpClient, release: Release
) -> None:
    query = "rows=crime_type&columns=sex&measure=share_of_row&chart=bars"
    _, request, _ = built_table.read(parse_qsl(query), {release.about.release_id: release})
    card = built_table.built(release, request).card
    for ending in endings(card):
        answer = get(address_of(card, ending))
        assert answer.status_code == HTTPStatus.OK
        assert answer.content == FORMATS[ending].write(Export(card, release, BASE))


def test_a_table_that_does_not_exist_is_refused_with_what_can_be_asked(
    get: HttpClient, release: Release
) -> None:
    edition = release.about.edition[:12]
    answer = get(f"/take-away/{edition}/table.csv?rows=nationalty&columns=sex")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Did you mean “nationality”?" in answer.json()["detail"]


# Frames on other sites


def test_a_frame_has_the_figures_of_its_page_and_may_be_framed_by_any_site(
    get: HttpClient, release: Release
) -> None:
    card = registry.card("sex", release, Selection(crime_type="DA"))
    answer = get(frame_address(card, ""))
    assert answer.status_code == HTTPStatus.OK
    assert card.finding in unescape(answer.text)
    assert answer.headers["content-security-policy"] == security_headers.EMBEDDABLE
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert "<script" not in answer.text
    assert len(answer.content) < 24_000


def test_only_a_frame_may_be_framed(get: HttpClient, release: Release) -> None:
    card = registry.card("sex", release, Selection())
    for ending in ("csv", "svg", "html"):
        assert get(address_of(card, ending)).headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("address", "status", "part"),
    [
        ("colour", 404, "There is no such figure to take away."),
        ("sex?crime_type=DAX", 400, "cannot be chosen for this figure"),
        ("sex?release=1999-00", 400, "cannot be chosen for this figure"),
    ],
)
def test_a_frame_that_cannot_be_shown_says_why_in_words(
    get: HttpClient, address: str, status: int, part: str
) -> None:
    answer = get(f"/embed/{address}")
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    (heading,) = re.findall("<h1>(.*?)</h1>", unescape(answer.text))
    assert part in heading
    assert "x-frame-options" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_a_frame_of_a_busy_server_says_when_to_try_again(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise Problem("busy", "Too many.", headers={"retry-after": "2"})

    monkeypatch.setattr(SingleFlight, "response", refuse)
    answer = get("/embed/sex")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["cache-control"] == "no-store"


def test_a_frame_of_invented_figures_says_so_first(get: HttpClient, invented: Release) -> None:
    card = registry.card("age-band", invented, CHOSEN)
    text = get(frame_address(card, "")).text
    assert text.index(card.about.mark) < text.index("<h1>")
