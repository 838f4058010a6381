"""The entry point: imported once by the server, then run by Streamlit in every run of a session."""

import streamlit as st

from referrals import api, handouts, static_site
from referrals.api import figures
from referrals.cards.html import site_frame
from referrals.dashboard import first_paint, navigation
from referrals.i18n import languages
from referrals.paths import ROOT
from referrals.release import catalogue
from referrals.static_site import question_routes
from referrals.web import application, settings

if application.in_session():
    navigation.draw()
else:
    BASE = settings.require(settings.base)
    STATIC_SITE = static_site.StaticSite(BASE)
    ROUTES = [
        *api.routes(BASE),
        *figures.routes(BASE),
        *STATIC_SITE.routes(),
        *handouts.routes(BASE),
        *question_routes.routes(BASE),
    ]
    SITE = application.Site(
        frame=lambda: site_frame.frame(figures.embedding(BASE)),
        languages=languages.offered(),
        routes=ROUTES,
        first_paint=first_paint.body,
        versions=STATIC_SITE.versions,
        releases=catalogue.digests,
        rejected_releases=catalogue.refused,
        watch_releases=catalogue.refreshing,
        forms=question_routes.FORMS,
        prebuild_static_pages=STATIC_SITE.prebuilt,
    )
    app = st.App(__file__, **application.options(SITE))
    settings.require(lambda: settings.check(st.get_option, ROOT / ".streamlit" / "config.toml"))
