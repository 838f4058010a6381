"""Every file of the twin, in memory: pages, stylesheet and tables, of the releases that stand on the shelf."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

from referrals.cards.card import PATHS, Card
from referrals.cards.exports import csv
from referrals.cards.html import notices
from referrals.content import outline
from referrals.content import pages as content_pages
from referrals.i18n import languages as i18n_languages
from referrals.i18n.languages import ENGLISH
from referrals.page_meta import PageHead, Version
from referrals.release.catalogue import Standing
from referrals.release.release import About, Kind, Release
from referrals.static_site import json_ld, layout
from referrals.static_site import pages as static_site_pages
from referrals.static_site.links import FOLDER, SERVED, Placing, Spot, relinked

STYLE: Final = (Path(__file__).with_name("assets") / "style.css").read_bytes()
STYLESHEET: Final = f"style.{hashlib.sha256(STYLE).hexdigest()[:12]}.css"
NOT_FOUND: Final = "404"
SITEMAP: Final = "sitemap.xml"
LOW_DATA: Final = "Low-data version"
TOPIC_PATHS: Final = tuple(PATHS[topic.dimension] for topic in outline.TOPICS)


@dataclass(frozen=True)
class Twin:
    """What every page has to know of the whole: the releases, how pages are placed, and the head of each page by its spot."""

    standing: Standing
    placing: Placing
    heads: Mapping[Spot, PageHead]

    @property
    def carried(self) -> Mapping[str, bytes]:
        """The files of the releases that go along with the pages, by place: all of them where there is no site to ask."""
        return static_site_pages.carried(self.standing) if self.placing.site is None else {}

    @property
    def releases(self) -> Mapping[str, Release]:
        """The releases whose topics have pages of their own, by id."""
        return {one.about.release_id: one for one in broken_down(self.standing)}

    def shown(self, spot: Spot) -> Release:
        """Return the release that a page shows."""
        return self.releases[spot.release] if spot.release else self.standing.published


def files(standing: Standing, placing: Placing = SERVED) -> dict[str, bytes]:
    """Return every file of the twin by its place below the root. The same releases always give the same bytes.

    Raises:
        ReferralsError: a page's text or figures are missing.
    """
    twin = Twin(standing, placing, spots(standing))
    made = {STYLESHEET: STYLE, placing.file(NOT_FOUND): _not_found(twin).encode(), **twin.carried}
    for spot in twin.heads:
        html, shown = _page(twin, spot)
        made[placing.file(spot.stem)] = html.encode()
        made |= {
            static_site_pages.download(card): csv.write(card, placing.base).encode()
            for card in shown
        }
    if placing.base:
        made[SITEMAP] = _sitemap(twin).encode()
    return made


def broken_down(standing: Standing) -> tuple[Release, ...]:
    """Return the releases beside the published one that were made of records, whose topics have static pages of their own."""
    return tuple(one for one in standing.others if one.about.kind is not Kind.TRANSCRIBED)


def spots(standing: Standing) -> dict[Spot, PageHead]:
    """Return every static page and its head: those of each language, then the topics of each release made of records."""
    found = {
        Spot(head.path, language): head
        for language in i18n_languages.languages()
        for head in i18n_languages.heads(language)
    }
    for release in broken_down(standing):
        for path in TOPIC_PATHS:
            spot = Spot(path, release=release.about.release_id)
            found[spot] = _of_release(found[Spot(path)], spot, release.about)
    return found


def versions(standing: Standing, base: str) -> tuple[Version, ...]:
    """Return the pages as other forms of the full site's: the English ones, which have less to load, then each language."""
    pages: dict[str, dict[str, str]] = {}
    for spot in spots(standing):
        pages.setdefault(spot.language, {})[spot.full] = f"{FOLDER}{SERVED.file(spot.stem)}"
    low_data = Version(LOW_DATA, pages.pop(ENGLISH), base=base)
    return low_data, *(
        Version(i18n_languages.own_name(code), found, code, base) for code, found in pages.items()
    )


def _of_release(head: PageHead, spot: Spot, about: About) -> PageHead:
    """Return the head of a topic's page of another release, which says at once where its figures are invented."""
    what = notices.BANNER if about.is_illustrative else f"{about.title}."
    return replace(
        head, path=spot.full, title=f"{head.title}: {notices.picked(about)}", description=what
    )


def _page(twin: Twin, spot: Spot) -> tuple[str, tuple[Card, ...]]:
    shown = twin.shown(spot)
    body = static_site_pages.body(shown, twin.standing, spot)
    main = relinked(
        _figures_nav(twin, spot) + body.html, spot, twin.heads, twin.placing, twin.carried
    )
    data = _data(twin, spot, body.cards)
    html = layout.document(twin.heads[spot], main, _surroundings(twin, spot), data=data)
    return html, body.cards


def _figures_nav(twin: Twin, spot: Spot) -> str:
    """Return the choice between releases that stands on the page of a topic, where there are several."""
    if spot.path not in TOPIC_PATHS or not twin.releases:
        return ""
    offered = {"": twin.standing.published, **twin.releases}
    items = "".join(
        f"<li>{_choice(twin, spot, release_id, notices.picked(one.about))}</li>"
        for release_id, one in offered.items()
    )
    return (
        f'<nav class="figures" aria-label="Figures"><ul>{items}</ul><p>{notices.CHOICE}</p></nav>'
    )


def _choice(twin: Twin, spot: Spot, release_id: str, name: str) -> str:
    if release_id == spot.release:
        return f'<b aria-current="true">{escape(name)}</b>'
    return f'<a href="{_to(twin, spot, Spot(spot.path, spot.language, release_id))}">{escape(name)}</a>'


def _surroundings(twin: Twin, spot: Spot) -> layout.Surroundings:
    placing = twin.placing
    others = [one for one in twin.heads if one.path == spot.path and one.release == spot.release]
    return layout.Surroundings(
        language=spot.language,
        home=_to(twin, spot, Spot("/", spot.language)),
        stylesheet=placing.link(placing.file(spot.stem), STYLESHEET),
        canonical=placing.canonical(spot.stem) if is_listed(twin, spot) else "",
        full="" if placing.site is None else f"{placing.site}{spot.full}",
        menu={head: _to(twin, spot, one) for one, head in _menu(twin, spot.language).items()},
        languages={one.language: _to(twin, spot, one) for one in others},
        alternates={
            i18n_languages.tag(one.language): placing.canonical(one.stem) for one in others
        },
    )


def is_listed(twin: Twin, spot: Spot) -> bool:
    """Return whether search engines may list a page: not one of invented figures, which they would show without saying so."""
    return not twin.shown(spot).about.is_illustrative


def _menu(twin: Twin, language: str) -> dict[Spot, PageHead]:
    return {
        spot: head
        for spot, head in twin.heads.items()
        if spot.language == language and not spot.release
    }


def _to(twin: Twin, here: Spot, there: Spot) -> str:
    return twin.placing.link(twin.placing.file(here.stem), twin.placing.file(there.stem))


def _data(twin: Twin, spot: Spot, shown: tuple[Card, ...]) -> str:
    """Return the description of a page's figures for machines.

    Context pages, which show other publications, have none, nor have invented figures: a search for data would find them.
    """
    if spot.path not in {*TOPIC_PATHS, "/"} or not shown or not is_listed(twin, spot):
        return ""
    release = twin.shown(spot)
    about = release.about
    return json_ld.described(
        release,
        shown,
        name=f"{shown[0].title}: {about.title}" if spot.path in TOPIC_PATHS else about.title,
        address=twin.placing.canonical(spot.stem),
        downloads=_downloads(twin, spot, about, shown),
    )


def _downloads(twin: Twin, spot: Spot, about: About, shown: tuple[Card, ...]) -> dict[str, str]:
    """Return the CSV files of a page by what is in them: of a topic its cards, and where there is an API the whole release."""
    placing, base = twin.placing, twin.placing.base
    mine = {
        card.title: static_site_pages.download(card) for card in shown if spot.path in TOPIC_PATHS
    }
    if placing.site is None:
        return {
            title: placing.link(placing.file(spot.stem), place) for title, place in mine.items()
        }
    every = f"{base}/api/v1/releases/{quote(about.release_id)}/cells?format=csv"
    served = {title: f"{base}{FOLDER}{place}" for title, place in mine.items()}
    return {**served, f"Every number of release {about.release_id}": every}


def _not_found(twin: Twin) -> str:
    """Return the page for an address that is not there. It can be shown at any depth, so its links begin at the root."""
    root, placing = twin.placing.root, twin.placing
    menu = {head: f"{root}{placing.file(spot.stem)}" for spot, head in _menu(twin, ENGLISH).items()}
    around = layout.Surroundings(
        language=ENGLISH,
        home=f"{root}{placing.file(Spot('/').stem)}",
        stylesheet=f"{root}{STYLESHEET}",
        canonical="",
        full="" if placing.site is None else f"{placing.site}/",
        menu=menu,
        languages={},
        alternates={},
    )
    words = (
        "<h1>Page not found</h1><p>There is no page at this address. If you typed it, check that it is right.</p>"
        f"<h2>Help lines</h2>{content_pages.helplines()}"
    )
    return layout.document(
        PageHead("", "Page not found", "There is no page at this address."), words, around
    )


def _sitemap(twin: Twin) -> str:
    """Return the list of pages for search engines (the Sitemaps protocol, sitemaps.org), in the order of the menu."""
    listed = [spot for spot in twin.heads if is_listed(twin, spot)]
    places = "".join(
        f"<url><loc>{escape(twin.placing.canonical(spot.stem))}</loc></url>" for spot in listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>\n'
    )
