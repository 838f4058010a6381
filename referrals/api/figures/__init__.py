"""Single figures for other sites: their files, frames, and how to embed them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.routing import Route

from referrals.api.figures import card_files, oembed
from referrals.cards.exports.export import oembed_address


def routes(site_url: str = "") -> list[Route]:
    """Return the routes of figures. `site_url` is as in `api.routes`."""
    return [*card_files.routes(site_url), *oembed.routes(site_url)]


def embedding(site_url: str = "") -> Callable[[str], str]:
    """Return a function from the address of a figure to that of its oEmbed description."""
    return partial(oembed_address, base=site_url)
