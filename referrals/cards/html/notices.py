"""What stands round the figures of a page, as HTML: of what status they are, what they count, and who can help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from referrals import templates
from referrals.release import release
from referrals.release.release import About, Kind

STATUS_NAMES: Final[Mapping[str, str]] = {
    "published": "Printed in the assessment, or worked out from it",
    "official": "Official figures, built by the publisher",
    "illustrative": "Illustrative figures: invented, not about real people",
}
PICKED: Final[Mapping[str, str]] = {
    "published": "Published",
    "official": "Official",
    "illustrative": "Illustrative series",
}
"""What the choice of figures calls a release of each status."""

BANNER: Final = "These figures are invented. They are not about real people. They show what figures by quarter could look like."
INVENTED: Final = release.INVENTED
"""What stands at the head of each card of invented figures, so that a picture of one card says it."""

CHOICE: Final = (
    "The published figures are real and cover one year. The illustrative series is invented: it shows how much more could be "
    "seen if figures came out by quarter."
)
NEWER: Final = ("New figures have been published since you opened this page.", "Reload to see them")
FEWER: Final = (
    "Some figures have been taken away since you opened this page.",
    "Reload to see the rest",
)
"""What a page says whose figures are not those that stand now, and the words of its link."""

WITHDRAWN: Final = '<p role="status">Figures that you were reading have been withdrawn by those who publish them.</p>'
"""What a page says to whoever began with figures that are gone, where others stand."""

HELP: Final = "Who can help you"
UNIT_NOTE: Final = (
    "A victim referral is one time that police passed on the details of a victim of crime. "
    "The assessment does not say whether a person referred twice is counted twice."
)


def box(html: str, kind: str = "note") -> str:
    """Return a box: a note, help, or what has changed since 2021."""
    return f'<div class="box-{kind}">{html}</div>'


def heading(said: str) -> str:
    """Return the heading of a page."""
    return f"<h1>{escape(said)}</h1>"


def lead(said: str) -> str:
    """Return the lead sentence of a page."""
    return f'<p class="lead">{escape(said)}</p>'


def status(about: About) -> str:
    """Return the line that says of what status and of what period the figures of a page are."""
    badge = f'<span class="badge">{STATUS_NAMES[about.status]}</span>'
    return f'<p class="status">{badge} {escape(about.period_label)}</p>'


def banner(about: About) -> str:
    """Return the box that says that the figures are invented, '' where they are not. It has nothing to close it with."""
    if not about.is_illustrative:
        return ""
    return f'<div class="box-invented" role="note" aria-label="About these figures"><p><strong>{BANNER}</strong></p></div>'


def picked(about: About) -> str:
    """Return what the choice of figures calls a release: 'Published: April 2020 to March 2021'."""
    tables = ", exact tables" if about.kind is Kind.SUPPRESSED else ""
    return f"{PICKED[about.status]}: {about.period_label}{tables}"


def changed(held: frozenset[str], now: frozenset[str]) -> str:
    """Return the note of a page that shows other releases than those that stand now, each given by its editions.

    Its link opens the same address in a new session: the mark on it keeps the shell from following it within this one.
    """
    said, reload = NEWER if now - held else FEWER
    return f'<p role="status">{said} <a href="" data-vr-reload>{reload}</a>.</p>'


def unmet(asked: Iterable[str]) -> str:
    """Return the note that names what an address asked for and the page cannot give, cut where it is long."""
    named = escape(", ".join(one[:80] for one in asked)[:240])
    return (
        f'<p role="status"><b>Part of this link could not be used:</b> {named}. '
        "It may be old, or mistyped. Everything is shown instead of that part.</p>"
    )


def page_end(published: About, shown: About) -> str:
    """Return what every page ends with: what the figures count, and help. `shown` is the release that the page shows."""
    return (
        '<hr><div class="page-end">'
        f"<p><b>About these figures.</b> {_counted(published, shown)} "
        f"{templates.link('/gaps', 'What is not known')}. {templates.link('/about', 'About this site')}.</p>"
        f"<p>Worried about your own details? {templates.link('/safeguarding', HELP)}.</p>"
        f"{f'<p>{escape(shown.attribution)}</p>' if shown.attribution else ''}</div>"
    )


def _counted(published: About, shown: About) -> str:
    if shown.is_illustrative:
        return (
            f"{BANNER} {templates.link('/disclosure', 'How we protect people')}. "
            f"The published figures cover {escape(published.period_label)} only."
        )
    return f"{UNIT_NOTE} The figures on victim referrals cover {escape(shown.period_label)} only."
