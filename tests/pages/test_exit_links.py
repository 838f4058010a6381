"""Addresses that leave the site are made of what the server knows, never of what a page claims."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.dashboard import page_url
from referrals.web import settings
from tests.fixtures.page_scripts import SCRIPTS

Open = Callable[..., Any]


@pytest.fixture
def opened_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Pretend that a browser opened every session from an origin."""
    return lambda claimed: monkeypatch.setattr(page_url, "base", lambda: settings.origin(claimed))


@pytest.mark.parametrize(
    ("claimed", "known"),
    [
        ("https://dashboard.example.org", "https://dashboard.example.org"),
        ("http://127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("http://[::1]:8501", "http://[::1]:8501"),
        ("https://example.org/path", ""),
        ("https://example.org?query", ""),
        ("https://a:b@example.org", ""),
        ("javascript://example.org", ""),
        ("ftp://example.org", ""),
        ("https://", ""),
        ("null", ""),
        ("", ""),
        (f"https://{'a.' * 30_000}org", ""),
        ('https://example.org"><script>', ""),
    ],
)
def test_an_origin_is_a_scheme_of_the_web_and_a_host_and_nothing_else(
    claimed: str, known: str
) -> None:
    assert settings.origin(claimed) == known


@given(st.text(alphabet="htps:/.-a1[]@?#%\"'<> ", max_size=80))
def test_no_origin_can_inject_anything_into_a_page(claimed: str) -> None:
    assert not set(settings.origin(f"https://{claimed}").removeprefix("https://")) & set(
        "/?#@%\"'<> "
    )


def test_every_page_has_its_own_address_as_a_code_and_its_selection_in_it(
    open_page: Open, opened_from: Callable[[str], None]
) -> None:
    opened_from("https://dashboard.example.org")
    assert (
        "<p>https://dashboard.example.org/safeguarding</p>"
        in open_page(SCRIPTS["/safeguarding"]).text
    )
    reader = open_page(
        SCRIPTS["/sex"], {"crime_type": "DA", "made-up": "x" * 2_000, "sex": "no-such-code"}
    )
    assert "<p>https://dashboard.example.org/sex?crime_type=DA</p>" in reader.text
    lasting = "https://dashboard.example.org/sex?crime_type=DA&release=2020-21"
    text, apa, harvard, _frame, *_crossed = reader.to_copy
    assert [copied for copied in (text, apa, harvard) if lasting not in copied] == []
    assert "made-up" not in "".join(reader.to_copy)


def test_without_an_address_a_page_has_no_code_and_links_within_the_site(
    open_page: Open, opened_from: Callable[[str], None]
) -> None:
    opened_from("null")
    reader = open_page(SCRIPTS["/sex"], {"crime_type": "DA"})
    assert "This page on a phone" not in reader.text
    html = "".join(reader.html)
    assert '<a href="/sex?crime_type=DA">/sex?crime_type=DA</a>' in html
    assert '<a href="/sex?crime_type=DA&amp;release=2020-21">' in html
    assert not re.search(r"https?://[^<]*/sex", reader.text)


def test_an_address_too_long_to_scan_has_no_code(
    open_page: Open, opened_from: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_from("https://dashboard.example.org")
    monkeypatch.setattr(page_url, "LONGEST", len("https://dashboard.example.org/sex"))
    assert "This page on a phone" in open_page(SCRIPTS["/sex"]).text
    assert "This page on a phone" not in open_page(SCRIPTS["/sex"], {"crime_type": "DA"}).text
