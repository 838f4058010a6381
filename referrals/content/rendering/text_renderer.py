"""The renderer of texts: Markdown with the site's containers as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin

from referrals import templates
from referrals.content.rendering import pictograms
from referrals.formatting import day
from referrals.i18n import messages, segments
from referrals.language import is_english


def rendered(tokens: Sequence[Token]) -> Markup:
    """Return the tokens of a text as HTML."""
    markdown = renderer()
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Markup(html)  # noqa: S704 - raw HTML in a text is escaped


@cache
def renderer() -> MarkdownIt:
    """Return the parser and renderer of texts."""
    markdown = segments.parser()
    for box in segments.BOXES:
        markdown.use(container_plugin, box, render=_box)
    for name in segments.LISTS:
        markdown.use(container_plugin, name, render=_list)
    markdown.use(container_plugin, segments.PICTURE, render=_picture)
    return markdown


def _box(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    """Return the tags around a box. A dated one has a label with its date for screen readers."""
    token = tokens[index]
    name, _, date = token.info.strip().partition(" ")
    if token.nesting == -1:
        return "</div>\n"
    kind = name.removesuffix("-2021")
    label = messages.text("box.since_2021", date=_day(date)) if date else ""
    return templates.render("content/box_start.html", kind=kind, label=label)


def _day(date: str) -> str:
    """Return the date of a box, as a text has it, in the current language."""
    if is_english():
        return date
    return day(datetime.strptime(date, "%d %B %Y").date().isoformat())  # noqa: DTZ007 - no time


def _picture(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    """Return the tags around a text with a pictogram beside it."""
    token = tokens[index]
    if token.nesting == -1:
        return "</div></div>\n"
    name = token.info.strip().partition(" ")[2]
    return templates.render("content/picture_start.html", picture=pictograms.pictogram(name))


def _list(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    """Return no tags around a list of steps or dates, but give the list inside its class."""
    if tokens[index].nesting == 1:
        tokens[index + 1].attrSet("class", tokens[index].info.strip())
    return ""
