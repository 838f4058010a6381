"""The content of a sheet as plain values: all that the template prints, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from referrals.cards.charts.bars import Bar


@dataclass(frozen=True)
class Chart:
    """Bars scaled to the longest, and the words around them.

    `alternative` is the chart in words. `own` is the label of the bar of the sheet's nationality,
    '' if none is. `notes` explain letters, lines and gaps.
    """

    title: str
    unit: str
    alternative: str
    bars: tuple[Bar, ...]
    own: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows of text under a header. The first cell of a row names it; `own` is the sheet's row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    own: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Short statements under a heading. `name` is its name in error messages.

    The last statements may be left out on a page without room for them, unless the section
    `is_whole` because they explain one another.
    """

    name: str
    heading: str
    items: tuple[str, ...]
    is_whole: bool = False


@dataclass(frozen=True)
class HelpLine:
    """One help line: its needs, its number, and whom it serves ('' for anyone)."""

    need: str
    number: str
    serves: str


@dataclass(frozen=True)
class Nation:
    """The help lines that serve a nation, or several."""

    name: str
    lines: tuple[HelpLine, ...]


@dataclass(frozen=True)
class Help:
    """The help lines by the nation that they serve, and when they were checked.

    The emergency number is in `police`, which completes the sentence that `danger` begins.
    `warning` is not empty if a line should have been checked again before today.
    """

    heading: str
    danger: str
    emergency_number: str
    police: str
    caution: str
    nations: tuple[Nation, ...]
    checked: str
    warning: str


@dataclass(frozen=True)
class Link:
    """An address to scan or to type.

    `code` is its QR code as SVG, `modules` wide, and `alternative` is the name of that picture.
    `shown` is printed for it: the address without its scheme, or the name of the document there.
    """

    label: str
    address: str
    shown: str
    code: str
    modules: int
    alternative: str


@dataclass(frozen=True)
class Sheet:
    """One sheet in one language.

    `title` is that of the file, and says if figures are invented; on paper `heading` and `subtitle`
    are below the mark. `mark` is the heading of invented figures, '' for others. Small paper has no
    `table`, and only sheets for partners have `sources`. `link` is None if there is nothing
    to scan. `date` is the ISO date of the release, which is that of the file as well.
    """

    language: str
    site: str
    audience: str
    title: str
    heading: str
    subtitle: str
    mark: str
    sentences: tuple[str, ...]
    chart: Chart
    table: Table | None
    sections: tuple[Section, ...]
    sources: Section | None
    help: Help
    link: Link | None
    foot: tuple[str, ...]
    date: str
