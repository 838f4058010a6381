"""The choice between the published year and a series of figures marked as invented."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from referrals.cards import page_cards
from referrals.cards.card import PATHS
from referrals.content import outline
from referrals.dashboard import first_paint, session
from referrals.dashboard.topic_page.choices import CHART, VIEWS
from referrals.i18n import messages
from referrals.query.selection import MOST_COMPARED, Selection
from referrals.release import catalogue
from referrals.release.release import EXAMPLE, MARKS, Release, open_release
from tests.fixtures import real_words, rounded_release
from tests.fixtures.page_scripts import SCRIPTS

TOPICS = tuple(PATHS.values())
PICTURE = re.compile(r"(?<=\()PNG(?=\)</a>)")
"""The format in the label of a link to a picture, which is also the code of Papua New Guinea."""

NOT_PUBLISHED_ALONE = {*TOPICS, "/table", "/releases"}
"""The pages of a release that a reader chooses, and the page about every release."""

TO_COPY = 4
"""The texts to copy of a card: its text, two citations and the code of a frame."""

CHOSEN = {"release": "example"}
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(rounded_release.write(tmp_path_factory.mktemp("releases")))


@pytest.fixture
def both(series: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A site that offers the worked example beside the published year."""
    monkeypatch.setattr(session, "others", lambda: (series,))
    return series


def findings(reader: Any) -> list[str]:
    return [
        unescape(one)
        for one in re.findall(r'<h2 class="finding"[^>]*>(.*?)</h2>', "".join(reader.html))
    ]


def labels(reader: Any) -> list[str]:
    """The labels of the rows of the tables of a page."""
    return re.findall(r'<tr><th scope="row">([^<]*)</th>', "".join(reader.html))


def test_a_single_release_is_not_a_choice(page: Open) -> None:
    for path in TOPICS:
        reader = page(SCRIPTS[path])
        assert "release" not in reader.controls
        assert "orked example" not in reader.text


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
def test_the_published_year_is_shown_first(open_page: Open, path: str) -> None:
    reader = open_page(SCRIPTS[path])
    assert reader.controls["release"].value == "2020-21"
    assert reader.address == {}
    assert "box-invented" not in reader.text
    assert not any(finding.startswith("Worked example") for finding in findings(reader))


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
def test_the_worked_example_is_marked_at_the_top_and_in_every_card(
    open_page: Open, path: str
) -> None:
    reader = open_page(SCRIPTS[path], CHOSEN)
    assert not reader.app.exception
    assert not reader.app.error
    html = "".join(reader.html)
    assert MARKS[EXAMPLE] in reader.html[0], "the first thing after the title"
    assert 'role="note"' in reader.html[0]
    assert not re.search(r"<(button|input|summary)", reader.html[0]), (
        "there is nothing to close it with"
    )
    sentences = findings(reader)
    assert len(sentences) == 1
    assert all(finding.startswith("Worked example: ") for finding in sentences)
    assert rounded_release.LAY_SENTENCE not in html, "its ranges are on the page"
    assert all("orked example" in text for text in reader.to_copy)
    assert len(reader.to_copy) == TO_COPY * len(sentences)
    assert html.count('class="chart-mark"') == 1, "below the bars"


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
def test_over_time_draws_a_line_for_each_of_up_to_four_codes(open_page: Open, path: str) -> None:
    reader = open_page(SCRIPTS[path], CHOSEN | {"view": "time"})
    assert not reader.app.exception
    (chart,) = reader.app.get("plotly_chart")
    assert chart.proto.alt.startswith(findings(reader)[0].removesuffix("."))
    lines = [trace for trace in json.loads(chart.proto.spec)["data"] if "marker" in trace]
    assert 1 <= len(lines) <= MOST_COMPARED
    assert "period" not in reader.controls, "every period is in view"


@pytest.mark.usefixtures("both")
def test_chosen_codes_are_compared_over_time_and_in_the_files(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/nationality"], CHOSEN | {"view": "time"})
    reader.choose("nationality", "XAC,XAF")
    (chart,) = reader.app.get("plotly_chart")
    names = [trace["name"] for trace in json.loads(chart.proto.spec)["data"] if "marker" in trace]
    assert names == ["Country C", "Country F"]
    assert "nationality-over-time.csv?nationality=XAC%2CXAF" in "".join(reader.html)


@pytest.mark.usefixtures("both")
def test_the_latest_period_is_shown_first_and_is_the_first_of_the_list(open_page: Open) -> None:
    period = open_page(SCRIPTS["/sex"], CHOSEN).controls["period"]
    assert period.value == "EY4"
    assert period.options[0] == "Example year 4"


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
def test_nothing_on_an_example_page_is_ascribed_to_the_assessment(
    open_page: Open, path: str
) -> None:
    reader = open_page(SCRIPTS[path], CHOSEN)
    assert "assessment" not in reader.text
    assert "Home Office" not in reader.text


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
def test_every_other_dimension_and_the_period_can_be_chosen_together(
    open_page: Open, path: str
) -> None:
    mine = next(name for name, address in PATHS.items() if address == path)
    codes = {
        "nationality": "XAA",
        "age_band": "20-29",
        "sex": "F",
        "crime_type": "MS",
        "outcome": "ICE",
        "period": "EY2-Q2",
    }
    reader = open_page(SCRIPTS[path], CHOSEN)
    for name, code in codes.items():
        if name != mine:
            reader.choose(name, code)
    chosen = {name: code for name, code in codes.items() if name != mine}
    assert reader.address == chosen | CHOSEN
    linked = open_page(SCRIPTS[path], chosen | CHOSEN)
    assert "could not be used" not in linked.text
    assert linked.html == reader.html
    assert "Example year 2, quarter 2" in linked.text


@pytest.mark.usefixtures("both")
def test_the_first_bytes_of_long_filters_work_as_a_form_without_scripts() -> None:
    html = first_paint.body("/crime-type", "release=example&sex=F&view=table").html
    assert '<option value="F" selected>Female</option>' in html
    assert '<input type="hidden" name="view" value="table">' in html
    assert "vr-buttons" not in html


@pytest.mark.usefixtures("both")
def test_choosing_the_series_keeps_the_filters_it_has_and_drops_the_others(open_page: Open) -> None:
    reader = open_page(
        SCRIPTS["/crime-type"], {"nationality": "_TOP3", "sex": "M", "measure": "share"}
    )
    reader.choose("release", "example")
    assert reader.address == {"sex": "M", "measure": "share", "release": "example"}
    assert "could not be used" not in reader.text
    reader.choose("nationality", "XAG").choose("release", "2020-21")
    assert reader.address == {"sex": "M", "measure": "share"}


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    "address", [{"period": "2019-20"}, {"period": "_T"}, {"nationality": "FRA"}, {"sex": "f"}]
)
def test_a_code_that_the_series_lacks_is_named_and_everything_is_shown(
    open_page: Open, address: dict[str, str]
) -> None:
    reader = open_page(SCRIPTS["/age"], CHOSEN | address)
    ((name, value),) = address.items()
    (note,) = [html for html in reader.html if "could not be used" in html]
    assert f"{name}={value}" in note
    assert findings(reader) == findings(open_page(SCRIPTS["/age"], CHOSEN))


@pytest.mark.usefixtures("both")
def test_the_published_release_by_name_is_the_default(
    open_page: Open,
) -> None:
    reader = open_page(SCRIPTS["/sex"], {"release": "2020-21"})
    unnamed = open_page(SCRIPTS["/sex"])
    assert "could not be used" not in reader.text
    assert reader.html == unnamed.html
    assert reader.to_copy == unnamed.to_copy


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", [path for path in SCRIPTS if path not in NOT_PUBLISHED_ALONE])
def test_every_other_page_keeps_to_the_published_year(
    open_page: Open, page: Open, path: str
) -> None:
    reader = open_page(SCRIPTS[path], CHOSEN)
    assert not reader.app.exception
    assert reader.html == page(SCRIPTS[path]).html


@pytest.mark.usefixtures("both")
def test_a_link_to_the_series_that_was_replaced_says_so_and_leads_to_the_example(
    open_page: Open,
) -> None:
    reader = open_page(SCRIPTS["/sex"], {"release": "illustrative"})
    assert messages.text("notices.replaced") in reader.text
    assert '<a href="/sex?release=example">' in reader.text
    assert "could not be used" not in reader.text
    assert not findings(reader)[0].startswith("Worked example")


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("path", TOPICS)
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_before_the_end_of_an_example_page_has_a_real_nationality_or_period(
    open_page: Open, series: Release, path: str, view: str
) -> None:
    reader = open_page(SCRIPTS[path], CHOSEN | {"view": view})
    *answer, end = reader.html
    assert 'class="page-end"' in end, "it says which period is published"
    assert any('class="finding"' in html for html in answer)
    assert any('class="data' in html for html in answer) == (view != CHART)
    charts = [chart.proto.spec + chart.proto.alt for chart in reader.app.get("plotly_chart")]
    for text in (*answer, *reader.to_copy, *charts):
        words = unescape(re.sub(r"<[^>]+>", " ", PICTURE.sub("", text)))
        assert real_words.find(words, published_on=series.about.published_on) == []


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    ("path", "filters", "sort", "swapped"),
    [
        ("/nationality", {"crime_type": "MS"}, "name", ["Country C", "Country D"]),
        ("/age", {}, "size", ["30 to 39", "20 to 29"]),
    ],
)
def test_an_order_is_the_same_by_its_control_and_by_its_address(
    open_page: Open, path: str, filters: dict[str, str], sort: str, swapped: list[str]
) -> None:
    usual = open_page(SCRIPTS[path], CHOSEN | {"view": "table"} | filters)
    pressed = open_page(SCRIPTS[path], CHOSEN | {"view": "table"} | filters).choose("sort", sort)
    assert pressed.address == CHOSEN | {"view": "table", "sort": sort} | filters
    linked = open_page(SCRIPTS[path], pressed.address)
    assert linked.html == pressed.html
    assert sorted(labels(pressed)) == sorted(labels(usual))
    assert [label for label in labels(pressed) if label in swapped] == swapped
    assert [label for label in labels(usual) if label in swapped] == swapped[::-1]


@pytest.mark.usefixtures("both")
def test_an_order_is_kept_if_the_filters_are_cleared(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/nationality"], CHOSEN | {"sort": "name", "sex": "F"})
    address = "/nationality?release=example&amp;sort=name"
    assert f'<a href="{address}">Clear all</a>' in "".join(reader.html)


@pytest.mark.usefixtures("both")
def test_codes_that_are_compared_have_no_choice_of_an_order(open_page: Open) -> None:
    reader = open_page(SCRIPTS["/nationality"], CHOSEN)
    assert "sort" in reader.controls
    assert "sort" not in reader.choose("nationality", "XAC,XAF").controls


def test_a_link_to_a_removed_series_shows_the_published_year_with_a_notice(
    open_page: Open,
) -> None:
    reader = open_page(SCRIPTS["/sex"], CHOSEN)
    assert not findings(reader)[0].startswith("Worked example")
    assert "release=example" in next(html for html in reader.html if "could not be used" in html)


def test_the_cards_of_two_releases_are_cached_apart(series: Release) -> None:
    block, chosen = outline.Card("sex"), Selection(release="example")
    published = page_cards.card(block, catalogue.served().published, Selection())
    invented = page_cards.card(block, series, chosen)
    assert published.finding != invented.finding
    assert page_cards.card(block, series, chosen) is invented
    quarters = outline.Quarters("sex")
    assert page_cards.card(quarters, series, chosen) is page_cards.card(quarters, series, chosen)
