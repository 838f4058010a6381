"""Explanatory pages: Markdown files with figures named by id, made into HTML with the figures filled in.

A page is `data/content/<language>/<name>.md`. `{E002}` is a statement of the ledger as printed, `{cell:crime_type=DA}` a cell
of the release, and a line `{helplines}` or `{symbols}` a list that is made from data. An unknown name is an error, so no page
can show a figure
that the release does not hold. Raw HTML is not allowed in content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin

from referrals import templates
from referrals.errors import DataError
from referrals.formatting import day, fill
from referrals.paths import CONTENT, REFERENCE
from referrals.reference import statuses, table_schema
from referrals.reference.table_schema import Row

HELPLINES, SYMBOLS = "helplines", "symbols"
"""What stands for a whole block: the help lines, and what the letters in tables mean."""

CAUTION: Final = (
    "The emergency number is the police. The other lines are not the police and not Immigration Enforcement. "
    "Before you give your name or other details, ask them first what they would have to pass on."
)
"""What a reader must know before calling: it goes wherever the help lines go."""

LONG_PAGE: Final = 5
"""A page with more sections than this begins with a list of them."""

BOXES: Final = ("key", "help", "note", "since-2021")


def page(name: str, figures: Mapping[str, str], *, language: str = "en") -> str:
    """Return an explanatory page as HTML.

    Raises:
        DataError: there is no such page, or it names a figure that the release does not hold.
    """
    path = CONTENT / language / f"{name}.md"
    if not path.is_file():
        raise DataError(
            f"{path.name} is missing from data/content/{language}. Restore it from the repository."
        )

    def figure(asked: str) -> str:
        if asked in {HELPLINES, SYMBOLS}:
            return f"{{{asked}}}"
        if (key := _in_order(asked)) not in figures:
            raise DataError(
                f"{path.name} names a figure that the release does not hold: {{{asked}}}."
            )
        return figures[key]

    html: str = _renderer().render(fill(path.read_text(encoding="utf-8"), figure))
    for block, made in ((HELPLINES, helplines), (SYMBOLS, _symbols)):
        shown = made() if language == "en" else f'<div lang="en-GB" dir="ltr">{made()}</div>'
        html = html.replace(f"<p>{{{block}}}</p>", shown)
    return html


def exists(name: str, *, language: str) -> bool:
    """Return whether a language has a text of a name."""
    return (CONTENT / language / f"{name}.md").is_file()


def helplines() -> str:
    """Return the help lines as an HTML list, in the order of the data file, with the day they were last checked."""
    rows = table_schema.read(REFERENCE / "helplines.csv")
    checked = day(min(row["last_checked"] for row in rows))
    items = "".join(_helpline(row) for row in rows)
    read = f"Numbers last read on {checked}, and not yet confirmed with each charity."
    return f'<p>{CAUTION} {read}</p><ul class="helplines">{items}</ul>'


def _symbols() -> str:
    rows = [[f"[{letter}]", escape(meaning)] for letter, meaning in statuses.meanings().items()]
    return templates.table("What the letters in tables mean", ["Letter", "Meaning"], rows)


def _helpline(row: Row) -> str:
    where = "; ".join(
        [
            row["serves"],
            row["nations"],
            "ask for hours" if row["hours"] == "not read" else row["hours"],
            row["cost"],
        ]
    )
    more = f"<br><small>{templates.isolated(row['notes'])}</small>" if row["notes"] else ""
    return f"<li><b>{escape(row['name'])}</b><br>{templates.telephone(row['number'])}<br>For {templates.isolated(where)}{more}</li>"


def headings(html: str) -> list[tuple[str, str]]:
    """Return the anchor and the text of each second-level heading of a page, in order."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', html)
    return [(anchor, re.sub(r"<[^>]+>", "", text)) for anchor, text in found]


def contents(html: str, *, summary: str = "On this page") -> str:
    """Return the list of sections that a long page begins with, folded, and '' for a short one. `summary` is HTML."""
    found = headings(html)
    if len(found) <= LONG_PAGE:
        return ""
    links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in found)
    return f'<details class="contents"><summary>{summary}</summary><ul>{links}</ul></details>'


def inline(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph round it."""
    html: str = _renderer().renderInline(text)
    return html


def _in_order(asked: str) -> str:
    """Return a name with the dimensions of a cell in the order of the release."""
    if not asked.startswith("cell:"):
        return asked
    pairs = sorted(re.split("[;,]", asked.removeprefix("cell:")), key=_place)
    return "cell:" + ",".join(pairs)


def _place(pair: str) -> int:
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
    """Return the tags round a box. A dated box says so in words, for those who do not see how it is drawn."""
    token = tokens[index]
    name, _, date = token.info.strip().partition(" ")
    if token.nesting == -1:
        return "</div>\n"
    label = f'<p class="box-date">Since 2021: reported on {escape(date)}</p>' if date else ""
    return f'<div class="box-{name.removesuffix("-2021")}">{label}\n'


def _steps(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    """Return nothing round a step diagram: it is the ordered list inside, which gets its class here."""
    if tokens[index].nesting == 1:
        tokens[index + 1].attrSet("class", "steps")
    return ""
