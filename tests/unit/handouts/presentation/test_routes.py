"""The addresses of the show over HTTP, answered before Streamlit."""

from __future__ import annotations

import io
from html import unescape

import pytest
from pptx import Presentation
from pptx.enum.lang import MSO_LANGUAGE_ID
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from referrals.errors import WithdrawnError
from referrals.handouts.presentation import routes, show
from referrals.i18n import messages
from referrals.language import using
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.web.direct_routes import DirectRoutes
from tests.fixtures.asgi_client import Client


@pytest.fixture
def client(release: Release, series: Release, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(catalogue, "served", lambda: Served("one", release, (series,)))
    return client_of("https://example.org")


def client_of(base: str) -> Client:
    """A client of the show, behind which Streamlit answers every other address."""
    dashboard = Route("/{path:path}", lambda _: PlainTextResponse("Streamlit"))
    direct = Middleware(DirectRoutes, routes=routes.routes(base))
    return Client(Starlette(routes=[dashboard], middleware=[direct]))


def test_the_page_is_complete_and_runs_its_own_script_alone(client: Client) -> None:
    answer = client.get("/present", headers={"accept-encoding": "br"})
    assert (answer.status, answer.headers["content-encoding"]) == (200, "br")
    assert answer.text.count('<section class="slide') == 8
    assert answer.headers["content-security-policy"] == show.policy()
    assert show.policy().startswith("default-src 'none';")
    assert "'unsafe-inline'" not in show.policy().partition("script-src")[2].partition(";")[0]
    assert '<link rel="canonical" href="https://example.org/present">' in answer.text


def test_wrong_names_of_slides_get_a_message_and_the_rest_plays(client: Client) -> None:
    page = unescape(client.get("/present?slides=sex,outcome").text)
    assert "There is no slide called outcome." in page
    assert page.count(" hidden>\n<h2") == 7
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.parametrize(("query", "reason"), [
    ("slide=sex", "“slide” is not a part of this address. Perhaps you mean slides."),
    ("slides=", "The address names no slide. The slides are: total, nationality,"),
    ("slides=,", "The address names no slide."),
])  # fmt: skip
def test_an_address_that_chooses_nothing_gets_a_message_and_the_whole_story(
    client: Client, query: str, reason: str
) -> None:
    page = unescape(client.get(f"/present?{query}").text)
    assert reason in page
    assert page.count(" hidden>\n<h2") == 0


def test_parameters_that_others_add_to_links_get_no_message(client: Client) -> None:
    page = client.get("/present?utm_source=mail&fbclid=1").text
    assert 'id="problem" hidden><span></span>' in page


def test_the_slides_are_a_powerpoint_file_in_the_chosen_order(client: Client) -> None:
    answer = client.get("/present/slides.pptx?slides=help,total")
    assert answer.headers["content-type"] == routes.POWERPOINT
    assert answer.headers["content-disposition"] == (
        'attachment; filename="victim-referrals-2020-21-slides.pptx"'
    )
    opened = Presentation(io.BytesIO(answer.plain))
    assert [slide.shapes.title.text_frame.text.partition("\n")[0] for slide in opened.slides] == [
        "Help that is not the police",
        "1,336",
    ]


def test_the_slides_for_powerpoint_are_in_the_language_of_the_page(client: Client) -> None:
    english = client.get("/present/slides.pptx?slides=help").plain
    with using("vi"):
        body = client.get("/present/slides.pptx?slides=help").plain
    assert body != english, "the queue keeps a file for each language"
    title = Presentation(io.BytesIO(body)).slides[0].shapes.title.text_frame
    assert title.text == messages.of("vi").text("present.help.title")
    assert title.paragraphs[0].runs[0].font.language_id == MSO_LANGUAGE_ID.VIETNAMESE


def test_the_page_of_another_language_names_itself_as_the_original(client: Client) -> None:
    with using("vi"):
        page = client.get("/present").text
    assert '<link rel="canonical" href="https://example.org/vi/present">' in page


def test_a_crowd_is_asked_to_try_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    answer = client_of("").get("/present/slides.pptx")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert "Too many slides are being made." in answer.text


def test_the_file_for_a_stick_is_a_download_that_loads_nothing(client: Client) -> None:
    answer = client.get("/present/offline.html")
    assert answer.headers["content-disposition"].endswith('-slides.html"')
    assert "default-src 'none'" in unescape(answer.text)


def test_without_an_address_of_its_own_the_site_names_the_host_of_the_request(
    client: Client,
) -> None:
    page = client_of("").get("/present", headers={"host": "meeting.example"}).text
    assert "http://meeting.example/sex" in page


def test_on_this_machine_alone_the_codes_lead_to_the_source_document(client: Client) -> None:
    page = client_of("").get("/present", headers={"host": "localhost:8810"}).text
    slides = page.partition("<main")[2].partition("</main>")[0]
    assert "localhost" not in slides
    assert "https://www.gov.uk/" in slides


def test_the_page_of_a_card_with_view_slide_leads_to_the_card_as_a_slide(client: Client) -> None:
    answer = client.get("/sex?view=slide&crime_type=MS&measure=share")
    assert answer.status == 307
    assert answer.headers["location"] == "/present?card=sex&crime_type=MS&measure=share"
    page = client.get(answer.headers["location"]).text
    assert page.count('<section class="slide') == 1
    assert "Of the 657 modern slavery referrals with sex recorded" in page
    series = client.get("/trends?series=sex&view=slide").headers["location"]
    assert series.startswith("/present?card=nrm-")
    assert client.get(series).text.count('<section class="slide') == 1


@pytest.mark.parametrize(
    ("code", "card"),
    [("VNM", "nationality&nationality=VNM"), ("som", "nrm-quarters-by-group-som")],
)
def test_a_profile_with_view_slide_leads_to_its_first_card(
    client: Client, code: str, card: str
) -> None:
    address = client.get(f"/nationality/{code}?view=slide").headers["location"]
    assert address == f"/present?card={card}"
    assert client.get(address).text.count('<section class="slide') == 1


def test_a_slide_of_no_profile_names_what_cannot_be_used(client: Client) -> None:
    address = client.get("/nationality/XYZ?view=slide").headers["location"]
    assert "nationality=XYZ" in client.get(address).text.partition("</main>")[0]


@pytest.mark.parametrize(
    "address", ["/sex", "/sex?view=table", "/sex?crime_type=MS", "/gaps?view=slide"]
)
def test_every_other_view_is_streamlits(client: Client, address: str) -> None:
    assert client.get(address).text == "Streamlit"


def test_an_invented_figure_is_marked_on_its_slide(client: Client) -> None:
    page = client.get("/present?card=sex&release=example").text
    assert page.count("Worked example") > 1
    assert "do not quote" in page


def test_what_a_card_cannot_use_is_named_and_an_unknown_card_is_the_story(client: Client) -> None:
    page = unescape(client.get("/present?card=sex&crime_type=XX").text)
    assert "This figure cannot use crime_type=XX of the address" in page
    page = unescape(client.get("/present?card=outcomes&slides=sex").text)
    assert "There is no figure called outcomes to present." in page
    assert page.count('<section class="slide') == 8


def test_withdrawn_figures_leave_the_exit_and_the_help_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def withdrawn() -> Served:
        raise WithdrawnError("The figures were withdrawn.")

    monkeypatch.setattr(catalogue, "served", withdrawn)
    for path in ("/present", "/present/slides.pptx", "/present/offline.html"):
        answer = client_of("").get(path)
        assert (answer.status, answer.headers["cache-control"]) == (410, "no-store")
        assert "The figures were withdrawn." in answer.text
        assert "0808 2000 247" in answer.text
        assert "data-vr-exit" in answer.text


def test_an_error_that_is_not_ours_repeats_nothing_of_the_request(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("a secret word")

    monkeypatch.setattr(show, "page", broken)
    answer = client.get("/present?slides=secret")
    assert answer.status == 503
    assert "secret" not in answer.text
    assert "The slides cannot be made at the moment." in answer.text
