"""Client messages: the kinds that Streamlit's front end can send, and the one that is let through.

Passed to the gateway by `web.application`.
"""

from typing import Final

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from referrals.web.gateway.websocket_guard import MessageRules

OPERATION: Final = "backend_operation_request"

ALLOWED: Final = frozenset({"rerun_script"})
"""All that a browser sends, on every page, for filters, menus and Back. Files have their own URLs.

Of the others, `clear_cache` empties everyone's caches, `file_urls_request` begins an upload, the
operation `install_skills` writes files on the server, and the rest have no use on a read-only site.
"""


def kind_of(message: bytes) -> str | None:
    """Return the kind of a message as Streamlit would parse it, or None if it cannot be parsed.

    The kind of an operation includes its payload, such as
    `backend_operation_request.install_skills`.
    """
    try:
        parsed = BackMsg.FromString(message)
    except DecodeError:
        return None
    kind: str | None = parsed.WhichOneof("type")
    if kind == OPERATION:
        return f"{OPERATION}.{parsed.backend_operation_request.WhichOneof('payload')}"
    return kind


RULES: Final = MessageRules(kind_of, ALLOWED)
