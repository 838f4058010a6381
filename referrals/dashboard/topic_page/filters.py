"""The controls of a topic page, whose values are held in the address.

The address holds every choice, so that a link to the page shows the same figures. A new session
takes the value of a control that the browser sends with its first message: a reader who chose
something while the connection was lost would otherwise lose that choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from referrals.dashboard.topic_page.choices import Field
from referrals.i18n import messages
from referrals.query.selection import MOST_COMPARED, RELEASE, SEPARATOR

OPENED: Final = "opened"
"""The key of the session state that is set once a topic page has been drawn in the session."""


class Controls:
    """The controls of one run of a page: draws them, and knows what each was set to.

    `every` has all fields that the run draws. A change writes all of them into the address, and not
    only the one that changed: a reader who chooses twice in a moment is answered by one run, whose
    address does not hold the first choice yet.
    """

    def __init__(self, every: Sequence[Field], on_release: Callable[[str], None]) -> None:
        self._usual = {field.name: field.usual for field in every if field.name != RELEASE}
        self._on_release = on_release
        self._is_first = OPENED not in st.session_state
        self._set: dict[str, str] = {}
        self._asked = {field.name: field.chosen for field in every}

    def segments(self, field: Field) -> None:
        """Draw the options of a field side by side, one of them chosen."""
        value = st.segmented_control(
            field.label,
            list(field.options),
            format_func=field.options.__getitem__,
            label_visibility="collapsed",
            required=True,
            **self._state(field, "default", field.chosen),
        )
        self._set[field.name] = str(value)

    def choose(self, field: Field) -> None:
        """Draw the options of a field as a list that opens."""
        options = list(field.options)
        value = st.selectbox(
            field.label,
            options,
            format_func=field.options.__getitem__,
            **self._state(field, "index", field.chosen, options.index(field.chosen)),
        )
        self._set[field.name] = str(value)

    def compare(self, field: Field) -> None:
        """Draw the options of a field, of which a few can be chosen."""
        values = st.multiselect(
            field.label,
            list(field.options),
            format_func=field.options.__getitem__,
            select_all=False,
            max_selections=MOST_COMPARED,
            placeholder=messages.text("filters.everything"),
            **self._state(field, "default", list(field.codes)),
        )
        self._set[field.name] = SEPARATOR.join(values)

    def settle(self) -> None:
        """Take the choices that a browser sent to a new session, by running the page again."""
        st.session_state[OPENED] = True
        if not self._is_first:
            return
        sent = {name: value for name, value in self._set.items() if value != self._asked[name]}
        if not sent:
            return
        for name, value in sent.items():
            _write(name, value, self._usual.get(name, ""))
        st.rerun()

    def _state(
        self, field: Field, default: str, value: object, first: object = None
    ) -> dict[str, Any]:
        """Return the arguments that tie a control to its parameter of the address."""
        key = key_of(field.name)
        arguments: dict[str, Any] = {"key": key, "on_change": self._write_choices}
        if field.name == RELEASE:
            arguments["on_change"] = self._write_release
        if self._is_first:
            return {**arguments, default: value if first is None else first}
        if st.session_state.get(key) != value:
            st.session_state[key] = value
        return arguments

    def _write_choices(self) -> None:
        for name, usual in self._usual.items():
            value = st.session_state.get(key_of(name))
            if value is not None:
                _write(name, SEPARATOR.join(value) if isinstance(value, list) else value, usual)

    def _write_release(self) -> None:
        self._on_release(st.session_state[key_of(RELEASE)])


def key_of(name: str) -> str:
    """Return the key of the control of a parameter."""
    return f"choose_{name}"


def _write(name: str, value: str, usual: str) -> None:
    """Write a choice into the address, or remove it if it is the usual one."""
    if value == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value
