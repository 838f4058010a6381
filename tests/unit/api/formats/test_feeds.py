"""The feed and the calendar: valid, with permanent ids and no unannounced date."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from referrals import api
from referrals.api.formats import feeds
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import EXAMPLE, MANIFEST, MARKS, Release, open_release
from tests.fixtures.asgi_client import HttpClient

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(autouse=True)
def both_releases(release: Release, invented: Release) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (invented,)))
        yield


@pytest.fixture(scope="module")
def get() -> HttpClient:
    return HttpClient(Starlette(routes=api.routes()))


def feed(get: HttpClient) -> ET.Element:
    answer = get("/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)


def events(get: HttpClient) -> list[dict[str, str]]:
    """The events of the calendar, each with its properties, with folded lines joined."""
    text = get("/releases.ics").text.replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)\r\nEND:VEVENT\r\n", text, flags=re.DOTALL)
    return [dict(line.split(":", 1) for line in event.strip().split("\r\n")) for event in found]


def test_the_feed_has_its_required_elements(get: HttpClient) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: id, title and updated of feed and entries, and an author."""
    root = feed(get)
    entries = root.findall("atom:entry", ATOM)
    for element in (root, *entries):
        assert [
            len(element.findall(f"atom:{name}", ATOM)) for name in ("id", "title", "updated")
        ] == [
            1,
            1,
            1,
        ]
        assert MOMENT.fullmatch(element.findtext("atom:updated", "", ATOM))
        assert element.findtext("atom:id", "", ATOM).startswith("urn:uuid:")
    assert root.findtext("atom:author/atom:name", "", ATOM)
    assert root.findtext("atom:updated", "", ATOM) == max(
        entry.findtext("atom:updated", "", ATOM) for entry in entries
    )


def test_the_ids_of_releases_never_change(get: HttpClient) -> None:
    ids = {entry.findtext("atom:id", "", ATOM) for entry in feed(get).findall("atom:entry", ATOM)}
    uids = {event["UID"] for event in events(get)}
    assert uids == {"565d6dfa-68bd-5735-8919-494033d0882c", "60be5cb3-88d1-5cd2-b608-368dc255aac4"}
    assert ids == {f"urn:uuid:{uid}" for uid in uids}


def test_feed_and_calendar_say_that_figures_are_invented(get: HttpClient) -> None:
    entries = feed(get).findall("atom:entry", ATOM)
    titles = [
        entry.findtext("atom:summary", "", ATOM)
        for entry in entries
        if entry.find("atom:category[@term='example']", ATOM) is not None
    ]
    assert len(titles) == 1
    assert "invented" in titles[0]
    assert [event["CATEGORIES"] for event in events(get) if "invented" in event["DESCRIPTION"]] == [
        "example"
    ]


def test_the_title_of_an_invented_release_is_marked_whatever_its_name(
    get: HttpClient, invented: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        invented, "about", replace(invented.about, title="Victim referrals by quarter")
    )
    served = catalogue.served()
    monkeypatch.setattr(catalogue, "served", lambda: replace(served, version="renamed"))
    title = f"{MARKS[EXAMPLE]}. Victim referrals by quarter"
    assert title in {
        entry.findtext("atom:title", "", ATOM) for entry in feed(get).findall("atom:entry", ATOM)
    }
    assert title.replace(",", r"\,") in {event["SUMMARY"] for event in events(get)}


def copy_of(release: Release, folder: Path, **manifest: object) -> Release:
    """Return a copy of a release, with members of its manifest changed."""
    copied = Path(shutil.copytree(release.folder, folder / release.folder.name))
    path = copied / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | manifest))
    return open_release(copied)


def test_a_revision_is_announced_though_the_publication_date_stays(
    get: HttpClient, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def day() -> dict[str, str]:
        return next(event for event in events(get) if event["UID"] == str(feeds._id(release)))

    before, served = day(), catalogue.served()
    revised = copy_of(
        release, tmp_path, revision=7, revised_on="2031-05-06", revision_change="Mends a sum."
    )
    monkeypatch.setattr(
        catalogue, "served", lambda: replace(served, version="revised", published=revised)
    )
    root, after = feed(get), day()
    entry = next(
        entry
        for entry in root.findall("atom:entry", ATOM)
        if feeds._id(release).urn == entry.findtext("atom:id", "", ATOM)
    )
    assert {element.findtext("atom:updated", "", ATOM) for element in (root, entry)} == {
        "2031-05-06T00:00:00Z"
    }
    assert entry.findtext("atom:published", "", ATOM) == f"{release.about.published_on}T00:00:00Z"
    assert "Revision 7, 2031-05-06: Mends a sum." in entry.findtext("atom:content", "", ATOM)
    assert {after["DTSTAMP"], after["LAST-MODIFIED"]} == {"20310506T000000Z"}
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTART;VALUE=DATE"] == before["DTSTART;VALUE=DATE"]


def test_a_copy_written_at_another_time_is_announced_alike(
    get: HttpClient, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = ("/feed.atom", "/releases.ics", "/api/v1/releases/latest")
    before, served = [get(address) for address in addresses], catalogue.served()
    copied = Path(shutil.copytree(release.folder, tmp_path / release.folder.name))
    for path in copied.iterdir():
        os.utime(path, (2e9, 2e9))
    again = replace(served, version="again", published=open_release(copied))
    monkeypatch.setattr(catalogue, "served", lambda: again)
    for address, answer in zip(addresses, before, strict=True):
        other = get(address)
        assert other.content == answer.content
        assert other.headers.get("last-modified") == answer.headers.get("last-modified")


def test_a_release_without_revisions_is_announced_for_the_day_of_publication(
    get: HttpClient, invented: Release
) -> None:
    entry = next(
        entry
        for entry in feed(get).findall("atom:entry", ATOM)
        if feeds._id(invented).urn == entry.findtext("atom:id", "", ATOM)
    )
    assert (
        entry.findtext("atom:updated", "", ATOM)
        == entry.findtext("atom:published", "", ATOM)
        == f"{invented.about.published_on}T00:00:00Z"
    )


@pytest.mark.parametrize("site", ["", "https://dashboard.example.org"])
def test_links_of_the_feed_are_absolute_if_the_site_knows_its_address(site: str) -> None:
    root = feed(HttpClient(Starlette(routes=api.routes(site))))
    links = {(link.get("rel"), link.get("href")) for link in root.iter(f"{{{ATOM['atom']}}}link")}
    assert {("self", f"{site}/feed.atom"), ("alternate", f"{site}/releases")} <= links
    assert all(address is not None and address.startswith(f"{site}/") for _, address in links)


def test_every_table_that_the_feed_encloses_is_served(get: HttpClient) -> None:
    addresses = [
        link.get("href", "")
        for link in feed(get).iter(f"{{{ATOM['atom']}}}link")
        if link.get("rel") == "enclosure"
    ]
    assert [get(address).status_code for address in addresses] == [200, 200]


def test_the_calendar_holds_the_date_of_each_release_and_no_other(
    get: HttpClient, release: Release, invented: Release
) -> None:
    days = [published.about.published_on.replace("-", "") for published in (release, invented)]
    assert sorted(event["DTSTART;VALUE=DATE"] for event in events(get)) == sorted(days)


def test_calendar_lines_end_and_fold_as_the_standard_requires(get: HttpClient) -> None:
    lines = get("/releases.ics").content.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert all(len(line) <= feeds.MAX_LINE_OCTETS and b"\n" not in line for line in lines)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_a_folded_line_can_be_unfolded(text: str) -> None:
    pieces = list(feeds._folded(text))
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(len(piece.encode()) <= feeds.MAX_LINE_OCTETS for piece in pieces)


def test_a_title_with_special_characters_breaks_neither_feed_nor_calendar(
    get: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = catalogue.served()
    hostile = replace(served.published.about, title='A, B; C\\ & <script>\nEND:VEVENT "')
    monkeypatch.setattr(served.published, "about", hostile)
    monkeypatch.setattr(catalogue, "served", lambda: replace(served, version="hostile"))
    titles = [
        entry.findtext("atom:title", "", ATOM) for entry in feed(get).findall("atom:entry", ATOM)
    ]
    assert hostile.title in titles
    summaries = [event["SUMMARY"] for event in events(get)]
    assert 'A\\, B\\; C\\\\ & <script>\\nEND:VEVENT "' in summaries
