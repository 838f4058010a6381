"""Notices around the figures of a page: escaped, cut to length, plain about invented figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markupsafe import Markup

from referrals.cards.html import notices, releases
from referrals.i18n import messages
from referrals.release.release import Kind, Release

HOSTILE = "<script>alert(1)</script>"


def test_an_unusable_parameter_is_escaped_and_cut() -> None:
    html = notices.unusable([f"sex={HOSTILE}", f"age={'x' * 500}"])
    assert "&lt;script&gt;" in html
    assert HOSTILE not in html
    assert "x" * notices.LONGEST_PART not in html


@pytest.mark.parametrize(
    ("shown", "current", "key"),
    [("a", "ab", "newer"), ("ab", "a", "fewer"), ("a", "b", "newer")],
)
def test_the_notice_distinguishes_added_releases_from_removed_ones(
    shown: str, current: str, key: str
) -> None:
    html = notices.changed(frozenset(shown), frozenset(current))
    assert messages.text(f"notices.{key}") in html


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        (Kind.TRANSCRIBED, "published", "Published: 2020"),
        (Kind.ROUNDED, "example", "Worked example: 2020"),
        (Kind.SUPPRESSED, "example", "Worked example: 2020, exact tables"),
        (Kind.SUPPRESSED, "official", "Official: 2020, exact tables"),
    ],
)
def test_a_release_as_an_option_has_its_status_its_period_and_its_kind(
    release: Release, kind: Kind, status: str, expected: str
) -> None:
    about = replace(release.about, kind=kind, status=status, period_label="2020")
    assert notices.option(about) == expected


def test_an_invented_release_has_the_banner_in_place_of_the_lead(release: Release) -> None:
    invented = replace(release.about, status="example")
    banner, lead = messages.text("notices.banner"), messages.text("leads.sex")
    published_html = notices.opening("sex", release.about, has_status=True)
    invented_html = notices.opening("sex", invented, has_status=True)
    assert lead in published_html
    assert lead not in invented_html
    assert messages.text("notices.example_lead") in invented_html
    assert notices.banner(release.about) == ""
    assert banner in notices.banner(invented)


def test_the_description_of_a_release_is_escaped(release: Release) -> None:
    about = replace(release.about, attribution=HOSTILE, period_label=HOSTILE)
    html = notices.page_end(about, about) + notices.status(about)
    assert isinstance(html, Markup)
    assert HOSTILE not in html
    assert html.count("&lt;script&gt;") == 3


@pytest.mark.parametrize(
    ("in_bytes", "expected"), [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB")]
)
def test_the_size_of_a_file_has_its_unit(in_bytes: int, expected: str) -> None:
    assert releases.size(in_bytes) == expected
