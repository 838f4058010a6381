"""Explanatory texts: Markdown that names figures by id, rendered with the figures filled in.

A text is `data/content/<language>/<name>.md`. `{E002}` is a printed statement,
`{cell:crime_type=DA}` a cell of the release, and a paragraph `{helplines}`, `{routes}` or
`{symbols}` a list made from data. An unknown name is an error, so that no text can show a
figure that the release does not hold. Raw HTML in a text is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin

from referrals import templates
from referrals.content import standalone_pages
from referrals.errors import DataError
from referrals.formatting import day, fill
from referrals.i18n import messages
from referrals.i18n.languages import ENGLISH, heads
from referrals.paths import CONTENT
from referrals.reference import helplines as reference_helplines
from referrals.reference import statuses
from referrals.reference.table_schema import Row

SECTIONS_WITHOUT_CONTENTS: Final = 5
"""A page with more sections than this begins with a list of them."""

BOXES: Final = ("key", "help", "note", "since-2021")


@dataclass(frozen=True)
class Section:
    """A second-level heading of a text: its anchor and its words."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Text:
    """A rendered text: its title (with the title's anchor), its body, and its sections."""

    title: Markup
    anchor: str
    body: Markup
    sections: tuple[Section, ...]


def page(name: str, figures: Mapping[str, str], *, language: str = ENGLISH) -> Text:
    """Return an explanatory text with its figures filled in.

    Raises:
        DataError: the text does not exist, or it names a figure that the release does not hold.
    """
    path = CONTENT / language / f"{name}.md"
    if not path.is_file():
        raise DataError(
            f"{path.name} is missing from data/content/{language}. Restore it from the repository."
        )

    def figure(reference: str) -> str:
        if (block := f"{{{reference}}}") in _BLOCKS:
            return block
        if (key := _in_order(reference)) not in figures:
            raise DataError(
                f"{path.name} names a figure that the release does not hold: {{{reference}}}."
            )
        return figures[key]

    tokens = _renderer().parse(fill(path.read_text(encoding="utf-8"), figure))
    return _text(_with_blocks(tokens, language))


def exists(name: str, *, language: str) -> bool:
    """Return whether a language has a text of this name."""
    return (CONTENT / language / f"{name}.md").is_file()


def helplines() -> Markup:
    """Return the help lines in the order of the file, with the day of the oldest check."""
    rows = reference_helplines.helplines()
    checked = day(min(row["last_checked"] for row in rows))
    return templates.render(
        "content/helplines.html",
        caution=messages.text("helplines.caution"),
        checked=messages.text("helplines.checked", date=checked),
        lines=[_helpline(row) for row in rows],
    )


def helplines_with_heading() -> Markup:
    """Return the help lines under a heading, for a page that has nothing else to show."""
    heading = messages.text("helplines.heading")
    return templates.render(
        "content/helplines_with_heading.html", heading=heading, lines=helplines()
    )


def with_title(text: Text, *, contents: str, has_anchor: bool = True) -> Markup:
    """Return a text with its title as the page's heading and, if it is long, its list of sections.

    `contents` is the summary of that list, which is folded.
    """
    is_long = len(text.sections) > SECTIONS_WITHOUT_CONTENTS
    return templates.render(
        "content/text.html",
        text=text,
        anchor=text.anchor if has_anchor else "",
        sections=text.sections if is_long else (),
        contents=contents,
    )


def inline(text: str) -> Markup:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    return Markup(_renderer().renderInline(text))  # noqa: S704 - raw HTML is escaped


def _helpline(row: Row) -> dict[str, str]:
    hours = messages.text("helplines.ask_for_hours") if row["hours"] == "not read" else row["hours"]
    service = "; ".join([row["serves"], row["nations"], hours, row["cost"]])
    return {
        "name": row["name"],
        "number": row["number"],
        "service": messages.html("helplines.service", service=templates.isolated(service)),
        "notes": templates.isolated(row["notes"]),
    }


def _symbols() -> Markup:
    rows = [[f"[{letter}]", meaning] for letter, meaning in statuses.meanings().items()]
    header = [messages.text("symbols.letter"), messages.text("symbols.meaning")]
    return templates.table(messages.text("symbols.caption"), header, rows, text_columns=[1])


ROUTES: Final[Mapping[str, str]] = {
    "details": "/data-sharing",
    "help": "/safeguarding",
    "claim": standalone_pages.CLAIMS,
    "figures": "/nationality",
}
"""The page that answers each question of the overview. Questions without a page are left out."""


def _routes() -> Markup:
    """Return the questions that readers come with as links to the pages that answer them."""
    every = (*heads(ENGLISH), *standalone_pages.PAGES)
    paths = {head.path for head in every}
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


_BLOCKS: Final[Mapping[str, Callable[[], Markup]]] = {
    "{helplines}": helplines,
    "{routes}": _routes,
    "{symbols}": _symbols,
}
"""The HTML that replaces each paragraph of this text: a block made from data."""


def _with_blocks(tokens: Sequence[Token], language: str) -> list[Token]:
    """Replace each paragraph that only names a block with that block's HTML."""
    replaced = list(tokens)
    for index, token in enumerate(tokens):
        block = _BLOCKS.get(token.content)
        if block and tokens[index - 1].type == "paragraph_open":
            html = block()
            if language != ENGLISH:
                html = messages.in_english(html, element="div")
            replaced[index] = Token("html_block", "", 0, content=html)
            replaced[index - 1].hidden = replaced[index + 1].hidden = True
    return replaced


def _text(tokens: list[Token]) -> Text:
    title, anchor = Markup(), ""
    if tokens[:1] and tokens[0].tag == "h1":
        title = _rendered(tokens[1:2])
        anchor = str(tokens[0].attrGet("id") or "")
        tokens = tokens[3:]  # heading_open, inline, heading_close
    sections = tuple(
        Section(str(token.attrGet("id")), _words(heading))
        for token, heading in pairwise(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    )
    return Text(title, anchor, _rendered(tokens), sections)


def _rendered(tokens: Sequence[Token]) -> Markup:
    renderer = _renderer()
    html = renderer.renderer.render(tokens, renderer.options, {})
    return Markup(html)  # noqa: S704 - raw HTML in a text is escaped


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


@cache
def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer.use(anchors_plugin, max_level=4)
    for box in BOXES:
        renderer.use(container_plugin, box, render=_box)
    renderer.use(container_plugin, "steps", render=_steps)
    return renderer


def _box(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    """Return the tags around a box. A dated one has its date in words, for who cannot see it."""
    token = tokens[index]
    name, _, date = token.info.strip().partition(" ")
    if token.nesting == -1:
        return "</div>\n"
    kind = name.removesuffix("-2021")
    label = messages.text("box.since_2021", date=date) if date else ""
    return templates.render("content/box_start.html", kind=kind, label=label)


def _steps(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    """Return nothing around a step diagram: the ordered list inside it gets its class here."""
    if tokens[index].nesting == 1:
        tokens[index + 1].attrSet("class", "steps")
    return ""
