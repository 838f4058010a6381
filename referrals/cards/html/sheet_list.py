"""The page of the briefing sheets on the static site, which has no server to make one.

It offers the sheets of a pack that was put beside the pages, or explains how to get them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.content.sheet_pack import Pack, PackedSheet
from referrals.content.standalone_pages import BRIEFING
from referrals.i18n import languages, messages
from referrals.language import ENGLISH

FOLDER: Final = "sheets"
"""The folder of the sheets below the root of the static site."""

FULL: Final = f"{BRIEFING}?paper=A4"
"""The page that makes sheets. Without a parameter, a link would lead to the static page itself."""

Links = list[tuple[str, str]]
"""Addresses with their names."""


def files(pack: Pack) -> dict[str, bytes]:
    """Return the files of a pack by their path below the root."""
    return {f"{FOLDER}/{name}": body for name, body in pack.files.items()}


def main(pack: Pack, *, has_full_site: bool) -> Markup:
    """Return the main part of the page, with site-relative links."""
    return templates.render(
        "cards/sheet_list.html",
        words=lambda key: messages.text(f"briefing_page.{key}"),
        full=FULL if has_full_site else "",
        contents=[f"/{FOLDER}/{sheet.file}" for sheet in pack.sheets if not sheet.subject],
        groups=dict(_groups(pack)),
    )


def _groups(pack: Pack) -> Iterator[tuple[str, Mapping[str, Links]]]:
    """Yield the sheets for each audience: by nationality, a link for each paper and language."""
    sheets = [sheet for sheet in pack.sheets if sheet.subject]
    for audience in dict.fromkeys(sheet.audience for sheet in sheets):
        links: dict[str, Links] = {}
        for sheet in sheets:
            if sheet.audience == audience:
                links.setdefault(sheet.subject, []).append(_link(sheet))
        yield messages.text(f"briefing_page.for.{audience}"), links


def _link(sheet: PackedSheet) -> tuple[str, str]:
    paper = messages.text(f"briefing_page.paper.{sheet.paper}")
    own = "" if sheet.language == ENGLISH else languages.own_name(sheet.language)
    name = messages.text("briefing_page.in_language", paper=paper, language=own) if own else paper
    return f"/{FOLDER}/{sheet.file}", name
