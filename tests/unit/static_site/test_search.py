"""The search of the whole site: what is found first, what a page shows, and what is not kept."""

from __future__ import annotations

import csv
import logging
import re
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from referrals import caching
from referrals.content import sitemap, standalone_pages
from referrals.i18n import messages
from referrals.query.document import published_numbers
from referrals.questions import reply as replies
from referrals.reference import helplines as reference_helplines
from referrals.reference.helplines import helplines, needs
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.search import matching
from referrals.search.documents import DocumentKind
from referrals.static_site import StaticSite, pages, profile_pages, question_routes, site
from referrals.static_site.links import SERVED, PageKey, in_folder
from referrals.static_site.search import results, site_documents
from referrals.static_site.search.results import Asked
from referrals.web.direct_routes import DirectRoutes
from referrals.web.logging.access_log import AccessLog
from tests.fixtures.asgi_client import Client
from tests.fixtures.nothing_to_compute import NothingToCompute

FILE = Path(__file__).parents[2] / "data" / "searches.csv"
SEARCHES = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
FIRST_RESULTS = list(
    csv.DictReader(FILE.with_name("first_results.csv").read_text(encoding="utf-8").splitlines())
)
NEEDS = {row["name"]: needs(row) for row in helplines()}
FIRST = 3
"""The results that a reader sees without scrolling."""

LARGEST_PAGE = 15_000
HARD = (
    "the of and",
    "x " * 150,
    "trafiking nationalty safegaurding domestik glosary slavary vietnamise dissclosure witnesss",
    "how many women from albania were refferd for modern slavry and has it grown",
)
LINK = re.compile(r'<h3><a href="([^"]+)">(.*?)</a>')


@pytest.fixture
def client(served: Served, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(catalogue, "served", lambda: served)
    routes = question_routes.routes("https://example.org")
    log = Middleware(AccessLog, pages=[], routes=routes)
    return Client(Starlette(middleware=[log, Middleware(DirectRoutes, routes=routes)]))


def found(served: Served, text: str) -> list[tuple[str, str]]:
    """Return address and title of each result of a query in the order of the page."""
    html = results.page(served, Asked(text), action="/search").html
    emergency = [("/safeguarding", "Police emergency")] if 'class="danger"' in html else []
    return emergency + [
        (address, unescape(re.sub(r"<.*?>", "", title))) for address, title in LINK.findall(html)
    ]


def test_searches_of_every_kind_are_written_down() -> None:
    kinds = [row["kind"] for row in SEARCHES]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "plain": 42,
        "misspelt": 10,
        "frightened": 15,
    }


@pytest.mark.parametrize("row", SEARCHES, ids=lambda row: row["query"])
def test_the_result_that_a_reader_means_is_among_the_first_three(
    served: Served, row: dict[str, str]
) -> None:
    first = [
        (address if "#" in row["address"] else address.partition("#")[0], title)
        for address, title in found(served, row["query"])[:FIRST]
    ]
    assert row["address"] in [address for address, _ in first]
    if row["title"]:
        assert (row["address"], row["title"]) in first
    if row["kind"] == "frightened":
        others = {address for address, _ in first} - {row["address"]}
        assert others <= {results.EXPLAINED}, "all three are help lines, or say what is shared"


@pytest.mark.parametrize("row", FIRST_RESULTS, ids=lambda row: row["query"])
def test_the_first_result_is_of_the_kind_that_a_reader_needs(
    served: Served, row: dict[str, str]
) -> None:
    html = results.page(served, Asked(row["query"]), action="/search").html
    address, title = next(iter(LINK.findall(html)), ("", ""))
    name = unescape(re.sub(r"<.*?>", "", title))
    if address == results.EXPLAINED:
        kinds = {"guide"}
    elif 'class="danger"' in html:
        kinds = {"help", *(f"help:{need}" for need in NEEDS.get(name, ()))}
    else:
        kinds = {address, address.partition("#")[0], f"/{address.split('/')[1]}"}
        if 'id="answer"' in html:
            kinds.add(f"reply:{replies.reply(served.published, row['query']).kind}")
    assert kinds & set(row["first"].split(" ")), kinds


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("my wife hits me", "Men's Advice Line"),
        ("my husband hits me", "National Domestic Abuse Helpline (Refuge)"),
        ("raped in scotland", "Rape Crisis Scotland Helpline"),
        ("scared glasgow", "Victim Support Scotland"),
        ("boss not pay edinburgh", "Migrant Help, trafficking support in Scotland"),
        ("boss does not pay me", "Modern Slavery and Exploitation Helpline (Unseen)"),
        ("suicidal", "Samaritans"),
    ],
)
def test_the_first_help_line_serves_the_reader_and_their_nation(
    served: Served, query: str, name: str
) -> None:
    assert found(served, query)[1][1] == name, "after the emergency number"


def test_every_page_section_term_profile_number_and_help_line_can_be_found(
    served: Served, files: dict[str, bytes]
) -> None:
    """No list of pages is in the code: what the site draws is in the index."""
    indexed = {document.address for document in site_documents.index(served).documents}
    heads = {head.path for head in (*sitemap.every_page(), *standalone_pages.heads())}
    assert heads - indexed == {standalone_pages.SEARCH}
    assert {head.path for head in profile_pages.heads(served).values()} <= indexed
    numbers = published_numbers.numbers(served.published)
    assert {f"/s/{number_id}" for number_id in numbers} <= indexed
    for key in pages.page_heads(served):
        is_text = key.path in heads and key.path != standalone_pages.A_TO_Z
        html = files[SERVED.file(key.stem)].decode() if is_text else ""
        main = html.partition('<div class="page-end')[0].partition("<main")[2]
        anchors = re.findall(r'<h2 id="([^"]+)"', main)
        assert {f"{key.path}#{anchor}" for anchor in anchors} <= indexed, key.path
    lines = [each for each in site_documents.documents(served) if each.kind is DocumentKind.HELP]
    assert [line.telephone for line in lines] == [row["number"] for row in helplines()]


def test_every_result_leads_to_a_page_and_to_an_anchor_on_it(
    served: Served, files: dict[str, bytes]
) -> None:
    for document in site_documents.documents(served):
        if document.path in {head.path for head in standalone_pages.heads()}:
            continue
        html = files[SERVED.file(PageKey(document.path).stem)].decode()
        assert not document.anchor or f'id="{document.anchor[1:]}"' in html, document.address


def test_help_lines_come_first_with_their_numbers_for_somebody_in_need(client: Client) -> None:
    page = client.get("/search?q=he+hits+me").text
    assert page.index('href="tel:999"') < page.index("Best matches")
    assert messages.text("helplines.caution") in unescape(page)
    assert "No figure answers this" not in page
    assert "is published" not in client.get("/search?q=999").text, "999 is no claim"


def test_help_lines_that_should_have_been_checked_again_have_a_warning(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "They may be wrong." not in client.get("/search?q=help").text
    monkeypatch.setattr(reference_helplines, "today", lambda: date(2099, 1, 1))
    assert "They may be wrong." in client.get("/search?q=help").text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how many women were referred?", "425 victim referrals of females"),
        ("Vietnam", "237"),
        ("how many were deported?", "gives no number for any outcome of a referral"),
    ],
)
def test_the_answer_to_a_question_about_figures_comes_before_what_was_found(
    client: Client, question: str, answer: str
) -> None:
    page = unescape(client.get(f"/search?q={quote_plus(question)}").text)
    assert page.index(answer) < page.index("Best matches")
    assert f'<a href="/ask?q={quote_plus(question)}">' in page


@pytest.mark.parametrize("words", ["glossary", "deported", "how do I complain"])
def test_words_that_ask_for_no_figure_get_no_answer(client: Client, words: str) -> None:
    page = client.get(f"/search?q={quote_plus(words)}").text
    assert 'id="answer"' not in page
    assert "Best matches" in page


def test_nothing_found_offers_the_nearest_spelling_help_and_the_list(client: Client) -> None:
    page = client.get("/search?q=trefcking").text
    assert "Nothing was found." in page
    assert '<a href="/search?q=trafficking">Did you mean trafficking?</a>' in page
    assert 'href="tel:999"' in page
    assert '<a href="/a-to-z">' in page


def test_the_number_of_results_is_announced_and_in_the_title(client: Client) -> None:
    page = client.get("/search?q=trafiking").text
    shown = re.findall(r'<div role="status"><p><b>(\d+) results\.</b> (.*?)</p></div>', page)
    assert shown[0][1] == "“trafiking” was read as “trafficking”."
    assert f"<title>{shown[0][0]} results - Search - " in page


def test_the_results_of_one_kind_can_be_shown_alone(client: Client) -> None:
    page = client.get("/search?q=modern+slavery&kind=term").text
    assert {address.partition("#")[0] for address, _ in LINK.findall(page)} == {"/glossary"}
    assert '<a href="/search?q=modern+slavery">' in page
    whole, other = (
        client.get(f"/search?q=modern+slavery{kind}").text.partition("<main")[2]
        for kind in ("", "&kind=nonsense")
    )
    assert other == whole


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?kind=term"])
def test_an_empty_search_is_the_form_alone(client: Client, query: str) -> None:
    page = client.get(f"/search{query}").text
    assert "For example: trafficking" in page
    assert 'role="status"><p><b>' not in page


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_a_page_of_results_is_small(served: Served, every: int) -> None:
    asked = [Asked(text) for text in (*(row["query"] for row in SEARCHES[::every]), *HARD)]
    asked += [Asked("modern slavery", kind) for kind in DocumentKind]
    sizes = {each: len(site.search_page(served, each, SERVED)) for each in asked}
    assert {each: size for each, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_the_text_of_a_reader_is_escaped_and_only_in_the_page(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "referrals")
    answer = client.get("/search?q=%3Cimg+src%3Dx%3E+%22zebras%22+slavery")
    assert "<img src=x" not in answer.text
    assert "zebras" not in answer.text.partition("</title>")[0]
    assert answer.headers["cache-control"] == "no-store"
    logged = str([vars(record) for record in caplog.records])
    assert "'path': '/search'" in logged
    assert "zebras" not in logged


def test_no_query_is_the_key_of_a_cache(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.warm(served)
    for text in ("how many women", "slavery"):
        assert client.get(f"/search?q={quote_plus(text)}").status == 200
    monkeypatch.setattr(caching, "COMPUTING", NothingToCompute())
    for number in range(5):
        assert client.get(f"/search?q=slavery+{number}").status == 200


def test_only_the_first_characters_of_a_query_are_read(served: Served) -> None:
    asked = Asked.read([("q", "a" * 5000)])
    assert len(asked.text) == matching.LONGEST_QUERY


def test_the_search_of_the_static_site_stays_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: served)
    monkeypatch.setattr(site, "files", lambda *_: {site.NOT_FOUND: b""})
    client = Client(Starlette(routes=StaticSite().routes()))
    answer = client.get("/lite/search?q=modern+slavery+trends")
    assert answer.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert '<form class="ask" action="search"' in answer.text
    addresses = {address for address, _ in LINK.findall(answer.text)}
    assert "glossary#modern-slavery" in addresses
    assert any(address.startswith("trends/") for address in addresses)
    assert {address for address in addresses if address.startswith("/")} <= {
        address for address in addresses if address.startswith(("/s/", "/claims", "/ask"))
    }
    assert '<a href="a-to-z">' in answer.text


def test_the_full_site_leads_to_a_series_on_its_own_page(client: Client) -> None:
    assert "/trends?series=" in client.get("/search?q=domestic+abuse+crimes").text


def test_the_list_has_every_page_section_term_and_profile_once(
    served: Served, client: Client
) -> None:
    page = client.get("/a-to-z").text.partition("<main")[2]
    documents = [
        each for each in site_documents.documents(served) if each.kind is not DocumentKind.HELP
    ]
    assert page.count("<li>") == len(documents) + page.count('href="#letter-')
    assert '<a href="/glossary#nccu">NCCU</a>' in page
    assert client.get("/a-to-z").headers["cache-control"].startswith("public")


@pytest.mark.slow
def test_a_folder_without_a_server_has_the_list_and_no_search(served: Served) -> None:
    folder = site.files(served, in_folder(None))
    page = folder["glossary.html"].decode()
    assert '<a href="a-to-z.html">' in page
    assert "<form" not in page
    listed = folder["a-to-z.html"].decode()
    assert '<a href="glossary.html#nccu">' in listed
    assert 'href="/' not in listed
    known = site.files(served, in_folder("https://example.org"))["glossary.html"].decode()
    assert 'action="https://example.org/lite/search"' in known
