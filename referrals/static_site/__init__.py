"""The light twin of the site: every page that needs no server state, as finished HTML without any script.

    python -m referrals.static_site build --to build/site      # a folder for any web server, a CDN or a stick
    st.App(..., routes=Twin().routes())                 # the same pages at /lite/, served by the process

Both are drawn from the releases on the shelf by the code that draws the screens.
"""

from referrals.static_site.app import Twin

__all__ = ["Twin"]
