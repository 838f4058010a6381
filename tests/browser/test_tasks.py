"""Tasks of readers, done as a new reader would: from the first page, in counted clicks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.servers import PHONE, drawn, open_page

WHOLE_QUESTION = "How many women from Albania were referred for modern slavery, and has it grown?"


@dataclass
class Reader:
    """A reader on the first page, whose clicks are counted. Typing is no click."""

    page: Page
    clicks: int = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def ask(self, question: str) -> None:
        """Type a question into the header and send it."""
        form = self.page.get_by_role("banner").get_by_role("search")
        field = form.get_by_role("searchbox")
        field.press_sequentially(question)
        field.press("Enter")
        self.clicks += 1


@pytest.fixture
def reader(page: Page, dashboard: str) -> Reader:
    open_page(page, dashboard)
    page.locator("body > .vr-static").wait_for(state="detached")
    return Reader(page)


def by_question(reader: Reader) -> None:
    reader.ask(WHOLE_QUESTION)
    answer = reader.page.locator("main")
    expect(answer).to_contain_text("modern slavery referrals of females from Albania is not")
    expect(answer).to_contain_text("The assessment counts 168 victim referrals from Albania")
    expect(answer).to_contain_text("Only one year is published, April 2020 to March 2021.")


def by_profile(reader: Reader) -> None:
    reader.click(reader.page.locator("#root .chart").get_by_role("link", name="Albania"))
    profile = reader.page.locator("main")
    expect(profile).to_contain_text("counts 168 victim referrals from Albania")
    expect(profile).to_contain_text("How many were women, men or children.")
    expect(profile).to_contain_text("Any year before April 2020 or after March 2021.")
    expect(profile).to_contain_text("referrals of Albanian nationals fell from")


@pytest.mark.parametrize("way", [by_question, pytest.param(by_profile, marks=pytest.mark.slow)])
def test_how_many_women_from_albania_and_has_it_grown_takes_three_clicks_at_most(
    reader: Reader, way: Callable[[Reader], None]
) -> None:
    way(reader)
    assert reader.clicks <= 3


def test_two_countries_over_time_take_four_clicks_at_most(reader: Reader) -> None:
    page = reader.page
    reader.click(page.locator("#vr-nav").get_by_role("link", name="Trends and context"))
    reader.click(page.locator("#root .series a", has_text="Nationality, by quarter").first)
    finding = page.locator("#root .finding")
    expect(finding).to_contain_text("Albanian fell from 1,294 in 2022 Q3 to 523 in 2024 Q3")
    expect(finding).to_contain_text("Vietnamese rose from 216 in 2022 Q3 to 514 in 2024 Q3")
    expect(finding).to_be_in_viewport()
    assert reader.clicks <= 4


@pytest.mark.slow
def test_two_countries_of_the_worked_example_over_time_take_four_clicks_at_most(
    reader: Reader,
) -> None:
    page = reader.page
    reader.click(page.locator("#root").get_by_role("link", name="See the figures"))
    expect(page.locator("h1")).to_have_text("Nationality")
    drawn(page)
    reader.click(page.get_by_role("radio", name="Worked example"))
    expect(page.locator("#root .finding").first).to_contain_text("Worked example")
    reader.click(page.get_by_role("radio", name="Over time"))
    chart = page.locator("#root").get_by_role("figure").first
    for country in ("Country A", "Country B"):
        expect(chart).to_contain_text(country)
    assert reader.clicks <= 4


def test_two_thirds_are_women_is_answered_in_view_after_one_click(reader: Reader) -> None:
    reader.ask("two thirds of victims are women")
    assert reader.clicks == 1
    for part in ("Contradicted", "425 victim referrals of females are 38% of the 1,131"):
        expect(reader.page.get_by_text(part).first).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_two_thirds_are_women_is_answered_on_a_phone_after_one_click(reader: Reader) -> None:
    sentence = reader.page.locator("#root .finding", has_text="62% were male and 38% female")
    expect(sentence).to_be_visible()
    assert reader.clicks == 0
