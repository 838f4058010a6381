"""The kind of value that each widget sends, learned from the widgets that the site has drawn.

Streamlit passes the value that a browser sends to the widget's own code, whatever its kind. A list
for a select box raises an exception there, in that run and in every later one of the session, and
each would be logged as a fault of ours. `client_messages` refuses such a value.

The id of a widget is a hash of its parameters, so it is the same in every session. A value of a
widget that this process has not drawn yet is let through: a browser reconnects to another process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ID_PREFIX: Final = b"$$ID-"
"""The beginning of every widget's id."""

TEXT: Final = "string_value"
LIST: Final = "string_array_value"

KIND_OF_ELEMENT: Final = {"selectbox": TEXT, "multiselect": LIST, "button_group": LIST}
"""The kinds of value that the controls of our pages send, by element."""

MOST_WIDGETS: Final = 10_000
"""The most widgets that are remembered. The pages of all releases have a few hundred."""


@dataclass(frozen=True)
class SentValue:
    """The kind of value that a widget sends. A list that `is_required` is never empty."""

    kind: str
    is_required: bool


class WidgetValues:
    """The kind of value that each widget sends, by the id of every widget drawn so far."""

    def __init__(self) -> None:
        self._sent: dict[str, SentValue] = {}

    def learn(self, message: bytes) -> None:
        """Remember the widget that a message to the browser draws, if it draws one."""
        if ID_PREFIX not in message:
            return
        element = ForwardMsg.FromString(message).delta.new_element
        kind = element.WhichOneof("type")
        if kind in KIND_OF_ELEMENT and len(self._sent) < MOST_WIDGETS:
            widget = getattr(element, kind)
            is_required = kind == "button_group" and widget.required
            self._sent[widget.id] = SentValue(KIND_OF_ELEMENT[kind], is_required)

    def wrong_kind(self, message: BackMsg) -> str | None:
        """Return the kind of the first value that its widget cannot have sent, None if all fit."""
        for widget in message.rerun_script.widget_states.widgets:
            kind: str | None = widget.WhichOneof("value")
            if kind is not None and not self._fits(widget, kind):
                return kind
        return None

    def _fits(self, widget: WidgetState, kind: str) -> bool:
        sent = self._sent.get(widget.id)
        if sent is None:
            return kind in KIND_OF_ELEMENT.values()
        if sent.is_required and not widget.string_array_value.data:
            return False
        return kind == sent.kind
