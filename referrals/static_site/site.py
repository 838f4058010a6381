"""Every file of the static site, in memory: pages, stylesheet and the tables of cards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.exports import csv, csvw
from referrals.cards.exports.export import Export
from referrals.cards.html import notices
from referrals.content import outline
from referrals.content import pages as content_pages
from referrals.i18n import languages, messages
from referrals.i18n.languages import ENGLISH
from referrals.page_meta import PageHead, Version
from referrals.release.catalogue import Served
from referrals.release.release import About, Release
from referrals.static_site import json_ld, layout, pages, profile_pages
from referrals.static_site.links import FOLDER, SERVED, LinkStyle, PageKey, rewrite_links
from referrals.static_site.table import KEY as TABLE

STYLE: Final = (
    Path(__file__).with_name("assets") / "style.css"
).read_bytes() + templates.charts_stylesheet()
STYLESHEET: Final = f"style.{hashlib.sha256(STYLE).hexdigest()[:12]}.css"
NOT_FOUND: Final = "404"
SITEMAP: Final = "sitemap.xml"
TOPIC_PATHS: Final = tuple(f"/{topic.key}" for topic in outline.TOPICS)


@dataclass(frozen=True)
class Site:
    """The data that every page shares.

    Attributes:
        served: the releases that are shown.
        style: how pages link to one another.
        heads: the head of every page.
    """

    served: Served
    style: LinkStyle
    heads: Mapping[PageKey, PageHead]

    @property
    def release_files(self) -> Mapping[str, bytes]:
        """The files of the releases that go with the pages: all if there is no full site."""
        return pages.release_files(self.served) if self.style.site is None else {}

    @property
    def releases(self) -> Mapping[str, Release]:
        """The releases other than the published one that have topic pages, by id."""
        return {release.about.release_id: release for release in with_topic_pages(self.served)}

    def shown(self, key: PageKey) -> Release:
        """Return the release that a page shows."""
        return self.releases[key.release] if key.release else self.served.published

    def link(self, here: PageKey, there: PageKey) -> str:
        """Return the link from one page to another."""
        return self.style.between(here, there)

    def is_listed(self, key: PageKey) -> bool:
        """Return whether search engines may list a page.

        They would show invented figures without calling them invented.
        """
        return not self.shown(key).about.is_invented

    def menu(self, language: str) -> dict[PageKey, PageHead]:
        """Return the pages of a language's menu."""
        return {
            key: head
            for key, head in self.heads.items()
            if key.language == language and not key.release
        }


def files(served: Served, style: LinkStyle = SERVED) -> dict[str, bytes]:
    """Return every file by its path below the root. The same releases always give the same bytes.

    Raises:
        ReferralsError: a page's text or figures are missing.
    """
    site = Site(served, style, page_heads(served))
    contents = {STYLESHEET: STYLE, style.file(NOT_FOUND): _not_found(site).encode()}
    contents |= site.release_files
    for key in site.heads:
        html, cards = _page(site, key)
        contents[style.file(key.stem)] = html.encode()
        for card in cards:
            contents |= _tables(served, card, style)
    if style.base:
        contents[SITEMAP] = _sitemap(site).encode()
    return contents


def _tables(served: Served, card: Card, style: LinkStyle) -> dict[str, bytes]:
    """Return the CSV file of a card, and its metadata beside it."""
    name = pages.download(card)
    export = Export(card, served.by_id()[card.about.release_id], style.base)
    metadata = csvw.write(export, PurePosixPath(name).name)
    return {name: csv.write(card).encode(), f"{name}-metadata.json": metadata.encode()}


def table_page(served: Served, pairs: Iterable[tuple[str, str]], style: LinkStyle) -> bytes:
    """Return the page of the table that an address asks for.

    Raises:
        ReferralsError: the figures are missing.
    """
    site, key = Site(served, style, page_heads(served)), PageKey(f"/{TABLE}")
    _, body = pages.table_body(served, pairs)
    main = rewrite_links(body.html, key, site.heads, site.style, site.release_files)
    frame = replace(_frame(site, key), canonical="")
    return layout.document(site.heads[key], main, frame).encode()


def with_topic_pages(served: Served) -> tuple[Release, ...]:
    """Return the releases built from records, each of which has topic pages of its own."""
    return tuple(release for release in served.others if release.about.is_from_records)


def page_heads(served: Served) -> dict[PageKey, PageHead]:
    """Return the head of every page: of each language, each profile, and each release's topics."""
    found = {
        PageKey(head.path, language): head
        for language in languages.languages()
        for head in languages.heads(language)
    }
    found |= {PageKey(head.path): head for head in profile_pages.heads(served).values()}
    found |= {PageKey(head.path): head for head in pages.series_heads().values()}
    for release in with_topic_pages(served):
        for path in TOPIC_PATHS:
            key = PageKey(path, release=release.about.release_id)
            found[key] = _head_of_release(found[PageKey(path)], key, release.about)
    return found


def versions(served: Served, base: str) -> tuple[Version, ...]:
    """Return the pages as versions of the full site's: the English ones, then each language."""
    by_language: dict[str, dict[str, str]] = {}
    for key in page_heads(served):
        addresses = by_language.setdefault(key.language, {})
        addresses[key.full] = f"{FOLDER}{SERVED.file(key.stem)}"
    english = Version(messages.text("layout.low_data"), by_language.pop(ENGLISH), base=base)
    return english, *(
        Version(languages.own_name(code), addresses, code, base)
        for code, addresses in by_language.items()
    )


def _head_of_release(head: PageHead, key: PageKey, about: About) -> PageHead:
    """Return the head of a topic page of another release, marked if the figures are invented."""
    is_invented = about.is_invented
    description = messages.text("notices.banner") if is_invented else f"{about.title}."
    title = f"{head.title}: {notices.option(about)}"
    return replace(head, path=key.full, title=title, description=description)


def _page(site: Site, key: PageKey) -> tuple[str, tuple[Card, ...]]:
    body = pages.body(site.shown(key), site.served, key, has_server=not site.style.ending)
    html = _releases_menu(site, key) + body.html
    main = rewrite_links(html, key, site.heads, site.style, site.release_files)
    data = _json_ld(site, key, body.cards)
    return layout.document(site.heads[key], main, _frame(site, key), data=data), body.cards


def _releases_menu(site: Site, key: PageKey) -> Markup:
    """Return the choice between releases of a topic page, if there are several."""
    if key.path not in TOPIC_PATHS or not site.releases:
        return Markup()
    return templates.render(
        "static_site/releases_menu.html",
        label=messages.text("layout.releases"),
        options=[
            {
                "name": notices.option(release.about),
                "address": _release_address(site, key, release_id),
            }
            for release_id, release in {"": site.served.published, **site.releases}.items()
        ],
        explanation=messages.text("notices.choice"),
    )


def _release_address(site: Site, here: PageKey, release_id: str) -> str:
    """Return the link to the same page of another release; '' for the one that is shown."""
    if release_id == here.release:
        return ""
    return site.link(here, PageKey(here.path, here.language, release_id))


def _frame(site: Site, key: PageKey) -> layout.Frame:
    style = site.style
    translations = [
        candidate
        for candidate in site.heads
        if (candidate.path, candidate.release) == (key.path, key.release)
    ]
    return layout.Frame(
        language=key.language,
        home=site.link(key, PageKey("/", key.language)),
        stylesheet=style.link(style.file(key.stem), STYLESHEET),
        canonical=style.canonical(key.stem) if site.is_listed(key) else "",
        full="" if style.site is None else f"{style.site}{key.full}",
        menu={head: site.link(key, target) for target, head in site.menu(key.language).items()},
        languages={target.language: site.link(key, target) for target in translations},
        alternates={
            languages.tag(target.language): style.canonical(target.stem) for target in translations
        },
    )


def _json_ld(site: Site, key: PageKey, cards: tuple[Card, ...]) -> Markup:
    """Return the description of a page's figures for harvesters of data.

    Pages that show other publications have none, nor do invented figures, which a search for
    data would find.
    """
    is_topic = key.path in TOPIC_PATHS
    if not (is_topic or key.path == "/") or not cards or not site.is_listed(key):
        return Markup()
    release = site.shown(key)
    title = release.about.title
    return json_ld.dataset(
        release,
        cards,
        name=f"{cards[0].title}: {title}" if is_topic else title,
        address=site.style.canonical(key.stem),
        downloads=_downloads(site, key, release.about, cards if is_topic else ()),
    )


def _downloads(site: Site, key: PageKey, about: About, cards: Iterable[Card]) -> dict[str, str]:
    """Return the CSV files of a page by title: its cards and, if there is an API, every cell."""
    style = site.style
    paths = {card.title: pages.download(card) for card in cards}
    if style.site is None:
        here = style.file(key.stem)
        return {title: style.link(here, path) for title, path in paths.items()}
    cells = f"{style.base}/api/v1/releases/{quote(about.release_id)}/cells?format=csv"
    addresses = {title: f"{style.base}{FOLDER}{path}" for title, path in paths.items()}
    return {**addresses, messages.text("layout.every_number", release=about.release_id): cells}


def _not_found(site: Site) -> str:
    """Return the 404 page, whose links begin at the root: it is shown at any depth."""
    root, style = site.style.root, site.style
    title = messages.text("layout.not_found")
    description = messages.text("layout.not_found_description")
    frame = layout.Frame(
        language=ENGLISH,
        home=f"{root}{style.file(PageKey('/').stem)}",
        stylesheet=f"{root}{STYLESHEET}",
        canonical="",
        full="" if style.site is None else f"{style.site}/",
        menu={head: f"{root}{style.file(key.stem)}" for key, head in site.menu(ENGLISH).items()},
        languages={},
        alternates={},
    )
    main = templates.render(
        "static_site/not_found.html",
        title=title,
        description=description,
        advice=messages.text("layout.not_found_advice"),
        helplines=content_pages.helplines_with_heading(),
    )
    return layout.document(PageHead("", title, description), main, frame)


def _sitemap(site: Site) -> str:
    """Return the list of pages for search engines (sitemaps.org), in the order of the menu."""
    addresses = [site.style.canonical(key.stem) for key in site.heads if site.is_listed(key)]
    return templates.render("static_site/sitemap.xml", addresses=addresses)
