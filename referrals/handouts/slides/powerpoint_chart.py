"""A bar chart that PowerPoint can edit, drawn by the rules of the site's charts.

Its data are the published bounds: a column "At least" and a column "At most". The bar of the latter
is pale and lies behind that of the former, so that a range is its pale end. What is not published
has no bar: 0 would be another number.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import xlsxwriter
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.chart.datalabel import DataLabel
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.dml import MSO_PATTERN_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.util import Length, Pt

from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.handouts.presentation.slide import Chart as BarChart
from referrals.handouts.slides import texts
from referrals.handouts.slides.package import FONT
from referrals.i18n import messages
from referrals.spreadsheets import excel

TEXT: Final = Pt(24)
NUMBERS: Final = "#,##0"
LABELS: Final = 0.36
"""The share of the width that the labels of the bars have."""

LETTER: Final = 0.6
"""The width of a bold letter in its own size."""

PALE: Final = 0.3
"""The share of its colour that a pale bar keeps; the rest is white."""

GAP: Final = 55
"""The space between bars, as a percentage of their height."""

AT_MOST, AT_LEAST = 0, 1
"""The places of the two series: the second is drawn over the first."""

Box = tuple[Length, Length, Length, Length]
"""Left, top, width and height."""


def add(slide: Slide, figure: BarChart, box: Box, published_on: datetime) -> GraphicFrame:
    """Add a bar chart to a slide, and return its frame."""
    bars = [bar for bar in figure.bars if not bar.is_absent]
    open_ended = [
        place in figure.open_ended for place, bar in enumerate(figure.bars) if not bar.is_absent
    ]
    names = [
        texts.plain(messages.text(f"present.series.{name}")) for name in ("at_most", "at_least")
    ]
    labels = [texts.plain(bar.label) for bar in bars]
    at_most = [
        None if is_open else int(bar.upper) for bar, is_open in zip(bars, open_ended, strict=True)
    ]
    at_least: list[int | None] = [int(bar.solid) for bar in bars]
    columns = dict(zip(names, (at_most, at_least), strict=True))
    data = CategoryChartData(number_format=NUMBERS)
    data.categories = labels
    for name, values in columns.items():
        data.add_series(name, values)
    shapes: Any = slide.shapes  # python-pptx gives the wrong type of a new chart
    frame: GraphicFrame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data)
    chart = frame.chart
    workbook = _workbook(labels, columns, published_on)
    part: Any = chart.part  # python-pptx gives the type of any part
    part.chart_workbook.update_from_xlsx_blob(workbook)
    _lay_out(chart, bars, width=box[2])
    for place, (bar, is_open) in enumerate(zip(bars, open_ended, strict=True)):
        _colour(chart, place, bar)
        of = chart.plots[0].series[AT_LEAST if is_open else AT_MOST]
        _write_number(of.points[place].data_label, bar.shown)
    return frame


def _lay_out(chart: Chart, bars: Sequence[Bar], *, width: Length) -> None:
    """Set the texts, the axes and the place of the bars, with room for the longest number."""
    chart.has_legend = chart.has_title = False
    chart.font.size, chart.font.name = TEXT, FONT
    plot = chart.plots[0]
    plot.overlap, plot.gap_width = 100, GAP
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = True
    # Otherwise a program may leave out a label that it thinks has too little room.
    skip = parse_xml(f"<c:tickLblSkip {nsdecls('c')} val='1'/>")
    axis = chart.element.xpath(".//c:catAx")[0]
    axis.insert_element_before(skip, "c:tickMarkSkip", "c:noMultiLvlLbl", "c:extLst")
    names.has_major_gridlines = values.has_major_gridlines = False
    names.format.line.color.rgb = _rgb(colours.LIGHT[Meaning.OTHER])
    values.visible = False
    longest = max(bar.upper for bar in bars)
    room = max(len(bar.shown) for bar in bars) * TEXT.pt * LETTER
    drawn = width.pt * (1 - LABELS)
    values.minimum_scale, values.maximum_scale = 0, longest * drawn / (drawn - room)
    layout = parse_xml(
        f"<c:layout {nsdecls('c')}><c:manualLayout><c:layoutTarget val='inner'/>"
        "<c:xMode val='edge'/><c:yMode val='edge'/>"
        f"<c:x val='{LABELS}'/><c:y val='0'/><c:w val='{1 - LABELS}'/><c:h val='1'/>"
        "</c:manualLayout></c:layout>"
    )
    area = chart.element.plotArea
    for old in area.findall(layout.tag):
        area.remove(old)
    area.insert(0, layout)


def _colour(chart: Chart, place: int, bar: Bar) -> None:
    own = colours.LIGHT[bar.colour]
    pale, solid = (series.points[place].format for series in chart.plots[0].series)
    pale.fill.solid()
    pale.fill.fore_color.rgb = _rgb(own, share=PALE)
    pale.line.color.rgb = solid.line.color.rgb = _rgb(own)
    if bar.colour is Meaning.NOT_RECORDED:
        solid.fill.patterned()
        solid.fill.pattern = MSO_PATTERN_TYPE.WIDE_UPWARD_DIAGONAL
        solid.fill.fore_color.rgb = _rgb(own)
        solid.fill.back_color.rgb = RGBColor(255, 255, 255)
    else:
        solid.fill.solid()
        solid.fill.fore_color.rgb = _rgb(own)


def _write_number(label: DataLabel, shown: str) -> None:
    """Write a number, or a range, at the end of its bar."""
    run = label.text_frame.paragraphs[0].add_run()
    run.text = texts.plain(shown)
    run.font.bold, run.font.size = True, TEXT
    label.text_frame.word_wrap = False
    label.position = XL_LABEL_POSITION.OUTSIDE_END


def _workbook(
    labels: Sequence[str], columns: Mapping[str, Sequence[int | None]], published_on: datetime
) -> bytes:
    """Return the workbook behind a chart, in which its numbers can be edited."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, excel.OPTIONS) as file:
        file.set_properties({"created": published_on})
        sheet = file.add_worksheet("Sheet1")
        sheet.set_column(0, 0, max(map(len, labels)))
        number = file.add_format({"num_format": NUMBERS})
        sheet.write_column(1, 0, labels)
        for place, (name, values) in enumerate(columns.items(), start=1):
            sheet.write_string(0, place, name)
            sheet.write_column(1, place, values, number)
    return stream.getvalue()


def _rgb(colour: str, *, share: float = 1) -> RGBColor:
    """Return a colour of the site, mixed with white if `share` is less than 1.

    >>> str(_rgb("#12436d")), str(_rgb("#000000", share=0.2))
    ('12436D', 'CCCCCC')
    """
    parts: list[Any] = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return RGBColor(*(round(255 + (part - 255) * share) for part in parts))
