"""What pages are made of: the only part of the library that imports Streamlit, here and in the modules beside.

One open release serves every session that began with it. Cards are made once for each release and selection and then shared:
they are frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import segno
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals import shelf
from referrals.dashboard import (
    arithmetic,
    cards,
    charts,
    citing,
    content,
    context,
    downloads,
    markup,
    notices,
    outline,
    parts,
    quarters,
    queries,
    takeaways,
)
from referrals.dashboard.cards import Card
from referrals.dashboard.components import address
from referrals.dashboard.outline import Opening
from referrals.dashboard.queries import Answer
from referrals.dashboard.selection import RELEASE, Offer, Selection
from referrals.errors import ReferralsError
from referrals.kept import kept
from referrals.release import Release
from referrals.shelf import Standing

EVERYTHING: Final = Selection()
UNFILTERED: Final = frozenset({RELEASE, "measure"})
"""What a card's address can hold though no filter is chosen."""

HELP_LINES: Final = "<h2>Help lines</h2>"
TWIN: Final = "/lite"
"""What the address of the low-data version of a page begins with."""

HELD: Final = "standing"
"""Where a session keeps the releases that stood when it began."""

LOST: Final = "withdrawn"
"""Where a session keeps that one of them was withdrawn since."""


def standing() -> Standing:
    """Return the releases of a session: those that stood when it began, whatever has been published since.

    Outside a session they are those that stand now. A session that began with one that was withdrawn begins again.

    Raises:
        ReleaseError: there is no whole release.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return shelf.standing()
    held: Standing | None = st.session_state.get(HELD)
    if held and shelf.has_withdrawn(held):
        st.session_state[LOST] = True
        held = None
    if held is None:
        st.session_state.pop(HELD, None)
        held = st.session_state[HELD] = shelf.standing()
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


KEPT: Final[dict[str | type, Callable[[Any], Any]]] = {
    Release: lambda opened: opened.digest,
    Card: lambda card: (card.about.edition, card.name, card.link),
}
"""What tells one release or one card from another, for what is made of it once and kept."""


def _is_whole(*asked: object) -> bool:
    """Return whether no filter is chosen in anything asked for: what most readers see is kept apart from what some choose."""
    return not any(
        one.chosen() or one.period if isinstance(one, Selection) else isinstance(one, Card) and set(one.address) - UNFILTERED
        for one in asked
    )


@kept(4, KEPT)
def _figures(opened: Release) -> Mapping[str, str]:
    """Return what each figure named in a page's text stands for."""
    return queries.figures(opened)


@kept(64, KEPT)
def _page_html(opened: Release, name: str) -> str:
    """Return an explanatory page as HTML, made once for a release."""
    return content.page(name, _figures(opened))


@kept(64, KEPT)
def _answer(opened: Release, dimension: str, selection: Selection) -> Answer:
    """Return what a release says of a dimension within a selection: the cards of one page rest on the same answer."""
    return queries.answer(opened, dimension, selection)


@kept(512, KEPT, apart=_is_whole)
def _dimension_card(opened: Release, dimension: str, selection: Selection) -> Card:
    """Return the card of one dimension within a selection, made once for a release."""
    return cards.of_dimension(opened, _answer(opened, dimension, selection))


@kept(512, KEPT, apart=_is_whole)
def _quarters_card(opened: Release, dimension: str, selection: Selection) -> Card:
    """Return the card of the quarters of an additive release within a selection, made once for a release."""
    return quarters.card(opened, _answer(opened, dimension, selection))


@kept(128, KEPT)
def _cross_card(opened: Release, dimension: str, by: str, measure: str) -> Card:
    """Return the card of one dimension within each code of another that the release breaks it down by."""
    return cards.crossed(opened, dimension, by=by, measure=measure)


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
    return f'{arithmetic.relations(opened)}<h2 id="worked-out">{outline.WORKED_OUT}</h2>{following}'


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


def title(opening: Opening, *, of_release: bool = True) -> None:
    """Draw a page's heading, its lead sentence, and, where the page shows the published release, its status and period."""
    about = release().about
    st.title(opening.heading, anchor=False)
    st.html(f'<p class="lead">{escape(opening.lead)}</p>')
    if of_release:
        st.html(notices.status(about))


def explain(name: str) -> None:
    """Draw an explanatory page, whole."""
    heading, _, rest = _page_html(release(), name).partition("</h1>")
    st.title(heading.split(">")[-1], anchor=False)
    if contents := content.contents(rest):
        st.html(contents)
    st.html(rest)


def passage(name: str) -> None:
    """Draw an explanatory text inside a page, without its title."""
    st.html(_page_html(release(), name).partition("</h1>")[2])


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


@kept(512, KEPT, apart=_is_whole)
def _above(card: Card, quick: bool) -> str:  # noqa: FBT001 - kept by position
    """Return what stands above a card's chart, and the chart itself where it needs nothing to load."""
    warning = _box(f"<p>{content.inline(card.warning)}</p>") if card.warning else ""
    if not card.bars:
        return parts.head(card) + warning
    bars = parts.bars(card)
    # A chart made by Plotly does not print: the table of bars stands in for it on paper.
    chart = bars if quick or card.draw is None else f'<div class="on-paper{_mark(card)}">{bars}</div>'
    return parts.head(card) + warning + chart


@kept(512, KEPT, apart=_is_whole)
def _below(card: Card, quick: bool, more: str) -> str:  # noqa: FBT001 - kept by position
    """Return what stands below a card's chart."""
    way_on = f"<p>{content.inline(more)}</p>" if more else ""
    return ("" if quick else card.table) + parts.notes(card, folded=quick) + citing.html(card) + way_on


def _mark(card: Card) -> str:
    return " watermarked" if card.about.is_illustrative else ""


@kept(512, KEPT, apart=_is_whole)
def drawn(card: Card, palette: charts.Palette) -> Any:
    """Return a card's Plotly figure, made once for each view and palette, as it is sent."""
    return charts.Finished(card.draw(palette)) if card.draw else None


def _palette() -> charts.Palette:
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def _take_away(card: Card) -> None:
    base = address.base()
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
        st.html(_words(card, base))


@kept(512, KEPT, apart=_is_whole)
def _words(card: Card, base: str) -> str:
    """Return the words to take away: the card as text, how to cite it, and its link.

    Streamlit's own box to copy from comes with 1.6 MB of script that colours program code.
    """
    return (
        markup.to_copy("Copy as text", takeaways.text(card, base))
        + markup.to_copy("Cite", takeaways.citation(card, base))
        + f"<p><b>Link to this view</b><br>{markup.link(card.link, base + card.link)}</p>"
    )


def page_end(selection: Selection = EVERYTHING) -> None:
    """Draw what every page ends with: what the figures count, help, and the page's address as a code for a phone."""
    whole = address.of_page(selection)
    st.html(notices.page_end(release().about, chosen_release(selection).about) + (_for_a_phone(whole) if whole else ""))


@kept(256, {})
def _for_a_phone(whole: str) -> str:
    """Return an address as a code to scan, folded away."""
    code = escape(segno.make(whole, error="m").svg_data_uri(scale=4, border=2, dark="#0b0c0c", light="#ffffff"))
    said = escape(whole)
    picture = f'<img src="{code}" width="180" alt="A code to scan with a phone. It opens {said}">'
    return f'<details class="phone"><summary>This page on a phone</summary><p>{picture}</p><p>{said}</p></details>'


def relation(relation_id: str) -> None:
    """Draw one piece of arithmetic between printed figures."""
    with st.container(border=True):
        st.html(_arithmetic(release(), relation_id))


def relations() -> None:
    """Draw every piece of arithmetic between printed figures, and then every number that follows from them."""
    st.html(_arithmetic(release(), ""))


def _say_what_changed() -> None:
    """Say so where other releases stand now than when the session began. It shows what it began with until it is reloaded."""
    held, now = standing(), shelf.standing()
    if LOST in st.session_state:
        note(notices.WITHDRAWN)
    if now.version != held.version:
        note(notices.changed(held.editions(), now.editions()))


def released() -> None:
    """Draw every release with its files, the published one first."""
    st.html(downloads.html(offered().values()))


def guarded(draw: Callable[[], None], path: str) -> None:
    """Run the page at a path. Where the release cannot be opened, say so in words; the help lines stand all the same."""
    st.session_state[address.PATH] = path
    try:
        _say_what_changed()
        draw()
    except ReferralsError as error:
        st.title("The figures cannot be shown", anchor=False)
        st.error(str(error))
        st.html(f"{HELP_LINES}{content.helplines()}")


def without_script(path: str) -> str:
    """Return what the page at a path shows a browser that runs no script, or what is wrong where there is no release.

    The first page shows the overview, and that of a dimension its own figure. Any other names the page that says the same
    without scripts: every reader is sent this, and few need it. The help lines stand on every page.
    """
    try:
        html = _without_script(release(), path)
    except ReferralsError as error:
        html = f"<p>{escape(str(error))}</p>{HELP_LINES}{content.helplines()}"
    return f'<div class="stHtml">{html}</div>'  # looks as it does where Streamlit draws it


@kept(64, KEPT)
def _without_script(opened: Release, path: str) -> str:
    own = [dimension for dimension, address in cards.PATHS.items() if address == path]
    help_lines = f"{HELP_LINES}{content.helplines()}"
    if own or path == "/":
        bars = "".join(_plain(_dimension_card(opened, dimension, EVERYTHING)) for dimension in own or cards.PATHS)
        return bars + help_lines if own else _page_html(opened, "overview").partition("</h1>")[2] + help_lines + bars
    twin = markup.link(f"{TWIN}{path}", "The low-data version of this page")
    return f"<p>Your browser runs no scripts, which this page needs. {twin} needs none and says the same.</p>{help_lines}"


def _plain(card: Card) -> str:
    return f"<h2>{escape(card.finding)}</h2>{parts.bars(card)}<p>Source: {escape('; '.join(citing.names(card)))}.</p>"
