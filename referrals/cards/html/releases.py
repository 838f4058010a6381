"""Every release with its files, for people: what it is, what it covers, and how to have it and to check it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from referrals import templates
from referrals.cards.html import notices
from referrals.formatting import count, day
from referrals.release import metadata
from referrals.release.files import SUMS, File, listed, version
from referrals.release.release import Release

KILO: Final = 1000


def html(released: Iterable[Release]) -> str:
    """Return every release in the order given, the published one being first."""
    return "".join(map(_release, released))


def size(in_bytes: int) -> str:
    """Return the size of a file as readers know it from their own folders.

    >>> size(170), size(79162), size(2895872)
    ('170 bytes', '79 kB', '2.9 MB')
    """
    if in_bytes < KILO:
        return f"{in_bytes} bytes"
    return (
        f"{in_bytes / KILO:.0f} kB"
        if in_bytes < KILO * KILO
        else f"{in_bytes / KILO / KILO:.1f} MB"
    )


def _release(one: Release) -> str:
    about = one.about
    files = list(listed(one).values())
    named = escape(about.release_id)
    return (
        f'<h2 id="release-{named}">{escape(about.title)}</h2>{notices.status(about)}{notices.banner(about)}'
        f"<p>Release <code>{named}</code>, published on {day(about.published_on)}: {count(len(files))} files.</p>"
        f"{templates.table(f'Files of {about.release_id}', ['File', 'Size'], (_row(one, file) for file in files))}"
        f"{_fixed(one, files)}"
    )


def _row(one: Release, file: File) -> list[str]:
    """Return a file under the name of what it is: on a phone there is no room for a column with the other."""
    linked = templates.link(f"/releases/{one.about.release_id}/{file.name}", file.title)
    return [f"{linked}<br><small>{escape(file.name)}</small>", f"<bdi>{size(file.size)}</bdi>"]


def _fixed(one: Release, files: Iterable[File]) -> str:
    """Return the addresses that never hold anything else, with the SHA-256 of each file, folded away."""
    folder = f"/releases/{one.about.release_id}"
    rows = [
        [
            templates.link(f"{folder}/{version(one)}/{file.name}", file.name),
            f"<code>{file.sha256}</code>",
        ]
        for file in files
    ]
    data = metadata.path(one)
    return (
        f"<details><summary>Fixed addresses and SHA-256 of {escape(one.about.release_id)}</summary>"
        f"<p>This is version <code>{version(one)}</code>. {templates.link(f'{folder}/{SUMS}', SUMS)} holds every SHA-256. "
        f"{templates.link(data, 'The same as data')}.</p>"
        f"{templates.table(f'Fixed addresses of {one.about.release_id}', ['File', 'SHA-256'], rows)}</details>"
    )
