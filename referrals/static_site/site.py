"""Every file of the static site, in memory: pages, stylesheet and the tables of cards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from referrals import language_fonts, templates
from referrals.cards.card import Card
from referrals.cards.exports import csv, csvw
from referrals.cards.exports.export import Export, oembed_address
from referrals.cards.html import notices, sheet_list
from referrals.content import helpline_lists, outline, standalone_pages
from referrals.content.sheet_pack import Pack
from referrals.content.standalone_pages import A_TO_Z, BRIEFING
from referrals.i18n import languages, messages
from referrals.language import ENGLISH, current, using
from referrals.localised_html import address, marked
from referrals.page_meta import PageHead, Version
from referrals.release.catalogue import Served
from referrals.release.release import About, Release
from referrals.static_site import json_ld, layout, pages
from referrals.static_site.links import FOLDER, SERVED, LinkStyle, PageKey, rewrite_links
from referrals.static_site.pages import Body
from referrals.static_site.search import a_to_z, results, site_documents
from referrals.static_site.table import KEY as TABLE

STYLE: Final = b"".join(
    (
        (Path(__file__).with_name("assets") / "style.css").read_bytes(),
        templates.header_stylesheet(),
        templates.questions_stylesheet(),
        templates.charts_stylesheet(),
        templates.diagrams_stylesheet(),
        language_fonts.names_stylesheet(language_fonts.ADDRESS, languages.languages()[1:]).encode(),
    )
)
STYLESHEET: Final = f"style.{hashlib.sha256(STYLE).hexdigest()[:12]}.css"
NOT_FOUND: Final = "404"
SITEMAP: Final = "sitemap.xml"
SEARCH: Final = standalone_pages.SEARCH.strip("/")


@dataclass(frozen=True)
class Site:
    """The data that every page shares.

    Attributes:
        served: the releases that are shown.
        style: how pages link to one another.
        heads: the head of every page.
        pack: the briefing sheets that are put beside the pages.
    """

    served: Served
    style: LinkStyle
    heads: Mapping[PageKey, PageHead]
    pack: Pack = field(default_factory=Pack)

    @cached_property
    def other_files(self) -> Mapping[str, bytes]:
        """The files beside the pages: sheets, and those of releases if there is no full site."""
        release_files = pages.release_files(self.served) if self.style.site is None else {}
        return {**release_files, **sheet_list.files(self.pack)}

    @cached_property
    def releases(self) -> Mapping[str, Release]:
        """The releases other than the published one that have topic pages, by id."""
        shown = pages.with_topic_pages(self.served)
        return {release.about.release_id: release for release in shown}

    def shown(self, key: PageKey) -> Release:
        """Return the release that a page shows."""
        return self.releases[key.release] if key.release else self.served.published

    def link(self, here: PageKey, there: PageKey) -> str:
        """Return the link from one page to another."""
        return self.style.between(here, there)

    def is_listed(self, key: PageKey) -> bool:
        """Return whether search engines may list a page.

        They may not if its figures are invented, because their results would not say so.
        """
        return not self.shown(key).about.is_invented

    def menu(self, language: str) -> dict[PageKey, PageHead]:
        """Return the pages of a language's menu."""
        return {
            key: head
            for key, head in self.heads.items()
            if key.language == language and not key.release
        }


def files(served: Served, style: LinkStyle = SERVED, pack: Pack | None = None) -> dict[str, bytes]:
    """Return every file by its path below the root. The same input always gives the same bytes.

    Raises:
        ReferralsError: a page's text or figures are missing.
    """
    site = Site(served, style, pages.page_heads(served), pack or Pack())
    contents = {STYLESHEET: STYLE, layout.SCRIPT: layout.SCRIPT_BODY}
    contents[style.file(NOT_FOUND)] = _not_found(site).encode()
    contents |= site.other_files
    for language in languages.languages():
        contents |= language_fonts.site_files(language)
    for key in site.heads:
        with using(key.language):
            html, cards = _page(site, key)
        contents[style.file(key.stem)] = html.encode()
        if key.language == ENGLISH:  # the tables of a card have one name in every language
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
    site, key = Site(served, style, pages.page_heads(served)), PageKey(f"/{TABLE}")
    _, body = pages.table_body(served, pairs)
    main = rewrite_links(body.html, key, site.heads, site.style, site.other_files)
    frame = replace(_frame(site, key), canonical="")
    return layout.document(site.heads[key], main, frame).encode()


def search_page(served: Served, asked: results.Asked, style: LinkStyle) -> bytes:
    """Return the page of the results of a query.

    Raises:
        ReferralsError: the figures are missing.
    """
    site, key = Site(served, style, pages.page_heads(served)), PageKey(standalone_pages.SEARCH)
    shown = results.page(served, asked, action=SEARCH)
    main = rewrite_links(shown.html, key, site.heads, site.style, site.other_files)
    frame = replace(_frame(site, key), canonical="", search="")
    return layout.document(shown.head, main, frame).encode()


def versions(served: Served, base: str) -> tuple[Version, ...]:
    """Return the pages as versions of the full site's in the current language.

    The first is the low-data version, for readers: pages that lack the language are in English. The
    others are its pages in the other languages, for search engines.
    """
    by_language: dict[str, dict[str, str]] = {}
    for key in pages.page_heads(served):
        addresses = by_language.setdefault(key.language, {})
        addresses[key.full] = f"{FOLDER}{SERVED.file(key.stem)}"
    own = by_language[ENGLISH] | by_language.pop(current(), {})
    low_data = Version(messages.text("layout.low_data"), own, base=base)
    return low_data, *(
        Version(languages.own_name(code), addresses, languages.tag(code), base)
        for code, addresses in by_language.items()
        if code != current()
    )


def _page(site: Site, key: PageKey) -> tuple[str, tuple[Card, ...]]:
    body = _body(site, key)
    html = _releases_menu(site, key) + body.html
    main = rewrite_links(html, key, site.heads, site.style, site.other_files)
    data = _json_ld(site, key, body.cards) + _embedding(site, key, body.cards) + _script(site, key)
    document = layout.document(site.heads[key], main, _frame(site, key), data=data)
    return marked(document), body.cards


def _embedding(site: Site, key: PageKey, cards: tuple[Card, ...]) -> Markup:
    """Return the link to the oEmbed description of the figure of a page, if it has one."""
    is_of_figure = bool(cards) and key.path != "/"
    address = oembed_address(key.full, site.style.base) if is_of_figure else ""
    return templates.macro("macros.html", "embedding", address)


def _script(site: Site, key: PageKey) -> Markup:
    if key.path != f"/{outline.FOR_ME}":
        return Markup()
    return layout.script(site.style.link(site.style.file(key.stem), layout.SCRIPT))


def _body(site: Site, key: PageKey) -> Body:
    if key.path == A_TO_Z:
        return Body(a_to_z.main(site_documents.documents(site.served)))
    if key.path == BRIEFING:
        return Body(sheet_list.main(site.pack, has_full_site=site.style.site is not None))
    return pages.body(site.shown(key), site.served, key, has_server=not site.style.ending)


def _releases_menu(site: Site, key: PageKey) -> Markup:
    """Return the choice between releases of a topic page, if there are several."""
    if key.path not in pages.TOPIC_PATHS or not site.releases:
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
    """Return the link to the same page of another release; '' for the one that is shown.

    It leads to the English page if the release has none in this language.
    """
    if release_id == here.release:
        return ""
    there = PageKey(here.path, here.language, release_id)
    return site.link(here, there if there in site.heads else PageKey(here.path, release=release_id))


def _frame(site: Site, key: PageKey) -> layout.Frame:
    style = site.style
    translations = [
        candidate
        for candidate in site.heads
        if (candidate.path, candidate.release) == (key.path, key.release)
    ]
    return layout.Frame(
        home=site.link(key, PageKey("/", key.language)),
        stylesheet=style.link(style.file(key.stem), STYLESHEET),
        language_stylesheet=_of_language(site, key),
        canonical=style.canonical(key.stem) if site.is_listed(key) else "",
        full="" if style.site is None else f"{style.site}{address(key.full)}",
        menu={head: site.link(key, target) for target, head in site.menu(key.language).items()},
        languages=_languages(site, key, translations),
        alternates={
            languages.tag(target.language): style.canonical(target.stem) for target in translations
        },
        search=_search(style),
    )


def _of_language(site: Site, key: PageKey) -> str:
    """Return the link to the stylesheet of a page's language, '' if it has none."""
    name = language_fonts.stylesheet_name(key.language)
    return site.style.link(site.style.file(key.stem), name) if name else ""


def _languages(site: Site, key: PageKey, translations: Iterable[PageKey]) -> dict[str, str]:
    """Return the address of a page in each language: the first page, if that one is missing."""
    found = {
        code: site.link(key, PageKey("/", code))
        for code in languages.languages()
        if PageKey("/", code) in site.heads
    }
    return found | {each.language: site.link(key, each) for each in translations}


def _search(style: LinkStyle) -> str:
    """Return the address of the search, '' if no server is known that would answer it."""
    return "" if style.site is None else f"{style.site}{FOLDER}{SEARCH}"


def _json_ld(site: Site, key: PageKey, cards: tuple[Card, ...]) -> Markup:
    """Return the description of a page's figures for harvesters of data.

    Pages that show other publications have none, nor do invented figures, which a search for
    data would find.
    """
    is_topic = key.path in pages.TOPIC_PATHS
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
        home=f"{root}{style.file(PageKey('/').stem)}",
        stylesheet=f"{root}{STYLESHEET}",
        canonical="",
        full="" if style.site is None else f"{style.site}/",
        menu={head: f"{root}{style.file(key.stem)}" for key, head in site.menu(ENGLISH).items()},
        languages={},
        alternates={},
        search=_search(style),
    )
    main = templates.render(
        "static_site/not_found.html",
        title=title,
        description=description,
        advice=messages.text("layout.not_found_advice"),
        helplines=helpline_lists.with_heading(),
    )
    return layout.document(PageHead("", title, description), main, frame)


def _sitemap(site: Site) -> str:
    """Return the list of pages for search engines (sitemaps.org), in the order of the menu."""
    addresses = [site.style.canonical(key.stem) for key in site.heads if site.is_listed(key)]
    return templates.render("static_site/sitemap.xml", addresses=addresses)
