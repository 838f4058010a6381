"""The docs page: the API for people, generated from the lists that requests are checked against."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from referrals import templates
from referrals.api.cells import MAX_CELLS
from referrals.api.downloads import DOWNLOADS, PAGE
from referrals.api.formats.feeds import FEEDS
from referrals.api.history.release_changes import HISTORY
from referrals.api.problems import DOCS_PATH, KINDS
from referrals.api.request import Request
from referrals.api.resource import BASE, Content, Resource
from referrals.api.resources import RESOURCES
from referrals.cards.html import site_frame
from referrals.content import sitemap
from referrals.page_meta import PageHead
from referrals.reference import statuses

TITLE: Final = "The data for programs"
DESCRIPTION: Final = "Every address of the API, with its parameters, formats and problems."
SECTION: Final = sitemap.page(sitemap.key_of(PAGE)).section
"""The section of the releases, whose files the API serves as well."""

EXAMPLES: Final = (
    f"{BASE}/releases/latest/cells?crime_type=DA&nationality=_T&age_band=_T&outcome=_T&format=csv",
    f"{BASE}/releases/latest/cells?sex=F&sex=M&crime_type=_T&age_band=_T&nationality=_T&outcome=_T",
    f"{BASE}/releases/latest/statements?format=csv",
    "/releases/latest/release.zip",
    "/releases/latest/SHA256SUMS",
)
PYTHON: Final = """\
import pandas as pd

cells = pd.read_csv(
    "{site}/api/v1/releases/latest/cells"
    "?crime_type=DA&nationality=_T&age_band=_T&outcome=_T&labels=true&format=csv",
    keep_default_na=False,
    na_values={{"value": [""], "lower": [""], "upper": [""]}},
)
print(cells[["sex_label", "value", "lower", "upper", "status"]])
"""
R: Final = """\
cells <- read.csv(
  paste0(
    "{site}/api/v1/releases/latest/cells",
    "?crime_type=DA&nationality=_T&age_band=_T&outcome=_T&labels=true&format=csv"
  ),
  colClasses = c(sex = "character", status = "character"),
  na.strings = character(0)
)
cells[c("sex_label", "value", "lower", "upper", "status")]
"""
ANY_SITE: Final = "https://example.org"
"""The address in snippets if that of the site is unknown."""


def page(request: Request) -> Content:
    """Return the page: every address with its parameters, every status and every problem."""
    main = templates.render(
        "api/docs.html",
        title=TITLE,
        specification=BASE,
        examples=EXAMPLES,
        python=PYTHON.format(site=request.site_url or ANY_SITE),
        r=R.format(site=request.site_url or ANY_SITE),
        resources=[*RESOURCES, *HISTORY, *DOWNLOADS, *FEEDS],
        published=request.release,
        statuses=statuses.meanings(),
        max_cells=MAX_CELLS,
        kinds=KINDS,
        code_spans=code_spans,
    )
    head = PageHead(DOCS_PATH, TITLE, DESCRIPTION, SECTION)
    html = site_frame.framed(head, main, canonical=f"{request.site_url}{DOCS_PATH}")
    headers = {"content-security-policy": site_frame.POLICY}
    return Content(html.encode(), "text/html; charset=utf-8", headers=headers)


def code_spans(description: str) -> Markup:
    """Return a description as HTML, with its backticks as code elements.

    >>> code_spans("`_T` & more")
    Markup('<code>_T</code> &amp; more')
    """
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(description)))
    return Markup(html)  # noqa: S704 - escaped above


DOCS: Final = Resource(DOCS_PATH, "The API for people", "This page.", page, formats=())
