"""What every answer says of the release that it is from: what it is, its notes, its letters, its source and its licence."""

from __future__ import annotations

from typing import Any, Final

from referrals.api.files import File, listed, manifest, version
from referrals.codelists import STATUSES
from referrals.release import Release

UNIT: Final = "victim referrals"
COUNTED: Final = "A victim referral is one time that police passed on the details of a victim of crime."
INVENTED: Final = "These figures are invented. They are not about real people."
AS_PRINTED: Final = "A cell with the status x is not published. It is not 0."
OPEN: Final = "A dimension that is not named in a query is not filtered: ask for _T to have its total alone."


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
        "address": f"/api/v1/releases/{about.release_id}",
    }


def notes(one: Release) -> list[str]:
    """Return the sentences without which the numbers of a release would be misread."""
    control = manifest(one).get("disclosure_control", {})
    said = [
        INVENTED if one.about.is_illustrative else "",
        COUNTED,
        one.about.lay_sentence,
        control.get("not_listed", "") if one.about.additive else AS_PRINTED,
        control.get("held_back_rule", "") if control.get("held_back") else "",
        OPEN,
    ]
    return [note for note in said if note]


def about(one: Release) -> dict[str, Any]:
    """Return what stands first in every document about a release."""
    imprint = one.rows("api/imprint")[0]
    return {
        "release": release(one),
        "unit": UNIT,
        "notes": notes(one),
        "status_meanings": manifest(one).get("status_letters") or {"": "as printed", **STATUSES},
        "source": {name: imprint[name] for name in ("publisher", "title", "published_on", "address")},
        "licence": imprint["licence"],
        "attribution": one.about.attribution,
    }


def files(one: Release) -> list[dict[str, Any]]:
    """Return the files of a release, each with its address, and the one that will never hold anything else."""
    return [_file(one, file) for file in listed(one).values()]


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
