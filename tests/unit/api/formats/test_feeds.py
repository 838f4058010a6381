"""The feed and the calendar: well formed, the same ids for ever, and no day that nobody has announced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from referrals import api
from referrals.api.formats import feeds
from referrals.release import catalogue, metadata
from referrals.release.catalogue import Served
from referrals.release.release import Release
from tests.fixtures.asking import Asker

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CORRECTED = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def both_releases(release: Release, invented: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (invented,)))
        yield


@pytest.fixture(scope="module")
def ask() -> Asker:
    return Asker(Starlette(routes=api.routes()))


def feed(ask: Asker) -> ET.Element:
    answer = ask("/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)


def events(ask: Asker) -> list[dict[str, str]]:
    """The days of the calendar, each with its properties, lines joined as a calendar joins them."""
    text = ask("/releases.ics").text.replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)\r\nEND:VEVENT\r\n", text, flags=re.DOTALL)
    return [dict(line.split(":", 1) for line in one.strip().split("\r\n")) for one in found]


def test_the_feed_has_what_a_feed_must_have(ask: Asker) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: id, title and updated, of the feed and of each entry, and somebody who wrote it."""
    root = feed(ask)
    entries = root.findall("atom:entry", ATOM)
    for one in (root, *entries):
        assert [len(one.findall(f"atom:{name}", ATOM)) for name in ("id", "title", "updated")] == [
            1,
            1,
            1,
        ]
        assert MOMENT.fullmatch(one.findtext("atom:updated", "", ATOM))
        assert one.findtext("atom:id", "", ATOM).startswith("urn:uuid:")
    assert root.findtext("atom:author/atom:name", "", ATOM)
    assert root.findtext("atom:updated", "", ATOM) == max(
        one.findtext("atom:updated", "", ATOM) for one in entries
    )


def test_a_release_has_the_id_that_it_has_always_had(ask: Asker) -> None:
    ids = {one.findtext("atom:id", "", ATOM) for one in feed(ask).findall("atom:entry", ATOM)}
    uids = {event["UID"] for event in events(ask)}
    assert uids == {"565d6dfa-68bd-5735-8919-494033d0882c", "d052a056-d2a8-52d7-9cb1-a2840ebd45af"}
    assert ids == {f"urn:uuid:{one}" for one in uids}


def test_invented_figures_say_so_in_the_feed_and_in_the_calendar(ask: Asker) -> None:
    entries = feed(ask).findall("atom:entry", ATOM)
    said = [
        one.findtext("atom:summary", "", ATOM)
        for one in entries
        if one.find("atom:category[@term='illustrative']", ATOM) is not None
    ]
    assert len(said) == 1
    assert "invented" in said[0]
    assert [event["CATEGORIES"] for event in events(ask) if "invented" in event["DESCRIPTION"]] == [
        "illustrative"
    ]


def test_an_invented_release_says_so_in_its_title_whatever_it_is_called(
    ask: Asker, invented: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        invented, "about", replace(invented.about, title="Victim referrals by quarter")
    )
    standing = catalogue.served()
    monkeypatch.setattr(catalogue, "served", lambda: replace(standing, version="renamed"))
    said = "Victim referrals by quarter (Illustrative: invented figures)"
    assert said in {
        one.findtext("atom:title", "", ATOM) for one in feed(ask).findall("atom:entry", ATOM)
    }
    assert said in {event["SUMMARY"] for event in events(ask)}


def test_a_correction_is_announced_though_its_day_of_publication_stays(
    ask: Asker, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def day() -> dict[str, str]:
        return next(one for one in events(ask) if one["UID"] == str(feeds._id(release)))

    before, standing = day(), catalogue.served()
    monkeypatch.setattr(release, "changed", CORRECTED)
    monkeypatch.setattr(catalogue, "served", lambda: replace(standing, version="corrected"))
    root, after = feed(ask), day()
    entry = next(
        one
        for one in root.findall("atom:entry", ATOM)
        if feeds._id(release).urn == one.findtext("atom:id", "", ATOM)
    )
    assert {one.findtext("atom:updated", "", ATOM) for one in (root, entry)} == {
        "2031-05-06T07:08:09Z"
    }
    assert entry.findtext("atom:published", "", ATOM) == f"{release.about.published_on}T00:00:00Z"
    assert {after["DTSTAMP"], after["LAST-MODIFIED"]} == {"20310506T070809Z"}
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTART;VALUE=DATE"] == before["DTSTART;VALUE=DATE"]


def test_a_release_that_was_written_before_its_day_is_announced_for_its_day(
    ask: Asker, release: Release, invented: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (release, invented):
        monkeypatch.setattr(one, "changed", metadata.published(one) - timedelta(days=9))
    standing = catalogue.served()
    monkeypatch.setattr(catalogue, "served", lambda: replace(standing, version="early"))
    for entry in feed(ask).findall("atom:entry", ATOM):
        assert entry.findtext("atom:updated", "", ATOM) == entry.findtext(
            "atom:published", "", ATOM
        )
    assert {event["SEQUENCE"] for event in events(ask)} == {"0"}


@pytest.mark.parametrize("site", ["", "https://dashboard.example.org"])
def test_links_of_the_feed_are_whole_where_the_site_knows_its_address(site: str) -> None:
    root = feed(Asker(Starlette(routes=api.routes(site))))
    links = {(one.get("rel"), one.get("href")) for one in root.iter(f"{{{ATOM['atom']}}}link")}
    assert {("self", f"{site}/feed.atom"), ("alternate", f"{site}/releases")} <= links
    assert all(address is not None and address.startswith(f"{site}/") for _, address in links)


def test_every_table_that_the_feed_encloses_is_served(ask: Asker) -> None:
    addresses = [
        one.get("href", "")
        for one in feed(ask).iter(f"{{{ATOM['atom']}}}link")
        if one.get("rel") == "enclosure"
    ]
    assert [ask(one).status_code for one in addresses] == [200, 200]


def test_the_calendar_holds_the_day_of_each_release_and_no_other(
    ask: Asker, release: Release, invented: Release
) -> None:
    days = [one.about.published_on.replace("-", "") for one in (release, invented)]
    assert sorted(event["DTSTART;VALUE=DATE"] for event in events(ask)) == sorted(days)


def test_a_calendar_has_lines_that_end_and_fold_as_they_must(ask: Asker) -> None:
    lines = ask("/releases.ics").content.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert all(len(line) <= feeds.OCTETS and b"\n" not in line for line in lines)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_a_folded_line_can_be_put_together_again(text: str) -> None:
    pieces = list(feeds._folded(text))
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(len(piece.encode()) <= feeds.OCTETS for piece in pieces)


def test_a_title_with_marks_breaks_neither_feed_nor_calendar(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = catalogue.served()
    hostile = replace(standing.published.about, title='A, B; C\\ & <script>\nEND:VEVENT "')
    monkeypatch.setattr(standing.published, "about", hostile)
    monkeypatch.setattr(catalogue, "served", lambda: replace(standing, version="hostile"))
    titles = [one.findtext("atom:title", "", ATOM) for one in feed(ask).findall("atom:entry", ATOM)]
    assert hostile.title in titles
    summaries = [event["SUMMARY"] for event in events(ask)]
    assert 'A\\, B\\; C\\\\ & <script>\\nEND:VEVENT "' in summaries
