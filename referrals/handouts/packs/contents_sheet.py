"""The contents sheet of a pack: one page that says which sheet is for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from referrals.formatting import day
from referrals.handouts.briefing import help_lines, sheet_request
from referrals.handouts.briefing.sheet_request import PAPERS, SheetRequest
from referrals.i18n import code_labels, languages, messages
from referrals.language import ENGLISH
from referrals.query.document import context_series
from referrals.release.catalogue import Served
from referrals.release.release import Release

TEMPLATE: Final = "contents.typ"
EXPLAINED: Final = ("community", "partner", "A4", "A5", "large")
ADVICE: Final = ("before", "dates", "size")


def values(served: Served, requests: Sequence[SheetRequest]) -> dict[str, Any]:
    """Return the content of the contents sheet of some sheets, as the template reads it."""
    release = sheet_request.shown(requests[0], served)
    about = release.about
    nationalities = list(dict.fromkeys(request.nationality for request in requests))
    title = _text("title", period=about.period_label)
    return {
        "language": ENGLISH,
        "direction": languages.direction(ENGLISH),
        "paper": asdict(PAPERS["A4"]),
        "date": about.published_on,
        "site": messages.text("briefing.site"),
        "beside": _text("beside"),
        "mark": about.mark,
        "title": title if not about.is_invented else messages.text("wording.example", text=title),
        "heading": _text("heading"),
        "subtitle": _text("subtitle", n=len(requests), period=about.period_label),
        "explained": [(_text(f"name.{name}"), _text(f"about.{name}")) for name in EXPLAINED],
        "which": _text("which"),
        "table": _text("table"),
        "header": [_text("nationality"), _text("says"), _text("languages"), _text("file")],
        "rows": [_row(release, code, requests) for code in nationalities],
        "before": _text("advice_heading"),
        "advice": [_text(f"advice.{name}") for name in ADVICE],
        "foot": [
            help_lines.help_lines().checked,
            messages.text(
                "briefing.foot.release",
                release=about.release_id,
                status=code_labels.status(about.mark, about.status),
                date=day(about.published_on),
            ),
        ],
    }


def _row(release: Release, code: str, requests: Sequence[SheetRequest]) -> list[str]:
    """Return the row of a nationality: the number on its sheets, their languages and file names."""
    own = [request for request in requests if request.nationality == code]
    spoken = dict.fromkeys(request.language for request in own)
    return [
        subject(release, code),
        _says(release, code),
        ", ".join(languages.own_name(language) for language in spoken),
        own[0].file_name(release).partition(f"-{own[0].audience}")[0],
    ]


def subject(release: Release, code: str) -> str:
    """Return the name of a nationality, or of all."""
    return sheet_request.nationality_name(release, code) or _text("everyone")


def _says(release: Release, code: str) -> str:
    """Return whether the sheets of a nationality have its own number or the nearest ones."""
    profiles = context_series.profiled(release)
    has_number = code not in profiles or profiles[code].is_printed
    return _text("own_number" if has_number else "no_number")


def _text(key: str, **values: object) -> str:
    return messages.text(f"packs.{key}", **values)
