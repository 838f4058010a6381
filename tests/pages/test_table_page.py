"""The page on which a reader builds a table: controls, address and table always agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from referrals.dashboard import session, table_answer
from referrals.dashboard.controls import key_of
from referrals.release.release import EXAMPLE, MARKS, Release, open_release
from tests.fixtures import rounded_release
from tests.fixtures.page_scripts import SCRIPTS

Open = Callable[..., Any]
INVENTED = {"release": "example"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(rounded_release.write(tmp_path_factory.mktemp("example")))


@pytest.fixture
def both(example: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A site that offers invented figures beside the published year."""
    monkeypatch.setattr(session, "others", lambda: (example,))
    return example


def opened(open_page: Open, address: Mapping[str, str] | None = None) -> Any:
    return open_page(SCRIPTS["/table"], address)


def controls(reader: Any) -> dict[str, Any]:
    every = (*reader.app.button_group, *reader.app.selectbox)
    return {widget.key: widget for widget in every}


def choose(reader: Any, name: str, code: str) -> Any:
    controls(reader)[key_of("table", name)].set_value(code).run()
    assert not reader.app.exception
    return reader


def test_the_first_table_is_of_the_published_year_with_what_is_not_published(
    open_page: Open,
) -> None:
    reader = opened(open_page)
    assert "Modern slavery referrals of males are the largest group: 447 of 1,336" in reader.text
    assert "are not published." in reader.text
    assert reader.address == {}


def test_a_choice_is_written_into_the_address(open_page: Open) -> None:
    reader = choose(opened(open_page), "measure", "share_of_row")
    assert reader.address == {
        "rows": "crime_type",
        "columns": "sex",
        "measure": "share_of_row",
    }


def test_choosing_for_the_rows_what_the_columns_have_swaps_them(open_page: Open) -> None:
    reader = choose(opened(open_page), "rows", "sex")
    assert reader.address == {"rows": "sex", "columns": "crime_type"}
    assert "Rows: sex. Columns: crime type." in reader.text


def test_a_filter_on_what_comes_into_the_rows_is_left_out(open_page: Open) -> None:
    address = {"rows": "crime_type", "columns": "sex", "nationality": "VNM"}
    reader = choose(opened(open_page, address), "rows", "nationality")
    assert reader.address == {"rows": "nationality", "columns": "sex"}


def test_a_second_thing_in_the_rows_leaves_no_room_for_one_in_the_columns(open_page: Open) -> None:
    reader = choose(opened(open_page), "rows_2", "age_band")
    assert reader.address["rows"] == "crime_type,age_band"
    assert key_of("table", "columns_2") not in controls(reader)


@pytest.mark.usefixtures("both")
def test_the_other_release_keeps_the_table_that_it_can_show(open_page: Open) -> None:
    address = {"rows": "nationality", "columns": "sex", "crime_type": "MS"}
    reader = choose(opened(open_page, address), "release", "example")
    assert reader.address == address | INVENTED
    assert MARKS[EXAMPLE] in reader.html[0], "the first thing after the title"
    assert 'role="note"' in reader.html[0]
    assert "Country A" in reader.text
    assert all("orked example" in text for text in reader.to_copy)


@pytest.mark.usefixtures("both")
def test_what_only_the_other_release_has_is_explained_in_this_one(open_page: Open) -> None:
    reader = opened(open_page, {"rows": "quarter", "columns": "sex"})
    assert "These figures have no rows to choose “quarter” from." in reader.text


def test_a_broken_link_explains_itself_and_shows_the_rest(open_page: Open) -> None:
    reader = opened(open_page, {"rows": "sex", "columns": "crimetype", "measure": "rate"})
    assert "“crimetype” cannot be chosen for columns. Did you mean “crime_type”?" in reader.text
    said = re.search("“rate” cannot be chosen for measure. It can be (.*?)[.]<", reader.text)
    assert said is not None
    assert " or " in said[1]
    assert " and " not in said[1]
    assert "Victim referrals of males are the largest group: 706 of 1,336" in reader.text


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("chart", ["bars", "stacked", "lines", "multiples", "dots", "heat"])
@pytest.mark.parametrize("columns", ["sex", "quarter", "none"])
def test_every_chart_is_drawn_or_says_why_it_does_not_suit(
    open_page: Open, chart: str, columns: str
) -> None:
    address = {"rows": "crime_type", "columns": columns, "chart": chart, **INVENTED}
    reader = opened(open_page, address)
    assert not reader.app.exception
    is_drawn = any(f'class="{look}' in reader.text for look in ("bars", "lines", "panels"))
    is_heat = 'class="data built heat"' in reader.text
    says_why = 'class="box-note"' in reader.text
    assert is_drawn + (is_heat and not says_why) + says_why == 1


def test_the_first_paint_shows_the_same_table_as_the_page(open_page: Open) -> None:
    query = "rows=nationality&columns=sex&measure=share_of_column"
    first = table_answer.first_paint(query, session.offered()).html
    reader = opened(open_page, dict(pair.split("=") for pair in query.split("&")))
    (table,) = [html for html in reader.html if 'class="data built"' in html]
    start, end = table.index("<table"), table.index("</table>")
    assert table[start:end] in first
    assert 'name="rows"' in first
