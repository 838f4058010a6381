"""Private names of Streamlit that the site replaces, called when the server starts.

Streamlit has no public setting for any of them. A name that a new Streamlit no longer has is reported, not raised: the site
then runs without what it bought, `/readyz` says which name is gone, and no traffic is sent to the process.
"""

from __future__ import annotations

from typing import Any, Final

from streamlit.runtime import Runtime, app_session
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals.web.streamlit import theme_cache
from referrals.web.streamlit.session_manager import Speaking

READ_IN: Final = "1.67.0"
"""The Streamlit version in which the private names were last read."""

CACHED: Final = ("_populate_config_msg", "_populate_theme_msg")
"""Functions of `streamlit.runtime.app_session` that read the same settings in every run: an eighth of its processor time."""

CALLBACK: Final = "_message_enqueued_callback"
MANAGER: Final = "_session_mgr"
OLD_PAGES: Final = "uses_pages_directory"


def in_session() -> bool:
    """Return whether the code that asks is running as the script of a reader's session."""
    return get_script_run_ctx(suppress_warning=True) is not None


def patch_modules() -> list[str]:
    """Replace what belongs to the process, before any session starts, and return the private names that are gone."""
    missing = [
        f"streamlit.runtime.app_session.{name}" for name in CACHED if not hasattr(app_session, name)
    ]
    for name in CACHED:
        if hasattr(app_session, name):
            setattr(app_session, name, theme_cache.once(getattr(app_session, name)))
    # A folder named `pages` would be taken for pages of the old kind, without our navigation, until st.navigation has run.
    if hasattr(PagesManager, OLD_PAGES):
        PagesManager.uses_pages_directory = False
    else:
        missing.append(f"PagesManager.{OLD_PAGES}")
    return missing


def patch_runtime(runtime: Any) -> list[str]:
    """Have the loop of a runtime look only at sessions with something to send, and return the private names that are gone."""
    missing = []
    manager = getattr(runtime, MANAGER, None)
    if manager is None:
        missing.append(f"Runtime.{MANAGER}")
    if CALLBACK not in app_session.AppSession.__init__.__code__.co_names:
        missing.append(f"AppSession.{CALLBACK}")
    if not missing:
        setattr(runtime, MANAGER, Speaking(manager))
    return missing


def runtime() -> Runtime:
    """Return the runtime of this process, which exists once the application has been made."""
    return Runtime.instance()
