"""Notices around the figures of a page as HTML: their status, their unit of count, and help.

The dashboard and the static site both use them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards.wording.phrases import comma_separated
from referrals.content import sitemap
from referrals.i18n import messages, states, translation_notice
from referrals.i18n.code_labels import mark, period
from referrals.i18n.states import Standing
from referrals.language import in_english
from referrals.query.selection import MOST_COMPARED, Fault
from referrals.release.release import About

TEMPLATE: Final = "cards/notices.html"
LONGEST_PART, LONGEST_LIST = 80, 240
"""The most characters that a notice repeats of one address parameter, and of all together."""


def box(text: str, kind: str = "note") -> Markup:
    """Return one paragraph in a box: a note, help, or changes since 2021."""
    return templates.macro(TEMPLATE, "box", text, kind)


def heading(title: str) -> Markup:
    """Return the heading of a page."""
    return templates.macro(TEMPLATE, "heading", title)


def lead(sentence: str) -> Markup:
    """Return the lead sentence of a page."""
    return templates.macro(TEMPLATE, "lead", sentence)


def opening(key: str, about: About, *, has_status: bool) -> Markup:
    """Return the heading of the page of a key with its lead and, if asked for, the status line.

    The lead of a page is about the published figures, so invented ones have another.
    """
    return _opening(key, about, has_status)


@cached(128, {})
def _opening(key: str, about: About, has_status: bool) -> Markup:  # noqa: FBT001
    name = "notices.example_lead" if about.is_invented else f"leads.{key}"
    first = heading(sitemap.page(key).title) + lead(messages.text(name))
    return first + (status(about) if has_status else Markup())


def status(about: About) -> Markup:
    """Return the line that gives the status and the period of a page's figures."""
    name = messages.text(f"notices.status.{about.status}")
    return templates.macro(TEMPLATE, "status", name, period(about.period_label))


def banner(about: About) -> Markup:
    """Return the strip that calls figures invented; empty if they are not.

    It stays in view, so that no part of a page is seen without it, and cannot be closed.
    """
    if not about.is_invented:
        return Markup()
    return templates.macro(
        TEMPLATE, "banner", mark(about.mark), messages.text("notices.banner_label")
    )


def option(about: About) -> str:
    """Return a release as an option of a choice: 'Published: April 2020 to March 2021'."""
    key = f"notices.option.{about.kind}.{about.status}"
    return messages.text(key, period=period(about.period_label))


def changed(shown: frozenset[str], current: frozenset[str]) -> Markup:
    """Return the notice that a page does not show the current releases, given by their editions.

    An attribute of its link keeps the shell from following it within the session, so that the same
    address opens in a new one.
    """
    key = "newer" if current - shown else "fewer"
    sentence, reload = messages.text(f"notices.{key}"), messages.text(f"notices.{key}_reload")
    return templates.macro(TEMPLATE, "changed", sentence, reload)


def withdrawn() -> Markup:
    """Return the notice for a reader whose figures were withdrawn; others can still be shown."""
    return templates.macro(TEMPLATE, "withdrawn", messages.text("notices.withdrawn"))


def replaced(address: str) -> Markup:
    """Return the notice that the release of a link was replaced, with a link to the new one."""
    sentence, link = messages.text("notices.replaced"), messages.text("notices.replaced_link")
    return templates.macro(TEMPLATE, "replaced", sentence, address, link)


def unusable(parameters: Iterable[str], fault: Fault = Fault.UNKNOWN) -> Markup:
    """Return the notice that names the parameters of an address that a page cannot use, and why."""
    parts = comma_separated(parameter[:LONGEST_PART] for parameter in parameters)[:LONGEST_LIST]
    heading = messages.text("notices.unusable")
    reason = messages.text(f"notices.unusable_because.{fault}", n=MOST_COMPARED)
    return templates.macro(TEMPLATE, "unusable", heading, parts, reason)


def page_end(published: About, shown: About, *, has_text: bool = False) -> Markup:
    """Return the end of a page that shows a release: the unit of count, and help.

    A page without a text has its notice on the translation here.
    """
    standing = Standing() if has_text else states.of_messages()
    return _page_end(published, shown, translation_notice.sentence(standing))


@cached(64, {})
def _page_end(published: About, shown: About, translation: str) -> Markup:
    return templates.macro(
        TEMPLATE,
        "page_end",
        lambda name: messages.text(f"notices.page_end.{name}"),
        [*_counted(published, shown), *([translation] if translation else [])],
        in_english(shown.attribution),
    )


def _counted(published: About, shown: About) -> list[str]:
    """Return the sentences on the unit of count of a release."""
    if not shown.is_invented:
        covers = messages.text("notices.page_end.covers", period=period(shown.period_label))
        return [messages.text("notices.page_end.unit"), covers]
    protection = messages.text("notices.page_end.protection")
    return [
        messages.text("notices.page_end.example"),
        templates.macro(TEMPLATE, "sentence_link", "/disclosure", protection),
        messages.text("notices.page_end.published_covers", period=period(published.period_label)),
    ]
