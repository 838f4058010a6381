"""The show as one HTML page, which loads nothing: its style, its script and its pictures are in it.

The page of the site and the file for a stick are the same page. Without the script all slides
follow one another, and on paper each has a page of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

from referrals import language_fonts, templates
from referrals.cards.charts import bars as charts
from referrals.cards.html import site_frame
from referrals.content import sitemap, standalone_pages
from referrals.content.standalone_pages import PRESENT
from referrals.handouts.presentation import qr
from referrals.handouts.presentation.choice import SEPARATOR, SLIDES, Choice
from referrals.handouts.presentation.slide import CardChart, Chart, Flow, HelpLines, Points, Slide
from referrals.i18n import languages, messages, states, translation_notice
from referrals.language import current
from referrals.localised_html import address, localised
from referrals.page_meta import page_title
from referrals.web.http import security_headers
from referrals.web.shell.html import FONTS, HARMLESS, HELP, exit_messages
from referrals.web.static import assets

FIGURES: Final = "handouts/figures.html"
PPTX: Final = f"{PRESENT}/slides.pptx"
OFFLINE: Final = f"{PRESENT}/offline.html"
EMPTY_PAGE: Final = "about:blank"
"""The exit of a saved file: it works without a connection, and says nothing."""

LOADS_NOTHING: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src "
"""The Content-Security-Policy of page and file, before the hash of the script.

With it the browser loads nothing from elsewhere. The policy of the page has further rules that a
file cannot have. The page may load the font of its language, which it names only if it has one; the
file uses that of the device.
"""

LONG_TITLE: Final = 110
"""A title of more characters is set smaller."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_RANGE: Final = re.compile(r"(\d%?) to (\d)")

SCRIPT_WORDS: Final = ("place", "spoken", "start", "pause", "black")
NOTES_WORDS: Final = ("following", "last", "blocked")
KEYS: Final = ("next", "previous", "ends", "notes", "full", "black", "leave")
N, OF, TITLE, NAMES = "{n}", "{of}", "{title}", "{names}"
"""The placeholders that the script fills in."""


@dataclass(frozen=True)
class Show:
    """A show: its slides, and the origin of its links, '' if unknown.

    Slides of the story can be chosen and saved; a card alone is one slide. Search engines list the
    page if it has a canonical address.
    """

    choice: Choice
    base: str
    is_story: bool = True
    canonical: str = ""


def page(show: Show) -> str:
    """Return the page of the site."""
    return _document(show, exit_address=HARMLESS, is_offline=False)


def offline(show: Show) -> str:
    """Return the file for a stick. The same slides and origin always make the same text."""
    return _document(show, exit_address=EMPTY_PAGE, is_offline=True)


def policy() -> str:
    """Return the Content-Security-Policy of the page of the site."""
    ancestors = security_headers.ancestors(security_headers.FRAMERS)
    rest = f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    return f"{_loads_nothing()}; font-src 'self'; {rest}"


def _loads_nothing() -> str:
    return LOADS_NOTHING + security_headers.script_hash(script())


@cache
def script() -> str:
    """Return the script of the show, which begins with the exit."""
    own = Path(__file__).with_name("assets") / "show.js"
    return assets.in_one_scope(assets.FOLDER / "exit.js", own)


@cache
def stylesheet() -> str:
    """Return the style of the show."""
    own = Path(templates.__file__).parent / "handouts" / "show.css"
    shared = templates.header_stylesheet() + templates.charts_stylesheet()
    return shared.decode() + own.read_text(encoding="utf-8")


def _document(show: Show, *, exit_address: str, is_offline: bool) -> str:
    slides = show.choice.slides
    head = standalone_pages.head(PRESENT)
    title = page_title(head, sitemap.site()) if show.is_story else slides[0].title
    notice = translation_notice.sentence(states.of_messages())
    return localised(
        templates.render(
            "handouts/show.html",
            tag=languages.tag(current()),
            direction=languages.direction(current()),
            title=title,
            heading=messages.text("present.heading" if show.is_story else "present.one_card"),
            description=head.description,
            policy=_loads_nothing() if is_offline else "",
            canonical=show.canonical,
            icon=assets.icon(),
            stylesheet=Markup(stylesheet()),  # noqa: S704 - our own file
            language_style=Markup(_language_style(is_offline=is_offline)),  # noqa: S704 - ours
            script=Markup(script()),  # noqa: S704 - our own file
            messages=json.dumps(_script_messages(is_offline=is_offline), ensure_ascii=False),
            words=messages.text,
            problem=" ".join(filter(None, [show.choice.problem, notice])),
            slides=[_shown(slide, show.base) for slide in slides],
            others=[_shown(slide, show.base) for slide in show.choice.others],
            figure=_figure,
            long=LONG_TITLE,
            is_story=show.is_story,
            is_offline=is_offline,
            exit_address=exit_address,
            leave_about=messages.text(
                "present.offline.leave_about" if is_offline else "shell.leave_about"
            ),
            help=f"#{slides[-1].name}" if is_offline else HELP,
            downloads=_downloads(show),
            pages=_same_meeting(),
            site=_home(show.base) if is_offline else "/",
            keys=[messages.text(f"present.keys.{key}") for key in KEYS],
        )
    )


def _language_style(*, is_offline: bool) -> str:
    """Return the rules of the language. Those of a file name the fonts of the device alone."""
    rules = language_fonts.stylesheet(current(), FONTS)
    return language_fonts.of_device(rules) if is_offline else rules


def _shown(slide: Slide, base: str) -> dict[str, object]:
    """Return a slide with the code of its page."""
    link, short = slide.link(base)
    return {
        "slide": slide,
        "title": unbroken(slide.title.removeprefix(slide.emphasis).strip()),
        "code": qr.svg(link) if link else "",
        "address": link,
        "short": short,
    }


def unbroken(text: str) -> str:
    """Return a text whose ranges are not broken into two lines.

    >>> unbroken("778 to 786 of 1,336 (58% to 59%)").replace(NO_BREAK, "_")
    '778_to_786 of 1,336 (58%_to_59%)'
    """
    return _RANGE.sub(rf"\1{NO_BREAK}to{NO_BREAK}\2", text)


def _figure(slide: Slide) -> Markup:
    match slide.figure:
        case Chart(unit, alternative, bars):
            drawn = charts.bar_chart(alternative, charts.scaled(bars), mark=slide.mark)
            return templates.macro(FIGURES, "chart", unit, drawn)
        case CardChart(unit, html):
            return templates.macro(FIGURES, "chart", unit, html)
        case Flow() as flow:
            return templates.macro(FIGURES, "flow", flow)
        case Points(items):
            return templates.macro(FIGURES, "points", items)
        case HelpLines() as lines:
            return templates.macro(FIGURES, "help_lines", lines, _danger(lines))


def _danger(lines: HelpLines) -> Markup:
    """Return the sentence with the emergency number."""
    call, number, about = lines.danger
    bold = Markup("<b>{}</b>").format(number)
    return messages.html("present.danger", call=call, number=bold, about=about)


def _home(base: str) -> str:
    """Return the address of the site for a saved file, '' if its origin is unknown."""
    return f"{base}{address('/')}" if base else ""


def _downloads(show: Show) -> dict[str, str]:
    """Return the addresses of the same slides as files."""
    names = SEPARATOR.join(slide.name for slide in show.choice.slides)
    chosen = f"?{SLIDES}={names}" if show.choice.others else ""
    return {"slides": f"{PPTX}{chosen}", "offline": f"{OFFLINE}{chosen}"}


def _same_meeting() -> list[tuple[str, str]]:
    """Return the address and the name of each other page for communities."""
    own = standalone_pages.head(PRESENT)
    return [
        (head.path, head.name)
        for head in site_frame.frame().menu
        if head.section == own.section and head.path != own.path
    ]


def _script_messages(*, is_offline: bool) -> dict[str, object]:
    """Return the messages that the script writes, some with placeholders for it to fill in."""
    values = {"n": N, "of": OF, "title": TITLE}
    own = {word: messages.text(f"present.bar.{word}", **values) for word in SCRIPT_WORDS}
    own |= {word: messages.text(f"present.notes.{word}", **values) for word in NOTES_WORDS}
    unknown = messages.text("present.problem.slides", names=NAMES, known="{known}")
    leaving = exit_messages(messages.text)
    if is_offline:
        leaving["leavingTitle"] = messages.text("present.offline.leaving_title")
    return {**leaving, **own, "unknown": unknown, "comma": messages.text("wording.comma")}
