"""The Jinja2 environment of the site, and the small pieces of HTML that several packages share.

Autoescape is on: text is escaped, `Markup` is inserted as it is, and a missing value is an error.
Templates are in this folder, one subfolder per package that renders them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def css_string(text: str) -> str:
    r"""Return text as a string of CSS, for the value of a custom property.

    >>> print(css_string('Loading "A"'))
    "Loading \"A\""
    """
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


ENVIRONMENT.filters["css_string"] = css_string
ENVIRONMENT.filters["percentage"] = lambda share: f"{share:.1%}"

_TELEPHONE: Final = re.compile(r"(\+?\d[\d ]{7,}\d)")


def render(template: str, **values: object) -> Markup:
    """Return a template of this folder, such as `shell/page.html`, filled with values."""
    return Markup(ENVIRONMENT.get_template(template).render(values))  # noqa: S704 - autoescaped


def macro(template: str, name: str, *arguments: object, **values: object) -> Markup:
    """Return the result of one macro of a template file."""
    html: Markup = getattr(ENVIRONMENT.get_template(template).module, name)(*arguments, **values)
    return html


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, tall: bool = False
) -> Markup:
    """Return a table whose first column names the rows. Cells are text, or `Markup`.

    It is in a region that scrolls by keyboard, so that a wide table never widens the page; a `tall`
    one scrolls downwards as well.
    """
    return macro("macros.html", "table", caption, header, list(rows), tall=tall)


def bars(
    caption: str, what: str, counted: str, rows: Iterable[tuple[str, str, float, float, str]]
) -> Markup:
    """Return a bar chart that is a table: one row per bar, with its label, its number and the bar.

    A row is the label, the number as text, the share of the longest bar (0 to 1) at which the solid
    part ends, the share at which the hatched part ends, and the look: `main`, `second`, `grey` or
    `missing`.
    """
    return macro("macros.html", "bars", caption, what, counted, list(rows))


def to_copy(heading: str, text: str, button: str = "Copy") -> Markup:
    """Return a text under a heading, with a button that copies it by a script of the shell."""
    return macro("macros.html", "to_copy", heading, text, button)


def telephone(number: str) -> Markup:
    """Return a telephone number as a link that dials it, kept in order in right-to-left text."""
    return macro("macros.html", "telephone", number)


def link(address: str, text: str) -> Markup:
    """Return a link. A link to another site is marked by its class."""
    return macro("macros.html", "link", address, text)


def isolated(text: str) -> Markup:
    """Return text as HTML with each telephone number isolated from right-to-left text around it."""
    parts = _TELEPHONE.split(text)
    numbers = [Markup("<bdi>{}</bdi>").format(number) for number in parts[1::2]]
    html = escape(parts[0])
    for number, following in zip(numbers, parts[2::2], strict=True):
        html += number + following
    return html
