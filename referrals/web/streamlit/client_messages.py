"""What Streamlit's front end says over its socket, and the little of it that this site lets through."""

from typing import Final

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from referrals.web.gateway.websocket_guard import Messages

OPERATION: Final = "backend_operation_request"

ALLOWED: Final = frozenset({"rerun_script"})
"""All that a browser sends on every page, with filters, menus and the Back button. Files have addresses of their own.

Of the others, `clear_cache` empties everyone's caches, `file_urls_request` begins an upload, the operation `install_skills`
writes files on the server, and those left over have no use on a site that is only read.
"""


def kind(message: bytes) -> str | None:
    """Return the kind of a message as Streamlit will read it, with that of an operation, or None where it is no message."""
    try:
        read = BackMsg.FromString(message)
    except DecodeError:
        return None
    found: str | None = read.WhichOneof("type")
    return (
        f"{OPERATION}.{read.backend_operation_request.WhichOneof('payload')}"
        if found == OPERATION
        else found
    )


MESSAGES: Final = Messages(kind, ALLOWED)
