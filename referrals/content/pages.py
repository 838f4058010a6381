"""Explanatory texts: Markdown that names figures by id, rendered with the figures filled in.

`i18n/text_files` reads a text. `{E002}` is a printed statement, `{cell:crime_type=DA}` a cell of
the release, `[@sbs-2025]` a source, a box `::: picture phone` has a pictogram beside it, and a
paragraph such as `{helplines}` or `{codes:sex}` a block made from data. An unknown name is an
error, so that no text can show a figure that the release does not hold. Raw HTML in a text is
escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Final

from markdown_it.token import Token
from markupsafe import Markup

from referrals import templates
from referrals.content import (
    cited_sources,
    dictionary,
    flowchart,
    glossary_links,
    helpline_lists,
    quality,
    requests,
    standalone_pages,
)
from referrals.content.rendering import text_renderer
from referrals.errors import DataError
from referrals.formatting import day, fill
from referrals.i18n import (
    messages,
    printed_figures,
    states,
    text_files,
    translated_text,
    translation_notice,
)
from referrals.i18n.languages import heads
from referrals.i18n.states import Standing
from referrals.i18n.text_files import FigureCard
from referrals.language import ENGLISH, is_english, isolated, using
from referrals.reference import statuses

SECTIONS_WITHOUT_CONTENTS: Final = 5
"""A page with more sections than this begins with a list of them."""

LAST_CHECKED: Final = "last_checked"
"""The name in a text that is replaced by the day on which it was last compared with its sources."""


@dataclass(frozen=True)
class Section:
    """A second-level heading of a text: its anchor and its words."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Figure:
    """A figure in the margin of a page: its number, what it counts, and its page, if it has one."""

    number: str
    says: str
    address: str


@dataclass(frozen=True)
class Text:
    """A rendered text: its title (with the title's anchor), body, sections and margin figures.

    `standing` has the extent to which it is translated and checked.
    """

    title: Markup
    anchor: str
    body: Markup
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    standing: Standing = field(default_factory=Standing)


def page(name: str, figures: Mapping[str, str]) -> Text:
    """Return an explanatory text in the current language with its figures filled in.

    Raises:
        DataError: the text does not exist or has invalid front matter, or it names a figure or a
            source that does not exist.
    """
    file = text_files.read(name)
    file_name = text_files.context_of(name)

    def figure(reference: str) -> str:
        if _block(block := f"{{{reference}}}"):  # replaced later, and only as a whole paragraph
            return block
        if reference == LAST_CHECKED:
            return day(file.last_checked.isoformat())
        return isolated(_figure(reference, figures, file_name))

    def filled(markdown: str) -> str:
        return fill(cited_sources.with_citations(markdown, file_name), figure)

    source = f"# {file.title}\n\n{file.body}"
    renderer = text_renderer.renderer()
    tokens = renderer.parse(source)
    standing = translated_text.translated(tokens, renderer, file_name, filled)
    if is_english() and name != glossary_links.GLOSSARY:
        glossary_links.link_first_uses(tokens)
    if states.is_about_safety(name) and standing.drafts:
        with using(ENGLISH):
            english = renderer.parse(source)
            translated_text.translated(english, renderer, file_name, filled)
        tokens = translated_text.with_english(tokens, english, text_renderer.rendered)
    margin = tuple(_margin_figure(card, figures, file_name) for card in file.figures)
    return replace(_text(_with_blocks(tokens), margin), standing=standing)


def _figure(reference: str, figures: Mapping[str, str], file: str) -> str:
    """Return the figure of a name.

    Raises:
        DataError: the release does not hold it.
    """
    if (key := _in_order(reference)) not in figures:
        raise DataError(f"{file} names a figure that the release does not hold: {{{reference}}}.")
    return printed_figures.figure(figures[key])


def _margin_figure(card: FigureCard, figures: Mapping[str, str], file: str) -> Figure:
    is_cell = card.figure.startswith("cell:")
    address = "" if is_cell else standalone_pages.number_address(card.figure)
    says = messages.words(file, card.says)
    return Figure(isolated(_figure(card.figure, figures, file)), says, address)


def with_title(text: Text, path: str, *, has_anchor: bool = True) -> Markup:
    """Return a text with its title as the heading of the page at a path.

    A long text has a list of its sections. On a wide screen that list and the figures of the text
    are beside it, otherwise above it. A translation says whether a person has checked it.
    """
    is_long = len(text.sections) > SECTIONS_WITHOUT_CONTENTS
    return templates.render(
        "content/text.html",
        text=text,
        anchor=text.anchor if has_anchor else "",
        sections=text.sections if is_long else (),
        contents=messages.text("layout.contents"),
        notice=translation_notice.html(text.standing, path),
    )


def inline(text: str) -> Markup:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    return Markup(text_renderer.renderer().renderInline(text))  # noqa: S704 - raw HTML is escaped


def _symbols() -> Markup:
    rows = [
        [f"[{letter}]", messages.words("statuses", meaning)]
        for letter, meaning in statuses.meanings().items()
    ]
    header = [messages.text("symbols.letter"), messages.text("symbols.meaning")]
    return templates.table(messages.text("symbols.caption"), header, rows, text_columns=[1])


ROUTES: Final[Mapping[str, str]] = {
    "details": "/for-me",
    "help": "/safeguarding",
    "claim": standalone_pages.CLAIMS,
    "figures": "/nationality",
}
"""The page that answers each question of the overview. Questions without a page are left out."""


def _routes() -> Markup:
    """Return the usual questions of readers as links to the pages that answer them."""
    paths = {head.path for head in (*heads(), *standalone_pages.heads())}
    return templates.render(
        "content/routes.html",
        routes=[
            {
                "path": path,
                "title": messages.text(f"routes.{name}.title"),
                "text": messages.text(f"routes.{name}.text"),
            }
            for name, path in ROUTES.items()
            if path in paths
        ],
    )


def _filter() -> Markup:
    """Return the box for filtering sections by a word. The shell's script does the filtering."""
    return templates.render(
        "content/filter.html",
        label=messages.text("filter.label"),
        empty=messages.text("filter.empty"),
    )


def _feedback_sheet() -> Markup:
    """Return the questions for people who came to a surgery, with room to write on paper."""
    return templates.render("content/feedback_sheet.html", words=messages.text)


def _tools() -> Markup:
    return templates.render("content/reading_tools.html", words=messages.text)


_BLOCKS: Final[Mapping[str, Callable[[], Markup]]] = {
    "card": helpline_lists.card,
    "danger": helpline_lists.danger,
    "feedback-sheet": _feedback_sheet,
    "filter": _filter,
    "flowchart": flowchart.html,
    "helplines": helpline_lists.html,
    "helplines-short": helpline_lists.short,
    "release-files": dictionary.release_files,
    "routes": _routes,
    "symbols": _symbols,
    "tools": _tools,
}
"""The HTML that replaces each paragraph of this name in braces: a block made from data."""

_BLOCKS_OF: Final[Mapping[str, Callable[[str], Markup]]] = {
    "codes": dictionary.codes,
    "columns": dictionary.columns,
    "quality": quality.html,
    "requests": requests.html,
}
"""The same for blocks with an argument: `{codes:sex}` is the block `codes` with `sex`."""


def _block(paragraph: str) -> Callable[[], Markup] | None:
    """Return the function that makes the block named by a paragraph, None if it names none."""
    named = re.fullmatch(r"\{([a-z-]+)(?::([\w-]+))?\}", paragraph)
    if not named:
        return None
    name, argument = named.groups()
    if argument:
        return partial(_BLOCKS_OF[name], argument) if name in _BLOCKS_OF else None
    return _BLOCKS.get(name)


def _with_blocks(tokens: Sequence[Token]) -> list[Token]:
    """Replace each paragraph that only names a block with that block's HTML."""
    replaced = list(tokens)
    for index, token in enumerate(tokens):
        block = _block(token.content)
        if block and tokens[index - 1].type == "paragraph_open":
            replaced[index] = Token("html_block", "", 0, content=block())
            replaced[index - 1].hidden = replaced[index + 1].hidden = True
    return replaced


def _text(tokens: list[Token], figures: tuple[Figure, ...]) -> Text:
    title, anchor = Markup(), ""
    if tokens[:1] and tokens[0].tag == "h1":
        title = text_renderer.rendered(tokens[1:2])
        anchor = str(tokens[0].attrGet("id") or "")
        tokens = tokens[3:]  # heading_open, inline, heading_close
    sections = tuple(
        Section(str(token.attrGet("id")), _words(heading))
        for token, heading in pairwise(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    )
    return Text(title, anchor, text_renderer.rendered(tokens), sections, figures)


def _words(heading: Token) -> str:
    return "".join(child.content for child in heading.children or ())


def _in_order(reference: str) -> str:
    """Return a name with the dimensions of a cell in the order of the release."""
    if not reference.startswith("cell:"):
        return reference
    pairs = sorted(re.split("[;,]", reference.removeprefix("cell:")), key=_position)
    return "cell:" + ",".join(pairs)


def _position(pair: str) -> int:
    order = ["nationality", "age_band", "sex", "crime_type"]
    dimension = pair.split("=", maxsplit=1)[0]
    return order.index(dimension) if dimension in order else len(order)
