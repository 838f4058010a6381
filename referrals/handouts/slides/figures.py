"""The figures of slides in PowerPoint: a chart, a flow of shapes, a list or a table of help lines.

Each is an object of PowerPoint that can be edited, and has an alternative text if it is not text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.slide import Slide
from pptx.util import Pt

from referrals.cards.wording import phrases
from referrals.handouts.presentation.slide import Chart, Figure, Flow, HelpLines, Points, Step
from referrals.handouts.slides import powerpoint_chart, texts
from referrals.handouts.slides.texts import ACCENT, QUIET, TEXT, USUAL, Box, Style, add_run
from referrals.i18n import messages
from referrals.language import is_right_to_left

LIST: Final = 1
"""The index of the placeholder of a list in its layout."""

LIST_TEXT: Final = 26
SPACE: Final = 8
ARROW: Final = 22
"""The space between parts of a figure, and that of an arrow between two steps, in points."""

ROW: Final = 29
NAME: Final = 330
NUMBER: Final = 210
WIDEST: Final = 770
"""The height of a row of help lines, and the widths of its two columns and of the text below."""

PLAIN_TABLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's own id of the style of a table without lines or fills."""

WHITE: Final = RGBColor(255, 255, 255)


def add(slide: Slide, figure: Figure, box: Box, published_on: datetime) -> None:
    """Add a figure to a slide, within a box.

    Raises:
        TypeError: the figure is the chart of a card, which only exists as HTML.
    """
    match figure:
        case Chart():
            _chart(slide, figure, box, published_on)
        case Flow():
            _flow(slide, figure, box)
        case Points(items):
            _points(slide, items, box)
        case HelpLines():
            _help_lines(slide, figure, box)
        case _:
            raise TypeError(f"{type(figure).__name__} cannot be drawn in PowerPoint.")


def _chart(slide: Slide, figure: Chart, box: Box, published_on: datetime) -> None:
    """Add the unit, the bars, and in words what has no number and so no bar."""
    absent = [
        messages.text("wording.row", label=bar.label, value=bar.shown)
        for bar in figure.bars
        if bar.is_absent
    ]
    above, below = (texts.height(lines, box.width) for lines in ([figure.unit], absent))
    quiet = Style(colour=QUIET)
    texts.write(slide, [(figure.unit, quiet)], Box(box.left, box.top, box.width, above))
    between = Box(box.left, box.top + above + SPACE, box.width, box.height - above - below - SPACE)
    frame = powerpoint_chart.add(slide, figure, between.lengths, published_on)
    texts.describe(frame, figure.alternative)
    if absent:
        place = Box(box.left, between.top + between.height, box.width, below)
        texts.write(slide, [(text, quiet) for text in absent], place)


def _flow(slide: Slide, flow: Flow, box: Box) -> None:
    """Add the steps side by side with arrows between them, then the outcomes in words."""
    outcomes = messages.text(
        "present.outcomes",
        before=flow.before_outcomes,
        outcomes=phrases.comma_separated(flow.outcomes),
        after=flow.after_outcomes,
    )
    below = texts.height([outcomes], box.width)
    group = slide.shapes.add_group_shape()
    width = (box.width - ARROW * (len(flow.steps) - 1)) / len(flow.steps)
    high = box.height - below - TEXT / 2
    for place, step in enumerate(flow.steps):
        left = box.left + place * (width + ARROW)
        if place:
            arrow = Box(left - ARROW + 3, box.top + high / 2 - 8, ARROW - 6, 16)
            forward = MSO_SHAPE.LEFT_ARROW if is_right_to_left() else MSO_SHAPE.RIGHT_ARROW
            shape = group.shapes.add_shape(forward, *arrow.lengths)
            _paint(shape, fill=QUIET, line=QUIET)
        _step(group, step, Box(left, box.top, width, high))
    texts.describe(group, flow.alternative)
    foot = Box(box.left, box.top + high + TEXT / 2, box.width, below)
    texts.write(slide, [(outcomes, USUAL)], foot)


def _step(group: Any, step: Step, box: Box) -> None:
    shape = group.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *box.lengths)
    shape.adjustments[0] = 0.06
    line, width = (ACCENT, 3.0) if step.choice else (QUIET, 1.5)
    _paint(shape, fill=WHITE, line=line, width=width)
    frame = shape.text_frame
    texts.prepare(frame, anchor=MSO_ANCHOR.MIDDLE)
    frame.margin_left = frame.margin_right = Pt(SPACE)
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    add_run(frame, step.title)
    if step.choice:
        frame.add_paragraph().alignment = PP_ALIGN.LEFT
        add_run(frame, step.choice, Style(colour=ACCENT, is_bold=True))


def _paint(shape: Any, *, fill: RGBColor, line: RGBColor, width: float = 1) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = fill
    shape.line.color.rgb, shape.line.width = line, Pt(width)
    shape.shadow.inherit = False


def _points(slide: Slide, items: tuple[str, ...], box: Box) -> None:
    """Fill the list of the layout."""
    shape = slide.placeholders[LIST]
    texts.move(shape, box)
    frame = shape.text_frame
    texts.prepare(frame, anchor=MSO_ANCHOR.MIDDLE)
    for place, item in enumerate(items):
        if place:
            frame.add_paragraph()
        frame.paragraphs[-1].space_after = Pt(TEXT / 2)
        add_run(frame, item, Style(size=LIST_TEXT))


def _help_lines(slide: Slide, lines: HelpLines, box: Box) -> None:
    """Add the emergency number as a sentence, and the other numbers as a table."""
    danger = messages.text(
        "present.danger", call=lines.danger[0], number=lines.danger[1], about=lines.danger[2]
    )
    high = ROW * len(lines.lines)
    places = Box(box.left, box.top, NAME + NUMBER, high).lengths
    frame = slide.shapes.add_table(len(lines.lines), 2, *places)
    table = frame.table
    table.first_row, table.first_col, table.horz_banding = False, True, False
    if is_right_to_left():
        frame.element.xpath(".//a:tblPr")[0].set("rtl", "1")
    frame.element.xpath(".//a:tableStyleId")[0].text = PLAIN_TABLE
    table.columns[0].width, table.columns[1].width = Pt(NAME), Pt(NUMBER)
    for place, (name, number) in enumerate(lines.lines):
        table.rows[place].height = Pt(ROW)
        for column, text in enumerate((name, number)):
            cell = table.cell(place, column)
            cell.margin_top = cell.margin_bottom = cell.margin_left = cell.margin_right = texts.NONE
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.text_frame.word_wrap = True
            add_run(cell.text_frame, text, Style(is_bold=column == 1))
    texts.describe(frame, messages.text("present.help.alternative", n=len(lines.lines)))
    below = Box(box.left, box.top + high + SPACE, WIDEST, texts.height([danger], WIDEST))
    texts.write(slide, [(danger, USUAL)], below)
