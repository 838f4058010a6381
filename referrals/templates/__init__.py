"""Small pieces of HTML that the screens and the content share: tables, bars, numbers that stay in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""The one Jinja2 environment: everything that is not `Markup` is escaped, and a missing value is an error."""


def render(template: str, **values: object) -> Markup:
    """Return a template of this folder, such as `shell/page.html`, filled with values."""
    return Markup(ENVIRONMENT.get_template(template).render(values))  # noqa: S704 - autoescaped


_TELEPHONE: Final = re.compile(r"\+?\d[\d ]{7,}\d")


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, tall: bool = False
) -> str:
    """Return a table whose first column names the rows. Cells and header are HTML; the caption is text.

    The table stands in a region that can be scrolled by keyboard, so that a wide one never widens the page, nor a `tall`
    one fills it.
    """
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(_row(cells) for cells in rows)
    return (
        f'<div class="scroll{" tall" if tall else ""}" role="region" tabindex="0" aria-label="{escape(caption, quote=True)}">'
        f'<table class="data"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bars(
    caption: str, what: str, counted: str, rows: Iterable[tuple[str, str, float, float, str]]
) -> str:
    """Return a chart that is a table: one row a bar, with its label, its number, and the bar drawn in a cell of its own.

    A row is label, number in words, where the bar is solid to and hatched to (as shares of one), and its look.
    """
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="num"><bdi>{escape(shown)}</bdi></td>'
        f'<td class="bar" aria-hidden="true">{_fill(sure, to, look)}</td></tr>'
        for label, shown, sure, to, look in rows
    )
    return (
        f'<table class="bars"><caption>{escape(caption)}</caption><thead><tr>'
        f'<th scope="col">{escape(what)}</th><th scope="col" class="num">{escape(counted)}</th>'
        f'<td aria-hidden="true"></td></tr></thead><tbody>{body}</tbody></table>'
    )


def to_copy(heading: str, text: str) -> str:
    """Return a text under a heading with a button that copies it; the shell's script does the copying."""
    return (
        f'<p><b>{escape(heading)}</b></p><pre class="copy">{escape(text)}</pre>'
        '<p><button type="button" class="copy-button">Copy</button></p>'
    )


def telephone(number: str) -> str:
    """Return a telephone number as a link that dials it, kept in order in right-to-left text."""
    return (
        f'<a class="telephone" href="tel:{number.replace(" ", "")}"><bdi>{escape(number)}</bdi></a>'
    )


def link(address: str, text: str) -> str:
    """Return a link. An address of another site says so by its class."""
    outside = ' class="outside" rel="noreferrer"' if address.startswith("http") else ""
    return f'<a href="{escape(address, quote=True)}"{outside}>{escape(text)}</a>'


def isolated(text: str) -> str:
    """Return text as HTML with each telephone number in it kept in order, as right-to-left text would turn it round."""
    return _TELEPHONE.sub(r"<bdi>\g<0></bdi>", escape(text))


def _fill(sure: float, to: float, look: str) -> str:
    if look == "missing":
        return '<span class="fill unpublished"></span>'
    kind = {"grey": " grey", "second": " two"}.get(look, "")
    solid = f'<span class="fill{kind}" style="--v:{sure:.1%}"></span>' if sure else ""
    hatched = (
        f'<span class="fill range" style="--lo:{sure:.1%};--hi:{to:.1%}"></span>'
        if to > sure
        else ""
    )
    return solid + hatched


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    return (
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
    )
