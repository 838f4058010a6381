"""Pictures of cards in scripts that their usual font lacks, and from right to left."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from referrals.cards import registry
from referrals.cards.exports.pictures import png, social, svg
from referrals.cards.exports.pictures.svg import END, FROM_RIGHT
from referrals.language import ISOLATE, using
from referrals.query.selection import Selection
from referrals.release.release import Release

BASE = "https://example.org"
FAMILY = {"ur": "Noto Naskh Arabic", "bn": "Noto Sans Bengali", "zh-Hans": "Noto Sans CJK SC"}
SCRIPT = {"ur": "[\u0600-\u06ff]", "bn": "[\u0980-\u09ff]", "zh-Hans": "[\u4e00-\u9fff]"}


def picture(release: Release, language: str) -> str:
    with using(language):
        return svg.write(registry.card("sex", release, Selection()), BASE)


@pytest.mark.parametrize("language", [*FAMILY])
def test_letters_of_a_script_have_a_font_of_their_own(language: str, release: Release) -> None:
    drawing = picture(release, language)
    texts = "".join(re.findall(r"<text.*?</text>", drawing, re.DOTALL))
    in_usual_font = re.sub(r"<tspan.*?</tspan>", "", texts)
    assert FAMILY[language] in texts
    assert not re.search(SCRIPT[language], in_usual_font)
    assert len(png._font_files(drawing)) > len(png.FONT_FILES)


def test_a_picture_in_english_needs_no_other_font(release: Release) -> None:
    drawing = picture(release, "en")
    assert "<tspan" not in drawing
    assert png._font_files(drawing) == png.FONT_FILES


def test_paragraphs_from_right_to_left_begin_at_the_right(release: Release) -> None:
    drawing = picture(release, "ur")
    first = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="(\w+)"', drawing)[0]
    assert (float(first[0]), first[1]) == (svg.WIDTH - svg.EDGE, "end")
    for text in re.findall(r"<text.*?</text>", drawing, re.DOTALL):
        assert text.count(FROM_RIGHT) == text.count(END) <= 1
        assert text.count(ISOLATE) == text.count("\u2069"), "an isolate ends with its line"


def test_chinese_lines_end_neither_in_a_number_nor_before_a_full_stop() -> None:
    with using("zh-Hans"):
        found = svg.lines("女性占38%。另有194至205次未记录性别。" * 4, size=20, width=220)
    assert len(found) > 3
    assert not [line for line in found if line.startswith(("%", "。", "4", "5"))]
    assert "".join(found) == "女性占38%。另有194至205次未记录性别。" * 4


@pytest.mark.slow
@pytest.mark.parametrize("language", [*FAMILY])
def test_pictures_are_drawn(language: str, release: Release) -> None:
    with using(language):
        card = registry.card("crime-type", release, Selection())
        drawn = [png.write(write(card, BASE), zoom=1) for write in (svg.write, social.write)]
    sizes = [Image.open(io.BytesIO(each)).size for each in drawn]
    assert (sizes[0][0], sizes[1]) == (svg.WIDTH, (social.WIDTH, social.HEIGHT))
