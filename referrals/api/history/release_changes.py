"""The history of releases as data: the cells that differ from another release, and corrections."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from referrals.api.formats.tabular import COUNT, TEXT, Columns, Table
from referrals.api.formats.writers import WRITERS
from referrals.api.request import Request
from referrals.api.resource import BASE, JSON, MEDIA_TYPES, Content, Resource
from referrals.reference import corrections
from referrals.release import differences, files, metadata
from referrals.release.differences import Change, Comparison, Number
from referrals.release.release import Release

CHANGES: Final[Columns] = {
    **dict.fromkeys(differences.KEY, TEXT),
    **dict.fromkeys(
        (
            "value_before", "lower_before", "upper_before",
            "value_after", "lower_after", "upper_after",
        ),
        COUNT,
    ),
    "reason": TEXT,
}  # fmt: skip
CORRECTIONS: Final[Columns] = {
    "number": COUNT,
    **dict.fromkeys(
        ("corrected_on", "release_id", "kind", "before", "after", "reason", "sha256"), TEXT
    ),
}


def _changes(request: Request) -> Content:
    release = request.release
    comparison = _comparison(request)
    compared_with = metadata.summary(comparison.before) if comparison else None
    header = metadata.header(release, metadata.protection_notes(release)) | {
        "compared_with": compared_with,
        "compared": comparison.compared if comparison else 0,
    }
    rows = [_row(change) for change in comparison.changes] if comparison else []
    notes = metadata.row_notes(release, request.site_url, [])
    table = Table("changes", CHANGES, rows, header, notes)
    return Content(
        WRITERS[request.format](request, table),
        MEDIA_TYPES[request.format],
        release,
        f"{files.stem(release)}-changes.{request.format}",
        is_attachment=request.format != "json",
    )


def _comparison(request: Request) -> Comparison | None:
    """Return the comparison of a release with its predecessor, None if that is not served."""
    releases = request.served.by_id().values()
    before: dict[str, Release] = {
        newer.digest: older for older, newer in differences.pairs(releases)
    }
    older = before.get(request.release.digest)
    return differences.compare(older, request.release) if older else None


def _row(change: Change) -> dict[str, Any]:
    codes = dict(zip(differences.KEY, change.codes, strict=True))
    before, after = _number(change.before, "before"), _number(change.after, "after")
    return {**codes, **before, **after, "reason": str(change.reason)}


def _number(number: Number | None, when: str) -> dict[str, int | None]:
    names = ("value", "lower", "upper")
    return {f"{name}_{when}": getattr(number, name) if number else None for name in names}


def _corrections(_: Request) -> Content:
    log = corrections.read()
    rows = [
        asdict(correction) | {"corrected_on": correction.corrected_on.isoformat()}
        for correction in log
    ]
    document = {"sha256": log[-1].sha256 if log else "", "corrections": rows}
    return Content(json.dumps(document, ensure_ascii=False).encode(), JSON)


HISTORY: Final = (
    Resource(
        f"{BASE}/releases/{{release_id}}/changes",
        "Get changed cells",
        "Cells that differ from the release before it, if that is of the same kind, shares a "
        "period and is served too: each with its numbers before and after. `compared_with` is "
        "null and there are no changes if no such release is served. A missing number is not "
        "published.",
        _changes,
        formats=tuple(WRITERS),
        is_slow=True,
    ),
    Resource(
        f"{BASE}/corrections",
        "List corrections",
        "Every correction of something that the site has shown, oldest first. Lines are never "
        "changed or removed: `sha256` of a line is computed from that of the line before it and "
        "the other members of the line itself, joined by line feeds. `sha256` of the log is that "
        "of its last line.",
        _corrections,
    ),
)
"""The resources on the history of releases."""
