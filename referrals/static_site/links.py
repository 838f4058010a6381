"""The addresses of static pages, and the links between them and to the full site.

Links between static pages are relative, so that they work wherever the folder is put.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from referrals.language import ENGLISH
from referrals.localised_html import address

INDEX: Final = "index"
FOLDER: Final = "/lite/"
"""The path under which the process serves the static pages, and so of their canonical addresses."""

SERIES_PAGES: Final = "/trends/"
"""The prefix of the pages of single series. Together on one page they would be 120 kB."""

DOWNLOADS: Final = "data"
"""The folder below the root of the static site that holds the table of each card as a CSV file."""

_IN_ENGLISH: Final = 'hreflang="en"'

_LINK: Final = re.compile(r'<a href="(/[^"#]*)(#[^"]*)?"([^>]*)>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class PageKey:
    """One static page: the path of its full version, its language, and its release.

    The release is '' for the published one.
    """

    path: str
    language: str = ENGLISH
    release: str = ""

    @property
    def stem(self) -> str:
        """The place below the root without ending: 'age', 'example/age', 'cy/index'."""
        language = self.language if self.language != ENGLISH else ""
        folders = [folder for folder in (language, self.release) if folder]
        return "/".join([*folders, self.path.strip("/") or INDEX])

    @property
    def full(self) -> str:
        """The site-relative address of the full version."""
        if self.path.startswith(SERIES_PAGES):
            return f"/trends?series={self.path.removeprefix(SERIES_PAGES)}"
        return f"{self.path}?release={self.release}" if self.release else self.path


@dataclass(frozen=True)
class LinkStyle:
    """The form of the links between pages of a static site, and to the full site.

    Attributes:
        site: the origin of the full site for links to it: '' if both are on one host, None if the
            full site is unknown, as in a folder on a stick.
        base: the origin that readers know the site by; '' if it is unknown.
        ending: the ending of a page's file name.
        root: the path of the static site on its host.
    """

    site: str | None
    base: str
    ending: str
    root: str

    def file(self, stem: str) -> str:
        """Return the place of a page below the root: 'age.html' in a folder, 'age' if served."""
        if self.ending:
            return stem + self.ending
        return stem.removesuffix(INDEX) if posixpath.basename(stem) == INDEX else stem

    def link(self, here: str, there: str) -> str:
        """Return the relative link from one file below the root to another."""
        folder, _, name = there.rpartition("/")
        path = _relative_path(posixpath.dirname(here) or ".", folder or ".")
        prefix = "" if path == "." else f"{path}/"
        return f"{prefix}{name}" or "./"

    def between(self, here: PageKey, there: PageKey) -> str:
        """Return the relative link from one page to another."""
        return self.link(self.file(here.stem), self.file(there.stem))

    def canonical(self, stem: str) -> str:
        """Return the canonical address of a page: the served one, if the site is known."""
        if self.site is None:
            return self.link(self.file(stem), self.file(stem))
        return f"{self.base}{FOLDER}{SERVED.file(stem)}"


@lru_cache(maxsize=1024)  # thousands of links lead between a few folders
def _relative_path(here: str, there: str) -> str:
    """Return the relative path from one folder to another."""
    return posixpath.relpath(there, here)


def served(base: str = "") -> LinkStyle:
    """Return the link style of pages that the process serves, under whatever host name."""
    return LinkStyle(site="", base=base, ending="", root=FOLDER)


SERVED: Final = served()


def in_folder(site: str | None) -> LinkStyle:
    """Return the link style of a folder of files, which may be opened without any server."""
    return LinkStyle(site=site, base=site or "", ending=".html", root="/")


def rewrite_links(
    html: str,
    here: PageKey,
    pages: Collection[PageKey],
    style: LinkStyle,
    files: Collection[str] = (),
) -> Markup:
    """Return HTML with its site-relative links rewritten for the place of a page.

    A link leads to the static page of that address, or to one of the `files` of the static site. If
    the page exists in the language of `here`, and the link does not ask for English, it leads to
    that. Any other link leads to the full site; if that is unknown, only its text remains. Texts,
    cards and lists are rendered once for every presenter, so only this last step needs the page's
    own path.
    """

    def rewritten(found: re.Match[str]) -> str:
        path, anchor, attributes, text = found[1], found[2] or "", found[3], found[4]
        if path.startswith(f"/{DOWNLOADS}/") or path[1:] in files:
            return _a(style.link(style.file(here.stem), path[1:]), attributes, text)
        language = ENGLISH if _IN_ENGLISH in attributes else here.language
        for page in (PageKey(path, language), PageKey(path)):
            if page in pages:
                return _a(style.between(here, page) + anchor, attributes, text)
        if style.site is None:
            return text
        return _a(f"{style.site}{address(path, language)}{anchor}", attributes, text)

    return Markup(_LINK.sub(rewritten, html))  # noqa: S704 - made of pieces of the same HTML


def _a(address: str, attributes: str, text: str) -> str:
    """Return a link made of pieces of HTML."""
    return f'<a href="{address}"{attributes}>{text}</a>'
