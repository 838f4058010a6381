"""The controls of a page, whose values are held in the address.

The address holds every choice, so that a link to the page shows the same figures. A new session
also accepts the values that a browser sends with its first message, so that a reader who chose
something while the connection was lost does not lose that choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import streamlit as st

from referrals.i18n import messages
from referrals.query.selection import MOST_COMPARED, SEPARATOR

BUTTONS: Final = "buttons_"
"""The prefix of the keys of choices that are drawn as buttons."""


class Choice(Protocol):
    """One choice: its name, its label, the label of each option by code, and the code chosen."""

    @property
    def name(self) -> str:
        """The name, which is part of the key of the control."""

    @property
    def label(self) -> str:
        """The label of the control."""

    @property
    def options(self) -> Mapping[str, str]:
        """The label of each option by its code."""

    @property
    def chosen(self) -> str:
        """The code of the option that is chosen; several are separated by commas."""


class Controls:
    """The controls of one run of a page, with the value of each before and after it is drawn.

    `prefix` begins the keys of the controls, and `choices` are all that the run draws. `write`
    writes the options chosen, by the name of each choice, into the address. A change writes all
    values, not only its own: two quick choices are answered by one run, whose address does not hold
    the first of them yet.
    """

    def __init__(
        self,
        prefix: str,
        choices: Sequence[Choice],
        write: Callable[[Mapping[str, str]], None],
    ) -> None:
        self._prefix = prefix
        self._write = write
        self._before = {choice.name: choice.chosen for choice in choices}
        self._after = dict(self._before)
        self._keys: dict[str, str] = {}
        self._drawn = f"{prefix}_drawn"
        self._is_first = self._drawn not in st.session_state

    def segments(self, choice: Choice) -> None:
        """Draw the options of a choice side by side, one of them chosen."""
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
            **self._state(choice, "index", choice.chosen, options.index(choice.chosen)),
        )
        self._after[choice.name] = str(value)

    def compare(self, choice: Choice) -> None:
        """Draw the options of a choice as a list from which a few can be chosen."""
        values = st.multiselect(
            choice.label,
            list(choice.options),
            format_func=choice.options.__getitem__,
            select_all=False,
            max_selections=MOST_COMPARED,
            placeholder=messages.text("filters.everything"),
            **self._state(choice, "default", _codes(choice)),
        )
        self._after[choice.name] = SEPARATOR.join(values)

    def buttons(self, choice: Choice) -> None:
        """Draw the options of a choice as buttons, one of them chosen."""
        value = st.pills(
            choice.label,
            list(choice.options),
            format_func=choice.options.__getitem__,
            required=True,
            **self._state(choice, "default", choice.chosen, kind=BUTTONS),
        )
        self._after[choice.name] = str(value)

    def toggles(self, choice: Choice) -> None:
        """Draw the options of a choice as buttons, any of them chosen."""
        values = st.pills(
            choice.label,
            list(choice.options),
            format_func=choice.options.__getitem__,
            selection_mode="multi",
            **self._state(choice, "default", _codes(choice), kind=BUTTONS),
        )
        self._after[choice.name] = SEPARATOR.join(values)

    def settle(self) -> None:
        """Take the choices that a browser sent to a new session, by running the page again."""
        st.session_state[self._drawn] = True
        if self._is_first and self._after != self._before:
            self._write(self._after)
            st.rerun()

    def _state(
        self, choice: Choice, argument: str, value: object, first: object = None, kind: str = ""
    ) -> dict[str, Any]:
        """Return the arguments that tie a control to its part of the address.

        `argument` sets the value in the first run, to `first` if the control takes it in another
        form than the session state. Each `kind` of control needs a key of its own: Streamlit would
        give a new control the value of an earlier one with the same key.
        """
        key = kind + key_of(self._prefix, choice.name)
        self._keys[choice.name] = key
        arguments: dict[str, Any] = {"key": key, "on_change": self._changed}
        if self._is_first:
            return {**arguments, argument: value if first is None else first}
        if st.session_state.get(key) != value:
            st.session_state[key] = value
        return arguments

    def _changed(self) -> None:
        self._write({name: self._value(name) for name in self._before})

    def _value(self, name: str) -> str:
        value = st.session_state.get(self._keys.get(name, ""))
        if value is None:
            return self._before[name]
        return SEPARATOR.join(value) if isinstance(value, list) else str(value)


def key_of(prefix: str, name: str) -> str:
    """Return the key of the control of a choice."""
    return f"{prefix}_{name}"


def _codes(choice: Choice) -> list[str]:
    return choice.chosen.split(SEPARATOR) if choice.chosen else []
