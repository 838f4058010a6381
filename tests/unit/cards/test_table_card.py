"""A built table in words, as HTML and as a file: gaps have reasons, and headers have scopes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.cards import built_table, table_chart
from referrals.cards.built_table import BuiltTable
from referrals.cards.exports import csv as csv_export
from referrals.cards.html import table as table_html
from referrals.cards.wording import table as words
from referrals.i18n import languages
from referrals.language import ENGLISH, ISOLATE, POP_ISOLATE, using
from referrals.query.selection import Selection
from referrals.query.tables import reader, suitability
from referrals.query.tables.suitability import Fault
from referrals.query.tables.table import Reason
from referrals.query.tables.table_request import Chart, Measure, Problem, TableRequest
from referrals.query.tables.table_request import Fault as WrongPart
from referrals.release.release import Release
from tests.fixtures.rounded_questions import few
from tests.fixtures.table_requests import requests

BY_CRIME_AND_SEX = TableRequest()
BY_CRIME_SEX_AND_AGE = TableRequest(("crime_type",), ("sex", "age_band"))


class Cells(HTMLParser):
    """The cells of a table by the row and column that they cover, as a browser lays them out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.covered: dict[tuple[int, int], tuple[str, str]] = {}
        self.row = -1
        self.columns: set[int] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.row += 1
        if tag not in {"th", "td"}:
            return
        values = dict(attrs)
        column = next(at for at in range(10_000) if (self.row, at) not in self.covered)
        for down in range(int(values.get("rowspan") or 1)):
            for across in range(int(values.get("colspan") or 1)):
                self.covered[self.row + down, column + across] = (tag, values.get("scope") or "")


def href(request: TableRequest) -> str:
    return str(request.address())


def built(release: Release, request: TableRequest) -> BuiltTable:
    return built_table.built(release, request)


@few
@given(st.data())
def test_every_cell_stands_under_a_header_and_beside_one(
    invented: Release, data: st.DataObject
) -> None:
    request = data.draw(requests(reader.offer(invented)))
    table = built(invented, request).table
    html = str(built(invented, request).card.table)
    cells = Cells(html)
    heads = max(len(request.columns), 1)
    sides = max(len(request.rows), 1)
    width = sides + len(table.columns)
    assert set(cells.covered) == {
        (row, column) for row in range(heads + len(table.rows_shown)) for column in range(width)
    }
    for column in range(sides, width):
        assert cells.covered[heads - 1, column] == ("th", "col")
        assert all(cells.covered[level, column] == ("th", "colgroup") for level in range(heads - 1))
    for row in range(heads, heads + len(table.rows_shown)):
        assert cells.covered[row, sides - 1] == ("th", "row")
        assert sides == 1 or cells.covered[row, 0] == ("th", "rowgroup")


@few
@given(st.data())
def test_every_missing_cell_is_explained_in_words_and_counted(
    release: Release, data: st.DataObject
) -> None:
    request = data.draw(requests(reader.offer(release)))
    table = built(release, request).table
    counted = words.counted_cells(table)
    for reason, places in table.missing.items():
        assert words.why(reason, table) in str(table_html.why(table))
        assert str(len(places)) in counted.replace(",", "")
    assert (not table.missing) == counted.startswith("All ")


@few
@given(st.data())
def test_the_file_has_every_cell_with_its_codes_and_a_reason_if_it_is_empty(
    invented: Release, data: st.DataObject
) -> None:
    request = data.draw(requests(reader.offer(invented)))
    card = built(invented, request).card
    rows = list(csv.DictReader(io.StringIO(csv_export.write(card))))
    assert len(rows) == len(built(invented, request).table.cells)
    for row in rows:
        has_figure = bool(row["lower"])
        assert has_figure != bool(row["not_shown_because"])


def test_the_headline_names_the_largest_group_of_the_published_year(release: Release) -> None:
    assert built(release, BY_CRIME_AND_SEX).card.finding == (
        "Modern slavery referrals of males are the largest group: 447 of 1,336."
    )


def test_no_group_is_called_largest_if_a_missing_number_could_be_larger(release: Release) -> None:
    request = TableRequest(("nationality",), ("sex",))
    assert built(release, request).card.finding == (
        "No one group is plainly the largest among 1,336 victim referrals."
    )


def test_a_table_without_any_number_says_so_and_names_what_can_be_asked(release: Release) -> None:
    request = TableRequest(("outcome",), ("sex",), Selection(age_band="60+"))
    made = built(release, request)
    assert made.card.finding.startswith("No number for victim referrals aged 60 and over")
    assert made.suggestions
    assert "without" in str(table_html.suggestions(made, href))


def test_cells_of_the_same_nearest_number_are_named_together(release: Release) -> None:
    table = built(release, TableRequest(("nationality",), ("sex",))).table
    sentences = words.missing_cells(table, table.missing[Reason.NOT_PUBLISHED])
    (vietnam,) = [sentence for sentence in sentences if "Vietnam: 237" in sentence]
    assert vietnam.startswith("For Vietnam, Male; ")
    assert vietnam.endswith(", the nearest published number is Vietnam: 237.")


@pytest.mark.parametrize(
    ("request_", "chart", "fault"),
    [
        (TableRequest(("nationality", "sex"), ("age_band",)), Chart.BARS, Fault.TOO_MANY_BARS),
        (TableRequest(("sex",), ()), Chart.STACKED, Fault.ONE_SIDE),
        (TableRequest(("sex",), ("age_band",)), Chart.STACKED, Fault.TOO_MANY_PARTS),
        (
            TableRequest(("sex",), ("crime_type",), measure=Measure.SHARE_OF_ALL),
            Chart.STACKED,
            Fault.NOT_A_WHOLE,
        ),
        (TableRequest(("sex",), ("crime_type",)), Chart.LINES, Fault.NO_TIME),
        (TableRequest(("nationality",), ("quarter",)), Chart.LINES, Fault.TOO_MANY_LINES),
        (TableRequest(("year",), ()), Chart.DOTS, Fault.NO_RANGES),
        (TableRequest(("sex",), (), measure=Measure.CHANGE), Chart.BARS, Fault.CHANGE),
        (TableRequest(("sex",), ()), Chart.HEAT, Fault.ONE_SIDE),
    ],
)
def test_a_chart_that_does_not_suit_a_table_says_why(
    invented: Release, request_: TableRequest, chart: Chart, fault: Fault
) -> None:
    table = reader.read(invented, request_)
    assert suitability.unsuited(table)[chart].fault is fault


def test_a_release_of_one_period_has_no_lines(release: Release) -> None:
    fault = suitability.unsuited(reader.read(release, BY_CRIME_AND_SEX))[Chart.LINES].fault
    assert fault is Fault.ONE_PERIOD


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (BY_CRIME_AND_SEX, Fault.OVERLAP),
        (TableRequest(("sex",), ("crime_type",)), Fault.GAPS),
        (TableRequest(("nationality",), ("outcome",)), Fault.NO_NUMBERS),
    ],
)
def test_the_published_year_has_no_stacked_bars_that_would_mislead(
    release: Release, request_: TableRequest, fault: Fault
) -> None:
    assert suitability.unsuited(reader.read(release, request_))[Chart.STACKED].fault is fault


@few
@given(st.data())
def test_a_chart_is_drawn_exactly_if_it_suits_the_table(
    invented: Release, data: st.DataObject
) -> None:
    request = data.draw(requests(reader.offer(invented)))
    table = reader.read(invented, request)
    is_apart = request.chart not in {Chart.NONE, Chart.HEAT}
    is_drawn = bool(table_chart.html(table, "name"))
    assert is_drawn == (is_apart and request.chart not in suitability.unsuited(table))


def test_a_heat_table_colours_no_total(invented: Release) -> None:
    request = TableRequest(("sex",), ("crime_type",), chart=Chart.HEAT)
    html = str(built(invented, request).card.table)
    assert set(re.findall(r'<td class="num total" style="--v:([\d.]+)"', html)) == {"0.000"}
    assert "--v:1.000" in html


def test_a_link_says_whether_it_is_fixed_to_a_release(release: Release) -> None:
    about = release.about
    latest = table_html.link(built(release, BY_CRIME_AND_SEX), about, href)
    assert "follows the latest figures, which are now release 2020-21" in latest
    fixed = TableRequest(within=Selection(release="2020-21"))
    assert "fixed to release 2020-21" in table_html.link(built(release, fixed), about, href)


def test_latest_is_never_an_invented_release(release: Release, invented: Release) -> None:
    both = {"2020-21": release, "illustrative": invented}
    assert built_table.latest(both) is release
    chosen, request, problems = built_table.read([("release", "latest")], both)
    assert (chosen, request.within.release, problems) == (release, "latest", ())
    chosen, *_ = built_table.read([("release", "illustrative")], both)
    assert chosen is invented


def test_a_broken_link_leads_to_the_table_that_was_meant(release: Release) -> None:
    pairs = [("rows", "nationalty,sex"), ("column", "crimetype"), ("measure", "share_of_rows")]
    releases = {"2020-21": release}
    _, _, problems = built_table.read(pairs, releases)
    meant = built_table.corrected(pairs, problems, releases)
    assert meant is not None
    assert (meant.rows, meant.measure) == (("nationality", "sex"), Measure.SHARE_OF_ROW)
    assert built_table.corrected([("rows", "sex")], (), releases) is None


def sentences(release: Release, request: TableRequest) -> list[str]:
    """The sentences on a table: what it shows, and what of an address it cannot use."""
    found = built(release, request)
    unusable = Problem("rows", "force", WrongPart.UNKNOWN_VALUE, allowed=("sex", "age_band"))
    return [
        found.card.finding,
        found.card.title,
        found.card.unit,
        words.sides(found.table),
        words.problem(unusable),
        *(suggestion.text for suggestion in found.suggestions),
    ]


@pytest.mark.parametrize("language", [each for each in languages.languages() if each != ENGLISH])
@pytest.mark.parametrize("measure", [Measure.NUMBER, Measure.SHARE_OF_ROW])
def test_a_sentence_on_a_table_is_in_one_language_throughout(
    release: Release, invented: Release, language: str, measure: Measure
) -> None:
    for shown, request in (
        (release, replace(BY_CRIME_AND_SEX, measure=measure)),
        (invented, replace(BY_CRIME_SEX_AND_AGE, measure=Measure.SHARE_OF_ALL)),
    ):
        in_english = sentences(shown, request)
        with using(language):
            if words.language() == language:
                pytest.skip("tables are translated")
            in_other = sentences(shown, request)
        assert in_other == [f"{ISOLATE}{each}{POP_ISOLATE}" for each in in_english]


def test_that_no_group_is_the_largest_is_said_in_the_language_of_the_reader(
    release: Release,
) -> None:
    with using("vi"):
        finding = built(release, TableRequest(("nationality",), ("crime_type",))).card.finding
    assert finding.startswith("Không có nhóm nào")


def test_a_sentence_is_translated_throughout_if_the_language_has_those_on_tables(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "language", lambda: "vi")
    with using("vi"):
        assert " và " in words.sides(built(release, BY_CRIME_SEX_AND_AGE).table)
