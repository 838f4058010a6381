"""What pages are made of: the only part of the library that imports Streamlit, here and in the modules beside.

One open release serves every session that began with it. Every element is a message in every run, so that what
stands together is drawn as one piece of HTML.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import segno
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals import templates
from referrals.caching import kept
from referrals.cards import context_series, registry
from referrals.cards.card import PATHS, Card
from referrals.cards.charts import base as charts
from referrals.cards.html import card as card_html
from referrals.cards.html import notices, parts, releases, sources
from referrals.cards.html import relations as relations_html
from referrals.cards.registry import KEPT, is_whole
from referrals.content import outline, pages
from referrals.content.outline import Opening
from referrals.dashboard import page_url
from referrals.errors import ReferralsError
from referrals.query.selection import Selection
from referrals.query.statements import text_figures
from referrals.release import catalogue
from referrals.release.catalogue import Standing
from referrals.release.release import Release

EVERYTHING: Final = Selection()
HELP_LINES: Final = "<h2>Help lines</h2>"
TWIN: Final = "/lite"
"""What the address of the low-data version of a page begins with."""

HELD: Final = "standing"
"""Where a session keeps the releases that stood when it began."""

LOST: Final = "withdrawn"
"""Where a session keeps that one of them was withdrawn since."""


class _Run(threading.local):
    """What one run, which has a thread of its own, has looked up already."""

    standing: Standing | None = None


_RUN: Final = _Run()


def html(said: str) -> None:
    """Draw one piece of HTML."""
    st.html(said)


def standing() -> Standing:
    """Return the releases of a session: those that stood when it began, whatever has been published since.

    Outside a session they are those that stand now. A session that began with one that was withdrawn begins again.

    Raises:
        ReleaseError: there is no whole release.
    """
    return _RUN.standing or _standing()


def _standing() -> Standing:
    if get_script_run_ctx(suppress_warning=True) is None:
        return catalogue.standing()
    held: Standing | None = st.session_state.get(HELD)
    if held and catalogue.has_withdrawn(held):
        st.session_state[LOST] = True
        held = None
    if held is None:
        st.session_state.pop(HELD, None)
        held = st.session_state[HELD] = catalogue.standing()
    return held


def release() -> Release:
    """Return the published release.

    Raises:
        ReleaseError: there is no whole release.
    """
    return standing().published


def others() -> tuple[Release, ...]:
    """Return the other whole releases, the newest first."""
    return standing().others


def offered() -> dict[str, Release]:
    """Return every release that a reader can choose, by id, the published one first."""
    return {one.about.release_id: one for one in (release(), *others())}


def chosen_release(selection: Selection) -> Release:
    """Return the release that a reader chose; the published one where none was chosen, or that one is not there."""
    return offered().get(selection.release, release())


@kept(4, KEPT)
def _figures(opened: Release) -> Mapping[str, str]:
    """Return what each figure named in a page's text stands for."""
    return text_figures(opened)


@kept(64, KEPT)
def _page_html(opened: Release, name: str) -> str:
    """Return an explanatory page as HTML, made once for a release."""
    return pages.page(name, _figures(opened))


@kept(32, KEPT)
def _arithmetic(opened: Release, relation_id: str) -> str:
    """Return one relation as HTML, or all of them with what follows from them where no id is given, made once."""
    if relation_id:
        return relations_html.relation(opened, relation_id)
    following = relations_html.worked_out(opened)
    return f'{relations_html.relations(opened)}<h2 id="worked-out">{outline.WORKED_OUT}</h2>{following}'


def dimension_card(dimension: str, selection: Selection) -> Card:
    """Return the card of one dimension within a selection."""
    return registry.card(
        registry.dimension_name(dimension), chosen_release(selection), selection
    )


def quarters_card(dimension: str, selection: Selection) -> Card:
    """Return the card of every quarter within a selection of an additive release, on the page of a dimension."""
    return registry.card(registry.quarters_name(dimension), chosen_release(selection), selection)


def cross_card(dimension: str, by: str, measure: str) -> Card:
    """Return the card of one dimension within each code of another."""
    return registry.card(registry.cross_name(dimension, by), release(), Selection(measure=measure))


def context_card(name: str) -> Card:
    """Return the card of a context series."""
    return registry.card(context_series.DESIGNS[name].series_id, release(), EVERYTHING)


def title(opening: Opening, *, of_release: bool = True) -> None:
    """Draw a page's heading, its lead sentence, and, where the page shows the published release, its status and period."""
    status = notices.status(release().about) if of_release else ""
    html(notices.heading(opening.heading) + notices.lead(opening.lead) + status)


def explain(name: str) -> None:
    """Draw an explanatory page, whole."""
    heading, end, rest = _page_html(release(), name).partition("</h1>")
    html(heading + end + pages.contents(rest) + rest)


def passage(name: str) -> None:
    """Draw an explanatory text inside a page, without its title."""
    html(_page_html(release(), name).partition("</h1>")[2])


def note(said: str, *, kind: str = "note") -> None:
    """Draw a box: a note, help, or what has changed since 2021."""
    html(notices.box(said, kind))


def figure(card: Card, *, quick: bool = False, more: str = "") -> None:
    """Draw a card: finding, chart, table, notes, printed sentences, and what can be taken away.

    `quick` draws the chart as a table of bars, which needs nothing to load. `more` is a page with more on the same subject.
    """
    base = page_url.base()
    if quick or card.draw is None:
        html(card_html.whole(card, quick, more, base))
        return
    with st.container(border=True):
        html(card_html.above(card, quick))
        st.plotly_chart(
            drawn(card, _palette()),
            config=dict(charts.CONFIG),
            alt=card.alternative,
            theme=None,
            key=f"chart_{card.name}",
        )
        html(card_html.below(card, quick, more, base))


@kept(512, KEPT, apart=is_whole)
def drawn(card: Card, palette: charts.Palette) -> Any:
    """Return a card's Plotly figure, made once for each view and palette, as it is sent."""
    return charts.Finished(card.draw(palette)) if card.draw else None


def _palette() -> charts.Palette:
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def page_end(selection: Selection = EVERYTHING, *, relation: str = "") -> None:
    """Draw what every page ends with: what the figures count, help, and the page's address as a code for a phone.

    `relation` is the piece of arithmetic between printed figures that stands before it.
    """
    before = f'<div class="card">{_arithmetic(release(), relation)}</div>' if relation else ""
    whole = page_url.of_page(selection)
    end = notices.page_end(release().about, chosen_release(selection).about)
    html(before + end + (_for_a_phone(whole) if whole else ""))


@kept(256, {})
def _for_a_phone(whole: str) -> str:
    """Return an address as a code to scan, folded away."""
    code = escape(
        segno.make(whole, error="m").svg_data_uri(
            scale=4, border=2, dark="#0b0c0c", light="#ffffff"
        )
    )
    said = escape(whole)
    picture = f'<img src="{code}" width="180" alt="A code to scan with a phone. It opens {said}">'
    return f'<details class="phone"><summary>This page on a phone</summary><p>{picture}</p><p>{said}</p></details>'


def relations() -> None:
    """Draw every piece of arithmetic between printed figures, and then every number that follows from them."""
    html(_arithmetic(release(), ""))


def _say_what_changed(held: Standing, now: Standing) -> None:
    """Say so where other releases stand now than when the session began. It shows what it began with until it is reloaded."""
    if LOST in st.session_state:
        note(notices.WITHDRAWN)
    if now.version != held.version:
        note(notices.changed(held.editions(), now.editions()))


def released() -> None:
    """Draw every release with its files, the published one first."""
    html(releases.html(offered().values()))


def guarded(draw: Callable[[], None], path: str) -> None:
    """Run the page at a path. Where the release cannot be opened, say so in words; the help lines stand all the same."""
    st.session_state[page_url.PATH] = path
    try:
        try:
            now = catalogue.standing()  # asked first, and then the session, even where nothing stands: what it holds may be withdrawn
        finally:
            _RUN.standing = _standing()
        _say_what_changed(_RUN.standing, now)
        draw()
    except ReferralsError as error:
        html(notices.heading("The figures cannot be shown"))
        st.error(str(error))
        html(f"{HELP_LINES}{pages.helplines()}")
    finally:
        _RUN.standing = None


def without_script(path: str) -> str:
    """Return what the page at a path shows a browser that runs no script, or what is wrong where there is no release.

    The first page shows the overview, and that of a dimension its own figure. Any other names the page that says the same
    without scripts: every reader is sent this, and few need it. The help lines stand on every page.
    """
    try:
        said = _without_script(release(), path)
    except ReferralsError as error:
        said = f"<p>{escape(str(error))}</p>{HELP_LINES}{pages.helplines()}"
    return f'<div class="stHtml">{said}</div>'  # looks as it does where Streamlit draws it


@kept(64, KEPT)
def _without_script(opened: Release, path: str) -> str:
    own = [dimension for dimension, address in PATHS.items() if address == path]
    help_lines = f"{HELP_LINES}{pages.helplines()}"
    if own or path == "/":
        bars = "".join(
            _plain(registry.card(registry.dimension_name(dimension), opened, EVERYTHING))
            for dimension in own or PATHS
        )
        return (
            bars + help_lines
            if own
            else _page_html(opened, "overview").partition("</h1>")[2] + help_lines + bars
        )
    twin = templates.link(f"{TWIN}{path}", "The low-data version of this page")
    return f"<p>Your browser runs no scripts, which this page needs. {twin} needs none and says the same.</p>{help_lines}"


def _plain(card: Card) -> str:
    return f"<h2>{escape(card.finding)}</h2>{parts.bars(card)}<p>Source: {escape('; '.join(sources.names(card)))}.</p>"
