"""The page of releases as HTML: calendar, each release with its files and certificate, history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards.html import certificate_checks, notices, release_history
from referrals.formatting import day
from referrals.i18n import messages
from referrals.release import metadata
from referrals.release.files import BY_EDITION, SUMS, File, listed, version
from referrals.release.release import DATABASE, Release

TEMPLATE: Final = "cards/releases.html"
KILOBYTE: Final = 1000
MEGABYTE: Final = KILOBYTE * KILOBYTE


def html(releases: Iterable[Release]) -> Markup:
    """Return the calendar, the releases in the order given, and their history."""
    return _html(*releases)


@cached(16, BY_EDITION)  # the other languages share them
def _html(*releases: Release) -> Markup:
    return Markup().join(
        [
            release_history.calendar(releases),
            *(_release(release) for release in releases),
            release_history.versions(releases),
            release_history.changed(releases),
            release_history.corrected(),
        ]
    )


def size(in_bytes: int) -> str:
    """Return the size of a file in the decimal units of file managers.

    >>> size(170), size(79162), size(2895872)
    ('170 bytes', '79 kB', '2.9 MB')
    """
    if in_bytes < KILOBYTE:
        return messages.text("releases.size_bytes", n=in_bytes)
    if in_bytes < MEGABYTE:
        return messages.text("releases.size_kilobytes", size=f"{in_bytes / KILOBYTE:.0f}")
    return messages.text("releases.size_megabytes", size=f"{in_bytes / MEGABYTE:.1f}")


def _release(release: Release) -> Markup:
    about, files = release.about, list(listed(release).values())
    published = messages.html(
        "releases.published",
        n=len(files),
        release=_code(about.release_id),
        date=day(about.published_on),
    )
    return templates.macro(
        TEMPLATE,
        "release",
        about,
        notices.status(about),
        published,
        _files(release, files),
        _fixed_addresses(release, files),
        certificate_checks.html(release),
    )


def _files(release: Release, files: Sequence[File]) -> Markup:
    """Return the table of files.

    A file's name is below its title, because a phone has no room for a third column.
    """
    folder = _folder(release)
    rows = [
        [
            templates.macro(
                TEMPLATE,
                "file",
                f"{folder}/{file.name}",
                file.title,
                file.name,
                format_of(release, file),
            ),
            templates.macro(TEMPLATE, "isolated", size(file.size)),
        ]
        for file in files
    ]
    caption = messages.text("releases.files_of", release=release.about.release_id)
    header = [messages.text("releases.file"), messages.text("releases.size")]
    return templates.table(caption, header, rows)


def format_of(release: Release, file: File) -> str:
    """Return the format of a file; for a database, with the oldest DuckDB that opens it.

    The version is read from the database, because it depends on how that was written.
    """
    ending = file.own_name.partition(".")[2]
    version_needed = ""
    if file.own_name == DATABASE:
        (row,) = release.rows("query/storage_version")
        version_needed = row["storage_version"].strip("v+")
    return messages.text(f"releases.format.{ending}", version=version_needed)


def _fixed_addresses(release: Release, files: Sequence[File]) -> Markup:
    """Return the addresses whose content never changes, with the SHA-256 of each file, folded."""
    release_id, folder = release.about.release_id, _folder(release)
    rows = [
        [templates.link(f"{folder}/{version(release)}/{file.name}", file.name), _code(file.sha256)]
        for file in files
    ]
    caption = messages.text("releases.fixed_addresses", release=release_id)
    header = [messages.text("releases.file"), messages.text("releases.sha256")]
    this_version = messages.html(
        "releases.version",
        version=_code(version(release)),
        sums=templates.link(f"{folder}/{SUMS}", SUMS),
    )
    return templates.macro(
        TEMPLATE,
        "fixed",
        messages.text("releases.fixed_summary", release=release_id),
        this_version,
        metadata.summary(release)["address"],
        messages.text("releases.as_data"),
        templates.table(caption, header, rows, text_columns=[1]),
    )


def _folder(release: Release) -> str:
    return f"/releases/{release.about.release_id}"


def _code(text: str) -> Markup:
    return templates.macro(TEMPLATE, "code", text)
