"""The flow chart of data sharing as it is drawn: on a phone, on a desktop, from right to left."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import FloatRect, Page

from referrals import templates
from referrals.content import flowchart
from tests.browser.servers import DESKTOP, NARROWEST

STYLE = (templates.charts_stylesheet() + templates.diagrams_stylesheet()).decode()


def boxes(page: Page, direction: str = "ltr") -> list[FloatRect]:
    """Return where the steps are, in the order in which they are read."""
    page.set_content(
        f'<html lang="en" dir="{direction}"><style>{STYLE} body {{ margin: 1rem }}</style>'
        f"<body>{flowchart.html()}"
    )
    found = [step.bounding_box() for step in page.locator(".flow-step").all()]
    assert len(found) == 7
    return [box for box in found if box]


def arrow(page: Page, step: int, style: str) -> str:
    """Return a computed style of the arrow to a step, counted from 1."""
    return str(
        page.locator(".flow-step")
        .nth(step - 1)
        .evaluate(f"step => getComputedStyle(step, '::before').{style}")
    )


@pytest.mark.parametrize("page", [NARROWEST], indirect=True)
def test_a_phone_shows_one_column_in_reading_order_and_nothing_too_wide(page: Page) -> None:
    steps = boxes(page)
    assert len({box["x"] for box in steps}) == 1
    assert [box["y"] for box in steps] == sorted(box["y"] for box in steps)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST
    heights = page.locator(".flow-step > a, .flow li li > a").evaluate_all(
        "links => links.map(link => link.getBoundingClientRect().height)"
    )
    assert len(heights) >= 11
    assert min(heights) > 43.9


@pytest.mark.parametrize(("direction", "turn"), [("ltr", 1), ("rtl", -1)])
def test_a_desktop_shows_a_column_each_and_turns_round_with_the_direction_of_reading(
    page: Page, direction: str, turn: int
) -> None:
    _, decision, referral, check, reply, confirmation, following = boxes(page, direction)
    assert decision["y"] == referral["y"]
    assert check["y"] == reply["y"] == confirmation["y"] < following["y"]
    assert (referral["x"] - decision["x"]) * turn > 0
    assert (check["x"] - reply["x"]) * turn > 0
    assert (confirmation["x"] - check["x"]) * turn > 0
    mirrored = "matrix(-1, 0, 0, 1, 0, 0)"
    forward, back = ("none", mirrored) if direction == "ltr" else (mirrored, "none")
    assert [arrow(page, step, "transform") for step in (3, 5, 6)] == [forward, back, forward]


Scheme = Literal["light", "dark"]


@pytest.mark.parametrize(
    ("scheme", "is_forced", "colour"),
    [
        ("light", False, "rgb(18, 67, 109)"),
        ("dark", False, "rgb(143, 193, 238)"),
        ("light", True, "rgb(0, 0, 0)"),
    ],
)
def test_arrows_have_the_colour_of_the_reader(
    page: Page, scheme: Scheme, *, is_forced: bool, colour: str
) -> None:
    page.emulate_media(color_scheme=scheme, forced_colors="active" if is_forced else "none")
    boxes(page)
    assert arrow(page, 2, "backgroundColor") == colour


def test_arrows_are_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    boxes(page)
    assert arrow(page, 2, "printColorAdjust") == "exact"
    assert int(arrow(page, 2, "height").removesuffix("px")) > DESKTOP // 100
