"""The pictograms: drawings of our own that load nothing and take the colour of the text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from referrals.content.rendering import pictograms
from referrals.errors import DataError
from referrals.i18n import text_files

NAMES = sorted(path.stem for path in pictograms.FOLDER.glob("*.svg"))
DRAWN = {"svg", "path", "circle", "rect"}


@pytest.mark.parametrize("name", NAMES)
def test_a_pictogram_only_draws_in_the_colour_of_the_text(name: str) -> None:
    svg = pictograms.pictogram(name)
    tree = ET.fromstring(svg)
    assert {element.tag for element in tree.iter()} <= DRAWN
    assert tree.attrib["stroke"] == "currentColor"
    assert tree.attrib["aria-hidden"] == "true"
    assert not re.search(r"https?:|url\(|href|\bon\w+=", svg)
    assert len(svg) < 600


def test_every_pictogram_is_beside_a_text() -> None:
    body = text_files.read("for-me").body
    assert sorted(set(re.findall(r"^::: picture ([\w-]+)$", body, re.MULTILINE))) == NAMES


def test_a_name_without_a_drawing_names_those_there_are() -> None:
    with pytest.raises(DataError, match=r"'horse'.*card, eye, fork"):
        pictograms.pictogram("horse")
