"""The site, for `streamlit run app.py` and `uvicorn app:app` alike.

Streamlit runs this file again in every session, where it draws the requested page.
"""

import streamlit as st

from referrals import api, static_site
from referrals.api import card_files
from referrals.content.sitemap import PAGES, SITE
from referrals.dashboard import navigation, no_script
from referrals.paths import ROOT
from referrals.release import catalogue
from referrals.web import application, settings

if application.in_session():
    navigation.draw()
else:
    ADDRESS = settings.require(settings.base)
    STATIC_SITE = static_site.StaticSite(ADDRESS)
    SERVED = application.Site(
        name=SITE,
        heads=PAGES,
        routes=[*api.routes(ADDRESS), *card_files.routes(ADDRESS), *STATIC_SITE.routes()],
        noscript_html=no_script.body,
        versions=STATIC_SITE.versions,
        releases=catalogue.digests,
        refused=catalogue.refused,
        looking=catalogue.refreshing,
        drawn_ahead=STATIC_SITE.rendered_ahead,
    )
    app = st.App(__file__, **application.options(SERVED))
    settings.require(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
