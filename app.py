"""The site, for `streamlit run app.py` and `uvicorn app:app` alike.

Streamlit runs this file again in every session, where it draws the page that was asked for.
"""

import streamlit as st

from referrals import api, static_site
from referrals.api import card_files
from referrals.content.sitemap import PAGES, SITE
from referrals.dashboard import navigation, page
from referrals.paths import ROOT
from referrals.release import catalogue
from referrals.web import application, settings

if application.in_session():
    navigation.draw()
else:
    ADDRESS = settings.require(settings.base)
    TWIN = static_site.Twin(ADDRESS)
    SERVED = application.Site(
        name=SITE,
        heads=tuple(PAGES),
        routes=[*api.routes(ADDRESS), *card_files.routes(ADDRESS), *TWIN.routes()],
        noscript_html=page.without_script,
        versions=TWIN.versions,
        releases=catalogue.digests,
        refused=catalogue.refused,
        looking=catalogue.refreshing,
        drawn_ahead=TWIN.drawn_ahead,
    )
    app = st.App(__file__, **application.options(SERVED))
    settings.require(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
