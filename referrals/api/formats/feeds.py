"""The releases as a feed (Atom, RFC 4287) and as a calendar (iCalendar, RFC 5545).

Neither holds a future date, because no release announces one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

from referrals import templates
from referrals.api.request import Request
from referrals.api.resource import Content, Resource
from referrals.release import files, metadata
from referrals.release.release import Release

NAMESPACE: Final = uuid.UUID("7c0d7b0a-0a53-5c57-9f4a-3d6b6d1f4f10")
"""The namespace of the ids below. It must never change: feed readers recognise an entry by its id.
"""

SITE_NAME: Final = "Victim referrals"
ATOM_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
CALENDAR_TIME: Final = "%Y%m%dT%H%M%SZ"

MAX_LINE_OCTETS: Final = 75
"""The longest line of a calendar, in octets."""


def atom(request: Request) -> Content:
    """Return the feed: one entry for each release, newest first."""
    releases = _newest_first(request.served.by_id().values())
    feed = templates.render(
        "api/feed.xml",
        feed_id=uuid.uuid5(NAMESPACE, "feed"),
        name=SITE_NAME,
        updated=f"{max(metadata.changed(release) for release in releases):{ATOM_TIME}}",
        site_url=request.site_url,
        entries=[_entry(release, request.site_url) for release in releases],
    )
    return Content(f"{feed}\n".encode(), "application/atom+xml; charset=utf-8")


def calendar(request: Request) -> Content:
    """Return the calendar: one all-day event for each release."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{SITE_NAME}//Releases//EN",
        f"X-WR-CALNAME:{SITE_NAME}: releases",
    ]
    for release in _newest_first(request.served.by_id().values()):
        lines += _event(release)
    lines.append("END:VCALENDAR")
    pieces = [piece for line in lines for piece in _folded(line)]
    return Content(
        "".join(f"{piece}\r\n" for piece in pieces).encode(),
        "text/calendar; charset=utf-8",
        file_name="victim-referrals-releases.ics",
    )


def _newest_first(releases: Iterable[Release]) -> list[Release]:
    return sorted(releases, key=lambda release: release.about.published_on, reverse=True)


def _entry(release: Release, site_url: str) -> dict[str, Any]:
    """Return the values of one entry of the feed."""
    notes = _notes(release)
    return {
        "id": _id(release),
        "title": _title(release),
        "updated": f"{metadata.changed(release):{ATOM_TIME}}",
        "published": f"{metadata.published(release):{ATOM_TIME}}",
        "status": release.about.status,
        "page": f"{site_url}/releases#release-{release.about.release_id}",
        "table": _table(release, site_url),
        "summary": " ".join(notes),
        "content": [*notes, *_revision_notes(release), f"Version {files.version(release)}."],
    }


def _table(release: Release, site_url: str) -> str:
    """Return the permanent address of every cell of a release as CSV."""
    listed = files.listed(release).values()
    name = next(file.name for file in listed if file.own_name == "cells.csv")
    return f"{site_url}/releases/{release.about.release_id}/{files.version(release)}/{name}"


def _event(release: Release) -> list[str]:
    """Return the lines of an event.

    Its sequence number is that of the release's latest revision, so it grows with each, as RFC 5545
    requires, and is the same on every server.
    """
    published, changed = metadata.published(release), metadata.changed(release)
    return [
        "BEGIN:VEVENT",
        f"UID:{_id(release)}",
        f"DTSTAMP:{changed:{CALENDAR_TIME}}",
        f"LAST-MODIFIED:{changed:{CALENDAR_TIME}}",
        f"SEQUENCE:{metadata.revision(release)}",
        f"DTSTART;VALUE=DATE:{published:%Y%m%d}",
        f"SUMMARY:{_escaped(_title(release))}",
        f"DESCRIPTION:{_escaped(' '.join(_notes(release)))}",
        f"CATEGORIES:{_escaped(release.about.status)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _title(release: Release) -> str:
    """Return the title of a release, with the release that it revises, if any."""
    revised = files.manifest(release).get("disclosure_control", {}).get("revises", "")
    suffix = f" (revises {revised})" if revised else ""
    return f"{release.about.marked_title}{suffix}"


def _notes(release: Release) -> list[str]:
    return [
        *metadata.invented_notes(release),
        f"Covers {release.about.period_label}.",
        f"Status: {release.about.status}.",
    ]


def _revision_notes(release: Release) -> list[str]:
    """Return the note on the latest revision of a release, if it has been revised."""
    change = files.manifest(release).get("revision_change", "")
    number = metadata.revision(release)
    return [f"Revision {number}, {metadata.changed(release):%Y-%m-%d}: {change}"] if change else []


def _id(release: Release) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"release/{release.about.release_id}")


def _escaped(text: str) -> str:
    r"""Return text as the value of a calendar property.

    >>> _escaped("One; two, three")
    'One\\; two\\, three'
    """
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, without splitting a character.

    Each piece but the first begins with a space.
    """
    piece = ""
    for character in line:
        if len(f"{piece}{character}".encode()) > MAX_LINE_OCTETS:
            yield piece
            piece = " "
        piece += character
    yield piece


FEEDS: Final = (
    Resource(
        "/feed.atom",
        "Feed",
        "Releases and revisions as an Atom feed, newest first.",
        atom,
        formats=(),
    ),
    Resource(
        "/releases.ics",
        "Calendar",
        "The dates of releases as a calendar.",
        calendar,
        formats=(),
        headers=("Content-Disposition",),
    ),
)
"""The resources that can be subscribed to."""
