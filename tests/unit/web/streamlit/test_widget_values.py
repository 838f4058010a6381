"""The values of widgets: a kind that a drawn widget cannot have sent is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from referrals.web.streamlit import client_messages, widget_values
from referrals.web.streamlit.widget_values import WidgetValues

SELECT, SEVERAL, SEGMENTS, UNKNOWN = "$$ID-1-a", "$$ID-2-b", "$$ID-3-c", "$$ID-4-d"
TOGGLES = "$$ID-6-f"
ELEMENTS = {
    SELECT: "selectbox",
    SEVERAL: "multiselect",
    SEGMENTS: "button_group",
    TOGGLES: "button_group",
}


def drawn(element: str, widget_id: str) -> bytes:
    """Return the message that draws a widget. Of segments one is always chosen."""
    message = ForwardMsg()
    widget = getattr(message.delta.new_element, element)
    widget.id = widget_id
    if widget_id == SEGMENTS:
        widget.required = True
    return bytes(message.SerializeToString())


def text(widget: WidgetState) -> None:
    widget.string_value = "Women"


def choices(*chosen: str) -> Callable[[WidgetState], None]:
    def fill(widget: WidgetState) -> None:
        widget.string_array_value.SetInParent()
        widget.string_array_value.data.extend(chosen)

    return fill


def number(widget: WidgetState) -> None:
    widget.int_value = 1


def nothing(_: WidgetState) -> None:
    pass


def sent(widget_id: str, fill: Callable[[WidgetState], None]) -> BackMsg:
    """Return a message with the value of one widget."""
    message = BackMsg()
    fill(message.rerun_script.widget_states.widgets.add(id=widget_id))
    return message


@pytest.mark.parametrize(
    ("widget_id", "fill", "wrong"),
    [
        (SELECT, text, None),
        (SELECT, choices("Women"), "string_array_value"),
        (SELECT, number, "int_value"),
        (SELECT, nothing, None),
        (SEVERAL, choices("Women", "Men"), None),
        (SEVERAL, choices(), None),
        (SEVERAL, text, "string_value"),
        (SEGMENTS, choices("Women"), None),
        (SEGMENTS, choices(), "string_array_value"),
        (SEGMENTS, text, "string_value"),
        (TOGGLES, choices("Women", "Men"), None),
        (TOGGLES, choices(), None),
        (TOGGLES, text, "string_value"),
        (UNKNOWN, text, None),
        (UNKNOWN, choices("Women"), None),
        (UNKNOWN, number, "int_value"),
    ],
)
def test_a_value_must_be_of_the_kind_that_its_widget_sends(
    widget_id: str, fill: Callable[[WidgetState], None], wrong: str | None
) -> None:
    values = WidgetValues()
    for drawn_id, element in ELEMENTS.items():
        values.learn(drawn(element, drawn_id))
    assert values.wrong_kind(sent(widget_id, fill)) == wrong


def test_a_message_with_one_wrong_value_has_a_kind_of_its_own() -> None:
    message = sent(UNKNOWN, text)
    message.rerun_script.widget_states.widgets.add(id="$$ID-5-e").bytes_value = b"a"
    kind = client_messages.kind_of(message.SerializeToString())
    assert kind == "rerun_script.bytes_value"
    assert kind not in client_messages.ALLOWED


def test_no_more_than_a_bounded_number_of_widgets_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(widget_values, "MOST_WIDGETS", 1)
    values = WidgetValues()
    values.learn(drawn("selectbox", SELECT))
    values.learn(drawn("multiselect", SEVERAL))
    assert values.wrong_kind(sent(SEVERAL, text)) is None


@pytest.mark.parametrize(
    ("message", "ends"),
    [
        (ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY), True),
        (ForwardMsg(script_finished=ForwardMsg.FINISHED_WITH_COMPILE_ERROR), True),
        (ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN), False),
    ],
)
def test_a_run_ends_with_its_last_message(message: ForwardMsg, *, ends: bool) -> None:
    assert client_messages.ends_run(message.SerializeToString()) is ends


@pytest.mark.parametrize("message", [b"", drawn("selectbox", SELECT)])
def test_other_messages_do_not_end_a_run(message: bytes) -> None:
    assert not client_messages.ends_run(message)
