"""The site. A server starts it once; Streamlit runs this file again in every run of a session."""

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
    OTHERS = [*handouts.routes(BASE), *question_routes.routes(BASE)]
    SERVED = application.Site(
        frame=lambda: site_frame.frame(figures.embedding(BASE)),
        languages=languages.offered(),
        routes=[*api.routes(BASE), *figures.routes(BASE), *STATIC_SITE.routes(), *OTHERS],
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
