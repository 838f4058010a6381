"""What every answer says of the release that it is from: what it is, its notes, its letters, its source and its licence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from referrals.caching import kept
from referrals.reference import statuses
from referrals.release.files import BY_EDITION, File, listed, manifest, version
from referrals.release.release import Release

UNIT: Final = "victim referrals"
COUNTED: Final = (
    "A victim referral is one time that police passed on the details of a victim of crime."
)
INVENTED: Final = "These figures are invented. They are not about real people."
UNLISTED: Final = "A combination that is not listed is not published, nor is a cell with the status x. That is not 0."
LISTED: Final = (
    "Listed are sums with a code other than _T in up to three dimensions, where a quarter counts as one, and finest cells: a "
    "quarter and a code other than _T in each dimension. One of these that is not listed is published as 0."
)
ADDED_UP: Final = (
    "Any other combination is a sum of finest cells. Name one code for each of nationality, age_band, sex, crime_type and "
    "outcome, and it is added up."
)
OPEN: Final = (
    "A dimension that is not named in a query is not filtered: ask for _T to have its total alone."
)
OF_OTHERS: Final = (
    "These are figures of other publishers, each in its own unit. None of them counts victim referrals: why_not_comparable "
    "says why."
)


def address(one: Release) -> str:
    """Return where a release describes itself, within this site."""
    return f"/api/v1/releases/{one.about.release_id}"


def release(one: Release) -> dict[str, Any]:
    """Return what a release is, and where it is."""
    about = one.about
    return {
        "id": about.release_id,
        "title": about.title,
        "status": about.status,
        "is_illustrative": about.is_illustrative,
        "period": about.period,
        "period_label": about.period_label,
        "published_on": about.published_on,
        "version": version(one),
        "sha256": one.digest,
        "address": address(one),
    }


def published(one: Release) -> datetime:
    """Return the beginning of the day of publication."""
    return datetime.combine(date.fromisoformat(one.about.published_on), time(), UTC)


def changed(one: Release) -> datetime:
    """Return when this edition came out: on the day of publication, or when it was written, where it is a later correction.

    It is the time of the manifest in the folder that is served, and tells people how fresh that is. Which edition it is, only
    its digest says.
    """
    return max(published(one), one.changed)


def invented(one: Release) -> list[str]:
    """Return the sentence that says that figures are invented, where they are."""
    return [INVENTED] if one.about.is_illustrative else []


def protection(one: Release) -> list[str]:
    """Return the sentences that say how the numbers of a release are protected, without which they would be misread."""
    control = manifest(one).get("disclosure_control", {})
    said = [
        one.about.lay_sentence,
        control.get("held_back_rule", "") if control.get("held_back") else "",
    ]
    return [sentence for sentence in said if sentence]


def listing(one: Release) -> list[str]:
    """Return the sentences that say which combinations of codes have a cell, and what one is that has none."""
    return [LISTED, ADDED_UP] if one.about.additive else [UNLISTED]


def about(one: Release, notes: Sequence[str]) -> dict[str, Any]:
    """Return what stands first in every document about a release, with the notes that go with what is in it."""
    imprint = _imprint(one)
    return {
        "release": release(one),
        "notes": [*invented(one), *notes],
        "status_meanings": manifest(one).get("status_letters")
        or {"": "as printed", **statuses.meanings()},
        "source": {
            name: imprint[name] for name in ("publisher", "title", "published_on", "address")
        },
        "licence": imprint["licence"],
        "attribution": one.about.attribution,
    }


def of_cells(one: Release) -> dict[str, Any]:
    """Return what stands first in a document with cells."""
    notes = [COUNTED, *protection(one), *listing(one), OPEN]
    return about(one, notes) | {"unit": UNIT}


def beside(one: Release, site: str, notes: Sequence[str]) -> str:
    """Return what each row says that may be found alone: that it is invented where it is, these notes, and where more is."""
    return " ".join([*invented(one), *notes, f"More: {site}{address(one)}"])


def files(one: Release) -> list[dict[str, Any]]:
    """Return the files of a release, each with its address, and the one that will never hold anything else."""
    return [_file(one, file) for file in listed(one).values()]


@kept(16, BY_EDITION)
def codes(one: Release) -> Sequence[Mapping[str, Any]]:
    """Return every code that cells of a release can be asked for, in the order of showing."""
    return one.rows("api/codes")


@kept(16, BY_EDITION)
def series(one: Release) -> Sequence[Mapping[str, Any]]:
    """Return every context series of a release: only the release that is shown first must have any."""
    tables = {row["table_name"] for row in one.rows("query/table_columns")}
    return one.rows("api/context_series") if {"series", "context"} <= tables else []


@kept(16, BY_EDITION)
def _imprint(one: Release) -> Mapping[str, Any]:
    return one.rows("api/release_source")[0]


def _file(one: Release, file: File) -> dict[str, Any]:
    folder = f"/releases/{one.about.release_id}"
    return {
        "name": file.name,
        "title": file.title,
        "media_type": file.media_type,
        "bytes": file.size,
        "sha256": file.sha256,
        "address": f"{folder}/{file.name}",
        "version_address": f"{folder}/{version(one)}/{file.name}",
    }
