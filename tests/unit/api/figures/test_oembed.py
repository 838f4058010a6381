"""oEmbed: another site learns how to embed the figure of an address, and of our addresses alone."""

from __future__ import annotations

import json
import re
from html import unescape
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from referrals.api.figures import card_files, oembed
from referrals.cards.exports.export import oembed_address
from referrals.content import outline, sitemap
from referrals.language import using
from referrals.query.document import published_numbers
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.web.direct_routes import DirectRoutes
from referrals.web.http import security_headers
from tests.fixtures.asgi_client import HttpClient

BASE = "https://figures.example"


@pytest.fixture(autouse=True)
def served(release: Release, invented: Release, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The published release and the worked example."""
    both = Served("both", release, (invented,))
    monkeypatch.setattr(catalogue, "served", lambda: both)
    return both


@pytest.fixture
def get() -> HttpClient:
    return client_of(BASE)


def client_of(site_url: str) -> HttpClient:
    routes = [*card_files.routes(site_url), *oembed.routes(site_url)]
    return HttpClient(Starlette(middleware=[Middleware(DirectRoutes, routes=routes)]))


def ask(get: HttpClient, url: str, **parameters: object) -> httpx.Response:
    return get(f"/oembed?{urlencode({'url': url, **parameters})}")


def source(html: str) -> str:
    """Return the address of the frame in HTML."""
    (address,) = re.findall(r'<iframe src="([^"]+)"', html)
    return unescape(address)


# What can be embedded


@pytest.mark.parametrize(
    ("page", "frame"),
    [
        ("/nationality", "/embed/nationality"),
        ("/sex?crime_type=DA&measure=share", "/embed/sex?crime_type=DA&measure=share"),
        ("/nationality?nationality=VNM,ALB", "/embed/nationality?nationality=VNM,ALB"),
        ("/age?release=example&view=time", "/embed/age-band-over-time?release=example"),
        ("/age?view=time", "/embed/age-band"),
        ("/sex?utm_source=letter", "/embed/sex"),
        ("/trends", "/embed/nrm-quarters-later"),
        ("/trends?series=police", "/embed/nrm-first-responders"),
        ("/nationality/VNM", "/embed/nationality?nationality=VNM"),
        ("/nationality/som", "/embed/nrm-quarters-by-group-som"),
        ("/table?rows=age_band&columns=sex", "/embed/table?rows=age_band&columns=sex"),
        ("/vi/sex?crime_type=DA", "/embed/sex?crime_type=DA"),
        ("/zh-Hans/nationality/VNM", "/embed/nationality?nationality=VNM"),
    ],
)
def test_the_address_of_a_page_gives_the_frame_of_its_figure(
    get: HttpClient, page: str, frame: str
) -> None:
    answer = ask(get, BASE + page)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    members = answer.json()
    assert (members["version"], members["type"]) == ("1.0", "rich")
    address = source(members["html"])
    assert address == BASE + frame
    shown = get(address.removeprefix(BASE))
    assert shown.status_code == HTTPStatus.OK
    assert members["title"] in unescape(shown.text)


def test_an_answer_names_its_provider_and_has_a_preview(get: HttpClient) -> None:
    members = ask(get, f"{BASE}/sex").json()
    assert (members["provider_name"], members["provider_url"]) == ("Victim referrals", f"{BASE}/")
    assert members["cache_age"] > 0
    assert (members["thumbnail_width"], members["thumbnail_height"]) == (1200, 630)
    assert members["thumbnail_url"].startswith(f"{BASE}/take-away/")
    assert members["thumbnail_url"].endswith("/sex.social.png")


def test_the_page_of_a_number_gives_its_sentence_as_a_quotation(
    get: HttpClient, release: Release
) -> None:
    number = published_numbers.numbers(release)["E024"]
    members = ask(get, f"{BASE}/s/E024").json()
    assert number.sentence in unescape(members["html"])
    assert f'<a href="{BASE}/s/E024">' in members["html"]
    assert "Home Office" in members["html"]
    assert "iframe" not in members["html"]


def test_a_number_that_we_worked_out_gives_its_working(get: HttpClient, release: Release) -> None:
    number = published_numbers.numbers(release)["D06"]
    assert not number.sentence
    assert number.working in unescape(ask(get, f"{BASE}/s/D06").json()["html"])


def test_invented_figures_are_marked_in_the_title_of_their_frame(
    get: HttpClient,
) -> None:
    for page in ("/sex", "/sex?view=time", "/table"):
        example = f"{page}{'&' if '?' in page else '?'}release=example"
        members = ask(get, BASE + example).json()
        assert members["title"].startswith("Worked example: ")
        assert 'title="Worked example: ' in members["html"]


def test_an_answer_in_another_language_is_not_the_answer_to_english_readers(
    get: HttpClient,
) -> None:
    with using("vi"):
        other = ask(get, f"{BASE}/s/E024").json()
    assert ask(get, f"{BASE}/s/E024").json() == ask(client_of(BASE), f"{BASE}/s/E024").json()
    assert ask(get, f"{BASE}/s/E024").json()["title"] != other["title"]


# Formats and sizes


def test_xml_has_the_members_of_json(get: HttpClient) -> None:
    url = f"{BASE}/sex?crime_type=DA&measure=share"
    answer = ask(get, url, format="xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(answer.content)
    assert root.tag == "oembed"
    found = {child.tag: child.text for child in root}
    assert found == {name: str(value) for name, value in ask(get, url).json().items()}


def test_a_frame_is_no_larger_than_was_asked(get: HttpClient) -> None:
    members = ask(get, f"{BASE}/sex", maxwidth=300, maxheight=5000).json()
    assert (members["width"], members["height"]) == (300, 560)
    assert 'width="300" height="560"' in members["html"]
    assert "thumbnail_url" not in members, "the preview is wider than was asked"


# What cannot be embedded


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/sex",
        "https://figures.example.elsewhere.example/sex",
        "https://figures.example@elsewhere.example/sex",
        "https://reader@figures.example/sex",
        "https://figures.example:8443/sex",
        "https://figures.example:port/sex",
        "ftp://figures.example/sex",
        "javascript:alert(1)",
        "//figures.example/sex",
        "/sex",
        "https://[figures.example/sex",
        f"{BASE}/",
        f"{BASE}/safeguarding",
        f"{BASE}/for-me",
        f"{BASE}/figures-check",
        f"{BASE}/nowhere",
        f"{BASE}/en/sex",
        f"{BASE}/vi/nowhere",
        f"{BASE}/nationality/XXX",
        f"{BASE}/s/E999",
        f"{BASE}/s/",
        f"{BASE}/trends?series=nowhere",
        f"{BASE}/sex?crime_type=XX",
        f"{BASE}/sex?sex=F&sex=M",
        f"{BASE}/table?rows=nowhere",
    ],
)
def test_an_address_without_a_figure_of_ours_is_not_found(get: HttpClient, url: str) -> None:
    answer = ask(get, url)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("url", ["http://figures.example/sex", "HTTPS://Figures.Example:443/sex"])
def test_one_host_is_ours_by_http_and_https_and_in_any_case(get: HttpClient, url: str) -> None:
    assert ask(get, url).status_code == HTTPStatus.OK


def test_without_a_public_address_the_host_of_the_request_is_ours() -> None:
    get = client_of("")
    answer = get(f"/oembed?{urlencode({'url': 'http://test/sex'})}", headers={"host": "test"})
    assert source(answer.json()["html"]) == "http://test/embed/sex"
    other = get(f"/oembed?{urlencode({'url': 'http://test/sex'})}", headers={"host": "other"})
    assert other.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("url=", 400),
        ("url=https%3A%2F%2Ffigures.example%2Fsex&format=yaml", 501),
        ("url=https%3A%2F%2Ffigures.example%2Fsex&maxwidth=wide", 400),
        ("url=https%3A%2F%2Ffigures.example%2Fsex&maxheight=0", 400),
        ("url=https%3A%2F%2Ffigures.example%2Fsex&maxheight=%C2%B2", 400),
    ],
)
def test_a_request_that_cannot_be_answered_is_told_why(
    get: HttpClient, query: str, status: int
) -> None:
    answer = get(f"/oembed?{query}")
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")


def test_nothing_of_another_address_is_repeated_in_an_answer(get: HttpClient) -> None:
    answer = ask(get, "https://elsewhere.example/<script>alert(1)</script>")
    assert "elsewhere" not in answer.text
    assert "script" not in answer.text


def test_programs_of_other_origins_may_read_an_answer(get: HttpClient) -> None:
    for answer in (ask(get, f"{BASE}/sex"), ask(get, "https://elsewhere.example/")):
        assert security_headers.OPEN_TO_ALL.items() <= dict(answer.headers).items()
    assert security_headers.is_open_to_all("/oembed")


def test_every_topic_can_be_embedded(get: HttpClient) -> None:
    for topic in outline.TOPICS:
        path = sitemap.page(topic.key).path
        assert ask(get, BASE + path).status_code == HTTPStatus.OK


def test_the_link_in_a_page_asks_for_the_page(get: HttpClient) -> None:
    address = oembed_address("/sex?crime_type=DA", BASE)
    parts = urlsplit(address)
    assert dict(parse_qsl(parts.query))["url"] == f"{BASE}/sex?crime_type=DA"
    found = json.loads(get(address.removeprefix(BASE)).content)
    assert source(found["html"]) == f"{BASE}/embed/sex?crime_type=DA"
