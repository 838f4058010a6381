"""A card for other sites: a page for a frame, and HTML to paste, both without script.

A card on another site keeps its mark, notes, source, release and link.
"""

from __future__ import annotations

import base64
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.exports.export import frame_address, lasting_link
from referrals.cards.exports.notes import notes, release, source, symbols
from referrals.cards.exports.pictures import svg
from referrals.cards.html import chart
from referrals.i18n import messages
from referrals.i18n.languages import tag
from referrals.language import ENGLISH

WIDTH: Final = 640
HEIGHT: Final = 560
"""The size of a frame in pixels. A longer card scrolls in it."""


def page(card: Card, base: str) -> str:
    """Return a whole page for a frame. Links open outside the frame."""
    return str(
        templates.render(
            "exports/embed_page.html",
            language=tag(ENGLISH),
            card=card,
            style=Markup(templates.charts_stylesheet().decode()),  # noqa: S704 - our own file
            chart=chart.html(card),
            table_label=messages.text("exports.embed.table"),
            **_caveats(card, base),
        )
    )


def unavailable(reason: str, base: str) -> str:
    """Return the page for a frame whose card cannot be shown, with the reason."""
    return str(
        templates.render(
            "exports/embed_unavailable.html",
            language=tag(ENGLISH),
            reason=reason,
            link=base or "/",
            open=messages.text("exports.embed.site"),
        )
    )


def snippet(card: Card, base: str) -> str:
    """Return a card as HTML to paste into a page: a figure that needs no style and no request.

    The picture is in the HTML itself, so that it never changes.
    """
    picture = ""
    if card.bars or card.lines:
        encoded = base64.b64encode(svg.write(card, base).encode()).decode()
        picture = f"data:image/svg+xml;base64,{encoded}"
    caveats = _caveats(card, base)
    drawn = templates.render(
        "exports/embed_snippet.html", card=card, picture=picture, width=svg.WIDTH, **caveats
    )
    return f"{drawn}\n"


def frame(card: Card, base: str, *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return the HTML of a frame with a card, at most as wide as `width` in pixels."""
    drawn = templates.render(
        "exports/embed_frame.html",
        address=frame_address(card, base),
        title=card.title,
        width=width,
        height=height,
    )
    return str(drawn)


def _caveats(card: Card, base: str) -> dict[str, object]:
    return {
        "notes": [*notes(card), *symbols(card)],
        "source": messages.text("sources.line", names=source(card)),
        "release": release(card, base),
        "link": lasting_link(card, base),
        "open": messages.text("exports.embed.open"),
    }
