"""A sheet as a file: its PDF, and the picture of it that is shown before it is downloaded."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.handouts import typesetting
from referrals.handouts.briefing import sheet_content
from referrals.handouts.briefing.sheet import Sheet
from referrals.handouts.briefing.sheet_request import PAPERS, Paper, SheetRequest
from referrals.i18n import languages
from referrals.language import using
from referrals.release.catalogue import Served

TEMPLATE: Final = "sheet.typ"
PREVIEW_WIDTH: Final = 800
"""The width of the picture of a sheet, in pixels."""


def pdf(served: Served, request: SheetRequest, site_address: str = "") -> bytes:
    """Return a sheet as PDF/UA-1, the same bytes for the same releases, request and address.

    Raises:
        ReferralsError: figures are missing, or a text does not fit on the page.
    """
    sheet = sheet_content.sheet(served, request, site_address)
    return typesetting.pdf(TEMPLATE, values(sheet, PAPERS[request.paper]), date=sheet.date)


def png(served: Served, request: SheetRequest, site_address: str = "") -> bytes:
    """Return the picture of a sheet. Raises ReferralsError as `pdf` does."""
    sheet = sheet_content.sheet(served, request, site_address)
    content = values(sheet, PAPERS[request.paper])
    return typesetting.png(TEMPLATE, content, width=PREVIEW_WIDTH)


def values(sheet: Sheet, paper: Paper) -> dict[str, Any]:
    """Return the content of a sheet as the template reads it."""
    content = asdict(sheet)
    with using(sheet.language):
        content["chart"]["bars"] = [_bar(bar) for bar in sheet.chart.bars]
    return content | {
        "colours": colours.LIGHT,
        "direction": languages.direction(sheet.language),
        "paper": asdict(paper),
    }


def _bar(bar: Bar) -> dict[str, Any]:
    """Return a bar. If its range is a line, the range is written beside that, not in its text."""
    has_line = bar.has_line
    return {
        "label": bar.label,
        "text": replace(bar, possible="").text if has_line else bar.text,
        "possible": bar.possible if has_line else "",
        "solid": bar.solid,
        "upper": bar.upper,
        "lower": bar.lower,
        "colour": bar.colour,
        "is_absent": bar.is_absent,
        "has_line": has_line,
        "has_pale_end": bar.has_pale_end,
    }
