"""The private names of Streamlit and uvicorn that the site replaces when the server starts.

Neither has a public setting for any of them. If a new version no longer has one, that is
reported, not raised: the site runs without the gain, `/readyz` names the missing one, and no
traffic is sent to the process.
"""

from __future__ import annotations

from typing import Any, Final

from streamlit.runtime import Runtime, app_session
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals.web.streamlit import protocol_limits, theme_cache
from referrals.web.streamlit.session_manager import PendingSessionManager

REVIEWED_VERSION: Final = "1.67.0"
"""The Streamlit version whose source was last read for the private names."""

CACHED_FUNCTIONS: Final = ("_populate_config_msg", "_populate_theme_msg")
"""Functions of `streamlit.runtime.app_session` that read the same settings in every run."""

MESSAGE_CALLBACK: Final = "_message_enqueued_callback"
SESSION_MANAGER: Final = "_session_mgr"
PAGES_DIRECTORY: Final = "uses_pages_directory"


def in_session() -> bool:
    """Return whether the caller runs as the script of a reader's session."""
    return get_script_run_ctx(suppress_warning=True) is not None


def patch_modules() -> list[str]:
    """Patch what belongs to the process, before any session; return the private names missing."""
    missing = protocol_limits.patch()
    for name in CACHED_FUNCTIONS:
        if hasattr(app_session, name):
            setattr(app_session, name, theme_cache.cached(getattr(app_session, name)))
        else:
            missing.append(f"streamlit.runtime.app_session.{name}")
    # Until st.navigation has run, Streamlit would take a folder named `pages` for old-style pages
    # and draw them without our navigation.
    if hasattr(PagesManager, PAGES_DIRECTORY):
        PagesManager.uses_pages_directory = False
    else:
        missing.append(f"PagesManager.{PAGES_DIRECTORY}")
    return missing


def patch_runtime(runtime: Any) -> list[str]:
    """Replace the session manager of a runtime; return the private names missing."""
    missing = []
    manager = getattr(runtime, SESSION_MANAGER, None)
    if manager is None:
        missing.append(f"Runtime.{SESSION_MANAGER}")
    if MESSAGE_CALLBACK not in app_session.AppSession.__init__.__code__.co_names:
        missing.append(f"AppSession.{MESSAGE_CALLBACK}")
    if not missing:
        setattr(runtime, SESSION_MANAGER, PendingSessionManager(manager))
    return missing


def runtime() -> Runtime:
    """Return the runtime of this process, which exists once the application has been made."""
    return Runtime.instance()
