"""The addresses of the handouts."""

from __future__ import annotations

from starlette.routing import Route

from referrals.handouts.briefing import routes as briefing_routes
from referrals.handouts.presentation import routes as presentation_routes


def routes(base: str = "") -> list[Route]:
    """Return the routes of every handout. `base` is the origin of the site, '' if it is unknown."""
    return [*briefing_routes.routes(base), *presentation_routes.routes(base)]
