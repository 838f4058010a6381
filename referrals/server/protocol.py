"""What Streamlit's front end says over its socket, and the little of it that this site lets through."""

from typing import Final

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from referrals.server.sockets import Messages

ALLOWED: Final = frozenset({"rerun_script"})
"""All that a browser sends on every page, with filters, downloads, menus and the Back button: see the browser tests.

Of the others, `clear_cache` empties everyone's caches, `file_urls_request` begins an upload, and `debug_shutdown_runtime`,
`set_run_on_save`, `load_git_info`, `backend_operation_request`, `app_heartbeat` and `stop_script` have no use here.
"""


def kind(message: bytes) -> str | None:
    """Return the kind of a message as Streamlit will read it, or None where it is no message at all."""
    try:
        found: str | None = BackMsg.FromString(message).WhichOneof("type")
    except DecodeError:
        return None
    return found


MESSAGES: Final = Messages(kind, ALLOWED)
