"""The static site: every page that needs no server state, as finished HTML without any script.

    python -m referrals.static_site build --to build/site  # a folder, for a web server or a stick
    st.App(..., routes=StaticSite().routes())              # the same pages, at /lite/

Both are rendered from the current releases, from the same outline and cards as the dashboard.
"""

from referrals.static_site.app import StaticSite

__all__ = ["StaticSite"]
