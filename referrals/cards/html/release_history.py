"""The history of releases as HTML: calendar, versions, differences and corrections.

`cards/html/releases` uses it. Everything comes from the releases being served, the ledger and the
log of corrections. A date that nobody has announced is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.wording.phrases import comma_separated, count_range
from referrals.errors import DataError
from referrals.formatting import day
from referrals.i18n import messages
from referrals.reference import corrections
from referrals.reference.codelists import TOTAL
from referrals.reference.corrections import Correction
from referrals.release import contract, differences, files, metadata
from referrals.release.differences import Change, Comparison, Number
from referrals.release.release import Release

TEMPLATE: Final = "cards/release_history.html"
CALENDAR: Final = "/releases.ics"
LOG: Final = "/api/v1/corrections"

INTENTION: Final = "E075"
"""The statement of the assessment on publishing such figures: the only source on future releases.
"""

MOST_LISTED: Final = 40
"""The most differences between two releases that the page lists. The API has them all."""


def calendar(releases: Sequence[Release]) -> Markup:
    """Return the dates of releases, newest first, and the statement on future ones.

    A worked example is last, because it is not news.
    """
    abouts = [release.about for release in releases]
    abouts.sort(key=lambda about: about.published_on, reverse=True)
    abouts.sort(key=lambda about: about.is_invented)
    rows = [
        [
            day(about.published_on),
            templates.link(f"#release-{about.release_id}", about.marked_title),
        ]
        for about in abouts
    ]
    header = [messages.text("release_history.day"), messages.text("release_history.release")]
    caption = messages.text("release_history.calendar_caption")
    return templates.macro(
        TEMPLATE,
        "calendar",
        messages.text("release_history.calendar"),
        [messages.text("release_history.coming"), *_intentions(releases)],
        templates.table(caption, header, rows, text_columns=[1]),
        templates.link(CALENDAR, messages.text("release_history.ics")),
    )


def versions(releases: Sequence[Release]) -> Markup:
    """Return the version of each release that is served now."""
    rows = [
        [
            release.about.release_id,
            templates.macro(TEMPLATE, "version", files.version(release), _contract(release)),
            day(release.about.published_on),
        ]
        for release in releases
    ]
    header = [
        messages.text(f"release_history.{name}") for name in ("release", "version", "published_on")
    ]
    caption = messages.text("release_history.versions_caption")
    return templates.macro(
        TEMPLATE,
        "section",
        messages.text("release_history.versions"),
        [messages.text("release_history.versions_about")],
        templates.table(caption, header, rows, text_columns=[1, 2]),
        [messages.text("release_history.contract_about")],
    )


def changed(releases: Sequence[Release]) -> Markup:
    """Return the numbers that differ between two releases of one kind, for each such pair."""
    title = messages.text("release_history.changes")
    pairs = differences.pairs(releases)
    if not pairs:
        text = messages.text("release_history.no_changes")
        return templates.macro(TEMPLATE, "section", title, [text], "", [])
    parts = [_comparison(differences.compare(before, after)) for before, after in pairs]
    return templates.macro(TEMPLATE, "section", title, [], Markup().join(parts), [])


def corrected() -> Markup:
    """Return every correction, the newest first, or the reason why the log cannot be shown."""
    title = messages.text("release_history.corrections")
    about = messages.text("release_history.corrections_about")
    try:
        log = corrections.read()
    except DataError as error:
        broken = messages.text("release_history.log_broken", reason=str(error))
        return templates.macro(TEMPLATE, "section", title, [broken], "", [])
    return templates.macro(
        TEMPLATE,
        "corrections",
        title,
        about,
        [_correction(correction) for correction in reversed(log)],
        messages.html(
            "release_history.check_log",
            checksum=templates.macro(TEMPLATE, "code", log[-1].sha256),
        )
        if log
        else "",
        templates.link(LOG, messages.text("release_history.log_as_data")),
    )


def _contract(release: Release) -> str:
    version = files.manifest(release).get("contract", contract.VERSION)
    return messages.text("release_history.contract", version=version)


def _intentions(releases: Sequence[Release]) -> list[str]:
    """Return the sentence on publishing such figures of each release that has it."""
    statements = [row for release in releases for row in release.rows("api/statements")]
    return [
        messages.text(
            "release_history.intention",
            date=day(statement["published_on"]),
            sentence=statement["quotation"],
            section=statement["section"],
        )
        for statement in statements
        if statement["statement_id"] == INTENTION
    ]


def _comparison(comparison: Comparison) -> Markup:
    before, after = comparison.before.about, comparison.after.about
    names = {"before": before.release_id, "after": after.release_id}
    labels = {
        (row["dimension"], row["code"]): row["label"]
        for release in (comparison.before, comparison.after)
        for row in metadata.codes(release)
    }
    rows = [
        [
            _cell(change, labels),
            _number(change.before),
            _number(change.after),
        ]
        for change in comparison.changes[:MOST_LISTED]
    ]
    header = [messages.text(f"release_history.{name}") for name in ("number", "before", "after")]
    caption = messages.text("release_history.changes_caption", **names)
    more = len(comparison.changes) - MOST_LISTED
    every = f"{metadata.path(comparison.after)}/changes?format=csv"
    return templates.macro(
        TEMPLATE,
        "comparison",
        messages.text("release_history.changes_of", **names),
        messages.text(
            "release_history.changed", n=len(comparison.changes), compared=comparison.compared
        ),
        templates.table(caption, header, rows, tall=True) if rows else "",
        messages.text("release_history.more_changes", n=more) if more > 0 else "",
        templates.link(every, messages.text("release_history.every_change")),
    )


def _cell(change: Change, labels: dict[tuple[str, str], str]) -> str:
    """Return the name of a cell: the labels of its period and of each code but totals."""
    codes = dict(zip(differences.KEY, change.codes, strict=True))
    return comma_separated(
        labels.get((name, code), code) for name, code in codes.items() if code != TOTAL
    )


def _number(number: Number | None) -> str:
    if number is None:
        return messages.text("release_history.not_published")
    if number.value is not None:
        return messages.text("release_history.exact", n=number.value)
    if number.lower is None or number.upper is None:
        return messages.text("release_history.withheld")
    return count_range(number.lower, number.upper)


def _correction(correction: Correction) -> dict[str, object]:
    kind = messages.text(f"release_history.kind.{correction.kind}")
    key = "correction_of" if correction.release_id else "correction"
    heading = messages.text(
        f"release_history.{key}",
        date=day(date.isoformat(correction.corrected_on)),
        kind=kind,
        release=correction.release_id,
    )
    parts = [
        (messages.text(f"release_history.{name}"), text)
        for name, text in (
            ("was", correction.before),
            ("is", correction.after),
            ("why", correction.reason),
        )
    ]
    return {
        "heading": heading,
        "parts": parts,
        "checksum_label": messages.text("release_history.checksum"),
        "checksum": correction.sha256,
    }
