"""The help lines: every one from the data file, by need, with a warning once it is out of date."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from html import unescape

import pytest

from referrals import formatting, templates
from referrals.content import helpline_lists, outline
from referrals.content import pages as content_pages
from referrals.dashboard import blocks
from referrals.i18n import languages
from referrals.language import ENGLISH, ISOLATE, using
from referrals.query.document.statements import text_figures
from referrals.reference import helplines as reference_helplines
from referrals.reference.table_schema import Row
from referrals.release.release import Release
from tests.fixtures.texts import telephones

ROWS = reference_helplines.helplines()
NEEDED = {
    "domestic_abuse": {"England", "Wales", "Scotland", "Northern Ireland"},
    "sexual_violence": {"England and Wales", "Wales", "Scotland", "Northern Ireland"},
    "modern_slavery": {"UK", "England and Wales", "Scotland"},
    "children": {"UK"},
    "any_crime": {"England and Wales", "Scotland"},
    "lgbt": {"UK"},
}
"""The nations with a help line for each need. A text names the help that has no number."""

LAST_DAY = min(date.fromisoformat(row["check_by"]) for row in ROWS)


def said(html: str) -> str:
    """Return the words of some HTML."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def dialled(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<a class="telephone" href="tel:([^"]+)"><bdi>([^<]+)</bdi></a>', html)


OnDay = Callable[[date], None]
Make = Callable[[], str]


@pytest.fixture(scope="module")
def figures(release: Release) -> Mapping[str, str]:
    return text_figures(release)


@pytest.mark.parametrize("code", [code for code in languages.languages() if code != ENGLISH])
def test_the_service_of_each_line_is_in_the_language_of_the_page_alone(code: str) -> None:
    with using(code):
        services = [helpline_lists.service(row) for row in ROWS]
        page = helpline_lists.html()
    assert [service for service in services if ISOLATE in service] == []
    assert "ask what a call costs" not in page
    assert "Names and some details of the lines are in English" not in page


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> OnDay:
    """Return a function that sets the day by which help lines are judged."""

    def set_day(day: date) -> None:
        monkeypatch.setattr(reference_helplines, "today", lambda: day)

    return set_day


def test_the_help_lines_are_those_of_the_data_file_in_its_order() -> None:
    html = helpline_lists.html()
    assert dialled(html) == [(row["number"].replace(" ", ""), row["number"]) for row in ROWS]
    words = said(html)
    places = [words.index(row["name"]) for row in ROWS[1:]]
    assert places == sorted(places)
    for row in ROWS:
        for field in ("serves", "nations", "notes", "access", "read_at", "details_read_at"):
            assert said(row[field]) in words, (row["id"], field)


def test_the_emergency_number_comes_first_and_help_that_is_not_the_police_before_any_other() -> (
    None
):
    needs = [row["need"] for row in ROWS]
    assert needs[0] == "danger"
    assert needs.count("danger") == 1
    html = helpline_lists.html()
    assert html.index(ROWS[0]["number"]) < html.index("<h3") < html.index(ROWS[1]["number"])


@pytest.mark.parametrize(("need", "nations"), NEEDED.items())
def test_each_need_has_a_help_line_in_each_nation(need: str, nations: set[str]) -> None:
    found = [row for row in ROWS if need in reference_helplines.needs(row)]
    assert {row["nations"] for row in found} >= nations
    group = said(helpline_lists.html().partition(f'id="help-{need.replace("_", "-")}"')[2])
    group = group.partition("</h3>")[0]
    for row in found:
        assert row["name"] in group


def test_a_telephone_link_dials_digits_only() -> None:
    assert (
        templates.telephone("0808 80 10 800")
        == '<a class="telephone" href="tel:08088010800"><bdi>0808 80 10 800</bdi></a>'
    )
    assert all(re.fullmatch(r"\d{3,11}", number) for number, _ in dialled(helpline_lists.html()))


@pytest.mark.parametrize(
    "make", [helpline_lists.html, helpline_lists.short, helpline_lists.card, helpline_lists.danger]
)
def test_every_number_that_can_be_called_or_texted_keeps_its_order_in_right_to_left_text(
    make: Make,
) -> None:
    """A number outside <bdi> is turned round in Urdu: whoever copies it reaches somebody else."""
    outside = re.sub(r"<bdi>.*?</bdi>|href=\"[^\"]*\"", "", make())
    assert telephones(outside) == []


def test_hours_and_rules_that_were_not_read_are_not_made_up() -> None:
    html = helpline_lists.html()
    assert "not read;" not in html
    assert html.count("ask for hours") == sum(
        row["hours"] == "not read" or "ask for hours" in row["hours"] for row in ROWS
    )
    assert html.count("We have not read what it may have to pass on") == sum(
        row["passes_on"] == "not read" for row in ROWS
    )


def test_each_line_shows_the_day_and_the_place_of_its_check() -> None:
    words = said(helpline_lists.html())
    for row in ROWS:
        checked = formatting.day(row["last_checked"])
        assert f"Last checked {checked}. Read at {row['read_at']}" in words


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_line_is_to_be_checked_again_within_half_a_year(row: Row) -> None:
    checked, check_by = (date.fromisoformat(row[name]) for name in ("last_checked", "check_by"))
    assert timedelta(0) < check_by - checked <= timedelta(days=184)


def test_the_date_of_the_next_check_is_always_shown_for_paper_and_saved_copies() -> None:
    assert formatting.day(LAST_DAY.isoformat()) in said(helpline_lists.html())
    assert formatting.day(LAST_DAY.isoformat()) in said(helpline_lists.card())


def test_lines_warn_from_the_day_after_the_last_day_of_their_check(on_day: OnDay) -> None:
    on_day(LAST_DAY)
    assert reference_helplines.overdue() == ()
    assert "They may be wrong" not in helpline_lists.html()
    on_day(LAST_DAY + timedelta(days=1))
    late = [row["id"] for row in ROWS if row["check_by"] == LAST_DAY.isoformat()]
    assert list(reference_helplines.overdue()) == late
    html = helpline_lists.html()
    assert "They may be wrong" in html
    assert html.count("look it up first.") == len(late)
    assert html.index("They may be wrong") < html.index("tel:")


@pytest.mark.parametrize("make", [helpline_lists.short, helpline_lists.card])
def test_the_short_list_and_the_card_warn_as_well(make: Make, on_day: OnDay) -> None:
    on_day(LAST_DAY + timedelta(days=366))
    assert "They may be wrong" in make()


def test_a_page_that_was_drawn_before_warns_once_a_line_is_overdue(
    release: Release, on_day: OnDay
) -> None:
    block = outline.Text("safeguarding")
    on_day(LAST_DAY)
    before = blocks.html("safeguarding", block, {"": release}, "")
    on_day(LAST_DAY + timedelta(days=1))
    after = blocks.html("safeguarding", block, {"": release}, "")
    assert "They may be wrong" not in before
    assert "They may be wrong" in after


def test_the_card_has_a_number_for_each_nation_and_need_and_none_of_the_police() -> None:
    numbers = set(re.findall(r"<bdi>([^<]+)</bdi>", helpline_lists.card()))
    on_card = [row for row in ROWS if row["card"]]
    assert numbers == {row["number"] for row in on_card}
    assert "999" not in numbers
    needs = {need for row in on_card for need in reference_helplines.needs(row)}
    assert needs >= {"domestic_abuse", "sexual_violence", "modern_slavery", "children", "any_crime"}


def test_the_safeguarding_page_begins_with_the_help_lines(
    figures: Mapping[str, str],
) -> None:
    html = content_pages.page("safeguarding", figures).body
    assert helpline_lists.html() in html
    assert html.index("telephone") < html.index("<h2", html.index("<h2") + 1)
