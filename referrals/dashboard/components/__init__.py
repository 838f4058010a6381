"""What pages are made of: the only part of the library that imports Streamlit, here, in `choices` and in `menu`.

One open release serves every session. Cards are made once for each release and selection and then shared: they are frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import segno
import streamlit as st

from referrals import release as releases
from referrals.dashboard import (
    arithmetic,
    cards,
    charts,
    citing,
    content,
    context,
    markup,
    notices,
    quarters,
    queries,
    takeaways,
)
from referrals.dashboard.cards import Card
from referrals.dashboard.selection import Offer, Selection
from referrals.errors import ReferralsError
from referrals.kept import kept
from referrals.release import Release

EVERYTHING: Final = Selection()
LONG_PAGE: Final = 5
"""A page with more sections than this begins with a list of them."""


@st.cache_resource(show_spinner=False)
def release() -> Release:
    """Return the published release, opened once for all sessions.

    Raises:
        ReleaseError: there is no whole release.
    """
    return releases.open_release(releases.latest_published())


@st.cache_resource(show_spinner=False)
def others() -> tuple[Release, ...]:
    """Return the other whole releases, opened once for all sessions, the newest first."""
    return releases.beside(release())


def offered() -> dict[str, Release]:
    """Return every release that a reader can choose, by id, the published one first.

    A release whose folder is gone is offered no more: that is how an operator takes the illustrative one away.
    """
    return {one.about.release_id: one for one in (release(), *(one for one in others() if one.folder.is_dir()))}


def chosen_release(selection: Selection) -> Release:
    """Return the release that a reader chose; the published one where none was chosen, or that one has just gone."""
    return offered().get(selection.release, release())


KEPT: Final[dict[str | type, Callable[[Any], Any]]] = {
    Release: lambda opened: opened.about.release_id,
    Card: lambda card: (card.about.release_id, card.name, card.link),
}
"""What tells one release or one card from another, for what is made of it once and kept."""


@kept(4, KEPT)
def _figures(opened: Release) -> Mapping[str, str]:
    """Return what each figure named in a page's text stands for."""
    return queries.figures(opened)


@kept(64, KEPT)
def _page_html(opened: Release, name: str) -> str:
    """Return an explanatory page as HTML, made once for a release."""
    return content.page(name, _figures(opened))


@kept(512, KEPT)
def _dimension_card(opened: Release, dimension: str, selection: Selection) -> Card:
    """Return the card of one dimension within a selection, made once for a release."""
    return cards.of_dimension(opened, queries.answer(opened, dimension, selection))


@kept(512, KEPT)
def _quarters_card(opened: Release, dimension: str, selection: Selection) -> Card:
    """Return the card of the quarters of an additive release within a selection, made once for a release."""
    return quarters.card(opened, queries.answer(opened, dimension, selection))


@kept(128, KEPT)
def _cross_card(opened: Release, dimension: str, by: str, measure: str) -> Card:
    """Return the card of one dimension within each code of another that the release breaks it down by."""
    names = queries.labels(opened)
    codes = queries.offer(opened, dimension).get(by, ())
    answers = {
        names[by, code]: queries.answer(opened, dimension, Selection(measure=measure).choosing(by, code)) for code in codes
    }
    return cards.of_cross(opened, dimension, answers, by=by)


@kept(32, KEPT)
def _context_card(opened: Release, name: str) -> Card:
    """Return the card of a context series, made once for a release."""
    return context.card(opened, name)


@kept(32, KEPT)
def offer(opened: Release, dimension: str) -> tuple[Offer, Mapping[tuple[str, str], str]]:
    """Return what a page of a dimension offers to choose, and every label, made once for a release."""
    return queries.offer(opened, dimension), queries.labels(opened)


@kept(32, KEPT)
def _arithmetic(opened: Release, relation_id: str) -> str:
    """Return one relation as HTML, or all of them with what follows from them where no id is given, made once."""
    if relation_id:
        return arithmetic.relation(opened, relation_id)
    following = arithmetic.worked_out(opened)
    return f'{arithmetic.relations(opened)}<h2 id="worked-out">Numbers worked out from the printed ones</h2>{following}'


def dimension_card(dimension: str, selection: Selection) -> Card:
    """Return the card of one dimension within a selection."""
    return _dimension_card(chosen_release(selection), dimension, selection)


def quarters_card(dimension: str, selection: Selection) -> Card:
    """Return the card of every quarter within a selection of an additive release, on the page of a dimension."""
    return _quarters_card(chosen_release(selection), dimension, selection)


def cross_card(dimension: str, by: str, measure: str) -> Card:
    """Return the card of one dimension within each code of another."""
    return _cross_card(release(), dimension, by, measure)


def context_card(name: str) -> Card:
    """Return the card of a context series."""
    return _context_card(release(), name)


def title(heading: str, lead: str = "", *, of_release: bool = True) -> None:
    """Draw a page's heading, its lead sentence, and, where the page shows the published release, its status and period."""
    about = release().about
    st.title(heading, anchor=False)
    if lead:
        st.html(f'<p class="lead">{escape(lead)}</p>')
    if of_release:
        st.html(notices.status(about))


def explain(name: str) -> None:
    """Draw an explanatory page, whole."""
    heading, _, rest = _page_html(release(), name).partition("</h1>")
    st.title(heading.split(">")[-1], anchor=False)
    _with_contents(rest)


def passage(name: str) -> None:
    """Draw an explanatory text inside a page, without its title."""
    st.html(_page_html(release(), name).partition("</h1>")[2])


def _with_contents(rest: str) -> None:
    contents = content.headings(rest)
    if len(contents) > LONG_PAGE:
        links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in contents)
        st.html(f'<details class="contents"><summary>On this page</summary><ul>{links}</ul></details>')
    st.html(rest)


def note(html: str, *, kind: str = "note") -> None:
    """Draw a box: a note, help, or what has changed since 2021."""
    st.html(_box(html, kind))


def _box(html: str, kind: str = "note") -> str:
    return f'<div class="box-{kind}">{html}</div>'


def figure(card: Card, *, quick: bool = False, more: str = "") -> None:
    """Draw a card: finding, chart, table, notes, printed sentences, and what can be taken away.

    `quick` draws the chart as a table of bars, which needs nothing to load. `more` is a page with more on the same subject.
    """
    with st.container(border=True, key=f"card_{card.name.replace('-', '_')}"):
        st.html(_above(card, quick))
        if card.draw is not None and not quick:
            st.plotly_chart(
                drawn(card, _palette()), config=dict(charts.CONFIG), alt=card.alternative, theme=None, key=f"chart_{card.name}"
            )
        st.html(_below(card, quick, more))
        _take_away(card)


@kept(512, KEPT)
def _above(card: Card, quick: bool) -> str:  # noqa: FBT001 - kept by position
    """Return what stands above a card's chart, and the chart itself where it needs nothing to load."""
    warning = _box(f"<p>{content.inline(card.warning)}</p>") if card.warning else ""
    if not card.bars:
        return _card_head(card) + warning
    bars = markup.bars(card.title, card.what, card.counted, [bar.row for bar in card.bars])
    # A chart made by Plotly does not print: the table of bars stands in for it on paper.
    chart = bars if quick or card.draw is None else f'<div class="on-paper{_mark(card)}">{bars}</div>'
    return _card_head(card) + warning + chart


@kept(512, KEPT)
def _below(card: Card, quick: bool, more: str) -> str:  # noqa: FBT001 - kept by position
    """Return what stands below a card's chart."""
    way_on = f"<p>{content.inline(more)}</p>" if more else ""
    return ("" if quick else card.table) + _notes(card, folded=quick) + citing.html(card) + way_on


def _card_head(card: Card) -> str:
    invented = f'<p class="invented">{notices.INVENTED}</p>' if card.about.is_illustrative else ""
    rule = f'<p class="rule">{escape(card.about.lay_sentence)}</p>' if card.about.lay_sentence else ""
    finding = f'<h2 class="finding" id="{card.name}">{escape(card.finding)}</h2>'
    return f'{invented}{finding}<p class="unit">{escape(card.unit)}</p>{rule}'


def _mark(card: Card) -> str:
    return " watermarked" if card.about.is_illustrative else ""


@kept(512, KEPT)
def drawn(card: Card, palette: charts.Palette) -> Any:
    """Return a card's Plotly figure, made once for each view and palette, as it is sent."""
    return charts.finished(card.draw(palette)) if card.draw else None


def _palette() -> charts.Palette:
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def _notes(card: Card, *, folded: bool) -> str:
    letters = [] if folded else takeaways.symbols(card)
    items = "".join(f"<li>{content.inline(one)}</li>" for one in card.notes) + "".join(
        f"<li>{escape(one)}</li>" for one in letters
    )
    listed = f'<ul class="notes">{items}</ul>'
    return f'<details class="source"><summary>Notes on these numbers</summary>{listed}</details>' if folded else listed


def _take_away(card: Card) -> None:
    base = _base()
    with st.expander("Download, copy, cite or link"):
        with st.container(horizontal=True):
            st.download_button(
                "Table (CSV)",
                lambda: takeaways.csv(card, base),
                f"{card.file_name}.csv",
                "text/csv",
                key=f"csv_{card.name}",
                on_click="ignore",
            )
            if card.bars:
                st.download_button(
                    "Picture (SVG)",
                    lambda: takeaways.picture(card, base),
                    f"{card.file_name}.svg",
                    "image/svg+xml",
                    key=f"svg_{card.name}",
                    on_click="ignore",
                )
        link, text, citation = _words(card, base)
        st.html(f"<p><b>Link to this view</b><br>{link}</p><p><b>Copy as text</b></p>")
        st.code(text, language=None, wrap_lines=True)
        st.html("<p><b>Cite</b></p>")
        st.code(citation, language=None, wrap_lines=True)


@kept(512, KEPT)
def _words(card: Card, base: str) -> tuple[str, str, str]:
    """Return the link to a card as HTML, the card as text, and how to cite it."""
    return markup.link(card.link, base + card.link), takeaways.text(card, base), takeaways.citation(card, base)


def _base() -> str:
    address = st.context.url or ""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.split('/')[0]}" if rest else ""


def page_end(selection: Selection = EVERYTHING) -> None:
    """Draw what every page ends with: what the figures count, help, and the page's address as a code for a phone."""
    address = st.context.url
    st.html(notices.page_end(release().about, chosen_release(selection).about) + (_for_a_phone(address) if address else ""))


@kept(256, {})
def _for_a_phone(address: str) -> str:
    """Return an address as a code to scan, folded away."""
    code = escape(segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#0b0c0c", light="#ffffff"))
    said = escape(address)
    picture = f'<img src="{code}" width="180" alt="A code to scan with a phone. It opens {said}">'
    return f'<details class="phone"><summary>This page on a phone</summary><p>{picture}</p><p>{said}</p></details>'


def relation(relation_id: str) -> None:
    """Draw one piece of arithmetic between printed figures."""
    with st.container(border=True):
        st.html(_arithmetic(release(), relation_id))


def relations() -> None:
    """Draw every piece of arithmetic between printed figures, and then every number that follows from them."""
    st.html(_arithmetic(release(), ""))


def guarded(draw: Callable[[], None]) -> None:
    """Run a page. Where the release cannot be opened, say so in words instead; the help lines stand all the same."""
    try:
        draw()
    except ReferralsError as error:
        st.title("The figures cannot be shown", anchor=False)
        st.error(str(error))
        st.html(f"<h2>Help lines</h2>{content.helplines()}")


def without_script() -> str:
    """Return the figures as HTML for a browser that runs no script, or what is wrong where there is no release."""
    try:
        shown = [dimension_card(dimension, Selection()) for dimension in cards.PATHS]
        bars = "".join(
            f"<h2>{escape(card.finding)}</h2>"
            + markup.bars(card.title, card.what, card.counted, [bar.row for bar in card.bars])
            + f"<p>Source: {escape('; '.join(citing.names(card)))}.</p>"
            for card in shown
        )
        lead = _page_html(release(), "overview").partition("</h1>")[2]
        return f"{lead}<h2>Help lines</h2>{content.helplines()}{bars}"
    except ReferralsError as error:
        return f"<p>{escape(str(error))}</p>{content.helplines()}"
