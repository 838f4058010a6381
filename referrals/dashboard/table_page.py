"""The page on which a reader builds a table: the choices beside the table that they ask for.

The address holds the whole table. A change of any choice writes it anew, without what no longer
fits: a filter on what is now in the rows is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from referrals.cards.html import table as table_html
from referrals.cards.html.table_choices import Choice
from referrals.dashboard import blocks, page_url, session, table_answer
from referrals.dashboard.ready_html import ReadyHtml
from referrals.dashboard.table_answer import TablePage, href

DRAWN: Final = "table_drawn"
"""The key of the session state that is set once the page has been drawn in the session."""


def draw() -> None:
    """Draw the page for the table that the address asks for."""
    page = table_answer.read(_pairs(), session.offered())
    choices, chart, releases = page.choices(), page.chart(), page.releases()
    controls = Controls(page, [*choices, chart, *releases])
    with st.container(key="head"):
        st.html(ReadyHtml(page.heading()))
        for choice in releases:
            controls.segments(choice)
        st.html(ReadyHtml(page.period()))
    with st.container(key="topic"):
        with st.container(key="filters"):
            st.html(ReadyHtml(page.summary()))
            for choice in choices:
                controls.choose(choice)
            st.html(ReadyHtml(table_html.swap(page.built.request, href)))
        with st.container(key="column"), st.container(key="answer"):
            st.html(ReadyHtml(page.above()))
            with st.container(key="charts"):
                controls.segments(chart)
            st.html(ReadyHtml(page.answer(page_url.base())))
    controls.settle()
    address = page_url.of_page(page.built.request.address())
    st.html(ReadyHtml(blocks.page_end(session.published(), page.release, address)))


class Controls:
    """The controls of one run, and the choice that each was set to.

    A change writes every choice into the address, and not only the one that changed: a reader who
    chooses twice in a moment is answered by one run, whose address lacks the first choice.
    """

    def __init__(self, page: TablePage, choices: Sequence[Choice]) -> None:
        self._page = page
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
            self._write(self._after)
            st.rerun()

    def _state(self, choice: Choice, first: str, value: object) -> dict[str, Any]:
        """Return the arguments that tie a control to its part of the address."""
        key = key_of(choice.name)
        arguments: dict[str, Any] = {"key": key, "on_change": self._changed}
        if self._is_first:
            return {**arguments, first: value}
        if st.session_state.get(key) != choice.chosen:
            st.session_state[key] = choice.chosen
        return arguments

    def _changed(self) -> None:
        self._write(
            {
                name: str(st.session_state.get(key_of(name), chosen))
                for name, chosen in self._before.items()
            }
        )

    def _write(self, after: dict[str, str]) -> None:
        request = self._page.changed(self._before, after)
        st.query_params.from_dict(request.address())


def key_of(name: str) -> str:
    """Return the key of the control of a choice."""
    return f"table_{name}"


def _pairs() -> list[tuple[str, str]]:
    return [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
