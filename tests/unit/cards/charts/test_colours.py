"""One colour has one meaning, can be seen on its page, and is the same in every chart."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

import pytest

from referrals.cards.charts import colours
from referrals.cards.charts.base import DARK, LIGHT
from referrals.cards.charts.colours import Meaning
from referrals.paths import ROOT
from referrals.templates import charts_stylesheet
from tests.fixtures.contrast import contrast

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
PAGES = {
    "light": (colours.LIGHT, LIGHT, THEME["light"]["backgroundColor"]),
    "dark": (colours.DARK, DARK, THEME["dark"]["backgroundColor"]),
}
FOUR = {"#12436d", "#28a197", "#801650", "#f46a25"}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("meaning", Meaning)
def test_every_colour_stands_out_from_its_page(page: str, meaning: Meaning) -> None:
    shades, _, background = PAGES[page]
    assert contrast(shades[meaning], background) >= 3


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", ["text", "quiet"])
def test_text_in_a_chart_can_be_read_on_its_page(page: str, part: str) -> None:
    _, palette, background = PAGES[page]
    assert contrast(getattr(palette, part), background) >= 4.5


@pytest.mark.parametrize("page", PAGES)
def test_the_line_of_a_range_is_drawn_in_the_colour_of_text_on_the_page(page: str) -> None:
    """Its contrast on a blue bar was 1.9:1; it lies below the bar now."""
    _, palette, background = PAGES[page]
    assert contrast(palette.text, background) >= 3
    assert re.search(r"\.range \{[^}]*var\(--c-text\)", styles())


def test_contrast_is_that_of_wcag_and_a_pale_grey_fails_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's near miss
    assert contrast(LIGHT.grid, "#ffffff") < 3


def test_there_are_four_categorical_colours_besides_greys() -> None:
    assert {shade for shade in colours.LIGHT.values() if not is_grey(shade)} == FOUR


def test_orange_means_female_and_nothing_else() -> None:
    """It also meant Under 18."""
    orange = colours.LIGHT[Meaning.FEMALE]
    assert [meaning for meaning, shade in colours.LIGHT.items() if shade == orange] == [
        Meaning.FEMALE
    ]


@pytest.mark.parametrize(
    ("dimension", "code", "meaning"),
    [
        ("sex", "M", Meaning.MALE),
        ("sex", "F", Meaning.FEMALE),
        ("sex", "_NK", Meaning.NOT_RECORDED),
        ("age_band", "0-17", Meaning.UNDER_18),
        ("nationality", "VNM", Meaning.NUMBER),
        ("nationality", "_OTH_EUR", Meaning.OTHER),
        ("crime_type", "OTH", Meaning.OTHER),
    ],
)
def test_a_code_has_one_colour_on_every_page(dimension: str, code: str, meaning: Meaning) -> None:
    assert colours.of_code(dimension, code) is meaning


@pytest.mark.parametrize(
    ("dimension", "codes"),
    [
        ("nationality", ["VNM", "ALB", "CHN", "GBR"]),
        ("sex", ["F", "M"]),
        ("age_band", ["0-17", "18-19", "20-29", "30-39"]),
        ("crime_type", ["MS", "DA", "OTH", "_NK"]),
    ],
)
def test_compared_series_have_different_colours(dimension: str, codes: Sequence[str]) -> None:
    found = colours.of_series(dimension, codes)
    assert len({colours.LIGHT[meaning] for meaning in found}) == len(codes)
    assert len({colours.DARK[meaning] for meaning in found}) == len(codes)


def test_five_series_cannot_be_told_apart() -> None:
    with pytest.raises(ValueError, match="at most 4"):
        colours.of_series("nationality", ["VNM", "ALB", "CHN", "GBR", "SDN"])


def test_the_stylesheet_has_the_same_colours() -> None:
    light, dark = styles().split("@media screen and (prefers-color-scheme: dark)")[:2]
    for text, shades in ((light, colours.LIGHT), (dark, colours.DARK)):
        declared = dict(re.findall(r"--c-([\w-]+): (#\w+);", text))
        assert {meaning: declared[meaning] for meaning in Meaning} == shades


def test_only_what_is_not_recorded_is_striped() -> None:
    plain = styles().split("@media (forced-colors: active)")[0]
    striped = re.findall(r"([^{}]+)\{[^{}]*repeating-linear-gradient", plain)
    assert [rule.split("*/")[-1].strip() for rule in striped] == [
        ".fill.not-recorded, .key.not-recorded"
    ]


def styles() -> str:
    return charts_stylesheet().decode()


def is_grey(shade: str) -> bool:
    parts = [int(shade[at : at + 2], 16) for at in (1, 3, 5)]
    return max(parts) - min(parts) < 32
