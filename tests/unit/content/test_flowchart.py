"""The flow chart of data sharing: steps in order, arrows between neighbours, links to sections."""

from __future__ import annotations

import re
from html import unescape

import pytest

from referrals.content import flowchart
from referrals.content import pages as content_pages
from referrals.query.document.statements import text_figures
from referrals.reference import table_schema
from referrals.release.release import Release

ROWS = {row["step"]: row for row in table_schema.read(flowchart.FILE)}
LANES = ("police", "nccu", "person")
OUTCOMES = {"ice_teams", "casework", "intelligence", "no_further_action"}


@pytest.fixture(scope="module")
def page(release: Release) -> str:
    """The text of the page, with the chart in it."""
    return content_pages.page("data-sharing", text_figures(release)).body


def test_the_chart_is_on_its_page_and_each_step_links_to_a_section_there(page: str) -> None:
    assert flowchart.html() in page
    headings = set(re.findall(r'<h[23] id="([\w-]+)"', page))
    links = re.findall(r'href="#([\w-]+)"', flowchart.html())
    assert links == [*(row["anchor"] for row in ROWS.values()), flowchart.REPORTED]
    assert set(links) <= headings


def test_every_step_but_the_first_follows_one_above_it_in_the_file() -> None:
    seen: list[str] = []
    for step, row in ROWS.items():
        assert row["follows"] in seen if seen else row["follows"] == ""
        seen.append(step)


@pytest.mark.parametrize(
    ("step", "arrow"),
    [
        ("encounter", ""),
        ("decision", "down"),
        ("referral", "forward"),
        ("check", "down"),
        ("reply", "back"),
        ("confirmation", "forward"),
        ("next", "down"),
    ],
)
def test_an_arrow_leads_from_the_step_before(step: str, arrow: str) -> None:
    row = ROWS[step]
    assert flowchart.direction(row, ROWS.get(row["follows"])) == arrow


def test_an_arrow_joins_neighbours_so_that_it_crosses_no_other_box() -> None:
    for row in ROWS.values():
        before = ROWS.get(row["follows"])
        if before is None or row["lane"] == flowchart.OUTCOME:
            continue
        if row["row"] == before["row"]:
            assert abs(LANES.index(row["lane"]) - LANES.index(before["lane"])) == 1
        else:
            assert int(row["row"]) - int(before["row"]) == 1
            assert before["lane"] in {row["lane"], "everyone"}


def test_no_two_steps_share_a_place() -> None:
    places = [(row["lane"], row["row"]) for row in ROWS.values() if row["lane"] != "outcome"]
    assert len(places) == len(set(places))


def test_the_four_outcomes_of_section_1_are_each_marked_as_not_published() -> None:
    assert {step for step, row in ROWS.items() if row["lane"] == flowchart.OUTCOME} == OUTCOMES
    assert flowchart.html().count("Number not published") == len(OUTCOMES)


def test_safeguarding_runs_across_the_outcomes_and_is_not_one_of_them() -> None:
    outcomes = re.findall(r"<ul.*?</ul>", flowchart.html(), re.DOTALL)
    assert len(outcomes) == 1
    assert "afeguarding" not in outcomes[0]
    assert re.search(r"</ul>\s*<p[^>]*>Safeguarding and support run across", flowchart.html())


def test_both_choices_are_marked() -> None:
    chosen = {step for step, row in ROWS.items() if row["is_choice"] == "yes"}
    assert chosen == {"decision", "next"}
    assert flowchart.html().count("<em>") == len(chosen)


def test_the_chart_is_a_named_list_of_text_without_a_picture_or_a_figure() -> None:
    html = flowchart.html()
    assert html.startswith('<nav class="flow" aria-label="The steps of data sharing"><ol')
    assert not re.search(r"<(?!/?(?:nav|ol|ul|li|a|b|em|p|small|span)\b)", html)
    numbers = re.findall(r"\d+", unescape(re.sub(r"<[^>]*>", " ", html)))
    assert numbers == [str(place + 1) for place in range(len(ROWS) - len(OUTCOMES))]
