"""The page on which a reader builds a table: the choices beside the table that they ask for.

The address holds the whole table. A change of any choice writes it anew, without what no longer
fits: a filter on what is now in the rows is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from referrals.caching import cached
from referrals.cards import built_table
from referrals.cards.built_table import BuiltTable
from referrals.cards.card import Card
from referrals.cards.html import card as card_html
from referrals.cards.html import notices, table_choices
from referrals.cards.html import table as table_html
from referrals.cards.html.table_choices import Choice
from referrals.cards.registry import CACHE_KEYS
from referrals.cards.table import PATH
from referrals.content.sitemap import BY_KEY
from referrals.dashboard import page_url, session
from referrals.i18n import messages
from referrals.query.selection import RELEASE, SEPARATOR
from referrals.query.tables.request import TableRequest
from referrals.release.release import About, Release

KEY: Final = "table"
DRAWN: Final = "table_drawn"
"""The key of the session state that is set once the page has been drawn in the session."""


def draw() -> None:
    """Draw the page for the table that the address asks for."""
    offered = session.offered()
    release, request, problems = built_table.read(_pairs(), offered)
    built, about, base = built_table.built(release, request), release.about, page_url.base()
    releases = _releases(offered, about)
    every = [
        *table_choices.sides(built),
        *table_choices.filters(built),
        table_choices.measure(built),
        table_choices.sort(built),
        table_choices.chart(built),
    ]
    controls = Controls([*every, *releases])
    with st.container(key="head"):
        st.html(notices.heading(BY_KEY[KEY].title) + notices.banner(about))
        for choice in releases:
            controls.segments(choice)
        st.html(Markup('<p class="period">{}</p>').format(built.card.period))
    if problems:
        st.html(table_html.problems(problems))
    with st.container(key="topic"):
        with st.container(key="filters"):
            for choice in every[:-1]:
                controls.choose(choice)
            st.html(table_html.swap(request, href))
        with st.container(key="column"), st.container(key="answer"):
            st.html(_above(built, about))
            with st.container(key="controls"):
                controls.segments(every[-1])
            st.html(_answer(built, base))
    controls.settle()
    st.html(notices.page_end(session.published().about, about))


def href(request: TableRequest) -> str:
    """Return the site-relative address of a table."""
    query = urlencode(request.address(), safe=SEPARATOR)
    return f"{PATH}?{query}" if query else PATH


class Controls:
    """The controls of one run, and the choice that each was set to.

    A change writes every choice into the address, and not only the one that changed: a reader who
    chooses twice in a moment is answered by one run, whose address lacks the first choice.
    """

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._before = {choice.name: choice.chosen for choice in choices}
        self._after: dict[str, str] = {}
        # In its first run a session takes the values that the browser sends: a reader who chose
        # something while the connection was lost would otherwise lose that choice.
        self._is_first = DRAWN not in st.session_state

    def segments(self, choice: Choice) -> None:
        """Draw the options of a choice side by side."""
        value = st.segmented_control(
            choice.label,
            list(choice.options),
            format_func=choice.options.__getitem__,
            label_visibility="collapsed",
            required=True,
            **self._state(choice, "default", choice.chosen),
        )
        self._after[choice.name] = str(value)

    def choose(self, choice: Choice) -> None:
        """Draw the options of a choice as a list that opens."""
        options = list(choice.options)
        value = st.selectbox(
            choice.label,
            options,
            format_func=choice.options.__getitem__,
            **self._state(choice, "index", options.index(choice.chosen)),
        )
        self._after[choice.name] = str(value)

    def settle(self) -> None:
        """Take the choices that a browser sent to a new session, by running the page again."""
        st.session_state[DRAWN] = True
        if self._is_first and self._after != self._before:
            _write(self._before, self._after)
            st.rerun()

    def _state(self, choice: Choice, first: str, value: object) -> dict[str, Any]:
        """Return the arguments that tie a control to its part of the address."""
        key = key_of(choice.name)
        arguments: dict[str, Any] = {"key": key, "on_change": self._write}
        if self._is_first:
            return {**arguments, first: value}
        if st.session_state.get(key) != choice.chosen:
            st.session_state[key] = choice.chosen
        return arguments

    def _write(self) -> None:
        after = {
            name: str(st.session_state.get(key_of(name), chosen))
            for name, chosen in self._before.items()
        }
        _write(self._before, after)


def key_of(name: str) -> str:
    """Return the key of the control of a choice."""
    return f"table_{name}"


def _write(before: dict[str, str], after: dict[str, str]) -> None:
    """Write the table of choices into the address, and leave out what does not fit together."""
    chosen = table_choices.resolved(before, after)
    if after.get(RELEASE) == before.get(RELEASE):
        chosen[RELEASE] = st.query_params.get(RELEASE, "")
    _, request, _ = built_table.read(table_choices.pairs(chosen), session.offered())
    st.query_params.from_dict(request.address())


def _pairs() -> list[tuple[str, str]]:
    return [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]


def _releases(offered: dict[str, Release], about: About) -> list[Choice]:
    """Return the choice between releases, none if there is only one."""
    if len(offered) == 1:
        return []
    options = {release_id: _name(release.about) for release_id, release in offered.items()}
    return [Choice(RELEASE, messages.text("filters.release"), options, about.release_id)]


def _name(about: About) -> str:
    if about.is_illustrative:
        return messages.text("filters.example")
    is_published = about.release_id == session.published().about.release_id
    return messages.text("filters.real") if is_published else about.period_label


def _above(built: BuiltTable, about: About) -> Markup:
    return table_html.finding(built, about) + table_html.count(built)


def _answer(built: BuiltTable, base: str) -> Markup:
    figure = table_html.figure(built, href) + table_html.suggestions(built, href)
    return figure + table_html.foot(built, href, _take_away(built.card, base))


@cached(128, CACHE_KEYS)
def _take_away(card: Card, base: str) -> Markup:
    return card_html.take_away(card, base)
