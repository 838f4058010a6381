"""The metadata of a release: identity, notes, statuses, source and licence.

API answers, feeds, JSON-LD and release lists use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from referrals.caching import cached
from referrals.reference import figure_notes, statuses
from referrals.reference.codelists import DIMENSIONS
from referrals.release.files import BY_EDITION, File, listed, manifest, version
from referrals.release.release import Release

CELL_KEY: Final = ("period", *DIMENSIONS)
"""The columns that identify a cell."""


def path(release: Release) -> str:
    """Return the path of a release in the API, without the site's address."""
    return f"/api/v1/releases/{release.about.release_id}"


def summary(release: Release) -> dict[str, Any]:
    """Return the identity of a release, with its path in the API."""
    about = release.about
    return {
        "id": about.release_id,
        "title": about.title,
        "status": about.status,
        "is_invented": about.is_invented,
        "period": about.period,
        "period_label": about.period_label,
        "published_on": about.published_on,
        "version": version(release),
        "sha256": release.digest,
        "address": path(release),
    }


def published(release: Release) -> datetime:
    """Return the start of the day of publication (UTC)."""
    return datetime.combine(date.fromisoformat(release.about.published_on), time(), UTC)


def changed(release: Release) -> datetime:
    """Return the start of the day (UTC) of the latest revision, or of publication if there is none.

    It comes from the manifest, so that every copy of a release gives the same time. Only the digest
    identifies the edition.
    """
    day = manifest(release).get("revised_on") or release.about.published_on
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def revision(release: Release) -> int:
    """Return how often a release has been revised since its publication."""
    number: int = manifest(release).get("revision", 0)
    return number


def licence(release: Release) -> str:
    """Return the licence that a release names, by its id or in words."""
    named: str = _source(release)["licence"]
    return named


def invented_notes(release: Release) -> list[str]:
    """Return the note that the figures are invented, if they are."""
    about = release.about
    return [figure_notes.INVENTED.format(mark=about.mark)] if about.is_invented else []


def protection_notes(release: Release) -> list[str]:
    """Return the notes on disclosure control without which the numbers would be misread."""
    control = manifest(release).get("disclosure_control", {})
    held_back = control.get("held_back_rule", "") if control.get("held_back") else ""
    return [note for note in (release.about.lay_sentence, held_back) if note]


def listing_notes(release: Release) -> list[str]:
    """Return the notes on which combinations have a cell, and on those that have none."""
    if release.about.is_additive:
        return [figure_notes.LISTED, figure_notes.ADDED_UP]
    return [figure_notes.UNLISTED]


def header(release: Release, notes: Sequence[str]) -> dict[str, Any]:
    """Return the first members of every document about a release, with the notes on its content."""
    source = _source(release)
    return {
        "release": summary(release),
        "notes": [*invented_notes(release), *notes],
        "status_meanings": manifest(release).get("status_letters")
        or {"": "as printed", **statuses.meanings()},
        "source": {
            name: source[name] for name in ("publisher", "title", "published_on", "address")
        },
        "licence": source["licence"],
        "attribution": release.about.attribution,
    }


def cells_header(release: Release) -> dict[str, Any]:
    """Return the first members of a document with cells."""
    notes = [
        figure_notes.COUNTED,
        *protection_notes(release),
        *listing_notes(release),
        figure_notes.UNFILTERED,
    ]
    return header(release, notes) | {"unit": figure_notes.UNIT}


def row_notes(release: Release, site_url: str, notes: Sequence[str]) -> str:
    """Return the notes in each row of a table, which may be read alone, and a link to the rest."""
    link = f"More: {site_url}{path(release)}"
    return " ".join([*invented_notes(release), *notes, link])


def files(release: Release) -> list[dict[str, Any]]:
    """Return the files of a release, each with its current address and its permanent one."""
    return [_file(release, file) for file in listed(release).values()]


@cached(16, BY_EDITION, has_words=False)
def codes(release: Release) -> Sequence[Mapping[str, Any]]:
    """Return every code that cells can be filtered by, in display order."""
    return release.rows("api/codes")


@cached(16, BY_EDITION, has_words=False)
def series(release: Release) -> Sequence[Mapping[str, Any]]:
    """Return every context series of a release. Only the published release must have any."""
    tables = {row["table_name"] for row in release.rows("query/table_columns")}
    return release.rows("api/context_series") if {"series", "context"} <= tables else []


@cached(16, BY_EDITION, has_words=False)
def _source(release: Release) -> Mapping[str, Any]:
    return release.rows("api/release_source")[0]


def _file(release: Release, file: File) -> dict[str, Any]:
    folder = f"/releases/{release.about.release_id}"
    return {
        "name": file.name,
        "title": file.title,
        "media_type": file.media_type,
        "bytes": file.size,
        "sha256": file.sha256,
        "address": f"{folder}/{file.name}",
        "version_address": f"{folder}/{version(release)}/{file.name}",
    }
