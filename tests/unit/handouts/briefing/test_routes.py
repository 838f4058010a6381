"""The page and the files of the briefing sheets over HTTP."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from html import unescape
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from referrals import handouts
from referrals.cards.html import site_frame
from referrals.errors import WithdrawnError
from referrals.handouts.briefing import routes, sheet_files
from referrals.handouts.briefing.sheet_request import SheetRequest
from referrals.handouts.file_queue import FileQueue
from referrals.language import using
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.web.direct_routes import DirectRoutes
from tests.fixtures.asgi_client import Answer, Client
from tests.unit.handouts.briefing.conftest import SITE, Finished


@pytest.fixture
def client(served: Served, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(catalogue, "served", lambda: served)
    return client_of(SITE)


def client_of(base: str) -> Client:
    every = handouts.routes(base)
    return Client(Starlette(middleware=[Middleware(DirectRoutes, routes=every)]))


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


# The page.


def test_the_page_offers_every_nationality_and_shows_the_sheet(client: Client) -> None:
    page = client.get("/briefing?nationality=VNM&paper=A5")
    assert page.status == HTTPStatus.OK
    assert page.headers["content-security-policy"] == site_frame.POLICY
    choice = page.text.partition('<select id="sheet-nationality"')[2].partition("</select>")[0]
    options = re.findall(r'<option value="(\w*)"( selected)?', choice)
    assert [code for code, _ in options] == ["", "ALB", "CHN", "VNM", "ERI", "GBR", "SDN", "SOM"]
    assert [code for code, chosen in options if chosen] == ["VNM"]
    assert 'src="/briefing/sheet.png?nationality=VNM&amp;paper=A5"' in page.text
    links = re.findall(r'href="(/briefing/sheet\.pdf[^"]*)"', unescape(page.text))
    assert links[0] == links[1]  # the picture leads to the file that it shows
    assert links[1:] == [
        "/briefing/sheet.pdf?nationality=VNM&paper=A5",
        "/briefing/sheet.pdf?nationality=VNM",
        "/briefing/sheet.pdf?nationality=VNM&paper=large",
    ]
    assert "237 times" in words(page)


def test_the_page_works_without_a_script_and_names_itself(client: Client) -> None:
    page = client.get("/briefing")
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in main
    assert re.search(r'<form class="ask" action="/briefing" method="get"', main)
    assert f'<link rel="canonical" href="{SITE}/briefing">' in page.text
    assert 'name="robots" content="noindex"' in client.get("/briefing?nationality=VNM").text


def test_the_button_of_the_pdf_follows_a_choice_that_was_not_shown(client: Client) -> None:
    page = client.get("/briefing?nationality=ALB").text
    form = page.partition('<form class="ask"')[2].partition("</form>")[0]
    assert '<button formaction="/briefing/sheet.pdf">Download PDF</button>' in form
    names = set(re.findall(r'name="(\w+)"', form))
    chosen = {"nationality": "VNM", "audience": "partner", "paper": "A5", "language": "en"}
    assert names == set(chosen)
    answer = client.get("/briefing/sheet.pdf?" + urlencode(chosen))
    assert "briefing-vietnam-partner-en-a5" in answer.headers["content-disposition"]


def test_a_sheet_in_english_is_marked_on_a_page_in_another_language(client: Client) -> None:
    with using("ur"):
        page = client.get("/briefing?language=en").text
    main = page.partition("<main")[2]
    assert re.search(r'<h2 lang="en-GB" dir="ltr">[^<]*[Vv]ictims', main)
    assert re.search(r'<ul lang="en-GB" dir="ltr"><li>[^<]*1,336', main)


def test_every_control_has_a_label(client: Client) -> None:
    main = client.get("/briefing").text.partition("<main")[2]
    for name in re.findall(r'<select id="([\w-]+)"', main):
        assert f'<label for="{name}">' in main
    radios = re.findall(r'<label>(<input type="radio"[^>]*>)', main)
    assert len(radios) == main.count('type="radio"') == 5


@pytest.mark.parametrize(("query", "reason"), [
    ("nationality=FRA", "There is no sheet on “FRA”"),
    ("nationalty=VNM", "Perhaps you mean nationality."),
    ("paper=<b>", "paper=<b> is not on offer."),
])  # fmt: skip
def test_the_page_says_what_is_wrong_with_an_address(
    client: Client, query: str, reason: str
) -> None:
    page = client.get(f"/briefing?{query}")
    assert page.status == HTTPStatus.BAD_REQUEST
    assert reason in words(page)
    assert "<b>" not in page.text.partition("<main")[2].partition('<form class="ask"')[0]
    assert page.headers["cache-control"] == "no-store"


def test_parameters_that_others_add_change_nothing(client: Client) -> None:
    plain = client.get("/briefing?nationality=VNM").text
    assert client.get("/briefing?nationality=VNM&utm_source=mail&fbclid=1").text == plain


def test_the_page_of_invented_figures_is_marked(client: Client) -> None:
    page = client.get("/briefing?release=example&nationality=XAB")
    assert "Worked example: invented figures, do not quote" in words(page)
    assert '<input type="hidden" name="release" value="example">' in page.text
    assert "Vietnam" not in page.text.partition("<main")[2].partition("</form>")[0]


# The files.


def test_a_sheet_is_a_download_with_a_clear_name(
    client: Client, finished: dict[str, Finished]
) -> None:
    answer = client.get("/briefing/sheet.pdf?nationality=VNM")
    assert answer.body == finished["printed"].body
    assert answer.headers["content-type"] == "application/pdf"
    name = "briefing-vietnam-community-en-a4-2020-21.pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["x-release-status"] == "published"
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_sheet_that_the_reader_has_is_not_sent_again(client: Client) -> None:
    tag = client.get("/briefing/sheet.pdf").headers["etag"]
    again = client.get("/briefing/sheet.pdf?utm_source=x", {"if-none-match": tag})
    assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")
    other = client.get("/briefing/sheet.pdf?paper=A5", {"if-none-match": tag})
    assert other.status == HTTPStatus.OK


def test_the_head_of_a_sheet_has_no_body(client: Client) -> None:
    answer = client.head("/briefing/sheet.pdf")
    assert answer.body == b""
    assert int(answer.headers["content-length"]) > 10_000


def test_the_picture_is_shown_and_not_downloaded(client: Client) -> None:
    answer = client.get("/briefing/sheet.png?paper=A5")
    assert answer.body.startswith(b"\x89PNG")
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_a_file_of_no_sheet_is_a_problem_that_says_why(client: Client, ending: str) -> None:
    answer = client.get(f"/briefing/sheet.{ending}?nationality=FRA")
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert answer.headers["content-type"] == "application/problem+json"
    assert "China (CHN)" in answer.text
    assert client.get("/briefing/sheet.svg").status == HTTPStatus.NOT_FOUND


def test_the_code_of_a_site_without_an_address_has_the_host_of_the_request(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: served)
    answer = client_of("").get("/briefing/sheet.pdf", {"host": "figures.example"})
    assert answer.body == sheet_files.pdf(served, SheetRequest(), "http://figures.example")


def test_the_code_of_a_sheet_never_names_a_host_that_a_phone_cannot_reach(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: served)
    answer = client_of("").get("/briefing/sheet.pdf", {"host": "127.0.0.1:8810"})
    assert answer.body == sheet_files.pdf(served, SheetRequest(), "")


def test_withdrawn_figures_have_neither_page_nor_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdrawn() -> Served:
        raise WithdrawnError("These figures have been withdrawn.")

    monkeypatch.setattr(catalogue, "served", withdrawn)
    for path in ("/briefing", "/briefing/sheet.pdf"):
        answer = client.get(path)
        assert answer.status == HTTPStatus.GONE
        assert "withdrawn" in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert 'href="tel:999"' in client.get("/briefing").text


def test_an_unexpected_fault_is_not_repeated_to_the_reader(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Served:
        raise RuntimeError("/private/path")

    monkeypatch.setattr(catalogue, "served", fail)
    answer = client.get("/briefing/sheet.pdf")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "/private/path" not in answer.text
    assert "/private/path" not in caplog.text


def test_a_crowd_is_asked_to_try_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    answer = client_of(SITE).get("/briefing/sheet.pdf")
    assert (answer.status, answer.headers["retry-after"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "2")
    assert "Too many sheets are being made." in answer.text


def test_pages_are_answered_while_a_sheet_is_made(served: Served) -> None:
    """Typst gives back Python's global lock: the event loop goes on."""

    async def ask() -> int:
        turns = 0
        make = partial(sheet_files.png, served, SheetRequest(), SITE)
        task = asyncio.create_task(FileQueue(100, 1).file("sheet", make, busy=""))
        while not task.done():
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    assert asyncio.run(ask()) > 1  # a blocked loop turns once
