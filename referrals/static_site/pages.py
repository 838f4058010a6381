"""The pages of the static site: their heads, and `content.outline` drawn as their main parts.

Headings, cards, texts and relations are those of the dashboard, in the current language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards import context_series, page_cards
from referrals.cards.by_dimension import unfiltered_note
from referrals.cards.card import Card
from referrals.cards.html import card as card_html
from referrals.cards.html import chart, notices, releases, sources
from referrals.cards.html import relations as relations_html
from referrals.content import outline, pages, release_texts, sitemap, standalone_pages
from referrals.content.outline import Block, HtmlBlock
from referrals.i18n import languages, messages, states
from referrals.language import ENGLISH, using
from referrals.page_meta import PageHead
from referrals.query.selection import Selection
from referrals.release import files
from referrals.release.catalogue import Served
from referrals.release.release import About, Release
from referrals.static_site import profile_pages, table
from referrals.static_site.links import DOWNLOADS, SERIES_PAGES, PageKey

TOPIC_PATHS: Final = tuple(f"/{topic.key}" for topic in outline.TOPICS)


@dataclass(frozen=True)
class Body:
    """The main part of a page with site-relative links, and the cards in it."""

    html: Markup
    cards: tuple[Card, ...] = ()


def body(release: Release, served: Served, key: PageKey, *, has_server: bool = True) -> Body:
    """Return the main part of a page that shows a release.

    The page has a form only if there is a server to answer it.

    Raises:
        DataError: a text of the page is missing, or names a figure that the release does not hold.
    """
    if code := profile_pages.code_of(key.path):
        cards = tuple(profile_pages.cards(served.published, code))
        return Body(profile_pages.main(served, code, _download_link), cards)
    if key.path.startswith(SERIES_PAGES):
        return _series_page(release, key.path.removeprefix(SERIES_PAGES))
    name = sitemap.key_of(key.path)
    parts = [
        _block(block, name, release, served, has_server=has_server)
        for block in outline.blocks(name, release.about)
    ]
    html = Markup().join(part.html for part in parts)
    return Body(html, tuple(card for part in parts for card in part.cards))


def download(card: Card) -> str:
    """Return the place of a card's CSV file below the root of the static site."""
    return f"{DOWNLOADS}/{card.file_name}.csv"


def release_files(served: Served) -> dict[str, bytes]:
    """Return every file of every release by its place, for a folder that has no server."""
    found: dict[str, bytes] = {}
    for release_id, release in served.by_id().items():
        folder = f"releases/{release_id}"
        for name, file in files.listed(release).items():
            found[f"{folder}/{name}"] = files.content(release, file)
        found[f"{folder}/{files.SUMS}"] = files.sums(release)
    return found


def table_body(served: Served, pairs: Iterable[tuple[str, str]]) -> tuple[Release, Body]:
    """Return the release and the main part of the page of the table that an address asks for."""
    built = table.page(served, pairs)
    parts = [
        built.html
        if isinstance(block, outline.TableBuilder)
        else _block(block, table.KEY, built.release, served, has_server=True).html
        for block in outline.blocks(table.KEY, built.release.about)
    ]
    return built.release, Body(Markup().join(parts), (built.card,))


def _block(block: Block, name: str, release: Release, served: Served, *, has_server: bool) -> Body:
    match block:
        case outline.TableBuilder():
            built = table.page(served, has_form=has_server)
            return Body(built.html, (built.card,))
        case outline.Summaries(dimensions):
            return _summaries(dimensions, release)
        case outline.SeriesList():
            return _series(release, next(iter(context_series.DESIGNS)))
        case outline.ContextSeries():
            return Body(Markup())  # it has a page of its own
        case outline.Card() | outline.Quarters() | outline.Crossed():
            card = page_cards.card(block, release, _selection(release))
            card = _without_note_on_filters(card)
            return Body(_card(card), (card,))
        case _:
            return Body(_html(block, name, release, served))


def _html(block: HtmlBlock, name: str, release: Release, served: Served) -> Markup:
    """Return a block that has no cards."""
    match block:
        case outline.Heading(has_status):
            return _heading(name, release.about, has_status=has_status)
        case outline.Text(text, has_title) if has_title:
            return _text_with_title(release, text, sitemap.page(name).path)
        case outline.Text(text):
            return release_texts.text(release, text).body
        case outline.Relations():
            return relations_html.relations_and_worked_out(release)
        case outline.Releases():
            return releases.html(served.by_id().values())
        case outline.PageEnd(relation):
            return _relation(release, relation) + _page_end(name, release, served.published)


def _heading(name: str, about: About, *, has_status: bool) -> Markup:
    """Return the opening of a page.

    The page of a table has its lead above the form and its status below the table, so that the
    table is in view at once.
    """
    if name == table.KEY:
        return notices.banner(about) + notices.heading(sitemap.page(name).title)
    return notices.banner(about) + notices.opening(name, about, has_status=has_status)


def heads(served: Served) -> list[PageHead]:
    """Return the head of each page: those of the menu, each profile and each series."""
    others = map(standalone_pages.head, (standalone_pages.A_TO_Z, standalone_pages.BRIEFING))
    return [*languages.heads(), *others, *profile_pages.heads(served).values(), *_series_heads()]


def with_topic_pages(served: Served) -> tuple[Release, ...]:
    """Return the releases that have topic pages of their own: those built from records."""
    return tuple(release for release in served.others if release.about.is_from_records)


def page_heads(served: Served) -> dict[PageKey, PageHead]:
    """Return the head of every page: of each language, each profile, and each release's topics."""
    found = {PageKey(head.path): head for head in heads(served)}
    for language in languages.languages():
        if language != ENGLISH:
            found |= _heads_in(language)
    for release in with_topic_pages(served):
        for path in TOPIC_PATHS:
            key = PageKey(path, release=release.about.release_id)
            found[key] = _head_of_release(found[PageKey(path)], key, release.about)
    return found


def _heads_in(language: str) -> dict[PageKey, PageHead]:
    """Return the heads of the pages that are made in another language: the reader's path."""
    with using(language):
        found = {head.path: head for head in languages.heads()}
    paths = states.reader_path()["pages"]
    return {PageKey(path, language): found[path] for path in paths if path in found}


def _head_of_release(head: PageHead, key: PageKey, about: About) -> PageHead:
    """Return the head of a topic page of another release, marked if the figures are invented."""
    is_invented = about.is_invented
    description = messages.text("notices.banner") if is_invented else f"{about.title}."
    title = f"{head.title}: {notices.option(about)}"
    return replace(head, path=key.full, title=title, description=description)


def _series_heads() -> list[PageHead]:
    description = messages.text("context.lead")
    return [
        PageHead(f"{SERIES_PAGES}{name}", context_series.label(name), description)
        for name in context_series.DESIGNS
    ]


def _series_page(release: Release, name: str) -> Body:
    """Return the page of one series."""
    found = _series(release, name)
    return Body(notices.heading(context_series.label(name)) + found.html, found.cards)


def _series(release: Release, name: str) -> Body:
    """Return a series, and links to the pages of all."""
    card = page_cards.card(outline.ContextSeries(name), release, Selection())
    topics = context_series.listed(name, lambda each: f"{SERIES_PAGES}{each}")
    label = messages.text("context.contents")
    listed = templates.render("static_site/series_list.html", label=label, topics=topics)
    return Body(_card(card) + listed, (card,))


def _summaries(dimensions: Iterable[str], release: Release) -> Body:
    """Return short cards, then each sentence behind them once: the cards share some of them."""
    cards = tuple(
        page_cards.card(outline.Card(dimension), release, _selection(release))
        for dimension in dimensions
    )
    parts = [
        _summary(card, messages.text(f"more.{dimension}"))
        for dimension, card in zip(dimensions, cards, strict=True)
    ]
    return Body(Markup().join([*parts, sources.sentences(*cards, has_links=False)]), cards)


def _selection(release: Release) -> Selection:
    """Return the selection of everything in a release; the published one needs no name."""
    about = release.about
    return Selection(release=about.release_id if about.is_from_records else "")


def _without_note_on_filters(card: Card) -> Card:
    """Return a card without the note on the filters, which static pages do not have."""
    return replace(card, notes=[note for note in card.notes if note != unfiltered_note()])


def _card(card: Card) -> Markup:
    return templates.render(
        "static_site/card.html",
        head=card_html.head(card),
        warning=card_html.warning(card),
        bars=chart.html(card),
        table=card_html.table(card),
        notes=card_html.notes(card, folded=False),
        sources=sources.html(card),
        take_away=_download_link(card),
    )


def _download_link(card: Card) -> Markup:
    """Return the link to the CSV file of a card."""
    file = {"address": f"/{download(card)}", "label": messages.text("card.table")}
    return templates.macro("static_site/table.html", "files", [file])


def _summary(card: Card, more: str) -> Markup:
    """Return a card without table and sources, its notes folded: its topic has a page."""
    return templates.render(
        "static_site/summary.html",
        head=card_html.head(card),
        warning=card_html.warning(card),
        bars=chart.html(card),
        notes=card_html.notes(card, folded=True),
        more=card_html.link_on(more),
    )


def _relation(release: Release, relation_id: str) -> Markup:
    if not relation_id:
        return Markup()
    relation = relations_html.relation(release, relation_id)
    return Markup('<section class="card">{}</section>').format(relation)


def _text_with_title(release: Release, name: str, path: str) -> Markup:
    return pages.with_title(release_texts.text(release, name), path, has_anchor=False)


def _page_end(name: str, release: Release, published: Release) -> Markup:
    has_text = outline.has_text(name)
    return notices.page_end(published.about, release.about, has_text=has_text)
