"""How the static pages name one another, and the full site: by relative links, so that they work wherever they stand."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from typing import Final

from referrals.i18n.languages import ENGLISH

INDEX: Final = "index"
FOLDER: Final = "/lite/"
"""Where the process serves the static pages. Their canonical addresses are below it."""

DOWNLOADS: Final = "data"
"""The folder below the root of the twin that holds the table of each card as a CSV file."""

_LINK: Final = re.compile(r'<a href="(/[^"#]*)(#[^"]*)?"([^>]*)>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class Spot:
    """One static page: the address of its full version, its language, and its release ('' for the published one)."""

    path: str
    language: str = ENGLISH
    release: str = ""

    @property
    def stem(self) -> str:
        """The place of the page below the root of the twin, without ending: 'age', 'illustrative/age', 'cy/index'."""
        folders = [self.language if self.language != ENGLISH else "", self.release]
        return "/".join([*filter(None, folders), self.path.strip("/") or INDEX])

    @property
    def full(self) -> str:
        """The site-relative address of the full version."""
        return f"{self.path}?release={self.release}" if self.release else self.path


@dataclass(frozen=True)
class Placing:
    """Where static pages will stand.

    `site` is what links to the full site begin with: '' where both are on one host, its address where they are not, and None
    where nothing is known of it, as on a stick. `base` is the address that readers know the site by, '' where it is not known.
    `ending` is what a page's file name ends with, and `root` the address of the twin on its host.
    """

    site: str | None
    base: str
    ending: str
    root: str

    def file(self, stem: str) -> str:
        """Return the name of a page below the root: 'age.html' in a folder; 'age', and '' for the first, when served."""
        if self.ending:
            return stem + self.ending
        return stem.removesuffix(INDEX) if posixpath.basename(stem) == INDEX else stem

    def link(self, here: str, there: str) -> str:
        """Return the relative address of one file below the root from another."""
        folder, _, name = there.rpartition("/")
        way = posixpath.relpath(folder or ".", posixpath.dirname(here) or ".")
        return f"{'' if way == '.' else f'{way}/'}{name}" or "./"

    def canonical(self, stem: str) -> str:
        """Return the one address that a page should be known by: the served one where the site is known."""
        if self.site is None:
            return self.link(self.file(stem), self.file(stem))
        return f"{self.base}{FOLDER}{SERVED.file(stem)}"


def served(base: str = "") -> Placing:
    """Return how pages name one another where the process serves them, at whatever name it is asked by."""
    return Placing(site="", base=base, ending="", root=FOLDER)


SERVED: Final = served()


def in_folder(site: str | None) -> Placing:
    """Return how pages name one another in a folder of files, which may be opened without any server."""
    return Placing(site=site, base=site or "", ending=".html", root="/")


def relinked(
    html: str, here: Spot, twins: Collection[Spot], placing: Placing, carried: Collection[str] = ()
) -> str:
    """Return HTML with each site-relative link led to the static page that it means, or to the file, of those `carried` along.

    What has no twin is linked on the full site; where nothing is known of that, the words stand without a link.
    """

    def led(found: re.Match[str]) -> str:
        path, anchor, rest, text = found[1], found[2] or "", found[3], found[4]
        if path.startswith(f"/{DOWNLOADS}/") or path[1:] in carried:
            return f'<a href="{placing.link(placing.file(here.stem), path[1:])}"{rest}>{text}</a>'
        for spot in (Spot(path, here.language), Spot(path)):
            if spot in twins:
                return f'<a href="{placing.link(placing.file(here.stem), placing.file(spot.stem))}{anchor}"{rest}>{text}</a>'
        if placing.site is None:
            return text
        return f'<a href="{escape(placing.site)}{path}{anchor}"{rest}>{text}</a>'

    return _LINK.sub(led, html)
