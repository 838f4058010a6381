"""The Jinja2 environment of the site, and the small pieces of HTML that several packages share.

Autoescape is on: text is escaped, `Markup` is inserted as it is, and a missing value is an error.
Templates are in this folder, one subfolder per package that renders them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from referrals.language import in_english, is_english
from referrals.language import isolated as isolated_code

ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _kept(text: str, function: Callable[[str], str]) -> str:
    """Return the result of a function of text, as `Markup` if the text is."""
    return type(text)(function(str(text)))


def css_string(text: str) -> str:
    r"""Return text as a string of CSS, for the value of a custom property.

    >>> print(css_string('Loading "A"'))
    "Loading \"A\""
    """
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


ENVIRONMENT.filters["css_string"] = css_string
ENVIRONMENT.filters["english"] = lambda text: _kept(text, in_english)
ENVIRONMENT.filters["isolated"] = lambda text: _kept(text, isolated_code)
ENVIRONMENT.filters["css_number"] = lambda share: f"{share:.4f}".rstrip("0").rstrip(".")


def english_attributes() -> Markup:
    """Return the attributes of an element with English text, '' if the page is in English."""
    return Markup() if is_english() else Markup(' lang="en-GB" dir="ltr"')


ENVIRONMENT.globals["english_attributes"] = english_attributes

_TELEPHONE: Final = re.compile(r"(\+?\d[\d ]{7,}\d)")


def render(template: str, **values: object) -> Markup:
    """Return a template of this folder, such as `shell/page.html`, filled with values."""
    return Markup(ENVIRONMENT.get_template(template).render(values))  # noqa: S704 - autoescaped


def charts_stylesheet() -> bytes:
    """Return the rules of charts and tables as HTML, for the stylesheet of a site with them."""
    folder = Path(__file__).parent / "charts"
    return (folder / "charts.css").read_bytes() + (folder / "table.css").read_bytes()


def diagrams_stylesheet() -> bytes:
    """Return the rules of diagrams and sheets, for the stylesheet of a site with texts."""
    return (Path(__file__).parent / "content" / "diagrams.css").read_bytes()


def header_stylesheet() -> bytes:
    """Return the rules of the header and of the exit, for the stylesheet of every kind of page."""
    return (Path(__file__).parent / "shell" / "bar.css").read_bytes()


def questions_stylesheet() -> bytes:
    """Return the rules of questions, claims and statements."""
    return (Path(__file__).parent / "questions" / "questions.css").read_bytes()


def macro(template: str, name: str, *arguments: object, **values: object) -> Markup:
    """Return the result of one macro of a template file."""
    html: Markup = getattr(ENVIRONMENT.get_template(template).module, name)(*arguments, **values)
    return html


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    tall: bool = False,
    text_columns: Collection[int] = (),
) -> Markup:
    """Return a table whose first column names the rows. Cells are text, or `Markup`.

    The other columns have numbers and are aligned at their right, except `text_columns`.

    It is in a region that scrolls by keyboard, so that a wide table never widens the page; a `tall`
    one scrolls downwards as well.
    """
    return macro("macros.html", "table", caption, header, list(rows), tall, text_columns)


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
