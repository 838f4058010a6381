"""The site, for `streamlit run app.py` and `uvicorn app:app` alike.

Streamlit runs this file again in every session, to draw the page that the reader opened.
"""

import streamlit as st

from referrals import api, static_site
from referrals.api import card_files
from referrals.content import sitemap, standalone_pages
from referrals.dashboard import first_paint, navigation
from referrals.i18n import messages
from referrals.paths import ROOT
from referrals.release import catalogue
from referrals.static_site import question_routes
from referrals.web import application, settings

if application.in_session():
    navigation.draw()
else:
    BASE = settings.require(settings.base)
    STATIC_SITE = static_site.StaticSite(BASE)
    QUESTIONS = question_routes.routes(BASE)
    SERVED = application.Site(
        name=sitemap.SITE,
        pages=sitemap.PAGES,
        direct_pages=standalone_pages.PAGES,
        ask=standalone_pages.ASK,
        text=messages.text,
        routes=[*api.routes(BASE), *card_files.routes(BASE), *STATIC_SITE.routes(), *QUESTIONS],
        first_paint=first_paint.body,
        versions=STATIC_SITE.versions,
        releases=catalogue.digests,
        rejected_releases=catalogue.refused,
        watch_releases=catalogue.refreshing,
        forms=question_routes.FORMS,
        prebuild_static_pages=STATIC_SITE.rendered_ahead,
    )
    app = st.App(__file__, **application.options(SERVED))
    settings.require(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
