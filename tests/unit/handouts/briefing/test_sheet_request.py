"""The sheets there are, and the answer to an address that asks for another one."""

from __future__ import annotations

import pytest

from referrals.handouts.briefing import sheet_request
from referrals.handouts.briefing.sheet_request import Audience, RequestError, SheetRequest
from referrals.i18n import languages, messages
from referrals.i18n.messages import Messages
from referrals.language import using
from referrals.release.catalogue import Served


def read(served: Served, query: str) -> SheetRequest:
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    return sheet_request.read([(name, value) for name, value in pairs], served)


def test_an_address_without_parameters_asks_for_the_usual_sheet(served: Served) -> None:
    assert read(served, "") == SheetRequest("", Audience.COMMUNITY, "en", "", "A4")
    assert SheetRequest().query() == ""


@pytest.mark.parametrize(
    "query",
    [
        "nationality=VNM",
        "nationality=ERI&audience=partner&paper=A5",
        "nationality=XAB&release=example",
    ],
)
def test_the_address_of_a_sheet_reads_as_that_sheet(served: Served, query: str) -> None:
    request = read(served, query)
    assert read(served, request.query().removeprefix("?")) == request


def test_spelling_in_small_letters_and_parameters_of_others_do_no_harm(served: Served) -> None:
    expected = SheetRequest("VNM", paper="A5")
    query = "nationality=vnm&paper=a5&utm_source=mail&fbclid=1&audience=&_=7"
    assert read(served, query) == expected
    assert read(served, "nationality=VNM&paper=A5&release=2020-21") == expected


@pytest.mark.parametrize(("text", "code"), [
    ("Vietnam", "VNM"),
    ("viet nam", "VNM"),
    ("Vietnamese", "VNM"),
    ("Eritrean", "ERI"),
    ("United Kingdom", "GBR"),
])  # fmt: skip
def test_a_nationality_has_a_sheet_by_its_names_as_well(
    served: Served, text: str, code: str
) -> None:
    assert read(served, f"nationality={text}").nationality == code


def test_a_nationality_has_a_sheet_by_its_name_in_the_language_of_the_page(served: Served) -> None:
    with using("cy"):
        assert read(served, "nationality=Fietnam").nationality == "VNM"


@pytest.mark.parametrize(("query", "reason"), [
    ("nationality=PAK", "There is no sheet on “PAK”, as no number on it is published here."),
    ("nationality=Pakistan", "There is no sheet on “Pakistan”, as no number on it"),
    ("nationality=XXX", "“XXX” is neither a code nor a name of a nationality."),
    ("nationality=females", "“females” is neither a code nor a name"),
    ("nationality=???", "“???” is neither a code nor a name"),
    ("nationality=FRA", "There is no sheet on “FRA”, as no number on it is published here."),
    ("nationality=fr", "Albania (ALB), China (CHN), Vietnam (VNM), Eritrea (ERI),"),
    ("nationality=_OTH", "There is no sheet on “_OTH”"),
    ("nationality=XAB", "There is no sheet on “XAB”"),
    ("nationality=VNM&release=example", "There are sheets on: Country A (XAA),"),
    ("paper=A6", "paper=A6 is not on offer. Choose one of: A4, A5, large."),
    ("audience=press", "Choose one of: community, partner."),
    ("language=xx", "Choose one of: en"),
    ("release=2019-20", "Choose one of: 2020-21, example."),
    ("nationalty=VNM", "Perhaps you mean nationality."),
    ("country=VNM", "Perhaps you mean nationality."),
    ("paper=A4&paper=A5", "paper is given more than once."),
])  # fmt: skip
def test_an_address_of_no_sheet_is_told_what_is_wrong_and_what_there_is(
    served: Served, query: str, reason: str
) -> None:
    with pytest.raises(RequestError, match=r".") as raised:
        read(served, query)
    assert reason in str(raised.value)


def test_a_long_value_is_not_repeated_in_full(served: Served) -> None:
    with pytest.raises(RequestError) as raised:
        read(served, f"paper={'9' * 5_000}")
    assert len(str(raised.value)) < 150


def test_a_language_is_offered_if_it_has_every_message_and_a_font(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    english = messages.of("en").english
    partly = {key: text for key, text in english.items() if key != "briefing.means.old"}
    own = {"en": english, "cy": english, "vi": partly, "ta": english}
    monkeypatch.setattr(languages, "languages", lambda: tuple(own))
    monkeypatch.setattr(messages, "of", lambda code: Messages(code, own[code], english))
    assert sheet_request.offered_languages.__wrapped__() == ("en", "cy")


def test_on_a_page_in_another_language_an_address_names_its_language() -> None:
    assert SheetRequest("VNM").query() == "?nationality=VNM"
    with using("cy"):
        assert SheetRequest("VNM").query() == "?nationality=VNM&language=en"
