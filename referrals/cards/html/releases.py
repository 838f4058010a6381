"""Every release with its files as HTML: its coverage, downloads and checksums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.html import notices
from referrals.formatting import day
from referrals.i18n import messages
from referrals.release import metadata
from referrals.release.files import SUMS, File, listed, version
from referrals.release.release import Release

TEMPLATE: Final = "cards/releases.html"
KILOBYTE: Final = 1000
MEGABYTE: Final = KILOBYTE * KILOBYTE


def html(releases: Iterable[Release]) -> Markup:
    """Return the releases in the order given, each with its files."""
    return Markup().join(_release(release) for release in releases)


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
        notices.banner(about),
        published,
        _files(release, files),
        _fixed_addresses(release, files),
    )


def _files(release: Release, files: Sequence[File]) -> Markup:
    """Return the table of files.

    A file's name is below its title, because a phone has no room for a third column.
    """
    folder = _folder(release)
    rows = [
        [
            templates.macro(TEMPLATE, "file", f"{folder}/{file.name}", file.title, file.name),
            templates.macro(TEMPLATE, "isolated", size(file.size)),
        ]
        for file in files
    ]
    caption = messages.text("releases.files_of", release=release.about.release_id)
    header = [messages.text("releases.file"), messages.text("releases.size")]
    return templates.table(caption, header, rows)


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
