"""Client messages: the kinds that Streamlit's front end can send, and the one that is let through.

Passed to the gateway by `web.application`, with a check for the message that ends a script run.
"""

from typing import Final

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from referrals.web.gateway.websocket_guard import MessageRules
from referrals.web.streamlit.widget_values import WidgetValues

OPERATION: Final = "backend_operation_request"
RERUN: Final = "rerun_script"

ALLOWED: Final = frozenset({RERUN})
"""All that a browser sends, on every page, for filters, menus and Back. Files have their own URLs.

Of the others, `clear_cache` empties everyone's caches, `file_urls_request` begins an upload, the
operation `install_skills` writes files on the server, and the rest have no use on a read-only site.
"""

LARGEST_END: Final = 128
"""The most bytes of a message that is parsed as a possible end of a run. Such a message has 44."""

_WIDGET_VALUES: Final = WidgetValues()


def kind_of(message: bytes) -> str | None:
    """Return the kind of a message as Streamlit would parse it, or None if it cannot be parsed.

    The kind of an operation includes its payload, such as
    `backend_operation_request.install_skills`, and that of a script run the first kind of value
    that its widget cannot have sent, such as `rerun_script.bytes_value`.
    """
    try:
        parsed = BackMsg.FromString(message)
    except DecodeError:
        return None
    kind: str | None = parsed.WhichOneof("type")
    if kind == OPERATION:
        return f"{OPERATION}.{parsed.backend_operation_request.WhichOneof('payload')}"
    if kind == RERUN and (wrong := _WIDGET_VALUES.wrong_kind(parsed)):
        return f"{RERUN}.{wrong}"
    return kind


def ends_run(message: bytes) -> bool:
    """Return whether a message to the browser reports the end of a run, and no rerun follows."""
    if not 0 < len(message) <= LARGEST_END:
        return False
    parsed = ForwardMsg.FromString(message)
    if parsed.WhichOneof("type") != "script_finished":
        return False
    return bool(parsed.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN)


def whole(message: bytes) -> bytes:
    """Return a message, changed to run the whole script if it asks for a fragment of it."""
    parsed = BackMsg.FromString(message)
    if not parsed.rerun_script.fragment_id:
        return message
    parsed.rerun_script.fragment_id = ""
    return bytes(parsed.SerializeToString())


RULES: Final = MessageRules(kind_of, ALLOWED, ends_run, _WIDGET_VALUES.learn, whole)
