"""The releases as a feed (Atom, RFC 4287) and as a calendar (iCalendar, RFC 5545): what came out, and when.

A day in the future stands in neither, as no release announces one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from referrals.api.request import Question
from referrals.api.resource import Content, Resource
from referrals.release import files, metadata
from referrals.release.release import Release

NAMES: Final = uuid.UUID("7c0d7b0a-0a53-5c57-9f4a-3d6b6d1f4f10")
"""The namespace of the ids below. It never changes: a reader of feeds knows an entry by its id alone."""

SITE: Final = "Victim referrals"
MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
STAMP: Final = "%Y%m%dT%H%M%SZ"
"""How a feed and a calendar write a moment."""

OCTETS: Final = 75
"""The longest line of a calendar, in octets."""


def atom(question: Question) -> Content:
    """Return the feed: an entry for each release, the newest first."""
    site, released = question.site, _newest_first(question.standing.offered().values())
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">\n'
        f"<id>urn:uuid:{uuid.uuid5(NAMES, 'feed')}</id>\n<title>{SITE}: releases</title>\n"
        f"<updated>{max(map(metadata.changed, released)):{MOMENT}}</updated>\n<author><name>{SITE}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href="{site}/feed.atom"/>\n'
        f'<link rel="alternate" type="text/html" href="{site}/releases"/>\n'
        f"{''.join(_entry(one, site) for one in released)}</feed>\n"
    )
    return Content(text.encode(), "application/atom+xml; charset=utf-8")


def calendar(question: Question) -> Content:
    """Return the calendar: a day for each release."""
    released = _newest_first(question.standing.offered().values())
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{SITE}//Releases//EN",
        f"X-WR-CALNAME:{SITE}: releases",
    ]
    lines += [line for one in released for line in _event(one)]
    text = "".join(
        f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line)
    )
    return Content(
        text.encode(), "text/calendar; charset=utf-8", file_name="victim-referrals-releases.ics"
    )


def _newest_first(released: Iterable[Release]) -> list[Release]:
    return sorted(released, key=lambda one: one.about.published_on, reverse=True)


def _entry(one: Release, site: str) -> str:
    page = f"{site}/releases#release-{one.about.release_id}"
    parts = "".join(
        f"<p>{escape(part)}</p>" for part in [*_said(one), f"Version {files.version(one)}."]
    )
    return (
        f"<entry>\n<id>urn:uuid:{_id(one)}</id>\n<title>{escape(_title(one))}</title>\n"
        f"<updated>{metadata.changed(one):{MOMENT}}</updated>\n"
        f"<published>{metadata.published(one):{MOMENT}}</published>\n"
        f'<category term="{escape(one.about.status)}"/>\n<link rel="alternate" type="text/html" href="{escape(page)}"/>\n'
        f'<link rel="enclosure" type="text/csv" href="{escape(_table(one, site))}"/>\n'
        f'<summary>{escape(" ".join(_said(one)))}</summary>\n<content type="html">{escape(parts)}</content>\n</entry>\n'
    )


def _table(one: Release, site: str) -> str:
    """Return the address of every cell of this version, as CSV."""
    name = next(file.name for file in files.listed(one).values() if file.own_name == "cells.csv")
    return f"{site}/releases/{one.about.release_id}/{files.version(one)}/{name}"


def _event(one: Release) -> Iterator[str]:
    """Give the lines of a day. Its sequence number grows with each correction, as calendars ask of an event that changes."""
    published, changed = metadata.published(one), metadata.changed(one)
    yield from (
        "BEGIN:VEVENT",
        f"UID:{_id(one)}",
        f"DTSTAMP:{changed:{STAMP}}",
        f"LAST-MODIFIED:{changed:{STAMP}}",
    )
    yield from (
        f"SEQUENCE:{int((changed - published).total_seconds())}",
        f"DTSTART;VALUE=DATE:{published:%Y%m%d}",
    )
    yield from (f"SUMMARY:{_literal(_title(one))}", f"DESCRIPTION:{_literal(' '.join(_said(one)))}")
    yield from (f"CATEGORIES:{_literal(one.about.status)}", "TRANSP:TRANSPARENT", "END:VEVENT")


def _title(one: Release) -> str:
    """Return what came out: a release, or the revision of another."""
    revised = files.manifest(one).get("disclosure_control", {}).get("revises", "")
    return f"{one.about.marked_title}{f' (revises {revised})' if revised else ''}"


def _said(one: Release) -> list[str]:
    return [
        *metadata.invented(one),
        f"Covers {one.about.period_label}.",
        f"Status: {one.about.status}.",
    ]


def _id(one: Release) -> uuid.UUID:
    return uuid.uuid5(NAMES, f"release/{one.about.release_id}")


def _literal(text: str) -> str:
    r"""Return text as the value of a property.

    >>> _literal("One; two, three")
    'One\\; two\\, three'
    """
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Give a line in pieces of at most 75 octets, every one but the first begun with a space, and no letter torn."""
    piece = ""
    for letter in line:
        if len(f"{piece}{letter}".encode()) > OCTETS:
            yield piece
            piece = " "
        piece += letter
    yield piece


FEEDS: Final = (
    Resource(
        "/feed.atom",
        "Feed",
        "Releases and revisions, the newest first, as an Atom feed.",
        atom,
        forms=(),
    ),
    Resource(
        "/releases.ics",
        "Calendar",
        "The days on which releases came out, as a calendar.",
        calendar,
        forms=(),
        headers=("Content-Disposition",),
    ),
)
"""The addresses of what can be subscribed to."""
